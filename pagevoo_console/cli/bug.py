"""A fault of our own: a report in a file of the user's, and an error that says where it is."""

from __future__ import annotations

import os
import secrets
import traceback
from datetime import UTC, datetime

from pagevoo_console.domain.errors import ConsoleError, Failed


def write_report(error: Exception) -> ConsoleError:
    """Write down what happened (readable by its owner alone) and return what to tell. No variable's value is kept."""
    problem = f"This is a fault of the console itself ({type(error).__name__})"
    try:
        from pagevoo_console.services.settings import Folders
        from pagevoo_console.services.version import VERSION

        folder = Folders.of_this_user().state / "bug-reports"
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        path = folder / f"{datetime.now(UTC):%Y%m%dT%H%M%SZ}-{secrets.token_hex(3)}.txt"
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "w", encoding="utf-8", errors="backslashreplace") as file:
            file.write(f"Pagevoo Console {VERSION}\n\n")
            file.writelines(traceback.format_exception(error))
    except (OSError, ConsoleError):
        return Failed(problem, code="bug", hint="The report could not be written either.")
    return Failed(problem, code="bug", hint=f"Please report it with this file: {path}")
