"""Quota gauges: how full something is, readable without colour by an icon, a word, a mark at the limit and hatching."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QBrush, QColor, QFontMetricsF, QPainter, QPainterPath, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QWidget

from pagevoo_console.domain.quota import QuotaLevel, QuotaUsage
from pagevoo_console.domain.text import visible
from pagevoo_console.ui.kit import format, theme
from pagevoo_console.ui.kit.i18n import translate
from pagevoo_console.ui.kit.icons import paint_icon
from pagevoo_console.ui.kit.pills import HEIGHT as BADGE_HEIGHT
from pagevoo_console.ui.kit.pills import Badge, badge_font, badge_width, level_badge, paint_badge
from pagevoo_console.ui.kit.tokens import Space, Text, Tone

LEVEL_TONES: dict[QuotaLevel, Tone] = {
    QuotaLevel.OK: Tone.GOOD,
    QuotaLevel.NEAR: Tone.WARNING,
    QuotaLevel.OVER: Tone.DANGER,
    QuotaLevel.UNLIMITED: Tone.NEUTRAL,
    QuotaLevel.UNKNOWN: Tone.NEUTRAL,
}


@dataclass(frozen=True, slots=True)
class Reading:
    """What a gauge says, in words: made once from a usage, drawn and read aloud from here."""

    title: str
    used: str
    left: str
    percent: str
    level: QuotaLevel
    badge: Badge
    fraction: float | None

    @property
    def sentence(self) -> str:
        """The whole reading, for whoever cannot see it."""
        parts = (self.title, self.badge.text, self.used, self.percent, self.left)
        return ", ".join(part for part in parts if part)


def reading(usage: QuotaUsage) -> Reading:
    """Put a usage into words, in the language of the window."""
    used, limit = usage.used, usage.limit
    amount = partial(format.amount, unit=usage.unit)
    bare = partial(format.amount, unit="bytes" if usage.unit == "bytes" else "")
    if used is None:
        says, left = translate("gauge", "not measured yet"), ""
        if limit is not None:
            says = translate("gauge", "not measured yet, limit {limit}").format(limit=amount(limit))
    elif limit is None:
        says, left = translate("gauge", "{used} used").format(used=amount(used)), ""
    else:
        says = translate("gauge", "{used} of {limit} used").format(used=bare(used), limit=amount(limit))
        says_left = translate("gauge", "{amount} over") if used > limit else translate("gauge", "{amount} left")
        left = says_left.format(amount=bare(abs(limit - used)))
    percent = "" if usage.fraction is None else format.percent(usage.fraction)
    badge = level_badge(usage.level)
    if used is None and limit is not None:
        badge = Badge(translate("gauge", "Not measured"), Tone.NEUTRAL, "circle-question-mark")
    return Reading(visible(usage.title or usage.quota), says, left, percent, usage.level, badge, usage.fraction)


def paint_bar(painter: QPainter, rect: QRectF, fraction: float | None, tone: Tone) -> None:
    """A horizontal bar. Beyond full it is hatched from a mark at the limit on; unknown is a dashed track."""
    colours = theme.colours()
    radius = rect.height() / 2
    painter.setRenderHint(QPainter.RenderHint.Antialiasing, True)
    if fraction is None:
        painter.setPen(QPen(QColor(colours.edge), 1, Qt.PenStyle.DashLine))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawRoundedRect(rect.adjusted(0.5, 0.5, -0.5, -0.5), radius, radius)
        return
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(QColor(colours.track))
    painter.drawRoundedRect(rect, radius, radius)
    if fraction <= 0:
        return
    fill = QColor(colours.tone(tone).fill)
    painter.setBrush(fill)
    if fraction <= 1:
        width = max(rect.height(), rect.width() * fraction)
        painter.drawRoundedRect(QRectF(rect.left(), rect.top(), width, rect.height()), radius, radius)
        return
    limit_at = rect.left() + rect.width() / min(fraction, 4.0)
    shape = QPainterPath()
    shape.addRoundedRect(rect, radius, radius)
    painter.save()
    painter.setClipPath(shape)
    painter.drawRect(QRectF(rect.left(), rect.top(), limit_at - rect.left(), rect.height()))
    beyond = QRectF(limit_at, rect.top(), rect.right() - limit_at, rect.height())
    painter.setBrush(QColor(colours.tone(tone).tint))
    painter.drawRect(beyond)
    painter.setBrush(QBrush(fill, Qt.BrushStyle.BDiagPattern))
    painter.drawRect(beyond)
    painter.restore()
    painter.setPen(QPen(QColor(colours.text), 2))
    painter.drawLine(QPointF(limit_at, rect.top() - 2), QPointF(limit_at, rect.bottom() + 2))


class QuotaGauge(QWidget):
    """One quota: title and level above, a bar, and used, limit and left below."""

    BAR = 10

    def __init__(self, usage: QuotaUsage, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.set_usage(usage)

    @property
    def reading(self) -> Reading:
        return self._reading

    def set_usage(self, usage: QuotaUsage) -> None:
        """Show another reading; the accessible description follows."""
        self._reading = reading(usage)
        self.setAccessibleName(self._reading.title)
        self.setAccessibleDescription(self._reading.sentence)
        self.updateGeometry()
        self.update()

    def sizeHint(self) -> QSize:
        title = QFontMetricsF(theme.font(Text.STRONG))
        body = QFontMetricsF(theme.font(Text.BODY, tabular=True))
        top = title.horizontalAdvance(self._reading.title) + badge_width(
            self._reading.badge, QFontMetricsF(badge_font())
        )
        bottom = body.horizontalAdvance(self._reading.used) + body.horizontalAdvance(self._after())
        height = BADGE_HEIGHT + Space.S + self.BAR + Space.S + body.height()
        return QSize(int(max(top, bottom) + Space.M) + 1, int(height) + 1)

    def minimumSizeHint(self) -> QSize:
        return self.sizeHint()

    def _after(self) -> str:
        return " · ".join(part for part in (self._reading.percent, self._reading.left) if part)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        colours = theme.colours()
        now = self._reading
        badge = now.badge
        small = QFontMetricsF(badge_font())
        width = badge_width(badge, small)
        painter.setFont(badge_font())
        paint_badge(painter, QPointF(self.width() - width, BADGE_HEIGHT / 2), width, badge, small)
        painter.setFont(theme.font(Text.STRONG))
        painter.setPen(QColor(colours.text))
        left = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
        painter.drawText(QRectF(0, 0, self.width() - width, BADGE_HEIGHT), left, now.title)
        bar = QRectF(0, BADGE_HEIGHT + Space.S, self.width(), self.BAR)
        paint_bar(painter, bar, 0.0 if now.level is QuotaLevel.UNLIMITED else now.fraction, LEVEL_TONES[now.level])
        painter.setFont(theme.font(Text.BODY, tabular=True))
        below = QRectF(0, bar.bottom() + Space.S - 2, self.width(), self.height() - bar.bottom() - Space.S + 2)
        painter.setPen(QColor(colours.muted))
        painter.drawText(below, left, self._reading.used)
        painter.setPen(
            QColor(colours.tone(LEVEL_TONES[now.level]).text if now.level is QuotaLevel.OVER else colours.text)
        )
        painter.drawText(below, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter, self._after())


class RingGauge(QWidget):
    """One quota as a ring with the percentage inside: for overviews, where the words stand beside it."""

    def __init__(self, usage: QuotaUsage, side: int = 72, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._side = side
        self.setFixedSize(side, side)
        self.set_usage(usage)

    def set_usage(self, usage: QuotaUsage) -> None:
        """Show another reading; the accessible description follows."""
        self._reading = reading(usage)
        self.setAccessibleName(self._reading.title)
        self.setAccessibleDescription(self._reading.sentence)
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, True)
        colours = theme.colours()
        now = self._reading
        thickness = self._side / 10
        ring = QRectF(self.rect()).adjusted(thickness, thickness, -thickness, -thickness)
        is_measured = now.fraction is not None
        line = Qt.PenStyle.SolidLine if is_measured else Qt.PenStyle.DotLine
        painter.setPen(
            QPen(QColor(colours.track if is_measured else colours.edge), thickness if is_measured else 2, line)
        )
        painter.drawArc(ring, 0, 360 * 16)
        tone = colours.tone(LEVEL_TONES[now.level])
        if now.fraction:
            pen = QPen(QColor(tone.fill), thickness)
            pen.setCapStyle(Qt.PenCapStyle.FlatCap)
            painter.setPen(pen)
            painter.drawArc(ring, 90 * 16, -round(360 * 16 * min(1.0, now.fraction)))
        marked = now.level in (QuotaLevel.NEAR, QuotaLevel.OVER)
        painter.setFont(theme.font(Text.STRONG, tabular=True))
        painter.setPen(QColor(colours.text))
        word = "∞" if now.level is QuotaLevel.UNLIMITED else now.percent or format.NOTHING
        lifted = QRectF(self.rect()).translated(0, -self._side / 12 if marked else 0)
        painter.drawText(lifted, Qt.AlignmentFlag.AlignCenter, word)
        if marked:
            side = self._side / 6
            mark = QRectF(self.width() / 2 - side / 2, self.height() * 0.56, side, side)
            paint_icon(painter, now.badge.icon, mark, tone.text)
