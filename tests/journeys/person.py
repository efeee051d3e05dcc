"""Somebody at the window: clicks and types, sees what is on the screen, and knows nothing of what is behind it."""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from typing import TypeVar

from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import (
    QAbstractButton,
    QApplication,
    QCheckBox,
    QDialog,
    QLabel,
    QLineEdit,
    QMenu,
    QSpinBox,
    QTabWidget,
    QWidget,
)
from pytestqt.qtbot import QtBot

PAUSE = 30
"""Milliseconds between two looks."""

PATIENCE = int(os.environ.get("JOURNEY_PATIENCE_MS", "60000"))
W = TypeVar("W", bound=QWidget)


class Person:
    """One person at one main window. Every wait has an end, after which the test fails with what is on the screen."""

    def __init__(self, qtbot: QtBot, window: QWidget) -> None:
        self._qtbot = qtbot
        self.window = window

    def sees(self, name: str, kind: type[W] = QWidget) -> W:  # type: ignore[assignment]
        """The visible, enabled widget of this name, in the dialog on top or else in the window, once it is there."""
        self.waits_for(lambda: self._find(name, kind) is not None, f"{name} to be there")
        found = self._find(name, kind)
        assert found is not None
        return found

    def sees_text(self, text: str) -> None:
        """Some label shows this text, once it does."""
        self.waits_for(lambda: text in self.screen(), f"{text!r} to be shown")

    def clicks(self, name: str) -> None:
        """Click a button once it stands still: what is still loading moves what is below it."""
        target = self.sees(name, QAbstractButton)
        place = None
        while place != (place := target.mapToGlobal(target.rect().center())):
            self._qtbot.wait(100)
            target = self.sees(name, QAbstractButton)
        QTest.mouseClick(target, Qt.MouseButton.LeftButton)
        QApplication.processEvents()

    def opens_menu(self, name: str) -> None:
        """Click a button that has a menu, again if the first click went astray."""

        def is_open() -> bool:
            if QApplication.activePopupWidget() is None:
                self.clicks(name)
            return QApplication.activePopupWidget() is not None

        self.waits_for(is_open, f"the menu of {name}")

    def ticks(self, name: str) -> None:
        """Tick a box that is not ticked yet, from the keyboard."""
        box = self.sees(name, QCheckBox)
        if not box.isChecked():
            box.setFocus()
            QTest.keyClick(box, Qt.Key.Key_Space)

    def types(self, name: str, text: str) -> None:
        """Type into a field, in the place of what it holds."""
        field = self.sees(name, QLineEdit)
        field.setFocus()
        field.selectAll()
        QTest.keyClick(field, Qt.Key.Key_Delete)
        QTest.keyClicks(field, text)
        assert field.text() == text

    def sets(self, name: str, number: int) -> None:
        """Type a figure into a field for numbers."""
        field = self.sees(name, QSpinBox)
        field.setFocus()
        field.selectAll()
        QTest.keyClicks(field, str(number))
        assert field.value() == number

    def turns_to(self, name: str, title: str) -> None:
        """Click one of several tabs, by what stands on it."""
        bar = self.sees(name, QTabWidget).tabBar()
        (place,) = [place for place in range(bar.count()) if bar.tabText(place) == title]
        QTest.mouseClick(bar, Qt.MouseButton.LeftButton, pos=bar.tabRect(place).center())

    def presses(self, key: Qt.Key, modifier: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier) -> None:
        """Press a key where the focus is."""
        target = QApplication.focusWidget() or self.window
        QTest.keyClick(target, key, modifier)

    def finds_tenant(self, search: str, name: str) -> None:
        """Type into the search field, which is emptied first, go down to the only hit and open its page."""
        self.types("tenantSearch", "")
        self.waits_for(lambda: not self.text_of("tenantCount").startswith("1 "), "everybody")
        self.types("tenantSearch", search)
        self.waits_for(lambda: self.text_of("tenantCount").startswith("1 "), f"one tenant for {search!r}")
        QTest.keyClick(self.sees("tenantSearch"), Qt.Key.Key_Down)
        QTest.keyClick(self.sees("tenantList"), Qt.Key.Key_Return)
        self.waits_for(lambda: name in self.texts_in("tenantPage"), f"the page of {name}")

    def goes_on(self) -> None:
        """The wizard's *Continue*, once the page is ready."""
        self.clicks("nextButton")

    def confirms(self) -> None:
        """The wizard's verb, once the review is ready; the wizard closes."""
        dialog = self.dialog()
        assert dialog is not None
        self.clicks("finishButton")
        self.waits_for(lambda: self.dialog() is None, "the wizard to close")

    def can_go_on(self) -> bool:
        """Whether the wizard has another page; waits until it shows either of its two buttons enabled or the end."""
        self.waits_for(
            lambda: self._find("nextButton", QAbstractButton) is not None or self._at_the_end(), "a next step"
        )
        return not self._at_the_end()

    def can_confirm(self) -> bool:
        return self._find("finishButton", QAbstractButton) is not None

    def _at_the_end(self) -> bool:
        dialog = self.dialog()
        assert dialog is not None
        finish = dialog.findChild(QAbstractButton, "finishButton")
        return finish is not None and finish.isVisible()

    def chooses(self, action: str) -> None:
        """An entry of the menu that is open."""
        self.waits_for(lambda: QApplication.activePopupWidget() is not None, "a menu")
        menu = QApplication.activePopupWidget()
        assert isinstance(menu, QMenu)
        (entry,) = [each for each in menu.actions() if each.objectName() == action]
        assert entry.isEnabled()
        QTest.mouseClick(menu, Qt.MouseButton.LeftButton, pos=menu.actionGeometry(entry).center())
        QApplication.processEvents()

    def leaves(self) -> None:
        """Close the window, agreeing that what still runs is cancelled."""
        self.window.close()
        QApplication.processEvents()
        if self.window.isVisible() and self.dialog() is not None:
            self.clicks("yesButton")
        self.waits_for(lambda: not self.window.isVisible(), "the window to close")
        self.window.deleteLater()

    def dialog(self) -> QDialog | None:
        """The dialog on top, if there is one."""
        shown = [dialog for dialog in self.window.findChildren(QDialog) if dialog.isVisible()]
        return shown[-1] if shown else None

    def text_of(self, name: str) -> str:
        found = self._find(name, QLabel)
        return "" if found is None else found.text()

    def texts_in(self, name: str) -> list[str]:
        """What the labels within this widget show."""
        place = self._find(name, QWidget)
        return [] if place is None else [label.text() for label in place.findChildren(QLabel) if label.isVisible()]

    def screen(self) -> str:
        """All that is on the screen as words: what labels and buttons show, and what painted badges are called."""
        seen = []
        for place in [self.window, *[each for each in (self.dialog(),) if each is not None]]:
            for widget in place.findChildren(QWidget):
                if widget.isVisible():
                    text = widget.text() if isinstance(widget, QLabel | QAbstractButton) else widget.accessibleName()
                    seen.append(text)
        return "\n".join(text for text in seen if text)

    def waits_for(self, condition: Callable[[], bool], what: str) -> None:
        """Look again and again, with pauses in which the window and its jobs have the machine to themselves."""
        end = time.monotonic() + PATIENCE / 1000
        while not condition():
            if time.monotonic() > end:
                raise AssertionError(f"Waited for {what}. On the screen:\n{self.screen()}")
            self._qtbot.wait(PAUSE)

    def _find(self, name: str, kind: type[W]) -> W | None:
        place = self.dialog() or self.window
        for found in place.findChildren(kind, name):
            if found.isVisible() and found.isEnabled():
                return found
        return None
