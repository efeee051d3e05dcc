"""Drives a wizard as a person does: waits for what is loading, presses buttons that can be pressed, types."""

from __future__ import annotations

from typing import TypeVar

from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractButton, QLabel, QLineEdit, QPlainTextEdit, QWidget
from pytestqt.qtbot import QtBot

from pagevoo_console.domain.job import Job
from pagevoo_console.ui.kit.runner import Runner
from pagevoo_console.ui.kit.task_wizard import TaskWizard

W = TypeVar("W", bound=TaskWizard)
WIDGET = TypeVar("WIDGET", bound=QWidget)


class Driver:
    """Hands for one test."""

    def __init__(self, qtbot: QtBot, runner: Runner) -> None:
        self.qtbot = qtbot
        self.runner = runner
        self.submitted: list[Job] = []

    def open(self, wizard: W) -> W:
        wizard.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose, False)
        self.qtbot.addWidget(wizard)
        wizard.submitted.connect(self.submitted.append)
        wizard.open()
        self.settle()
        return wizard

    def settle(self) -> None:
        """Wait for every answer, and until what it brought is laid out."""
        self.qtbot.waitUntil(lambda: self.runner.is_idle, timeout=20_000)
        self.qtbot.wait(1)

    def press(self, button: QAbstractButton) -> None:
        assert button.isEnabled(), f"{button.text()} cannot be pressed"
        assert button.isVisible(), f"{button.text()} is not to be seen"
        QTest.mouseClick(button, Qt.MouseButton.LeftButton)
        self.settle()

    def go_on(self, wizard: TaskWizard) -> None:
        self.press(wizard.next_button)

    def find(self, wizard: QWidget, kind: type[WIDGET], name: str) -> WIDGET:
        found = [widget for widget in wizard.findChildren(kind, name) if widget.isVisible()]
        assert len(found) == 1, f"{name}: {len(found)} of them"
        return found[0]

    def paste(self, wizard: QWidget, name: str, text: str) -> None:
        field = self.find(wizard, QLineEdit, name)
        field.selectAll()
        field.insert(text)

    def texts(self, wizard: QWidget) -> list[str]:
        """Everything that can be read on the page."""
        labels = [label.text() for label in wizard.findChildren(QLabel) if label.isVisible()]
        return labels + [text.toPlainText() for text in wizard.findChildren(QPlainTextEdit) if text.isVisible()]

    def command(self, wizard: QWidget) -> str:
        return self.find(wizard, QPlainTextEdit, "commandText").toPlainText()

    def finish(self, wizard: TaskWizard) -> Job:
        """Press the verb and wait until the work has ended."""
        self.press(wizard.finish_button)
        assert len(self.submitted) == 1
        number = self.submitted[0].id
        self.qtbot.waitUntil(lambda: self.runner.jobs.job(number).state.is_final, timeout=60_000)
        assert not wizard.isVisible()
        return self.runner.jobs.job(number)
