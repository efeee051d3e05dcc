"""Writing a whole MySQL or MariaDB database as SQL, from one snapshot, without any client program."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager, suppress

import pymysql
import sqlalchemy as sa

from pagevoo_console.domain.backup import DumpFacts, TableContent
from pagevoo_console.domain.errors import Failed
from pagevoo_console.domain.text import counted
from pagevoo_console.services.engines.base import Sink
from pagevoo_console.services.engines.framing import FrameWriter
from pagevoo_console.services.engines.mysql_content import content_of, sequence_named
from pagevoo_console.services.engines.mysql_databases import quoted
from pagevoo_console.services.engines.mysql_definitions import (
    TRANSACTIONAL,
    Definitions,
    Table,
    definitions,
)
from pagevoo_console.services.engines.mysql_errors import number_of
from pagevoo_console.services.engines.mysql_events import MAKE_TIMELESS, TAKE_TIME_BACK, ends_some_day, makes_event
from pagevoo_console.services.engines.mysql_history import INSERT_HISTORY, History, rows_of
from pagevoo_console.services.engines.mysql_programs import BrokenView, Program, can_execute_texts
from pagevoo_console.services.engines.mysql_rows import RowReader, escaped
from pagevoo_console.services.engines.mysql_session import MysqlConnection, driver_connection
from pagevoo_console.services.jobs import JobContext

ROWS_MODE = "NO_AUTO_VALUE_ON_ZERO,ALLOW_INVALID_DATES,NO_ENGINE_SUBSTITUTION"
"""Under which every row comes back as it was: numbers 0 in automatic columns, zero dates, the 31st of February.

And no table comes back in another storage engine without a word.
"""

_SCHEMA_MOVED = (1412, 1146, 1054, 1051)
_SAVED = {
    "character_set_client": "utf8mb4",
    "character_set_results": "utf8mb4",
    "collation_connection": "utf8mb4_general_ci",
    "time_zone": "'+00:00'",
    "foreign_key_checks": "0",
    "unique_checks": "0",
    "sql_mode": f"'{ROWS_MODE}'",
}
"""Settings that the file makes at its head and takes back at its end."""

_SAVED_ON_MARIADB = {"check_constraint_checks": "0", "innodb_strict_mode": "0"}
_SAVED_WITH_HISTORY = {INSERT_HISTORY: "1"}


def dump(session: sa.Connection, sink: Sink, job: JobContext) -> DumpFacts:
    connection = driver_connection(session)
    job.check()
    with connection.bounded(None), _snapshot(connection):
        before = definitions(connection, strict=True)
        writer = FrameWriter(sink)
        contents, others = _Dump(connection, writer, job, before).write()
        try:
            after = definitions(connection)
        except pymysql.Error as error:
            raise _moved() from error
        if after.fingerprint != before.fingerprint:
            raise _moved()
    loose = [table.name for table in before.tables if table.engine not in TRANSACTIONAL]
    return DumpFacts(
        tables=contents,
        fingerprint=before.fingerprint,
        character_set=before.character_set,
        collation=before.collation,
        consistent=not loose,
        inconsistencies=tuple(f"{name} is not transactional and was read outside the snapshot" for name in loose),
        losses=before.losses,
        objects={
            "tables": len(before.tables),
            "views": len(before.views),
            "triggers": len(before.triggers),
            "routines": len(before.routines),
            "sequences": len(before.sequences),
            "events": len(before.events),
        },
        others=others,
    )


@contextmanager
def _snapshot(connection: MysqlConnection) -> Iterator[None]:
    connection.run("SET SESSION TRANSACTION ISOLATION LEVEL REPEATABLE READ")
    connection.run("START TRANSACTION WITH CONSISTENT SNAPSHOT")
    try:
        yield
    except pymysql.Error as error:
        if number_of(error) in _SCHEMA_MOVED:
            raise _moved() from error
        raise
    finally:
        if connection.open:
            with suppress(pymysql.Error):
                connection.run("ROLLBACK")


def _moved() -> Failed:
    return Failed(
        "The schema changed while it was dumped",
        code="schema_changed",
        hint="Try again when nobody installs or changes tables.",
    )


class _Dump:
    """One dump under way."""

    def __init__(self, connection: MysqlConnection, writer: FrameWriter, job: JobContext, read: Definitions) -> None:
        self._connection = connection
        self._writer = writer
        self._job = job
        self._read = read
        self._total = self._estimate()

    def write(self) -> tuple[dict[str, TableContent], dict[str, TableContent]]:
        """What its tables hold, and what its sequences do."""
        writer, read = self._writer, self._read
        writer.header("mysql", self._connection.server_version.removeprefix("5.5.5-"))
        saved = _SAVED | (_SAVED_ON_MARIADB if self._connection.is_mariadb else {})
        if any(table.history is History.KEPT for table in read.tables):
            saved = saved | _SAVED_WITH_HISTORY
        self._statement("SET " + ", ".join(f"@pagevoo_{name} = @@session.{name}" for name in saved))
        self._statement("SET " + ", ".join(f"{name} = {value}" for name, value in saved.items()))
        self._statement(f"ALTER DATABASE CHARACTER SET {read.character_set} COLLATE {read.collation}")
        contents = {}
        for sequence in read.sequences:
            # Tables may take their defaults from it; where it stands is told behind the rows that came by it.
            self._statement(sequence.statement)
        for table in read.tables:
            self._job.progress(f"Dumping {table.name}", writer.rows_written, self._bound(), "rows")
            self._statement(table.statement)
            contents[table.name] = self._rows(table)
        others = {sequence_named(sequence.name): self._rows(sequence) for sequence in read.sequences}
        for view in read.broken:
            if view.statement:
                self._broken(view)
        collation = read.collation
        for program in read.programs:
            collation = self._program(program, collation)
        if collation != read.collation:
            self._statement(f"ALTER DATABASE COLLATE {read.collation}")
        self._statement("SET " + ", ".join(f"{name} = @pagevoo_{name}" for name in saved))
        writer.end(len(contents) + len(others), writer.rows_written)
        self._job.progress("Dumped", writer.rows_written, writer.rows_written, "rows")
        return contents, others

    def _statement(self, statement: str) -> None:
        self._writer.statement(f"{statement};\n".encode())

    def _rows(self, table: Table) -> TableContent:
        rows = rows_of(self._connection, table.name, table.history)
        names = ",".join(column.sql for column in rows.columns)
        head = f"INSERT INTO {quoted(table.name)} ({names}) VALUES\n".encode()
        written = 0
        reader = RowReader(self._connection, rows)
        for block in reader.blocks():
            for statement in block.before:
                self._writer.statement(statement + b";\n")
            self._writer.rows(table.name, block.rows, b"".join((head, block.text, b";\n")))
            written += block.rows
            self._job.progress(f"Dumping {table.name}", self._writer.rows_written, self._bound(), "rows")
        sums = reader.sums
        content = content_of(self._connection, rows) if sums is None else sums.content
        if written != content.rows and table.engine in TRANSACTIONAL:
            raise Failed(
                f"The table {table.name!r} gave {counted(written, 'row')} and counted {content.rows}",
                code="inconsistent",
                hint="Check the table; an index of it may be damaged.",
            )
        return content

    def _program(self, program: Program, collation: str) -> str:
        """Write one program with the settings it was made under; returns the database's collation then."""
        if program.database_collation is not None and program.database_collation != collation:
            collation = program.database_collation
            self._statement(f"ALTER DATABASE COLLATE {collation}")
        text = program.encoded
        # An event that was enabled and is over when the file is restored is the server's to refuse.
        is_timeless = program.kind == "event" and ends_some_day(text) and not makes_event(text)
        if is_timeless:
            self._statement(MAKE_TIMELESS)
        if program.is_changed_by_clients and can_execute_texts(self._connection):
            self._statement(program.plain_settings)
            self._writer.statement(b"SET @pagevoo_statement = '" + escaped(text) + b"';\n")
            self._statement(program.settings)
            self._statement("EXECUTE IMMEDIATE @pagevoo_statement")
        else:
            self._statement(program.settings)
            self._delimited(text, is_view=program.kind == "view")
        if is_timeless:
            self._statement(TAKE_TIME_BACK)
        return collation

    def _delimited(self, text: bytes, *, is_view: bool) -> None:
        if is_view:
            self._writer.statement(text + b";\n")
            return
        mark = b"$$"
        while mark in text:
            mark += b"$"
        self._writer.statement(b"DELIMITER " + mark + b"\n" + text + b"\n" + mark + b"\nDELIMITER ;\n", text)

    def _broken(self, view: BrokenView) -> None:
        """Keep the wording of a view that nobody could make, where it does no harm."""
        self._writer.statement(b"SET @pagevoo_broken_view = '" + escaped(view.statement.encode()) + b"';\n")

    def _estimate(self) -> int:
        rows = self._connection.value(
            "SELECT SUM(TABLE_ROWS) FROM information_schema.TABLES WHERE TABLE_SCHEMA = DATABASE()"
        )
        return int(rows or 0)

    def _bound(self) -> int:
        return max(self._total, self._writer.rows_written)
