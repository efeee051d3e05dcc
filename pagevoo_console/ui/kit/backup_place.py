"""Where the backup goes that is made before a database is dropped."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QVBoxLayout, QWidget

from pagevoo_console.ui.kit.folders import FolderField
from pagevoo_console.ui.kit.i18n import translate
from pagevoo_console.ui.kit.labels import plain_label
from pagevoo_console.ui.kit.tokens import Space, Text


class BackupPlace(QWidget):
    """A folder with what it is for. The usual one is left to the service, so that the command stays short.

    Signals: changed().
    """

    changed = Signal()

    def __init__(self, usual: Path, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._usual = usual
        self.folder = FolderField(usual, translate("delete", "Backup folder"))
        self.folder.field.setObjectName("backupFolderEdit")
        self.folder.changed.connect(self.changed)
        title = plain_label(translate("delete", "Where the backup goes"), Text.STRONG)
        title.setBuddy(self.folder.field)
        text = translate("delete", "It is made and proved before anything is dropped, and brings everything back.")
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(Space.XS)
        for part in (title, plain_label(text, muted=True, wrap=True), self.folder):
            layout.addWidget(part)

    @property
    def is_decided(self) -> bool:
        """Whether it is a folder at all."""
        return self.folder.folder is not None

    @property
    def backup_to(self) -> Path | None:
        """The folder, None for the usual one."""
        folder = self.folder.folder
        return None if folder == self._usual else folder
