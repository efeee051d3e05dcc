"""Deleting a tenant's database: what will be gone, the backup, and the plan in full with the name typed."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtWidgets import QWidget

from pagevoo_console.domain.changes import Changes
from pagevoo_console.domain.deletion import DeletionPlan, DeletionRequest
from pagevoo_console.domain.job import Task
from pagevoo_console.ui.deletions.backup_page import BackupPage
from pagevoo_console.ui.deletions.measured_page import Measured, MeasuredPage, about, measure, offline, who_and_where
from pagevoo_console.ui.kit import format
from pagevoo_console.ui.kit.command_lines import command_line
from pagevoo_console.ui.kit.i18n import translate
from pagevoo_console.ui.kit.reviews import Confirmation, Review, ReviewStep
from pagevoo_console.ui.kit.runner import Runner
from pagevoo_console.ui.kit.task_wizard import PlanPage, TaskWizard, plan_steps

if TYPE_CHECKING:
    from pagevoo_console.services.console import Console

TOLERATED_FRACTION = 0.01


class DeleteDatabaseWizard(TaskWizard):
    """Leads to the deletion of a tenant's database.

    Between the review and the button others may have worked on it: the plan is made once more then, and where it
    differs it is shown again and has to be confirmed again.
    """

    def __init__(self, console: Console, runner: Runner, tenant_id: str, parent: QWidget | None = None) -> None:
        self._console = console
        self._tenant = tenant_id
        self._lane = console.connection.master.name
        self._changed = ""
        self._is_checking = False
        self.measured_page = MeasuredPage(console, runner, tenant_id)
        self.backup_page = BackupPage(tenant_id, console.backups.folder(tenant_id))
        self.review_page = PlanPage(console, runner, self._review, title=translate("delete", "Confirm"))
        name = console.platform.database_name(tenant_id) or translate("delete", "database")
        super().__init__(
            console,
            runner,
            translate("delete", "Delete {database}").format(database=name),
            (self.measured_page, self.backup_page, self.review_page),
            self._task,
            verb=translate("delete", "Delete database"),
            is_dangerous=True,
            parent=parent,
        )
        self.measured_page.completeness_changed.connect(self._measured)

    @property
    def plan(self) -> DeletionPlan | None:
        """The plan that is on the last page."""
        review = self.review_page.review
        result = None if review is None else review.result
        return result if isinstance(result, DeletionPlan) else None

    def _measured(self) -> None:
        measured = self.measured_page.content
        if measured is not None:
            self.set_subject(measured.plan.tenant_name)
            if measured.is_missing:
                self.backup_page.show_missing()

    def _review(self) -> Callable[[], Review]:
        changed, self._changed = self._changed, ""
        return partial(review_of, self._console, self.backup_page.request, changed)

    def _finish(self) -> None:
        reviewed = self.plan
        if reviewed is None or not self.review_page.is_complete or self._is_checking:
            return
        self._is_checking = True
        self.finish_button.setEnabled(False)
        self.runner.query(
            partial(self._console.deletions.plan, reviewed.request),
            partial(self._checked, reviewed),
            lambda _error: self._ask_again(""),
            key="check",
            owner=self,
            lane=self._lane,
        )

    def _checked(self, reviewed: DeletionPlan, now: DeletionPlan) -> None:
        difference = what_changed(reviewed, now)
        if difference:
            self._ask_again(difference)
            return
        self._is_checking = False
        if self.isVisible() and self.plan is reviewed:
            super()._finish()

    def _ask_again(self, difference: str) -> None:
        self._is_checking = False
        if self.isVisible() and self.flow.is_last:
            self._changed = difference
            self.review_page.enter()

    def _task(self) -> Task:
        plan = self.plan
        assert plan is not None
        tenant = self._tenant
        return Task(
            translate("delete", "Delete {database}").format(database=plan.database.name),
            plan.database.server,
            partial(self._console.deletions.run, plan, plan.database.name),
            tenant,
            lambda _result: Changes(frozenset({tenant}), frozenset({"backups", "operations", "audit"})),
        )


def review_of(console: Console, request: DeletionRequest, changed: str = "") -> Review:
    """The plan of a deletion, put into words; what `changed` since it was last seen comes first. Blocks."""
    measured = measure(console, request)
    plan = measured.plan
    rows = translate("delete", "{count} rows").format(count=about(plan.rows))
    holds = f"{format.tables(plan.tables)}, {rows}, {format.size(plan.size_bytes)}"
    facts = (
        *who_and_where(console, plan),
        (translate("delete", "Holds"), holds),
        (translate("delete", "Goes offline"), offline(measured.websites)),
        *backup_facts(console, measured),
    )
    return Review(
        plan,
        (*plan_steps(plan.steps), ReviewStep(translate("delete", "Mark it as deleted in the registry"), icon="check")),
        facts,
        (*((changed,) if changed else ()), *plan.warnings),
        command_of(console, plan),
        Confirmation(plan.database.name, translate("delete", "Type the name of the database to delete it")),
    )


def backup_facts(console: Console, measured: Measured) -> tuple[tuple[str, str], ...]:
    """Where the backup goes, or why there is none."""
    request = measured.plan.request
    title = translate("delete", "Backup")
    if measured.is_missing:
        return ()
    if request.no_backup:
        return ((title, translate("delete", "None, because: {reason}").format(reason=request.reason)),)
    return ((title, str(request.backup_to or console.backups.folder(request.tenant))),)


def command_of(console: Console, plan: DeletionPlan) -> str:
    """The same deletion on a command line."""
    request = plan.request
    words = ["database", "delete", request.tenant, "--confirm", plan.database.name]
    if request.no_backup:
        words += ["--no-backup", "--reason", request.reason]
    elif request.backup_to is not None:
        words += ["--backup-to", str(request.backup_to)]
    return command_line(console, *words)


def what_changed(reviewed: DeletionPlan, now: DeletionPlan) -> str:
    """How the plan differs from the one that was read, in a sentence; empty where it is the same for its reader.

    Rows are estimates, and a live website writes all the time: one part in a hundred is no news.
    """
    if (reviewed.database.generation, reviewed.database.name) != (now.database.generation, now.database.name):
        what = translate("delete", "it was deleted and created anew")
    elif reviewed.tables != now.tables:
        what = translate("delete", "{now} tables instead of {before}").format(
            now=format.count(now.tables), before=format.count(reviewed.tables)
        )
    elif abs(reviewed.rows - now.rows) > TOLERATED_FRACTION * reviewed.rows:
        what = translate("delete", "{now} rows instead of {before}").format(
            now=format.count(now.rows), before=format.count(reviewed.rows)
        )
    elif (reviewed.steps, reviewed.websites_unpublished) != (now.steps, now.websites_unpublished):
        what = translate("delete", "other steps are needed")
    else:
        return ""
    sentence = translate("delete", "The database has changed since you looked: {what}. Please confirm again.")
    return sentence.format(what=what)
