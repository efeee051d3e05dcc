"""Splitting a dump for SQLite as its shell does: dot commands, and triggers that hold semicolons."""

from __future__ import annotations

import re
from collections.abc import Iterator

from pagevoo_console.services.engines.base import Source
from pagevoo_console.services.engines.dump_text import Splitter, UnixLines, run_of
from pagevoo_console.services.engines.foreign_dumps import Piece

_PLAIN = rb"[^'\"`\[;/\-]*+"
_QUOTED = rb"'[^']*+'|\"[^\"]*+\"|`[^`]*+`|\[[^\]]*+\]"
_RUN = run_of(_PLAIN, _QUOTED, rb"-(?=[^-])", rb"/(?=[^*])")
_TRIGGER = re.compile(rb"CREATE\s+(?:TEMP(?:ORARY)?\s+)?TRIGGER\b", re.IGNORECASE)
_END = re.compile(
    rb"(?:\s|--[^\n]*(?:\n|\Z)|/\*.*?\*/)*END(?:\s|--[^\n]*(?:\n|\Z)|/\*.*?\*/)*\Z", re.DOTALL | re.IGNORECASE
)


class SqliteReader(Splitter):
    """A semicolon within a trigger ends it only behind its END."""

    def __init__(self, source: Source) -> None:
        super().__init__(UnixLines(source))
        self._semicolon = 0

    def _run(self) -> re.Pattern[bytes]:
        return _RUN

    def _next(self) -> Iterator[Piece]:
        self._semicolon = 0
        yield from super()._next()

    def _delimiter(self, offset: int) -> int:
        text = self._text
        if text.at(offset, 1) != b";":
            return 0
        if offset and text.match(_TRIGGER, 0):
            before, self._semicolon = self._semicolon, offset + 1
            if not before or not _END.match(text.at(before, offset - before)):
                return 0
        return 1

    def _comment(self, offset: int) -> int:
        opening = self._text.at(offset, 2)
        if opening == b"--":
            return self._text.line_end(offset)
        if opening == b"/*":
            end = self._text.find(b"*/", offset + 2)
            if end < 0:
                raise self.cut_off()
            return end + 2
        return 0

    def _command(self, offset: int) -> int:
        """A dot at the beginning of a statement is a command of the shell's; it takes its line."""
        return self._text.line_end(0) if offset == 0 and self._text.at(0, 1) == b"." else 0

    def _opens(self, offset: int) -> bool:
        return super()._opens(offset) or self._text.at(offset, 1) == b"["
