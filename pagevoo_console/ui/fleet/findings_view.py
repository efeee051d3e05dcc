"""The registry check: where registry and servers contradict each other, and the way to mend it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial

from PySide6.QtWidgets import QWidget

from pagevoo_console.domain.changes import EVERYTHING
from pagevoo_console.domain.finding import Finding, Findings, RepairAction, RepairResult
from pagevoo_console.domain.job import Job, JobEvent, JobState, Task
from pagevoo_console.ui.context import Context
from pagevoo_console.ui.fleet.chips import KindChips
from pagevoo_console.ui.fleet.finding_page import FindingPage
from pagevoo_console.ui.fleet.finding_words import (
    can_be_taken_back,
    kind_word,
    repair_badge,
    risk_badge,
    risk_of,
)
from pagevoo_console.ui.fleet.repair_all_wizard import RepairAllWizard
from pagevoo_console.ui.fleet.repair_wizard import RepairWizard
from pagevoo_console.ui.kit import format
from pagevoo_console.ui.kit.banners import Banner
from pagevoo_console.ui.kit.controls import button
from pagevoo_console.ui.kit.i18n import translate
from pagevoo_console.ui.kit.list_and_page import list_and_page
from pagevoo_console.ui.kit.messages import Message, MessageAction, MessageKind, message_of
from pagevoo_console.ui.kit.pages import PageHeader
from pagevoo_console.ui.kit.questions import Question, ask
from pagevoo_console.ui.kit.record_view import RecordView
from pagevoo_console.ui.kit.records import Column, Kind, ListSource, RecordsModel
from pagevoo_console.ui.kit.states import Emptiness, View
from pagevoo_console.ui.kit.task_wizard import TaskWizard
from pagevoo_console.ui.kit.tenant_names import Names, named, names_of
from pagevoo_console.ui.ways_out import FINDINGS, lead_out, ways_out

NAMED = 5


@dataclass(frozen=True, slots=True)
class _Look:
    """What a look found, and when. `known` are the tenants that there is a page of."""

    findings: Findings
    names: Names
    known: frozenset[str]
    at: datetime


class FindingsView(QWidget):
    """A list above, the chosen finding below. Looks only when `refresh` is called, as the window does on entering."""

    def __init__(
        self, context: Context, on_submitted: Callable[[object], object], parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self.setObjectName("findingsView")
        self._context = context
        self._on_submitted = on_submitted
        self._look: _Look | None = None
        self._under_way: dict[int, str] = {}
        self.header = PageHeader(translate("fleet", "Registry check"))
        self.look_button = button(translate("fleet", "Look again"), "refresh-cw", on_click=self.refresh)
        self.look_button.setObjectName("lookAgainButton")
        self.all_button = button(
            translate("fleet", "Repair all safe ones…"), "shield-check", on_click=self.repair_all,
            hint=translate("fleet", "Everything that drops nothing of a customer's and leaves nothing to decide"),
        )  # fmt: skip
        self.all_button.setObjectName("repairAllButton")
        self.all_button.setEnabled(False)
        self.header.add_action(self.look_button)
        self.header.add_action(self.all_button)
        self.message = Banner()
        self.message.setObjectName("findingsMessage")
        self.left_out = Banner()
        self.left_out.setObjectName("leftOutMessage")
        self.chips = KindChips()
        self.chips.chosen.connect(self._show_list)
        self.records: RecordsModel[Finding] = RecordsModel(columns(self._name_of), _source(()))
        self.list = RecordView(self.records, translate("fleet", "Contradictions"), row_height=48)
        self.list.setObjectName("findingList")
        self.list.record_chosen.connect(self._show)
        self.list.record_opened.connect(self.repair)
        self.page = FindingPage()
        self.page.repair_wanted.connect(self.repair)
        self.page.tenant_wanted.connect(lambda tenant: context.doors.show_tenant(tenant))
        self.split, self.states = list_and_page(
            self, "findingsSplitter", self.header, self.message, self.left_out, self.chips,
            records=self.list, page=self.page, heights=(260, 380),
        )  # fmt: skip
        context.runner.job_event.connect(self._job_event)
        self.states.show_loading(translate("fleet", "Comparing the registry with the servers…"))

    @property
    def finding(self) -> Finding | None:
        """The one in hand."""
        return self.list.current_record() if self.states.view is View.CONTENT else None

    def refresh(self) -> None:
        """Look again; what is there stays in sight until the answer has come."""
        console = self._context.console
        self.look_button.setEnabled(False)
        self.look_button.setText(translate("fleet", "Looking…"))

        def look() -> _Look:
            found = console.reconciliation.find()
            tenants = {one.tenant for one in found.findings if one.tenant} | set(found.at_work)
            known = frozenset(tenant for tenant in tenants if console.directory.entry(tenant) is not None)
            return _Look(found, names_of(console.directory, tenants), known, datetime.now(UTC))

        self._context.runner.query(
            look, self._arrived, self._failed, key="findings", owner=self, lane=self._context.master_lane
        )

    def repair_chosen(self) -> None:
        """Open the plan of the repair of the finding in hand."""
        if self.finding is not None:
            self.repair(self.finding)

    def repair(self, finding: Finding) -> None:
        """Open the plan of a finding's repair, where it is the console's to repair."""
        if finding.repair.action is RepairAction.BY_HAND or finding.id in self._under_way.values():
            return
        wizard = RepairWizard(self._context.console, self._context.runner, finding, self.window())
        wizard.submitted.connect(partial(self._begun, finding.id))
        self._open(wizard, finding.tenant or "")

    def repair_all(self) -> None:
        """Open the plan of every repair that is neither destructive nor a choice."""
        if not self.all_button.isEnabled():
            return
        wizard = RepairAllWizard(self._context.console, self._context.runner, self.window())
        wizard.submitted.connect(partial(self._begun, ""))
        self._open(wizard, "")

    # --- what was found ---------------------------------------------------------------------------------------------

    def _arrived(self, look: _Look) -> None:
        self._look = look
        self._may_look()
        findings = look.findings
        safe = sum(one.repair.is_automatic for one in findings.findings)
        self.all_button.setEnabled(bool(safe))
        self.header.set_title(translate("fleet", "Registry check"), _subtitle(look, safe))
        self._show_left_out(findings)
        self.chips.offer(findings.counts)
        self.chips.setVisible(len(findings.counts) > 1)
        if findings.findings:
            self._show_list()
            return
        title = translate("fleet", "The registry and the servers agree")
        about = translate("fleet", "Looked at {moment}: every row has its database, and every database its row.")
        if findings.unreachable:
            title = translate("fleet", "What answered agrees with the registry")
            about = translate("fleet", "Looked at {moment}. Servers that did not answer are named above.")
        self.states.show_empty(Emptiness(title, about.format(moment=format.moment(look.at)), "shield-check"))

    def _show_list(self) -> None:
        if self._look is None:
            return
        found = [one for one in self._look.findings.findings if self.chips.kind in (None, one.kind)]
        chosen = self.list.current_record()
        self.records.set_source(_source(found))
        self.states.show_content()
        if chosen is None or not self.list.choose(chosen.id):
            first = self.records.record(0)
            if first is not None:
                self.list.choose(first.id)
        self._show(self.list.current_record())

    def _show(self, finding: Finding | None) -> None:
        if finding is None or self._look is None:
            return
        whom = "" if finding.tenant is None else named(finding.tenant, self._look.names)
        self.page.show_finding(
            finding, whom, is_under_way=finding.id in self._under_way.values(),
            is_known_tenant=finding.tenant in self._look.known,
        )  # fmt: skip

    def _show_left_out(self, findings: Findings) -> None:
        """What was not looked at, and why: a list that seems complete and is not would be worse than none."""
        texts = [f"{server}: {problem}" for server, problem in findings.unreachable.items()]
        if findings.at_work and self._look is not None:
            whom = [named(tenant, self._look.names) for tenant in findings.at_work[:NAMED]]
            more = len(findings.at_work) - len(whom)
            if more:
                whom.append(translate("fleet", "{count} more").format(count=format.count(more)))
            texts.append(translate("fleet", "Somebody is working on: {tenants}").format(tenants=", ".join(whom)))
        if not texts:
            self.left_out.clear()
            return
        kind = MessageKind.WARNING if findings.unreachable else MessageKind.INFO
        self.left_out.show_message(Message(kind, translate("fleet", "Left out of this look"), "\n".join(texts)))

    def _failed(self, error: Exception) -> None:
        self._may_look()
        if self.states.view in (View.CONTENT, View.EMPTY):
            self.message.show_message(message_of(error))
        else:
            self.states.show_error(error, self._again, ways_out(self._context, error, "", but=(FINDINGS.name,)))

    def _again(self) -> None:
        self.states.show_loading(translate("fleet", "Comparing the registry with the servers…"))
        self.refresh()

    def _may_look(self) -> None:
        self.look_button.setEnabled(True)
        self.look_button.setText(translate("fleet", "Look again"))

    def _name_of(self, tenant: str) -> str:
        return "" if self._look is None else self._look.names.get(tenant, "")

    # --- repairs ----------------------------------------------------------------------------------------------------

    def _open(self, wizard: TaskWizard, tenant: str) -> None:
        wizard.submitted.connect(self._on_submitted)
        lead_out(self._context, wizard, tenant, but=(FINDINGS.name,))
        wizard.open()

    def _begun(self, finding: str, job: Job) -> None:
        self._under_way[job.id] = finding
        self.message.clear()
        self._show(self.list.current_record())

    def _job_event(self, event: JobEvent) -> None:
        job = event.job
        if not job.state.is_final or self._under_way.pop(job.id, None) is None:
            return
        if job.state is JobState.SUCCEEDED:
            self.message.show_message(self._done(job))
        elif job.error is not None:
            self.message.show_message(message_of(job.error))
        self._show(self.list.current_record())

    def _done(self, job: Job) -> Message:
        """What came of it, with the way back where there is one."""
        if isinstance(job.result, RepairResult):
            result = job.result
            action = None
            if result.operation is not None and can_be_taken_back(result.finding.repair):
                action = MessageAction(translate("fleet", "Take back…"), partial(self._ask_undo, result))
            if result.operation is None:
                text = translate("fleet", "It had come right by itself; nothing was changed.")
                return Message(MessageKind.INFO, result.finding.repair.title, text)
            about = translate("fleet", "Done. The old values are in the audit trail.")
            if result.backup is not None:
                about = translate("fleet", "Done. The backup is {backup}.").format(backup=result.backup)
            return Message(MessageKind.GOOD, result.finding.repair.title, about, action)
        if isinstance(job.result, tuple):
            return _sum(job.result)
        return Message(MessageKind.GOOD, translate("fleet", "{what}: done").format(what=job.title))

    def _ask_undo(self, result: RepairResult) -> None:
        question = Question(
            translate("fleet", "Take this repair back?"),
            translate("fleet", "{repair}: what it changed gets its old values again, and the contradiction returns.")
            .format(repair=result.finding.repair.title),
            translate("fleet", "Take back"),
        )  # fmt: skip
        ask(question, lambda: self._undo(result), self)

    def _undo(self, result: RepairResult) -> None:
        operation = result.operation
        assert operation is not None
        finding = result.finding
        reconciliation = self._context.console.reconciliation
        task = Task(
            translate("fleet", "Take back: {repair}").format(repair=finding.repair.title),
            finding.server or self._context.master_lane,
            lambda job: reconciliation.undo(operation, job),
            finding.tenant,
            lambda _operation: EVERYTHING,
        )
        job = self._context.runner.run(task)
        self._begun("", job)
        self._on_submitted(job)


def columns(name_of: Callable[[str], str]) -> tuple[Column[Finding], ...]:
    """What is shown of a finding in the list; `name_of` tells a tenant's name, empty where it is not known."""
    return (
        Column(
            "risk", translate("fleet", "Risk"), 108, lambda one: risk_badge(one).text, Kind.BADGE, badge=risk_badge,
            sort_key="risk",
        ),
        Column(
            "kind", translate("fleet", "What"), 250, lambda one: kind_word(one.kind),
            detail=lambda one: " · ".join(part for part in (one.database, one.server) if part), sort_key="kind",
            hint=lambda one: one.evidence,
        ),
        Column(
            "tenant", translate("fleet", "Tenant"), 150,
            lambda one: name_of(one.tenant or "") or one.tenant or format.NOTHING,
            detail=lambda one: (one.tenant or "") if name_of(one.tenant or "") else "", sort_key="tenant",
        ),
        Column("repair", translate("fleet", "Proposed"), 240, lambda one: one.repair.title, Kind.MUTED, stretch=True),
        Column(
            "sort", translate("fleet", "Repair"), 138, lambda one: repair_badge(one.repair).text, Kind.BADGE,
            badge=lambda one: repair_badge(one.repair).quietly, sort_key="sort",
        ),
    )  # fmt: skip


def _source(findings: tuple[Finding, ...] | list[Finding]) -> ListSource[Finding]:
    """The gravest first."""
    return ListSource(
        sorted(findings, key=lambda one: (risk_of(one), kind_word(one.kind), one.database or "")),
        identity=lambda one: one.id,
        sort_values={
            "risk": risk_of,
            "kind": lambda one: (kind_word(one.kind), one.database or ""),
            "tenant": lambda one: (len(one.tenant or ""), one.tenant or ""),
            "sort": lambda one: repair_badge(one.repair).text,
        },
    )


def _subtitle(look: _Look, safe: int) -> str:
    number = len(look.findings.findings)
    looked = translate("fleet", "looked at {moment}").format(moment=format.moment(look.at))
    if not number:
        return looked[:1].upper() + looked[1:]
    counted = translate("fleet", "1 contradiction" if number == 1 else "{count} contradictions")
    safely = translate("fleet", "{count} of them safe to repair").format(count=format.count(safe))
    return " · ".join((counted.format(count=format.count(number)), safely, looked))


def _sum(results: tuple[RepairResult, ...]) -> Message:
    """What came of many repairs."""
    failed = [result for result in results if result.problem]
    done = translate("fleet", "{count} repaired").format(count=format.count(len(results) - len(failed)))
    if not failed:
        return Message(MessageKind.GOOD, done, translate("fleet", "The old values are in the audit trail."))
    title = translate("fleet", "{done}, {count} failed").format(done=done, count=format.count(len(failed)))
    texts = [f"{result.finding.repair.title}: {result.problem}" for result in failed]
    return Message(MessageKind.WARNING, title, "\n".join(texts[:NAMED]), details="\n".join(texts))
