"""Freezing a tenant's database: for how long, what that stops and what it cannot, and the plan."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING, cast

from PySide6.QtWidgets import QButtonGroup, QWidget

from pagevoo_console.domain.changes import Changes
from pagevoo_console.domain.errors import Refused
from pagevoo_console.domain.freeze import FreezePlan, FreezeReason
from pagevoo_console.domain.job import Task
from pagevoo_console.domain.quota import QuotaLevel
from pagevoo_console.ui.kit import format
from pagevoo_console.ui.kit.choices import ChoiceCard
from pagevoo_console.ui.kit.command_lines import command_line
from pagevoo_console.ui.kit.gauge import reading
from pagevoo_console.ui.kit.i18n import translate
from pagevoo_console.ui.kit.loaded_page import LoadedPage
from pagevoo_console.ui.kit.reviews import Review
from pagevoo_console.ui.kit.runner import Runner
from pagevoo_console.ui.kit.states import Emptiness
from pagevoo_console.ui.kit.task_wizard import PlanPage, TaskWizard, plan_steps
from pagevoo_console.ui.kit.tokens import Space, Tone
from pagevoo_console.ui.quotas.pieces import means
from pagevoo_console.ui.quotas.words import frozen_title, goes_on, not_stopped, stopped

if TYPE_CHECKING:
    from pagevoo_console.services.console import Console


class HowLongPage(LoadedPage[FreezePlan]):
    """Until somebody releases it, or until there is room again where it is over its limit; and what a freeze does."""

    def __init__(self, console: Console, runner: Runner, tenant: str) -> None:
        super().__init__(
            translate("freeze", "For how long"),
            translate("freeze", "A frozen database takes no new rows. What is in it stays, and can be read."),
            runner,
            console.connection.master.name,
        )
        self._freezes = console.freezes
        self._tenant = tenant
        self.by_hand: ChoiceCard | None = None
        self.at_limit: ChoiceCard | None = None
        self._group = QButtonGroup(self)

    @property
    def if_over(self) -> bool:
        """Whether it is frozen for its limit, and thaws by itself."""
        return self.at_limit is not None and self.at_limit.is_chosen

    def fetch(self) -> FreezePlan:
        return self._freezes.plan(self._tenant)

    def present(self, content: FreezePlan) -> Emptiness | None:
        is_over = any(usage.level is QuotaLevel.OVER for usage in content.usages)
        self.by_hand = ChoiceCard(
            translate("freeze", "Until somebody releases it"),
            translate("freeze", "It stays frozen, whatever room there is."),
            icon_name="lock",
        )
        self.at_limit = ChoiceCard(
            translate("freeze", "Until there is room again"),
            translate("freeze", "The daily look thaws it once it is below 90 % of its limit."),
            icon_name="gauge",
            reason="" if is_over else translate("freeze", "It is not over its limit."),
        )
        self.by_hand.control.setObjectName("freezeByHand")
        self.at_limit.control.setObjectName("freezeAtLimit")
        for card in (self.by_hand, self.at_limit):
            self._group.addButton(card.control)
            self.parts.addWidget(card)
        (self.at_limit if is_over else self.by_hand).control.setChecked(True)
        self._group.buttonClicked.connect(lambda _button: self.touch())
        self.parts.addSpacing(Space.XS)
        self.parts.addWidget(means(translate("freeze", "What it stops"), "ban", Tone.DANGER, stopped()))
        self.parts.addWidget(means(translate("freeze", "What goes on"), "circle-check", Tone.GOOD, goes_on()))
        self.parts.addWidget(
            means(translate("freeze", "What it cannot stop"), "triangle-alert", Tone.WARNING, not_stopped())
        )
        self.parts.addStretch(1)
        return None


class FreezeWizard(TaskWizard):
    """Leads to a database that takes no new rows. The job's result is the Freeze."""

    def __init__(self, console: Console, runner: Runner, tenant_id: str, parent: QWidget | None = None) -> None:
        self._console = console
        self._tenant = tenant_id
        self.how_long_page = HowLongPage(console, runner, tenant_id)
        self.review_page = PlanPage(console, runner, self._review)
        super().__init__(
            console,
            runner,
            translate("freeze", "Freeze database"),
            (self.how_long_page, self.review_page),
            self._task,
            verb=translate("freeze", "Freeze"),
            parent=parent,
        )
        self.name_whom(lambda: console.tenants.show(tenant_id).name, console.connection.master.name)

    def _review(self) -> Callable[[], Review]:
        return partial(review_of, self._console, self._tenant, self.how_long_page.if_over)

    def _task(self) -> Task:
        assert self.review_page.review is not None
        plan, server = cast("tuple[FreezePlan, str]", self.review_page.review.result)
        return Task(
            translate("freeze", "Freeze {database}").format(database=plan.database),
            server,
            partial(self._console.freezes.freeze, plan),
            plan.tenant,
            lambda _freeze: Changes(frozenset({plan.tenant}), frozenset({"quotas", "operations", "audit"})),
        )


def review_of(console: Console, tenant: str, if_over: bool) -> Review:
    """What freezing would do, put into words. Blocks. Raises Refused where there is nothing to do."""
    plan = console.freezes.plan(tenant, if_over=if_over)
    if not plan.steps:
        raise Refused(
            translate("freeze", "{database} need not be frozen").format(database=plan.database)
            if plan.frozen is None
            else frozen_title(plan.frozen),
            code="nothing_to_do",
            hint=translate("freeze", "Nothing would be changed. Close this, or choose otherwise on the page before."),
        )
    located = console.tenants.locate(tenant)
    facts = (
        (f"{console.platform.words.tenant.capitalize()} {tenant}", located.tenant.name),
        (translate("freeze", "Database"), plan.database),
        *((reading(usage).title, f"{reading(usage).used} · {reading(usage).percent}") for usage in plan.usages),
        (translate("freeze", "Tables to freeze"), format.count(plan.tables)),
        (translate("freeze", "Whoever adds rows is told"), plan.message),
    )
    warnings = []
    if plan.frozen is not None and plan.frozen.reason is FreezeReason.QUOTA and plan.reason is FreezeReason.MANUAL:
        warnings.append(
            translate("freeze", "It is frozen at its limit and would thaw by itself. From now on it would not.")
        )
    command = ("quota", "enforce", tenant, *(("--if-over",) if if_over else ()))
    return Review(
        (plan, located.server.name), plan_steps(plan.steps), facts, tuple(warnings), command_line(console, *command)
    )
