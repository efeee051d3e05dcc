"""Upgrading features: the revisions that each lacks, and the backup before tables that stand are altered."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING, cast

from PySide6.QtWidgets import QWidget

from pagevoo_console.domain.job import Task
from pagevoo_console.ui.features.changing import (
    ActingPlanPage,
    Planned,
    backup_fact,
    facts_of,
    planned,
    task_of,
    titles_of,
)
from pagevoo_console.ui.kit.command_lines import command_line
from pagevoo_console.ui.kit.i18n import translate
from pagevoo_console.ui.kit.reviews import Review
from pagevoo_console.ui.kit.runner import Runner
from pagevoo_console.ui.kit.task_wizard import TaskWizard, plan_steps

if TYPE_CHECKING:
    from pagevoo_console.services.console import Console


class UpgradeFeaturesWizard(TaskWizard):
    """Leads to the newest revision of these features, of all that are outdated where none is named."""

    def __init__(
        self, console: Console, runner: Runner, tenant_id: str, names: tuple[str, ...], parent: QWidget | None = None
    ) -> None:
        self._console = console
        self._tenant = tenant_id
        self._names = names
        self.review_page = ActingPlanPage(console, runner, self._review)
        super().__init__(
            console,
            runner,
            translate("features", "Upgrade features"),
            (self.review_page,),
            self._task,
            verb=translate("features", "Upgrade"),
            parent=parent,
        )
        self.name_whom(lambda: console.tenants.show(tenant_id).name, console.connection.master.name)

    def _review(self) -> Callable[[], Review]:
        return partial(review_of, self._console, self._tenant, self._names)

    def _task(self) -> Task:
        assert self.review_page.review is not None
        found = cast("Planned", self.review_page.review.result)
        title = translate("features", "Upgrade {features} in {database}")
        return task_of(
            found,
            title.format(features=", ".join(found.plan.features), database=found.plan.database),
            partial(self._console.features.upgrade, found.plan),
        )


def review_of(console: Console, tenant: str, names: tuple[str, ...]) -> Review:
    """The plan of an upgrade, put into words. Blocks."""
    found = planned(console, tenant, "feature.upgrade", lambda: console.features.plan_upgrade(tenant, names))
    plan, titles = found.plan, titles_of(console)
    revisions = " · ".join(f"{step.name}: {step.title.rstrip('.')}" for _, step in plan.revisions)
    nothing = translate("features", "There is nothing to upgrade: every feature is at its newest revision.")
    return Review(
        found,
        plan_steps(plan.steps),
        (
            *facts_of(console, found),
            *(((translate("features", "Features"), ", ".join(titles[name] for name in plan.features)),)
              if plan.features else ()),
            *(((translate("features", "Revisions"), revisions),) if revisions else ()),
            *((backup_fact(console, tenant),) if plan.needs_backup else ()),
        ),
        () if plan.features else (nothing,),
        command_line(console, "feature", "upgrade", tenant, *names),
    )  # fmt: skip
