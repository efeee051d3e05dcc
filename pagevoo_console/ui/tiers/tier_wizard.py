"""Changing a tenant's tier: which one, what that switches off and on and what to tell the customer, and the plan."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING, cast

from PySide6.QtWidgets import QWidget

from pagevoo_console.domain.changes import Changes
from pagevoo_console.domain.job import Task
from pagevoo_console.domain.tier import TierPlan
from pagevoo_console.ui.kit.command_lines import command_line
from pagevoo_console.ui.kit.i18n import translate
from pagevoo_console.ui.kit.reviews import Review
from pagevoo_console.ui.kit.runner import Runner
from pagevoo_console.ui.kit.task_wizard import PlanPage, TaskWizard, plan_steps
from pagevoo_console.ui.tiers.simulation_page import SimulationPage
from pagevoo_console.ui.tiers.tier_page import TierPage

if TYPE_CHECKING:
    from pagevoo_console.services.console import Console


class TierWizard(TaskWizard):
    """Leads to another tier. Nothing is deleted by it, so nothing has to be typed. `tier` is chosen beforehand."""

    def __init__(
        self, console: Console, runner: Runner, tenant_id: str, tier: str | None = None, parent: QWidget | None = None
    ) -> None:
        self._console = console
        self._tenant = tenant_id
        self.tier_page = TierPage(console, runner, tenant_id, tier)
        self.simulation_page = SimulationPage(console, runner, tenant_id, lambda: self.tier_page.tier)
        self.review_page = PlanPage(console, runner, self._review)
        super().__init__(
            console,
            runner,
            translate("tiers", "Change tier"),
            (self.tier_page, self.simulation_page, self.review_page),
            self._task,
            verb=translate("tiers", "Change tier"),
            parent=parent,
        )
        self.name_whom(lambda: console.tenants.show(tenant_id).name, console.connection.master.name)

    def _review(self) -> Callable[[], Review]:
        return partial(review_of, self._console, self._tenant, self.tier_page.tier)

    def _task(self) -> Task:
        assert self.review_page.review is not None
        plan = cast(TierPlan, self.review_page.review.result)
        tenant = self._tenant
        tier = self._console.platform.tier(plan.to_tier)
        return Task(
            translate("tiers", "Change tier to {tier}").format(tier=tier.title if tier else plan.to_tier),
            self._console.connection.master.name if plan.database is None else plan.database.server,
            partial(self._console.tier_changes.run, plan),
            tenant,
            lambda _result: Changes(frozenset({tenant}), frozenset({"operations", "audit"})),
        )


def review_of(console: Console, tenant: str, tier: str) -> Review:
    """The plan of a change of tier, put into words. Blocks."""
    plan = console.tier_changes.plan(tenant, tier)
    known = {one.name: one.title for one in console.platform.tiers}
    change = translate("tiers", "{before} → {after}")
    facts = (
        (f"{console.platform.words.tenant.capitalize()} {tenant}", plan.tenant_name),
        (
            translate("tiers", "Tier"),
            change.format(before=known.get(plan.from_tier, plan.from_tier), after=known.get(tier, tier)),
        ),
        *(((translate("tiers", "Database"), plan.database.name),) if plan.database is not None else ()),
    )
    return Review(
        plan, plan_steps(plan.steps), facts, plan.warnings, command_line(console, "tenant", "tier", tenant, tier)
    )
