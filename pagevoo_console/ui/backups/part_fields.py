"""Which table of a backup, and which of its rows: a line for each value."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QComboBox, QPlainTextEdit, QVBoxLayout, QWidget

from pagevoo_console.domain.errors import WrongUsage
from pagevoo_console.domain.piece import Piece, read_piece
from pagevoo_console.ui.kit import theme
from pagevoo_console.ui.kit.i18n import translate
from pagevoo_console.ui.kit.labels import plain_label
from pagevoo_console.ui.kit.tokens import Space

_LINES = 3


class PartFields(QWidget):
    """Asks for a table and, where not all of it is wanted, for rows.

    Signals: changed().
    """

    changed = Signal()

    def __init__(self, tables: tuple[str, ...], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.table = QComboBox()
        self.table.setObjectName("partTableCombo")
        self.table.setAccessibleName(translate("restore", "Table"))
        self.table.addItems(tables)
        self.rows = QPlainTextEdit()
        self.rows.setObjectName("partRowsEdit")
        self.rows.setAccessibleName(translate("restore", "Rows"))
        self.rows.setPlaceholderText("id=42")
        self.rows.setFont(theme.mono_font())
        self.rows.setTabChangesFocus(True)
        self.rows.setFixedHeight(self.rows.fontMetrics().lineSpacing() * _LINES + 2 * Space.S)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, Space.XS, 0, 0)
        layout.setSpacing(Space.XS)
        layout.addWidget(self.table)
        text = translate("restore", "All of its rows, or those with these values, each in a line of its own:")
        layout.addWidget(plain_label(text, muted=True, wrap=True))
        layout.addWidget(self.rows)
        self.table.currentIndexChanged.connect(lambda _index: self.changed.emit())
        self.rows.textChanged.connect(self.changed)

    @property
    def piece(self) -> Piece:
        """What was asked for. Raises WrongUsage for a line that names no row."""
        lines = [line.strip() for line in self.rows.toPlainText().splitlines()]
        return read_piece(self.table.currentText(), [line for line in lines if line])

    @property
    def is_whole(self) -> bool:
        """Whether it says something that can be looked for."""
        try:
            return bool(self.piece.table)
        except WrongUsage:
            return False
