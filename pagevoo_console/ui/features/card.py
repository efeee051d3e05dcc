"""The card of one feature: what it is, its state, its tables with what they take, and what can be done about it."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import QEvent, QPoint, Qt, Signal
from PySide6.QtGui import QColor, QContextMenuEvent, QFocusEvent, QKeyEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QFrame, QGridLayout, QVBoxLayout, QWidget

from pagevoo_console.domain.feature import Feature, FeatureState
from pagevoo_console.domain.quota import TableUsage
from pagevoo_console.ui.features import words
from pagevoo_console.ui.features.words import Gesture
from pagevoo_console.ui.kit import format, theme
from pagevoo_console.ui.kit.controls import ButtonKind, IconView, button, icon_button
from pagevoo_console.ui.kit.i18n import translate
from pagevoo_console.ui.kit.icons import icon
from pagevoo_console.ui.kit.labels import menu_text, plain_label, set_tooltip
from pagevoo_console.ui.kit.pages import Ground, clear, row
from pagevoo_console.ui.kit.pills import BadgeView
from pagevoo_console.ui.kit.tokens import Radius, Space, Text


@dataclass(frozen=True, slots=True)
class CardContent:
    """What a card shows. `differences` counts what was found when tables were last compared; `tiers` says who has it.

    `can_be_managed` is False where nothing can be done to it at all.
    """

    feature: Feature
    tables: tuple[TableUsage, ...] = ()
    unmeasured: str = ""
    differences: int = 0
    tiers: str = ""
    gesture: Gesture | None = None
    can_be_managed: bool = True


class FeatureCard(QFrame):
    """Shows one feature and changes in place. It takes the focus, so that the keyboard can have it in hand.

    Signals: taken(name) when it is in hand; menu_wanted(name, QPoint); gesture_wanted(name, Gesture);
    drift_wanted().
    """

    taken = Signal(str)
    menu_wanted = Signal(str, object)
    gesture_wanted = Signal(str, object)
    drift_wanted = Signal()

    def __init__(self, content: CardContent, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.content: CardContent | None = None
        feature = content.feature
        self.setProperty("ground", Ground.CARD)
        self.setObjectName(f"feature.{feature.name}")
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self._badge = BadgeView(words.badge_of(feature))
        self.menu = icon_button(
            "ellipsis", translate("features", "What can be done with {feature}").format(feature=feature.title),
            self._want_menu,
        )  # fmt: skip
        self.menu.setObjectName(f"menu.{feature.name}")
        keeps_its_place = self.menu.sizePolicy()
        keeps_its_place.setRetainSizeWhenHidden(True)
        self.menu.setSizePolicy(keeps_its_place)
        self._about = plain_label(feature.description, muted=True, wrap=True)
        self.fold = icon_button("chevron-down", "", self._turn)
        self.fold.setObjectName(f"tables.{feature.name}")
        self._tables = plain_label("", Text.CAPTION, muted=True, wrap=True)
        self._list = QWidget()
        self._lines = QGridLayout(self._list)
        self._lines.setContentsMargins(0, 0, Space.S, Space.XS)
        self._lines.setHorizontalSpacing(Space.M)
        self._lines.setVerticalSpacing(Space.XS)
        self._lines.setColumnStretch(0, 1)
        self._list.hide()
        self.drift = button("", "triangle-alert", ButtonKind.LINK, on_click=self.drift_wanted.emit)
        self.drift.setObjectName(f"drift.{feature.name}")
        self._foot = plain_label("", Text.CAPTION, muted=True, elide=True)
        self.verb = button("", kind=ButtonKind.LINK, on_click=self._want_gesture)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(Space.M, Space.S + Space.HAIR, Space.S, Space.S)
        layout.setSpacing(Space.XS)
        title = plain_label(feature.title, Text.STRONG, elide=True)
        head = row(IconView(words.icon_of(feature), 18), (title, 1), self._badge, self.menu)
        head.setMinimumHeight(self.menu.sizeHint().height())
        layout.addWidget(head)
        layout.addWidget(self._about)
        layout.addStretch(1)
        layout.addWidget(row((self._tables, 1), self.fold, spacing=Space.XS))
        layout.addWidget(self._list)
        self._drifted = row(self.drift, None)
        layout.addWidget(self._drifted)
        layout.addWidget(row((self._foot, 1), self.verb))
        self.show_content(content)

    def show_content(self, content: CardContent) -> None:
        """The same feature as it is now; what did not change is left alone."""
        if content == self.content:
            return
        self.content = content
        feature, gesture = content.feature, content.gesture
        self._badge.set_badge(words.badge_of(feature, content.differences))
        summary = words.tables_text(feature, content.tables, is_measured=not content.unmeasured)
        self._tables.setText(summary)
        set_tooltip(self._tables, content.unmeasured or _exactness(content.tables))
        self.fold.setAccessibleName(f"{feature.title}: {summary}")
        self._fill()
        self.drift.setText(menu_text(words.differences_text(content.differences)))
        self.drift.setAccessibleName(f"{feature.title}: {words.differences_text(content.differences)}")
        self._drifted.setVisible(bool(content.differences))
        self._foot.setText(content.tiers or words.revision_text(feature))
        self.verb.setVisible(gesture is not None)
        self.menu.setVisible(content.can_be_managed)
        if gesture is not None:
            word = words.gesture_word(gesture)
            self.verb.setText(menu_text(word))
            self.verb.setAccessibleName(f"{word} {feature.title}")
            self.verb.setObjectName(f"{gesture}.{feature.name}")
        self.setAccessibleName(f"{feature.title}: {words.badge_of(feature, content.differences).text}")
        self.setAccessibleDescription(f"{feature.description} {summary}")

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Space) and self.menu.isVisible():
            self._want_menu()
        else:
            super().keyPressEvent(event)

    def focusInEvent(self, event: QFocusEvent) -> None:
        super().focusInEvent(event)
        self._take()
        self.update()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        self.update()

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        if self.menu.isVisible():
            self._take()
            self.menu_wanted.emit(self._name, event.globalPos())

    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        if self.hasFocus():
            painter = QPainter(self)
            painter.setRenderHint(QPainter.RenderHint.Antialiasing, True)
            painter.setPen(QPen(QColor(theme.colours().focus), 2))
            painter.drawRoundedRect(self.rect().adjusted(1, 1, -1, -1), Radius.CARD, Radius.CARD)

    def changeEvent(self, event: QEvent) -> None:
        if event.type() == QEvent.Type.PaletteChange:
            self.update()
        super().changeEvent(event)

    @property
    def _name(self) -> str:
        assert self.content is not None
        return self.content.feature.name

    def _take(self) -> None:
        self.taken.emit(self._name)

    def _want_menu(self) -> None:
        self._take()
        self.menu_wanted.emit(self._name, self.menu.mapToGlobal(QPoint(0, self.menu.height())))

    def _want_gesture(self) -> None:
        self._take()
        assert self.content is not None
        self.gesture_wanted.emit(self._name, self.content.gesture)

    def _turn(self) -> None:
        self._list.setVisible(self._list.isHidden())
        self._fill()

    def _fill(self) -> None:
        """The tables one by one, where they are unfolded; what is missing of them says so."""
        assert self.content is not None
        is_open = not self._list.isHidden()
        self.fold.setIcon(icon("chevron-up" if is_open else "chevron-down"))
        set_tooltip(
            self.fold, translate("features", "Hide the tables") if is_open else translate("features", "Show the tables")
        )
        clear(self._lines)
        if not is_open:
            return
        standing = {table.name: table for table in self.content.tables}
        expected = [table for table in self.content.feature.tables if table not in standing]
        is_missing = self.content.feature.state is not FeatureState.AVAILABLE and not self.content.unmeasured
        for place, table in enumerate(standing.values()):
            self._line(place, table.name, format.count(table.rows_estimated), format.size(table.used))
        for place, name in enumerate(expected, len(standing)):
            self._line(place, name, translate("features", "missing") if is_missing else "", "")

    def _line(self, place: int, name: str, rows: str, size: str) -> None:
        right = Qt.AlignmentFlag.AlignRight
        self._lines.addWidget(plain_label(name, Text.CAPTION, elide=True), place, 0)
        self._lines.addWidget(plain_label(rows, Text.CAPTION, muted=True), place, 1, right)
        self._lines.addWidget(plain_label(size, Text.CAPTION, muted=True), place, 2, right)


def _exactness(tables: tuple[TableUsage, ...]) -> str:
    if all(table.exact for table in tables):
        return ""
    return translate("features", "Measured from statistics; the server may lag behind.")
