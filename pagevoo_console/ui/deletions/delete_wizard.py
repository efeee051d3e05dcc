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
from pagevoo_console.ui.deletions.measured_page import Measured, MeasuredPage, measure
from pagevoo_console.ui.kit import format
from pagevoo_console.ui.kit.checked_wizard import CheckedWizard
from pagevoo_console.ui.kit.command_lines import command_line
from pagevoo_console.ui.kit.deletion_words import holds, offline, what_changed, who_and_where
from pagevoo_console.ui.kit.i18n import translate
from pagevoo_console.ui.kit.reviews import Confirmation, Review, ReviewStep
from pagevoo_console.ui.kit.runner import Runner
from pagevoo_console.ui.kit.task_wizard import PlanPage, plan_steps

if TYPE_CHECKING:
    from pagevoo_console.services.console import Console


class DeleteDatabaseWizard(CheckedWizard):
    """Leads to the deletion of a tenant's database."""

    def __init__(self, console: Console, runner: Runner, tenant_id: str, parent: QWidget | None = None) -> None:
        self._console = console
        self._tenant = tenant_id
        self.measured_page = MeasuredPage(console, runner, tenant_id)
        self.backup_page = BackupPage(tenant_id, console.backups.folder(tenant_id))
        name = console.platform.database_name(tenant_id) or translate("delete", "database")
        super().__init__(
            console,
            runner,
            translate("delete", "Delete {database}").format(database=name),
            (self.measured_page, self.backup_page),
            PlanPage(console, runner, self._review, title=translate("delete", "Confirm")),
            self._task,
            again=lambda plan: console.deletions.plan(plan.request),
            difference=what_changed,
            verb=translate("delete", "Delete database"),
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
        return partial(review_of, self._console, self.backup_page.request, self.take_difference())

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
    facts = (
        *who_and_where(console, plan),
        (translate("delete", "Holds"), holds(plan)),
        (translate("delete", "Goes offline"), offline(measured.websites)),
        *backup_facts(console, measured),
        *way_back(plan),
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


def way_back(plan: DeletionPlan) -> tuple[tuple[str, str], ...]:
    """Until when it can be had back from the trash, or that it cannot."""
    if plan.purge_after is None:
        return ((translate("delete", "Can be had back"), translate("delete", "Only from its backup")),)
    return ((translate("delete", "Can be had back until"), format.moment(plan.purge_after)),)


def command_of(console: Console, plan: DeletionPlan) -> str:
    """The same deletion on a command line."""
    request = plan.request
    words = ["database", "delete", request.tenant, "--confirm", plan.database.name]
    if request.no_backup:
        words += ["--no-backup", "--reason", request.reason]
    elif request.backup_to is not None:
        words += ["--backup-to", str(request.backup_to)]
    if request.grace_days is not None:
        words += ["--grace", str(request.grace_days)]
    return command_line(console, *words)
