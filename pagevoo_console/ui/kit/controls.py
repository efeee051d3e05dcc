"""Buttons, search fields and the other small controls, made with their icon, tooltip and accessible name at once."""

from __future__ import annotations

from collections.abc import Callable
from enum import StrEnum

from PySide6.QtCore import QEvent, QRectF, QSize, Qt, QTimer, Signal
from PySide6.QtGui import QFont, QFontMetrics, QGuiApplication, QIcon, QKeyEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QFrame, QLineEdit, QPushButton, QSizePolicy, QToolButton, QWidget

from pagevoo_console.ui.kit import theme
from pagevoo_console.ui.kit.i18n import translate
from pagevoo_console.ui.kit.icons import icon, paint_icon
from pagevoo_console.ui.kit.labels import menu_text, set_tooltip
from pagevoo_console.ui.kit.tokens import Tone

ICON_SIZE = QSize(20, 16)


class ButtonKind(StrEnum):
    """How loud a button is. PRIMARY once a view; DANGER only where something is about to be lost."""

    PLAIN = "plain"
    PRIMARY = "primary"
    DANGER = "danger"
    QUIET = "quiet"
    LINK = "link"
    CHIP = "chip"
    RAIL = "rail"


def button(
    text: str,
    icon_name: str = "",
    kind: ButtonKind = ButtonKind.PLAIN,
    *,
    on_click: Callable[[], object] | None = None,
    hint: str = "",
    parent: QWidget | None = None,
) -> QPushButton:
    """A button with a verb on it. `hint` is its tooltip and its accessible description."""
    made = QPushButton(menu_text(text), parent)
    made.setProperty("kind", str(kind))
    made.setAccessibleName(text)
    made.setCheckable(kind in (ButtonKind.CHIP, ButtonKind.RAIL))
    made.setAutoDefault(False)
    if icon_name:
        loud = kind in (ButtonKind.PRIMARY, ButtonKind.DANGER)
        made.setIcon(loud_icon(icon_name) if loud else icon(icon_name))
        made.setIconSize(ICON_SIZE)
    if kind is ButtonKind.RAIL:
        _leave_room_for_bold(made)
    if hint:
        set_tooltip(made, hint)
        made.setAccessibleDescription(hint)
    if on_click is not None:
        made.clicked.connect(lambda _checked=False: on_click())
    return made


def _leave_room_for_bold(made: QPushButton) -> None:
    """A checked one is bold, which its size as it is asked for does not know of."""
    font = made.font()
    font.setWeight(QFont.Weight.DemiBold)
    grows = QFontMetrics(font).horizontalAdvance(made.text()) - QFontMetrics(made.font()).horizontalAdvance(made.text())
    made.ensurePolished()
    made.setMinimumWidth(made.sizeHint().width() + max(0, grows) + 2)


def loud_icon(name: str) -> QIcon:
    """The icon as it stands on an accented or dangerous ground."""
    return icon(name, theme.colours().on_accent)


def icon_button(name: str, does: str, on_click: Callable[[], object] | None = None) -> QToolButton:
    """A button that shows only an icon; `does` is its tooltip and accessible name, and says what it does."""
    made = QToolButton()
    made.setIcon(icon(name))
    made.setIconSize(QSize(16, 16))
    made.setAccessibleName(does)
    made.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
    set_tooltip(made, does)
    if on_click is not None:
        made.clicked.connect(lambda _checked=False: on_click())
    return made


class IconView(QWidget):
    """A picture of an icon in a tone, which keeps up with light and dark. Decoration: the word stands beside it."""

    def __init__(self, name: str, side: int = 16, tone: Tone | None = None, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._name = name
        self._tone = tone
        self.setFixedSize(side, side)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)

    def set_icon(self, name: str, tone: Tone | None = None) -> None:
        self._name, self._tone = name, tone
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        colours = theme.colours()
        colour = colours.muted if self._tone is None else colours.tone(self._tone).text
        painter = QPainter(self)
        paint_icon(painter, self._name, QRectF(self.rect()), colour)


class SearchField(QLineEdit):
    """A search field: says what was typed once the keystroke has been handled, clears itself on Escape.

    Signals: searched(text), stripped; moved_on() on Down or Enter, when the hands want to go to the results.
    """

    searched = Signal(str)
    moved_on = Signal()

    def __init__(self, placeholder: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setPlaceholderText(placeholder)
        self.setAccessibleName(placeholder)
        self.setClearButtonEnabled(True)
        self._glass = self.addAction(icon("search", theme.colours().muted), QLineEdit.ActionPosition.LeadingPosition)
        self._pause = QTimer(self)
        self._pause.setSingleShot(True)
        self._pause.setInterval(0)
        self._pause.timeout.connect(lambda: self.searched.emit(self.text().strip()))
        self.textChanged.connect(lambda _text: self._pause.start())

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape and self.text():
            self.clear()
        elif event.key() in (Qt.Key.Key_Down, Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.moved_on.emit()
        else:
            super().keyPressEvent(event)

    def changeEvent(self, event: QEvent) -> None:
        if event.type() == QEvent.Type.PaletteChange and hasattr(self, "_glass"):
            self._glass.setIcon(icon("search", theme.colours().muted))
        super().changeEvent(event)


def rule(*, vertical: bool = False) -> QFrame:
    """A hairline between two parts of a view."""
    made = QFrame()
    made.setProperty("rule", "vertical" if vertical else "horizontal")
    return made


def copy_button(text: Callable[[], str], what: str) -> QToolButton:
    """A button that puts a text on the clipboard and shows for a moment that it did."""
    made = icon_button("copy", translate("controls", "Copy {what}").format(what=what))

    def show_plain() -> None:
        made.setIcon(icon("copy"))

    timer = QTimer(made)
    timer.setSingleShot(True)
    timer.setInterval(1500)
    timer.timeout.connect(show_plain)

    def copy() -> None:
        QGuiApplication.clipboard().setText(text())
        made.setIcon(icon("check"))
        timer.start()

    made.clicked.connect(lambda _checked=False: copy())
    return made
