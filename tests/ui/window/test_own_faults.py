"""Our own faults, in a slot or in another thread: a report, and a window that goes on."""

from __future__ import annotations

import sys
import threading

import pytest
from PySide6.QtWidgets import QApplication, QPushButton
from pytestqt.qtbot import QtBot

from pagevoo_console.app import Faults
from pagevoo_console.ui.kit import theme
from pagevoo_console.ui.kit.questions import BugReportDialog
from pagevoo_console.ui.main_window import MainWindow


def fails() -> None:
    raise ZeroDivisionError("within a slot")


@pytest.mark.parametrize("where", ["a slot", "another thread"])
def test_fault_166_an_error_of_ours_becomes_a_report_and_the_window_goes_on(
    qtbot: QtBot, qapp: QApplication, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture, where: str
) -> None:
    window = MainWindow(theme.install(qapp))
    qtbot.addWidget(window)
    window.show()
    with qtbot.waitSignal(window.furnished, timeout=20_000):
        pass
    faults = Faults(window)
    if where == "a slot":
        monkeypatch.setattr(sys, "excepthook", faults.caught)
        press = QPushButton(window)
        press.clicked.connect(fails)
        press.click()
    else:
        monkeypatch.setattr(
            threading, "excepthook", lambda told: faults.caught(told.exc_type, told.exc_value, told.exc_traceback)
        )
        thread = threading.Thread(target=fails)
        thread.start()
        thread.join()

    qtbot.waitUntil(lambda: window.findChild(BugReportDialog) is not None, timeout=10_000)

    report = window.findChild(BugReportDialog)
    assert report is not None
    assert "ZeroDivisionError: within a slot" in report.report.toPlainText()
    assert "Something in the console itself went wrong" in caplog.text
    report.close()
    assert window.isVisible()
    window.close()
    window.jobs.close()
