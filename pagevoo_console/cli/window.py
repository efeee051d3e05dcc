"""The way from the command line into the window."""

from __future__ import annotations

from importlib import import_module

from pagevoo_console.services.start import StartOptions


def open_window(options: StartOptions) -> int:
    """Open the window and return its exit code when it has been closed. Qt is loaded here and not before."""
    return int(import_module("pagevoo_console.app").main(options))
