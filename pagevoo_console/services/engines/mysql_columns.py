"""The columns of a MySQL or MariaDB table, and their values as the server itself writes them down exactly.

A float's text has six digits, a BLOB in a text breaks it, an ENUM may hold a value that its own texts do not know: each
type says here how it is told.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

import pymysql
import sqlalchemy as sa

from pagevoo_console.domain.backup import TableContent
from pagevoo_console.domain.errors import Failed, Unsupported
from pagevoo_console.services.engines.mysql_databases import quoted
from pagevoo_console.services.engines.mysql_errors import explain
from pagevoo_console.services.engines.mysql_session import MysqlConnection, driver_connection
from pagevoo_console.services.engines.mysql_sizes import ensure_table
from pagevoo_console.services.jobs import JobContext

NUMBERS = frozenset({"tinyint", "smallint", "mediumint", "int", "bigint", "decimal", "double", "year"})
TIMES = frozenset({"date", "datetime", "timestamp", "time"})
ADDRESSES = frozenset({"uuid", "inet4", "inet6"})
TEXTS = frozenset({"char", "varchar", "tinytext", "text", "mediumtext", "longtext", "json"})
BYTES = frozenset({"binary", "varbinary", "tinyblob", "blob", "mediumblob", "longblob"})
SUPPORTED = NUMBERS | TIMES | ADDRESSES | TEXTS | BYTES | {"float", "bit", "enum", "set"}

_HASHED_FROM_BYTES = 65_536
"""Values that may be as long go into a row's checksum by their own hash: a row's text must fit into a packet."""


@dataclass(frozen=True, slots=True)
class Column:
    """A column that holds a value of its own; generated ones do not."""

    name: str
    kind: str
    declared: str
    character_set: str | None
    is_nullable: bool
    octets: int

    @property
    def sql(self) -> str:
        return quoted(self.name)


def columns_of(connection: MysqlConnection, table: str) -> list[Column]:
    """The table's own columns in order, invisible ones included, generated ones left out.

    Raises Unsupported for a type that cannot be told exactly.
    """
    rows = connection.rows(
        "SELECT COLUMN_NAME, LOWER(DATA_TYPE), COLUMN_TYPE, CHARACTER_SET_NAME, IS_NULLABLE = 'YES',"
        " IFNULL(CHARACTER_OCTET_LENGTH, 0) FROM information_schema.COLUMNS"
        " WHERE TABLE_SCHEMA = DATABASE() AND CAST(TABLE_SCHEMA AS BINARY) = CAST(DATABASE() AS BINARY)"
        " AND TABLE_NAME = %s AND CAST(CONVERT(TABLE_NAME USING utf8mb4) AS BINARY) = CAST(%s AS BINARY)"
        " AND IFNULL(GENERATION_EXPRESSION, '') = '' ORDER BY ORDINAL_POSITION",
        [table, table],
    )
    columns = [
        Column(str(name), str(kind), str(declared), charset, bool(nullable), int(octets))
        for name, kind, declared, charset, nullable, octets in rows
    ]
    for column in columns:
        if column.kind not in SUPPORTED:
            raise Unsupported(
                f"The column {column.name!r} of the table {table!r} has the type {column.declared}",
                code="unsupported_object",
                hint="This console cannot read values of this type exactly.",
            )
    return columns


def exact_number(column: Column) -> str | None:
    """An expression whose text is exact and holds nothing but digits and signs; None for columns of text and bytes."""
    match column.kind:
        case "float":
            return f"({column.sql} + 0.0E0)"
        case "bit" | "enum" | "set":
            return f"({column.sql} + 0)"
    if column.kind in TEXTS or column.kind in BYTES:
        return None
    return column.sql


def content(session: sa.Connection, table: str, job: JobContext) -> TableContent:
    """Exact rows and the sums of the two halves of every row's MD5: order does not matter, duplicates count.

    Each value is told so that none can be taken for another's: numbers and times as text, NULL as a letter, texts and
    bytes with their length before them, long ones by their own MD5. Texts count by their bytes.
    """
    connection = driver_connection(session)
    try:
        ensure_table(connection, table)
        job.check()
        with connection.unbounded():
            return content_of(connection, table, columns_of(connection, table))
    except pymysql.Error as error:
        raise explain(error, session.info.get("server")) from error


def content_of(connection: MysqlConnection, table: str, columns: list[Column]) -> TableContent:
    parts = [part for column in columns for part in _told(column)]
    row = f"MD5(CONCAT_WS(',', {', '.join(parts)}))" if parts else "MD5('')"
    low, high = (f"SUM(CAST(CONV(SUBSTRING(h, {start}, 16), 16, 10) AS UNSIGNED))" for start in (1, 17))
    rows, hashed, first, second = connection.rows(
        f"SELECT COUNT(*), COUNT(h), {low}, {high} FROM (SELECT {row} AS h FROM {quoted(table)}) AS hashed"
    )[0]
    if rows != hashed:
        raise Failed(
            f"A row of the table {table!r} is larger than the server's max_allowed_packet",
            code="too_large",
            hint="Raise max_allowed_packet on the server.",
        )
    digest = hashlib.sha256(f"{rows} {first or 0} {second or 0}".encode()).hexdigest()
    return TableContent(int(rows), digest[:32])


def _told(column: Column) -> list[str]:
    number = exact_number(column)
    if number is not None:
        return [f"IFNULL({number}, 'N')"] if column.is_nullable else [number]
    length, value = f"OCTET_LENGTH({column.sql})", f"CAST({column.sql} AS BINARY)"
    if column.kind == "json":
        value = f"CAST(CAST({column.sql} AS CHAR) AS BINARY)"
    if column.octets >= _HASHED_FROM_BYTES or column.kind == "json":
        value = f"MD5({value})"
    if not column.is_nullable:
        return [length, value]
    return [f"IFNULL({length}, 'N')", f"IFNULL({value}, '')"]
