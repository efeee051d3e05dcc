"""A faithful dump of a PostgreSQL database without pg_dump, and its way back."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Generator, Iterator
from contextlib import closing, contextmanager

import psycopg
from psycopg.pq import TransactionStatus

from pagevoo_console.domain.backup import DumpFacts, TableContent
from pagevoo_console.domain.errors import Corrupt, Failed, Refused
from pagevoo_console.domain.text import counted
from pagevoo_console.services.engines import postgresql_large_objects as large_objects
from pagevoo_console.services.engines.base import Sink, Source
from pagevoo_console.services.engines.framing import Frame, FrameKind, FrameReader, FrameWriter
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

_COPY = re.compile(rb'COPY (?:[^"]|"(?:[^"]|"")*")*? FROM stdin;\n')
_COPY_END = b"\\.\n"


def fingerprint(connection: WatchedConnection) -> str:
    with connection.transaction():
        connection.execute("SET LOCAL search_path = ''")
        return fingerprint_of(definitions_unordered(connection), refused_objects(connection))


def dump(connection: WatchedConnection, sink: Sink, job: JobContext) -> DumpFacts:
    job.check()
    with job.on_cancel(canceller(connection)):
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
        after = fingerprint(connection)
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
            yield count, b"".join([head, rows, _COPY_END])


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


# --- the way back ---------------------------------------------------------------------------------------------------


def load(connection: WatchedConnection, source: Source, job: JobContext) -> None:
    """Everything in one transaction: a load that fails leaves the database as empty as it was."""
    reader = FrameReader(source)
    if reader.engine != ENGINE:
        raise Corrupt(
            f"This is a dump of {reader.engine!r}, not of PostgreSQL",
            code="wrong_engine",
            hint="Restore it on a server of the kind that it was taken from.",
        )
    _ensure_empty(connection)
    tables: set[str] = set()
    with job.on_cancel(canceller(connection)), _warnings_told(connection, job):
        connection.execute("BEGIN")
        try:
            for frame in reader:
                job.progress("Loading", reader.bytes_read, None, "bytes")
                if frame.kind is FrameKind.ROWS:
                    tables.add(frame.table)
                    _copy_in(connection, frame)
                else:
                    _execute(connection, frame)
            _ensure_tables(connection, reader, tables)
            connection.execute("COMMIT")
        finally:
            if not connection.closed:
                connection.rollback()
                connection.execute("RESET ALL")


@contextmanager
def _warnings_told(connection: WatchedConnection, job: JobContext) -> Iterator[None]:
    """What a dump's own statements warn of, such as a grant to a role that is not here."""

    def tell(notice: psycopg.errors.Diagnostic) -> None:
        if notice.severity_nonlocalized == "WARNING":
            job.line(f"Warning: {notice.message_primary}")

    connection.add_notice_handler(tell)
    try:
        yield
    finally:
        connection.remove_notice_handler(tell)


def _execute(connection: WatchedConnection, frame: Frame) -> None:
    """One statement, as the extended protocol allows no more; none may leave the load's transaction."""
    connection.execute(frame.executable, binary=True)
    if connection.info.transaction_status != TransactionStatus.INTRANS:
        raise Corrupt("The dump holds a statement that ends a transaction", hint="No dump of ours holds one.")


def _copy_in(connection: WatchedConnection, frame: Frame) -> None:
    head = _COPY.match(frame.data)
    if head is None or not frame.data.endswith(b"\n" + _COPY_END):
        raise Corrupt(f"The rows of {frame.table!r} are not what a dump holds", hint="Take another backup.")
    with connection.cursor() as cursor:
        with cursor.copy(head[0].removesuffix(b";\n")) as rows:
            rows.write(memoryview(frame.data)[head.end() : -len(_COPY_END)])
        if cursor.rowcount != frame.rows:
            raise Corrupt(
                f"A block of {frame.table!r} holds {counted(cursor.rowcount, 'row')} and announces {frame.rows}",
                hint="Take another backup.",
            )


def _ensure_empty(connection: WatchedConnection) -> None:
    found = rows_of(
        connection,
        "SELECT c.oid::regclass::text FROM pg_catalog.pg_class AS c JOIN pg_catalog.pg_namespace AS n"
        f" ON n.oid = c.relnamespace WHERE {OURS} AND {no_member('pg_class', 'c.oid')}"
        " UNION ALL SELECT p.oid::regprocedure::text FROM pg_catalog.pg_proc AS p JOIN pg_catalog.pg_namespace AS n"
        f" ON n.oid = p.pronamespace WHERE {OURS} AND {no_member('pg_proc', 'p.oid')}"
        " UNION ALL SELECT t.oid::regtype::text FROM pg_catalog.pg_type AS t JOIN pg_catalog.pg_namespace AS n"
        f" ON n.oid = t.typnamespace WHERE {OURS} AND {no_member('pg_type', 't.oid')}"
        f" UNION ALL SELECT n.nspname FROM pg_catalog.pg_namespace AS n WHERE {OURS} AND n.nspname <> 'public'"
        f" AND {no_member('pg_namespace', 'n.oid')}"
        " UNION ALL SELECT 'large object ' || oid FROM pg_catalog.pg_largeobject_metadata LIMIT 1",
    )
    if found:
        raise Refused(
            f"The database is not empty: it holds {found[0][0]}",
            code="not_empty",
            hint="Load into a database that has just been created.",
        )


def _ensure_tables(connection: WatchedConnection, reader: FrameReader, tables: set[str]) -> None:
    made = {relation.shown for relation in relations(connection, "rp")}
    if len(made) != reader.tables or not tables <= made:
        raise Corrupt(
            f"The dump is not whole: tables announced {reader.tables}, made {len(made)}", hint="Take another backup."
        )
