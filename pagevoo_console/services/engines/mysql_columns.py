"""The columns of a MySQL or MariaDB table, and how the server is asked to write down a row exactly.

A float's text has six digits, a BLOB in a text breaks it, an ENUM may hold a value that its own texts do not know: each
type says here how it is told. A row is asked for as one text, in which the byte 0xFF stands where a quote belongs and
0xFE may end it; neither occurs in UTF-8. Bytes, and texts of other character sets, come as hexadecimal digits.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from pagevoo_console.domain.errors import Unsupported
from pagevoo_console.services.engines.mysql_databases import quoted
from pagevoo_console.services.engines.mysql_session import MysqlConnection

NUMBERS = frozenset({"tinyint", "smallint", "mediumint", "int", "bigint", "decimal", "double", "year"})
TIMES = frozenset({"date", "datetime", "timestamp", "time"})
ADDRESSES = frozenset({"uuid", "inet4", "inet6"})
TEXTS = frozenset({"char", "varchar", "tinytext", "text", "mediumtext", "longtext", "json"})
BYTES = frozenset({"binary", "varbinary", "tinyblob", "blob", "mediumblob", "longblob"})
GEOMETRIES = frozenset({
    "geometry", "point", "linestring", "polygon", "multipoint", "multilinestring", "multipolygon",
    "geometrycollection", "geomcollection",
})  # fmt: skip
"""Told as the server keeps them: four bytes that say in which reference system, then well-known binary."""
SUPPORTED = NUMBERS | TIMES | ADDRESSES | TEXTS | BYTES | GEOMETRIES | {"float", "bit", "enum", "set"}

UTF8 = frozenset({"utf8mb4", "utf8mb3", "utf8"})
"""What the server holds to be well formed. It never does so with ASCII, in whose columns any byte may stand."""
END_OF_ROW = b"\xfe"

_LONG_FROM_BYTES = 65_536


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

    @property
    def is_long(self) -> bool:
        """Whether one value may be too large for a row's text to fit into a packet."""
        return self.kind == "json" or self.kind in GEOMETRIES or self.octets >= _LONG_FROM_BYTES

    @property
    def is_hexadecimal(self) -> bool:
        """Whether its values are written in hexadecimal digits."""
        if self.kind in BYTES or self.kind in GEOMETRIES:
            return True
        return self.kind in TEXTS and self.kind != "json" and self.character_set not in UTF8

    @property
    def prefix(self) -> bytes:
        """What stands before the opening quote of a value in hexadecimal digits."""
        return f"_{self.character_set} x".encode() if self.kind in TEXTS else b"x"


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
    if column.kind in TEXTS or column.kind in BYTES or column.kind in GEOMETRIES:
        return None
    return column.sql


def row_expression(columns: list[Column], end: bytes = b"", *, is_short: bool = False) -> str:
    """The server's expression for one row as one text; NULL where it would be too large for a packet.

    `is_short` puts long values' MD5 in their place.
    """
    pieces: list[bytes | str] = [b"("]
    for number, column in enumerate(columns):
        if number:
            pieces.append(b",")
        pieces += _pieces(column, is_short)
    pieces.append(b")" + end)
    return f"CONCAT({', '.join(_merged(pieces))})"


def _pieces(column: Column, is_short: bool) -> list[bytes | str]:
    before, value, after = _parts(column, is_short)
    if not column.is_nullable:
        return [before, value, after]
    if column.is_long and not is_short:
        # A value too large for a packet is NULL as digits or as part of a text, and no NULL of the table's.
        text = f"CONCAT({_constant(before)}, {value}, {_constant(after)})"
        return [f"IF({column.sql} IS NULL, {_constant(b'NULL')}, {text})"]
    if not before:
        return [f"IFNULL({value}, {_constant(b'NULL')})"]
    return [f"IFNULL(CONCAT({_constant(before)}, {value}, {_constant(after)}), {_constant(b'NULL')})"]


def _parts(column: Column, is_short: bool) -> tuple[bytes, str, bytes]:
    number = exact_number(column)
    if number is not None:
        quote = b"\xff" if column.kind in TIMES or column.kind in ADDRESSES else b""
        return quote, number, quote
    value = column.sql
    if column.kind == "json":
        value = f"CAST({value} AS CHAR CHARACTER SET utf8mb4)"
    if is_short and column.is_long:
        return b"\xff", f"MD5({value})", b"\xff"
    if column.is_hexadecimal:
        return column.prefix + b"\xff", f"HEX({value})", b"\xff"
    return b"\xff", value, b"\xff"


def _merged(pieces: list[bytes | str]) -> Iterator[str]:
    constant = b""
    for piece in pieces:
        if isinstance(piece, bytes):
            constant += piece
            continue
        if constant:
            yield _constant(constant)
            constant = b""
        yield piece
    if constant:
        yield _constant(constant)


def _constant(data: bytes) -> str:
    """Bytes to the server. `_binary x'ff'` beside a utf8mb4 column would be an error 1300."""
    return f"CAST(x'{data.hex()}' AS BINARY)"
