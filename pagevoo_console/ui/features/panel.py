"""The feature manager: a card for each feature of the platform and for core, with what can be done about it."""

from __future__ import annotations

from PySide6.QtCore import QTimer, Signal
from PySide6.QtWidgets import QVBoxLayout, QWidget

from pagevoo_console.domain.errors import Corrupt, NotFound, Unreachable
from pagevoo_console.domain.feature import Difference, Feature, FeatureOverview, FeatureState
from pagevoo_console.ui.context import Context
from pagevoo_console.ui.features import words
from pagevoo_console.ui.features.actions import carry_out
from pagevoo_console.ui.features.card import CardContent, FeatureCard
from pagevoo_console.ui.features.words import Gesture
from pagevoo_console.ui.kit.banners import Banner
from pagevoo_console.ui.kit.controls import button
from pagevoo_console.ui.kit.i18n import translate
from pagevoo_console.ui.kit.messages import Message, MessageKind, message_of
from pagevoo_console.ui.kit.pages import CardGrid
from pagevoo_console.ui.kit.section import Section
from pagevoo_console.ui.kit.states import Emptiness
from pagevoo_console.ui.kit.tokens import Space
from pagevoo_console.ui.kit.turns import Slices, Turns

NARROWEST = 280
COMPARING_MS = 1000
"""A tenant has to be looked at for so long before its tables are compared: leafing through a list compares none."""


class FeaturePanel(Section[FeatureOverview]):
    """The card *Features*. Cards are made once and change in place; how tables differ arrives after their states.

    Signals: feature_taken(Feature or None) when another feature is in hand; menu_wanted(QPoint).
    """

    feature_taken = Signal(object)
    menu_wanted = Signal(object)

    def __init__(self, context: Context, parent: QWidget | None = None) -> None:
        super().__init__(translate("features", "Features"), "puzzle", context.runner, context.lane_of, parent)
        self.setObjectName("featurePanel")
        self._context = context
        self._turns = Turns(self)
        self._overview: FeatureOverview | None = None
        self._differences: tuple[Difference, ...] = ()
        self._compared_lane = ""
        self._taken = ""
        self.cards: dict[str, FeatureCard] = {}
        self.notice = Banner()
        self._grid = CardGrid(NARROWEST)
        layout = QVBoxLayout(self.inside)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(Space.S + Space.XS)
        layout.addWidget(self.notice)
        layout.addWidget(self._grid)
        layout.addStretch(1)
        self.drift_button = button(
            translate("features", "Drift"), "list-checks", on_click=self._show_drift,
            hint=translate("features", "How the tables differ from what the features made them"),
        )  # fmt: skip
        self.drift_button.setObjectName("driftButton")
        self.install_button = button(translate("features", "Install features…"), "package-plus", on_click=self._install)
        self.install_button.setObjectName("installFeaturesButton")
        for made in (self.drift_button, self.install_button):
            made.hide()
            self.add_to_head(made)
        self._pause = QTimer(self)
        self._pause.setSingleShot(True)
        self._pause.setInterval(COMPARING_MS)
        self._pause.timeout.connect(self._compare)

    @property
    def is_made(self) -> bool:
        """Whether every card shows what is known by now."""
        return self._turns.is_idle

    @property
    def is_settled(self) -> bool:
        """Whether, besides, no comparison is still to begin."""
        return self.is_made and not self._pause.isActive()

    def show_tenant(self, tenant: str) -> None:
        if tenant != self.tenant:
            self._differences = ()
            self._overview = None
            self._runner.drop("drift", self)
            self._taken = ""
            self.feature_taken.emit(None)
        self._pause.stop()
        super().show_tenant(tenant)

    def fetch(self, tenant: str) -> FeatureOverview:
        return self._context.console.features.overview(tenant)

    def present(self, content: FeatureOverview) -> Emptiness | None:
        self._overview = content
        offered = any(feature.allowed and _is_new(feature) for feature in content.features)
        self.install_button.setVisible(offered and not content.is_frozen)
        self.drift_button.setVisible(content.database is not None)
        if not content.features:
            return Emptiness(translate("features", "This platform has no features"), icon="puzzle")
        self._show_notice(content)
        self._grid.show()
        self._turns.stop()
        self._turns.do(self._show_cards(content))
        if content.database is not None:
            self._pause.start()
        return None

    def emptiness_of(self, error: Exception) -> Emptiness | None:
        if isinstance(error, NotFound | Unreachable | Corrupt):
            return Emptiness(translate("features", "Cannot be read"), error.message, "unplug")
        return None

    def _failed(self, error: Exception) -> None:
        """What was shown of another tenant gives up its room, too."""
        self._overview = None
        for widget in (self.install_button, self.drift_button, self.notice, self._grid):
            widget.hide()
        super()._failed(error)

    # --- cards ------------------------------------------------------------------------------------------------------

    def _show_cards(self, overview: FeatureOverview) -> Slices:
        """A card at a turn: ten at once would keep the window waiting."""
        shown = (*overview.features, *((overview.core,) if overview.core is not None else ()))
        names = {feature.name for feature in shown}
        for name, card in self.cards.items():
            card.setVisible(name in names)
        for feature in shown:
            content = self._content_of(feature, overview)
            if feature.name in self.cards:
                self.cards[feature.name].show_content(content)
            else:
                self._add(content)
            yield None
        taken = next((feature for feature in shown if feature.name == self._taken), None)
        if taken is not None:
            self.feature_taken.emit(taken)

    def _add(self, content: CardContent) -> None:
        card = self.cards[content.feature.name] = FeatureCard(content)
        card.taken.connect(self._take)
        card.menu_wanted.connect(lambda _name, place: self.menu_wanted.emit(place))
        card.gesture_wanted.connect(self._act)
        card.drift_wanted.connect(self._show_drift)
        self._grid.add(card)

    def _content_of(self, feature: Feature, overview: FeatureOverview) -> CardContent:
        differences = sum(one.feature == feature.name for one in self._differences)
        is_core = overview.core is not None and feature.name == overview.core.name
        gesture = words.next_gesture(feature, differences, is_frozen=overview.is_frozen)
        can_be_managed = not _is_new(feature) or gesture is not None
        if is_core and gesture is Gesture.ADOPT:
            gesture = Gesture.REPAIR
        return CardContent(
            feature,
            overview.tables_of(feature.name),
            overview.unmeasured,
            differences,
            words.tiers_text(self._context.console.platform, feature),
            gesture,
            can_be_managed,
        )

    def _show_notice(self, overview: FeatureOverview) -> None:
        if overview.is_frozen:
            title = translate("features", "The database is frozen")
            text = translate("features", "It takes no new rows, so nothing can be installed until it is released.")
            self.notice.show_message(Message(MessageKind.WARNING, title, text))
        elif overview.database is None:
            title = translate("features", "No database yet")
            text = translate(
                "features", "Features live in the {tenant}'s database. Installing one asks how to make it."
            )
            word = self._context.console.platform.words.tenant
            self.notice.show_message(Message(MessageKind.INFO, title, text.format(tenant=word)))
        elif overview.unmeasured:
            title = translate("features", "The tables could not be measured")
            self.notice.show_message(Message(MessageKind.WARNING, title, overview.unmeasured))
        else:
            self.notice.clear()

    # --- comparing --------------------------------------------------------------------------------------------------

    def _ask(self, tenant: str, lane: str) -> None:
        self._compared_lane = lane
        super()._ask(tenant, lane)

    def _compare(self) -> None:
        tenant, features = self.tenant, self._context.console.features
        self._runner.query(
            lambda: features.drift(tenant),
            self._compared,
            self._not_compared,
            key="drift",
            owner=self,
            lane=self._compared_lane,
        )

    def _compared(self, differences: tuple[Difference, ...]) -> None:
        self._differences = differences
        if self._overview is not None:
            self._turns.do(self._show_cards(self._overview))

    def _not_compared(self, error: Exception) -> None:
        """The cards stay as they are: that nobody could compare the tables says nothing about them."""
        self._compared(())
        told = message_of(error)
        title = translate("features", "The tables could not be compared")
        self.notice.show_message(Message(MessageKind.WARNING, title, told.title, details=told.details))

    # --- doing ------------------------------------------------------------------------------------------------------

    def _take(self, name: str) -> None:
        self._taken = name
        content = self.cards[name].content
        self.feature_taken.emit(None if content is None else content.feature)

    def _act(self, name: str, gesture: Gesture) -> None:
        carry_out(self._context, gesture, self.tenant, name)

    def _install(self) -> None:
        self._context.doors.install_features(self.tenant, ())

    def _show_drift(self) -> None:
        self._context.doors.features.drift(self.tenant)


def _is_new(feature: Feature) -> bool:
    return feature.state is FeatureState.AVAILABLE
