"""Lucide icons from the package's own files, painted in the palette's colour, so that they follow light and dark."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from PySide6.QtCore import QByteArray, QPoint, QRect, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QGuiApplication, QIcon, QIconEngine, QPainter, QPalette, QPixmap, QPixmapCache
from PySide6.QtSvg import QSvgRenderer

ICONS = Path(__file__).parent.parent / "assets" / "icons"


@cache
def _source(name: str) -> bytes:
    """The SVG's text; an unknown name is our own fault and raises FileNotFoundError."""
    return (ICONS / f"{name}.svg").read_bytes()


@cache
def _renderer(name: str, colour: str) -> QSvgRenderer:
    return QSvgRenderer(QByteArray(_source(name).replace(b"currentColor", colour.encode())))


def paint_icon(painter: QPainter, name: str, rect: QRectF, colour: str) -> None:
    """Draw an icon into a square of any size, in `#rrggbb`. GUI thread only.

    The drawn image is kept for as long as Qt's pixmap cache likes: a page of a table paints the same few icons.
    """
    scale = painter.device().devicePixelRatioF()
    side = round(rect.width() * scale)
    if side < 1:
        return
    key = f"lucide/{name}/{colour}/{side}"
    drawn = QPixmap()
    if not QPixmapCache.find(key, drawn):
        drawn = QPixmap(side, side)
        drawn.fill(Qt.GlobalColor.transparent)
        inner = QPainter(drawn)
        _renderer(name, colour).render(inner, QRectF(0, 0, side, side))
        inner.end()
        QPixmapCache.insert(key, drawn)
    painter.drawPixmap(rect, drawn, QRectF(drawn.rect()))


class _LucideEngine(QIconEngine):
    """Draws one icon at the left of what it is given, so that a wider icon size keeps its distance from a text.

    `colour` None means: the palette's text colour at the moment of painting.
    """

    def __init__(self, name: str, colour: str | None) -> None:
        super().__init__()
        self._name = name
        self._colour = colour

    def clone(self) -> QIconEngine:
        return _LucideEngine(self._name, self._colour)

    def paint(self, painter: QPainter, rect: QRect, mode: QIcon.Mode, state: QIcon.State) -> None:
        side = min(rect.width(), rect.height())
        square = QRectF(0, 0, side, side)
        square.moveCenter(QRectF(rect).center())
        square.moveLeft(rect.left())
        paint_icon(painter, self._name, square, self._colour_for(mode))

    def pixmap(self, size: QSize, mode: QIcon.Mode, state: QIcon.State) -> QPixmap:
        pixmap = QPixmap(size)
        if pixmap.isNull():
            return pixmap
        if pixmap.isNull():
            return pixmap
        pixmap.fill(Qt.GlobalColor.transparent)
        painter = QPainter(pixmap)
        self.paint(painter, QRect(QPoint(0, 0), size), mode, state)
        painter.end()
        return pixmap

    def _colour_for(self, mode: QIcon.Mode) -> str:
        palette = QGuiApplication.palette()
        if mode == QIcon.Mode.Disabled:
            return _hex(palette.color(QPalette.ColorGroup.Disabled, QPalette.ColorRole.ButtonText))
        if self._colour is not None:
            return self._colour
        return _hex(palette.color(QPalette.ColorGroup.Active, QPalette.ColorRole.ButtonText))


def _hex(colour: QColor) -> str:
    return colour.name()


def icon(name: str, colour: str | None = None) -> QIcon:
    """The icon of that name, such as `database`. Without a colour it takes the palette's, and changes with it."""
    _source(name)
    return QIcon(_LucideEngine(name, colour))
