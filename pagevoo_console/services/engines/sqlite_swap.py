"""Putting one database file in the place of another, such that the live name always leads to a whole database."""

from __future__ import annotations

import os
import sqlite3
import time
from contextlib import closing, suppress
from pathlib import Path
from typing import Any

from pagevoo_console.domain.errors import Busy, Corrupt, NotFound, Refused
from pagevoo_console.services.engines.base import SessionOptions
from pagevoo_console.services.engines.sqlite_files import MARKER_TABLE, sidecars
from pagevoo_console.services.engines.sqlite_session import SqliteSession, ensure_regular, explain, open_file
from pagevoo_console.services.private_files import flush_folder

_PATIENCE_SECONDS = 3.0
_PAUSE_SECONDS = 0.05


def fold(path: Path) -> bool:
    """Wait until nobody reads or writes, then take the write-ahead log into the file; whether there was one.

    Raises Busy where somebody stays.
    """
    with closing(open_file(path, SessionOptions(writable=True))) as session:
        try:
            (mode,) = session.execute("PRAGMA journal_mode").fetchone()
            session.execute("BEGIN EXCLUSIVE")
            session.execute("COMMIT")
            if mode == "wal":
                _leave_log(session)
        except sqlite3.Error as error:
            raise explain(error, str(path)) from error
    return bool(mode == "wal")


def _leave_log(session: SqliteSession) -> None:
    """Whoever just looks is waited for: here SQLite itself gives up at the first other connection."""
    deadline = time.monotonic() + _PATIENCE_SECONDS
    while True:
        try:
            session.execute("PRAGMA journal_mode = DELETE")
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode != sqlite3.SQLITE_BUSY or time.monotonic() > deadline:
                raise
            time.sleep(_PAUSE_SECONDS)
        else:
            return


def read_marker(path: Path) -> str | None:
    """The marker that a database was made with, None where somebody else made it or nothing is there."""
    try:
        with closing(open_file(path, SessionOptions())) as session:
            if not has_marker(session):
                return None
            row = session.execute(f"SELECT marker FROM {MARKER_TABLE}").fetchone()
    except NotFound:
        return None
    except sqlite3.Error as error:
        raise explain(error, str(path)) from error
    return None if row is None else str(row[0])


def has_marker(session: SqliteSession) -> bool:
    """Whether the console made this database."""
    row = session.execute("SELECT 1 FROM sqlite_master WHERE name = ?", (MARKER_TABLE,)).fetchone()
    return row is not None


def memo(live: Path, staged: Path) -> dict[str, Any]:
    """Which file is which, whatever they are called later, and the marker that belongs to the live name.

    A live file that is damaged may be what is replaced: its marker is lost with it.
    """
    try:
        marker = read_marker(live)
    except Corrupt:
        marker = None
    return {"live": inode(live), "staged": inode(staged), "marker": marker}


def swap(live: Path, staged: Path, aside: Path, noted: dict[str, Any]) -> None:
    """Give `live` the content of `staged` and `aside` that of `live`; finishes what a crash left half done.

    The old file gets its second name first, and one rename replaces the live name: there is no moment without it.
    Raises Refused where the files are not those of the memo, Busy where somebody has the live one open.
    """
    if inode(live) == noted["staged"]:
        staged.unlink(missing_ok=True)
        return
    if inode(live) != noted["live"] or inode(staged) != noted["staged"]:
        raise Refused(
            f"{live.name} or {staged.name} is not the file it was when this began",
            code="generation_changed",
            hint="Look at the folder; nothing was replaced.",
        )
    try:
        with suppress(Corrupt):
            fold(live)
        fold(staged)
        _mark(staged, noted["marker"])
        if not (os.path.lexists(aside) and inode(aside) == noted["live"]):
            os.link(live, aside, follow_symlinks=False)
        if any(os.path.lexists(path) for path in sidecars(live)):
            raise Busy(f"{live} was opened by another process", hint="Stop it, then resume.")
        os.replace(staged, live)
        flush_folder(live.parent)
    except (OSError, sqlite3.Error) as error:
        raise explain(error, str(live)) from error


def _mark(path: Path, marker: str | None) -> None:
    with closing(open_file(path, SessionOptions(writable=True))) as session:
        session.execute("BEGIN IMMEDIATE")
        session.execute(f"DROP TABLE IF EXISTS {MARKER_TABLE}")
        if marker is not None:
            session.execute(f"CREATE TABLE {MARKER_TABLE} (marker TEXT NOT NULL)")
            session.execute(f"INSERT INTO {MARKER_TABLE} VALUES (?)", (marker,))
        session.execute("COMMIT")


def inode(path: Path) -> int:
    ensure_regular(path)
    return path.lstat().st_ino
