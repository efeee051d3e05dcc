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
    is_virtual,
    open_statement,
    quoted,
    rowid_name,
    statement_content,
    stored_columns,
    table_content,
    table_facts,
    terminated,
    typed_text,
    virtual_tables,
)
from pagevoo_console.services.engines.sqlite_session import SqliteSession
from pagevoo_console.services.engines.sqlite_values import Checksum, hex_pieces, row_literal, value_literal
from pagevoo_console.services.engines.sqlite_virtual import Virtual, settings
from pagevoo_console.services.jobs import JobContext

ENGINE = "sqlite"
POSITIONS = "positions of sequences"
VERSIONS = "user_version and application_id"

_BLOCK_BYTES = 256 * 1024
_BLOCK_ROWS = 500
_PARTS = "temp._pagevoo_parts"


def dump(session: SqliteSession, sink: Sink, job: JobContext) -> DumpFacts:
    """Write the database from one snapshot; refuses by name, before the first byte, what would not come back."""
    with session.unbounded(), _snapshot(session), job.on_cancel(session.interrupt):
        ensure_can_be_dumped(session)
        return _Dump(session, FrameWriter(sink), job).write()


def other_content(session: SqliteSession, job: JobContext) -> dict[str, TableContent]:
    """What a database holds beside the rows of its ordinary tables, as `DumpFacts.others` has it."""
    with session.unbounded(), _snapshot(session), job.on_cancel(session.interrupt):
        found = {
            _label(table): statement_content(session, _reading(table), table.name, job)
            for table in virtual_tables(session)
            if table.holds_rows
        }
        for source in sorted(_sources(session)):
            statement = f"SELECT {_columns(session, source, with_rowid=True)} FROM {quoted(source)} NOT INDEXED"
            found[f"row numbers of {source}"] = statement_content(session, statement, source, job)
        return {**found, **_small_content(session, job)}


def _small_content(session: SqliteSession, job: JobContext) -> dict[str, TableContent]:
    """Where counting goes on, and the numbers that an application keeps in the file's header."""
    versions = [str(session.execute(f"PRAGMA {name}").fetchone()[0]) for name in ("user_version", "application_id")]
    found = {VERSIONS: TableContent(len(versions), " ".join(versions))}
    if any(has_sequence(definition) for definition in definitions(session)):
        tables = ",".join("'" + name.replace("'", "''") + "'" for name in base_tables(session))
        statement = f"SELECT name, seq FROM sqlite_sequence WHERE name IN ({tables})"
        found[POSITIONS] = statement_content(session, statement, POSITIONS, job)
    return found


def _sources(session: SqliteSession) -> set[str]:
    """Ordinary tables whose row numbers an index in a virtual table rests on."""
    indexed = {table.source.lower() for table in virtual_tables(session) if table.source}
    return {
        table for table in base_tables(session) if table.lower() in indexed and rowid_name(session, table) is not None
    }


def _columns(session: SqliteSession, table: str, *, with_rowid: bool) -> str:
    columns = [quoted(column) for column in stored_columns(session, table)]
    number = rowid_name(session, table) if with_rowid else None
    return ",".join([number, *columns] if number is not None else columns)


def _label(table: Virtual) -> str:
    return f"virtual table {table.name}"


def _reading(table: Virtual) -> str:
    """In the order of the rows' numbers, which is the same in every copy."""
    columns = ",".join(quoted(column) for column in table.columns)
    return f"SELECT {columns} FROM {quoted(table.name)} ORDER BY rowid"


class _Dump:
    """One dump under way."""

    def __init__(self, session: SqliteSession, writer: FrameWriter, job: JobContext) -> None:
        self._session = session
        self._writer = writer
        self._job = job
        self._has_parts = False
        self._numbers: dict[str, TableContent] = {}
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
        sources = _sources(self._session)
        contents = {table: self._table(table, is_source=table in sources) for table in base_tables(self._session)}
        others = self._virtual_rows()
        if self._has_parts:
            self._statement(f"DROP TABLE {_PARTS};")
        if any(has_sequence(definition) for definition in made):
            self._system_table("sqlite_sequence", "name", contents)
        for definition in made:
            if definition.kind != "table":
                self._statement(terminated(definition.sql))
        for table in virtual_tables(self._session):
            if table.source is not None:
                self._tell(table.name, "rebuild")
        self._statistics(contents)
        self._statement("COMMIT;")
        self._writer.end(len(contents), self._writer.rows_written)
        return DumpFacts(
            tables=contents,
            fingerprint=fingerprint(self._session),
            character_set="UTF-8",
            collation="BINARY",
            losses=self._losses(),
            objects=dict(Counter("virtual table" if is_virtual(each) else each.kind for each in made)),
            others={**others, **self._numbers, **_small_content(self._session, self._job)},
        )

    def _losses(self) -> tuple[str, ...]:
        found = []
        (encoding,) = self._session.execute("PRAGMA encoding").fetchone()
        if encoding != "UTF-8":
            found.append(f"the text encoding {encoding}: a copy keeps the same text in UTF-8")
        (vacuum,) = self._session.execute("PRAGMA auto_vacuum").fetchone()
        if vacuum:
            found.append("auto_vacuum: a copy is made smaller by VACUUM alone")
        return tuple(found)

    def _statement(self, sql: str) -> None:
        self._job.check()
        self._writer.statement(sql.encode())

    def _pragmas(self) -> None:
        for name in ("user_version", "application_id"):
            (value,) = self._session.execute(f"PRAGMA {name}").fetchone()
            if value:
                self._statement(f"PRAGMA {name} = {value};")

    def _table(self, table: str, *, is_source: bool) -> TableContent:
        """The rows of an ordinary table, with their numbers where an index in a virtual table rests on them."""
        columns = _columns(self._session, table, with_rowid=is_source)
        content = self._rows(table, columns, f"SELECT {columns} FROM {quoted(table)} NOT INDEXED")
        if not is_source:
            return content
        self._numbers[f"row numbers of {table}"] = content
        return table_content(self._session, table, self._job)

    def _virtual_rows(self) -> dict[str, TableContent]:
        """The rows that virtual tables hold themselves, and how text search was told to work."""
        found = {}
        for table in virtual_tables(self._session):
            if table.holds_rows:
                columns = ",".join(quoted(column) for column in table.columns)
                found[_label(table)] = self._rows(table.name, columns, _reading(table))
            for name, value in settings(self._session, table):
                self._tell(table.name, name, value)
        return found

    def _tell(self, table: str, command: str, value: Any = None) -> None:
        """A command to a text search table: an INSERT into the column that is called like it."""
        if value is None:
            literals, columns = row_literal((command,)), quoted(table)
        else:
            literals, columns = row_literal((command, value)), f"{quoted(table)},rank"
        assert literals is not None
        self._writer.statement(f"INSERT INTO {quoted(table)}({columns}) VALUES".encode() + literals + b";")

    def _rows(self, table: str, columns: str, reading: str) -> TableContent:
        into = f"INSERT INTO {quoted(table)}({columns})".encode()
        checksum = Checksum()
        block: list[bytes] = []
        block_bytes = 0
        with open_statement(self._session, reading) as rows:
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
