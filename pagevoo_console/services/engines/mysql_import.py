"""Carrying out what the judge lets through of a foreign MySQL dump, as `mariadb` would, yet not in silence."""

from __future__ import annotations

import re
from collections.abc import Callable

import pymysql
import sqlalchemy as sa
from pymysql.cursors import SSCursor

from pagevoo_console.domain.errors import ConsoleError, Failed
from pagevoo_console.services.engines.base import Source
from pagevoo_console.services.engines.dump_wording import shown
from pagevoo_console.services.engines.foreign_dumps import ForeignDumps, Judge, Judged, Loaded, Piece, Reader
from pagevoo_console.services.engines.mysql_errors import explain
from pagevoo_console.services.engines.mysql_import_check import problems
from pagevoo_console.services.engines.mysql_judge import MysqlJudge
from pagevoo_console.services.engines.mysql_reader import MysqlReader
from pagevoo_console.services.engines.mysql_session import SQL_MODE, MysqlConnection, driver_connection
from pagevoo_console.services.engines.mysql_target import look
from pagevoo_console.services.jobs import JobContext

_IN_TRANSACTION = 1
_NO_BACKSLASH_ESCAPES = 512
"""Bits of the status that the server sends with every answer."""
_AS_BEFORE = (
    f"SET NAMES utf8mb4, SESSION sql_mode = '{SQL_MODE}', SESSION foreign_key_checks = 1, SESSION unique_checks = 1,"
    " SESSION autocommit = 1, SESSION time_zone = '+00:00'"
)
"""What a file may leave behind in the session, and what comes behind it does not expect."""
_ANSWERS = re.compile(
    rb"\s*\(*\s*(?:SELECT|SHOW|CALL|WITH|VALUES|TABLE|EXECUTE|EXPLAIN|DESC|ANALYZE|CHECK|REPAIR|OPTIMIZE|CHECKSUM|HELP"
    rb"|HANDLER)\b",
    re.IGNORECASE,
)
_CHANGING_VALUES = frozenset({1264, 1265, 1292, 1301, 1364, 1366, 1406, 1411, 1441, 1048, 4079})
"""Warnings after which a value is not the one that stands in the file."""
_SIGNS = (
    (re.compile(rb"^-- (?:MySQL|MariaDB) dump|^-- phpMyAdmin SQL Dump|^/\*M?!", re.MULTILINE), 10),
    (re.compile(rb"\bENGINE ?= ?\w+|\bAUTO_INCREMENT\b", re.IGNORECASE), 4),
    (re.compile(rb"(?:TABLE|INTO|USE|EXISTS) `|^DELIMITER\b", re.MULTILINE | re.IGNORECASE), 4),
    (re.compile(rb"^(?:USE|LOCK TABLES)\b", re.MULTILINE), 3),
)


class MysqlForeignDumps(ForeignDumps):
    """Dumps of mysqldump, mariadb-dump, phpMyAdmin and their like."""

    def likeness(self, beginning: bytes) -> int:
        return sum(weight for sign, weight in _SIGNS if sign.search(beginning))

    def reader(self, source: Source) -> Reader:
        return MysqlReader(source)

    def judge(self, server: sa.Connection) -> Judge:
        return MysqlJudge(look(driver_connection(server)))

    def align(self, reader: Reader, judge: Judge) -> None:
        if isinstance(reader, MysqlReader) and isinstance(judge, MysqlJudge):
            reader.escapes = judge.modes.escapes

    def carry_out(self, session: sa.Connection, reader: Reader, judge: Judge, job: JobContext) -> Loaded:
        connection = driver_connection(session)
        loaded = Loaded()
        with connection.bounded(None):
            connection.run("SET SESSION sql_mode = @@GLOBAL.sql_mode")
            for piece in reader:
                job.check()
                judged = judge.judge(piece)
                if judged.text is not None:
                    loaded = _sent(connection, piece, judged, loaded)
                    job.progress(
                        f"Importing {judged.table}" if judged.table else "Importing", loaded.rows, None, "rows"
                    )
                self._follow(connection, reader, judge)
            if connection.server_status & _IN_TRANSACTION:
                raise Failed(
                    "The file ends in the middle of a transaction: what is in it would be lost",
                    code="cut_off",
                    hint="The file may be cut off: make the dump again.",
                )
            connection.run(_AS_BEFORE)
        return loaded

    def problems(self, session: sa.Connection, job: JobContext, is_somebodys: Callable[[str], bool]) -> tuple[str, ...]:
        return problems(driver_connection(session), job, is_somebodys)

    def _follow(self, connection: MysqlConnection, reader: Reader, judge: Judge) -> None:
        """What the server says of backslashes is true, whatever we took its settings for."""
        if isinstance(reader, MysqlReader) and isinstance(judge, MysqlJudge):
            reader.escapes = judge.modes.escapes = not connection.server_status & _NO_BACKSLASH_ESCAPES


def _sent(connection: MysqlConnection, piece: Piece, judged: Judged, loaded: Loaded) -> Loaded:
    text = judged.text or b""
    try:
        written = _run(connection, text)
        warnings = connection.show_warnings() if connection.warnings else ()
    except pymysql.Error as error:
        told = explain(error, None)
        raise _in_line(piece, told) from error
    for level, code, message in warnings:
        if level == "Note":
            continue
        if judged.table and int(code) in _CHANGING_VALUES:
            raise Failed(
                f"Line {piece.line}: rows of {judged.table} would not be taken as they are: {message}",
                code="value_changed",
                hint="Make the dump with a server of this version, or mend the file.",
            )
    return Loaded(loaded.rows + (max(0, written) if judged.table else 0), loaded.statements + 1)


def _run(connection: MysqlConnection, text: bytes) -> int:
    """Carry out one statement; what it answers is thrown away row by row."""
    if not _ANSWERS.match(text):
        return connection.query(text)
    with connection.cursor(SSCursor) as cursor:
        cursor.execute(text)
        while cursor.nextset():
            continue
    return 0


def _in_line(piece: Piece, told: ConsoleError) -> ConsoleError:
    return type(told)(
        f"Line {piece.line}: {shown(piece.text)}: {told.message}",
        code=told.code,
        hint=told.hint or "Nothing was changed. Mend the file, or make the dump again.",
    )
