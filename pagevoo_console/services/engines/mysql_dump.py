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
from pagevoo_console.services.engines.mysql_columns import columns_of
from pagevoo_console.services.engines.mysql_content import content_of
from pagevoo_console.services.engines.mysql_databases import quoted
from pagevoo_console.services.engines.mysql_definitions import (
    TRANSACTIONAL,
    Definitions,
    Program,
    Table,
    can_execute_texts,
    definitions,
)
from pagevoo_console.services.engines.mysql_errors import number_of
from pagevoo_console.services.engines.mysql_rows import RowReader, escaped
from pagevoo_console.services.engines.mysql_session import MysqlConnection, driver_connection
from pagevoo_console.services.jobs import JobContext

ROWS_MODE = "NO_AUTO_VALUE_ON_ZERO,ALLOW_INVALID_DATES"
"""Under which every row comes back as it was: numbers 0 in automatic columns, zero dates, the 31st of February."""

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

_SAVED_ON_MARIADB = {"check_constraint_checks": "0"}


def dump(session: sa.Connection, sink: Sink, job: JobContext) -> DumpFacts:
    connection = driver_connection(session)
    job.check()
    with connection.bounded(None), _snapshot(connection):
        before = definitions(connection, strict=True)
        writer = FrameWriter(sink)
        contents = _Dump(connection, writer, job, before).write()
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
        },
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

    def write(self) -> dict[str, TableContent]:
        writer, read = self._writer, self._read
        writer.header("mysql", self._connection.server_version.removeprefix("5.5.5-"))
        saved = _SAVED | (_SAVED_ON_MARIADB if self._connection.is_mariadb else {})
        self._statement("SET " + ", ".join(f"@pagevoo_{name} = @@session.{name}" for name in saved))
        self._statement("SET " + ", ".join(f"{name} = {value}" for name, value in saved.items()))
        self._statement(f"ALTER DATABASE CHARACTER SET {read.character_set} COLLATE {read.collation}")
        contents = {}
        for table in read.tables:
            self._job.progress(f"Dumping {table.name}", writer.rows_written, self._bound(), "rows")
            self._statement(table.statement)
            contents[table.name] = self._rows(table)
        collation = read.collation
        for program in read.programs:
            collation = self._program(program, collation)
        if collation != read.collation:
            self._statement(f"ALTER DATABASE COLLATE {read.collation}")
        self._statement("SET " + ", ".join(f"{name} = @pagevoo_{name}" for name in saved))
        writer.end(len(read.tables), writer.rows_written)
        self._job.progress("Dumped", writer.rows_written, writer.rows_written, "rows")
        return contents

    def _statement(self, statement: str) -> None:
        self._writer.statement(f"{statement};\n".encode())

    def _rows(self, table: Table) -> TableContent:
        columns = columns_of(self._connection, table.name)
        names = ",".join(column.sql for column in columns)
        head = f"INSERT INTO {quoted(table.name)} ({names}) VALUES\n".encode()
        written = 0
        reader = RowReader(self._connection, table.name, columns)
        for count, block in reader.blocks():
            self._writer.rows(table.name, count, b"".join((head, block, b";\n")))
            written += count
            self._job.progress(f"Dumping {table.name}", self._writer.rows_written, self._bound(), "rows")
        sums = reader.sums
        content = content_of(self._connection, table.name, columns) if sums is None else sums.content
        if written != content.rows and table.engine in TRANSACTIONAL:
            raise Failed(
                f"The table {table.name!r} gave {counted(written, 'row')} and counted {content.rows}",
                code="inconsistent",
                hint="Check the table; an index of it may be damaged.",
            )
        return content

    def _program(self, program: Program, collation: str) -> str:
        """Write one view, trigger or routine with the settings it was made under; the database's collation then."""
        if program.database_collation is not None and program.database_collation != collation:
            collation = program.database_collation
            self._statement(f"ALTER DATABASE COLLATE {collation}")
        text = program.encoded
        if program.is_changed_by_clients and can_execute_texts(self._connection):
            self._statement(program.plain_settings)
            self._writer.statement(b"SET @pagevoo_statement = '" + escaped(text) + b"';\n")
            self._statement(program.settings)
            self._statement("EXECUTE IMMEDIATE @pagevoo_statement")
            return collation
        self._statement(program.settings)
        if program.kind == "view":
            self._writer.statement(text + b";\n")
            return collation
        mark = b"$$"
        while mark in text:
            mark += b"$"
        self._writer.statement(b"DELIMITER " + mark + b"\n" + text + b"\n" + mark + b"\nDELIMITER ;\n", text)
        return collation

    def _estimate(self) -> int:
        rows = self._connection.value(
            "SELECT SUM(TABLE_ROWS) FROM information_schema.TABLES WHERE TABLE_SCHEMA = DATABASE()"
        )
        return int(rows or 0)

    def _bound(self) -> int:
        return max(self._total, self._writer.rows_written)
