"""Carrying out a dump of SQLite: in one transaction, which ends only when the file has proved to be whole."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from functools import partial

from pagevoo_console.domain.errors import Corrupt, Refused
from pagevoo_console.services.engines.base import Source
from pagevoo_console.services.engines.framing import Frame, FrameReader
from pagevoo_console.services.engines.sqlite_dump import ENGINE
from pagevoo_console.services.engines.sqlite_schema import base_tables, definitions
from pagevoo_console.services.engines.sqlite_session import (
    WHATEVER_COMES,
    SqliteSession,
    distrust_schema,
    settle_trust,
)
from pagevoo_console.services.engines.sqlite_virtual import ROW_MODULES, VIEW_MODULES
from pagevoo_console.services.jobs import JobContext

_PRAGMAS = frozenset({"foreign_keys", "user_version", "application_id"})
_READ_PRAGMAS = frozenset({"page_size", "data_version"})
"""Asked by the modules of virtual tables themselves."""
_FUNCTIONS = frozenset({"load_extension", "fts3_tokenizer"})
_LOADING = frozenset(
    {
        sqlite3.SQLITE_ANALYZE,
        sqlite3.SQLITE_CREATE_INDEX,
        sqlite3.SQLITE_CREATE_TABLE,
        sqlite3.SQLITE_CREATE_TEMP_TABLE,
        sqlite3.SQLITE_CREATE_TRIGGER,
        sqlite3.SQLITE_CREATE_VIEW,
        sqlite3.SQLITE_DELETE,
        sqlite3.SQLITE_DROP_TEMP_TABLE,
        sqlite3.SQLITE_INSERT,
        sqlite3.SQLITE_READ,
        sqlite3.SQLITE_RECURSIVE,
        sqlite3.SQLITE_REINDEX,
        sqlite3.SQLITE_SELECT,
        sqlite3.SQLITE_UPDATE,
    }
)


def load(session: SqliteSession, source: Source, job: JobContext) -> None:
    """Carry out a dump: all of it, or nothing is there afterwards.

    SQLite's authorizer lets through what a dump of ours does and nothing else. Raises Refused for a database that is
    not empty, Corrupt for a file that is not a whole dump of this engine.
    """
    if definitions(session):
        raise Refused(
            "The database to load into is not empty",
            code="database_not_empty",
            hint="Load into a database that was just created.",
        )
    (foreign_keys,) = session.execute("PRAGMA foreign_keys").fetchone()
    distrust_schema(session, WHATEVER_COMES)
    with session.unbounded(), job.on_cancel(session.interrupt):
        try:
            _carry_out(session, FrameReader(source), job)
        except sqlite3.DatabaseError as error:
            if getattr(error, "sqlite_errorcode", 0) == sqlite3.SQLITE_AUTH:
                raise _corrupt("does what no dump of this console does") from error
            raise
        finally:
            session.set_authorizer(None)
            if session.in_transaction:
                session.execute("ROLLBACK")
            session.execute(f"PRAGMA foreign_keys = {foreign_keys}")
            settle_trust(session)


def _carry_out(session: SqliteSession, reader: FrameReader, job: JobContext) -> None:
    """Run every statement but the last, which must be the COMMIT, and that one when all has been read and counted."""
    if reader.engine != ENGINE:
        raise Corrupt(f"This is a dump of {reader.engine!r}, not of SQLite", hint="Restore it with its own engine.")
    session.set_authorizer(partial(_authorize, session))
    last = ""
    for frame, statement in _statements(reader):
        job.progress(f"Loading {frame.table}" if frame.table else "Loading", reader.bytes_read, None, "bytes")
        if last:
            session.execute(last).close()
        last = statement
    if last.strip() != "COMMIT;" or not session.in_transaction:
        raise _corrupt("does not end with a COMMIT")
    session.set_authorizer(None)
    loaded = len(base_tables(session))
    if loaded != reader.tables:
        raise _corrupt(f"is not whole: tables announced {reader.tables}, made {loaded}")
    session.execute("COMMIT")


def _statements(reader: FrameReader) -> Iterator[tuple[Frame, str]]:
    for frame in reader:
        try:
            yield frame, frame.executable.decode("utf-8")
        except UnicodeDecodeError as error:
            raise _corrupt("holds a statement that is no UTF-8") from error


def _authorize(
    session: SqliteSession,
    action: int,
    first: str | None,
    second: str | None,
    _database: str | None,
    _trigger: str | None,
) -> int:
    if action == sqlite3.SQLITE_TRANSACTION:
        is_allowed = first == "BEGIN"
    elif action == sqlite3.SQLITE_PRAGMA:
        is_allowed = str(first).lower() in _PRAGMAS or (second is None and str(first).lower() in _READ_PRAGMAS)
    elif action == sqlite3.SQLITE_CREATE_VTABLE:
        is_allowed = session.in_transaction and str(second).lower() in ROW_MODULES | VIEW_MODULES
    elif action == sqlite3.SQLITE_FUNCTION:
        is_allowed = str(second).lower() not in _FUNCTIONS
    else:
        is_allowed = session.in_transaction and action in _LOADING
    return sqlite3.SQLITE_OK if is_allowed else sqlite3.SQLITE_DENY


def _corrupt(what: str) -> Corrupt:
    return Corrupt(f"The dump {what}", hint="Nothing of it was kept. Take another backup.")
