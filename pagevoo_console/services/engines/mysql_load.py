"""Carrying out a dump of ours on MySQL or MariaDB: frame by frame, looking at every warning."""

from __future__ import annotations

from dataclasses import replace

import sqlalchemy as sa

from pagevoo_console.domain.errors import Corrupt, Refused
from pagevoo_console.services.engines.base import Companions, Source
from pagevoo_console.services.engines.framing import Frame, FrameKind, FrameReader
from pagevoo_console.services.engines.mysql_databases import MARKER_TABLE
from pagevoo_console.services.engines.mysql_events import (
    MAKE_TIMELESS,
    TAKE_TIME_BACK,
    ends_some_day,
    is_any_enabled,
    makes_event,
    resting,
)
from pagevoo_console.services.engines.mysql_load_worker import TableWorker
from pagevoo_console.services.engines.mysql_session import MysqlConnection, driver_connection
from pagevoo_console.services.engines.second_worker import LoadTables, SecondWorker
from pagevoo_console.services.jobs import JobContext


def load(session: sa.Connection, source: Source, job: JobContext, companions: Companions | None = None) -> None:
    connection = driver_connection(session)
    job.check()
    reader = FrameReader(source)
    if reader.engine != "mysql":
        raise Corrupt(f"This is a dump of {reader.engine}, not of MySQL or MariaDB", hint="Choose the right server.")
    _ensure_empty(connection)
    with connection.bounded(None):
        _Load(connection, job, companions).carry_out(reader)


def _ensure_empty(connection: MysqlConnection) -> None:
    tables = [str(name) for (name, *_) in connection.rows("SHOW FULL TABLES") if name != MARKER_TABLE]
    if tables:
        raise Refused(
            f"The database is not empty: it has {', '.join(map(repr, sorted(tables)[:5]))}",
            code="not_empty",
            hint="Load into a new database.",
        )


class _Load:
    """One load under way: the caller's session, which does everything in turn but the tables that another one took."""

    def __init__(self, connection: MysqlConnection, job: JobContext, companions: Companions | None) -> None:
        self._connection = connection
        self._job = job
        self._tables = LoadTables(job)
        self._worker = TableWorker(connection, self._tables)
        self._second = SecondWorker(companions, self._tables, _follow)
        self._is_timeless = False

    def carry_out(self, reader: FrameReader) -> None:
        """All frames in turn. Events that come back enabled are kept from working until they are awakened."""
        with self._second:
            for frame in reader:
                if self._worker.is_of_a_table(frame):
                    self._worker.take(frame)
                    if self._second.is_worthwhile(reader.bytes_read):
                        self._second.begin()
                    continue
                self._worker.close_table()
                if self._tables.are_begun:
                    # What follows the tables rests on all of them.
                    self._second.join()
                if frame.kind is FrameKind.ROWS:
                    self._worker.rows(frame)
                else:
                    self._job.check()
                    self._statement(frame)
            self._worker.close_table()
            self._second.join()
        found = self._connection.value(
            "SELECT COUNT(*) FROM information_schema.TABLES WHERE TABLE_SCHEMA = DATABASE() AND TABLE_TYPE <> 'VIEW'"
            " AND TABLE_NAME <> %s",
            [MARKER_TABLE],
        )
        if found != reader.tables:
            raise Corrupt(
                f"The dump is not whole: tables announced {reader.tables}, made {found}", hint="Take another backup."
            )
        if self._is_timeless:
            self._connection.run(TAKE_TIME_BACK)
        if is_any_enabled(self._connection):
            raise Corrupt("The dump enables an event by words that are not ours", hint="Take another backup.")

    def _statement(self, frame: Frame) -> None:
        if makes_event(frame.executable):
            if ends_some_day(frame.executable):
                self._connection.run(MAKE_TIMELESS)
                self._is_timeless = True
            frame = replace(frame, executable=resting(frame.executable))
        self._worker.statement(frame)


def _follow(session: sa.Connection, source: Source, tables: LoadTables) -> None:
    """A second session's share: it reads the whole dump and carries out what is of a table that nobody took before.

    The settings at the dump's head are each session's own.
    """
    connection = driver_connection(session)
    with tables.cutting(connection.cut), connection.bounded(None):
        worker = TableWorker(connection, tables)
        has_begun = False
        for frame in FrameReader(source):
            if worker.is_of_a_table(frame):
                has_begun = True
                worker.take(frame)
            elif has_begun:
                break
            elif frame.kind is FrameKind.STATEMENT and frame.executable.startswith(b"SET "):
                worker.statement(frame)
        worker.close_table()
