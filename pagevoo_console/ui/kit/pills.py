"""Badges: a state or a tier as a word, a colour and an icon. Painted, so that a table of them needs no widgets."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFont, QFontMetricsF, QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from pagevoo_console.domain.database import DatabaseState
from pagevoo_console.domain.feature import FeatureState
from pagevoo_console.domain.job import JobState
from pagevoo_console.domain.quota import QuotaLevel
from pagevoo_console.domain.text import visible
from pagevoo_console.ui.kit import theme
from pagevoo_console.ui.kit.i18n import translate
from pagevoo_console.ui.kit.icons import paint_icon
from pagevoo_console.ui.kit.tokens import Text, Tone

HEIGHT = 22
PADDING = 8
ICON = 13
GAP = 5


@dataclass(frozen=True, slots=True)
class Badge:
    """A short word with a tone and an icon that says the same.

    A quiet badge has no ground: it is for what is as it should be, so that a list of healthy rows stays calm.
    """

    text: str
    tone: Tone = Tone.NEUTRAL
    icon: str = ""
    is_quiet: bool = False

    @property
    def quietly(self) -> Badge:
        """The same badge without its ground."""
        return replace(self, is_quiet=True)


_STATES: dict[DatabaseState, tuple[str, Tone, str]] = {
    DatabaseState.ACTIVE: ("Active", Tone.GOOD, "circle-check"),
    DatabaseState.PROVISIONING: ("Provisioning", Tone.ACCENT, "loader-circle"),
    DatabaseState.SUSPENDED: ("Frozen", Tone.WARNING, "snowflake"),
    DatabaseState.DELETED: ("Deleted", Tone.NEUTRAL, "trash-2"),
    DatabaseState.MISSING: ("Missing", Tone.DANGER, "octagon-alert"),
    DatabaseState.UNREACHABLE: ("Unreachable", Tone.DANGER, "unplug"),
}
_LEVELS: dict[QuotaLevel, tuple[str, Tone, str]] = {
    QuotaLevel.OK: ("OK", Tone.GOOD, "circle-check"),
    QuotaLevel.NEAR: ("Near limit", Tone.WARNING, "triangle-alert"),
    QuotaLevel.OVER: ("Over limit", Tone.DANGER, "octagon-alert"),
    QuotaLevel.UNLIMITED: ("Unlimited", Tone.NEUTRAL, "infinity"),
    QuotaLevel.UNKNOWN: ("Unknown", Tone.NEUTRAL, "circle-question-mark"),
}
_FEATURES: dict[FeatureState, tuple[str, Tone, str]] = {
    FeatureState.AVAILABLE: ("Available", Tone.NEUTRAL, "circle-dashed"),
    FeatureState.INSTALLED: ("Installed", Tone.GOOD, "circle-check"),
    FeatureState.DISABLED: ("Disabled", Tone.NEUTRAL, "circle-pause"),
    FeatureState.OUTDATED: ("Outdated", Tone.WARNING, "history"),
    FeatureState.DRIFTED: ("Drifted", Tone.DANGER, "triangle-alert"),
}
_JOBS: dict[JobState, tuple[str, Tone, str]] = {
    JobState.QUEUED: ("Waiting", Tone.NEUTRAL, "hourglass"),
    JobState.RUNNING: ("Running", Tone.ACCENT, "circle-play"),
    JobState.CANCELLING: ("Cancelling", Tone.WARNING, "circle-stop"),
    JobState.SUCCEEDED: ("Done", Tone.GOOD, "circle-check"),
    JobState.FAILED: ("Failed", Tone.DANGER, "circle-x"),
    JobState.CANCELLED: ("Cancelled", Tone.NEUTRAL, "ban"),
}
_TIERS = ((Tone.NEUTRAL, "user"), (Tone.NEUTRAL, "store"), (Tone.ACCENT, "layers"), (Tone.ACCENT, "shield"))


def state_badge(state: DatabaseState | None) -> Badge:
    """The state of a tenant database; None is a tenant who has none."""
    if state is None:
        return Badge(translate("pills", "No database"), Tone.NEUTRAL, "circle-dashed")
    return _badge(_STATES[state])


def level_badge(level: QuotaLevel) -> Badge:
    return _badge(_LEVELS[level])


def feature_badge(state: FeatureState) -> Badge:
    return _badge(_FEATURES[state])


def job_badge(state: JobState) -> Badge:
    return _badge(_JOBS[state])


def website_badge(is_published: bool) -> Badge:
    """Whether the world can see a website."""
    if is_published:
        return Badge(translate("pills", "Published"), Tone.GOOD, "globe")
    return Badge(translate("pills", "Draft"), Tone.NEUTRAL, "pencil", is_quiet=True)


def tier_badge(title: str, rank: int) -> Badge:
    """A tier by its title; `rank` is its place among the platform's tiers, from 0 for the cheapest."""
    tone, icon = _TIERS[max(0, min(rank, len(_TIERS) - 1))]
    return Badge(visible(title), tone, icon)


def _badge(entry: tuple[str, Tone, str]) -> Badge:
    word, tone, icon = entry
    return Badge(translate("pills", word), tone, icon)


def badge_font() -> QFont:
    made = theme.font(Text.CAPTION)
    made.setWeight(QFont.Weight.DemiBold)
    return made


def badge_width(badge: Badge, metrics: QFontMetricsF) -> float:
    """What `paint_badge` needs in this font, in pixels."""
    around = 0 if badge.is_quiet else 2 * PADDING
    return metrics.horizontalAdvance(badge.text) + around + (ICON + GAP if badge.icon else 0) + 1


def paint_badge(painter: QPainter, left: QPointF, width: float, badge: Badge, metrics: QFontMetricsF) -> float:
    """Draw a badge whose left edge is centred on `left`, no wider than `width`; returns the width that was drawn.

    The painter's font must be `badge_font()`.
    """
    colours = theme.colours().tone(badge.tone)
    drawn = min(width, badge_width(badge, metrics))
    rect = QRectF(left.x(), left.y() - HEIGHT / 2, drawn, HEIGHT)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing, True)
    text = rect
    if not badge.is_quiet:
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(colours.tint))
        painter.drawRoundedRect(rect, HEIGHT / 2, HEIGHT / 2)
        text = rect.adjusted(PADDING, 0, -PADDING, 0)
    if badge.icon:
        paint_icon(painter, badge.icon, QRectF(text.left(), left.y() - ICON / 2, ICON, ICON), colours.text)
        text.setLeft(text.left() + ICON + GAP)
    painter.setPen(QColor(theme.colours().muted if badge.is_quiet else colours.text))
    word = (
        badge.text if drawn < width else metrics.elidedText(badge.text, Qt.TextElideMode.ElideRight, text.width() + 1)
    )
    painter.drawText(text, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft, word)
    return drawn


class BadgeView(QWidget):
    """One badge as a widget, with its word as the accessible name."""

    def __init__(self, badge: Badge, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self._badge = badge
        self.set_badge(badge)

    @property
    def badge(self) -> Badge:
        return self._badge

    def set_badge(self, badge: Badge) -> None:
        self._badge = badge
        self.setAccessibleName(badge.text)
        self.updateGeometry()
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(math.ceil(badge_width(self._badge, QFontMetricsF(badge_font()))), HEIGHT)

    def minimumSizeHint(self) -> QSize:
        return self.sizeHint()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setFont(badge_font())
        paint_badge(painter, QPointF(0, self.height() / 2), self.width(), self._badge, QFontMetricsF(painter.font()))

    def changeEvent(self, event: QEvent) -> None:
        if event.type() in (QEvent.Type.FontChange, QEvent.Type.PaletteChange):
            self.updateGeometry()
        super().changeEvent(event)
