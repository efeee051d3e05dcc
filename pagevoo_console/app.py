"""The composition root of the window: an application, a window that is painted at once, and a console behind it."""

from __future__ import annotations

import logging
import os
import sys
import threading
from collections.abc import Callable, Mapping
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QSettings, QTimer, Signal

from pagevoo_console.domain.errors import Failed
from pagevoo_console.ui.application import APPLICATION, ORGANISATION, make_application
from pagevoo_console.ui.main_window import MainWindow

if TYPE_CHECKING:
    from pagevoo_console.services.console import Console
    from pagevoo_console.services.start import StartOptions
    from pagevoo_console.ui.password_prompt import PasswordPrompt

    Ask = Callable[[], StartOptions]

__all__ = ["Faults", "ensure_display", "main", "make_application", "make_window", "screenshots"]

_log = logging.getLogger("pagevoo_console")


def main(options: Ask) -> int:
    """Show the window until it is closed. Raises Failed where there is no display to show it on."""
    ensure_display(os.environ)
    application = make_application()
    window = make_window(QSettings(ORGANISATION, APPLICATION), options)
    faults = Faults(window)
    sys.excepthook = faults.caught
    threading.excepthook = lambda arguments: faults.caught(
        arguments.exc_type, arguments.exc_value, arguments.exc_traceback
    )
    window.closed.connect(application.quit)
    window.restore_geometry()
    window.show()
    return int(application.exec())


def make_window(settings: QSettings, options: Ask | None = None) -> MainWindow:
    """The window, not shown yet; once it has furnished itself it opens the console that is asked for.

    `options` is called in another thread. Without it the environment asks (`PAGEVOO_MASTER_URL`, …).
    """
    make_application()
    window = MainWindow(settings=settings)
    window.furnished.connect(lambda: _open_in(window, options))
    return window


def screenshots(directory: Path) -> list[Path]:
    """Draw every main view of a fresh demo into a folder, without a display."""
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    from pagevoo_console.ui.screenshots import render

    return list(render(directory))


def ensure_display(environment: Mapping[str, str]) -> None:
    """Raise Failed where Qt would find no display and end the process."""
    if not sys.platform.startswith("linux") or environment.get("QT_QPA_PLATFORM"):
        return
    if not environment.get("DISPLAY") and not environment.get("WAYLAND_DISPLAY"):
        raise Failed(
            "There is no display to open the window on",
            code="no_display",
            hint="Every command works without one: see --help. Over SSH, -X brings a display along.",
        )


class Faults(QObject):
    """Our own faults, from whichever thread: into the log, and as a report that can be copied."""

    _happened = Signal(object)

    def __init__(self, window: MainWindow) -> None:
        super().__init__(window)
        self._window = window
        self._happened.connect(self._tell)

    def caught(self, kind: type[BaseException], error: BaseException | None, traceback: TracebackType | None) -> None:
        """In the place of `sys.excepthook`."""
        if error is None or isinstance(error, KeyboardInterrupt):
            sys.__excepthook__(kind, error or kind(), traceback)
            return
        _log.critical("Something in the console itself went wrong", exc_info=(kind, error, traceback))
        self._happened.emit(error)

    def _tell(self, error: BaseException) -> None:
        """In the window's thread, once it is out of whatever has failed."""
        QTimer.singleShot(0, lambda: self._window.show_bug(error))


def _open_in(window: MainWindow, options: Ask | None) -> None:
    from pagevoo_console.ui.password_prompt import PasswordPrompt

    prompt = PasswordPrompt(window)
    window.closed.connect(prompt.close)
    window.open(lambda: _open(options, prompt))


def _open(options: Ask | None, prompt: PasswordPrompt) -> Console:
    """In another thread: load the services and put a console together."""
    from pagevoo_console.services.start import StartOptions, open_console

    asked = StartOptions().with_environment(os.environ) if options is None else options()
    return open_console(asked, ask=prompt.ask)
