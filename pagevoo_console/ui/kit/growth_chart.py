"""How a figure grew and where it is heading: samples as a line, the limit, and the forecast with its uncertainty.

Readable without colour: what was is a solid line over a ground, what is expected a dashed one in a hatched band, and
the limit bears its name. With the keyboard one goes from sample to sample, and each is read aloud.
"""

from __future__ import annotations

from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, Qt
from PySide6.QtGui import (
    QAccessible,
    QAccessibleAnnouncementEvent,
    QBrush,
    QColor,
    QFocusEvent,
    QFontMetricsF,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPainterPath,
    QPaintEvent,
    QPen,
    QPolygonF,
)
from PySide6.QtWidgets import QSizePolicy, QWidget

from pagevoo_console.domain.quota import UsageSample
from pagevoo_console.ui.kit import format, theme
from pagevoo_console.ui.kit.chart_legend import Mark, legend_height, paint_legend
from pagevoo_console.ui.kit.chart_scale import Growth, Scale, days, figures, highest_figure, scale_of
from pagevoo_console.ui.kit.i18n import translate
from pagevoo_console.ui.kit.tokens import Radius, Space, Text, Tone

HEIGHT, WIDTH = 300, 320
_GAP = 6.0
_LABEL_EVERY = 92
_FIGURE_EVERY = 40


class GrowthChart(QWidget):
    """Shows one quota's growth. Left, Right, Home and End go from sample to sample; the pointer does the same."""

    def __init__(self, name: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._growth: Growth | None = None
        self._marked: int | None = None
        self._summary = ""
        self.setAccessibleName(name)
        self.setMouseTracking(True)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def show_growth(self, growth: Growth, summary: str) -> None:
        """`summary` says in words what is to be seen, for whoever cannot see it."""
        self._growth, self._summary, self._marked = growth, summary, None
        self.setAccessibleDescription(summary)
        self.update()

    @property
    def growth(self) -> Growth | None:
        return self._growth

    @property
    def marked(self) -> UsageSample | None:
        """The sample under the pointer, or the one that the keyboard went to."""
        return None if self._growth is None or self._marked is None else self._growth.samples[self._marked]

    def mark(self, place: int | None) -> None:
        """Go to a sample by its place, and read it aloud; None goes away from all of them."""
        if place == self._marked:
            return
        self._marked = place
        sample = self.marked
        said = self._summary if sample is None else ", ".join(self._lines_of(sample))
        self.setAccessibleDescription(said)
        if sample is not None and self.hasFocus():
            QAccessible.updateAccessibility(QAccessibleAnnouncementEvent(self, said))
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(2 * WIDTH, HEIGHT)

    def minimumSizeHint(self) -> QSize:
        return QSize(WIDTH, HEIGHT)

    # --- the pointer and the keyboard -------------------------------------------------------------------------------

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        if self._growth is not None:
            self.mark(self._scale(self._growth).nearest(event.position().x(), self._growth.samples))

    def leaveEvent(self, event: QEvent) -> None:
        if not self.hasFocus():
            self.mark(None)
        super().leaveEvent(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        last = -1 if self._growth is None else len(self._growth.samples) - 1
        here = last + 1 if self._marked is None else self._marked
        there = {
            Qt.Key.Key_Left: here - 1,
            Qt.Key.Key_Right: here + 1,
            Qt.Key.Key_Home: 0,
            Qt.Key.Key_End: last,
        }.get(Qt.Key(event.key()))
        if there is None or last < 0:
            super().keyPressEvent(event)
            return
        self.mark(max(0, min(there, last)))

    def focusInEvent(self, event: QFocusEvent) -> None:
        super().focusInEvent(event)
        self.update()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        self.mark(None)
        self.update()

    def changeEvent(self, event: QEvent) -> None:
        if event.type() == QEvent.Type.PaletteChange:
            self.update()
        super().changeEvent(event)

    # --- painting ---------------------------------------------------------------------------------------------------

    def paintEvent(self, event: QPaintEvent) -> None:
        growth = self._growth
        if growth is None or not growth.samples:
            return
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, True)
        painter.setFont(theme.font(Text.CAPTION, tabular=True))
        scale = self._scale(growth)
        paint_legend(painter, QRectF(scale.left, 0, scale.width, scale.top), self._legend(growth))
        self._paint_axes(painter, scale, growth)
        box = QRectF(scale.left, scale.top, scale.width, scale.height)
        painter.save()
        painter.setClipRect(box.adjusted(-3, -3, 3, 3))
        self._paint_forecast(painter, scale, growth)
        self._paint_past(painter, scale, growth)
        self._paint_limit(painter, scale, growth)
        painter.restore()
        self._paint_words(painter, scale, growth)
        sample = self.marked
        if sample is not None:
            self._paint_marked(painter, scale, sample)
        if self.hasFocus():
            painter.setPen(QPen(QColor(theme.colours().focus), 2))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRoundedRect(QRectF(self.rect()).adjusted(1, 1, -1, -1), Radius.CONTROL, Radius.CONTROL)

    def _scale(self, growth: Growth) -> Scale:
        metrics = QFontMetricsF(theme.font(Text.CAPTION, tabular=True))
        draft = scale_of(growth, 0, 0, 100, 100)
        widest = max(metrics.horizontalAdvance(self._amount(figure)) for figure in figures(draft.highest, 5))
        left = widest + 2 * _GAP
        right = self.width() - Space.S - Space.XS
        top = legend_height(self._legend(growth), right - left, metrics) + metrics.height() + Space.XS
        bottom = self.height() - metrics.height() - 2 * _GAP
        return scale_of(growth, left, top, right - left, bottom - top)

    def _legend(self, growth: Growth) -> list[tuple[Mark, str]]:
        marks = [(Mark.USED, translate("chart", "Used"))]
        if growth.limit is not None:
            is_far = growth.limit > highest_figure(growth, growth.now)
            text = translate("chart", "Limit {limit}, far above" if is_far else "Limit {limit}")
            marks.append((Mark.LIMIT, text.format(limit=self._amount(growth.limit))))
        if growth.forecast is not None:
            marks.append((Mark.EXPECTED, translate("chart", "Expected")))
            marks.append((Mark.RANGE, translate("chart", "Likely range")))
        return marks

    def _amount(self, figure: int) -> str:
        unit = self._growth.unit if self._growth is not None else ""
        return format.amount(figure, unit if unit == "bytes" else "")

    def _paint_axes(self, painter: QPainter, scale: Scale, growth: Growth) -> None:
        colours, metrics = theme.colours(), QFontMetricsF(painter.font())
        right = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
        for figure in figures(scale.highest, max(2, min(5, int(scale.height // _FIGURE_EVERY)))):
            y = scale.y(figure)
            painter.setPen(QPen(QColor(colours.edge if figure == 0 else colours.hairline), 1))
            painter.drawLine(QPointF(scale.left, y), QPointF(scale.left + scale.width, y))
            painter.setPen(QColor(colours.muted))
            box = QRectF(0, y - metrics.height() / 2, scale.left - _GAP, metrics.height())
            painter.drawText(box, right, self._amount(figure))
        below = scale.top + scale.height
        for moment in days(scale, max(2, int(scale.width // _LABEL_EVERY))):
            x, word = scale.x(moment), format.day(moment, is_short=True)
            painter.setPen(QPen(QColor(colours.edge), 1))
            painter.drawLine(QPointF(x, below), QPointF(x, below + 4))
            half = metrics.horizontalAdvance(word) / 2
            if x - half >= scale.left - _GAP and x + half <= self.width():
                painter.setPen(QColor(colours.muted))
                painter.drawText(QPointF(x - half, below + _GAP + metrics.ascent()), word)

    def _paint_past(self, painter: QPainter, scale: Scale, growth: Growth) -> None:
        fill = QColor(theme.colours().tone(Tone.ACCENT).fill)
        placed = [QPointF(scale.x(one.sampled_at), scale.y(one.used)) for one in growth.samples]
        line = QPainterPath(placed[0])
        for point in placed[1:]:
            line.lineTo(point)
        ground = QPainterPath(line)
        ground.lineTo(placed[-1].x(), scale.top + scale.height)
        ground.lineTo(placed[0].x(), scale.top + scale.height)
        shade = QColor(fill)
        shade.setAlphaF(0.14)
        painter.fillPath(ground, shade)
        painter.setPen(QPen(fill, 2, Qt.PenStyle.SolidLine, Qt.PenCapStyle.RoundCap, Qt.PenJoinStyle.RoundJoin))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawPath(line)
        painter.setPen(QPen(QColor(theme.colours().surface), 1.5))
        painter.setBrush(fill)
        painter.drawEllipse(placed[-1], 4, 4)

    def _paint_limit(self, painter: QPainter, scale: Scale, growth: Growth) -> None:
        """The limit as it was at each sample, since a tier may have changed, and on to the edge as it is now."""
        steps = [(one.sampled_at, one.limit) for one in growth.samples] + [(growth.now, growth.limit)]
        line, last = QPainterPath(), None
        for (begin, limit), (end, _) in zip(steps, [*steps[1:], (scale.end, None)], strict=True):
            if limit is not None and limit <= scale.highest:
                start = QPointF(scale.x(begin), scale.y(limit))
                if last is None:
                    line.moveTo(start)
                else:
                    line.lineTo(start)
                line.lineTo(QPointF(scale.x(end), scale.y(limit)))
                last = limit
            else:
                last = None
        painter.setPen(QPen(QColor(theme.colours().tone(Tone.DANGER).fill), 1.6))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawPath(line)

    def _paint_forecast(self, painter: QPainter, scale: Scale, growth: Growth) -> None:
        """The dashed line to the day on which it is likely full, over the days on which it may well be."""
        forecast, limit = growth.forecast, growth.limit
        if forecast is None or limit is None:
            return
        last = growth.samples[-1]
        here = QPointF(scale.x(last.sampled_at), scale.y(last.used))
        a_day = scale.width / ((scale.end - scale.begin).total_seconds() / 86_400)
        now, full, edge = scale.x(growth.now), scale.y(limit), scale.left + scale.width
        early = now + forecast.low * a_day
        late = edge if forecast.high is None else now + forecast.high * a_day
        fill = QColor(theme.colours().tone(Tone.ACCENT).fill)
        shade = QColor(fill)
        shade.setAlphaF(0.1)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(shade)
        painter.drawPolygon(QPolygonF([here, QPointF(early, full), QPointF(max(late, early), full)]))
        if early < edge:
            band = QRectF(early, full, max(6.0, min(late, edge) - early), scale.top + scale.height - full)
            painter.drawRect(band)
            shade.setAlphaF(0.45)
            painter.setBrush(QBrush(shade, Qt.BrushStyle.BDiagPattern))
            painter.drawRect(band)
        painter.setPen(QPen(fill, 2, Qt.PenStyle.DashLine))
        there = QPointF(now + forecast.likely * a_day, full)
        painter.drawLine(here, there)
        painter.setPen(QPen(fill, 2))
        painter.setBrush(QColor(theme.colours().surface))
        painter.drawEllipse(there, 4.5, 4.5)

    def _paint_words(self, painter: QPainter, scale: Scale, growth: Growth) -> None:
        """Today, and the day on which it is likely full, each above its place."""
        colours, metrics = theme.colours(), QFontMetricsF(painter.font())
        now = scale.x(growth.now)
        painter.setPen(QPen(QColor(colours.edge), 1, Qt.PenStyle.DotLine))
        painter.drawLine(QPointF(now, scale.top), QPointF(now, scale.top + scale.height))
        words = [(now, translate("chart", "Today"))]
        if growth.forecast is not None and scale.x(growth.forecast.at) <= scale.left + scale.width:
            there = scale.x(growth.forecast.at)
            painter.drawLine(QPointF(there, scale.top), QPointF(there, scale.top + scale.height))
            words.append((there, format.day(growth.forecast.at, is_short=True)))
        painter.setPen(QColor(colours.text))
        taken = -1.0
        for x, word in words:
            width = metrics.horizontalAdvance(word)
            begin = max(taken, min(max(scale.left, x - width / 2), self.width() - width - 2))
            painter.drawText(QPointF(begin, scale.top - metrics.descent() - 2), word)
            taken = begin + width + Space.S

    # --- one sample -------------------------------------------------------------------------------------------------

    def _lines_of(self, sample: UsageSample) -> tuple[str, ...]:
        """What is said of one sample: its day, what was used of which limit, and whether that is exact."""
        used = self._amount(sample.used)
        if sample.limit:
            used = translate("chart", "{used} of {limit}, {percent}").format(
                used=used, limit=self._amount(sample.limit), percent=format.percent(sample.used / sample.limit)
            )
        lines = (format.day(sample.sampled_at, with_year=True), used)
        return lines if sample.exact else (*lines, translate("chart", "an estimate"))

    def _paint_marked(self, painter: QPainter, scale: Scale, sample: UsageSample) -> None:
        colours, metrics = theme.colours(), QFontMetricsF(painter.font())
        at = QPointF(scale.x(sample.sampled_at), scale.y(sample.used))
        painter.setPen(QPen(QColor(colours.text), 1))
        painter.drawLine(QPointF(at.x(), scale.top), QPointF(at.x(), scale.top + scale.height))
        painter.setBrush(QColor(colours.surface))
        painter.setPen(QPen(QColor(colours.text), 2))
        painter.drawEllipse(at, 4.5, 4.5)
        lines = self._lines_of(sample)
        width = max(metrics.horizontalAdvance(line) for line in lines) + 2 * Space.S
        height = metrics.height() * len(lines) + 2 * Space.XS
        left = at.x() + Space.S
        if left + width > self.width():
            left = at.x() - Space.S - width
        above = min(max(scale.top, at.y() - height - Space.S), self.height() - height)
        box = QRectF(max(0.0, left), above, width, height)
        painter.setPen(QPen(QColor(colours.outline), 1))
        painter.setBrush(QColor(colours.raised))
        painter.drawRoundedRect(box, Radius.CONTROL, Radius.CONTROL)
        painter.setPen(QColor(colours.text))
        for number, line in enumerate(lines):
            painter.drawText(
                QPointF(box.left() + Space.S, box.top() + Space.XS + metrics.ascent() + number * metrics.height()), line
            )
