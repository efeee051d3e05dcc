"""Toasts: messages at the lower right that leave after six seconds, unless looked at or bad."""

from __future__ import annotations

import re

from PySide6.QtCore import QEvent, QObject, QSize, Qt, QTimer, Signal
from PySide6.QtGui import QEnterEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QVBoxLayout, QWidget

from pagevoo_console.ui.kit.controls import ButtonKind, IconView, button, icon_button
from pagevoo_console.ui.kit.i18n import translate
from pagevoo_console.ui.kit.labels import plain_label
from pagevoo_console.ui.kit.messages import Message, Messenger
from pagevoo_console.ui.kit.pages import Ground
from pagevoo_console.ui.kit.tokens import Space, Text

SHOWN_MS = 6000
WIDTH = 380
AT_ONCE = 4
LONGEST_WORD = 36


class Toast(QFrame):
    """One message. Waits while the pointer or the focus is on it.

    Signals: dismissed() when its time is over or somebody closed it.
    """

    dismissed = Signal()

    def __init__(self, message: Message, shown_ms: int = SHOWN_MS, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.message = message
        self.setProperty("ground", Ground.RAISED)
        self.setAccessibleName(f"{message.kind.word}: {message.title}")
        self.setAccessibleDescription(message.text)
        self.setFixedWidth(WIDTH)
        words = QVBoxLayout()
        words.setSpacing(Space.HAIR)
        words.addWidget(plain_label(message.title, Text.STRONG, wrap=True))
        if message.text:
            words.addWidget(plain_label(_narrow(message.text), muted=True, wrap=True))
        if message.action is not None:
            act = button(message.action.title, kind=ButtonKind.LINK, on_click=self._act)
            words.addWidget(act, alignment=Qt.AlignmentFlag.AlignLeft)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(Space.M, Space.S + Space.XS, Space.S, Space.S + Space.XS)
        layout.setSpacing(Space.S + Space.XS)
        top = Qt.AlignmentFlag.AlignTop
        layout.addWidget(IconView(message.kind.icon, 18, message.kind.tone), alignment=top)
        layout.addLayout(words, 1)
        close = icon_button("x", translate("toasts", "Close this message"), self.dismissed.emit)
        layout.addWidget(close, alignment=top)
        self._clock = QTimer(self)
        self._clock.setSingleShot(True)
        self._clock.setInterval(shown_ms)
        self._clock.timeout.connect(self._time_is_over)
        if message.kind.leaves_by_itself:
            self._clock.start()

    def enterEvent(self, event: QEnterEvent) -> None:
        self._clock.stop()
        super().enterEvent(event)

    def leaveEvent(self, event: QEvent) -> None:
        if self.message.kind.leaves_by_itself:
            self._clock.start()
        super().leaveEvent(event)

    def _time_is_over(self) -> None:
        focused = self.window().focusWidget()
        if focused is not None and self.isAncestorOf(focused):
            self._clock.start()
        else:
            self.dismissed.emit()

    def _act(self) -> None:
        self.dismissed.emit()
        if self.message.action is not None:
            self.message.action.run()


def _narrow(text: str) -> str:
    """The text without words that could not wrap, such as paths: their middle is left out."""
    words = re.split(r"(\s+)", text)
    return "".join(word if len(word) <= LONGEST_WORD else f"{word[:16]}…{word[-16:]}" for word in words)


class ToastStack(QWidget):
    """Shows a messenger's messages over the lower right corner of a window, newest below; at most four at a time."""

    def __init__(self, messenger: Messenger, window: QWidget, shown_ms: int = SHOWN_MS) -> None:
        super().__init__(window)
        self._window = window
        self._shown_ms = shown_ms
        self._toasts: list[Toast] = []
        self._layout = QVBoxLayout(self)
        self._layout.setContentsMargins(Space.M, Space.M, Space.M, Space.M)
        self._layout.setSpacing(Space.S)
        self.setAccessibleName(translate("toasts", "Messages"))
        window.installEventFilter(self)
        messenger.posted.connect(self.show_message)
        self.hide()

    @property
    def shown(self) -> tuple[Message, ...]:
        """The messages in sight, oldest first."""
        return tuple(toast.message for toast in self._toasts)

    def show_message(self, message: Message) -> None:
        toast = Toast(message, self._shown_ms, self)
        toast.dismissed.connect(lambda: self._remove(toast))
        self._toasts.append(toast)
        self._layout.addWidget(toast)
        passing = [shown for shown in self._toasts if shown.message.kind.leaves_by_itself]
        if len(self._toasts) > AT_ONCE and passing:
            self._remove(passing[0])
        self.show()
        self._place()
        self.raise_()

    def clear(self) -> None:
        """Take every message away."""
        for toast in tuple(self._toasts):
            self._remove(toast)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if watched is self._window and event.type() == QEvent.Type.Resize:
            self._place()
        return super().eventFilter(watched, event)

    def _remove(self, toast: Toast) -> None:
        if toast not in self._toasts:
            return
        self._toasts.remove(toast)
        self._layout.removeWidget(toast)
        toast.hide()
        toast.deleteLater()
        self.setVisible(bool(self._toasts))
        self._place()

    def _place(self) -> None:
        self._layout.activate()
        margins = self._layout.contentsMargins()
        width = WIDTH + margins.left() + margins.right()
        tall = sum(self._height_of(toast) for toast in self._toasts)
        tall += self._layout.spacing() * max(0, len(self._toasts) - 1) + margins.top() + margins.bottom()
        size = QSize(width, tall).boundedTo(self._window.size())
        self.resize(size)
        self.move(self._window.width() - size.width(), self._window.height() - size.height() - Space.L)

    def _height_of(self, toast: Toast) -> int:
        wanted = toast.heightForWidth(WIDTH) if toast.hasHeightForWidth() else toast.sizeHint().height()
        return max(wanted, toast.minimumSizeHint().height())
