"""What this machine's own scheduler calls for the console: when it did last and how, when it will next."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QVBoxLayout, QWidget

from pagevoo_console.domain.changes import Changes
from pagevoo_console.domain.job import JobEvent, Task
from pagevoo_console.domain.schedule import Schedule, SchedulerKind
from pagevoo_console.ui.context import Context
from pagevoo_console.ui.kit import format
from pagevoo_console.ui.kit.banners import Banner
from pagevoo_console.ui.kit.controls import ButtonKind, button
from pagevoo_console.ui.kit.i18n import translate
from pagevoo_console.ui.kit.list_and_page import list_and_page
from pagevoo_console.ui.kit.messages import Message, MessageKind, message_of
from pagevoo_console.ui.kit.pages import KeyValues, PageHeader, ScrollPage, clear, row
from pagevoo_console.ui.kit.questions import Question, ask
from pagevoo_console.ui.kit.record_view import RecordView
from pagevoo_console.ui.kit.records import Column, Kind, ListSource, RecordsModel
from pagevoo_console.ui.kit.runner import LOCAL
from pagevoo_console.ui.kit.states import Emptiness, View
from pagevoo_console.ui.schedules.words import (
    ended_word,
    how_badge,
    kind_word,
    next_word,
    when_word,
    work_icon,
    work_word,
)


@dataclass(frozen=True, slots=True)
class Reading:
    """The schedules, and the schedulers of this machine that could take more."""

    schedules: tuple[Schedule, ...]
    kinds: tuple[SchedulerKind, ...]


class SchedulesView(QWidget):
    """A list above, the chosen schedule below. Asks the scheduler when `refresh` is called."""

    def __init__(self, context: Context, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("schedulesView")
        self._context = context
        self._seen: Reading | None = None
        self.header = PageHeader(translate("schedules", "Schedules"))
        again = button(translate("schedules", "Refresh"), "refresh-cw", on_click=self.refresh)
        again.setObjectName("refreshSchedulesButton")
        self.add_button = button(
            translate("schedules", "Add…"), "plus", ButtonKind.PRIMARY, on_click=context.doors.add_schedule
        )
        self.add_button.setObjectName("addScheduleButton")
        self.header.add_action(again)
        self.header.add_action(self.add_button)
        self.banner = Banner()
        self.banner.setObjectName("schedulesMessage")
        self.records: RecordsModel[Schedule] = RecordsModel(columns(), _source(()))
        self.list = RecordView(self.records, translate("schedules", "Schedules"), row_height=48)
        self.list.setObjectName("scheduleList")
        self.list.record_chosen.connect(self._show)
        self.page = SchedulePage()
        self.page.remove_wanted.connect(self.remove)
        self.split, self.states = list_and_page(
            self, "schedulesSplitter", self.header, self.banner, records=self.list, page=self.page, heights=(260, 380)
        )
        context.runner.job_event.connect(self._job_event)
        self.states.show_loading()

    def refresh(self) -> None:
        """Ask again; what is there stays in sight until the answer has come."""
        schedules = self._context.console.schedules
        self._context.runner.query(
            lambda: Reading(schedules.list(), schedules.kinds()), self._arrived, self._failed,
            key="schedules", owner=self, lane=LOCAL,
        )  # fmt: skip

    def remove(self, schedule: Schedule) -> None:
        """Take it out of the scheduler, after a question."""
        question = Question(
            translate("schedules", "Remove this schedule?"),
            translate("schedules", "“{work}” is not called any more. What it made so far stays.").format(
                work=work_word(schedule.work)
            ),
            translate("schedules", "Remove"),
        )
        schedules = self._context.console.schedules
        task = Task(
            translate("schedules", "Remove schedule: {work}").format(work=work_word(schedule.work)),
            LOCAL,
            lambda _job: schedules.remove(schedule.id),
            changes=lambda _removed: Changes(kinds=frozenset({"schedules"})),
        )
        ask(question, lambda: self._context.runner.run(task), self)

    def _arrived(self, reading: Reading) -> None:
        self.states.show_online()
        by = ", ".join(kind_word(kind) for kind in reading.kinds)
        about = (
            translate("schedules", "This machine has {schedulers}").format(schedulers=by)
            if by
            else translate("schedules", "This machine has no scheduler that the console knows")
        )
        self.header.set_title(translate("schedules", "Schedules"), about)
        self.add_button.setEnabled(bool(reading.kinds))
        found = reading.schedules
        self._tell(found)
        if not found:
            self._seen = reading
            self._show_nothing(reading)
            return
        chosen = self.list.current_record()
        if reading != self._seen:
            self._seen = reading
            self.records.set_source(_source(found))
        self.states.show_content()
        if chosen is None or not self.list.choose(chosen.id):
            self.list.choose(found[0].id)
        self._show(self.list.current_record())

    def _tell(self, found: tuple[Schedule, ...]) -> None:
        self.banner.clear()
        moment = datetime.now(UTC)
        wrong = [one for one in found if one.has_failed or not one.is_installed or one.is_late(moment)]
        if wrong:
            title = translate("schedules", "{count} of {all} did not do what they should")
            text = "\n".join(f"{work_word(one.work)}: {how_badge(one, moment).text}" for one in wrong)
            self.banner.show_message(
                Message(MessageKind.WARNING, title.format(count=format.count(len(wrong)), all=format.count(len(found))),
                        text)
            )  # fmt: skip

    def _show_nothing(self, reading: Reading) -> None:
        title = translate("schedules", "Nothing happens by itself yet")
        text = translate("schedules", "A backup every night is what brings back what nobody saw coming.")
        if reading.kinds:
            verb = translate("schedules", "Add a schedule…")
            self.states.show_empty(Emptiness(title, text, "calendar", verb, self._context.doors.add_schedule))
        else:
            text = translate("schedules", "Have another scheduler call `pagevoo-console fleet backup` every night.")
            self.states.show_empty(Emptiness(title, text, "calendar"))

    def _failed(self, error: Exception) -> None:
        if self.states.view is View.CONTENT:
            self.states.banner.show_message(message_of(error))
        else:
            self.states.show_error(error, self._again)

    def _again(self) -> None:
        self.states.show_loading()
        self.refresh()

    def _show(self, schedule: Schedule | None) -> None:
        if schedule is not None:
            self.page.show_schedule(schedule, datetime.now(UTC))

    def _job_event(self, event: JobEvent) -> None:
        if event.job.state.is_final and self.isVisible():
            self.refresh()


class SchedulePage(ScrollPage):
    """One schedule in full.

    Signals: remove_wanted(Schedule).
    """

    remove_wanted = Signal(object)

    def __init__(self) -> None:
        super().__init__(translate("schedules", "Schedule"))
        self._shown: Schedule | None = None
        self.header = PageHeader("")
        self.remove = button(
            translate("schedules", "Remove…"), "trash-2", on_click=lambda: self.remove_wanted.emit(self._shown)
        )
        self.remove.setObjectName("removeScheduleButton")
        self._facts = QVBoxLayout()
        self.parts.addWidget(self.header)
        self.parts.addWidget(row(self.remove, None))
        self.parts.addLayout(self._facts)
        self.parts.addStretch(1)

    def show_schedule(self, schedule: Schedule, moment: datetime) -> None:
        """Show this one, as it stands at that moment."""
        self._shown = schedule
        self.header.set_title(work_word(schedule.work), when_word(schedule))
        clear(self._facts)
        facts = KeyValues()
        for key, value in (
            (translate("schedules", "Last call"), ended_word(schedule.last_run)),
            (translate("schedules", "Next call"), format.moment(schedule.next_run(moment))),
            (translate("schedules", "Called by"), kind_word(schedule.kind)),
            (translate("schedules", "Connection"), schedule.connection),
            (translate("schedules", "Calls"), " ".join(("pagevoo-console", *schedule.arguments))),
            (translate("schedules", "Knows by files"), ", ".join(sorted(schedule.environment))),
        ):
            if value:
                facts.add(key, value)
        self._facts.addWidget(facts)


def columns() -> tuple[Column[Schedule], ...]:
    """What is shown of a schedule in the list."""
    return (
        Column(
            "work", translate("schedules", "Calls"), 220, lambda one: work_word(one.work), stretch=True,
            detail=lambda one: one.connection, icon=lambda one: work_icon(one.work), sort_key="work",
        ),
        Column("when", translate("schedules", "When"), 160, when_word, sort_key="when"),
        Column(
            "next", translate("schedules", "Next"), 100, lambda one: next_word(one, datetime.now(UTC)), Kind.MUTED,
            sort_key="next", hint=lambda one: format.moment(one.next_run(datetime.now(UTC))),
        ),
        Column(
            "last", translate("schedules", "Last call"), 110,
            lambda one: format.age(None if one.last_run is None else one.last_run.ended), Kind.MUTED, sort_key="last",
        ),
        Column(
            "how", translate("schedules", "How"), 180, lambda one: how_badge(one).text, Kind.BADGE, badge=how_badge,
            sort_key="how", hint=lambda one: ended_word(one.last_run),
        ),
    )  # fmt: skip


def _source(schedules: tuple[Schedule, ...]) -> ListSource[Schedule]:
    return ListSource(
        schedules,
        identity=lambda one: one.id,
        sort_values={
            "work": lambda one: one.work.value,
            "when": lambda one: (one.weekday, one.at),
            "next": lambda one: one.next_run(datetime.now(UTC)),
            "last": lambda one: 0.0 if one.last_run is None else one.last_run.ended.timestamp(),
            "how": lambda one: how_badge(one).text,
        },
    )
