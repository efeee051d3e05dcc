"""The two ways out of the trash: having a database back, and purging it with its name typed."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING, cast

from PySide6.QtWidgets import QWidget

from pagevoo_console.domain.changes import Changes
from pagevoo_console.domain.job import Task
from pagevoo_console.domain.trash import PurgePlan, TrashEntry, UndeletePlan
from pagevoo_console.ui.kit import format
from pagevoo_console.ui.kit.command_lines import command_line
from pagevoo_console.ui.kit.i18n import translate
from pagevoo_console.ui.kit.reviews import Confirmation, Review
from pagevoo_console.ui.kit.runner import Runner
from pagevoo_console.ui.kit.task_wizard import PlanPage, TaskWizard, plan_steps

if TYPE_CHECKING:
    from pagevoo_console.services.console import Console


class UndeleteWizard(TaskWizard):
    """Leads to a deleted database under its old name. The job's result is a TrashResult."""

    def __init__(self, console: Console, runner: Runner, entry: TrashEntry, parent: QWidget | None = None) -> None:
        self._console = console
        self._entry = entry
        self.review_page = PlanPage(console, runner, self._review)
        super().__init__(
            console,
            runner,
            translate("trash", "Undelete {database}").format(database=entry.database),
            (self.review_page,),
            self._task,
            verb=translate("trash", "Undelete"),
            parent=parent,
        )
        self.set_subject(translate("trash", "Operation {number}").format(number=entry.operation))

    def _review(self) -> Callable[[], Review]:
        return partial(undelete_review, self._console, self._entry.operation)

    def _task(self) -> Task:
        assert self.review_page.review is not None
        plan = cast("UndeletePlan", self.review_page.review.result)
        return Task(
            translate("trash", "Undelete {database}").format(database=plan.entry.database),
            plan.entry.server,
            partial(self._console.trash.undelete, plan),
            plan.entry.tenant,
            lambda _result: _changes(plan.entry),
        )


class PurgeWizard(TaskWizard):
    """Leads to the end of a database in the trash. The job's result is a TrashResult."""

    def __init__(self, console: Console, runner: Runner, entry: TrashEntry, parent: QWidget | None = None) -> None:
        self._console = console
        self._entry = entry
        self.review_page = PlanPage(console, runner, self._review)
        super().__init__(
            console,
            runner,
            translate("trash", "Purge {database}").format(database=entry.database),
            (self.review_page,),
            self._task,
            verb=translate("trash", "Purge"),
            is_dangerous=True,
            parent=parent,
        )
        self.set_subject(translate("trash", "Operation {number}").format(number=entry.operation))

    def _review(self) -> Callable[[], Review]:
        return partial(purge_review, self._console, self._entry.operation)

    def _task(self) -> Task:
        assert self.review_page.review is not None
        plan = cast("PurgePlan", self.review_page.review.result)
        return Task(
            translate("trash", "Purge {database}").format(database=plan.entry.database),
            plan.entry.server,
            partial(self._console.trash.purge, plan, plan.entry.database),
            plan.entry.tenant,
            lambda _result: _changes(plan.entry),
        )


def undelete_review(console: Console, operation: str) -> Review:
    """What undeleting would do, put into words. Blocks. Raises Refused where it cannot be."""
    plan = console.trash.plan_undelete(operation)
    website = plan.website or translate("trash", "None")
    facts = (*_facts(console, plan), (console.platform.words.website.capitalize(), website))
    command = command_line(console, "database", "undelete", operation)
    return Review(plan, plan_steps(plan.steps), facts, plan.warnings, command)


def purge_review(console: Console, operation: str) -> Review:
    """What purging would do, put into words. Blocks. Raises Refused where it is not in the trash any more."""
    plan = console.trash.plan_purge(operation)
    backup = plan.entry.backup_path or translate("trash", "None")
    return Review(
        plan,
        plan_steps(plan.steps),
        (*_facts(console, plan), (translate("trash", "Backup"), backup)),
        plan.warnings,
        command_line(console, "database", "purge", operation, "--confirm", plan.entry.database),
        Confirmation(plan.entry.database, translate("trash", "Type the name that the database had to purge it")),
    )


def _facts(console: Console, plan: UndeletePlan | PurgePlan) -> tuple[tuple[str, str], ...]:
    entry = plan.entry
    return (
        (f"{console.platform.words.tenant.capitalize()} {entry.tenant}", plan.tenant_name),
        (translate("trash", "Database"), entry.database),
        (translate("trash", "In the trash as"), f"{entry.name} · {entry.server}"),
        (translate("trash", "Deleted"), f"{format.moment(entry.deleted_at)} · {entry.by}"),
        (translate("trash", "Can be had back until"), format.moment(entry.purge_after)),
    )


def _changes(entry: TrashEntry) -> Changes:
    return Changes(frozenset({entry.tenant}), frozenset({"trash", "backups", "operations", "audit"}))
