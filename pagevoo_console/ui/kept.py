"""What a person has chosen and saved: read and written in other threads, and loaded only there."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from PySide6.QtCore import QProcess

if TYPE_CHECKING:
    from pagevoo_console.services.console import Console
    from pagevoo_console.services.settings import Folders
    from pagevoo_console.ui.kit.theme import Scheme


def keep_scheme(folders: Folders, scheme: Scheme) -> None:
    """In another thread: write down which colours were chosen."""
    from pagevoo_console.services.settings import Settings
    from pagevoo_console.services.settings import Theme as Colours

    Settings(folders).change(theme=Colours(scheme.value))


def chosen_scheme(folders: Folders) -> Scheme:
    """In another thread: the colours that were chosen before, here or on another machine."""
    from pagevoo_console.services.settings import Settings
    from pagevoo_console.ui.kit.theme import Scheme

    return Scheme(Settings(folders).load().preferences.theme.value)


def saved_connections(console: Console) -> object:
    """In another thread: the store of saved connections, over this console's own passwords."""
    from pagevoo_console.services.saved_connections import SavedConnections
    from pagevoo_console.services.secrets import Secrets

    return SavedConnections(console.folders.config, Secrets())


def open_beside(connection: str) -> None:
    """Open another connection in a window of its own: two environments never share one."""
    QProcess.startDetached(sys.executable, ["-m", "pagevoo_console", "--connection", connection])


def settings(folders: Folders) -> object:
    from pagevoo_console.services.settings import Settings

    return Settings(folders)
