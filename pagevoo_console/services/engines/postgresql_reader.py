"""Splitting a dump for PostgreSQL as `psql` does: dollar quotes, nested comments, BEGIN ATOMIC, COPY's rows."""

from __future__ import annotations

import re
from collections.abc import Iterator

from pagevoo_console.services.engines.base import Source
from pagevoo_console.services.engines.dump_text import Splitter, run_of
from pagevoo_console.services.engines.foreign_dumps import Piece, PieceKind

_ROWS_BYTES = 256 * 1024
_NAME = rb"[A-Za-z_\x80-\xff][\w$\x80-\xff]*+"
_SIGNS = (rb"-(?=[^-])", rb"/(?=[^*])")
_STANDARD = rb"'[^']*+'"
_ESCAPED = rb"'[^\\']*+(?:\\.[^\\']*+)*+'"
_PLAIN = rb"[^'\"$;\\/\-A-Za-z_\x80-\xff]*+"


def _pattern(strings: bytes) -> re.Pattern[bytes]:
    return run_of(_PLAIN, rb"[eE]" + _ESCAPED, rb"(?![eE]')" + _NAME, strings, rb'"[^"]*+"', *_SIGNS)


_RUN = {True: _pattern(_STANDARD), False: _pattern(_ESCAPED)}
_DOLLAR = re.compile(rb"\$(?:[A-Za-z_\x80-\xff][\w\x80-\xff]*)?\$")
_COMMENT_SIGN = re.compile(rb"/\*|\*/")
_FROM_STDIN = re.compile(rb"\ACOPY\s.*\sFROM\s+STDIN\b", re.DOTALL | re.IGNORECASE)
_CREATES = re.compile(rb"CREATE\s", re.IGNORECASE)
_OPEN_ENDED = re.compile(
    rb"\$(?P<tag>(?:[A-Za-z_\x80-\xff][\w\x80-\xff]*)?)\$.*?\$(?P=tag)\$"
    rb"|[eE]" + _ESCAPED + rb"|'[^']*'|\"[^\"]*\"|--[^\n]*|/\*.*?\*/"
    rb"|(?P<word>" + _NAME + rb")|(?P<bracket>[()])",
    re.DOTALL,
)


class PostgresqlReader(Splitter):
    """`standard` says whether a backslash in a plain string is just a backslash: whoever carries out keeps it true."""

    def __init__(self, source: Source) -> None:
        super().__init__(source)
        self.standard = True
        self._looked = 0
        self._depth = 0
        self._bodies: list[bytes] = []
        self._words: list[bytes] = []

    def _run(self) -> re.Pattern[bytes]:
        return _RUN[self.standard]

    def _next(self) -> Iterator[Piece]:
        self._looked = self._depth = 0
        self._bodies.clear()
        self._words.clear()
        is_copy = False
        for piece in super()._next():
            is_copy = is_copy or (piece.kind is PieceKind.STATEMENT and bool(_FROM_STDIN.match(piece.text)))
            yield piece
        if is_copy:
            yield from self._rows()

    def _delimiter(self, offset: int) -> int:
        """A semicolon ends no statement within brackets or within the body of a function in plain SQL."""
        if self._text.at(offset, 1) != b";":
            return 0
        if offset and self._text.match(_CREATES, 0):
            self._look(offset)
            if self._depth > 0 or self._bodies:
                return 0
        return 1

    def _look(self, offset: int) -> None:
        """Count brackets and blocks in what was not looked at yet, as psql does."""
        for match in _OPEN_ENDED.finditer(self._text.at(self._looked, offset - self._looked)):
            if bracket := match["bracket"]:
                self._depth += 1 if bracket == b"(" else -1
            elif word := match["word"]:
                self._count(word.lower())
        self._looked = offset

    def _count(self, word: bytes) -> None:
        if len(self._words) < 4:
            self._words.append(word)
        makes = self._words[3:4] if self._words[1:3] == [b"or", b"replace"] else self._words[1:2]
        if makes not in ([b"function"], [b"procedure"]):
            return
        if word == b"begin" or (word == b"case" and self._bodies):
            self._bodies.append(word)
        elif word == b"end" and self._bodies:
            self._bodies.pop()

    def _comment(self, offset: int) -> int:
        opening = self._text.at(offset, 2)
        if opening == b"--":
            return self._text.line_end(offset)
        if opening == b"/*":
            return self._nested_comment(offset)
        if opening[:1] == b"$":
            return self._dollar_quoted(offset)
        return 0

    def _nested_comment(self, offset: int) -> int:
        depth, end = 1, offset + 2
        while depth:
            close = self._text.find(b"*/", end)
            if close < 0:
                raise self.cut_off()
            for sign in _COMMENT_SIGN.findall(self._text.at(end, close + 2 - end)):
                depth += 1 if sign == b"/*" else -1
            end = close + 2
        return end

    def _dollar_quoted(self, offset: int) -> int:
        self._text.ensure(offset + 1024)
        opening = self._text.match(_DOLLAR, offset)
        if opening is None:
            return 0
        tag = opening[0]
        end = self._text.find(tag, offset + len(tag))
        if end < 0:
            raise self.cut_off()
        return end + len(tag)

    def _command(self, offset: int) -> int:
        """A backslash command takes its line."""
        return self._text.line_end(offset) if self._text.at(offset, 1) == b"\\" else 0

    def _opens(self, offset: int) -> bool:
        return self._text.at(offset, 1) in (b"'", b'"') or self._text.at(offset, 2) in (b"e'", b"E'")

    def _rows(self) -> Iterator[Piece]:
        """What follows a COPY, as it stands, up to the line that ends it."""
        text = self._text
        text.skip(text.line_end(0))
        while True:
            text.ensure(_ROWS_BYTES)
            size, is_last = _block(text.at(0, _ROWS_BYTES), text.is_over)
            if not size and not is_last:
                size = text.line_end(0)
            if text.is_over and not is_last and size >= text.size:
                raise self.cut_off()
            line, rows = text.line, text.take(size)
            if is_last:
                text.skip(text.line_end(0))
            yield Piece(PieceKind.ROWS, rows, line, rows.count(b"\n"), is_last)
            if is_last:
                return


_LAST_LINE = re.compile(rb"^\\\.\r?$", re.MULTILINE)


def _block(window: bytes, is_over: bool) -> tuple[int, bool]:
    """How much of the window are whole rows, and whether the line that ends them stands behind."""
    end = _LAST_LINE.search(window)
    if end is not None and (end.end() < len(window) or is_over):
        return end.start(), True
    return window.rfind(b"\n") + 1, False
