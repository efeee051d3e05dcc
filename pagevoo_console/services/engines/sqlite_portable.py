"""SQLite's rows and tables for an export."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from pagevoo_console.services.engines import sqlite_schema
from pagevoo_console.services.engines.portable import Portable, TableColumn, TableSql, Value
from pagevoo_console.services.engines.sqlite_session import SqliteSession


class SqlitePortable(Portable):
    preamble = ("PRAGMA foreign_keys = OFF",)

    def __init__(self, session: SqliteSession) -> None:
        self._session = session

    @contextmanager
    def snapshot(self) -> Iterator[None]:
        self._session.execute("BEGIN")
        try:
            self._session.execute("SELECT COUNT(*) FROM sqlite_master").fetchone()
            yield
        finally:
            self._session.execute("ROLLBACK")

    def columns(self, table: str) -> tuple[TableColumn, ...]:
        declared = {
            name: kind
            for _, name, kind, *_ in self._session.execute(f"PRAGMA table_xinfo({sqlite_schema.quoted(table)})")
        }
        names = sqlite_schema.stored_columns(self._session, table)
        return tuple(TableColumn(name, str(declared[name])) for name in names)

    def rows(self, table: str) -> Iterator[Sequence[Value]]:
        """Text that is no UTF-8 comes as its bytes."""
        with sqlite_schema.open_rows(self._session, table) as rows:
            for row in rows:
                yield [bytes(value) if isinstance(value, bytearray) else value for value in row]

    def table_sql(self, table: str) -> TableSql:
        made = sqlite_schema.definitions(self._session)
        columns = ", ".join(sqlite_schema.quoted(column.name) for column in self.columns(table))
        return TableSql(
            before=tuple(one.sql for one in made if one.kind == "table" and one.name == table),
            insert=f"INSERT INTO {sqlite_schema.quoted(table)} ({columns}) VALUES",
            after=tuple(one.sql for one in made if one.kind == "index" and one.table == table),
        )

    def float_literal(self, value: float) -> str:
        if math.isinf(value):
            return "9e999" if value > 0 else "-9e999"
        return repr(value)

    def text_literal(self, value: str) -> str:
        """What the client would cut off or change goes as its bytes."""
        if "\0" in value or "\r\n" in value:
            return f"CAST(X'{value.encode().hex()}' AS TEXT)"
        return super().text_literal(value)
