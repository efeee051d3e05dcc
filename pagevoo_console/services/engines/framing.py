"""The frame around a dump: comment lines that the native clients skip, and by which our own load needs no SQL parser.

    -- pagevoo:dump 1 <engine> <version>
    -- pagevoo:statement <bytes> [<offset> <length>]
    -- pagevoo:rows <table> <rows> <bytes>
    -- pagevoo:end <tables> <rows>

Each line but the first and the last announces exactly `bytes` bytes, which follow it. Names are percent-encoded: none
breaks out of its line. A file without its end marker, or with anything between two frames, is Corrupt.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import NoReturn
from urllib.parse import quote, unquote

from pagevoo_console.domain.errors import Corrupt, Unsupported
from pagevoo_console.domain.text import counted
from pagevoo_console.services.engines.base import Sink, Source

FORMAT = 1
MAX_FRAME_BYTES = 64 * 1024 * 1024
"""A reader never holds more than one frame, so this bounds its memory."""

_MARK = b"-- pagevoo:"
_MAX_LINE_BYTES = 16 * 1024
_CHUNK_BYTES = 1024 * 1024
_RESTORE_HINT = "Take another backup, or restore the file with the engine's own client and compare."


class FrameKind(StrEnum):
    """What a frame holds: one statement, or the statements that insert some rows of one table."""

    STATEMENT = "statement"
    ROWS = "rows"


@dataclass(frozen=True, slots=True)
class Frame:
    """One frame. `data` is what the file holds, `executable` the part of it for a driver, often all of it."""

    kind: FrameKind
    table: str
    rows: int
    data: bytes
    executable: bytes


class FrameWriter:
    """Writes a dump's frames to `sink`, in order: one header, statements and rows, one end."""

    def __init__(self, sink: Sink) -> None:
        self._sink = sink
        self.bytes_written = 0
        self.rows_written = 0

    def header(self, engine: str, version: str) -> None:
        """Write the first line. `version` is the server's own word, in any form."""
        self._line(f"dump {FORMAT} {_encode(engine)} {_encode(version)}")

    def statement(self, data: bytes, executable: bytes | None = None) -> None:
        """Write one statement with its delimiter; a last newline is added where it is missing.

        `executable` is the part of `data` to hand to a driver where the client's own lines (DELIMITER) stand around it.
        Raises Unsupported for a statement beyond MAX_FRAME_BYTES.
        """
        data = _closed(data)
        _ensure_fits(len(data), "A statement of the schema")
        if executable is None:
            self._line(f"statement {len(data)}")
        else:
            offset = data.index(executable)
            self._line(f"statement {len(data)} {offset} {len(executable)}")
        self._write(data)

    def rows(self, table: str, count: int, data: bytes) -> None:
        """Write `count` rows of `table`. Raises Unsupported beyond MAX_FRAME_BYTES, naming the table."""
        data = _closed(data)
        _ensure_fits(len(data), f"A row of the table {table!r}")
        self._line(f"rows {_encode(table)} {count} {len(data)}")
        self._write(data)
        self.rows_written += count

    def end(self, tables: int, rows: int) -> None:
        """Write the last line. `rows` must be what the rows frames add up to: a reader compares."""
        if rows != self.rows_written:
            raise ValueError(f"{self.rows_written} rows were written, not {rows}")
        self._line(f"end {tables} {rows}")

    def _line(self, text: str) -> None:
        line = _MARK + text.encode("ascii") + b"\n"
        if len(line) > _MAX_LINE_BYTES:
            raise Unsupported(
                f"A table's name is {len(line)} bytes long: {text[:60]}…",
                code="unsupported_object",
                hint="Dump this database with the engine's own tool.",
            )
        self._write(line)

    def _write(self, data: bytes) -> None:
        self._sink.write(data)
        self.bytes_written += len(data)


class FrameReader:
    """Reads a dump frame by frame. The first line is read at once: `engine` and `version` are what it says.

    Iterating raises Corrupt for whatever is not the file that a FrameWriter wrote, to its last byte. `tables` and
    `rows` hold the totals of the end marker once the iteration has ended, None before.
    """

    def __init__(self, source: Source) -> None:
        self._source = source
        self._buffer = bytearray()
        self.bytes_read = 0
        self.tables: int | None = None
        self.rows: int | None = None
        words = self._words()
        if len(words) != 4 or words[0] != "dump":
            _corrupt("does not begin with a dump's first line")
        if words[1] != str(FORMAT):
            _corrupt(f"has the format {words[1]!r}; this version reads {FORMAT}")
        self.engine = _decode(words[2])
        self.version = _decode(words[3])

    def __iter__(self) -> Iterator[Frame]:
        seen = 0
        while True:
            words = self._words()
            match words:
                case ["statement", size]:
                    data = self._data(_number(size))
                    yield Frame(FrameKind.STATEMENT, "", 0, data, data)
                case ["statement", size, offset, length]:
                    data = self._data(_number(size))
                    start, stop = _number(offset), _number(offset) + _number(length)
                    if stop > len(data):
                        _corrupt("names a part of a statement that is not there")
                    yield Frame(FrameKind.STATEMENT, "", 0, data, data[start:stop])
                case ["rows", table, rows, size]:
                    data = self._data(_number(size))
                    seen += _number(rows)
                    yield Frame(FrameKind.ROWS, _decode(table), _number(rows), data, data)
                case ["end", tables, rows]:
                    self._finish(_number(tables), _number(rows), seen)
                    return
                case _:
                    _corrupt("has a line between two frames that is no frame's")

    def _finish(self, tables: int, rows: int, seen: int) -> None:
        if rows != seen:
            _corrupt(f"announces {counted(rows, 'row')} and holds {seen}")
        if self._buffer or self._fill():
            _corrupt("goes on behind its end marker")
        self.tables, self.rows = tables, rows

    def _words(self) -> list[str]:
        while (end := self._buffer.find(b"\n")) < 0:
            if len(self._buffer) > _MAX_LINE_BYTES:
                _corrupt("has a line between two frames that is no frame's")
            if not self._fill():
                _corrupt("ends before its end marker")
        line = bytes(self._buffer[:end])
        del self._buffer[: end + 1]
        if not line.startswith(_MARK) or not line.isascii():
            _corrupt("has a line between two frames that is no frame's")
        return line[len(_MARK) :].decode("ascii").split(" ")

    def _data(self, size: int) -> bytes:
        if size > MAX_FRAME_BYTES:
            _corrupt(f"has a frame of {size} bytes; none is larger than {MAX_FRAME_BYTES}")
        while len(self._buffer) < size:
            if not self._fill():
                _corrupt("ends in the middle of a frame")
        with memoryview(self._buffer) as held, held[:size] as view:
            data = bytes(view)
        del self._buffer[:size]
        if data[-1:] != b"\n":
            _corrupt("has a frame that does not end with its line")
        return data

    def _fill(self) -> bool:
        chunk = self._source.read(_CHUNK_BYTES)
        self._buffer += chunk
        self.bytes_read += len(chunk)
        return bool(chunk)


def _closed(data: bytes) -> bytes:
    return data if data.endswith(b"\n") else data + b"\n"


def _ensure_fits(size: int, what: str) -> None:
    if size > MAX_FRAME_BYTES:
        raise Unsupported(
            f"{what} takes {size} bytes as SQL, more than the {MAX_FRAME_BYTES} of one frame",
            code="unsupported_object",
            hint="Dump this database with the engine's own tool.",
        )


def _encode(text: str) -> str:
    return quote(text, safe="", errors="surrogateescape")


def _decode(text: str) -> str:
    return unquote(text, errors="surrogateescape")


def _number(text: str) -> int:
    if not text.isdigit() or len(text) > 18:
        _corrupt(f"has {text[:20]!r} where a number belongs")
    return int(text)


def _corrupt(what: str) -> NoReturn:
    raise Corrupt(f"The dump {what}", hint=_RESTORE_HINT)
