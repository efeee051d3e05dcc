"""Filter chips over the tenant list: tier, state, quota level and backups, each with how many there are."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import Signal
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QMenu, QPushButton, QWidget

from pagevoo_console.domain.database import DatabaseState
from pagevoo_console.domain.platform import Platform
from pagevoo_console.domain.quota import QuotaLevel
from pagevoo_console.domain.sighting import FleetSummary
from pagevoo_console.ui.kit import format
from pagevoo_console.ui.kit.controls import ButtonKind, button
from pagevoo_console.ui.kit.flow import FlowLayout
from pagevoo_console.ui.kit.i18n import translate
from pagevoo_console.ui.kit.labels import menu_text
from pagevoo_console.ui.kit.pills import level_badge, state_badge
from pagevoo_console.ui.kit.tokens import Space

NO_DATABASE = "none"
"""The directory's word for the state of a tenant who has no database."""


@dataclass(frozen=True, slots=True)
class Choice:
    """One value of a filter, its word, and how many tenants have it (None where nobody counted)."""

    value: str
    title: str
    count: int | None = None


class FilterChip(QPushButton):
    """A chip that opens a menu of values to tick; its text says which are chosen.

    Signals: picked() when the choice changed by hand.
    """

    picked = Signal()

    def __init__(self, name: str, object_name: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._name = name
        self._ticks: dict[str, QAction] = {}
        self._titles: dict[str, str] = {}
        self._wanted: tuple[str, ...] = ()
        self.setObjectName(object_name)
        self.setProperty("kind", str(ButtonKind.CHIP))
        self.setCheckable(True)
        self.setAutoDefault(False)
        self.setMenu(QMenu(self))
        self._show()

    @property
    def chosen(self) -> tuple[str, ...]:
        return self._wanted

    def offer(self, choices: Sequence[Choice]) -> None:
        """What there is to choose from; what is chosen stays chosen."""
        menu = self.menu()
        menu.clear()
        self._ticks, self._titles = {}, {choice.value: choice.title for choice in choices}
        for choice in choices:
            text = choice.title if choice.count is None else f"{choice.title}  ({format.count(choice.count)})"
            tick = QAction(menu_text(text), menu)
            tick.setCheckable(True)
            tick.setChecked(choice.value in self._wanted)
            tick.setObjectName(f"{self.objectName()}.{choice.value}")
            tick.toggled.connect(self._toggled)
            self._ticks[choice.value] = tick
            menu.addAction(tick)
        self._show()

    def choose(self, values: tuple[str, ...]) -> None:
        """Choose from the program, silently."""
        self._wanted = values
        for value, tick in self._ticks.items():
            tick.blockSignals(True)
            tick.setChecked(value in values)
            tick.blockSignals(False)
        self._show()

    def _toggled(self) -> None:
        self._wanted = tuple(value for value, tick in self._ticks.items() if tick.isChecked())
        self._show()
        self.picked.emit()

    def _show(self) -> None:
        words = [self._titles.get(value, value) for value in self._wanted]
        text = self._name
        if len(words) == 1:
            text = f"{self._name}: {words[0]}"
        elif words:
            text = f"{self._name}: {format.count(len(words))}"
        self.setText(menu_text(text))
        self.setAccessibleName(f"{self._name}: {', '.join(words)}" if words else self._name)
        self.setChecked(bool(words))

    def nextCheckState(self) -> None:  # noqa: N802
        """The mark says whether something is chosen; a click opens the menu and does not turn it."""


class FilterBar(QWidget):
    """The chips and *Clear*, on as many lines as they need.

    Signals: changed() when somebody chose something else.
    """

    changed = Signal()

    def __init__(self, platform: Platform, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._platform = platform
        self.tiers = FilterChip(translate("tenants", "Tier"), "tierFilter")
        self.states = FilterChip(translate("tenants", "Database"), "stateFilter")
        self.levels = FilterChip(translate("tenants", "Quota"), "levelFilter")
        self.backups = FilterChip(translate("tenants", "Backup"), "backupFilter")
        self._chips = (self.tiers, self.states, self.levels, self.backups)
        self.clear_button = button(translate("tenants", "Clear"), kind=ButtonKind.LINK, on_click=self._clear)
        self.clear_button.setObjectName("clearFiltersButton")
        layout = FlowLayout(self, Space.XS + Space.HAIR)
        for chip in self._chips:
            chip.picked.connect(self._changed)
            layout.addWidget(chip)
        layout.addWidget(self.clear_button)
        self.show_counts(None)
        self.clear_button.hide()

    @property
    def is_filtering(self) -> bool:
        return any(chip.chosen for chip in self._chips)

    def choose(
        self,
        tiers: tuple[str, ...] = (),
        states: tuple[str, ...] = (),
        levels: tuple[str, ...] = (),
        backups: tuple[str, ...] = (),
    ) -> None:
        """Set all of them, silently."""
        for chip, values in zip(self._chips, (tiers, states, levels, backups), strict=True):
            chip.choose(values)
        self.clear_button.setVisible(self.is_filtering)

    def show_counts(self, summary: FleetSummary | None) -> None:
        """Offer what the fleet has, with how many tenants have it; without a summary, only the names."""
        by_tier = {} if summary is None else summary.by_tier
        known = [Choice(tier.name, tier.title, by_tier.get(tier.name, 0)) for tier in self._platform.tiers]
        names = {choice.value for choice in known}
        self.tiers.offer(
            [*known, *(Choice(name, name, number) for name, number in by_tier.items() if name not in names)]
        )
        self.states.offer(_states(summary))
        self.levels.offer(_levels(summary))
        self.backups.offer(_backups(summary))

    def _changed(self) -> None:
        self.clear_button.setVisible(self.is_filtering)
        self.changed.emit()

    def _clear(self) -> None:
        self.choose()
        self.changed.emit()


def _states(summary: FleetSummary | None) -> list[Choice]:
    by_state = {} if summary is None else summary.by_state
    made = [
        Choice(state.value, state_badge(state).text, by_state.get(state.value, 0))
        for state in DatabaseState
        if state.value in by_state or state in (DatabaseState.ACTIVE, DatabaseState.MISSING)
    ]
    without = None if summary is None else summary.tenants - sum(by_state.values())
    return [*made, Choice(NO_DATABASE, state_badge(None).text, without)]


def _levels(summary: FleetSummary | None) -> list[Choice]:
    counts = {QuotaLevel.NEAR: None, QuotaLevel.OVER: None} if summary is None else {
        QuotaLevel.NEAR: len(summary.near),
        QuotaLevel.OVER: len(summary.over),
    }  # fmt: skip
    shown = (QuotaLevel.OVER, QuotaLevel.NEAR, QuotaLevel.OK, QuotaLevel.UNLIMITED)
    return [Choice(level.value, level_badge(level).text, counts.get(level)) for level in shown]


def _backups(summary: FleetSummary | None) -> list[Choice]:
    return [
        Choice("never", translate("tenants", "Never"), None if summary is None else summary.without_backup),
        Choice("unproved", translate("tenants", "Not proved")),
        Choice("proved", translate("tenants", "Proved")),
    ]
