"""Releasing a frozen database, with or without giving the room of deleted rows back to the disk first."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING, cast

from PySide6.QtWidgets import QButtonGroup, QWidget

from pagevoo_console.domain.changes import Changes
from pagevoo_console.domain.errors import Refused
from pagevoo_console.domain.freeze import ReleasePlan
from pagevoo_console.domain.job import Task
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
from pagevoo_console.ui.quotas.words import frozen_title

if TYPE_CHECKING:
    from pagevoo_console.services.console import Console


class HowPage(LoadedPage[ReleasePlan]):
    """At once, or after the tables were written anew. What is not frozen can only be compacted."""

    def __init__(self, console: Console, runner: Runner, tenant: str, compacts: bool) -> None:
        super().__init__(
            translate("release", "How"),
            translate("release", "Deleted rows leave room that new rows use again; files do not shrink by themselves."),
            runner,
            console.connection.master.name,
        )
        self._freezes = console.freezes
        self._tenant = tenant
        self._prefers_compact = compacts
        self._compact: ChoiceCard | None = None
        self._group = QButtonGroup(self)

    @property
    def compacts(self) -> bool:
        return self._compact is not None and self._compact.is_chosen

    def fetch(self) -> ReleasePlan:
        return self._freezes.plan_release(self._tenant)

    def present(self, content: ReleasePlan) -> Emptiness | None:
        is_frozen = content.frozen is not None
        at_once = ChoiceCard(
            translate("release", "Release at once"),
            translate("release", "New rows are taken again within moments."),
            icon_name="sun",
            reason="" if is_frozen else translate("release", "It is not frozen."),
        )
        self._compact = ChoiceCard(
            translate("release", "Compact, then release" if is_frozen else "Compact"),
            translate(
                "release",
                "Every table is written anew, so that what was deleted goes back to the disk. Others wait meanwhile.",
            ),
            icon_name="archive",
        )
        at_once.control.setObjectName("releaseAtOnce")
        self._compact.control.setObjectName("releaseCompact")
        for card in (at_once, self._compact):
            self._group.addButton(card.control)
            self.parts.addWidget(card)
        (at_once if is_frozen and not self._prefers_compact else self._compact).control.setChecked(True)
        self._group.buttonClicked.connect(lambda _button: self.touch())
        self.parts.addStretch(1)
        return None


class ReleaseWizard(TaskWizard):
    """Leads to a database that takes new rows again. The job's result is what is used of the limits afterwards."""

    def __init__(
        self, console: Console, runner: Runner, tenant_id: str, compact: bool = False, parent: QWidget | None = None
    ) -> None:
        self._console = console
        self._tenant = tenant_id
        self.how_page = HowPage(console, runner, tenant_id, compact)
        self.review_page = PlanPage(console, runner, self._review)
        super().__init__(
            console,
            runner,
            translate("release", "Release or compact"),
            (self.how_page, self.review_page),
            self._task,
            verb=translate("release", "Carry out"),
            parent=parent,
        )
        self.name_whom(lambda: console.tenants.show(tenant_id).name, console.connection.master.name)

    def _review(self) -> Callable[[], Review]:
        return partial(review_of, self._console, self._tenant, self.how_page.compacts)

    def _task(self) -> Task:
        assert self.review_page.review is not None
        plan, server = cast("tuple[ReleasePlan, str]", self.review_page.review.result)
        title = "Compact {database}" if plan.frozen is None else "Release {database}"
        return Task(
            translate("release", title).format(database=plan.database),
            server,
            partial(self._console.freezes.release, plan),
            plan.tenant,
            lambda _usages: Changes(frozenset({plan.tenant}), frozenset({"quotas", "operations", "audit"})),
        )


def review_of(console: Console, tenant: str, compact: bool) -> Review:
    """What releasing or compacting would do, put into words. Blocks. Raises Refused where nothing is left to do."""
    plan = console.freezes.plan_release(tenant, compact=compact)
    if not plan.steps:
        raise Refused(
            translate("release", "{database} is not frozen any more").format(database=plan.database),
            code="not_frozen",
            hint=translate("release", "Somebody has released it meanwhile: there is nothing left to do."),
        )
    located = console.tenants.locate(tenant)
    frozen = translate("release", "Not frozen") if plan.frozen is None else frozen_title(plan.frozen)
    facts = [
        (f"{console.platform.words.tenant.capitalize()} {tenant}", located.tenant.name),
        (translate("release", "Database"), plan.database),
        (translate("release", "Now"), frozen),
        *((reading(usage).title, f"{reading(usage).used} · {reading(usage).percent}") for usage in plan.usages),
    ]
    if plan.compacts:
        facts.append((translate("release", "Largest table"), format.size(plan.largest_table)))
    command = ("quota", "release", tenant, *(("--compact",) if compact else ()))
    return Review(
        (plan, located.server.name), plan_steps(plan.steps), tuple(facts), plan.warnings,
        command_line(console, *command),
    )  # fmt: skip
