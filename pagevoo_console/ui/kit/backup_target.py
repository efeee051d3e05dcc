"""Where a backup goes: a folder of this machine, and from there to a saved place as well."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QButtonGroup, QComboBox, QVBoxLayout, QWidget

from pagevoo_console.domain.place import Place
from pagevoo_console.ui.kit.choices import ChoiceCard
from pagevoo_console.ui.kit.folders import FolderField
from pagevoo_console.ui.kit.i18n import translate
from pagevoo_console.ui.kit.runner import Runner
from pagevoo_console.ui.kit.tokens import Space

if TYPE_CHECKING:
    from pagevoo_console.services.console import Console


@dataclass(frozen=True, slots=True)
class BackupTarget:
    """A folder, None for the usual one; or a place that a copy of what lies in the usual folder is sent to."""

    folder: Path | None = None
    place: Place | None = None

    @property
    def words(self) -> tuple[str, ...]:
        """As options of the command line."""
        if self.place is not None:
            return ("--to", self.place.address)
        return () if self.folder is None else ("--to", str(self.folder))


class TargetChoice(QWidget):
    """Chooses between the two. The saved places are read in another thread when it is made.

    `usual` is shown as the folder; None shows no path where each tenant has a folder of its own.

    Signals: changed().
    """

    changed = Signal()

    def __init__(self, console: Console, runner: Runner, usual: Path | None, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._usual = usual
        self.folder_card = ChoiceCard(
            translate("where", "A folder of this machine"),
            translate("where", "Left empty, each goes into the console's own folder of its tenant.")
            if usual is None
            else "",
            icon_name="folder-open",
        )
        self.folder_card.control.setObjectName("toFolder")
        self.folder = FolderField(usual or Path(), translate("where", "Backup folder"))
        self.folder.field.setObjectName("backupFolderEdit")
        if usual is None:
            self.folder.field.clear()
            self.folder.field.setPlaceholderText(translate("where", "The console's own folders"))
        self.folder_card.add_below(self.folder)
        self.place_card = ChoiceCard(
            translate("where", "A saved place"),
            translate(
                "where", "The backup is made in the console's own folder, sent, and read back before it counts as sent."
            ),
            icon_name="upload",
        )
        self.place_card.control.setObjectName("toPlace")
        self.places = QComboBox()
        self.places.setObjectName("placeCombo")
        self.places.setAccessibleName(translate("where", "Place"))
        self.places.currentIndexChanged.connect(lambda _index: self.changed.emit())
        self.place_card.add_below(self.places)
        self._group = QButtonGroup(self)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(Space.S)
        for card in (self.folder_card, self.place_card):
            self._group.addButton(card.control)
            layout.addWidget(card)
        self.folder_card.control.setChecked(True)
        self._group.buttonToggled.connect(lambda _button, on: self._chosen() if on else None)
        self.folder.changed.connect(self._folder_named)
        self._show_places(())
        runner.query(console.places.saved, self._show_places, partial(_nothing), key="places", owner=self)

    @property
    def is_decided(self) -> bool:
        """Whether it is a whole path, or a place at all."""
        if self.place_card.is_chosen:
            return self.places.currentData() is not None
        return self.folder.folder is not None or (self._usual is None and not self.folder.field.text().strip())

    @property
    def target(self) -> BackupTarget:
        """What was chosen. The usual folder is left to the service, so that the command stays short."""
        if self.place_card.is_chosen:
            return BackupTarget(place=self.places.currentData())
        folder = self.folder.folder
        return BackupTarget(None if folder == self._usual else folder)

    def _show_places(self, places: Sequence[Place]) -> None:
        self.places.clear()
        for place in places:
            self.places.addItem(place.address, place)
        if not places:
            self.places.addItem(translate("where", "None is saved yet: the preferences have a page for them"), None)
        self.place_card.control.setEnabled(bool(places))
        self.places.setEnabled(bool(places) and self.place_card.is_chosen)

    def _folder_named(self) -> None:
        self.folder_card.control.setChecked(True)
        self.changed.emit()

    def _chosen(self) -> None:
        self.places.setEnabled(self.place_card.is_chosen)
        self.changed.emit()


def _nothing(_error: Exception) -> None:
    """Without the preferences there are no places to offer, and the folder is there."""
