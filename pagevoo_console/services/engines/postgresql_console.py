"""The read-only console: one statement, in the extended protocol, in a transaction that the server keeps READ ONLY."""

from __future__ import annotations

import math
import time
from collections.abc import Generator
from typing import Any, cast

import psycopg
from psycopg.adapt import Buffer, Loader

from pagevoo_console.domain.errors import Refused
from pagevoo_console.services.engines.base import SqlAnswer
from pagevoo_console.services.engines.postgresql_session import WatchedConnection
from pagevoo_console.services.engines.statements import ensure_read_only

TIME_LIMIT_MS = 30_000
_CHUNK_ROWS = 200

_INTEGERS = frozenset({20, 21, 23, 26})
_FLOATS = frozenset({700, 701})
_BOOLEAN = 16
_BYTES = 17


class _RawText(Loader):
    """A value as the server wrote it: dates beyond Python's, intervals and arrays lose nothing."""

    def load(self, data: Buffer) -> bytes:
        return bytes(data)


def read_only_sql(connection: WatchedConnection, statement: str, limit: int) -> SqlAnswer:
    """Raises Refused for what is not a single statement that reads."""
    ensure_read_only(statement, "postgresql")
    began = time.perf_counter()
    connection.execute("BEGIN TRANSACTION READ ONLY")
    try:
        connection.execute(f"SET LOCAL statement_timeout = {TIME_LIMIT_MS}".encode())
        columns, rows, is_truncated = _run(connection, statement, limit)
    except psycopg.errors.SyntaxError as error:
        if "multiple commands" in str(error):
            raise Refused("Only one statement at a time is run here", hint="Run them one by one.") from error
        raise
    finally:
        if not connection.closed:
            connection.rollback()
    return SqlAnswer(columns, rows, is_truncated, (time.perf_counter() - began) * 1000)


def _run(
    connection: WatchedConnection, statement: str, limit: int
) -> tuple[tuple[str, ...], tuple[tuple[Any, ...], ...], bool]:
    """`stream` sends the statement alone, in the extended protocol, and holds a chunk of rows at a time."""
    rows: list[tuple[Any, ...]] = []
    with connection.cursor() as cursor:
        for info in psycopg.adapters.types:
            for oid in (info.oid, info.array_oid):
                if oid:
                    cursor.adapters.register_loader(oid, _RawText)
        cursor.adapters.register_loader(0, _RawText)
        stream = cast("Generator[Any, None, None]", cursor.stream(statement.encode(), size=_CHUNK_ROWS))
        is_truncated = False
        types: list[int] = []
        for row in stream:
            if len(rows) == limit:
                is_truncated = True
                break
            types = types or [column.type_code for column in cursor.description or ()]
            rows.append(tuple(_plain(value, oid) for value, oid in zip(row, types, strict=True)))
        stream.close()
        if not rows:
            # A stream without rows has no columns either.
            cursor.execute(statement.encode(), binary=True)
        columns = tuple(column.name for column in cursor.description or ())
    return columns, tuple(rows), is_truncated


def _plain(value: bytes | None, oid: int) -> Any:
    """What JSON can hold without losing anything: numbers where they are exact, else the server's text."""
    if value is None:
        return None
    text = value.decode("utf-8", errors="backslashreplace")
    if oid in _INTEGERS:
        return int(text)
    if oid in _FLOATS:
        number = float(text)
        return number if math.isfinite(number) else text
    if oid == _BOOLEAN:
        return text == "t"
    if oid == _BYTES:
        return "0x" + text.removeprefix("\\x")
    return text
