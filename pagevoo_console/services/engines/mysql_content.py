"""Counting and hashing a table's rows, on the server or out of the stream of a dump, with the same result.

The checksum is made of the sum of the rows' hashes, the first 64 bits of the MD5 of each row's text: the order does
not matter, duplicates count. The server needs microseconds for a row's hash, so a dump sums up what it writes anyway;
tables with long columns are hashed by the server alone, since a hash of their rows' text would need it in one packet.
"""

from __future__ import annotations

import struct
from collections.abc import Sequence
from hashlib import sha256

import pymysql
import sqlalchemy as sa

from pagevoo_console.domain.backup import TableContent
from pagevoo_console.domain.errors import Failed
from pagevoo_console.services.engines.mysql_columns import Column, row_expression
from pagevoo_console.services.engines.mysql_databases import quoted
from pagevoo_console.services.engines.mysql_errors import explain
from pagevoo_console.services.engines.mysql_history import History, TableRows, history_of, rows_of
from pagevoo_console.services.engines.mysql_session import MysqlConnection, driver_connection
from pagevoo_console.services.engines.mysql_sizes import ensure_table
from pagevoo_console.services.jobs import JobContext

try:
    from _md5 import md5  # type: ignore[import-not-found]  # OpenSSL's takes twice as long to begin.
except ImportError:
    from hashlib import md5


class RowSums:
    """Rows counted and hashed as they pass by."""

    def __init__(self) -> None:
        self.rows = 0
        self._sum = 0

    def add(self, rows: Sequence[bytes]) -> None:
        """Rows as the server wrote them, each without its end."""
        self.rows += len(rows)
        digests = b"".join([md5(row).digest() for row in rows])
        self._sum += sum(struct.unpack(">" + "Q8x" * len(rows), digests))

    @property
    def content(self) -> TableContent:
        return told(self.rows, self._sum)


def told(rows: int, total: int) -> TableContent:
    """The content of so many rows whose hashes sum up to `total`."""
    return TableContent(rows, sha256(f"{rows} {total}".encode()).hexdigest()[:32])


def is_summed_by_server(columns: Sequence[Column]) -> bool:
    """Whether a dump must leave the hashing of these columns' table to the server."""
    return any(column.is_long for column in columns)


def content(session: sa.Connection, table: str, job: JobContext) -> TableContent:
    """Exact rows and a checksum, in one scan by the server."""
    connection = driver_connection(session)
    try:
        history = _history_of(connection, table, ensure_table(connection, table))
        job.check()
        with connection.bounded(None):
            return content_of(connection, rows_of(connection, table, history))
    except pymysql.Error as error:
        raise explain(error, session.info.get("server")) from error


def sequence_named(name: str) -> str:
    """How `DumpFacts.others` calls where a sequence stands."""
    return f"sequence {name}"


def other_content(connection: MysqlConnection, job: JobContext) -> dict[str, TableContent]:
    """Where each sequence stands."""
    found = {}
    for name, _ in connection.rows("SHOW FULL TABLES WHERE Table_type = 'SEQUENCE'"):
        job.check()
        found[sequence_named(str(name))] = content_of(connection, rows_of(connection, str(name), History.NONE))
    return found


def _history_of(connection: MysqlConnection, table: str, kind: str) -> History:
    if kind != "SYSTEM VERSIONED":
        return History.NONE
    return history_of(connection, str(connection.rows(f"SHOW CREATE TABLE {quoted(table)}")[0][1]))


def content_of(connection: MysqlConnection, of: TableRows) -> TableContent:
    row = row_expression(of.columns, is_short=True)
    hashed = f"CAST(CONV(LEFT(MD5({row}), 16), 16, 10) AS UNSIGNED)"
    rows, total = connection.rows(f"SELECT COUNT(*), SUM({hashed}) {of.source}{of.condition}")[0]
    if connection.warnings:
        raise Failed(
            f"A row of the table {of.table!r} is larger than the server's max_allowed_packet",
            code="too_large",
            hint="Raise max_allowed_packet on the server.",
        )
    return told(int(rows), int(total or 0))
