"""A table's rows as SQL, a block at a time: the server writes each row as one text, and Python only escapes blocks.

Fetching values one by one costs ten times as much as writing them. So each row comes as one text (`mysql_columns`), one
regular expression strips the headers out of the stream of packets, and some `bytes.replace` make SQL of a whole block.
A row that does not fit into one packet goes the slow way.
"""

from __future__ import annotations

import re
from binascii import hexlify
from bisect import bisect_left
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from io import BufferedReader
from itertools import accumulate

import pymysql

from pagevoo_console.services.engines.mysql_columns import (
    ADDRESSES,
    END_OF_ROW,
    TEXTS,
    TIMES,
    Column,
    exact_number,
    row_expression,
)
from pagevoo_console.services.engines.mysql_content import RowSums, is_summed_by_server
from pagevoo_console.services.engines.mysql_history import TableRows
from pagevoo_console.services.engines.mysql_large_rows import LARGE_ROW_BYTES, LargeRow
from pagevoo_console.services.engines.mysql_session import MysqlConnection

BLOCK_BYTES = 512 * 1024
"""Of rows in one INSERT; a single larger row makes a larger one."""

_CHUNK_BYTES = 256 * 1024
_END_OF_RESULT = 0xFE
_NULL = 0xFB
_ERROR = 0xFF
_ALL_ROWS = 2**64 - 1

_LARGEST_PACKET = 0xFFFFFF
_BETWEEN_ROWS = re.compile(
    rb"\xfe(?=.{14})(?:(?!\xff\xff\xff).{4}(?:[\x00-\xfa]|\xfc.{2}|\xfd.{3}|\xfe.{8})|(.*))", re.DOTALL
)
"""A row's end, the next packet's header and the length of its text; or all that follows, where it is no ordinary row.

The 14 bytes behind keep a header from being half there, in which a byte of it could be mistaken for a row's end.
"""

_ESCAPES = (
    (b"\\", b"\\\\"),
    (b"'", b"\\'"),
    (b"\n", b"\\n"),
    (b"\r", b"\\r"),
    (b"\0", b"\\0"),
    (b"\x1a", b"\\Z"),
)


@dataclass(frozen=True, slots=True)
class Block:
    """So many rows and their texts `(1,'x'),⏎(2,NULL)`, and the statements that must be carried out before them."""

    rows: int
    text: bytes
    before: Iterable[bytes] = ()


class RowTooLarge(Exception):
    """The next row does not fit into a packet as one text."""


class RowReader:
    """The rows of one table in the order of its clustered key. The session is spoiled when this ends with an error."""

    def __init__(self, connection: MysqlConnection, rows: TableRows) -> None:
        self._connection = connection
        self._columns = rows.columns
        self._source = f"{rows.source} USE INDEX (){rows.condition}"
        self.sums: RowSums | None = None if is_summed_by_server(rows.columns) else RowSums()
        """What has passed so far; None where only the server can tell."""

    def blocks(self) -> Iterator[Block]:
        """Rows about BLOCK_BYTES at a time.

        Where one block ends follows from the rows alone: two dumps of the same rows are the same to the byte.
        """
        sent = 0
        try:
            for block in self._fast():
                sent += block.rows
                yield block
        except RowTooLarge:
            self.sums = None
            yield from self._slow(sent)

    # --- the fast way -----------------------------------------------------------------------------------------------

    def _fast(self) -> Iterator[Block]:
        with self._streaming(f"SELECT {row_expression(self._columns, END_OF_ROW)} {self._source}"):
            rows: list[bytes] = []
            size = 0
            waiting = [END_OF_ROW]
            tail = END_OF_ROW
            odd: bytes | None = None
            while odd is None:
                received = self._received()
                waiting.append(received)
                if END_OF_ROW not in tail and END_OF_ROW not in received:
                    # In the middle of a large row: nothing to look for yet.
                    continue
                pieces = _BETWEEN_ROWS.split(b"".join(waiting))
                tail = pieces.pop()
                waiting = [tail]
                rows += pieces[::2]
                size += sum(map(len, pieces[::2]))
                odd = pieces[-1] if pieces else None
                if odd is None and (end := _odd_packet(tail)) is not None:
                    rows.append(tail[:end])
                    odd = tail[end + 1 :]
                while size >= BLOCK_BYTES:
                    sizes = list(accumulate(map(len, rows)))
                    count = bisect_left(sizes, BLOCK_BYTES) + 1
                    yield from self._finished(rows[:count])
                    rows, size = rows[count:], size - sizes[count - 1]
            yield from self._finished(rows)
            self._end_with(odd)

    def _finished(self, rows: list[bytes]) -> Iterator[Block]:
        """The block that these rows make, and one of its own for a large row, which only the last can be.

        What stands before the first row is nothing.
        """
        rows = [row for row in rows if row]
        if self.sums is not None:
            self.sums.add(rows)
        large = rows.pop() if rows and len(rows[-1]) > LARGE_ROW_BYTES else None
        if rows:
            block = escaped(END_OF_ROW.join(rows))
            yield Block(len(rows), block.replace(b"\xff", b"'").replace(END_OF_ROW, b",\n"))
        if large is not None:
            yield _alone(LargeRow(large.split(b"\xff"), are_digits=True))

    def _end_with(self, odd: bytes) -> None:
        """Read to the result's end from a packet that is no ordinary row: the end itself, an error, a row too large."""
        stream = _Leftover(odd, self._connection)
        is_row = is_continued = False
        while True:
            size = int.from_bytes(stream.read(4)[:3], "little")
            packet = stream.read(size)
            if not is_continued and packet[:1] == b"\xff":
                pymysql.err.raise_mysql_exception(packet)
            if not is_continued and packet[:1] == b"\xfe" and size < 9:
                break
            is_row = True
            is_continued = size == _LARGEST_PACKET
        if is_row:
            raise RowTooLarge

    def _received(self) -> bytes:
        data = _reader_of(self._connection).read1(_CHUNK_BYTES)
        if not data:
            raise pymysql.err.OperationalError(2013, "Lost connection during a dump")
        return data

    @contextmanager
    def _streaming(self, statement: str) -> Iterator[None]:
        """The driver sends the statement and reads the columns' descriptions; the rows are left to us."""
        connection = self._connection
        connection.query(statement, unbuffered=True)
        result = connection._result
        try:
            yield
        except RowTooLarge:
            raise
        except BaseException:
            # What is left of the result could only be waited for: the session is given up.
            connection._force_close()
            raise
        finally:
            result.unbuffered_active = False
            result.connection = None
            connection._result = None

    # --- the slow way -----------------------------------------------------------------------------------------------

    def _slow(self, skipped: int) -> Iterator[Block]:
        """Value by value, from the row behind those that have been sent. Any size that the server can send."""
        wanted = ", ".join(exact_number(column) or column.sql for column in self._columns)
        limit = f"LIMIT {_ALL_ROWS} OFFSET {skipped}"
        rows: list[bytes] = []
        size = 0
        self._connection.run("SET SESSION character_set_results = NULL")
        try:
            with self._streaming(f"SELECT {wanted} {self._source} {limit}"):
                while not (packet := self._connection._read_packet()).is_eof_packet():
                    pieces = _pieces([(column, packet.read_length_coded_string()) for column in self._columns])
                    if sum(map(len, pieces)) + len(pieces) - 1 > LARGE_ROW_BYTES:
                        yield from self._finished(rows)
                        rows, size = [], 0
                        yield _alone(LargeRow(pieces, are_digits=False))
                        continue
                    rows.append(_with_digits(pieces))
                    size += len(rows[-1])
                    if size >= BLOCK_BYTES:
                        yield from self._finished(rows)
                        rows, size = [], 0
        finally:
            if self._connection.open:
                self._connection.run("SET SESSION character_set_results = utf8mb4")
        yield from self._finished(rows)


def _odd_packet(tail: bytes) -> int | None:
    """Where the last row ends, if what follows is no ordinary row and too short yet for the pattern to see it."""
    end = tail.find(END_OF_ROW)
    if end < 0 or len(tail) < end + 6:
        return None
    size = int.from_bytes(tail[end + 1 : end + 4], "little")
    first = tail[end + 5]
    is_odd = size == _LARGEST_PACKET or first in (_NULL, _ERROR) or (first == _END_OF_RESULT and size < 9)
    return end if is_odd else None


def _reader_of(connection: MysqlConnection) -> BufferedReader:
    reader: BufferedReader | None = connection._rfile
    if reader is None:
        raise pymysql.err.InterfaceError(0, "")
    return reader


class _Leftover:
    """What has been received already, and the connection behind it."""

    def __init__(self, data: bytes, connection: MysqlConnection) -> None:
        self._data = data
        self._connection = connection

    def read(self, size: int) -> bytes:
        data, self._data = self._data[:size], self._data[size:]
        while len(data) < size:
            more = _reader_of(self._connection).read(size - len(data))
            if not more:
                raise pymysql.err.OperationalError(2013, "Lost connection during a dump")
            data += more
        return data


def _pieces(row: list[tuple[Column, bytes | None]]) -> list[bytes]:
    """A row's values, and the texts around them, in turn, as `LargeRow` wants them."""
    pieces: list[bytes] = []
    text = b"("
    for number, (column, value) in enumerate(row):
        text += b"," if number else b""
        if value is None:
            text += b"NULL"
        elif column.is_hexadecimal:
            pieces += [text + column.prefix, value]
            text = b""
        elif column.kind in TEXTS or column.kind in TIMES or column.kind in ADDRESSES:
            pieces += [text, value]
            text = b""
        else:
            text += value
    return [*pieces, text + b")"]


def _with_digits(pieces: list[bytes]) -> bytes:
    """A row as the server would have written it, but for the case of digits."""
    return b"\xff".join(
        hexlify(piece).upper() if position % 2 and pieces[position - 1].endswith(b"x") else piece
        for position, piece in enumerate(pieces)
    )


def _alone(row: LargeRow) -> Block:
    return Block(1, row.text(escaped), row.preparations())


def escaped(data: bytes) -> bytes:
    """Bytes as they stand between single quotes, in a session that knows backslashes."""
    for character, written in _ESCAPES:
        data = data.replace(character, written)
    return data
