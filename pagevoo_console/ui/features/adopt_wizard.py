"""Adopting a feature's tables that the platform's own migrations made: recognised, compared, and recorded."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtWidgets import QWidget

from pagevoo_console.domain.errors import Refused
from pagevoo_console.domain.text import visible
from pagevoo_console.ui.features.changing import FeatureWizard, backup_fact, facts_of, planned
from pagevoo_console.ui.features.differences import Compared, DifferenceTable, fated, repair_steps
from pagevoo_console.ui.kit import format
from pagevoo_console.ui.kit.banners import banner
from pagevoo_console.ui.kit.command_lines import command_line
from pagevoo_console.ui.kit.i18n import translate
from pagevoo_console.ui.kit.labels import plain_label
from pagevoo_console.ui.kit.loaded_page import LoadedPage
from pagevoo_console.ui.kit.messages import Message, MessageKind
from pagevoo_console.ui.kit.pages import KeyValues, clear
from pagevoo_console.ui.kit.reviews import Review, ReviewStep
from pagevoo_console.ui.kit.runner import Runner
from pagevoo_console.ui.kit.states import Emptiness
from pagevoo_console.ui.kit.task_wizard import plan_steps
from pagevoo_console.ui.kit.tokens import Text

if TYPE_CHECKING:
    from pagevoo_console.services.console import Console
    from pagevoo_console.services.feature_adoption import AdoptionPlan

KIND = "feature.adopt"
LOWEST_TABLE = 220
NOTHING = "nothing_to_adopt"


@dataclass(frozen=True, slots=True)
class Comparison:
    """The tables that were recognised, what differs, and what the platform's ledger says."""

    title: str
    tables: tuple[str, ...]
    compared: tuple[Compared, ...]
    laravel: tuple[str, ...]
    is_done: bool


class ComparisonPage(LoadedPage[Comparison]):
    """Shows what stands beside what the newest revision would have made."""

    def __init__(self, console: Console, runner: Runner, tenant: str, name: str) -> None:
        text = translate("features", "The tables are not made again: they are compared, completed and recorded.")
        super().__init__(translate("features", "Comparison"), text, runner, console.connection.master.name)
        self._console = console
        self._tenant = tenant
        self._name = name

    @property
    def is_ready(self) -> bool:
        return self.content is not None and not self.content.is_done

    def fetch(self) -> Comparison:
        console = self._console
        found = planned(console, self._tenant, KIND, lambda: console.features.plan_adopt(self._tenant, self._name))
        plan: AdoptionPlan = found.plan
        added = translate("features", "Is added")
        rows = fated(plan.repairs, plan.differences, {plan.name: plan.title}, added, core=plan.title)
        return Comparison(plan.title, plan.tables, rows, plan.laravel, not plan.steps)

    def present(self, content: Comparison) -> Emptiness | None:
        clear(self.parts)
        if content.is_done:
            text = translate("features", "Its tables are recorded already.")
            return Emptiness(translate("features", "Nothing to adopt"), text, "circle-check")
        facts = KeyValues()
        facts.add(translate("features", "Recognised"), ", ".join(content.tables))
        if content.laravel:
            names = plain_label("\n".join(visible(name) for name in content.laravel), wrap=True, selectable=True)
            facts.add(translate("features", "Laravel migrations"), names)
        self.parts.addWidget(facts)
        if not content.compared:
            same = translate("features", "Every table is what the newest revision would have made; none is altered.")
            self.parts.addWidget(banner(Message(MessageKind.GOOD, same)))
            self.parts.addStretch(1)
            return None
        told = translate("features", "What is added is needed to work with. What stays is told as drift from then on.")
        self.parts.addWidget(plain_label(told, Text.CAPTION, muted=True, wrap=True))
        table = DifferenceTable(translate("features", "Differences"), is_narrow=True)
        table.setMinimumHeight(LOWEST_TABLE)
        table.show_differences(content.compared)
        self.parts.addWidget(table, 1)
        return None

    def emptiness_of(self, error: Exception) -> Emptiness | None:
        if isinstance(error, Refused) and error.code == NOTHING:
            return Emptiness(error.message, error.hint, "table-2")
        return None


class AdoptFeatureWizard(FeatureWizard):
    """Leads to a feature that is recorded as installed, with the tables that stood."""

    def __init__(
        self, console: Console, runner: Runner, tenant_id: str, name: str, parent: QWidget | None = None
    ) -> None:
        self.comparison_page = ComparisonPage(console, runner, tenant_id, name)
        super().__init__(
            console,
            runner,
            tenant_id,
            translate("features", "Adopt tables"),
            (self.comparison_page,),
            partial(review_of, console, tenant_id, name),
            verb=translate("features", "Adopt"),
            job_title=_job_title,
            work=console.features.adopt,
            parent=parent,
        )


def _job_title(plan: AdoptionPlan) -> str:
    title = translate("features", "Adopt {feature} in {database}")
    return title.format(feature=plan.title, database=plan.database)


def review_of(console: Console, tenant: str, name: str) -> Review:
    """The plan of an adoption, put into words. Blocks."""
    found = planned(console, tenant, KIND, lambda: console.features.plan_adopt(tenant, name))
    plan = found.plan
    return Review(
        found,
        _steps(plan),
        (
            *facts_of(console, found),
            (translate("features", "Feature"), plan.title),
            (translate("features", "Tables"), f"{format.tables(len(plan.tables))}: {', '.join(plan.tables)}"),
            *((backup_fact(console, tenant),) if plan.needs_backup else ()),
        ),
        (),
        command_line(console, "feature", "adopt", tenant, name),
    )


def _steps(plan: AdoptionPlan) -> tuple[ReviewStep, ...]:
    """The plan's steps, with what is added in place of the one that says that something is."""
    found: list[ReviewStep] = []
    for step in plan.steps:
        found += repair_steps(plan.repairs) if step.name == "mend" else plan_steps((step,))
    return tuple(found)
