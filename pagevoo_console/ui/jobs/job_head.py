"""The two lines and the bar of a job, painted: however often its progress changes, nothing is laid out again."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFont, QFontMetricsF, QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from pagevoo_console.domain.job import Job, JobState
from pagevoo_console.domain.text import visible
from pagevoo_console.ui.jobs.job_texts import SEPARATOR, spoken, status_text
from pagevoo_console.ui.kit import theme
from pagevoo_console.ui.kit.gauge import paint_bar
from pagevoo_console.ui.kit.icons import paint_icon
from pagevoo_console.ui.kit.pills import HEIGHT as BADGE_HEIGHT
from pagevoo_console.ui.kit.pills import badge_font, badge_width, job_badge, paint_badge
from pagevoo_console.ui.kit.tokens import Space, Text, Tone

ICON = 18
BAR = 4
SEGMENT = 0.25
STRIDE = 0.04


class JobHead(QWidget):
    """Icon, title, tenant and state of a job, with how far it is below. Its height never changes."""

    def __init__(self, job: Job, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._phase = 0.0
        self._told: JobState | None = None
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.show_job(job)

    def show_job(self, job: Job) -> None:
        """Show the job as it stands; only a new state is told to screen readers."""
        self._job = job
        self._badge = job_badge(job.state)
        self._status = status_text(job)
        self._phase = (self._phase + STRIDE) % 1.0
        if job.state is not self._told:
            self._told = job.state
            self.setAccessibleName(spoken(job, self._badge.text))
            self.setAccessibleDescription(self._status)
        self.update()

    @property
    def status(self) -> str:
        """The second line as it is shown."""
        return self._status

    def sizeHint(self) -> QSize:
        lines = _first_line() + QFontMetricsF(theme.font(Text.CAPTION)).height()
        return QSize(240, round(lines) + Space.S + Space.HAIR + BAR)

    def minimumSizeHint(self) -> QSize:
        return QSize(140, self.sizeHint().height())

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        colours = theme.colours()
        strong, small = theme.font(Text.STRONG), theme.font(Text.CAPTION, tabular=True)
        first, second = _first_line(), QFontMetricsF(small).height()
        left = ICON + Space.S + Space.HAIR
        paint_icon(
            painter, self._badge.icon, QRectF(0, (first - ICON) / 2, ICON, ICON), colours.tone(self._badge.tone).text
        )
        badge_metrics = QFontMetricsF(badge_font())
        width = badge_width(self._badge, badge_metrics)
        painter.setFont(badge_font())
        paint_badge(painter, QPointF(self.width() - width, first / 2), width, self._badge, badge_metrics)
        self._paint_title(painter, strong, QRectF(left, 0, self.width() - width - left - Space.S, first))
        failed = self._job.state is JobState.FAILED
        colour = colours.tone(Tone.DANGER).text if failed else colours.muted
        _paint_text(painter, small, QRectF(left, first, self.width() - left, second), self._status, colour)
        if not self._job.state.is_final:
            self._paint_bar(painter, QRectF(left, self.height() - BAR, self.width() - left, BAR))

    def _paint_title(self, painter: QPainter, strong: QFont, room: QRectF) -> None:
        colours = theme.colours()
        drawn = _paint_text(painter, strong, room, visible(self._job.title), colours.text)
        if self._job.tenant:
            room.setLeft(room.left() + drawn)
            body = theme.font(Text.BODY)
            _paint_text(painter, body, room, SEPARATOR + visible(self._job.tenant), colours.muted)

    def _paint_bar(self, painter: QPainter, room: QRectF) -> None:
        progress = self._job.progress
        fraction = None if progress is None else progress.fraction
        tone = Tone.WARNING if self._job.state is JobState.CANCELLING else Tone.ACCENT
        if fraction is not None or progress is None:
            paint_bar(painter, room, fraction or 0.0, tone)
            return
        paint_bar(painter, room, 0.0, tone)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(theme.colours().tone(tone).fill))
        begin = room.left() + room.width() * (1 - SEGMENT) * self._phase
        painter.drawRoundedRect(QRectF(begin, room.top(), room.width() * SEGMENT, BAR), BAR / 2, BAR / 2)


def _first_line() -> float:
    """The height of the line that holds title and badge, in pixels."""
    return max(float(BADGE_HEIGHT), QFontMetricsF(theme.font(Text.STRONG)).height())


def _paint_text(painter: QPainter, font: QFont, room: QRectF, text: str, colour: str) -> float:
    """Draw a text on one line, cut where there is no room; returns how wide it is."""
    painter.setFont(font)
    metrics = QFontMetricsF(font)
    shown = metrics.elidedText(text, Qt.TextElideMode.ElideRight, max(0.0, room.width()))
    painter.setPen(QColor(colour))
    painter.drawText(room, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft, shown)
    return metrics.horizontalAdvance(shown)
