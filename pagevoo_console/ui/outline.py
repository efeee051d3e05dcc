"""The window's outline: what its first frame shows, in its own colours, before anything in it has been made.

Grounds and bars where the bar, the list and the overview will be. Plain widgets with a palette: whatever draws by
itself, or names Qt's enumerations, would take longer than everything else in the first frame.
"""

from __future__ import annotations

from collections.abc import Mapping

from PySide6.QtCore import QTimer, Signal
from PySide6.QtGui import QColor, QPaintEvent, QPalette
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

TOP_HEIGHT = 45
RESERVED_HEIGHT = 26 + 28
"""For the menu bar and the bar of the environment."""
LIST_WIDTH = 470
NARROWEST_LIST = 360
_ROWS = (0.62, 0.48, 0.7, 0.55, 0.66, 0.4, 0.58, 0.5, 0.64, 0.45)
"""How much of the list's width each name takes."""


def ground(colour: str, width: int | None = None, height: int | None = None) -> QWidget:
    """A rectangle of one colour, as large as there is room where no size is given."""
    made = QWidget()
    palette = QPalette()
    palette.setColor(QPalette.ColorRole.Window, QColor(colour))
    made.setPalette(palette)
    made.setAutoFillBackground(True)
    if width is not None:
        made.setFixedWidth(width)
    if height is not None:
        made.setFixedHeight(height)
    return made


class TopOutline(QWidget):
    """Stands where the top bar will be."""

    def __init__(self, colours: Mapping[str, str]) -> None:
        super().__init__()
        layout = _upright(self)
        layout.addWidget(ground(colours["canvas"]), 1)
        layout.addWidget(ground(colours["hairline"], height=1))
        self.setFixedHeight(TOP_HEIGHT)


class Outline(QWidget):
    """Stands where the list and the overview will be.

    Signals: painted(), once, after its first frame.
    """

    painted = Signal()

    def __init__(self, colours: Mapping[str, str], list_width: int = LIST_WIDTH) -> None:
        super().__init__()
        self._is_painted = False
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addWidget(_list(colours, list_width))
        layout.addWidget(ground(colours["hairline"], width=1))
        layout.addWidget(_overview(colours), 1)

    def paintEvent(self, event: QPaintEvent) -> None:
        if not self._is_painted:
            self._is_painted = True
            # The frame is still being painted: what comes of this timer comes after it.
            QTimer.singleShot(0, self, self.painted.emit)


def _list(colours: Mapping[str, str], width: int) -> QWidget:
    made = ground(colours["surface"], width)
    layout = _upright(made)
    room = width - 32
    field = ground(colours["edge"], room, 32)
    inside = _upright(field)
    inside.setContentsMargins(1, 1, 1, 1)
    inside.addWidget(ground(colours["surface"]))
    layout.addSpacing(12)
    _put(layout, field)
    layout.addSpacing(8)
    _put(layout, ground(colours["sunken"], round(room * 0.8), 28))
    layout.addSpacing(8)
    layout.addWidget(ground(colours["hairline"], height=1))
    layout.addSpacing(44)
    for share in _ROWS:
        _put(layout, ground(colours["sunken"], round(room * share), 12))
        layout.addSpacing(6)
        _put(layout, ground(colours["sunken"], round(room * share * 0.6), 8))
        layout.addSpacing(24)
    layout.addStretch(1)
    return made


def _overview(colours: Mapping[str, str]) -> QWidget:
    made = ground(colours["canvas"])
    layout = _upright(made)
    layout.setContentsMargins(24, 24, 24, 24)
    layout.setSpacing(16)
    _put(layout, ground(colours["sunken"], 180, 42), indent=0)
    figures = QHBoxLayout()
    figures.setSpacing(16)
    for _ in range(4):
        figures.addWidget(ground(colours["surface"], height=98))
    layout.addLayout(figures)
    layout.addWidget(ground(colours["surface"], height=194))
    layout.addStretch(1)
    return made


def _upright(widget: QWidget) -> QVBoxLayout:
    layout = QVBoxLayout(widget)
    layout.setContentsMargins(0, 0, 0, 0)
    layout.setSpacing(0)
    return layout


def _put(layout: QVBoxLayout, widget: QWidget, indent: int = 16) -> None:
    """At the left, where the text of the list begins."""
    line = QHBoxLayout()
    line.setContentsMargins(indent, 0, 0, 0)
    line.addWidget(widget)
    line.addStretch(1)
    layout.addLayout(line)
