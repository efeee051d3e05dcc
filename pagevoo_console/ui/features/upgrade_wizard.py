"""Upgrading features: the revisions that each lacks, and the backup before tables that stand are altered."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtWidgets import QWidget

from pagevoo_console.ui.features.changing import (
    FeatureWizard,
    backup_fact,
    facts_of,
    planned,
    titles_of,
)
from pagevoo_console.ui.kit.command_lines import command_line
from pagevoo_console.ui.kit.i18n import translate
from pagevoo_console.ui.kit.reviews import Review
from pagevoo_console.ui.kit.runner import Runner
from pagevoo_console.ui.kit.task_wizard import plan_steps

if TYPE_CHECKING:
    from pagevoo_console.services.console import Console
    from pagevoo_console.services.feature_changes import UpgradePlan


class UpgradeFeaturesWizard(FeatureWizard):
    """Leads to the newest revision of these features, of all that are outdated where none is named."""

    def __init__(
        self, console: Console, runner: Runner, tenant_id: str, names: tuple[str, ...], parent: QWidget | None = None
    ) -> None:
        super().__init__(
            console,
            runner,
            tenant_id,
            translate("features", "Upgrade features"),
            (),
            partial(review_of, console, tenant_id, names),
            verb=translate("features", "Upgrade"),
            job_title=_job_title,
            work=console.features.upgrade,
            parent=parent,
        )


def _job_title(plan: UpgradePlan) -> str:
    title = translate("features", "Upgrade {features} in {database}")
    return title.format(features=", ".join(plan.features), database=plan.database)


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
