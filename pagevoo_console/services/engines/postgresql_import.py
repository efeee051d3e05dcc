"""Carrying out what the judge lets through of a foreign PostgreSQL dump, statement by statement."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

import psycopg
import sqlalchemy as sa
from psycopg.pq import TransactionStatus

from pagevoo_console.domain.errors import ConsoleError, Failed
from pagevoo_console.services.engines.base import Source
from pagevoo_console.services.engines.dump_wording import shown
from pagevoo_console.services.engines.foreign_dumps import (
    ForeignDumps,
    Judge,
    Judged,
    Loaded,
    Piece,
    Reader,
)
from pagevoo_console.services.engines.postgresql_errors import explain
from pagevoo_console.services.engines.postgresql_import_check import problems
from pagevoo_console.services.engines.postgresql_judge import PostgresqlJudge, look
from pagevoo_console.services.engines.postgresql_reader import PostgresqlReader
from pagevoo_console.services.engines.postgresql_session import WatchedConnection, canceller, driver_connection
from pagevoo_console.services.jobs import JobContext

_SIGNS = (
    (re.compile(rb"^-- PostgreSQL database (?:cluster )?dump", re.MULTILINE), 10),
    (re.compile(rb"^COPY .+ FROM stdin;|^\\(?:c|connect|restrict)\b", re.MULTILINE), 6),
    (re.compile(rb"set_config\(|\bplpgsql\b|::\w+|^SET (?:standard_conforming_strings|client_min)", re.MULTILINE), 5),
    (re.compile(rb"\b(?:BIGSERIAL|SERIAL|TIMESTAMPTZ|BYTEA|JSONB|OWNER TO)\b", re.IGNORECASE), 3),
)
_ANSWERS = re.compile(rb"\s*\(*\s*(?:SELECT|WITH|VALUES|TABLE|SHOW|EXPLAIN|FETCH|EXECUTE)\b", re.IGNORECASE)


class PostgresqlForeignDumps(ForeignDumps):
    """Dumps of pg_dump as plain SQL, and what people write by hand."""

    def likeness(self, beginning: bytes) -> int:
        return sum(weight for sign, weight in _SIGNS if sign.search(beginning))

    def reader(self, source: Source) -> Reader:
        return PostgresqlReader(source)

    def judge(self, server: sa.Connection) -> Judge:
        return PostgresqlJudge(look(driver_connection(server)))

    def align(self, reader: Reader, judge: Judge) -> None:
        if isinstance(reader, PostgresqlReader) and isinstance(judge, PostgresqlJudge):
            reader.standard = judge.standard

    def carry_out(self, session: sa.Connection, reader: Reader, judge: Judge, job: JobContext) -> Loaded:
        connection = driver_connection(session)
        loading = _Loading(connection, job)
        pieces = iter(reader)
        with job.on_cancel(canceller(connection)):
            connection.execute("SET synchronous_commit = off")
            for piece in pieces:
                judged = judge.judge(piece)
                if judged.is_copy:
                    loading.copy(piece, judged, pieces)
                elif judged.text is not None:
                    loading.send(piece, judged.text)
                if isinstance(reader, PostgresqlReader):
                    standard = connection.pgconn.parameter_status(b"standard_conforming_strings")
                    reader.standard = standard != b"off"
            loading.close()
            connection.execute("RESET ALL")
        return Loaded(loading.rows, loading.statements)

    def problems(self, session: sa.Connection, job: JobContext, is_somebodys: Callable[[str], bool]) -> tuple[str, ...]:
        return problems(driver_connection(session), job)


class _Loading:
    """One import under way."""

    def __init__(self, connection: WatchedConnection, job: JobContext) -> None:
        self._connection = connection
        self._job = job
        self.rows = 0
        self.statements = 0

    def copy(self, piece: Piece, judged: Judged, pieces: Iterator[Piece]) -> None:
        """A COPY with the pieces of rows that follow it; all of them are passed where it is left out."""
        rows = _rows_of(pieces)
        if judged.text is None:
            for _ in rows:
                self._job.check()
            return
        try:
            with self._connection.cursor() as cursor:
                with cursor.copy(judged.text) as copy:
                    for block in rows:
                        self._job.progress(f"Importing {judged.table}", self.rows, None, "rows")
                        copy.write(block.text)
                self.rows += max(0, cursor.rowcount)
        except psycopg.Error as error:
            raise _in_line(piece, error) from error
        self.statements += 1

    def send(self, piece: Piece, text: bytes) -> None:
        """By the extended protocol, which takes one statement and no more; answers are thrown away row by row."""
        self._job.progress("Importing", self.rows, None, "rows")
        try:
            with self._connection.cursor() as cursor:
                if _ANSWERS.match(text):
                    for _ in cursor.stream(text, binary=True):
                        continue
                else:
                    cursor.execute(text, binary=True)
                    if (cursor.statusmessage or "").startswith("INSERT"):
                        self.rows += max(0, cursor.rowcount)
        except psycopg.Error as error:
            raise _in_line(piece, error) from error
        self.statements += 1

    def close(self) -> None:
        """A file that leaves a transaction open is not whole."""
        if self._connection.info.transaction_status != TransactionStatus.IDLE:
            raise Failed(
                "The file ends in the middle of a transaction: what is in it would be lost",
                code="cut_off",
                hint="The file may be cut off: make the dump again.",
            )


def _rows_of(pieces: Iterator[Piece]) -> Iterator[Piece]:
    for piece in pieces:
        yield piece
        if piece.is_last:
            return


def _in_line(piece: Piece, error: psycopg.Error) -> ConsoleError:
    told = explain(error, None)
    return type(told)(
        f"Line {piece.line}: {shown(piece.text)}: {told.message}",
        code=told.code,
        hint=told.hint or "Nothing was changed. Mend the file, or make the dump again.",
    )
