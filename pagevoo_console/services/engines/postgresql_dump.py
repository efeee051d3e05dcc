"""A faithful dump of a PostgreSQL database without pg_dump."""

from __future__ import annotations

import hashlib
from collections.abc import Generator, Iterator
from contextlib import closing, contextmanager

import psycopg

from pagevoo_console.domain.backup import DumpFacts, TableContent
from pagevoo_console.domain.errors import Failed
from pagevoo_console.domain.text import counted
from pagevoo_console.services.engines import postgresql_large_objects as large_objects
from pagevoo_console.services.engines.base import Sink
from pagevoo_console.services.engines.framing import FrameWriter
from pagevoo_console.services.engines.postgresql_catalogue import (
    Catalogue,
    definitions_unordered,
    fingerprint_of,
    read_catalogue,
)
from pagevoo_console.services.engines.postgresql_companion import hashing
from pagevoo_console.services.engines.postgresql_content import Relation, leaves_of, relations, sum_of
from pagevoo_console.services.engines.postgresql_copy import copy_out
from pagevoo_console.services.engines.postgresql_definitions import OURS, Definition, Phase, no_member, rows_of
from pagevoo_console.services.engines.postgresql_inventory import ensure_dumpable, losses, refused_objects
from pagevoo_console.services.engines.postgresql_names import named, qualified
from pagevoo_console.services.engines.postgresql_session import WatchedConnection, canceller
from pagevoo_console.services.engines.postgresql_stamp import stamp
from pagevoo_console.services.jobs import JobContext

ENGINE = "postgresql"
CHUNK_BYTES = 512 * 1024
LARGE_OBJECTS = "large objects"
POSITIONS = "positions of sequences"

_PREAMBLE = (
    "SET statement_timeout = 0;",
    "SET lock_timeout = 0;",
    "SET idle_in_transaction_session_timeout = 0;",
    "SET client_encoding = 'UTF8';",
    "SET standard_conforming_strings = on;",
    "SET check_function_bodies = off;",
    "SET xmloption = content;",
    "SET row_security = off;",
    "SET client_min_messages = warning;",
    "SET default_tablespace = '';",
    "SET default_table_access_method = heap;",
    "SET datestyle = 'ISO';",
    "SET intervalstyle = 'postgres';",
    "SET timezone = 'UTC';",
    "SET search_path = '';",
)

_BEGIN = "BEGIN TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY"

COPY_END = b"\\.\n"


def fingerprint(connection: WatchedConnection) -> str:
    with connection.transaction():
        connection.execute("SET LOCAL search_path = ''")
        return fingerprint_of(definitions_unordered(connection), refused_objects(connection))


def dump(connection: WatchedConnection, sink: Sink, job: JobContext) -> DumpFacts:
    job.check()
    with job.on_cancel(canceller(connection)):
        untouched = stamp(connection)
        with _snapshot(connection) as snapshot:
            ensure_dumpable(connection)
            tables = relations(connection, "rp")
            _lock(connection, tables)
            catalogue = read_catalogue(connection)
            before = fingerprint_of(list(catalogue.definitions), [])
            lost = losses(connection)
            encoding, collation = rows_of(
                connection,
                "SELECT pg_catalog.getdatabaseencoding(), datcollate FROM pg_catalog.pg_database"
                " WHERE datname = pg_catalog.current_database()",
            )[0]
            contents, others = _write(connection, snapshot, sink, job, tables, catalogue)
        is_untouched = untouched is not None and stamp(connection) == untouched
        after = before if is_untouched else fingerprint(connection)
    if after != before:
        raise Failed(
            "The schema was changed while it was being dumped",
            code="schema_changed",
            hint="Try again when nobody is migrating this database.",
        )
    return DumpFacts(
        tables=contents,
        fingerprint=after,
        character_set=encoding,
        collation=collation,
        losses=lost,
        objects=catalogue.counts(),
        others=others,
    )


def other_content(connection: WatchedConnection, job: JobContext) -> dict[str, TableContent]:
    """What a database holds beside rows, as `DumpFacts.others` has it."""
    with job.on_cancel(canceller(connection)), connection.transaction():
        connection.execute("SET LOCAL search_path = ''")
        return {
            LARGE_OBJECTS: large_objects.content(connection, job),
            POSITIONS: _position_content(_positions(connection)),
        }


def _position_content(positions: list[str]) -> TableContent:
    """Their statements say everything of them."""
    return TableContent(len(positions), hashlib.sha256("\n".join(positions).encode()).hexdigest())


@contextmanager
def _snapshot(connection: WatchedConnection) -> Iterator[str | None]:
    """One snapshot for everything that is read, and complete names in every definition.

    Gives the name by which another session joins it, None where the server cannot say it (its disk may be full).
    """
    try:
        yield _begin(connection)
    finally:
        if not connection.closed:
            connection.rollback()


def _begin(connection: WatchedConnection) -> str | None:
    name = None
    connection.execute(_BEGIN)
    try:
        ((name,),) = rows_of(connection, "SELECT pg_catalog.pg_export_snapshot()")
    except psycopg.OperationalError:
        connection.rollback()
        connection.execute(_BEGIN)
    connection.execute("SET LOCAL search_path = ''")
    connection.execute("SET LOCAL synchronize_seqscans = off")
    return name


def _lock(connection: WatchedConnection, tables: tuple[Relation, ...]) -> None:
    """Nobody alters or drops a table while it is read. A table that went meanwhile is an error, not an omission."""
    for table in tables:
        try:
            connection.execute(f"LOCK TABLE ONLY {table.qualified} IN ACCESS SHARE MODE".encode())
        except psycopg.errors.UndefinedTable as error:
            raise Failed(
                f"The table {table.shown!r} was dropped while the dump began",
                code="schema_changed",
                hint="Try again when nobody is migrating this database.",
            ) from error


def _write(
    connection: WatchedConnection,
    snapshot: str | None,
    sink: Sink,
    job: JobContext,
    tables: tuple[Relation, ...],
    catalogue: Catalogue,
) -> tuple[dict[str, TableContent], dict[str, TableContent]]:
    """The contents of the tables, and of what is beside them."""
    writer = FrameWriter(sink)
    writer.header(ENGINE, str(connection.info.parameter_status("server_version")))
    for line in _PREAMBLE:
        writer.statement(line.encode())
    _write_definitions(writer, catalogue.phase(Phase.BEFORE_ROWS))
    contents = _write_rows(connection, snapshot, writer, job, tables)
    for statement in large_objects.statements(connection, job):
        writer.statement(statement)
    others = {LARGE_OBJECTS: large_objects.content(connection, job)}
    positions = _positions(connection)
    for text in positions:
        writer.statement(text.encode())
    others[POSITIONS] = _position_content(positions)
    _write_definitions(writer, catalogue.phase(*(phase for phase in Phase if phase is not Phase.BEFORE_ROWS)))
    writer.end(len(tables), writer.rows_written)
    return contents, others


def _write_definitions(writer: FrameWriter, definitions: Iterator[Definition]) -> None:
    for definition in definitions:
        writer.statement(definition.text.encode())


def _write_rows(
    connection: WatchedConnection,
    snapshot: str | None,
    writer: FrameWriter,
    job: JobContext,
    tables: tuple[Relation, ...],
) -> dict[str, TableContent]:
    sizes = dict(
        rows_of(
            connection,
            "SELECT oid::bigint, pg_catalog.pg_table_size(oid) FROM pg_catalog.pg_class WHERE relkind = 'r'",
        )
    )
    total = sum(sizes.get(table.oid) or 0 for table in tables)
    done = 0
    counts = {}
    plain = tuple(table for table in tables if not table.is_partitioned)
    with hashing(connection, snapshot, plain, total, job) as content_of:
        for table in plain:
            size = sizes.get(table.oid) or 0
            job.progress(table.shown, done, total, "bytes")
            began, rows_before = writer.bytes_written, writer.rows_written
            with closing(_copy_out(connection, table)) as blocks:
                for count, data in blocks:
                    writer.rows(table.shown, count, data)
                    job.progress(table.shown, done + min(size, writer.bytes_written - began), total, "bytes")
            counts[table.oid] = writer.rows_written - rows_before
            done += size
        contents = {}
        for table in plain:
            job.progress("Checksums", total, total, "bytes")
            contents[table.oid] = _checked(table, counts[table.oid], content_of(table))
    leaves = leaves_of(connection)
    for table in tables:
        if table.is_partitioned:
            contents[table.oid] = sum_of([contents[leaf] for leaf in leaves.get(table.oid, [])])
    job.progress("Keys, indexes and views", total, total, "bytes")
    return {table.shown: contents[table.oid] for table in tables}


def _checked(table: Relation, rows: int, content: TableContent) -> TableContent:
    if rows != content.rows:
        raise Failed(
            f"The table {table.shown!r} gave {counted(rows, 'row')} instead of {content.rows}",
            hint="Try again; if it goes on, check the table for damage.",
        )
    return content


def _copy_out(connection: WatchedConnection, table: Relation) -> Generator[tuple[int, bytes], None, None]:
    """Blocks of about CHUNK_BYTES: COPY statements that carry their rows. The server sends a row at a time."""
    columns = f" ({table.column_list})" if table.columns else ""
    head = f"COPY {table.qualified}{columns} FROM stdin;\n".encode()
    statement = f"COPY {table.qualified}{columns} TO STDOUT".encode()
    with closing(copy_out(connection, statement, CHUNK_BYTES)) as blocks:
        for count, rows in blocks:
            yield count, b"".join([head, rows, COPY_END])


def _positions(connection: WatchedConnection) -> list[str]:
    """Where each sequence stands: read last, so that no position is behind a row that was dumped."""
    statements = []
    for schema, name in rows_of(
        connection,
        "SELECT n.nspname, c.relname FROM pg_catalog.pg_class AS c JOIN pg_catalog.pg_namespace AS n"
        f" ON n.oid = c.relnamespace WHERE c.relkind = 'S' AND {OURS} AND {no_member('pg_class', 'c.oid')}"
        " ORDER BY 1, 2",
    ):
        target = qualified(schema, name)
        ((value, is_called),) = rows_of(connection, f"SELECT last_value, is_called FROM {target}")
        called = "true" if is_called else "false"
        statements.append(f"SELECT pg_catalog.setval({named(schema, name)}, {value}, {called});")
    return statements
