"""The layout pieces that rooms share: page headers, cards, sections, key and value lists."""

from __future__ import annotations

from collections.abc import Iterable

from PySide6.QtCore import QSize, Qt
from PySide6.QtWidgets import (
    QFrame,
    QGridLayout,
    QHBoxLayout,
    QLayout,
    QScrollArea,
    QSizePolicy,
    QVBoxLayout,
    QWidget,
)

from pagevoo_console.ui.kit.breaking_text import BreakingText, has_long_word
from pagevoo_console.ui.kit.controls import IconView
from pagevoo_console.ui.kit.labels import PlainLabel, plain_label
from pagevoo_console.ui.kit.tokens import Space, Text

HEAD_HEIGHT = 32
"""That of a button: the titles of cards side by side stand at one height, whether or not there is one beside them."""

Piece = QWidget | tuple[QWidget, int] | int | None


class Ground:
    """The names of what a frame can stand on; the stylesheet gives each its colour."""

    CANVAS = "canvas"
    SURFACE = "surface"
    SUNKEN = "sunken"
    CARD = "card"
    RAISED = "raised"


def frame(ground: str = "") -> QFrame:
    """An empty frame on a ground."""
    made = QFrame()
    if ground:
        made.setProperty("ground", ground)
    return made


def row(*pieces: Piece, spacing: int = Space.S, margins: tuple[int, int, int, int] = (0, 0, 0, 0)) -> QWidget:
    """Widgets side by side. A number is a gap in pixels, None takes what is left, a pair is a widget with its share."""
    made = QWidget()
    _fill(QHBoxLayout(made), pieces, spacing, margins)
    return made


def column(
    *pieces: Piece, spacing: int = Space.S, margins: tuple[int, int, int, int] = (0, 0, 0, 0), ground: str = ""
) -> QFrame:
    """Widgets above each other. A number is a gap in pixels, None takes what is left."""
    made = frame(ground)
    _fill(QVBoxLayout(made), pieces, spacing, margins)
    return made


def _fill(
    layout: QHBoxLayout | QVBoxLayout, pieces: Iterable[Piece], spacing: int, margins: tuple[int, int, int, int]
) -> None:
    layout.setContentsMargins(*margins)
    layout.setSpacing(spacing)
    for piece in pieces:
        if piece is None:
            layout.addStretch(1)
        elif isinstance(piece, int):
            layout.addSpacing(piece)
        elif isinstance(piece, tuple):
            layout.addWidget(*piece)
        else:
            layout.addWidget(piece)


def clear(layout: QLayout) -> None:
    """Take everything out of a layout and let it go."""
    while (item := layout.takeAt(0)) is not None:
        widget = item.widget()
        if widget is not None:
            widget.hide()
            widget.deleteLater()


class PageHeader(QWidget):
    """A page's title with badges and actions at its right, and a quiet line below."""

    def __init__(self, title: str, subtitle: str = "", parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.title = plain_label(title, Text.TITLE, elide=True)
        self.title.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Preferred)
        self.subtitle = plain_label(subtitle, muted=True, elide=True)
        self._beside = QHBoxLayout()
        self._beside.setSpacing(Space.S)
        self._actions = QHBoxLayout()
        self._actions.setSpacing(Space.S)
        top = QHBoxLayout()
        top.setSpacing(Space.S + Space.HAIR)
        top.addWidget(self.title)
        top.addLayout(self._beside)
        top.addStretch(1)
        top.addLayout(self._actions)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(Space.XS)
        layout.addLayout(top)
        layout.addWidget(self.subtitle)
        self.subtitle.setVisible(bool(subtitle))

    def set_title(self, title: str, subtitle: str = "") -> None:
        self.title.setText(title)
        self.subtitle.setText(subtitle)
        self.subtitle.setVisible(bool(subtitle))

    def set_badges(self, *badges: QWidget) -> None:
        """What stands right after the title."""
        clear(self._beside)
        for badge in badges:
            self._beside.addWidget(badge)

    def add_action(self, widget: QWidget) -> None:
        """A button at the right end."""
        self._actions.addWidget(widget)


class Card(QFrame):
    """A framed group with an icon, a title and room for a link at its right; `body` takes what it is about."""

    def __init__(
        self, title: str, icon_name: str = "", *, spacing: int = Space.S, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self.setProperty("ground", Ground.CARD)
        self.setAccessibleName(title)
        self.title = plain_label(title, Text.SUBTITLE)
        self._head = QHBoxLayout()
        self._head.setSpacing(Space.S)
        self._head.addStrut(HEAD_HEIGHT)
        if icon_name:
            self._head.addWidget(IconView(icon_name))
        self._head.addWidget(self.title)
        self._head.addStretch(1)
        self.body = QVBoxLayout()
        self.body.setSpacing(spacing)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(Space.M, Space.S + Space.XS, Space.M, Space.M)
        layout.setSpacing(Space.S)
        layout.addLayout(self._head)
        layout.addLayout(self.body)
        layout.addStretch(1)

    def add_to_head(self, widget: QWidget) -> None:
        """Put a badge or a link at the right of the title."""
        self._head.addWidget(widget)

    def add(self, *widgets: QWidget) -> None:
        for widget in widgets:
            self.body.addWidget(widget)

    def clear_body(self) -> None:
        clear(self.body)


class KeyValues(QWidget):
    """Names at the left, values at the right: what is known of one thing. Values can be selected and copied."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._grid = QGridLayout(self)
        self._grid.setContentsMargins(0, 0, 0, 0)
        self._grid.setHorizontalSpacing(Space.M)
        self._grid.setVerticalSpacing(Space.S)
        self._grid.setColumnStretch(1, 1)

    def add(self, key: str, value: str | QWidget, *beside: QWidget) -> PlainLabel | None:
        """Add a line. A text becomes a selectable plain label, which is handed back so that it can change.

        One with words too long for a column, such as a path, becomes a text that breaks anywhere.
        """
        place = self._grid.rowCount()
        if isinstance(value, str) and has_long_word(value):
            value = BreakingText(value)
        name = plain_label(key, muted=True)
        label = plain_label(value, wrap=True, selectable=True) if isinstance(value, str) else None
        is_tall = isinstance(value, BreakingText) or (isinstance(value, PlainLabel) and value.wordWrap())
        one_line = beside or (label is None and not is_tall)
        vertical = Qt.AlignmentFlag.AlignVCenter if one_line else Qt.AlignmentFlag.AlignTop
        self._grid.addWidget(name, place, 0, vertical)
        shown = label if label is not None else value
        assert isinstance(shown, QWidget)
        if not shown.accessibleName() or label is not None:
            shown.setAccessibleName(key)
        line = row(shown, *beside, None) if beside else shown
        self._grid.addWidget(line, place, 1)
        return label

    def clear(self) -> None:
        clear(self._grid)


def section_title(text: str) -> PlainLabel:
    """A small heading over a group."""
    return plain_label(text, Text.STRONG, muted=True)


class ScrollPage(QScrollArea):
    """A page that scrolls when it is taller than the window, never sideways. `parts` is its layout."""

    def __init__(self, accessible_name: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAccessibleName(accessible_name)
        self.setWidgetResizable(True)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        inside = frame(Ground.CANVAS)
        self.parts = QVBoxLayout(inside)
        self.parts.setContentsMargins(Space.L, Space.M + Space.XS, Space.L, Space.L)
        self.parts.setSpacing(Space.M)
        self.setWidget(inside)

    def minimumSizeHint(self) -> QSize:
        inside = self.widget()
        return QSize(inside.minimumSizeHint().width() if inside else 0, 120)


class CardGrid(QWidget):
    """Cards in as many columns as fit, up to `most`, each at least `narrowest` pixels wide; rows share their height."""

    def __init__(self, narrowest: int = 340, most: int = 3, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._narrowest = narrowest
        self._most = most
        self._cards: list[tuple[QWidget, bool]] = []
        self._columns = 0
        self._grid = QGridLayout(self)
        self._grid.setContentsMargins(0, 0, 0, 0)
        self._grid.setSpacing(Space.M)

    def add(self, card: QWidget, *, wide: bool = False) -> None:
        """Add a card; a wide one takes a whole row."""
        self._cards.append((card, wide))
        self._arrange(max(1, self._columns))

    def resizeEvent(self, event: object) -> None:
        columns = max(1, min(self._most, (self.width() + Space.M) // (self._narrowest + Space.M)))
        if columns != self._columns:
            self._arrange(columns)

    def minimumSizeHint(self) -> QSize:
        widest = max((card.minimumSizeHint().width() for card, _ in self._cards), default=0)
        return QSize(widest, super().minimumSizeHint().height())

    def _arrange(self, columns: int) -> None:
        # An item that `takeAt` hands over outlives its place and keeps the card's sizes from ever being asked again.
        for card, _ in self._cards:
            self._grid.removeWidget(card)
        for old in range(max(columns, self._columns)):
            self._grid.setColumnStretch(old, 1 if old < columns else 0)
        self._columns = columns
        line, place = 0, 0
        for card, wide in self._cards:
            if wide and place:
                line, place = line + 1, 0
            self._grid.addWidget(card, line, place, 1, columns if wide else 1)
            place = columns if wide else place + 1
            if place >= columns:
                line, place = line + 1, 0
