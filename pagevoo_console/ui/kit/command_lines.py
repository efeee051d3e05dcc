"""The command that does what a wizard is about to do, as it can be pasted into a shell."""

from __future__ import annotations

import shlex
from typing import TYPE_CHECKING

from pagevoo_console.domain.errors import ConsoleError

if TYPE_CHECKING:
    from pagevoo_console.services.console import Console

PROGRAM = "pagevoo-console"
DEFAULT_PLATFORM = "pagevoo"


def command_line(console: Console, *words: str) -> str:
    """The whole command, with the connection it needs and everything quoted. Reads a file: call it inside a query.

    No password is ever part of it; where one is needed the console asks, or finds it where it was saved.
    """
    return shlex.join((PROGRAM, *_connection(console), *words))


def _connection(console: Console) -> tuple[str, ...]:
    from pagevoo_console.services.saved_connections import SavedConnections
    from pagevoo_console.services.secrets import Secrets
    from pagevoo_console.services.server_url import server_url

    here = console.connection
    try:
        saved = SavedConnections(console.folders.config, Secrets()).get(here.name)
    except ConsoleError:
        saved = None
    if saved is not None and (saved.master, saved.master_database) == (here.master, here.master_database):
        return ("--connection", here.name)
    platform = () if here.platform == DEFAULT_PLATFORM else ("--platform", here.platform)
    return ("--master-url", server_url(here.master, here.master_database), *platform)
