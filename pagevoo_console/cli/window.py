"""The way from the command line into the window."""

from __future__ import annotations

import signal
from collections.abc import Callable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pagevoo_console.services.start import StartOptions


def open_window(options: Callable[[], StartOptions]) -> int:
    """Open the window and return its exit code when it has been closed. Qt is loaded here and not before.

    `options` is called in another thread, once the window is there.

    Signals end it at once: Qt's loop leaves Python no moment to be interrupted in, and operations survive being killed.
    """
    from pagevoo_console.app import main

    for name in ("SIGINT", "SIGTERM", "SIGHUP"):
        if hasattr(signal, name):
            signal.signal(getattr(signal, name), signal.SIG_DFL)
    return main(options)
