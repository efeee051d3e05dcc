"""A dump's text as its readers see it: a window that grows to the longest statement and forgets what was passed."""

from __future__ import annotations

import re
from abc import abstractmethod
from collections.abc import Iterator

from pagevoo_console.domain.errors import Refused
from pagevoo_console.services.engines.base import Source
from pagevoo_console.services.engines.foreign_dumps import Piece, PieceKind, Reader

MAX_STATEMENT_BYTES = 64 * 1024 * 1024
LOOKAHEAD = 32
"""Delimiters, the openings of comments and dollar quotes are told within so many bytes."""

_CHUNK_BYTES = 128 * 1024
_BLANK = re.compile(rb"[\s\x00]*+")
_SHOWN_BYTES = 60
_PIECES = 1000


class UnixLines:
    """A text whose lines end as on Unix, whatever they end with: so do the clients that read line by line take it."""

    def __init__(self, source: Source) -> None:
        self._source = source
        self._held = b""

    def read(self, size: int = -1, /) -> bytes:
        """The next piece; empty at the end. A last return is held back until what is behind it is known."""
        while piece := self._source.read(size):
            piece = self._held + piece
            self._held = b"\r" if piece.endswith(b"\r") else b""
            piece = piece.removesuffix(b"\r").replace(b"\r\n", b"\n")
            if piece:
                return piece
        held, self._held = self._held, b""
        return held


class DumpText:
    """The text from where the current piece begins. Every offset counts from there, and stays true while more is read.

    `line` is where the piece begins, counted from 1.
    """

    def __init__(self, source: Source) -> None:
        self._source = source
        self._data = b""
        self._start = 0
        self.line = 1
        self.is_over = False

    @property
    def size(self) -> int:
        """How many bytes are in the window."""
        return len(self._data) - self._start

    def more(self) -> None:
        """Read on, twice as much as is held. Raises Refused for a piece that takes too much."""
        kept = self._data[self._start :]
        if len(kept) > MAX_STATEMENT_BYTES:
            raise Refused(
                f"The statement in line {self.line} takes more than {MAX_STATEMENT_BYTES} bytes",
                code="statement_too_large",
                hint="Make the dump with fewer rows a statement.",
            )
        pieces, size, wanted = [kept], 0, max(_CHUNK_BYTES, len(kept))
        while size < wanted:
            chunk = self._source.read(_CHUNK_BYTES)
            if not chunk:
                self.is_over = True
                break
            pieces.append(chunk)
            size += len(chunk)
        self._data = b"".join(pieces)
        self._start = 0

    def ensure(self, size: int) -> None:
        """Have a window of this size, if there is as much text."""
        while self.size < size and not self.is_over:
            self.more()

    def at(self, offset: int, size: int) -> bytes:
        return self._data[self._start + offset : self._start + offset + size]

    def past(self, pattern: re.Pattern[bytes], offset: int) -> int:
        """The end of what the pattern matches at `offset`, within the window; `offset` where it does not."""
        match = pattern.match(self._data, self._start + offset)
        return match.end() - self._start if match else offset

    def match(self, pattern: re.Pattern[bytes], offset: int) -> re.Match[bytes] | None:
        return pattern.match(self._data, self._start + offset)

    def find(self, wanted: bytes, offset: int) -> int:
        """Where `wanted` begins at or behind `offset`, -1 where the text ends before it."""
        searched = offset
        while (found := self._data.find(wanted, self._start + searched)) < 0:
            if self.is_over:
                return -1
            searched = max(offset, self.size - len(wanted) + 1)
            self.more()
        return found - self._start

    def line_end(self, offset: int) -> int:
        """Behind the newline of the line that `offset` is in, or the end of the text."""
        end = self.find(b"\n", offset)
        return self.size if end < 0 else end + 1

    def take(self, size: int) -> bytes:
        """The next bytes, which are passed."""
        taken = self.at(0, size)
        self.skip(size)
        return taken

    def skip(self, size: int) -> None:
        end = self._start + size
        self.line += self._data.count(b"\n", self._start, end)
        self._start = end


def run_of(plain: bytes, *pieces: bytes) -> re.Pattern[bytes]:
    """A run of plain bytes and of pieces that are passed whole; it may end before the next of them all the same.

    A group of alternatives is not possessive: Python below 3.11.5 goes on from the wrong place behind one (gh-106052).
    That there are so many pieces at most bounds what a match remembers.
    """
    return re.compile(plain + b"(?:(?:" + b"|".join(pieces) + b")" + plain + b"){0,%d}" % _PIECES, re.DOTALL)


class Splitter(Reader):
    """What the readers have in common: blanks and comments between statements, runs of text within them."""

    def __init__(self, source: Source) -> None:
        self._text = DumpText(source)

    def __iter__(self) -> Iterator[Piece]:
        while self._skip_between():
            yield from self._next()

    @abstractmethod
    def _run(self) -> re.Pattern[bytes]:
        """What needs no look: everything up to the next byte that may end a statement or begin a comment or a quote."""

    def _next(self) -> Iterator[Piece]:
        """The piece that begins here, and those that belong to it."""
        end = self._command(0)
        if not end:
            yield from self._statement()
            return
        command = self.command(0, end)
        self._text.skip(end)
        yield command

    @abstractmethod
    def _comment(self, offset: int) -> int:
        """The end of the comment that begins at `offset`, 0 where none does. May read on."""

    @abstractmethod
    def _delimiter(self, offset: int) -> int:
        """How long the delimiter is that ends the statement at `offset`, 0 where none does."""

    @abstractmethod
    def _command(self, offset: int) -> int:
        """The end of the client's command that begins at `offset`, 0 where none does. May read on."""

    def _beyond(self, offset: int) -> int:
        """Go on behind what stopped a run and is nothing of these."""
        if not self._opens(offset):
            return offset + 1
        if self._text.is_over:
            raise self.cut_off()
        self._text.more()
        return offset

    def _opens(self, offset: int) -> bool:
        """Whether a quote begins here, which the run has not passed: its end is not in the window."""
        return self._text.at(offset, 1) in (b"'", b'"', b"`")

    def _skip_between(self) -> bool:
        """Go to where the next piece begins; False at the end of the text."""
        text = self._text
        while True:
            text.skip(text.past(_BLANK, 0))
            text.ensure(LOOKAHEAD)
            if not text.size:
                return False
            passed = text.past(_BLANK, 0) or self._comment(0) or self._delimiter(0)
            if not passed:
                return True
            text.skip(passed)

    def _statement(self) -> Iterator[Piece]:
        """Everything up to the delimiter. Commands of the client within it are told behind it."""
        text = self._text
        commands: list[Piece] = []
        cuts: list[tuple[int, int]] = []
        offset = 0
        while True:
            begin = offset
            while (end := text.past(self._run(), offset)) > offset:
                offset = end
            if offset + LOOKAHEAD > text.size and not text.is_over:
                text.more()
                offset = begin
                continue
            if offset >= text.size:
                raise self.cut_off()
            length = self._delimiter(offset)
            if length:
                line, statement = text.line, text.take(offset)
                text.skip(length)
                yield Piece(PieceKind.STATEMENT, _without(statement, cuts).rstrip(), line)
                yield from commands
                return
            end = self._command(offset)
            if end:
                commands.append(self.command(offset, end))
                cuts.append((offset, end))
            offset = end or self._comment(offset) or self._beyond(offset)

    def command(self, offset: int, end: int) -> Piece:
        """The client's command that stands there, on one line."""
        line = self._text.line + self._text.at(0, offset).count(b"\n")
        return Piece(PieceKind.COMMAND, self._text.at(offset, end - offset).strip(), line)

    def cut_off(self) -> Refused:
        shown = self._text.at(0, _SHOWN_BYTES).decode("utf-8", "replace").split("\n")[0]
        return Refused(
            f"The statement in line {self._text.line} has no end: {shown}",
            code="cut_off",
            hint="The file may be cut off: make the dump again. A last statement needs its delimiter too.",
        )


def _without(text: bytes, cuts: list[tuple[int, int]]) -> bytes:
    kept, position = [], 0
    for begin, end in cuts:
        kept.append(text[position:begin])
        position = end
    return b"".join((*kept, text[position:]))
