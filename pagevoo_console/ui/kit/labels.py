"""The only place that makes labels and tooltips. Data is shown as it is: never markup, never invisible.

A label left to guess would load `<img src=…>` from a tenant's name and would show `<script>` as nothing at all.
"""

from __future__ import annotations

import html

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QFontMetrics, QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QLabel, QSizePolicy, QStyle, QStyleOption, QWidget

from pagevoo_console.domain.text import visible
from pagevoo_console.ui.kit.tokens import Text, Tone


class PlainLabel(QLabel):
    """A label that shows any text as plain, visible characters, whatever it is given later.

    A text that is read from right to left begins where the others do: it stays beside what it belongs to.
    """

    def __init__(self, text: str = "", parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setTextFormat(Qt.TextFormat.PlainText)
        self.setAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignAbsolute | Qt.AlignmentFlag.AlignVCenter)
        self.setText(text)

    def setText(self, text: str) -> None:  # noqa: N802
        super().setText(visible(text, keep_newlines=True))


class ElidedLabel(PlainLabel):
    """A plain label on one line that gives way to its neighbours; the whole text is its tooltip when it is cut."""

    def __init__(self, text: str = "", parent: QWidget | None = None) -> None:
        super().__init__(text, parent)
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)

    def setText(self, text: str) -> None:  # noqa: N802
        super().setText(visible(text))
        self._explain()

    def minimumSizeHint(self) -> QSize:
        narrowest = QFontMetrics(self.font()).averageCharWidth() * 6
        return QSize(min(narrowest, self.sizeHint().width()), super().minimumSizeHint().height())

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._explain()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        option = QStyleOption()
        option.initFrom(self)
        self.style().drawItemText(
            painter,
            self.contentsRect(),
            int(self.alignment()),
            option.palette,
            bool(option.state & QStyle.StateFlag.State_Enabled),
            self._elided(),
            self.foregroundRole(),
        )

    def _elided(self) -> str:
        return self.fontMetrics().elidedText(self.text(), Qt.TextElideMode.ElideRight, self.contentsRect().width())

    def _explain(self) -> None:
        set_tooltip(self, self.text() if self._elided() != self.text() else "")


def plain_label(
    text: str = "",
    step: Text = Text.BODY,
    *,
    muted: bool = False,
    tone: Tone | None = None,
    elide: bool = False,
    wrap: bool = False,
    selectable: bool = False,
    parent: QWidget | None = None,
) -> PlainLabel:
    """A label for any text, a tenant's included, at a step of the type scale."""
    label = ElidedLabel(text, parent) if elide else PlainLabel(text, parent)
    label.setProperty("step", str(step))
    label.setProperty("muted", muted)
    if tone is not None:
        label.setProperty("tone", str(tone))
    label.setWordWrap(wrap)
    if selectable:
        label.setTextInteractionFlags(
            Qt.TextInteractionFlag.TextSelectableByMouse | Qt.TextInteractionFlag.TextSelectableByKeyboard
        )
        label.setAccessibleName(label.text())
    return label


def set_tooltip(widget: QWidget, text: str) -> None:
    """A tooltip that shows the text and never renders it: tooltips have no plain format, so it is escaped."""
    widget.setToolTip(tooltip(text))


def tooltip(text: str) -> str:
    """The text as it has to be handed to anything that shows tooltips, item models included."""
    if not text:
        return ""
    return '<p style="white-space: pre-wrap">' + html.escape(visible(text, keep_newlines=True)) + "</p>"


def menu_text(text: str) -> str:
    """The text as a menu, a tab or a button must be given it, where `&` would announce a mnemonic."""
    return visible(text).replace("&", "&&")
