"""Which environment this is: a bar in its colour, with its word, so that nobody mistakes production."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent
from PySide6.QtWidgets import QWidget

from pagevoo_console.domain.server import Environment
from pagevoo_console.domain.text import visible
from pagevoo_console.ui.kit import theme
from pagevoo_console.ui.kit.i18n import translate
from pagevoo_console.ui.kit.tokens import ENVIRONMENT_GROUND, ON_ENVIRONMENT, Space, Text


def environment_word(environment: Environment) -> str:
    """The environment in the language of the window."""
    return {
        Environment.DEMO: translate("environment", "Demo"),
        Environment.LOCAL: translate("environment", "Local"),
        Environment.STAGING: translate("environment", "Staging"),
        Environment.PRODUCTION: translate("environment", "Production"),
    }[environment]


class EnvironmentBar(QWidget):
    """Says, in colour and in a word, what a mistake would cost here. `text` names the connection."""

    def __init__(self, environment: Environment, text: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setFixedHeight(28)
        self.show_environment(environment, text)

    def show_environment(self, environment: Environment, text: str) -> None:
        self._environment = environment
        self._text = visible(text)
        self.setAccessibleName(f"{environment_word(environment)}: {self._text}")
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.fillRect(self.rect(), QColor(ENVIRONMENT_GROUND[self._environment]))
        painter.setPen(QColor(ON_ENVIRONMENT))
        painter.setFont(theme.font(Text.STRONG))
        word = environment_word(self._environment)
        inner = self.rect().adjusted(Space.M, 0, -Space.M, 0)
        flags = Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft
        painter.drawText(inner, flags, word)
        inner.setLeft(inner.left() + painter.fontMetrics().horizontalAdvance(word) + Space.S + Space.XS)
        painter.setFont(theme.font(Text.BODY))
        text = painter.fontMetrics().elidedText(self._text, Qt.TextElideMode.ElideRight, inner.width())
        painter.drawText(inner, flags, text)
