"""What the lines of a chart mean: a piece of each beside its word, in as many rows as the width needs."""

from __future__ import annotations

from collections.abc import Sequence
from enum import StrEnum

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QBrush, QColor, QFontMetricsF, QPainter, QPen

from pagevoo_console.ui.kit import theme
from pagevoo_console.ui.kit.tokens import Space, Tone

PIECE = 22.0


class Mark(StrEnum):
    """What a piece of the legend looks like."""

    USED = "used"
    LIMIT = "limit"
    EXPECTED = "expected"
    RANGE = "range"


def legend_height(marks: Sequence[tuple[Mark, str]], width: float, metrics: QFontMetricsF) -> float:
    """What `paint_legend` needs in this width, in pixels."""
    return len(_rows(marks, width, metrics)) * (metrics.height() + Space.XS) + Space.XS


def paint_legend(painter: QPainter, box: QRectF, marks: Sequence[tuple[Mark, str]]) -> None:
    """Draw the legend from the upper left corner of the box on, in the painter's font."""
    metrics = QFontMetricsF(painter.font())
    y = box.top()
    for row in _rows(marks, box.width(), metrics):
        x = box.left()
        for mark, word in row:
            _paint_piece(painter, mark, QRectF(x, y, PIECE, metrics.height()))
            painter.setPen(QColor(theme.colours().muted))
            painter.drawText(QPointF(x + PIECE + Space.XS + Space.HAIR, y + metrics.ascent()), word)
            x += _width(word, metrics)
        y += metrics.height() + Space.XS


def _width(word: str, metrics: QFontMetricsF) -> float:
    return PIECE + Space.XS + Space.HAIR + metrics.horizontalAdvance(word) + Space.M


def _rows(marks: Sequence[tuple[Mark, str]], width: float, metrics: QFontMetricsF) -> list[list[tuple[Mark, str]]]:
    rows: list[list[tuple[Mark, str]]] = [[]]
    used = 0.0
    for mark, word in marks:
        wanted = _width(word, metrics)
        if rows[-1] and used + wanted - Space.M > width:
            rows.append([])
            used = 0.0
        rows[-1].append((mark, word))
        used += wanted
    return rows


def _paint_piece(painter: QPainter, mark: Mark, box: QRectF) -> None:
    colours = theme.colours()
    accent, middle = QColor(colours.tone(Tone.ACCENT).fill), box.center().y()
    if mark is Mark.RANGE:
        shade = QColor(accent)
        shade.setAlphaF(0.45)
        inside = QRectF(box.left(), middle - 5, box.width(), 10)
        painter.setPen(QPen(shade, 1))
        painter.setBrush(QBrush(shade, Qt.BrushStyle.BDiagPattern))
        painter.drawRect(inside)
        return
    line = Qt.PenStyle.DashLine if mark is Mark.EXPECTED else Qt.PenStyle.SolidLine
    colour = QColor(colours.tone(Tone.DANGER).fill) if mark is Mark.LIMIT else accent
    if mark is Mark.USED:
        shade = QColor(accent)
        shade.setAlphaF(0.14)
        painter.fillRect(QRectF(box.left(), middle, box.width(), 6), shade)
    painter.setPen(QPen(colour, 1.6 if mark is Mark.LIMIT else 2, line))
    painter.drawLine(QPointF(box.left(), middle), QPointF(box.right(), middle))
