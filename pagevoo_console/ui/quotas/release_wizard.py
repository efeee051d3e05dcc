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
from pagevoo_console.ui.kit.reviews import Review
from pagevoo_console.ui.kit.runner import Runner
from pagevoo_console.ui.kit.task_wizard import PlanPage, TaskWizard, plan_steps
from pagevoo_console.ui.kit.wizard_pages import WizardPage
from pagevoo_console.ui.quotas.words import frozen_title

if TYPE_CHECKING:
    from pagevoo_console.services.console import Console


class HowPage(WizardPage):
    """At once, or after the tables were written anew."""

    def __init__(self, compacts: bool) -> None:
        super().__init__(
            translate("release", "How"),
            translate("release", "Deleted rows leave room that new rows use again; files do not shrink by themselves."),
        )
        self.at_once = ChoiceCard(
            translate("release", "Release at once"),
            translate("release", "New rows are taken again within moments."),
            icon_name="sun",
        )
        self.compact = ChoiceCard(
            translate("release", "Compact, then release"),
            translate(
                "release",
                "Every table is written anew, so that what was deleted goes back to the disk. Others wait meanwhile.",
            ),
            icon_name="archive",
        )
        self.at_once.control.setObjectName("releaseAtOnce")
        self.compact.control.setObjectName("releaseCompact")
        self._group = QButtonGroup(self)
        for card in (self.at_once, self.compact):
            self._group.addButton(card.control)
            self.body.addWidget(card)
        (self.compact if compacts else self.at_once).control.setChecked(True)
        self._group.buttonClicked.connect(lambda _button: self.touch())

    @property
    def compacts(self) -> bool:
        return self.compact.is_chosen


class ReleaseWizard(TaskWizard):
    """Leads to a database that takes new rows again. The job's result is what is used of the limits afterwards."""

    def __init__(
        self, console: Console, runner: Runner, tenant_id: str, compact: bool = False, parent: QWidget | None = None
    ) -> None:
        self._console = console
        self._tenant = tenant_id
        self.how_page = HowPage(compact)
        self.review_page = PlanPage(console, runner, self._review)
        super().__init__(
            console,
            runner,
            translate("release", "Release database"),
            (self.how_page, self.review_page),
            self._task,
            verb=translate("release", "Release"),
            parent=parent,
        )
        self.name_whom(lambda: console.tenants.show(tenant_id).name, console.connection.master.name)

    def _review(self) -> Callable[[], Review]:
        return partial(review_of, self._console, self._tenant, self.how_page.compacts)

    def _task(self) -> Task:
        assert self.review_page.review is not None
        plan, server = cast("tuple[ReleasePlan, str]", self.review_page.review.result)
        title = "Compact and release {database}" if plan.compacts else "Release {database}"
        return Task(
            translate("release", title).format(database=plan.database),
            server,
            partial(self._console.freezes.release, plan),
            plan.tenant,
            lambda _usages: Changes(frozenset({plan.tenant}), frozenset({"quotas", "operations", "audit"})),
        )


def review_of(console: Console, tenant: str, compact: bool) -> Review:
    """What releasing would do, put into words. Blocks. Raises Refused where there is nothing to do."""
    plan = console.freezes.plan_release(tenant, compact=compact)
    if not plan.steps:
        raise Refused(
            translate("release", "{database} is not frozen").format(database=plan.database),
            code="not_frozen",
            hint=translate("release", "There is nothing to release. It can be compacted all the same: go back."),
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
