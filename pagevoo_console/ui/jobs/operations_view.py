"""The operations: open ones first, with the way on for those that were cut off."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from PySide6.QtWidgets import QWidget

from pagevoo_console.domain.changes import Changes
from pagevoo_console.domain.job import JobEvent, JobState, Task
from pagevoo_console.domain.operation import Operation, OperationState
from pagevoo_console.ui.jobs.operation_page import OperationPage
from pagevoo_console.ui.kit import format
from pagevoo_console.ui.kit.banners import Banner
from pagevoo_console.ui.kit.controls import button
from pagevoo_console.ui.kit.i18n import translate
from pagevoo_console.ui.kit.list_and_page import list_and_page
from pagevoo_console.ui.kit.messages import Message, MessageKind, message_of
from pagevoo_console.ui.kit.pages import PageHeader
from pagevoo_console.ui.kit.pills import Badge
from pagevoo_console.ui.kit.questions import Question, ask
from pagevoo_console.ui.kit.record_view import RecordView
from pagevoo_console.ui.kit.records import Column, Kind, ListSource, RecordsModel
from pagevoo_console.ui.kit.runner import Runner
from pagevoo_console.ui.kit.states import Emptiness, View
from pagevoo_console.ui.kit.tenant_names import Names, named, names_of
from pagevoo_console.ui.kit.trail import action_word, operation_badge, step_title

if TYPE_CHECKING:
    from pagevoo_console.services.console import Console
    from pagevoo_console.services.jobs import JobContext

SHOWN = 500
_ORDER = {
    OperationState.INTERRUPTED: 0,
    OperationState.FAILED: 1,
    OperationState.RUNNING: 2,
    OperationState.DONE: 3,
    OperationState.ABANDONED: 3,
}


class OperationsView(QWidget):
    """A list above, the chosen operation with its steps below."""

    def __init__(self, console: Console, runner: Runner, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("operationsView")
        self._console, self._runner = console, runner
        self._under_way: dict[int, str] = {}
        self._fingerprint: tuple[Operation, ...] | None = None
        self._names: dict[str, str] = {}
        self.header = PageHeader(translate("operations", "Operations"))
        again = button(translate("operations", "Refresh"), "refresh-cw", on_click=self.refresh)
        again.setObjectName("refreshOperationsButton")
        self.header.add_action(again)
        self.banner = Banner()
        self.banner.setObjectName("operationsMessage")
        self.records: RecordsModel[Operation] = RecordsModel(columns(self._names), _source(()))
        self.list = RecordView(self.records, translate("operations", "Operations"), row_height=48)
        self.list.setObjectName("operationList")
        self.list.record_chosen.connect(self._show)
        self.page = OperationPage()
        self.page.resume_wanted.connect(self._resume)
        self.page.abandon_wanted.connect(self._ask_abandon)
        self.page.take_over_wanted.connect(self._ask_take_over)
        self.split, self.states = list_and_page(
            self, "operationsSplitter", self.header, self.banner, records=self.list, page=self.page, heights=(220, 420)
        )
        runner.job_event.connect(self._job_event)
        self.states.show_loading()
        self.refresh()

    def refresh(self) -> None:
        """Read the operations again; what is there stays in sight until the answer has come."""
        console = self._console

        def read() -> tuple[tuple[Operation, ...], Names]:
            found = sorted_operations(console.operations.list(limit=SHOWN))
            return found, names_of(console.directory, (one.tenant for one in found))

        self._runner.query(
            read, self._arrived, self._failed, key="operations", owner=self, lane=console.connection.master.name
        )

    def _arrived(self, read: tuple[tuple[Operation, ...], Names]) -> None:
        found, names = read
        self._names.update(names)
        self.states.show_online()
        stopped = sum(_waits(one) for one in found)
        text = (
            translate("operations", "Cut off and waiting for a decision: {count}").format(count=format.count(stopped))
            if stopped
            else translate("operations", "Nothing waits for a decision")
        )
        self.header.set_title(translate("operations", "Operations"), text)
        if not found:
            about = translate("operations", "Creating, installing, restoring and deleting will be written down here.")
            empty = Emptiness(translate("operations", "No operations yet"), about, "list-checks")
            self.states.show_empty(empty)
            return
        chosen = self.list.current_record()
        if found != self._fingerprint:
            self._fingerprint = found
            self.records.set_source(_source(found))
        self.states.show_content()
        if chosen is None or not self.list.choose(chosen.id):
            self.list.choose(found[0].id)
        self._show(self.list.current_record())
        if self.focusWidget() is None:
            self.list.setFocus()

    def _failed(self, error: Exception) -> None:
        if self.states.view is View.CONTENT:
            self.states.banner.show_message(message_of(error))
        else:
            self.states.show_error(error, self._again)

    def _again(self) -> None:
        self.states.show_loading()
        self.refresh()

    def _show(self, operation: Operation | None) -> None:
        if operation is not None:
            whom = named(operation.tenant, self._names)
            self.page.show_operation(operation, whom, can_decide=operation.id not in self._under_way.values())

    # --- deciding ---------------------------------------------------------------------------------------------------

    def _resume(self, operation: Operation) -> None:
        title = translate("operations", "Resume: {what}").format(what=action_word(operation.kind))
        self._run(operation, title, lambda job: self._console.operations.resume(operation.id, job))

    def _ask_take_over(self, operation: Operation) -> None:
        question = Question(
            translate("operations", "Take “{what}” of {tenant} over from {owner}?").format(
                what=action_word(operation.kind), tenant=named(operation.tenant, self._names), owner=operation.owner
            ),
            translate("operations", "It goes on here where it stands. The other console loses it, and stops."),
            translate("operations", "Take over"),
        )
        ask(question, lambda: self._take_over(operation), self)

    def _take_over(self, operation: Operation) -> None:
        title = translate("operations", "Take over: {what}").format(what=action_word(operation.kind))
        self._run(operation, title, lambda job: self._console.operations.take_over(operation.id, job))

    def _ask_abandon(self, operation: Operation) -> None:
        question = Question(
            translate("operations", "Abandon “{what}” of {tenant}?").format(
                what=action_word(operation.kind), tenant=named(operation.tenant, self._names)
            ),
            translate("operations", "What was done so far is taken back, and the operation is closed."),
            translate("operations", "Abandon"),
            is_dangerous=True,
        )
        ask(question, lambda: self._abandon(operation), self)

    def _abandon(self, operation: Operation) -> None:
        title = translate("operations", "Abandon: {what}").format(what=action_word(operation.kind))
        self._run(operation, title, lambda job: self._console.operations.abandon(operation.id, job))

    def _run(self, operation: Operation, title: str, does: Callable[[JobContext], object]) -> None:
        self.banner.clear()
        touched = Changes(frozenset({operation.tenant}), frozenset({"operations"}))
        task = Task(title, operation.server, does, operation.tenant, changes=lambda _result: touched)
        self._under_way[self._runner.run(task).id] = operation.id
        self._show(self.list.current_record())

    def _job_event(self, event: JobEvent) -> None:
        if not event.job.state.is_final:
            return
        if self._under_way.pop(event.job.id, None) is not None:
            if event.job.state is JobState.FAILED and event.job.error is not None:
                self.banner.show_message(message_of(event.job.error))
            elif event.job.state is JobState.SUCCEEDED:
                text = translate("operations", "{what}: done").format(what=event.job.title)
                self.banner.show_message(Message(MessageKind.GOOD, text))
        self.refresh()


def sorted_operations(found: tuple[Operation, ...]) -> tuple[Operation, ...]:
    """Those that wait for a decision first, then what runs, then the rest; newest first among each."""
    return tuple(sorted(found, key=lambda one: (not _waits(one), _ORDER[one.state], -one.created_at.timestamp())))


def _waits(operation: Operation) -> bool:
    """Whether somebody has to decide what becomes of it."""
    return operation.is_silent or operation.state in (OperationState.INTERRUPTED, OperationState.FAILED)


def columns(names: Names) -> tuple[Column[Operation], ...]:
    """What is shown of an operation in the list; tenants by their names as far as those are known by then."""
    return (
        Column(
            "what",
            translate("operations", "Operation"),
            220,
            lambda one: action_word(one.kind),
            detail=lambda one: " · ".join(part for part in (named(one.tenant, names), one.database) if part),
            stretch=True,
            sort_key="what",
        ),
        Column(
            "state",
            translate("operations", "State"),
            136,
            lambda one: operation_badge(one.state).text,
            Kind.BADGE,
            badge=_badge,
            sort_key="state",
        ),
        Column("step", translate("operations", "Step"), 200, step_title, Kind.MUTED),
        Column(
            "begun",
            translate("operations", "Begun"),
            110,
            lambda one: format.age(one.created_at),
            Kind.MUTED,
            sort_key="begun",
            hint=lambda one: format.moment(one.created_at),
        ),
    )


def _badge(operation: Operation) -> Badge:
    badge = operation_badge(operation.state)
    return badge.quietly if operation.state in (OperationState.DONE, OperationState.ABANDONED) else badge


def _source(operations: tuple[Operation, ...]) -> ListSource[Operation]:
    return ListSource(
        operations,
        identity=lambda one: one.id,
        sort_values={
            "what": lambda one: (action_word(one.kind), one.tenant),
            "state": lambda one: _ORDER[one.state],
            "begun": lambda one: one.created_at,
        },
    )
