"""A field for a file that is there: typed, pasted, or chosen in the system's own dialog."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QFileDialog, QHBoxLayout, QLineEdit, QWidget

from pagevoo_console.ui.kit.controls import button
from pagevoo_console.ui.kit.i18n import translate
from pagevoo_console.ui.kit.tokens import Space


class FileField(QWidget):
    """A file's path. It looks at no disk. `filters` are the dialog's, as Qt writes them.

    Signals: changed().
    """

    changed = Signal()

    def __init__(self, accessible_name: str, filters: tuple[str, ...] = (), parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._filters = filters
        self.field = QLineEdit()
        self.field.setAccessibleName(accessible_name)
        self.field.textChanged.connect(lambda _text: self.changed.emit())
        self.choose = button(translate("files", "Choose…"), "folder-open", on_click=self._choose)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(Space.S)
        layout.addWidget(self.field, 1)
        layout.addWidget(self.choose)

    @property
    def file(self) -> Path | None:
        """The file, None unless it is an absolute path. A leading `~` means the home folder."""
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

    def set_file(self, file: Path) -> None:
        self.field.setText(str(file))

    def _choose(self) -> None:
        dialog = QFileDialog(self, translate("files", "Choose a file"), self.field.text())
        dialog.setFileMode(QFileDialog.FileMode.ExistingFile)
        if self._filters:
            dialog.setNameFilters(self._filters)
        dialog.fileSelected.connect(lambda path: self.set_file(Path(path)))
        dialog.finished.connect(dialog.deleteLater)
        dialog.open()
