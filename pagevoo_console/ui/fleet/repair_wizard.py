"""Repairing one contradiction: how, where there is a choice, and the plan; the name is typed where data is dropped."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING, Any, cast

from PySide6.QtWidgets import QWidget

from pagevoo_console.domain.changes import EVERYTHING
from pagevoo_console.domain.finding import Finding, RepairAction, RepairOptions
from pagevoo_console.domain.job import Task
from pagevoo_console.ui.fleet.finding_words import kind_word, what_it_means
from pagevoo_console.ui.fleet.how_page import HowPage
from pagevoo_console.ui.kit.command_lines import command_line
from pagevoo_console.ui.kit.i18n import translate
from pagevoo_console.ui.kit.reviews import Confirmation, Review
from pagevoo_console.ui.kit.runner import Runner
from pagevoo_console.ui.kit.task_wizard import PlanPage, TaskWizard, plan_steps
from pagevoo_console.ui.kit.wizard_pages import WizardPage

if TYPE_CHECKING:
    from pagevoo_console.services.console import Console

Planned = tuple[Finding, dict[str, Any]]


class RepairWizard(TaskWizard):
    """Leads to the repair of a finding. The job's result is its RepairResult."""

    def __init__(self, console: Console, runner: Runner, finding: Finding, parent: QWidget | None = None) -> None:
        self._console = console
        self._finding = finding
        self.how_page: HowPage | None = None
        pages: list[WizardPage] = []
        if finding.repair.action in (RepairAction.ADOPT, RepairAction.RETIRE):
            self.how_page = HowPage(finding, console.backups.folder(_folder_of(finding)))
            pages.append(self.how_page)
        self.review_page = PlanPage(console, runner, self._review)
        super().__init__(
            console,
            runner,
            translate("fleet", "Repair: {kind}").format(kind=kind_word(finding.kind)),
            (*pages, self.review_page),
            self._task,
            verb=translate("fleet", "Repair"),
            is_dangerous=finding.repair.is_destructive,
            parent=parent,
        )
        if self.how_page is not None:
            self.how_page.changed.connect(self._how_changed)
        self.set_subject(finding.database or finding.tenant or "")

    @property
    def options(self) -> RepairOptions:
        """How somebody wants it done."""
        return RepairOptions() if self.how_page is None else self.how_page.options

    def _how_changed(self) -> None:
        self.set_dangerous(self._finding.repair.is_destructive or self.options.retire)

    def _review(self) -> Callable[[], Review]:
        return partial(review_of, self._console, self._finding.id, self.options)

    def _task(self) -> Task:
        assert self.review_page.review is not None
        planned, plan = cast("Planned", self.review_page.review.result)
        confirmations = (planned.database,) if planned.database is not None else ()
        return Task(
            translate("fleet", "Repair: {what}").format(what=planned.repair.title),
            planned.server or self._console.connection.master.name,
            partial(self._console.reconciliation.repair, planned, plan, confirmations),
            planned.tenant,
            lambda _result: EVERYTHING,
        )


def review_of(console: Console, finding: str, options: RepairOptions) -> Review:
    """The plan of a repair as it would be carried out now, put into words. Blocks."""
    planned, plan = console.reconciliation.plan(finding, options)
    repair = planned.repair
    facts = [
        (translate("fleet", "What was seen"), planned.evidence),
        (translate("fleet", "What it risks"), planned.risk),
    ]
    if repair.is_destructive:
        backup = str(options.backup_to or console.backups.folder(_folder_of(planned)))
        if options.no_backup:
            backup = translate("fleet", "None, because: {reason}").format(reason=options.reason)
        facts.append((translate("fleet", "Backup"), backup))
    confirmation = None
    if repair.is_destructive and planned.database is not None:
        confirmation = Confirmation(
            planned.database, translate("fleet", "Type the name of the database to have it removed")
        )
    return Review(
        (planned, plan),
        plan_steps(repair.steps),
        tuple(facts),
        _warnings(planned, options),
        _command(console, planned, options),
        confirmation,
    )


def _warnings(planned: Finding, options: RepairOptions) -> tuple[str, ...]:
    repair = planned.repair
    if repair.is_destructive and options.no_backup:
        return (translate("fleet", "No backup is made. Nothing will bring the data back."),)
    return () if repair.is_automatic else (what_it_means(repair),)


def _command(console: Console, planned: Finding, options: RepairOptions) -> str:
    words = ["fleet", "reconcile", "--repair", planned.id]
    if options.retire:
        words.append("--retire")
    if planned.repair.is_destructive and planned.database is not None:
        words += ["--confirm", planned.database]
    if options.no_backup:
        words += ["--no-backup", "--reason", options.reason]
    elif options.backup_to is not None:
        words += ["--backup-to", str(options.backup_to)]
    return command_line(console, *words)


def _folder_of(finding: Finding) -> str:
    """Whose backups a database's backup is among: its tenant's, even where that is gone."""
    return str(finding.repair.data.get("tenant") or finding.tenant or "")
