"""Text that breaks anywhere: for commands, paths and names so long that a label would push the window apart."""

from __future__ import annotations

import math

from PySide6.QtCore import Qt
from PySide6.QtGui import QResizeEvent, QTextOption
from PySide6.QtWidgets import QFrame, QPlainTextEdit, QSizePolicy, QWidget

from pagevoo_console.domain.text import visible

LONG_WORD = 32


def has_long_word(text: str) -> bool:
    """Whether a label could not wrap this text into a narrow column."""
    return any(len(word) > LONG_WORD for word in text.split())


class BreakingText(QPlainTextEdit):
    """A text that can be selected and not changed, as high as its lines need; it never scrolls."""

    def __init__(self, text: str, parent: QWidget | None = None) -> None:
        super().__init__(visible(text), parent)
        self.setReadOnly(True)
        self.setProperty("ground", "text")
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setWordWrapMode(QTextOption.WrapMode.WrapAtWordBoundaryOrAnywhere)
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setTextInteractionFlags(
            Qt.TextInteractionFlag.TextSelectableByMouse | Qt.TextInteractionFlag.TextSelectableByKeyboard
        )
        self.setTabChangesFocus(True)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.document().setDocumentMargin(0)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        height = self.blockBoundingRect(self.document().firstBlock()).height()
        self.setFixedHeight(math.ceil(height) + 2)
