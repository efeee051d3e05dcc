"""The field for a statement, with the statements of this session to go back to."""

from __future__ import annotations

from PySide6.QtCore import QEvent, Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QPlainTextEdit, QWidget

from pagevoo_console.ui.inspection.highlighter import SqlHighlighter
from pagevoo_console.ui.kit import theme
from pagevoo_console.ui.kit.i18n import translate

KEPT_STATEMENTS = 200


class SqlEditor(QPlainTextEdit):
    """Ctrl+Enter runs, Esc stops, Ctrl+Up and Ctrl+Down go through what was run before.

    Signals: run_wanted(); stop_wanted().
    """

    run_wanted = Signal()
    stop_wanted = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("sqlEditor")
        self.setAccessibleName(translate("inspection", "SQL statement that reads"))
        self.setPlaceholderText(translate("inspection", "SELECT … — one statement that reads"))
        self.setTabChangesFocus(True)
        self.setLineWrapMode(QPlainTextEdit.LineWrapMode.NoWrap)
        self._highlighter = SqlHighlighter(self.document())
        self._history: list[str] = []
        self._place = 0
        self._draft = ""
        self.setFont(theme.mono_font())

    @property
    def statement(self) -> str:
        """The selected part, or all of it."""
        chosen = self.textCursor().selectedText().replace("\u2029", "\n").strip()
        return chosen or self.toPlainText().strip()

    @property
    def history(self) -> tuple[str, ...]:
        """What was run in this session, newest last."""
        return tuple(self._history)

    def remember(self, statement: str) -> None:
        """Keep a statement that was run, once."""
        if statement in self._history:
            self._history.remove(statement)
        self._history.append(statement)
        del self._history[:-KEPT_STATEMENTS]
        self._place = len(self._history)

    def go_back(self, steps: int) -> None:
        """Show an earlier statement, or with a negative number a later one; past the newest is what was being typed."""
        wanted = max(0, min(len(self._history), self._place - steps))
        if wanted == self._place:
            return
        if self._place == len(self._history):
            self._draft = self.toPlainText()
        self._place = wanted
        self.selectAll()
        self.insertPlainText(self._history[wanted] if wanted < len(self._history) else self._draft)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        control = bool(event.modifiers() & Qt.KeyboardModifier.ControlModifier)
        if control and event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.run_wanted.emit()
        elif event.key() == Qt.Key.Key_Escape:
            self.stop_wanted.emit()
        elif control and event.key() == Qt.Key.Key_Up:
            self.go_back(1)
        elif control and event.key() == Qt.Key.Key_Down:
            self.go_back(-1)
        else:
            super().keyPressEvent(event)

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.PaletteChange and hasattr(self, "_highlighter"):
            self._highlighter.recolour()
