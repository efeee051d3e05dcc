"""MySQL's and MariaDB's rows and tables for an export."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager

from pymysql.cursors import SSCursor

from pagevoo_console.services.engines.mysql_columns import ADDRESSES, TIMES, Column, columns_of
from pagevoo_console.services.engines.mysql_databases import quoted
from pagevoo_console.services.engines.mysql_session import MysqlConnection
from pagevoo_console.services.engines.portable import Portable, TableColumn, TableSql, Value

_ESCAPES = str.maketrans({"\\": "\\\\", "'": "''", "\0": "\\0", "\n": "\\n", "\r": "\\r", "\x1a": "\\Z"})


class MysqlPortable(Portable):
    preamble = (
        "SET NAMES utf8mb4",
        "SET SESSION foreign_key_checks = 0, SESSION unique_checks = 0, SESSION time_zone = '+00:00'",
        "SET SESSION sql_mode = 'NO_AUTO_VALUE_ON_ZERO'",
    )

    def __init__(self, connection: MysqlConnection) -> None:
        self._connection = connection

    @contextmanager
    def snapshot(self) -> Iterator[None]:
        self._connection.run("SET SESSION TRANSACTION ISOLATION LEVEL REPEATABLE READ")
        self._connection.run("START TRANSACTION WITH CONSISTENT SNAPSHOT, READ ONLY")
        try:
            yield
        finally:
            if self._connection.open:
                self._connection.run("ROLLBACK")

    def columns(self, table: str) -> tuple[TableColumn, ...]:
        return tuple(TableColumn(column.name, column.declared) for column in columns_of(self._connection, table))

    def rows(self, table: str) -> Iterator[Sequence[Value]]:
        columns = ", ".join(_told(column) for column in columns_of(self._connection, table))
        with closing(self._connection.cursor(SSCursor)) as cursor:
            cursor.execute(f"SELECT {columns or 'NULL'} FROM {quoted(table)}")
            while (row := cursor.fetchone()) is not None:
                yield row

    def table_sql(self, table: str) -> TableSql:
        (_, made), *_ = self._connection.rows(f"SHOW CREATE TABLE {quoted(table)}")
        columns = ", ".join(column.sql for column in columns_of(self._connection, table))
        return TableSql(before=(str(made),), insert=f"INSERT INTO {quoted(table)} ({columns}) VALUES")

    def text_literal(self, value: str) -> str:
        return f"'{value.translate(_ESCAPES)}'"


def _told(column: Column) -> str:
    """An expression that the driver turns into an exact value: floats with all digits, times as they stand."""
    if column.kind == "float":
        return f"({column.sql} + 0.0E0)"
    if column.kind == "bit":
        return f"({column.sql} + 0)"
    if column.kind in TIMES or column.kind in ADDRESSES or column.kind in {"enum", "set", "json"}:
        return f"CAST({column.sql} AS CHAR CHARACTER SET utf8mb4)"
    return column.sql
