"""Giving a SQLite database another name: the file gets its second name first, then loses the first.

Whoever has the file open goes on in it, whatever it is called: no process can be kept out of a file that it holds.
"""

from __future__ import annotations

import os
import sqlite3
from pathlib import Path
from typing import Any

from pagevoo_console.domain.errors import Busy, Corrupt, Refused
from pagevoo_console.services.engines import sqlite_swap
from pagevoo_console.services.engines.sqlite_files import sidecars
from pagevoo_console.services.engines.sqlite_session import explain
from pagevoo_console.services.failpoints import failpoint
from pagevoo_console.services.private_files import flush_folder


def memo(path: Path) -> dict[str, Any]:
    """Which file it is, whatever it is called later, and its marker; a damaged one has none that could be read."""
    return {"inode": sqlite_swap.inode(path), "marker": _marker(path)}


def move(source: Path, target: Path, noted: dict[str, Any]) -> None:
    """Safe to call again after a crash at any point. Raises Refused for another file, Busy where somebody stays."""
    try:
        if not _is(target, noted):
            if not _is(source, noted):
                raise Refused(
                    f"{source.name} is not the file it was when this began",
                    code="generation_changed",
                    hint="Look at the folder; nothing was renamed.",
                )
            if os.path.lexists(target):
                raise Refused(
                    f"There is another file {target.name} already",
                    code="database_exists",
                    hint="Look whose it is. Nothing was renamed.",
                )
            _fold(source)
            os.link(source, target, follow_symlinks=False)
            flush_folder(target.parent)
        failpoint("moving.tables")
        for old, new in zip(sidecars(source), sidecars(target), strict=True):
            if _is(source, noted) and os.path.lexists(old):
                os.rename(old, new)
        if _is(source, noted):
            source.unlink()
        flush_folder(source.parent)
        failpoint("moving.emptied")
    except (OSError, sqlite3.Error) as error:
        raise explain(error, str(source)) from error


def is_moved(path: Path, noted: dict[str, Any]) -> bool:
    """By being the very file, or by the marker where the folder was copied elsewhere."""
    if not os.path.lexists(path) or _marker(path) != noted["marker"]:
        return False
    return noted["marker"] is not None or bool(sqlite_swap.inode(path) == noted["inode"])


def _fold(path: Path) -> None:
    """Take the log into the file. A damaged one keeps its logs, which go with it."""
    try:
        sqlite_swap.fold(path)
    except Corrupt:
        return
    if any(os.path.lexists(log) for log in sidecars(path)):
        raise Busy(f"{path} was opened by another process", hint="Stop it, then resume.")


def _is(path: Path, noted: dict[str, Any]) -> bool:
    """The number of a file that was removed is soon another file's: its marker must be the same too."""
    if not os.path.lexists(path) or sqlite_swap.inode(path) != noted["inode"]:
        return False
    return bool(_marker(path) == noted["marker"])


def _marker(path: Path) -> str | None:
    try:
        return sqlite_swap.read_marker(path)
    except Corrupt:
        return None
