"""The read-only console on SQLite: one statement that reads, watched by SQLite's own authorizer."""

from __future__ import annotations

import math
import sqlite3
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from pagevoo_console.domain.errors import Refused
from pagevoo_console.services.engines.base import SqlAnswer
from pagevoo_console.services.engines.sqlite_schema import typed_text
from pagevoo_console.services.engines.sqlite_session import SqliteSession, explain

_SECONDS = 30.0
_MAX_VALUE_BYTES = 100_000_000
_MAX_ANSWER_BYTES = 64_000_000
_READING = frozenset({sqlite3.SQLITE_SELECT, sqlite3.SQLITE_READ, sqlite3.SQLITE_FUNCTION, sqlite3.SQLITE_RECURSIVE})
_PRAGMAS = frozenset(
    {
        "foreign_key_list",
        "function_list",
        "index_info",
        "index_list",
        "index_xinfo",
        "page_count",
        "page_size",
        "table_info",
        "table_list",
        "table_xinfo",
    }
)
_FUNCTIONS = frozenset({"load_extension", "fts3_tokenizer", "writefile", "readfile", "edit"})


def answer(session: SqliteSession, statement: str, limit: int, where: str) -> SqlAnswer:
    """Run the statement and show at most `limit` rows. Raises Refused for whatever does more than read."""
    began = time.perf_counter()
    try:
        with _reading_only(session), typed_text(session):
            cursor = session.execute(statement)
            columns = tuple(str(column[0]) for column in cursor.description or ())
            rows, is_truncated = _fetch(cursor, limit)
            cursor.close()
    except (sqlite3.Error, sqlite3.Warning, ValueError) as error:
        raise _explained(error, where) from error
    return SqlAnswer(columns, rows, is_truncated, (time.perf_counter() - began) * 1000)


def _explained(error: Exception, where: str) -> Exception:
    if isinstance(error, ValueError | sqlite3.ProgrammingError | sqlite3.Warning):
        return Refused(f"The statement cannot be run: {error}", hint="Give one statement, without parameters.")
    if str(error).startswith("not authorized"):
        return Refused(f"{where}: what the statement does is {error}", hint="The console only reads.")
    return explain(error, where)


@contextmanager
def _reading_only(session: SqliteSession) -> Iterator[None]:
    before = session.statement_timeout
    (query_only,) = session.execute("PRAGMA query_only").fetchone()
    session.statement_timeout = min(_SECONDS, before or _SECONDS)
    length = session.setlimit(sqlite3.SQLITE_LIMIT_LENGTH, _MAX_VALUE_BYTES)
    session.execute("PRAGMA query_only = ON")
    session.execute("BEGIN")
    session.set_authorizer(_authorize)
    try:
        yield
    finally:
        session.set_authorizer(None)
        session.execute("ROLLBACK")
        session.execute(f"PRAGMA query_only = {query_only}")
        session.setlimit(sqlite3.SQLITE_LIMIT_LENGTH, length)
        session.statement_timeout = before


def _authorize(action: int, first: str | None, second: str | None, _database: str | None, _trigger: str | None) -> int:
    if action == sqlite3.SQLITE_PRAGMA:
        return sqlite3.SQLITE_OK if str(first).lower() in _PRAGMAS else sqlite3.SQLITE_DENY
    if action == sqlite3.SQLITE_FUNCTION and str(second).lower() in _FUNCTIONS:
        return sqlite3.SQLITE_DENY
    if action == sqlite3.SQLITE_UPDATE and first == "sqlite_master":
        # What a table-valued function announces when it is first used; a real update is stopped by `query_only`.
        return sqlite3.SQLITE_OK
    return sqlite3.SQLITE_OK if action in _READING else sqlite3.SQLITE_DENY


def _fetch(cursor: sqlite3.Cursor, limit: int) -> tuple[tuple[tuple[Any, ...], ...], bool]:
    rows: list[tuple[Any, ...]] = []
    held = 0
    while (row := cursor.fetchone()) is not None:
        if len(rows) >= limit or held > _MAX_ANSWER_BYTES:
            return tuple(rows), True
        rows.append(tuple(shown(value) for value in row))
        held += sum(len(value) for value in rows[-1] if isinstance(value, str))
    return tuple(rows), False


def shown(value: Any) -> Any:
    """A value as JSON can carry it, exactly: bytes and text that is no UTF-8 as `0x…`, infinity by its name."""
    if isinstance(value, bytes | bytearray):
        return f"0x{value.hex()}"
    if isinstance(value, float) and math.isinf(value):
        return "Infinity" if value > 0 else "-Infinity"
    return value
