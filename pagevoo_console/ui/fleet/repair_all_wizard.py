"""Repairing everything that is safe to repair: one plan, one job, and each repair an operation of its own."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING, cast

from PySide6.QtWidgets import QWidget

from pagevoo_console.domain.changes import EVERYTHING
from pagevoo_console.domain.errors import Refused
from pagevoo_console.domain.finding import Findings
from pagevoo_console.domain.job import Task
from pagevoo_console.ui.fleet.finding_words import kind_icon
from pagevoo_console.ui.kit import format
from pagevoo_console.ui.kit.command_lines import command_line
from pagevoo_console.ui.kit.i18n import translate
from pagevoo_console.ui.kit.reviews import Review, ReviewStep
from pagevoo_console.ui.kit.runner import Runner
from pagevoo_console.ui.kit.task_wizard import PlanPage, TaskWizard

if TYPE_CHECKING:
    from pagevoo_console.services.console import Console

SHOWN = 200


class RepairAllWizard(TaskWizard):
    """Leads to every repair that is neither destructive nor a choice. The job's result is a RepairResult for each."""

    def __init__(self, console: Console, runner: Runner, parent: QWidget | None = None) -> None:
        self._console = console
        self.review_page = PlanPage(
            console,
            runner,
            self._review,
            explanation=translate(
                "fleet", "Nothing has been changed yet. Each looks again before it acts; one that fails stops no other."
            ),
        )
        super().__init__(
            console,
            runner,
            translate("fleet", "Repair all safe ones"),
            (self.review_page,),
            self._task,
            verb=translate("fleet", "Repair all"),
            parent=parent,
        )

    def _review(self) -> Callable[[], Review]:
        return partial(review_of, self._console)

    def _task(self) -> Task:
        assert self.review_page.review is not None
        findings = cast("Findings", self.review_page.review.result)
        number = sum(one.repair.is_automatic for one in findings.findings)
        title = translate("fleet", "Repair {count} contradictions").format(count=format.count(number))
        return Task(
            title,
            self._console.connection.master.name,
            partial(self._console.reconciliation.repair_all, findings),
            changes=lambda _results: EVERYTHING,
        )


def review_of(console: Console) -> Review:
    """Every repair that would be carried out now, and how many are left to be asked for. Blocks."""
    findings = console.reconciliation.find()
    chosen = [one for one in findings.findings if one.repair.is_automatic]
    if not chosen:
        raise Refused(
            translate("fleet", "There is nothing left that is safe to repair"),
            code="nothing_to_do",
            hint=translate("fleet", "Look again: what was there has come right, or needs a decision."),
        )
    left = len(findings.findings) - len(chosen)
    steps = [ReviewStep(one.repair.title, one.evidence, kind_icon(one.kind)) for one in chosen[:SHOWN]]
    if len(chosen) > SHOWN:
        more = translate("fleet", "{count} more like these").format(count=format.count(len(chosen) - SHOWN))
        steps.append(ReviewStep(more, icon="layers"))
    facts = (
        (translate("fleet", "Will be repaired"), format.count(len(chosen))),
        (translate("fleet", "Left for you"), format.count(left)),
    )
    return Review(findings, tuple(steps), facts, (), command_line(console, "fleet", "reconcile", "--yes"))
