"""Uninstalling a feature: which tables go, how much they hold, the backup before, and the name typed."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING, cast

from PySide6.QtWidgets import QWidget

from pagevoo_console.domain.job import Task
from pagevoo_console.ui.features.changing import ActingPlanPage, Planned, backup_fact, facts_of, planned, task_of
from pagevoo_console.ui.kit import format
from pagevoo_console.ui.kit.checked_wizard import CheckedWizard
from pagevoo_console.ui.kit.command_lines import command_line
from pagevoo_console.ui.kit.i18n import translate
from pagevoo_console.ui.kit.reviews import Confirmation, Review
from pagevoo_console.ui.kit.runner import Runner
from pagevoo_console.ui.kit.task_wizard import plan_steps

if TYPE_CHECKING:
    from pagevoo_console.services.console import Console

KIND = "feature.uninstall"


class UninstallFeatureWizard(CheckedWizard):
    """Leads to a database without the feature's tables, they alone."""

    def __init__(
        self, console: Console, runner: Runner, tenant_id: str, name: str, parent: QWidget | None = None
    ) -> None:
        self._console = console
        self._tenant = tenant_id
        self._name = name
        super().__init__(
            console,
            runner,
            translate("features", "Uninstall a feature"),
            (),
            ActingPlanPage(console, runner, self._review, title=translate("features", "Confirm")),
            self._task,
            again=lambda _found: planned(console, tenant_id, KIND, self._plan),
            difference=what_changed,
            verb=translate("features", "Uninstall"),
            parent=parent,
        )
        self.name_whom(lambda: console.tenants.show(tenant_id).name, console.connection.master.name)

    def _plan(self) -> object:
        return self._console.features.plan_uninstall(self._tenant, self._name)

    def _review(self) -> Callable[[], Review]:
        return partial(review_of, self._console, self._tenant, self._name, self.take_difference())

    def _task(self) -> Task:
        assert self.review_page.review is not None
        found = cast("Planned", self.review_page.review.result)
        features, plan = self._console.features, found.plan
        return task_of(
            found,
            translate("features", "Uninstall {feature} from {database}").format(
                feature=plan.title, database=plan.database
            ),
            lambda job: features.uninstall(plan, plan.name, job),
        )


def review_of(console: Console, tenant: str, name: str, changed: str = "") -> Review:
    """The plan of an uninstallation, put into words; what `changed` since it was last seen comes first. Blocks."""
    found = planned(console, tenant, KIND, lambda: console.features.plan_uninstall(tenant, name))
    plan = found.plan
    gone = ", ".join(plan.tables) or translate("features", "None")
    lost = translate("features", "Rows that go with the tables: {count}. Only the backup has them afterwards.")
    warnings = [changed] if changed else []
    if plan.rows:
        warnings.append(lost.format(count=format.count(plan.rows)))
    if not plan.steps:
        warnings.append(translate("features", "There is nothing of {feature} here.").format(feature=plan.title))
    prompt = translate("features", "Type the name of the feature to uninstall it")
    return Review(
        found,
        plan_steps(plan.steps),
        (
            *facts_of(console, found),
            (translate("features", "Feature"), plan.title),
            (translate("features", "Tables that go"), gone),
            *((backup_fact(console, tenant),) if plan.tables else ()),
        ),
        tuple(warnings),
        command_line(console, "feature", "uninstall", tenant, name, "--confirm", name),
        Confirmation(plan.name, prompt),
    )


def what_changed(reviewed: Planned, now: Planned) -> str:
    """How the plan differs from the one that was read, in a sentence; empty where it is the same for its reader."""
    before, after = reviewed.plan, now.plan
    if before.generation != after.generation:
        what = translate("features", "the database was deleted and created anew")
    elif before.tables != after.tables:
        what = translate("features", "{now} instead of {before}").format(
            now=format.tables(len(after.tables)), before=format.tables(len(before.tables))
        )
    elif before.steps != after.steps:
        what = translate("features", "other steps are needed")
    else:
        return ""
    return translate("features", "It has changed since you looked: {what}. Please confirm again.").format(what=what)
