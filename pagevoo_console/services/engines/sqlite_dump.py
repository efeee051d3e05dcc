"""A SQLite database as framed SQL, read in one snapshot."""

from __future__ import annotations

import sqlite3
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from typing import Any

from pagevoo_console.domain.backup import DumpFacts, TableContent
from pagevoo_console.services.engines.base import Sink
from pagevoo_console.services.engines.framing import FrameWriter
from pagevoo_console.services.engines.sqlite_schema import (
    base_tables,
    definitions,
    ensure_can_be_dumped,
    fingerprint,
    has_sequence,
    in_order_of_creation,
    open_rows,
    quoted,
    stored_columns,
    table_facts,
    terminated,
    typed_text,
)
from pagevoo_console.services.engines.sqlite_session import SqliteSession
from pagevoo_console.services.engines.sqlite_values import Checksum, hex_pieces, row_literal, value_literal
from pagevoo_console.services.jobs import JobContext

ENGINE = "sqlite"

_BLOCK_BYTES = 256 * 1024
_BLOCK_ROWS = 500
_PARTS = "temp._pagevoo_parts"


def dump(session: SqliteSession, sink: Sink, job: JobContext) -> DumpFacts:
    """Write the database from one snapshot; refuses by name, before the first byte, what would not come back."""
    with session.unbounded(), _snapshot(session), job.on_cancel(session.interrupt):
        ensure_can_be_dumped(session)
        return _Dump(session, FrameWriter(sink), job).write()


class _Dump:
    """One dump under way."""

    def __init__(self, session: SqliteSession, writer: FrameWriter, job: JobContext) -> None:
        self._session = session
        self._writer = writer
        self._job = job
        self._has_parts = False
        self._expected_rows = sum(facts.rows_estimated for facts in table_facts(session))

    def write(self) -> DumpFacts:
        made = in_order_of_creation(definitions(self._session))
        self._writer.header(ENGINE, sqlite3.sqlite_version)
        self._statement("PRAGMA foreign_keys = OFF;")
        self._statement("BEGIN TRANSACTION;")
        self._pragmas()
        for definition in made:
            if definition.kind == "table":
                self._statement(terminated(definition.sql))
        contents = {table: self._rows(table) for table in base_tables(self._session)}
        if self._has_parts:
            self._statement(f"DROP TABLE {_PARTS};")
        if any(has_sequence(definition) for definition in made):
            self._system_table("sqlite_sequence", "name", contents)
        for definition in made:
            if definition.kind != "table":
                self._statement(terminated(definition.sql))
        self._statistics(contents)
        self._statement("COMMIT;")
        self._writer.end(len(contents), sum(content.rows for content in contents.values()))
        return DumpFacts(
            tables=contents,
            fingerprint=fingerprint(self._session),
            character_set="UTF-8",
            collation="BINARY",
            objects=dict(Counter(definition.kind for definition in made)),
        )

    def _statement(self, sql: str) -> None:
        self._job.check()
        self._writer.statement(sql.encode())

    def _pragmas(self) -> None:
        for name in ("user_version", "application_id"):
            (value,) = self._session.execute(f"PRAGMA {name}").fetchone()
            if value:
                self._statement(f"PRAGMA {name} = {value};")

    def _rows(self, table: str) -> TableContent:
        columns = ",".join(quoted(column) for column in stored_columns(self._session, table))
        into = f"INSERT INTO {quoted(table)}({columns})".encode()
        checksum = Checksum()
        block: list[bytes] = []
        block_bytes = 0
        with open_rows(self._session, table) as rows:
            for row in rows:
                literal = row_literal(row)
                checksum.add(row, literal)
                if literal is None:
                    self._block(table, into, block)
                    block_bytes = 0
                    self._large_row(table, into, row)
                    continue
                block.append(literal)
                block_bytes += len(literal)
                if block_bytes >= _BLOCK_BYTES or len(block) >= _BLOCK_ROWS:
                    self._block(table, into, block)
                    block_bytes = 0
        self._block(table, into, block)
        return checksum.content

    def _block(self, table: str, into: bytes, block: list[bytes]) -> None:
        """Write the rows that have gathered as one INSERT, and empty the block."""
        if block:
            self._writer.rows(table, len(block), b"%b VALUES\n%b;" % (into, b",\n".join(block)))
            block.clear()
        done = self._writer.rows_written
        self._job.progress(f"Dumping {table}", done, max(done, self._expected_rows), "rows")

    def _large_row(self, table: str, into: bytes, row: Sequence[Any]) -> None:
        """Put the large values together in a temporary table, piece by piece, and insert the row from there."""
        if not self._has_parts:
            self._statement(f"CREATE TEMP TABLE {_PARTS.partition('.')[2]} (n INTEGER PRIMARY KEY, v BLOB);")
            self._has_parts = True
        values = []
        for number, value in enumerate(row):
            literal = value_literal(value)
            if literal is None:
                literal = f"(SELECT v FROM {_PARTS} WHERE n = {number})".encode()
                if not isinstance(value, bytes):
                    literal = b"CAST(%b AS TEXT)" % literal
                self._parts(number, value)
            values.append(literal)
        self._writer.rows(table, 1, b"%b SELECT %b;" % (into, b",".join(values)))
        self._statement(f"DELETE FROM {_PARTS};")

    def _parts(self, number: int, value: str | bytes | bytearray) -> None:
        for position, piece in enumerate(hex_pieces(value)):
            self._job.check()
            if position:
                sql = b"UPDATE %b SET v = CAST(v || X'%b' AS BLOB) WHERE n = %d;"
                self._writer.statement(sql % (_PARTS.encode(), piece, number))
            else:
                self._writer.statement(b"INSERT INTO %b VALUES (%d, X'%b');" % (_PARTS.encode(), number, piece))

    def _system_table(self, name: str, key: str, tables: dict[str, TableContent]) -> None:
        """Write a table that SQLite keeps for itself: positions or statistics of the tables that are dumped."""
        with typed_text(self._session), closing(self._session.execute(f"SELECT * FROM {name} ORDER BY {key}")) as rows:
            found = [row for row in rows if isinstance(row[0], str) and row[0] in tables]
        self._statement(f"DELETE FROM {name};")
        for row in found:
            literal = row_literal(row)
            if literal is not None:
                self._writer.statement(b"INSERT INTO %b VALUES %b;" % (name.encode(), literal))

    def _statistics(self, tables: dict[str, TableContent]) -> None:
        (has_statistics,) = self._session.execute(
            "SELECT COUNT(*) FROM sqlite_master WHERE name = 'sqlite_stat1'"
        ).fetchone()
        if has_statistics:
            self._statement("ANALYZE sqlite_master;")
            self._system_table("sqlite_stat1", "tbl, idx", tables)


@contextmanager
def _snapshot(session: SqliteSession) -> Iterator[None]:
    session.execute("BEGIN")
    try:
        session.execute("SELECT COUNT(*) FROM sqlite_master").fetchone()
        yield
    finally:
        session.execute("ROLLBACK")
