"""Rows too large for one statement: their large values are built up in the session, a piece at a time.

A server and its client take 16 MB in one packet by default, and a BLOB takes twice its size in hexadecimal digits. So
a large value is put together in a variable, and the row names the variable in the value's place.
"""

from __future__ import annotations

import re
from binascii import hexlify
from collections.abc import Callable, Iterator

LARGE_ROW_BYTES = 4 * 1024 * 1024
"""A row whose text is larger has its values told apart from it."""

VALUE_STATEMENT = b"SET @pagevoo_value_"
"""How a statement begins that puts a large value together: it belongs to the row behind it."""

_LARGE_VALUE_BYTES = 64 * 1024
_PIECE_BYTES = 1024 * 1024
_BYTES_FOLLOW = re.compile(rb"(?:_(\w+) )?x\Z")
"""What stands before bytes; with the character set of a text that is told as bytes."""


class LargeRow:
    """One row as texts and values in turn, beginning with a text: `(1,`, value, `,NULL,_latin1 x`, value, `)`.

    A value behind a text that ends in `x` stands for bytes: as they are, or as hexadecimal digits with `are_digits`.
    """

    def __init__(self, pieces: list[bytes], *, are_digits: bool) -> None:
        self._pieces = pieces
        self._are_digits = are_digits

    def is_large(self, position: int) -> bool:
        """Whether this value, by its odd position, is told apart from its row."""
        return len(self._pieces[position]) > _LARGE_VALUE_BYTES

    def preparations(self) -> Iterator[bytes]:
        """The statements that put each large value together."""
        for position in range(1, len(self._pieces), 2):
            if not self.is_large(position):
                continue
            variable = _variable(position)
            so_far = b""
            for digits in self._digits(position):
                value = b"x'" + digits + b"'"
                yield b"SET " + variable + b" = " + (b"CONCAT(" + so_far + b", " + value + b")" if so_far else value)
                so_far = variable

    def text(self, escape: Callable[[bytes], bytes]) -> bytes:
        """The row itself, in which variables stand for the large values."""
        written: list[bytes] = []
        for position, piece in enumerate(self._pieces):
            if position % 2 == 0:
                written.append(piece)
            elif self.is_large(position):
                written.append(self._named(position, written))
            else:
                written.append(b"'" + self._small(position, escape) + b"'")
        return b"".join(written)

    def _small(self, position: int, escape: Callable[[bytes], bytes]) -> bytes:
        value = self._pieces[position]
        if not self._holds_bytes(position):
            return escape(value)
        return value if self._are_digits else hexlify(value).upper()

    def _digits(self, position: int) -> Iterator[bytes]:
        """A large value as hexadecimal digits, a piece at a time."""
        value = self._pieces[position]
        if self._are_digits and self._holds_bytes(position):
            for start in range(0, len(value), 2 * _PIECE_BYTES):
                yield value[start : start + 2 * _PIECE_BYTES]
            return
        for start in range(0, len(value), _PIECE_BYTES):
            yield hexlify(value[start : start + _PIECE_BYTES]).upper()

    def _named(self, position: int, written: list[bytes]) -> bytes:
        """A variable in the place of its value; what announced the value's bytes goes from what is written."""
        match = _BYTES_FOLLOW.search(written[-1])
        if match is None:
            return b"CONVERT(" + _variable(position) + b" USING utf8mb4)"
        written[-1] = written[-1][: match.start()]
        if match[1] is None:
            return _variable(position)
        return b"CONVERT(" + _variable(position) + b" USING " + match[1] + b")"

    def _holds_bytes(self, position: int) -> bool:
        return self._pieces[position - 1].endswith(b"x")


def _variable(position: int) -> bytes:
    return VALUE_STATEMENT[4:] + b"%d" % position
