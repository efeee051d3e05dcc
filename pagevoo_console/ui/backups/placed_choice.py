"""Backups in a saved place, to choose one of: looked for when the place is named."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QButtonGroup, QComboBox, QVBoxLayout, QWidget

from pagevoo_console.domain.backup import Backup
from pagevoo_console.domain.changes import Changes
from pagevoo_console.domain.job import JobEvent, Task
from pagevoo_console.domain.place import Place
from pagevoo_console.ui.backups.cards import backup_card
from pagevoo_console.ui.kit.banners import Banner
from pagevoo_console.ui.kit.choices import ChoiceCard
from pagevoo_console.ui.kit.controls import button, icon_button
from pagevoo_console.ui.kit.i18n import translate
from pagevoo_console.ui.kit.labels import plain_label
from pagevoo_console.ui.kit.messages import message_of
from pagevoo_console.ui.kit.pages import clear, row
from pagevoo_console.ui.kit.runner import Runner
from pagevoo_console.ui.kit.tokens import Space, Text

if TYPE_CHECKING:
    from pagevoo_console.services.console import Console

SHOWN = 50
LANE = "places"


class PlacedChoice(QWidget):
    """A place, a button that looks into it, and a card for each of the tenant's backups there, newest first.

    The cards join the group of the page. It is hidden where no place is saved.

    Signals: changed().
    """

    changed = Signal()

    def __init__(
        self, console: Console, runner: Runner, tenant: str, group: QButtonGroup, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._console, self._runner, self._tenant, self._group = console, runner, tenant, group
        self._live_generation: str | None = None
        self._job = 0
        runner.job_event.connect(self._job_event)
        self._found: dict[str, tuple[Backup, ChoiceCard]] = {}
        self.places = QComboBox()
        self.places.setObjectName("restorePlaceCombo")
        self.places.setAccessibleName(translate("restore", "Place"))
        self.look_button = button(translate("restore", "Look there"), "search", on_click=self.look)
        self.look_button.setObjectName("lookInPlaceButton")
        self.banner = Banner()
        self.banner.setObjectName("placedMessage")
        self._none = plain_label("", muted=True, wrap=True)
        self._none.hide()
        self._cards = QVBoxLayout()
        self._cards.setSpacing(Space.S)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, Space.S, 0, Space.S)
        layout.setSpacing(Space.S)
        layout.addWidget(plain_label(translate("restore", "In a place beyond this machine"), Text.STRONG))
        layout.addWidget(row((self.places, 1), self.look_button))
        layout.addWidget(self.banner)
        layout.addWidget(self._none)
        layout.addLayout(self._cards)
        self.hide()

    @property
    def backup(self) -> Backup | None:
        """The one of the place that was chosen."""
        return next((backup for backup, card in self._found.values() if card.is_chosen), None)

    def show_places(self, places: Sequence[Place], live_generation: str | None) -> None:
        """Offer these places; nothing is looked for yet."""
        self._live_generation = live_generation
        self.places.clear()
        for place in places:
            self.places.addItem(place.address, place)
        self.setVisible(bool(places))

    def look(self) -> None:
        """List what is there, in another thread."""
        place: Place = self.places.currentData()
        self.banner.clear()
        self._none.setText(translate("restore", "Looking into {place}…").format(place=place.address))
        self._none.show()
        self.look_button.setEnabled(False)
        self._runner.query(
            lambda: self._console.placed_backups.list(place, self._tenant), self._arrived, self._failed,
            key="placed", owner=self, lane=LANE,
        )  # fmt: skip

    def _arrived(self, found: Sequence[Backup]) -> None:
        self.look_button.setEnabled(True)
        for _, card in self._found.values():
            self._group.removeButton(card.control)
        clear(self._cards)
        self._found = {}
        self._none.setVisible(not found)
        self._none.setText(translate("restore", "There is no whole backup of this database there."))
        for backup in found[:SHOWN]:
            card = backup_card(backup, self._live_generation)
            verify = icon_button(
                "shield-check", translate("restore", "Bring a copy here and verify it"), partial(self._verify, backup)
            )
            verify.setObjectName(f"verifyPlaced-{backup.id}")
            card.add_badge(verify)
            self._found[backup.place] = (backup, card)
            self._group.addButton(card.control)
            self._cards.addWidget(card)
        self.changed.emit()

    def _verify(self, backup: Backup) -> None:
        """Prove it by a copy; the answer is the job's."""
        placed = self._console.placed_backups
        title = translate("restore", "Verify {backup}").format(backup=backup.path.name)
        done = Changes(frozenset({backup.tenant}), frozenset({"backups", "audit"}))
        self._job = self._runner.run(
            Task(title, LANE, lambda job: placed.prove(backup, job), backup.tenant, lambda _proved: done)
        ).id

    def _job_event(self, event: JobEvent) -> None:
        if event.job.id != self._job or not event.job.state.is_final:
            return
        if event.job.error is None:
            self.look()
        else:
            self.banner.show_message(message_of(event.job.error))

    def _failed(self, error: Exception) -> None:
        self.look_button.setEnabled(True)
        self._none.hide()
        self.banner.show_message(message_of(error))
