"""Banners: a message inside a view, beside what it is about, for as long as it is true."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QEvent, Qt, Signal
from PySide6.QtGui import QColor, QGuiApplication, QPainter, QPaintEvent
from PySide6.QtWidgets import QHBoxLayout, QPlainTextEdit, QVBoxLayout, QWidget

from pagevoo_console.domain.text import visible
from pagevoo_console.ui.kit import theme
from pagevoo_console.ui.kit.controls import ButtonKind, IconView, button
from pagevoo_console.ui.kit.i18n import translate
from pagevoo_console.ui.kit.labels import plain_label
from pagevoo_console.ui.kit.messages import Message
from pagevoo_console.ui.kit.tokens import Radius, Space, Text


class DetailsBox(QWidget):
    """What a program would want to know about a message, folded away behind a button; it can be copied."""

    def __init__(self, details: str = "", parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.toggle = button(translate("banners", "Details"), kind=ButtonKind.QUIET, on_click=self._turn)
        self.text = QPlainTextEdit()
        self.text.setReadOnly(True)
        self.text.setProperty("ground", "log")
        self.text.setFont(theme.mono_font())
        self.text.setFixedHeight(140)
        self.text.setAccessibleName(translate("banners", "Details"))
        self.copy = button(translate("banners", "Copy details"), "copy", on_click=self._copy)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self.text)
        layout.addWidget(self.copy, alignment=Qt.AlignmentFlag.AlignLeft)
        self.show_details(details)

    def show_details(self, details: str) -> None:
        self.text.setPlainText(visible(details, keep_newlines=True))
        self.toggle.setVisible(bool(details))
        self.hide()

    def _turn(self) -> None:
        self.setVisible(self.isHidden())

    def _copy(self) -> None:
        QGuiApplication.clipboard().setText(self.text.toPlainText())


class Banner(QWidget):
    """An inline message with Retry, one action of its own, and Details that can be copied. Hidden until told to show.

    Signals: retried() when somebody presses Retry.
    """

    retried = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._message: Message | None = None
        self._icon = IconView("info", 18)
        self._title = plain_label("", Text.STRONG, wrap=True)
        self._text = plain_label("", wrap=True)
        self._retry = button(translate("banners", "Retry"), "refresh-cw", on_click=self.retried.emit)
        self._act = button("", on_click=self._run_action)
        self._details = DetailsBox()
        words = QVBoxLayout()
        words.setSpacing(Space.HAIR)
        words.addWidget(self._title)
        words.addWidget(self._text)
        words.addWidget(self._details)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(Space.M, Space.S + Space.XS, Space.S + Space.XS, Space.S + Space.XS)
        layout.setSpacing(Space.S + Space.XS)
        layout.addWidget(self._icon, alignment=Qt.AlignmentFlag.AlignTop)
        layout.addLayout(words, 1)
        for made in (self._details.toggle, self._act, self._retry):
            layout.addWidget(made, alignment=Qt.AlignmentFlag.AlignTop)
        self.hide()

    @property
    def message(self) -> Message | None:
        """What it says now, None while hidden."""
        return self._message

    def show_message(self, message: Message, *, can_retry: bool = False) -> None:
        self._message = message
        self._icon.set_icon(message.kind.icon, message.kind.tone)
        self._title.setText(message.title)
        self._text.setText(message.text)
        self._text.setVisible(bool(message.text))
        self._retry.setVisible(can_retry)
        self._act.setVisible(message.action is not None)
        if message.action is not None:
            self._act.setText(message.action.title)
            self._act.setAccessibleName(message.action.title)
            self._act.setObjectName(message.action.name)
        self._details.show_details(message.details)
        self.setAccessibleName(f"{message.kind.word}: {message.title}")
        self.setAccessibleDescription(message.text)
        self.show()
        self.update()

    def clear(self) -> None:
        """Say nothing any more."""
        self._message = None
        self.hide()

    def paintEvent(self, event: QPaintEvent) -> None:
        if self._message is None:
            return
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, True)
        tone = theme.colours().tone(self._message.kind.tone)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(tone.tint))
        painter.drawRoundedRect(self.rect(), Radius.CONTROL, Radius.CONTROL)
        painter.setBrush(QColor(tone.fill))
        painter.drawRoundedRect(0, 0, 4, self.height(), 2, 2)

    def changeEvent(self, event: QEvent) -> None:
        if event.type() == QEvent.Type.PaletteChange:
            self.update()
        super().changeEvent(event)

    def _run_action(self) -> None:
        if self._message is not None and self._message.action is not None:
            self._message.action.run()


def banner(message: Message, on_retry: Callable[[], object] | None = None, parent: QWidget | None = None) -> Banner:
    """A banner that is there from the beginning."""
    made = Banner(parent)
    made.show_message(message, can_retry=on_retry is not None)
    if on_retry is not None:
        made.retried.connect(lambda: on_retry())
    return made
