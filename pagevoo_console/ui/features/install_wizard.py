"""Installing features in a tenant's database: which ones, the database where there is none, and the plan."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING, cast

from PySide6.QtWidgets import QWidget

from pagevoo_console.domain.changes import Changes
from pagevoo_console.domain.feature import Feature, FeatureOverview, FeatureState
from pagevoo_console.domain.job import Task
from pagevoo_console.domain.platform import Platform
from pagevoo_console.ui.features.database_page import DatabasePage
from pagevoo_console.ui.features.first_installation import (
    FirstInstallation,
    FirstPlan,
    first_review_of,
    first_task_of,
)
from pagevoo_console.ui.kit.choices import ChoiceCard
from pagevoo_console.ui.kit.command_lines import command_line
from pagevoo_console.ui.kit.i18n import translate
from pagevoo_console.ui.kit.labels import plain_label
from pagevoo_console.ui.kit.loaded_page import LoadedPage
from pagevoo_console.ui.kit.pills import BadgeView, feature_badge
from pagevoo_console.ui.kit.reviews import Review
from pagevoo_console.ui.kit.runner import Runner
from pagevoo_console.ui.kit.states import Emptiness
from pagevoo_console.ui.kit.task_wizard import PlanPage, TaskWizard, plan_steps
from pagevoo_console.ui.kit.tokens import Text

if TYPE_CHECKING:
    from pagevoo_console.services.console import Console
    from pagevoo_console.services.features import InstallPlan


class FeaturesPage(LoadedPage[FeatureOverview]):
    """Chooses features. Those that cannot be chosen say why; without a database all that the tier offers can be."""

    def __init__(self, console: Console, runner: Runner, tenant: str, preselected: tuple[str, ...]) -> None:
        text = translate("install", "Each feature brings tables of its own. What is installed already is left alone.")
        super().__init__(translate("install", "Choose features"), text, runner, console.connection.master.name)
        self._console = console
        self._tenant = tenant
        self._preselected = preselected
        self.cards: dict[str, ChoiceCard] = {}

    @property
    def names(self) -> tuple[str, ...]:
        """What was chosen and is not installed yet."""
        return tuple(name for name, card in self.cards.items() if card.is_chosen and card.control.isEnabled())

    @property
    def has_database(self) -> bool:
        """Whether there is a database to install in, as far as it was asked for."""
        return self.content is None or self.content.database is not None

    @property
    def is_ready(self) -> bool:
        return bool(self.names)

    def fetch(self) -> FeatureOverview:
        return self._console.features.overview(self._tenant)

    def present(self, content: FeatureOverview) -> Emptiness | None:
        if not content.features:
            title = translate("install", "There is no feature to install")
            return Emptiness(title, translate("install", "This console has no schema of any of them."), "puzzle")
        for feature in content.features:
            card = feature_card(self._console.platform, feature)
            self.cards[feature.name] = card
            if card.control.isEnabled():
                card.control.setChecked(feature.name in self._preselected)
            card.control.toggled.connect(lambda _on: self.touch())
            self.parts.addWidget(card)
        self.parts.addStretch(1)
        return None


def feature_card(platform: Platform, feature: Feature) -> ChoiceCard:
    """A feature with what it is, its tables, its state, and why it cannot be chosen."""
    reason = why_not(platform, feature)
    card = ChoiceCard(feature.title, feature.description, many=True, icon_name=feature.icon or "puzzle", reason=reason)
    card.control.setObjectName(f"feature-{feature.name}")
    tables = translate("install", "Tables: {names}").format(names=", ".join(feature.tables))
    card.add_below(plain_label(tables, Text.CAPTION, muted=True, wrap=True))
    if feature.state is not FeatureState.AVAILABLE:
        card.add_badge(BadgeView(feature_badge(feature.state)))
    return card


def why_not(platform: Platform, feature: Feature) -> str:
    """Why a feature cannot be installed now; empty where it can."""
    match feature.state:
        case FeatureState.INSTALLED:
            return translate("install", "It is installed.")
        case FeatureState.DISABLED:
            return translate("install", "It is installed, and switched off.")
        case FeatureState.OUTDATED:
            return translate("install", "It is installed, with an older schema.")
        case FeatureState.DRIFTED:
            return translate("install", "Its tables are not what they should be. Look at the differences first.")
    if not feature.allowed:
        tiers = [platform.tier(name) for name in feature.tiers]
        titles = ", ".join(tier.title for tier in tiers if tier is not None)
        return translate("install", "Not part of this tier. It comes with: {tiers}.").format(tiers=titles)
    return ""


class InstallFeaturesWizard(TaskWizard):
    """Leads to new features in a tenant's database, and to that database first where there is none."""

    def __init__(
        self,
        console: Console,
        runner: Runner,
        tenant_id: str,
        preselected: tuple[str, ...] = (),
        parent: QWidget | None = None,
    ) -> None:
        self._console = console
        self._tenant = tenant_id
        self.features_page = FeaturesPage(console, runner, tenant_id, preselected)
        self.database_page = DatabasePage(console, runner, tenant_id, lambda: not self.features_page.has_database)
        self.review_page = PlanPage(console, runner, self._review)
        super().__init__(
            console,
            runner,
            translate("install", "Install features"),
            (self.features_page, self.database_page, self.review_page),
            self._task,
            verb=translate("install", "Install features"),
            parent=parent,
        )
        self.name_whom(lambda: console.tenants.show(tenant_id).name, console.connection.master.name)

    def _review(self) -> Callable[[], Review]:
        names, website = self.features_page.names, self.database_page.website
        if self.features_page.has_database:
            return partial(review_of, self._console, self._tenant, names)
        assert website is not None
        request = FirstInstallation(self._tenant, names, website.id, self.database_page.publishes)
        return partial(first_review_of, self._console, request)

    def _task(self) -> Task:
        assert self.review_page.review is not None
        result = self.review_page.review.result
        if isinstance(result, FirstPlan):
            return first_task_of(self._console, result)
        plan, server = cast("tuple[InstallPlan, str]", result)
        return task_of(self._console, plan, server)


def review_of(console: Console, tenant: str, names: tuple[str, ...]) -> Review:
    """The plan of an installation and its server, put into words. Blocks."""
    plan = console.features.plan_install(tenant, names)
    located = console.tenants.locate(tenant)
    words = console.platform.words
    titles = {lineage.name: lineage.title for lineage in console.features.catalogue()}
    already = ", ".join(titles[name] for name in plan.already)
    facts = (
        (f"{words.tenant.capitalize()} {tenant}", located.tenant.name),
        (translate("install", "Database"), plan.database),
        (translate("install", "Features"), ", ".join(titles[name] for name in plan.features)),
        (translate("install", "New tables"), ", ".join(plan.tables)),
    )
    warning = translate("install", "Installed since you looked, and left alone: {names}").format(names=already)
    return Review(
        (plan, located.server.name),
        plan_steps(plan.steps),
        facts,
        (warning,) if already else (),
        command_line(console, "feature", "install", tenant, *names),
    )


def task_of(console: Console, plan: InstallPlan, server: str) -> Task:
    """The work of an installation."""
    title = translate("install", "Install {features} in {database}")
    return Task(
        title.format(features=", ".join(plan.features), database=plan.database),
        server,
        partial(console.features.install, plan),
        plan.tenant,
        lambda _features: Changes(frozenset({plan.tenant}), frozenset({"operations", "audit"})),
    )
