"""Paints the rows of a table straight onto its viewport, a column at a time.

A delegate would cost a call, a style option and several lookups for each cell, which is the whole price of a frame;
here a cell is a few dictionary look-ups and one drawing call. Badges and bars are drawn once and kept as pictures.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QFont, QFontMetricsF, QPainter, QPixmap

from pagevoo_console.ui.kit import theme
from pagevoo_console.ui.kit.gauge import paint_bar
from pagevoo_console.ui.kit.icons import paint_icon
from pagevoo_console.ui.kit.pills import HEIGHT as BADGE_HEIGHT
from pagevoo_console.ui.kit.pills import Badge, badge_font, badge_width, paint_badge
from pagevoo_console.ui.kit.records import Cell, Kind
from pagevoo_console.ui.kit.tokens import Space, Text, Tone

BAR_WIDTH = 56
BAR_HEIGHT = 6
ICON = 16
KEPT_PICTURES = 2_000


class _Advances(dict[str, float]):
    """How far each character of a font moves the pen: enough to know whether a text fits, without shaping it."""

    def __init__(self, metrics: QFontMetricsF) -> None:
        super().__init__()
        self._metrics = metrics

    def __missing__(self, character: str) -> float:
        width = self[character] = self._metrics.horizontalAdvance(character)
        return width


class Ink:
    """A font with what is needed to place a text on a line."""

    def __init__(self, font: QFont) -> None:
        self.font = font
        self.metrics = QFontMetricsF(font)
        self.advances = _Advances(self.metrics)
        self.drop = round(self.metrics.ascent() - self.metrics.height() / 2)

    def width(self, text: str) -> float:
        return sum(map(self.advances.__getitem__, text))

    def fit(self, text: str, width: float) -> str:
        """The text, cut with an ellipsis where it is wider than that many pixels."""
        if self.width(text) <= width:
            return text
        return self.metrics.elidedText(text, Qt.TextElideMode.ElideRight, width)


@dataclass(frozen=True, slots=True)
class Strip:
    """Where a column stands: its inner left edge and inner width in pixels, without the paddings."""

    left: int
    width: int


class RowPainter:
    """Fonts, colours and pictures for one table; made anew when the theme changes. GUI thread only."""

    def __init__(self, scale: float) -> None:
        self._scale = scale
        self._inks = {kind: Ink(theme.font(Text.BODY, tabular=kind.is_right_aligned)) for kind in Kind}
        self._inks[Kind.MONO] = Ink(theme.mono_font())
        strong = theme.font(Text.BODY)
        strong.setWeight(QFont.Weight.Medium)
        self._strong = Ink(strong)
        self._caption = Ink(theme.font(Text.CAPTION))
        self._badge_font = badge_font()
        self._badge_metrics = QFontMetricsF(self._badge_font)
        colours = theme.colours()
        self.text = QColor(colours.text)
        self.muted = QColor(colours.muted)
        self.danger = QColor(colours.tone(Tone.DANGER).text)
        self.selection = QColor(colours.selection)
        self.hover = QColor(colours.hover)
        self.line = QColor(colours.hairline)
        self.focus = QColor(colours.focus)
        self._badges: dict[tuple[Badge, int], QPixmap] = {}
        self._bars: dict[tuple[int, Tone], QPixmap] = {}

    def paint_column(self, painter: QPainter, kind: Kind, strip: Strip, lines: Sequence[tuple[int, Cell]]) -> None:
        """Draw a column's cells, a badge in place of its text; each comes with the y of its row's middle."""
        if kind is Kind.BADGE:
            self._paint_badges(painter, strip, lines)
            return
        if any(cell.badge is not None for _, cell in lines):
            self._paint_badges(painter, strip, lines)
            lines = [(middle, cell) for middle, cell in lines if cell.badge is None]
        if kind is Kind.BAR:
            self._paint_bars(painter, strip, lines)
            strip = Strip(strip.left + BAR_WIDTH + Space.XS, strip.width - BAR_WIDTH - Space.XS)
        strip = self._paint_icons(painter, strip, lines)
        plain = [(middle, cell) for middle, cell in lines if not cell.detail]
        self._paint_texts(painter, self._inks[kind], kind, strip, plain)
        if len(plain) < len(lines):
            self._paint_doubles(painter, strip, [(middle, cell) for middle, cell in lines if cell.detail])

    def _paint_badges(self, painter: QPainter, strip: Strip, lines: Sequence[tuple[int, Cell]]) -> None:
        for middle, cell in lines:
            if cell.badge is not None:
                top = middle - BADGE_HEIGHT // 2
                painter.drawPixmap(strip.left, top, self._badge(cell.badge, strip.width))

    def _paint_texts(
        self, painter: QPainter, ink: Ink, kind: Kind, strip: Strip, lines: Sequence[tuple[int, Cell]]
    ) -> None:
        usual = self.muted if kind is Kind.MUTED else self.text
        painter.setFont(ink.font)
        painter.setPen(usual)
        draw, fit, drop, width = painter.drawText, ink.fit, ink.drop, strip.width
        right = strip.left + width if kind.is_right_aligned else 0
        for middle, cell in lines:
            if cell.tone is Tone.DANGER:
                painter.setPen(self.danger)
            shown = fit(cell.text, width)
            draw(round(right - ink.width(shown)) if right else strip.left, middle + drop, shown)
            if cell.tone is Tone.DANGER:
                painter.setPen(usual)

    def _paint_doubles(self, painter: QPainter, strip: Strip, lines: Sequence[tuple[int, Cell]]) -> None:
        painter.setFont(self._strong.font)
        painter.setPen(self.text)
        for middle, cell in lines:
            painter.drawText(strip.left, middle - 9 + self._strong.drop, self._strong.fit(cell.text, strip.width))
        painter.setFont(self._caption.font)
        painter.setPen(self.muted)
        for middle, cell in lines:
            painter.drawText(strip.left, middle + 9 + self._caption.drop, self._caption.fit(cell.detail, strip.width))

    def _paint_icons(self, painter: QPainter, strip: Strip, lines: Sequence[tuple[int, Cell]]) -> Strip:
        if not any(cell.icon for _, cell in lines):
            return strip
        colours = theme.colours()
        for middle, cell in lines:
            if cell.icon:
                colour = colours.muted if cell.tone is Tone.NEUTRAL else colours.tone(cell.tone).text
                paint_icon(painter, cell.icon, QRectF(strip.left, middle - ICON / 2, ICON, ICON), colour)
        moved = ICON + Space.S + Space.XS
        return Strip(strip.left + moved, strip.width - moved)

    def _paint_bars(self, painter: QPainter, strip: Strip, lines: Sequence[tuple[int, Cell]]) -> None:
        for middle, cell in lines:
            if cell.fraction is not None:
                painter.drawPixmap(strip.left, middle - BAR_HEIGHT // 2 - 2, self._bar(cell.fraction, cell.tone))

    def _bar(self, fraction: float, tone: Tone) -> QPixmap:
        step = min(round(fraction * BAR_WIDTH * 2), BAR_WIDTH * 8)
        picture = self._bars.get((step, tone))
        if picture is None:
            picture = self._blank(BAR_WIDTH, BAR_HEIGHT + 4)
            inner = QPainter(picture)
            paint_bar(inner, QRectF(0, 2, BAR_WIDTH, BAR_HEIGHT), step / (BAR_WIDTH * 2), tone)
            inner.end()
            self._bars[step, tone] = picture
        return picture

    def _badge(self, badge: Badge, width: int) -> QPixmap:
        picture = self._badges.get((badge, width))
        if picture is None:
            if len(self._badges) >= KEPT_PICTURES:
                self._badges.clear()
            shown = min(width, int(badge_width(badge, self._badge_metrics)) + 1)
            picture = self._blank(shown, BADGE_HEIGHT)
            inner = QPainter(picture)
            inner.setFont(self._badge_font)
            paint_badge(inner, QPointF(0, BADGE_HEIGHT / 2), width, badge, self._badge_metrics)
            inner.end()
            self._badges[badge, width] = picture
        return picture

    def _blank(self, width: int, height: int) -> QPixmap:
        made = QPixmap(max(1, round(width * self._scale)), round(height * self._scale))
        made.setDevicePixelRatio(self._scale)
        made.fill(Qt.GlobalColor.transparent)
        return made
