"""Removing backups that the policy does not keep: seen one by one, and confirmed by typing how many go."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING, cast

from PySide6.QtWidgets import QWidget

from pagevoo_console.domain.changes import Changes
from pagevoo_console.domain.job import Task
from pagevoo_console.domain.place import Place
from pagevoo_console.domain.retention import PrunePlan, RetentionPolicy
from pagevoo_console.ui.backups.policy_page import PolicyPage
from pagevoo_console.ui.kit import format
from pagevoo_console.ui.kit.command_lines import command_line
from pagevoo_console.ui.kit.i18n import translate
from pagevoo_console.ui.kit.messages import Message, MessageKind
from pagevoo_console.ui.kit.reviews import Confirmation, Review, ReviewStep
from pagevoo_console.ui.kit.runner import Runner
from pagevoo_console.ui.kit.task_wizard import PlanPage, TaskWizard
from pagevoo_console.ui.kit.tenant_names import named, names_of
from pagevoo_console.ui.kit.tokens import Tone

if TYPE_CHECKING:
    from pagevoo_console.services.console import Console
    from pagevoo_console.services.jobs import JobContext

NAMED = 50


class PruneWizard(TaskWizard):
    """Leads to a pruning, to a policy for the nightly run, or both. The job's result is a Message."""

    def __init__(self, console: Console, runner: Runner, parent: QWidget | None = None) -> None:
        self._console = console
        self.policy_page = PolicyPage(console, runner)
        self.review_page = PlanPage(
            console,
            runner,
            self._review,
            explanation=translate(
                "prune", "Nothing has been removed yet. Each removal is written into the audit trail."
            ),
        )
        super().__init__(
            console,
            runner,
            translate("prune", "Prune backups"),
            (self.policy_page, self.review_page),
            self._task,
            verb=translate("prune", "Remove"),
            is_dangerous=True,
            parent=parent,
        )

    def _review(self) -> Callable[[], Review]:
        page = self.policy_page
        return partial(review_of, self._console, page.policy, page.place, page.save.isChecked())

    def _task(self) -> Task:
        assert self.review_page.review is not None
        plan = cast("PrunePlan", self.review_page.review.result)
        return Task(
            translate("prune", "Prune backups"),
            self._console.connection.master.name,
            partial(prune, self._console, plan, self.policy_page.save.isChecked()),
            changes=lambda _message: Changes(
                frozenset(backup.tenant for backup in plan.removed), frozenset({"backups", "audit"})
            ),
        )


def review_of(console: Console, policy: RetentionPolicy, place: Place | None, saves: bool) -> Review:
    """What pruning would do now, in words. Blocks."""
    plan = console.retention.plan(None, policy, place)
    names = names_of(console.directory, [backup.tenant for backup in plan.removed[:NAMED]])
    steps = [
        ReviewStep(
            backup.where.rpartition("/")[2],
            f"{named(backup.tenant, names)} · {format.age(backup.created_at)} · {format.size(backup.size_bytes)}",
            "trash-2",
            Tone.DANGER,
        )
        for backup in plan.removed[:NAMED]
    ]
    if len(plan.removed) > NAMED:
        more = translate("prune", "{count} more like these").format(count=format.count(len(plan.removed) - NAMED))
        steps.append(ReviewStep(more, icon="layers", tone=Tone.DANGER))
    if saves:
        title = translate("prune", "Keep this policy for {platform}").format(platform=console.platform.title)
        steps.append(ReviewStep(title, policy.text, "check"))
    facts = (
        (translate("prune", "Where"), translate("prune", "This machine's folders") if place is None else place.address),
        (translate("prune", "Policy"), policy.text),
        (translate("prune", "Will go"), f"{format.count(len(plan.removed))} · {format.size(plan.freed_bytes)}"),
        (translate("prune", "Stay"), format.count(sum(one.is_kept for one in plan.keepings))),
    )
    warnings = tuple(f"{named(tenant, names)}: {why}" for tenant, why in list(plan.skipped.items())[:3])
    options = [f"--keep-{name}={getattr(policy, name)}" for name in ("last", "days", "weeks", "months", "years")]
    where = () if place is None else ("--place", place.address)
    confirmation = None
    if plan.removed:
        prompt = translate("prune", "Type how many backups are removed for good")
        confirmation = Confirmation(str(len(plan.removed)), prompt)
    return Review(
        plan, tuple(steps), facts, warnings, command_line(console, "backup", "prune", *where, *options), confirmation
    )


def prune(console: Console, plan: PrunePlan, saves: bool, job: JobContext) -> Message:
    """Remove what the plan says and still would, then keep the policy where that is wanted. Blocks."""
    done = console.retention.prune(plan, job)
    if saves:
        console.retention.set_policy(plan.policy)
    names = names_of(console.directory, done.skipped)
    for tenant, why in done.skipped.items():
        job.line(f"{named(tenant, names)}: {why}")
    text = translate("prune", "{count} removed, {size} freed").format(
        count=format.count(len(done.removed)), size=format.size(done.freed_bytes)
    )
    left = len(plan.removed) - len(done.removed)
    if left:
        spared = translate("prune", "{count} were spared, since something had changed meanwhile")
        text = f"{text} · {spared.format(count=format.count(left))}"
    title = translate("prune", "Backups are pruned")
    return Message(MessageKind.WARNING if done.skipped else MessageKind.GOOD, title, text)
