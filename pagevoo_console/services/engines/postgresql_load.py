"""Carrying out a dump of ours on PostgreSQL: statements one by one, the rows of a table by one COPY."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager

import psycopg
import sqlalchemy as sa
from psycopg.pq import TransactionStatus

from pagevoo_console.domain.errors import Corrupt, Refused
from pagevoo_console.domain.text import counted
from pagevoo_console.services.engines.base import Companions, Source
from pagevoo_console.services.engines.framing import Frame, FrameKind, FrameReader
from pagevoo_console.services.engines.postgresql_content import relations
from pagevoo_console.services.engines.postgresql_definitions import OURS, no_member, rows_of
from pagevoo_console.services.engines.postgresql_dump import COPY_END, ENGINE
from pagevoo_console.services.engines.postgresql_session import WatchedConnection, canceller, driver_connection
from pagevoo_console.services.engines.second_worker import LoadTables, SecondWorker
from pagevoo_console.services.jobs import JobContext

_COPY = re.compile(rb'COPY (?:[^"]|"(?:[^"]|"")*")*? FROM stdin;\n')


def load(connection: WatchedConnection, source: Source, job: JobContext, companions: Companions | None = None) -> None:
    """Everything in one transaction: a load that fails leaves the database as empty as it was.

    Not so with companions, since a second session sees only tables that were committed.
    """
    reader = FrameReader(source)
    if reader.engine != ENGINE:
        raise Corrupt(
            f"This is a dump of {reader.engine!r}, not of PostgreSQL",
            code="wrong_engine",
            hint="Restore it on a server of the kind that it was taken from.",
        )
    _ensure_empty(connection)
    with job.on_cancel(canceller(connection)), _warnings_told(connection, job):
        connection.execute("BEGIN")
        try:
            tables = _carry_out(connection, reader, job, companions)
            _ensure_tables(connection, reader, tables)
            connection.execute("COMMIT")
        finally:
            if not connection.closed:
                connection.rollback()
                connection.execute("RESET ALL")


def _carry_out(
    connection: WatchedConnection, reader: FrameReader, job: JobContext, companions: Companions | None
) -> set[str]:
    """All frames in turn but the tables that a second session took; returns the names of all that have rows."""
    names: set[str] = set()
    tables = LoadTables(job)
    with SecondWorker(companions, tables, _follow) as second, _Rows(connection, tables) as rows:
        for frame in reader:
            if frame.kind is FrameKind.ROWS:
                if second.is_worthwhile(reader.bytes_read):
                    rows.close()
                    connection.execute("COMMIT")
                    connection.execute("BEGIN")
                    second.begin()
                names.add(frame.table)
                rows.take(frame)
                continue
            rows.close()
            if tables.are_begun:
                # What follows the rows rests on all of them.
                second.join()
            job.check()
            _execute(connection, frame)
    return names


def _follow(session: sa.Connection, source: Source, tables: LoadTables) -> None:
    """A second session's share: it reads the whole dump and copies the tables that nobody took before.

    The settings at the dump's head are each session's own.
    """
    connection = driver_connection(session)
    with tables.cutting(connection.cut):
        connection.execute("BEGIN")
        with _Rows(connection, tables) as rows:
            for frame in FrameReader(source):
                if frame.kind is FrameKind.ROWS:
                    rows.take(frame)
                elif rows.has_seen_any:
                    break
                elif frame.executable.startswith(b"SET "):
                    _execute(connection, frame)
        connection.execute("COMMIT")


class _Rows:
    """The rows of one table after the other, as far as they are this session's to copy: one COPY for each."""

    def __init__(self, connection: WatchedConnection, tables: LoadTables) -> None:
        self._connection = connection
        self._tables = tables
        self._table: str | None = None
        self._is_ours = False
        self._copy: _Copy | None = None

    def __enter__(self) -> _Rows:
        return self

    def __exit__(self, kind: object, error: BaseException | None, traceback: object) -> None:
        copy, self._copy = self._copy, None
        if copy is not None:
            copy.end(error)

    @property
    def has_seen_any(self) -> bool:
        return self._table is not None

    def take(self, frame: Frame) -> None:
        """Copy these rows, unless their table is the other session's."""
        if frame.table != self._table:
            self.close()
            self._table, self._is_ours = frame.table, self._tables.take(frame.table)
        if not self._is_ours:
            return
        head = _COPY.match(frame.data)
        if head is None or not frame.data.endswith(b"\n" + COPY_END):
            raise Corrupt(f"The rows of {frame.table!r} are not what a dump holds", hint="Take another backup.")
        statement = head[0].removesuffix(b";\n")
        if self._copy is None or self._copy.statement != statement:
            self.close()
            self._copy = _Copy(self._connection, frame.table, statement)
        self._copy.write(frame.rows, memoryview(frame.data)[head.end() : -len(COPY_END)])
        self._tables.loaded(frame.table, frame.rows)

    def close(self) -> None:
        """What comes next is another table's, or none's. Raises Corrupt where the rows are not what was announced."""
        copy, self._copy = self._copy, None
        if copy is not None:
            copy.end(None)


class _Copy:
    """One COPY under way."""

    def __init__(self, connection: WatchedConnection, table: str, statement: bytes) -> None:
        self.statement = statement
        self._table = table
        self._announced = 0
        self._cursor = connection.cursor()
        self._copying = self._cursor.copy(statement)
        self._copy = self._copying.__enter__()

    def write(self, rows: int, data: memoryview) -> None:
        self._announced += rows
        self._copy.write(data)

    def end(self, error: BaseException | None) -> None:
        """Wait for the server's word on all of it; with an error, have it forget the rows."""
        with self._cursor:
            self._copying.__exit__(type(error) if error is not None else None, error, None)
            if error is None and self._cursor.rowcount != self._announced:
                raise Corrupt(
                    f"The dump holds {counted(self._cursor.rowcount, 'row')} of {self._table!r} and announces"
                    f" {self._announced}",
                    hint="Take another backup.",
                )


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
