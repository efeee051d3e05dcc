"""What a view shows when it has nothing to show: loading, empty, failed, offline. Each is designed, none is a blank."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from PySide6.QtCore import QRectF, Qt, QTimer
from PySide6.QtGui import QColor, QPainter, QPaintEvent
from PySide6.QtWidgets import QPushButton, QStackedWidget, QVBoxLayout, QWidget

from pagevoo_console.ui.kit import format, theme
from pagevoo_console.ui.kit.banners import Banner, DetailsBox
from pagevoo_console.ui.kit.controls import ButtonKind, IconView, button
from pagevoo_console.ui.kit.i18n import translate
from pagevoo_console.ui.kit.labels import plain_label
from pagevoo_console.ui.kit.messages import Message, MessageAction, MessageKind, message_of
from pagevoo_console.ui.kit.pages import clear, row
from pagevoo_console.ui.kit.tokens import Space, Text, Tone

SKELETON_MS = 150
WORDS_MS = 2000
STOP_MS = 5000


class View(StrEnum):
    """Which of its faces a stack shows."""

    CONTENT = "content"
    LOADING = "loading"
    EMPTY = "empty"
    ERROR = "error"


@dataclass(frozen=True, slots=True)
class Emptiness:
    """Why there is nothing, and the one thing to do about it."""

    title: str
    text: str = ""
    icon: str = "inbox"
    verb: str = ""
    action: Callable[[], object] | None = None


class Skeleton(QWidget):
    """Grey bars where rows will be. It does not move: a still picture is calmer, and costs nothing."""

    WIDTHS = (0.62, 0.48, 0.7, 0.55, 0.66, 0.4, 0.58, 0.5)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAccessibleName(translate("states", "Loading"))

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, True)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(theme.colours().sunken))
        room = self.width() - 2 * Space.M
        for place, share in enumerate(self.WIDTHS):
            top = Space.M + place * 40
            painter.drawRoundedRect(QRectF(Space.M, top, room * share, 12), 6, 6)
            painter.drawRoundedRect(QRectF(Space.M, top + 18, room * share * 0.6, 8), 4, 4)


class StateStack(QWidget):
    """Stands around any view and shows it, or says why it cannot. A banner above it tells of being offline or stale.

    What was there stays in sight for the first 150 ms of loading, so that quick answers do not flicker.
    """

    def __init__(self, content: QWidget, parent: QWidget | None = None, *, outline: QWidget | None = None) -> None:
        """While something is on its way the `outline` is shown, bars where rows will be where there is none."""
        super().__init__(parent)
        self.content = content
        self.banner = Banner()
        self.banner.retried.connect(self._retry)
        self._on_retry: Callable[[], object] | None = None
        self._on_stop: Callable[[], object] | None = None
        self._stack = QStackedWidget()
        self._loading = self._make_loading(outline)
        self._notice = QWidget()
        self._notice_layout = QVBoxLayout(self._notice)
        for face in (content, self._loading, self._notice):
            self._stack.addWidget(face)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addWidget(self.banner)
        layout.addWidget(self._stack, 1)
        self._view = View.CONTENT
        self._timers = [
            self._timer(SKELETON_MS, lambda: self._stack.setCurrentWidget(self._loading)),
            self._timer(WORDS_MS, self._words.show),
            self._timer(STOP_MS, lambda: self._stop.setVisible(self._on_stop is not None)),
        ]

    @property
    def view(self) -> View:
        """Which face is meant now; while LOADING the old one may still be in sight for a moment."""
        return self._view

    def show_content(self) -> None:
        self._enter(View.CONTENT)
        self._stack.setCurrentWidget(self.content)

    def show_loading(
        self, what: str = "", on_stop: Callable[[], object] | None = None, *, at_once: bool = False
    ) -> None:
        """Something is on its way: bars after 150 ms or at once, words after 2 s, Stop after 5 s."""
        self._enter(View.LOADING)
        self._on_stop = on_stop
        self._words.setText(what or translate("states", "Still loading…"))
        self._words.hide()
        self._stop.hide()
        for timer in self._timers:
            timer.start()
        if at_once:
            self._stack.setCurrentWidget(self._loading)

    def show_empty(self, emptiness: Emptiness, ways: Sequence[MessageAction] = ()) -> None:
        """Why there is nothing, what to do about it, and other `ways` out."""
        self._enter(View.EMPTY)
        acts = []
        if emptiness.action is not None and emptiness.verb:
            acts.append(button(emptiness.verb, kind=ButtonKind.PRIMARY, on_click=emptiness.action))
        self._show_notice(emptiness.icon, None, emptiness.title, emptiness.text, [*acts, *_buttons(ways)])

    def show_error(
        self,
        error: BaseException | Message,
        on_retry: Callable[[], object] | None = None,
        ways: Sequence[MessageAction] = (),
    ) -> None:
        """What failed, the plain cause, the `ways` out, Retry, and details to copy."""
        self._enter(View.ERROR)
        self._on_retry = on_retry
        message = error if isinstance(error, Message) else message_of(error)
        acts = _buttons(ways)
        if on_retry is not None:
            acts.append(button(translate("banners", "Retry"), "refresh-cw", on_click=on_retry))
        self._show_notice(message.kind.icon, message.kind.tone, message.title, message.text, acts, message.details)

    def show_offline(self, seen_at: datetime | None, on_retry: Callable[[], object] | None = None) -> None:
        """The server does not answer: what was last seen stays, with its age."""
        self._on_retry = on_retry
        text = translate("states", "What you see was seen {age}. Changes are not possible until the server answers.")
        title = translate("states", "Offline")
        message = Message(MessageKind.WARNING, title, text.format(age=format.age(seen_at)))
        self.banner.show_message(message, can_retry=on_retry is not None)

    def show_online(self) -> None:
        """Take the banner away."""
        self.banner.clear()

    def _enter(self, view: View) -> None:
        self._view = view
        for timer in self._timers:
            timer.stop()

    def _retry(self) -> None:
        if self._on_retry is not None:
            self._on_retry()

    def _make_loading(self, outline: QWidget | None) -> QWidget:
        made = QWidget()
        layout = QVBoxLayout(made)
        self._words = plain_label("", muted=True)
        self._stop = button(translate("states", "Stop"), "circle-stop", on_click=self._stop_loading)
        if outline is not None:
            layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(Skeleton() if outline is None else outline, 1)
        layout.addWidget(self._words, alignment=Qt.AlignmentFlag.AlignHCenter)
        layout.addWidget(self._stop, alignment=Qt.AlignmentFlag.AlignHCenter)
        if outline is None:
            layout.addStretch(1)
        return made

    def _stop_loading(self) -> None:
        if self._on_stop is not None:
            self._on_stop()

    def _show_notice(
        self, icon: str, tone: Tone | None, title: str, text: str, acts: Sequence[QWidget], details: str = ""
    ) -> None:
        centre = Qt.AlignmentFlag.AlignHCenter
        clear(self._notice_layout)
        self._notice_layout.setSpacing(Space.S)
        self._notice_layout.addStretch(2)
        self._notice_layout.addWidget(IconView(icon, 36, tone), alignment=centre)
        for label in (plain_label(title, Text.SUBTITLE, wrap=True), plain_label(text, muted=True, wrap=True)):
            label.setAlignment(centre)
            label.setVisible(bool(label.text()))
            self._notice_layout.addWidget(label)
        if acts:
            self._notice_layout.addSpacing(Space.S)
            self._notice_layout.addWidget(row(None, *acts, None))
        if details:
            box = DetailsBox(details)
            self._notice_layout.addWidget(box.toggle, alignment=centre)
            self._notice_layout.addWidget(box)
        self._notice_layout.addStretch(3)
        self._notice.setAccessibleName(title)
        self._notice.setAccessibleDescription(text)
        self._stack.setCurrentWidget(self._notice)

    def _timer(self, after_ms: int, does: Callable[[], object]) -> QTimer:
        made = QTimer(self)
        made.setSingleShot(True)
        made.setInterval(after_ms)
        made.timeout.connect(lambda: does())
        return made


def _buttons(ways: Sequence[MessageAction]) -> list[QPushButton]:
    made = [button(way.title, on_click=way.run) for way in ways]
    for each, way in zip(made, ways, strict=True):
        each.setObjectName(way.name)
    return made
