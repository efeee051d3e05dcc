"""A table's rows as SQL, a block at a time: the server writes each row as one text, and Python only escapes blocks.

Fetching values one by one costs ten times as much as writing them. So the server is asked for one column per row, in
which the byte 0xFF stands where a quote belongs and 0xFE ends the row; neither occurs in UTF-8. Bytes and texts of
other character sets come as hexadecimal digits. Out of the stream of packets one regular expression strips the
headers, and some `bytes.replace` make SQL of a whole block. A row that does not fit into one packet goes the slow way.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pymysql

from pagevoo_console.services.engines.mysql_columns import BYTES, TEXTS, TIMES, Column, exact_number
from pagevoo_console.services.engines.mysql_databases import quoted
from pagevoo_console.services.engines.mysql_session import MysqlConnection

BLOCK_BYTES = 1024 * 1024
"""Of rows in one INSERT; a single larger row makes a larger one."""

_UTF8 = frozenset({"utf8mb4", "utf8mb3", "utf8", "ascii"})
_CHUNK_BYTES = 256 * 1024
_END_OF_ROW = 0xFE
_NULL = 0xFB
_ERROR = 0xFF
_ALL_ROWS = 2**64 - 1

_BETWEEN_ROWS = re.compile(rb"\xfe(?=.{14})(?!\xff\xff\xff).{4}(?:[\x00-\xfa]|\xfc.{2}|\xfd.{3}|\xfe.{8})", re.DOTALL)
"""A row's end, the next packet's header and the length of its text. The 14 bytes behind keep a header from being half
there, in which a byte of it could be mistaken for a row's end; a packet of the largest size goes on in the next."""

_ESCAPES = (
    (b"\\", b"\\\\"),
    (b"'", b"\\'"),
    (b"\n", b"\\n"),
    (b"\r", b"\\r"),
    (b"\0", b"\\0"),
    (b"\x1a", b"\\Z"),
)


class RowTooLarge(Exception):
    """The next row does not fit into a packet as one text. `rows` came before it."""


class RowReader:
    """The rows of one table in the order of its clustered key. The session is spoiled when this ends with an error."""

    def __init__(self, connection: MysqlConnection, table: str, columns: list[Column]) -> None:
        self._connection = connection
        self._columns = columns
        self._source = f"FROM {quoted(table)} USE INDEX ()"

    def blocks(self) -> Iterator[tuple[int, bytes]]:
        """How many rows, and their texts `(1,'x'),⏎(2,NULL)`, about BLOCK_BYTES at a time."""
        sent = 0
        try:
            for count, data in self._fast():
                sent += count
                yield count, data
        except RowTooLarge:
            yield from self._slow(sent)

    # --- the fast way -----------------------------------------------------------------------------------------------

    def _fast(self) -> Iterator[tuple[int, bytes]]:
        with self._streaming(f"SELECT {row_expression(self._columns)} {self._source}"):
            gathered: list[bytes] = []
            size = 0
            tail = b"\xfe"
            is_at_end = False
            while not is_at_end:
                rows = _BETWEEN_ROWS.split(tail + self._received())
                tail = rows.pop()
                is_at_end, last, problem = self._look_at(tail)
                if last is not None:
                    rows.append(last)
                gathered += rows
                size += sum(map(len, rows))
                if size >= BLOCK_BYTES or is_at_end or problem is not None:
                    yield from _finished(gathered)
                    gathered, size = [], 0
                if problem is not None:
                    self._drain(problem)
                    raise RowTooLarge

    def _look_at(self, tail: bytes) -> tuple[bool, bytes | None, bytes | None]:
        """Whether the result ends here, the last row if it does or if a row comes that is too large, and from where."""
        end = tail.find(b"\xfe")
        if end < 0 or len(tail) < end + 6:
            return False, None, None
        size = int.from_bytes(tail[end + 1 : end + 4], "little")
        first = tail[end + 5]
        if size == 0xFFFFFF or first == _NULL:
            return False, tail[:end], tail[end + 1 :]
        if first == _ERROR or (first == _END_OF_ROW and size < 9):
            packet = self._rest_of_packet(tail[end + 1 :], size)
            if first == _ERROR:
                pymysql.err.raise_mysql_exception(packet)
            return True, tail[:end], None
        return False, None, None

    def _rest_of_packet(self, received: bytes, size: int) -> bytes:
        while len(received) < size + 4:
            received += self._received()
        return received[4 : size + 4]

    def _drain(self, received: bytes) -> None:
        """Read the rest of the result, of which nothing is used, to its end."""
        while True:
            while len(received) < 5:
                received += self._received()
            size = int.from_bytes(received[:3], "little")
            first = received[4]
            while len(received) < size + 4:
                received = received + self._received()
            if first == _ERROR:
                pymysql.err.raise_mysql_exception(received[4 : size + 4])
            if first == _END_OF_ROW and size < 9:
                return
            received = received[size + 4 :]

    def _received(self) -> bytes:
        reader = self._connection._rfile
        if reader is None:
            raise pymysql.err.InterfaceError(0, "")
        try:
            data: bytes = reader.read1(_CHUNK_BYTES)
        except OSError as error:
            raise pymysql.err.OperationalError(2013, f"Lost connection during a dump ({error})") from error
        if not data:
            raise pymysql.err.OperationalError(2013, "Lost connection during a dump")
        return data

    @contextmanager
    def _streaming(self, statement: str) -> Iterator[Any]:
        """The driver sends the statement and reads the columns' descriptions; the rows are left to us."""
        connection = self._connection
        connection.query(statement, unbuffered=True)
        result = connection._result
        try:
            yield result
        except RowTooLarge:
            pass_on = True
        except BaseException:
            # What is left of the result cannot be skipped, only waited for: the session is given up.
            connection.cut()
            raise
        else:
            pass_on = False
        finally:
            result.unbuffered_active = False
            result.connection = None
            connection._result = None
        if pass_on:
            raise RowTooLarge

    # --- the slow way -----------------------------------------------------------------------------------------------

    def _slow(self, skipped: int) -> Iterator[tuple[int, bytes]]:
        """Value by value, from the row behind those that have been sent. Any size that the server can send."""
        wanted = ", ".join(exact_number(column) or column.sql for column in self._columns)
        limit = f"LIMIT {_ALL_ROWS} OFFSET {skipped}"
        gathered: list[bytes] = []
        size = 0
        self._connection.run("SET SESSION character_set_results = NULL")
        try:
            with self._streaming(f"SELECT {wanted} {self._source} {limit}"):
                while True:
                    packet = self._connection._read_packet()
                    if packet.is_eof_packet():
                        break
                    values = [packet.read_length_coded_string() for _ in self._columns]
                    row = b"(" + b",".join(map(_literal, self._columns, values)) + b")"
                    if gathered and size + len(row) > BLOCK_BYTES:
                        yield len(gathered), b",\n".join(gathered)
                        gathered, size = [], 0
                    gathered.append(row)
                    size += len(row)
        finally:
            if self._connection.open:
                self._connection.run("SET SESSION character_set_results = utf8mb4")
        if gathered:
            yield len(gathered), b",\n".join(gathered)


def row_expression(columns: list[Column]) -> str:
    """The server's expression for one row as one text that ends with 0xFE; NULL where it would be too large."""
    pieces: list[bytes | str] = [b"("]
    for number, column in enumerate(columns):
        if number:
            pieces.append(b",")
        pieces += _pieces(column)
    pieces.append(b")\xfe")
    return f"CONCAT({', '.join(_merged(pieces))})"


def _pieces(column: Column) -> list[bytes | str]:
    before, value, after = _parts(column)
    if not column.is_nullable:
        return [before, value, after]
    if not before:
        return [f"IFNULL({value}, {_constant(b'NULL')})"]
    return [f"IFNULL(CONCAT({_constant(before)}, {value}, {_constant(after)}), {_constant(b'NULL')})"]


def _parts(column: Column) -> tuple[bytes, str, bytes]:
    number = exact_number(column)
    if column.kind in BYTES:
        return b"x\xff", f"HEX({column.sql})", b"\xff"
    if column.kind == "json":
        return b"\xff", f"CAST({column.sql} AS CHAR CHARACTER SET utf8mb4)", b"\xff"
    if column.kind in TEXTS:
        if column.character_set in _UTF8:
            return b"\xff", column.sql, b"\xff"
        return f"_{column.character_set} x".encode() + b"\xff", f"HEX({column.sql})", b"\xff"
    if column.kind in TIMES or column.kind in ("uuid", "inet4", "inet6"):
        return b"\xff", column.sql, b"\xff"
    return b"", str(number), b""


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
    """Bytes to the server; `_binary x'ff'` beside a utf8mb4 column would be an error 1300."""
    return f"CAST(x'{data.hex()}' AS BINARY)"


def _finished(rows: list[bytes]) -> Iterator[tuple[int, bytes]]:
    """The block that these rows make. What stands between the first end-of-row and the first row is nothing."""
    rows = [row for row in rows if row]
    if not rows:
        return
    block = escaped(b"\xfe".join(rows))
    yield len(rows), block.replace(b"\xff", b"'").replace(b"\xfe", b",\n")


def _literal(column: Column, value: bytes | None) -> bytes:
    if value is None:
        return b"NULL"
    before, *_ = _parts(column)
    if column.kind in BYTES or (column.kind in TEXTS and column.character_set not in (*_UTF8, None)):
        return before[:-1] + b"'" + value.hex().encode() + b"'"
    if not before:
        return value
    return b"'" + escaped(value) + b"'"


def escaped(data: bytes) -> bytes:
    """Bytes as they stand between single quotes, in a session that knows backslashes."""
    for character, written in _ESCAPES:
        data = data.replace(character, written)
    return data
