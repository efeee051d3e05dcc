"""Repairing what has drifted: every difference in words, what mends it, and what stays as it is, each with why."""

from __future__ import annotations

from dataclasses import dataclass
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
from pagevoo_console.ui.features.differences import Compared, DifferenceTable, fated, repair_steps
from pagevoo_console.ui.kit import format
from pagevoo_console.ui.kit.banners import banner
from pagevoo_console.ui.kit.command_lines import command_line
from pagevoo_console.ui.kit.i18n import translate
from pagevoo_console.ui.kit.loaded_page import LoadedPage
from pagevoo_console.ui.kit.messages import Message, MessageKind
from pagevoo_console.ui.kit.pages import clear
from pagevoo_console.ui.kit.reviews import Review
from pagevoo_console.ui.kit.runner import Runner
from pagevoo_console.ui.kit.states import Emptiness
from pagevoo_console.ui.kit.task_wizard import plan_steps

if TYPE_CHECKING:
    from pagevoo_console.services.console import Console
    from pagevoo_console.services.feature_repairs import RepairPlan

KIND = "feature.repair"
LOWEST_TABLE = 320


@dataclass(frozen=True, slots=True)
class Differences:
    """What differs, and whether any of it can be mended."""

    compared: tuple[Compared, ...]
    can_mend: bool


class DifferencesPage(LoadedPage[Differences]):
    """What was found, and what becomes of each."""

    def __init__(self, console: Console, runner: Runner, tenant: str, names: tuple[str, ...]) -> None:
        text = translate("features", "No value is lost by a repair, and nothing is dropped that somebody may need.")
        super().__init__(translate("features", "Differences"), text, runner, console.connection.master.name)
        self._console = console
        self._tenant = tenant
        self._names = names

    @property
    def is_ready(self) -> bool:
        return self.content is not None and self.content.can_mend

    def fetch(self) -> Differences:
        console = self._console
        found = planned(console, self._tenant, KIND, lambda: console.features.plan_repair(self._tenant, self._names))
        plan: RepairPlan = found.plan
        mended = translate("features", "Is repaired")
        core = console.platform.core_lineage
        return Differences(fated(plan.repairs, plan.left, titles_of(console), mended, core=core), bool(plan.repairs))

    def present(self, content: Differences) -> Emptiness | None:
        clear(self.parts)
        if not content.compared:
            about = translate("features", "Tables, rows and revisions are what the installed features made them.")
            return Emptiness(translate("features", "Nothing to repair"), about, "shield-check")
        if not content.can_mend:
            title = translate("features", "Nothing of this can be repaired by the console.")
            self.parts.addWidget(banner(Message(MessageKind.INFO, title)))
        table = DifferenceTable(translate("features", "Differences"), is_narrow=True)
        table.setMinimumHeight(LOWEST_TABLE)
        table.show_differences(content.compared)
        self.parts.addWidget(table, 1)
        return None


class RepairFeaturesWizard(FeatureWizard):
    """Leads to tables that are what they should be, of these features or of all."""

    def __init__(
        self, console: Console, runner: Runner, tenant_id: str, names: tuple[str, ...], parent: QWidget | None = None
    ) -> None:
        self.differences_page = DifferencesPage(console, runner, tenant_id, names)
        super().__init__(
            console,
            runner,
            tenant_id,
            translate("features", "Repair features"),
            (self.differences_page,),
            partial(review_of, console, tenant_id, names),
            verb=translate("features", "Repair"),
            job_title=_job_title,
            work=console.features.repair,
            parent=parent,
        )


def _job_title(plan: RepairPlan) -> str:
    title = translate("features", "Repair {features} in {database}")
    return title.format(features=", ".join(plan.features), database=plan.database)


def review_of(console: Console, tenant: str, names: tuple[str, ...]) -> Review:
    """The plan of a repair, put into words: the backup, then each statement beneath what it mends. Blocks."""
    found = planned(console, tenant, KIND, lambda: console.features.plan_repair(tenant, names))
    plan, titles = found.plan, titles_of(console)
    before = tuple(step for step in plan.steps if not step.name.startswith("mend:"))
    stays = translate(
        "features",
        "1 difference stays as it is: the page before says why."
        if len(plan.left) == 1
        else "{count} differences stay as they are: the page before says why.",
    )
    return Review(
        found,
        (*plan_steps(before), *repair_steps(plan.repairs)),
        (
            *facts_of(console, found),
            (translate("features", "Features"), ", ".join(titles[name] for name in plan.features)),
            *((backup_fact(console, tenant),) if plan.needs_backup else ()),
        ),
        (stays.format(count=format.count(len(plan.left))),) if plan.left else (),
        command_line(console, "feature", "repair", tenant, *names),
    )
