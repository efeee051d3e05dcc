"""The Qt binding must not eat references to None: 6.12.0 did, and killed Python 3.11 after some thousand calls."""

import sys

from PySide6.QtWidgets import QLabel
from pytestqt.qtbot import QtBot

CALLS = 1000


def test_calls_into_qt_leave_the_references_to_none_alone(qtbot: QtBot) -> None:
    label = QLabel()
    qtbot.addWidget(label)
    before = sys.getrefcount(None)
    for number in range(CALLS):
        label.setText(str(number))

    assert abs(sys.getrefcount(None) - before) < CALLS // 10
