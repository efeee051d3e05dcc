"""The read-only console on MySQL and MariaDB."""

from __future__ import annotations

import math
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from decimal import Decimal
from typing import Any

import pymysql
import sqlalchemy as sa
from pymysql.cursors import SSCursor

from pagevoo_console.domain.errors import WrongUsage
from pagevoo_console.services.engines.base import SqlAnswer
from pagevoo_console.services.engines.mysql_errors import explain, number_of, text_of
from pagevoo_console.services.engines.mysql_session import MysqlConnection, driver_connection
from pagevoo_console.services.engines.statements import ensure_read_only

_TIME_LIMIT = 30.0
_SYNTAX_ERRORS = (1064, 1149, 1305, 1054)
_PLAIN_TYPES = frozenset({1, 2, 3, 4, 5, 8, 9, 13})
"""TINY, SHORT, LONG, FLOAT, DOUBLE, LONGLONG, INT24 and YEAR: what JSON can say."""


def read_only_sql(session: sa.Connection, statement: str, limit: int) -> SqlAnswer:
    ensure_read_only(statement, "mysql")
    connection = driver_connection(session)
    began = time.perf_counter()
    seconds = min(_TIME_LIMIT, connection.options.read_timeout or _TIME_LIMIT)
    try:
        with connection.bounded(seconds), _read_only(connection):
            columns, rows, truncated = _rows(connection, statement, limit)
    except pymysql.Error as error:
        if number_of(error) in _SYNTAX_ERRORS:
            raise WrongUsage(
                f"The server says: {text_of(error)}", code="syntax", hint="Check the statement."
            ) from error
        raise explain(error, session.info.get("server")) from error
    return SqlAnswer(columns, rows, truncated, (time.perf_counter() - began) * 1000)


@contextmanager
def _read_only(connection: MysqlConnection) -> Iterator[None]:
    connection.run("START TRANSACTION READ ONLY")
    try:
        yield
    finally:
        if connection.open:
            with suppress(pymysql.Error):
                connection.run("ROLLBACK")
                connection.run("SET SESSION sql_select_limit = DEFAULT")


def _rows(
    connection: MysqlConnection, statement: str, limit: int
) -> tuple[tuple[str, ...], tuple[tuple[Any, ...], ...], bool]:
    """At most `limit` rows: the server itself stops behind the one that tells whether there are more."""
    connection.run(f"SET SESSION sql_select_limit = {limit + 1}")
    cursor = connection.cursor(SSCursor)
    try:
        cursor.execute(statement)
        columns = tuple(str(field[0]) for field in cursor.description or ())
        kinds = [field[1] for field in cursor.description or ()]
        rows = [
            tuple(_plain(value, kind) for value, kind in zip(row, kinds, strict=True))
            for row in cursor.fetchmany(limit + 1)
        ]
    finally:
        cursor.close()
    return columns, tuple(rows[:limit]), len(rows) > limit


def _plain(value: Any, kind: int) -> Any:
    """A value as JSON can hold it, nothing rounded: bytes in hexadecimal, decimals and times as texts."""
    if value is None or isinstance(value, bool | str):
        return value
    if isinstance(value, int) and kind in _PLAIN_TYPES:
        return value
    if isinstance(value, float):
        return value if math.isfinite(value) else str(value)
    if isinstance(value, bytes | bytearray):
        return "0x" + bytes(value).hex()
    if isinstance(value, Decimal):
        return format(value, "f")
    return str(value)
