"""A small line of how a figure went, with its last point marked; the words stand beside it."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QPointF, QSize, Qt
from PySide6.QtGui import QColor, QPainter, QPainterPath, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QWidget

from pagevoo_console.ui.kit import theme
from pagevoo_console.ui.kit.tokens import Tone

MARGIN = 3.0


def points(values: Sequence[float], width: float, height: float) -> list[QPointF]:
    """Where the values stand in a box of that size, oldest left, highest on top; a flat line runs in the middle."""
    if not values:
        return []
    low, high = min(values), max(values)
    step = (width - 2 * MARGIN) / max(1, len(values) - 1)
    room = height - 2 * MARGIN

    def level(value: float) -> float:
        return MARGIN + room * (0.5 if high == low else 1 - (value - low) / (high - low))

    return [QPointF(MARGIN + place * step, level(value)) for place, value in enumerate(values)]


class Sparkline(QWidget):
    """Shows the last values of one figure. `description` says the same in words, for whoever cannot see it."""

    def __init__(self, name: str, tone: Tone = Tone.ACCENT, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._values: tuple[float, ...] = ()
        self._tone = tone
        self.setAccessibleName(name)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def set_values(self, values: Sequence[float], description: str) -> None:
        self._values = tuple(values)
        self.setAccessibleDescription(description)
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(96, 28)

    def paintEvent(self, event: QPaintEvent) -> None:
        placed = points(self._values, self.width(), self.height())
        if not placed:
            return
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, True)
        fill = QColor(theme.colours().tone(self._tone).fill)
        line = QPainterPath(placed[0])
        for point in placed[1:]:
            line.lineTo(point)
        below = QPainterPath(line)
        below.lineTo(placed[-1].x(), self.height())
        below.lineTo(placed[0].x(), self.height())
        ground = QColor(fill)
        ground.setAlphaF(0.12)
        painter.fillPath(below, ground)
        painter.setPen(QPen(fill, 1.6))
        painter.drawPath(line)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(fill)
        painter.drawEllipse(placed[-1], 2.6, 2.6)
