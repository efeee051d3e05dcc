"""Restoring a backup: which one, where to, and the plan in full; replacing a live database asks for its name."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING, cast

from PySide6.QtWidgets import QWidget

from pagevoo_console.domain.backup import Backup
from pagevoo_console.domain.changes import Changes
from pagevoo_console.domain.job import Task
from pagevoo_console.domain.place import is_place
from pagevoo_console.ui.backups.choice_page import ChoicePage
from pagevoo_console.ui.backups.target_page import TargetPage
from pagevoo_console.ui.kit import format
from pagevoo_console.ui.kit.command_lines import command_line
from pagevoo_console.ui.kit.i18n import translate
from pagevoo_console.ui.kit.reviews import Confirmation, Review, ReviewStep
from pagevoo_console.ui.kit.runner import Runner
from pagevoo_console.ui.kit.task_wizard import PlanPage, TaskWizard, plan_steps

if TYPE_CHECKING:
    from pagevoo_console.domain.piece import Piece
    from pagevoo_console.services.console import Console
    from pagevoo_console.services.jobs import JobContext
    from pagevoo_console.services.part_restores import PartPlan
    from pagevoo_console.services.restores import RestorePlan


class RestoreWizard(TaskWizard):
    """Leads from a backup to a database. `backup_id` is chosen beforehand where it is given."""

    def __init__(
        self,
        console: Console,
        runner: Runner,
        tenant_id: str,
        backup_id: str | None = None,
        parent: QWidget | None = None,
    ) -> None:
        self._console = console
        self._tenant = tenant_id
        self.choice_page = ChoicePage(console, runner, tenant_id, backup_id)
        self.target_page = TargetPage(console.platform, tenant_id)
        self.review_page = PlanPage(console, runner, self._review)
        super().__init__(
            console,
            runner,
            translate("restore", "Restore backup"),
            (self.choice_page, self.target_page, self.review_page),
            self._task,
            verb=translate("restore", "Restore"),
            parent=parent,
        )
        self.choice_page.completeness_changed.connect(self._chosen)
        self.review_page.reviewed.connect(lambda review: self.set_dangerous(review.confirmation is not None))

    def _chosen(self) -> None:
        situation = self.choice_page.content
        if situation is not None:
            self.set_subject(situation.tenant.name)
            self.target_page.show_situation(situation, self.choice_page.backup)

    def _review(self) -> Callable[[], Review]:
        piece = self.target_page.piece
        if piece is not None:
            return partial(review_of_part, self._console, self._tenant, self.choice_page.chosen, piece)
        return partial(review_of, self._console, self._tenant, self.choice_page.chosen, self.target_page.into)

    def _task(self) -> Task:
        assert self.review_page.review is not None
        plan = cast("RestorePlan | PartPlan", self.review_page.review.result)
        tenant, work = self._tenant, work_of(self._console, plan)
        return Task(
            translate("restore", "Restore {backup} into {database}").format(
                backup=plan.backup.path.name, database=plan.database
            ),
            plan.server,
            work,
            tenant,
            lambda _evidence: Changes(frozenset({tenant}), frozenset({"backups", "operations", "audit", "trash"})),
        )


def work_of(console: Console, plan: RestorePlan | PartPlan) -> Callable[[JobContext], object]:
    """What restores by a plan: a part of a backup, or all of it; one in a place is brought here first."""
    is_part = hasattr(plan, "piece")
    confirmation = plan.database if is_part or cast("RestorePlan", plan).needs_confirmation else None
    if plan.backup.place:
        return partial(console.placed_backups.restore, plan, confirmation)
    if is_part:
        return partial(console.part_restores.run, cast("PartPlan", plan), confirmation)
    return partial(console.restores.run, cast("RestorePlan", plan), confirmation)


def found(console: Console, chosen: str) -> Backup:
    """The backup by its id, path or URL; one in a place with as much of it here as a plan looks at. Blocks."""
    placed = console.placed_backups
    return placed.prepared(placed.get(chosen)) if is_place(chosen) else console.backups.get(chosen)


def brought(backup: Backup, steps: tuple[ReviewStep, ...]) -> tuple[ReviewStep, ...]:
    """The steps, with the one that comes first where the backup lies in a place."""
    if not backup.place:
        return steps
    title = translate("restore", "Bring the backup to this machine and compare it with its manifest")
    return ReviewStep(title, icon="download"), *steps


def review_of_part(console: Console, tenant: str, chosen: str, piece: Piece) -> Review:
    """The plan of a restore of a table or of rows, put into words. Blocks."""
    plan = console.part_restores.plan(found(console, chosen), tenant, piece)
    backup = plan.backup
    rows = [f"{column}={value}" for column, values in piece.rows for value in values]
    made = f"{format.moment(backup.created_at)} ({format.age(backup.created_at)})"
    facts = (
        (f"{console.platform.words.tenant.capitalize()} {tenant}", plan.tenant_name),
        (translate("restore", "Backup"), f"{made} · {format.size(backup.size_bytes)}"),
        (translate("restore", "Into"), f"{plan.database} · {plan.server}"),
        (translate("restore", "Table"), piece.table),
        (translate("restore", "Rows"), ", ".join(rows) or translate("restore", "All of them")),
        (translate("restore", "Live rows that are replaced"), format.count(plan.live_rows)),
    )
    command = ["backup", "restore", chosen, "--tenant", tenant, "--table", piece.table]
    for row in rows:
        command += ["--rows", row]
    command += ["--confirm", plan.database]
    prompt = translate("restore", "Type the name of the database to put this into it")
    confirmation = Confirmation(plan.database, prompt)
    return Review(
        plan,
        brought(backup, plan_steps(plan.steps)),
        facts,
        plan.warnings,
        command_line(console, *command),
        confirmation,
    )


def review_of(console: Console, tenant: str, chosen: str, into: str | None) -> Review:
    """The plan of a restore, put into words. Blocks."""
    backup = found(console, chosen)
    plan = console.restores.plan(backup, tenant, into)
    words = console.platform.words
    made = f"{format.moment(backup.created_at)} ({format.age(backup.created_at)})"
    facts = (
        (f"{words.tenant.capitalize()} {tenant}", plan.tenant_name),
        (translate("restore", "Backup"), f"{made} · {format.size(backup.size_bytes)}"),
        (translate("restore", "File"), backup.where),
        (translate("restore", "Into"), f"{plan.database} · {plan.server}"),
    )
    command = ["backup", "restore", chosen, "--tenant", tenant]
    steps = brought(backup, plan_steps(plan.steps))
    warnings = plan.warnings
    confirmation = None
    if into is not None:
        command += ["--into", into]
    elif plan.needs_confirmation:
        command += ["--confirm", plan.database]
        warning = translate("restore", "What was written since {made} will not be in the live database any more.")
        warnings = (warning.format(made=format.moment(backup.created_at)), *warnings)
        prompt = translate("restore", "Type the name of the database to replace it")
        confirmation = Confirmation(plan.database, prompt)
    elif plan.data["generation"] is None:
        steps = (*steps, ReviewStep(translate("restore", "Enter it in the registry as active"), icon="check"))
    return Review(plan, steps, facts, warnings, command_line(console, *command), confirmation)
