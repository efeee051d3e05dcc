"""The one QApplication and its names."""

from __future__ import annotations

import sys

from PySide6.QtWidgets import QApplication

ORGANISATION = "pagevoo"
APPLICATION = "pagevoo-console"
SWITCH_SECONDS = 0.0005
"""How long another thread may keep the interpreter while the window waits for it; Python's own 5 ms are seen."""


def make_application() -> QApplication:
    """The one QApplication, with its names; the one that is there already where there is one."""
    sys.setswitchinterval(SWITCH_SECONDS)
    existing = QApplication.instance()
    if isinstance(existing, QApplication):
        return existing
    application = QApplication(sys.argv[:1])
    application.setOrganizationName(ORGANISATION)
    application.setApplicationName(APPLICATION)
    application.setApplicationDisplayName("Pagevoo Console")
    application.setDesktopFileName(APPLICATION)
    return application
