"""What a tenant's website can do: a tile for each feature of the platform, with its state and its tables."""

from __future__ import annotations

from PySide6.QtWidgets import QVBoxLayout, QWidget

from pagevoo_console.domain.errors import ConsoleError, Corrupt, NotFound, Unreachable
from pagevoo_console.domain.feature import Feature, FeatureState
from pagevoo_console.ui.context import Context
from pagevoo_console.ui.kit import format
from pagevoo_console.ui.kit.controls import ButtonKind, IconView, button
from pagevoo_console.ui.kit.i18n import translate
from pagevoo_console.ui.kit.icons import ICONS
from pagevoo_console.ui.kit.labels import plain_label, set_tooltip
from pagevoo_console.ui.kit.pages import CardGrid, Ground, clear, column, row
from pagevoo_console.ui.kit.pills import BadgeView, feature_badge
from pagevoo_console.ui.kit.section import Section
from pagevoo_console.ui.kit.states import Emptiness
from pagevoo_console.ui.kit.tokens import Space, Text

NARROWEST = 250
USUAL_ICON = "puzzle"


class FeaturePanel(Section[tuple[Feature, ...]]):
    """The card *Features*."""

    def __init__(self, context: Context, parent: QWidget | None = None) -> None:
        super().__init__(translate("features", "Features"), "puzzle", context.runner, context.lane_of, parent)
        self.setObjectName("featurePanel")
        self._context = context
        self._layout = QVBoxLayout(self.inside)
        self._layout.setContentsMargins(0, 0, 0, 0)
        self.install_button = button(
            translate("features", "Install features…"), "package-plus", on_click=lambda: self._install()
        )
        self.install_button.setObjectName("installFeaturesButton")
        self.install_button.hide()
        self.add_to_head(self.install_button)
        self._shown: tuple[Feature, ...] = ()

    def show_tenant(self, tenant: str) -> None:
        if tenant != self.tenant:
            self._shown = ()
            self.install_button.hide()
        super().show_tenant(tenant)

    def fetch(self, tenant: str) -> tuple[Feature, ...]:
        return self._context.console.features.list(tenant)

    def present(self, content: tuple[Feature, ...]) -> Emptiness | None:
        self.install_button.setVisible(any(_can_install(feature) for feature in content))
        if not content:
            return Emptiness(translate("features", "This platform has no features"), icon="puzzle")
        if content != self._shown:
            self._shown = content
            clear(self._layout)
            grid = CardGrid(NARROWEST)
            for feature in content:
                grid.add(self._tile(feature))
            self._layout.addWidget(grid)
            self._layout.addStretch(1)
        return None

    def emptiness_of(self, error: Exception) -> Emptiness | None:
        self.install_button.hide()
        self._shown = ()
        if isinstance(error, ConsoleError) and error.code == "database_required":
            text = translate("features", "Features live in the tenant's database, and there is none yet.")
            return Emptiness(translate("features", "No features yet"), text, "puzzle")
        if isinstance(error, NotFound | Unreachable | Corrupt):
            return Emptiness(translate("features", "Cannot be read"), error.message, "unplug")
        return None

    def _tile(self, feature: Feature) -> QWidget:
        name = feature.icon if feature.icon and (ICONS / f"{feature.icon}.svg").is_file() else USUAL_ICON
        title = plain_label(feature.title, Text.STRONG, elide=True)
        head = row(IconView(name, 18), (title, 1), BadgeView(feature_badge(feature.state)))
        parts: list[QWidget] = [head]
        if feature.description:
            parts.append(plain_label(feature.description, muted=True, wrap=True))
        tables = plain_label(_tables(feature), Text.CAPTION, muted=True)
        set_tooltip(tables, "\n".join(feature.tables))
        foot: list[QWidget | None] = [tables, None]
        if not feature.allowed and feature.state is FeatureState.AVAILABLE:
            foot.append(plain_label(_tiers(self._context, feature), Text.CAPTION, muted=True))
        elif _can_install(feature):
            verb = translate("features", "Install…")
            if feature.state is FeatureState.OUTDATED:
                verb = translate("features", "Update…")
            install = button(verb, kind=ButtonKind.LINK, on_click=lambda: self._install(feature.name))
            install.setObjectName(f"install.{feature.name}")
            install.setAccessibleName(f"{verb} {feature.title}")
            foot.append(install)
        tile = column(
            *parts, None, row(*foot), spacing=Space.S, margins=(Space.M, Space.S + Space.XS, Space.M, Space.S),
            ground=Ground.CARD,
        )  # fmt: skip
        tile.setObjectName(f"feature.{feature.name}")
        tile.setAccessibleName(f"{feature.title}: {feature_badge(feature.state).text}")
        return tile

    def _install(self, *names: str) -> None:
        self._context.doors.install_features(self.tenant, names)


def _can_install(feature: Feature) -> bool:
    return feature.allowed and feature.state in (FeatureState.AVAILABLE, FeatureState.OUTDATED)


def _tables(feature: Feature) -> str:
    return format.tables(len(feature.tables))


def _tiers(context: Context, feature: Feature) -> str:
    known = {tier.name: tier.title for tier in context.console.platform.tiers}
    return translate("features", "From: {tiers}").format(tiers=", ".join(known.get(t, t) for t in feature.tiers))
