"""Which backup is restored: one of the catalogue, newest first, one in a place, or a file from anywhere."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtWidgets import QButtonGroup, QFileDialog, QLineEdit, QPushButton

from pagevoo_console.domain.backup import Backup
from pagevoo_console.domain.database import DatabaseState
from pagevoo_console.domain.place import Place
from pagevoo_console.ui.backups.cards import backup_card
from pagevoo_console.ui.backups.placed_choice import PlacedChoice
from pagevoo_console.ui.kit.choices import ChoiceCard
from pagevoo_console.ui.kit.controls import button
from pagevoo_console.ui.kit.i18n import translate
from pagevoo_console.ui.kit.loaded_page import LoadedPage
from pagevoo_console.ui.kit.pages import row
from pagevoo_console.ui.kit.runner import Runner

if TYPE_CHECKING:
    from pagevoo_console.domain.tenant import Tenant
    from pagevoo_console.services.console import Console

SHOWN = 50


@dataclass(frozen=True, slots=True)
class Situation:
    """The tenant as it is now, the backups there are of it, newest first, and places that may hold others."""

    tenant: Tenant
    backups: tuple[Backup, ...]
    places: tuple[Place, ...] = ()

    @property
    def live_generation(self) -> str | None:
        """The registry row of the database that the tenant has now, None where there is none."""
        database = self.tenant.database
        if database is None or database.state in (DatabaseState.DELETED, DatabaseState.PROVISIONING):
            return None
        return database.generation

    @property
    def is_live(self) -> bool:
        """Whether there is a database that a restore would replace."""
        return (
            self.live_generation is not None
            and self.tenant.database is not None
            and (self.tenant.database.state is not DatabaseState.MISSING)
        )


class ChoicePage(LoadedPage[Situation]):
    """Chooses the backup."""

    def __init__(self, console: Console, runner: Runner, tenant: str, backup: str | None) -> None:
        super().__init__(
            translate("restore", "Choose a backup"),
            translate("restore", "A proved backup has been restored once before, and every table compared."),
            runner,
            console.connection.master.name,
        )
        self._console = console
        self._tenant = tenant
        self._preselected = backup
        self.cards: dict[str, ChoiceCard] = {}
        self._group = QButtonGroup(self)
        self.file_card = ChoiceCard(
            translate("restore", "A backup from a file"), translate("restore", "Its manifest has to lie beside it.")
        )
        self.file_card.control.setObjectName("backupFromFile")
        self.file = QLineEdit()
        self.file.setObjectName("backupFileEdit")
        self.file.setPlaceholderText("….sql.zst")
        self.file.setAccessibleName(translate("restore", "Backup file"))
        self.choose: QPushButton = button(translate("restore", "Choose…"), "folder-open", on_click=self._choose_file)
        self.file_card.add_below(row((self.file, 1), self.choose))
        self.file.textEdited.connect(lambda _text: self._file_named())
        self._group.addButton(self.file_card.control)
        self.placed = PlacedChoice(console, runner, tenant, self._group)
        self.placed.changed.connect(self.touch)

    @property
    def backup(self) -> Backup | None:
        """The one of the list that was chosen."""
        if self.content is None:
            return None
        if self.placed.backup is not None:
            return self.placed.backup
        return next((each for each in self.content.backups if self._is_chosen(each)), None)

    @property
    def chosen(self) -> str:
        """The id, the URL of one in a place, or the path of the file; empty while nothing was chosen."""
        if self.file_card.is_chosen:
            return self.file.text().strip()
        backup = self.backup
        return "" if backup is None else backup.place or backup.id

    @property
    def is_ready(self) -> bool:
        return bool(self.chosen) and (not self.file_card.is_chosen or Path(self.chosen).is_absolute())

    def fetch(self) -> Situation:
        return Situation(
            self._console.tenants.show(self._tenant),
            self._console.backups.list(self._tenant),
            self._console.places.saved(),
        )

    def present(self, content: Situation) -> None:
        for backup in self._shown(content):
            card = backup_card(backup, content.live_generation)
            self.cards[backup.id] = card
            self._group.addButton(card.control)
            self.parts.addWidget(card)
        self.placed.show_places(content.places, content.live_generation)
        self.parts.addWidget(self.placed)
        self.parts.addWidget(self.file_card)
        self.parts.addStretch(1)
        first = next(iter(self.cards), None)
        wanted = self._preselected if self._preselected in self.cards else first
        if wanted is None:
            self.file_card.control.setChecked(True)
        else:
            self.cards[wanted].control.setChecked(True)
        self._group.buttonToggled.connect(lambda _button, on: self.touch() if on else None)

    def _shown(self, content: Situation) -> list[Backup]:
        """The newest, and the one that was asked for, however old it is."""
        return [
            backup for place, backup in enumerate(content.backups) if place < SHOWN or backup.id == self._preselected
        ]

    def _is_chosen(self, backup: Backup) -> bool:
        card = self.cards.get(backup.id)
        return card is not None and card.is_chosen

    def _file_named(self) -> None:
        self.file_card.control.setChecked(True)
        self.touch()

    def _choose_file(self) -> None:
        dialog = QFileDialog(self, translate("restore", "Choose a backup"), self.file.text())
        dialog.setFileMode(QFileDialog.FileMode.ExistingFile)
        dialog.setNameFilter(translate("restore", "Backups (*.sql.zst *.sql.zst.age *.manifest.json)"))
        dialog.fileSelected.connect(self._file_chosen)
        dialog.finished.connect(dialog.deleteLater)
        dialog.open()

    def _file_chosen(self, path: str) -> None:
        self.file.setText(path)
        self._file_named()
