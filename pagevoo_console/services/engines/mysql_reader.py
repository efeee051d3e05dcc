"""Splitting a dump for MySQL or MariaDB as the `mariadb` client does: delimiters, its commands, its comments.

Executable comments (`/*! … */`) are text like any other here, as they are to the client.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache

from pagevoo_console.domain.errors import Refused
from pagevoo_console.services.engines.base import Source
from pagevoo_console.services.engines.dump_text import Splitter, UnixLines, run_of
from pagevoo_console.services.engines.foreign_dumps import Piece, PieceKind

COMMANDS = frozenset(
    b"charset clear connect costs delimiter edit ego exit go help nopager notee nowarning pager print prompt quit"
    b" rehash source status system tee use warnings sandbox".split()
)
_WITH_PARAMETERS = frozenset(b"charset connect delimiter help pager prompt source system tee use".split())
_TAKING_THE_LINE = b"dCr.!TPRu"
"""Short commands (`\\u name`) that take what stands behind them, up to the delimiter."""
_WORD = re.compile(rb"[a-z?]+", re.IGNORECASE)
_SPACED = re.compile(rb"[ \t]*")
_DASHES = re.compile(rb"--(?:[\s\x00-\x1f]|\Z)")


class MysqlReader(Splitter):
    """`escapes` says whether a backslash escapes within quotes: whoever carries the pieces out keeps it true."""

    def __init__(self, source: Source) -> None:
        super().__init__(UnixLines(source))
        self._end = b";"
        self.escapes = True

    def _run(self) -> re.Pattern[bytes]:
        return _run(self._end[:1], self.escapes)

    def _next(self) -> Iterator[Piece]:
        end = self._command_end()
        if not end:
            yield from super()._next()
            return
        line, command = self._text.line, self._text.take(end).strip()
        self._obey(command, line)
        yield Piece(PieceKind.COMMAND, command, line)

    def _command_end(self) -> int:
        """The end of the line where it is a command by its first word, as the client tells them; 0 where it is none."""
        text = self._text
        match = text.match(_WORD, 0)
        if match is None or match[0].lower() not in COMMANDS:
            return 0
        word = match[0].lower()
        line = text.at(0, text.line_end(0)).rstrip(b"\r\n")
        rest = line[len(word) :]
        if word != b"delimiter" and (self._end in line or b"\\g" in line):
            return 0
        if rest.strip(b" \t") and (not rest.startswith((b" ", b"\t")) or word not in _WITH_PARAMETERS):
            return 0
        return text.line_end(0)

    def _obey(self, command: bytes, line: int) -> None:
        """The one command that is obeyed is what makes the rest of the file readable: DELIMITER."""
        word, delimiter, *_ = [*command.split(), b"", b""]
        if word.lower() != b"delimiter":
            return
        if not delimiter or b"\\" in delimiter or delimiter[:1] in b"'\"`#" or len(delimiter) > 15:
            raise Refused(
                f"Line {line} sets a delimiter that cannot be: {delimiter[:20].decode('utf-8', 'replace')!r}",
                code="unreadable",
                hint="Use the engine's own client for this file.",
            )
        self._end = delimiter

    def _delimiter(self, offset: int) -> int:
        return len(self._end) if self._text.at(offset, len(self._end)) == self._end else 0

    def _comment(self, offset: int) -> int:
        opening = self._text.at(offset, 4)
        if opening.startswith(b"#") or _DASHES.match(opening):
            return self._text.line_end(offset)
        if opening.startswith(b"/*") and not opening.startswith((b"/*!", b"/*M!")):
            end = self._text.find(b"*/", offset + 2)
            if end < 0:
                raise self.cut_off()
            return end + 2
        return 0

    def _command(self, offset: int) -> int:
        """A backslash outside quotes is a command of one letter; some take the line, up to the delimiter."""
        text = self._text
        if text.at(offset, 1) != b"\\":
            return 0
        letter, end = text.at(offset + 1, 1), offset + 2
        if letter and letter in _TAKING_THE_LINE:
            line_end = text.line_end(offset)
            delimiter = text.at(end, line_end - end).find(self._end)
            end = line_end if delimiter < 0 else end + delimiter
        return end


@lru_cache(maxsize=16)
def _run(delimiter: bytes, escapes: bool) -> re.Pattern[bytes]:
    """Text in which nothing has to be looked at: the delimiter's first byte, comments and commands stop it."""
    inner = rb"[^\\%(q)b]*+(?:\\.[^\\%(q)b]*+)*+" if escapes else rb"[^%(q)b]*+"
    pieces = [quote + inner % {b"q": quote} + quote for quote in (b"'", b'"')] + [rb"`[^`]*+`"]
    if delimiter != b"-":
        pieces += [rb"-(?=[^-])", rb"--(?=[^\s\x00-\x1f])"]
    if delimiter != b"/":
        pieces += [rb"/(?=[^*])", rb"/(?=\*M?!)"]
    plain = rb"[^'\"`\\#/\-" + re.escape(delimiter) + rb"]*+"
    return run_of(plain, *pieces)
