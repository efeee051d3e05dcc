"""Carrying out a dump of ours on MySQL or MariaDB: frame by frame, looking at every warning."""

from __future__ import annotations

from dataclasses import replace

import pymysql
import sqlalchemy as sa

from pagevoo_console.domain.errors import Corrupt, Failed, Refused
from pagevoo_console.services.engines.base import Source
from pagevoo_console.services.engines.framing import Frame, FrameKind, FrameReader
from pagevoo_console.services.engines.mysql_databases import MARKER_TABLE
from pagevoo_console.services.engines.mysql_errors import explain
from pagevoo_console.services.engines.mysql_events import (
    MAKE_TIMELESS,
    TAKE_TIME_BACK,
    ends_some_day,
    is_any_enabled,
    makes_event,
    resting,
)
from pagevoo_console.services.engines.mysql_session import MysqlConnection, driver_connection
from pagevoo_console.services.jobs import JobContext

_TRUNCATED = 1265
_TOO_LARGE = 1301
_HARMLESS_IN_DDL = frozenset({1287, 3719, 3778, 1681, 1831, 1051, 139, 1478})
"""Deprecations, duplicate indexes, wide rows, idle options: said of what was so in the original too."""
_SCHEDULER_IS_OFF = (1105, "vent scheduler")


def load(session: sa.Connection, source: Source, job: JobContext) -> None:
    connection = driver_connection(session)
    job.check()
    reader = FrameReader(source)
    if reader.engine != "mysql":
        raise Corrupt(f"This is a dump of {reader.engine}, not of MySQL or MariaDB", hint="Choose the right server.")
    _ensure_empty(connection)
    with connection.bounded(None):
        _Load(connection, job).carry_out(reader)


def _ensure_empty(connection: MysqlConnection) -> None:
    tables = [str(name) for (name, *_) in connection.rows("SHOW FULL TABLES") if name != MARKER_TABLE]
    if tables:
        raise Refused(
            f"The database is not empty: it has {', '.join(map(repr, sorted(tables)[:5]))}",
            code="not_empty",
            hint="Load into a new database.",
        )


class _Load:
    """One load under way."""

    def __init__(self, connection: MysqlConnection, job: JobContext) -> None:
        self._connection = connection
        self._job = job
        self._largest = int(connection.value("SELECT @@max_allowed_packet"))
        self._enums: dict[str, bool] = {}
        self._is_timeless = False

    def carry_out(self, reader: FrameReader) -> None:
        """All frames in turn. Events that come back enabled are kept from working until they are awakened."""
        tables: set[str] = set()
        rows = 0
        for frame in reader:
            if frame.kind is FrameKind.ROWS:
                self._rows(frame)
                tables.add(frame.table)
                rows += frame.rows
                self._job.progress(f"Loading {frame.table}", rows, None, "rows")
            else:
                self._job.check()
                self._statement(frame)
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

    def _rows(self, frame: Frame) -> None:
        what = f"Rows of the table {frame.table!r}"
        written = self._run(frame, what)
        if written != frame.rows:
            raise Corrupt(f"{what}: {frame.rows} are announced and {written} were written", hint="Take another backup.")
        for code, text in self._warnings():
            if code != _TRUNCATED or not self._has_enum(frame.table):
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
            explained = explain(error, None)
            raise type(explained)(f"{what}: {explained.message}", code=explained.code, hint=explained.hint) from error

    def _warnings(self) -> list[tuple[int, str]]:
        if not self._connection.warnings:
            return []
        return [(int(code), str(text)) for level, code, text in self._connection.show_warnings() if level != "Note"]

    def _has_enum(self, table: str) -> bool:
        """An ENUM may hold a value that none of its texts stands for; it comes back, with a warning."""
        if table not in self._enums:
            kinds = self._connection.rows(
                "SELECT DATA_TYPE FROM information_schema.COLUMNS WHERE TABLE_SCHEMA = DATABASE() AND TABLE_NAME = %s",
                [table],
            )
            self._enums[table] = ("enum",) in kinds
        return self._enums[table]
