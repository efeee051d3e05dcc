"""What one session does in a load on MySQL or MariaDB: statements, and the rows of the tables that are its own."""

from __future__ import annotations

import re

import pymysql

from pagevoo_console.domain.errors import Corrupt, Failed
from pagevoo_console.services.engines.framing import Frame, FrameKind
from pagevoo_console.services.engines.mysql_errors import explain, number_of
from pagevoo_console.services.engines.mysql_large_rows import VALUE_STATEMENT
from pagevoo_console.services.engines.mysql_row_stream import RowStream, rows_in, statement_for
from pagevoo_console.services.engines.mysql_session import MysqlConnection
from pagevoo_console.services.engines.second_worker import LoadTables

_TRUNCATED = 1265
_TOO_LARGE = 1301
_HARMLESS_IN_DDL = frozenset({1287, 3719, 3778, 1681, 1831, 1051, 139, 1478, 1292})
"""Deprecations, duplicate indexes, wide rows, idle options, odd values: said of what was so in the original too."""
_COLUMN_OF_WARNING = re.compile(r"column (?:`.*`\.`.*`\.`(.*)`|'(.*)') at row \d+\Z", re.DOTALL)
_SCHEDULER_IS_OFF = (1105, "vent scheduler")
_NOT_ALLOWED = frozenset({1148, 3948, 4166})
"""What a server says that takes no rows by LOAD DATA LOCAL."""

_TABLE_MADE = re.compile(rb"CREATE TABLE `((?:[^`]|``)*)`")
_NARROW_ROW_BYTES = 512
"""LOAD DATA saves work by the row and costs some by the byte: tables of larger rows are written by INSERT."""
_STREAM_BYTES = 256 * 1024 * 1024
"""Of one LOAD DATA, which is one transaction."""


class TableWorker:
    """One session's part in a load. `take` what is of a table, `close_table` behind it."""

    def __init__(self, connection: MysqlConnection, tables: LoadTables) -> None:
        self._connection = connection
        self._tables = tables
        self._largest, self._can_stream = connection.rows("SELECT @@max_allowed_packet, @@local_infile")[0]
        self._enums: dict[str, bool] = {}
        self._generated: dict[str, frozenset[str]] = {}
        self._table = b""
        self._is_ours = self._has_rows = False
        self._loading: str | None = None
        self._stream: RowStream | None = None

    def is_of_a_table(self, frame: Frame) -> bool:
        """Whether this frame makes a table, or goes on with the one that was made last."""
        if frame.kind is FrameKind.ROWS:
            return frame.table.encode("utf-8", "surrogateescape") == self._table
        return _TABLE_MADE.match(frame.executable) is not None or (
            bool(self._table) and frame.executable.startswith(VALUE_STATEMENT)
        )

    def take(self, frame: Frame) -> None:
        """Carry out what is of a table, unless the other session has taken that table."""
        if frame.kind is FrameKind.ROWS:
            if self._is_ours:
                self.rows(frame)
            return
        made = _TABLE_MADE.match(frame.executable)
        if made is not None:
            self.close_table()
            self._table = made[1].replace(b"``", b"`")
            self._is_ours = self._tables.take(self._table.decode("utf-8", "surrogateescape"))
        if self._is_ours:
            self._end_stream()
            self.statement(frame)

    def close_table(self) -> None:
        """What comes next is of no table, or of another one."""
        self._end_stream()
        self._table, self._loading = b"", None
        self._is_ours = self._has_rows = False

    def statement(self, frame: Frame) -> None:
        """Carry out one statement of the schema. Raises Failed where the server takes it otherwise than it is meant."""
        self._run(frame, "A statement of the schema")
        for code, text in self._warnings():
            if code == _SCHEDULER_IS_OFF[0] and _SCHEDULER_IS_OFF[1] in text:
                continue
            if code == _TOO_LARGE:
                raise Failed(
                    f"A value is larger than the server takes: {text}",
                    code="too_large",
                    hint="Raise max_allowed_packet on the server.",
                )
            if code not in _HARMLESS_IN_DDL:
                raise Failed(f"The server took a definition otherwise than it was: {text}", hint="Compare the servers.")

    def rows(self, frame: Frame) -> None:
        """Write a block of rows; all of them, as they are, or it is an error."""
        if not self._streamed(frame):
            self._end_stream()
            self._ensure_taken(frame.table, frame.rows, self._run(frame, _rows_of(frame.table)))
        self._has_rows = self._is_ours
        self._tables.loaded(frame.table, frame.rows)

    # --- LOAD DATA --------------------------------------------------------------------------------------------------

    def _streamed(self, frame: Frame) -> bool:
        """Whether these rows are on their way by LOAD DATA. A single row may name variables, which are only SQL's.

        The first rows of a table never are: into an empty one the server would sort all rows in temporary files, which
        takes it twice as long. That also leaves small tables to INSERT, which needs no preparation.
        """
        if frame.rows < 2 or not self._has_rows or not self._can_stream:
            return False
        if self._stream is None and not self._begin_stream(frame):
            return False
        rows = rows_in(frame.executable)
        if self._stream is None or rows is None:
            return False
        try:
            self._stream.send(frame.rows, rows)
        except pymysql.Error as error:
            raise _explained(error, frame.table) from error
        if self._stream.bytes_sent >= _STREAM_BYTES:
            self._end_stream()
        return True

    def _begin_stream(self, frame: Frame) -> bool:
        if len(frame.executable) > frame.rows * _NARROW_ROW_BYTES:
            return False
        statement = statement_for(self._connection, frame.table, frame.executable)
        if statement is None:
            return False
        try:
            self._stream = RowStream(self._connection, statement)
        except pymysql.Error as error:
            if number_of(error) not in _NOT_ALLOWED:
                raise _explained(error, frame.table) from error
            self._can_stream = False
            return False
        self._loading = frame.table
        return True

    def _end_stream(self) -> None:
        stream, self._stream = self._stream, None
        if stream is None:
            return
        table = str(self._loading)
        try:
            written = stream.end()
        except pymysql.Error as error:
            raise _explained(error, table) from error
        self._ensure_taken(table, stream.rows, written)

    # --- what the server says ---------------------------------------------------------------------------------------

    def _ensure_taken(self, table: str, announced: int, written: int) -> None:
        what = _rows_of(table)
        if written != announced:
            raise Corrupt(f"{what}: {announced} are announced and {written} were written", hint="Take another backup.")
        for code, text in self._warnings():
            if not (code == _TRUNCATED and self._has_enum(table)) and not self._is_of_generated(table, text):
                raise Failed(f"{what} were not taken as they are: {text}", hint="Compare the servers' settings.")

    def _run(self, frame: Frame, what: str) -> int:
        if len(frame.executable) + 1 > self._largest:
            raise Failed(
                f"{what} take {len(frame.executable)} bytes, and the server's max_allowed_packet is {self._largest}",
                code="too_large",
                hint="Raise max_allowed_packet on the server.",
            )
        try:
            return self._connection.query(frame.executable)
        except pymysql.Error as error:
            raise _explained(error, what=what) from error

    def _warnings(self) -> list[tuple[int, str]]:
        if not self._connection.warnings:
            return []
        return [(int(code), str(text)) for level, code, text in self._connection.show_warnings() if level != "Note"]

    def _is_of_generated(self, table: str, text: str) -> bool:
        """Whether a warning is about what the server worked out itself, as it did when the row was first written."""
        if table not in self._generated:
            rows = self._connection.rows(
                "SELECT COLUMN_NAME FROM information_schema.COLUMNS WHERE TABLE_SCHEMA = DATABASE()"
                " AND TABLE_NAME = %s AND IFNULL(GENERATION_EXPRESSION, '') NOT IN ('', 'ROW START', 'ROW END')",
                [table],
            )
            self._generated[table] = frozenset(str(name) for (name,) in rows)
        named = _COLUMN_OF_WARNING.search(text)
        return bool(self._generated[table]) and (named is None or (named[1] or named[2]) in self._generated[table])

    def _has_enum(self, table: str) -> bool:
        """An ENUM may hold a value that none of its texts stands for; it comes back, with a warning."""
        if table not in self._enums:
            kinds = self._connection.rows(
                "SELECT DATA_TYPE FROM information_schema.COLUMNS WHERE TABLE_SCHEMA = DATABASE() AND TABLE_NAME = %s",
                [table],
            )
            self._enums[table] = ("enum",) in kinds
        return self._enums[table]


def _rows_of(table: str) -> str:
    return f"Rows of the table {table!r}"


def _explained(error: pymysql.Error, table: str = "", what: str = "") -> Exception:
    explained = explain(error, None)
    return type(explained)(f"{what or _rows_of(table)}: {explained.message}", code=explained.code, hint=explained.hint)
