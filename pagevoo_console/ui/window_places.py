"""What stands where in the window, from one session to the next: the list's columns and the dock of jobs."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QByteArray, QSettings
from PySide6.QtWidgets import QDockWidget, QMainWindow

from pagevoo_console.ui.kit.arrangement import arrange, arrangement_of
from pagevoo_console.ui.kit.record_view import RecordView

VERSION = 1
_STATE, _LIST, _ACTIVITY = "state", "list", "activity"


def keep(settings: QSettings, window: QMainWindow, tenants: RecordView) -> None:
    """Write down how things stand, before the window goes."""
    dock = window.findChild(QDockWidget, "activityDock")
    settings.setValue(_STATE, window.saveState(VERSION))
    settings.setValue(_LIST, arrangement_of(tenants))
    settings.setValue(_ACTIVITY, dock is not None and dock.isVisible())


def put_back(
    settings: QSettings, window: QMainWindow, tenants: RecordView, activity: Callable[[], QDockWidget]
) -> None:
    """Arrange everything as it was; `activity` makes the dock, which is wanted at once only where it was open."""
    arrange(tenants, settings.value(_LIST))
    if settings.value(_ACTIVITY, False, type=bool):
        activity()
    state = settings.value(_STATE)
    if isinstance(state, QByteArray):
        window.restoreState(state, VERSION)
