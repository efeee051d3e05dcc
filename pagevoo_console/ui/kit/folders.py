"""A field for a folder: typed, pasted, or chosen in the system's own dialog."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QFileDialog, QHBoxLayout, QLineEdit, QWidget

from pagevoo_console.ui.kit.controls import button
from pagevoo_console.ui.kit.i18n import translate
from pagevoo_console.ui.kit.tokens import Space


class FolderField(QWidget):
    """A folder's path. It looks at no disk: whether the folder will do is the plan's to say.

    Signals: changed().
    """

    changed = Signal()

    def __init__(self, folder: Path, accessible_name: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.field = QLineEdit(str(folder))
        self.field.setAccessibleName(accessible_name)
        self.field.setCursorPosition(0)
        self.field.textChanged.connect(lambda _text: self.changed.emit())
        self.choose = button(translate("folders", "Choose…"), "folder-open", on_click=self._choose)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(Space.S)
        layout.addWidget(self.field, 1)
        layout.addWidget(self.choose)

    @property
    def folder(self) -> Path | None:
        """The folder, None unless it is an absolute path. A leading `~` means the home folder."""
        text = self.field.text().strip()
        if not text:
            return None
        path = Path(text)
        if text.startswith("~"):
            try:
                path = path.expanduser()
            except RuntimeError:
                return None
        return path if path.is_absolute() else None

    def set_folder(self, folder: Path) -> None:
        self.field.setText(str(folder))
        self.field.setCursorPosition(0)

    def _choose(self) -> None:
        dialog = QFileDialog(self, translate("folders", "Choose a folder"), self.field.text())
        dialog.setFileMode(QFileDialog.FileMode.Directory)
        dialog.setOption(QFileDialog.Option.ShowDirsOnly, True)
        dialog.fileSelected.connect(lambda path: self.set_folder(Path(path)))
        dialog.finished.connect(dialog.deleteLater)
        dialog.open()
