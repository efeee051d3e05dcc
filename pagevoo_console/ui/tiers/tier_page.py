"""The first page of a change of tier: the platform's tiers with their limits and features, and which one it is now."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from PySide6.QtWidgets import QButtonGroup

from pagevoo_console.ui.kit import format
from pagevoo_console.ui.kit.choices import ChoiceCard
from pagevoo_console.ui.kit.i18n import translate
from pagevoo_console.ui.kit.labels import plain_label
from pagevoo_console.ui.kit.loaded_page import LoadedPage
from pagevoo_console.ui.kit.pages import clear
from pagevoo_console.ui.kit.pills import Badge, BadgeView
from pagevoo_console.ui.kit.runner import Runner
from pagevoo_console.ui.kit.tokens import Text, Tone

if TYPE_CHECKING:
    from pagevoo_console.domain.platform import Platform
    from pagevoo_console.domain.tier import Tier
    from pagevoo_console.services.console import Console


@dataclass(frozen=True, slots=True)
class Offer:
    """A tier with its limits that are in force and the titles of its features; `is_all` where none is missing."""

    tier: Tier
    features: tuple[str, ...]
    is_all: bool


@dataclass(frozen=True, slots=True)
class TierChoices:
    """What the tenant has now, by name, and what there is."""

    now: str
    offers: tuple[Offer, ...]


class TierPage(LoadedPage[TierChoices]):
    """Chooses a tier. The present one can be chosen too: what is not as it says is put right."""

    def __init__(self, console: Console, runner: Runner, tenant: str, preselected: str | None) -> None:
        text = translate("tiers", "Features that a tier lacks are switched off and keep their data.")
        super().__init__(translate("tiers", "Choose the tier"), text, runner, console.connection.master.name)
        self._console = console
        self._tenant = tenant
        self._preselected = preselected
        self._group = QButtonGroup(self)
        self._group.buttonToggled.connect(lambda _button, on: self.touch() if on else None)
        self.choices: dict[str, ChoiceCard] = {}

    @property
    def tier(self) -> str:
        """The name of the one that was chosen; empty where none was."""
        return next((name for name, card in self.choices.items() if card.is_chosen), "")

    @property
    def is_ready(self) -> bool:
        return bool(self.tier)

    def fetch(self) -> TierChoices:
        console = self._console
        found = console.tiers.offers()
        features = console.features.catalogue()

        def offer(tier: Tier) -> Offer:
            included = tuple(one.title for one in features if found.includes(tier.name, one.name, one.tiers))
            return Offer(tier, included, len(included) == len(features))

        return TierChoices(console.tenants.show(self._tenant).tier, tuple(offer(tier) for tier in found.platform.tiers))

    def present(self, content: TierChoices) -> None:
        clear(self.parts)
        self.choices = {}
        for offer in content.offers:
            tier = offer.tier
            self.choices[tier.name] = card = ChoiceCard(tier.title, limits_of(self._console.platform, tier))
            card.control.setObjectName(f"tier-{tier.name}")
            card.add_below(plain_label(features_of(offer), Text.CAPTION, muted=True, wrap=True))
            if tier.name == content.now:
                card.add_badge(BadgeView(Badge(translate("tiers", "Now"), Tone.ACCENT, "user")))
            self._group.addButton(card.control)
            self.parts.addWidget(card)
        self.parts.addStretch(1)
        if self._preselected in self.choices:
            self.choices[self._preselected].control.setChecked(True)


def limits_of(platform: Platform, tier: Tier) -> str:
    """A tier's limits, in a line."""
    parts = []
    for quota in platform.quotas:
        limit = tier.limits.get(quota.name)
        amount = translate("tiers", "unlimited") if limit is None else format.amount(limit, quota.unit)
        parts.append(f"{quota.title}: {amount}")
    return " · ".join(parts)


def features_of(offer: Offer) -> str:
    """What a tier includes, in a line."""
    if offer.is_all:
        return translate("tiers", "With every feature")
    if not offer.features:
        return translate("tiers", "With no feature")
    return translate("tiers", "With: {features}").format(features=", ".join(offer.features))
