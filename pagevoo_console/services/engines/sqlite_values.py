"""SQLite values as SQL literals that give back the very same value, and the checksum of a table that is made of them.

Rows are read with `text_factory = exact_text`: text arrives as `str`, or as `bytearray` where it is no UTF-8; blobs as
`bytes`. So nothing fails, nothing is changed, and nothing is taken for something else.
"""

from __future__ import annotations

import hashlib
import math
from collections.abc import Callable, Iterator, Sequence
from typing import Any

from pagevoo_console.domain.backup import TableContent

LARGE_BYTES = 256 * 1024
"""Blobs of more bytes and texts of more characters have no literal: they are written and hashed in pieces."""

_PIECE_BYTES = 4 * 1024 * 1024
_MODULUS = 1 << 128


class _TooLargeError(Exception):
    """A value has no literal of its own."""


def exact_text(data: bytes) -> str | bytearray:
    """Text as it stands in the file, for a connection's `text_factory`."""
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError:
        return bytearray(data)


def row_literal(row: Sequence[Any]) -> bytes | None:
    """A row as `(1,'text',X'00',NULL)`, or None where a value of it is larger than LARGE_BYTES."""
    try:
        literal = "(" + ",".join([_LITERALS[type(value)](value) for value in row]) + ")"
        if "\0" in literal or "\r\n" in literal:
            literal = "(" + ",".join([_careful(value) for value in row]) + ")"
    except _TooLargeError:
        return None
    return literal.encode()


def value_literal(value: Any) -> bytes | None:
    """One value as a literal, None where it is larger than LARGE_BYTES."""
    try:
        return _careful(value).encode()
    except _TooLargeError:
        return None


def hex_pieces(value: str | bytes | bytearray) -> Iterator[bytes]:
    """A large value as hexadecimal digits, piece by piece."""
    view = memoryview(value.encode() if isinstance(value, str) else value)
    for start in range(0, len(view), _PIECE_BYTES):
        yield view[start : start + _PIECE_BYTES].hex().encode()


class Checksum:
    """Counts rows and adds up their 128-bit hashes: their order does not matter, duplicates do."""

    def __init__(self) -> None:
        self.rows = 0
        self._sum = 0

    def add(self, row: Sequence[Any], literal: bytes | None) -> None:
        """Add a row; `literal` is what `row_literal` said of it."""
        if literal is None:
            hasher = hashlib.blake2b(digest_size=16)
            for piece in _row_pieces(row):
                hasher.update(piece)
        else:
            hasher = hashlib.blake2b(literal, digest_size=16)
        self._sum += int.from_bytes(hasher.digest(), "big")
        self.rows += 1

    @property
    def content(self) -> TableContent:
        return TableContent(self.rows, f"{self._sum % _MODULUS:032x}")


def _row_pieces(row: Sequence[Any]) -> Iterator[bytes]:
    for value in row:
        literal = value_literal(value)
        yield b","
        if literal is None:
            yield b"X'" if isinstance(value, bytes) else b"CAST(X'"
            yield from hex_pieces(value)
            yield b"'"
        else:
            yield literal


def _careful(value: Any) -> str:
    """The literal where a client might change text: NUL ends it, and CR before LF is lost."""
    literal = _LITERALS[type(value)](value)
    if "\0" in literal or "\r\n" in literal:
        return _text_of_bytes(value.encode())
    return literal


def _blob(value: bytes) -> str:
    if len(value) > LARGE_BYTES:
        raise _TooLargeError
    return f"X'{value.hex()}'"


def _text(value: str) -> str:
    if len(value) > LARGE_BYTES:
        raise _TooLargeError
    return "'" + value.replace("'", "''") + "'"


def _text_of_bytes(value: bytes | bytearray) -> str:
    if len(value) > LARGE_BYTES * 4:
        raise _TooLargeError
    return f"CAST(X'{value.hex()}' AS TEXT)"


def _real(value: float) -> str:
    """A literal that every version of SQLite reads back to the same bits.

    Seventeen digits are enough where its parser is exact; far from 1 it is not, and the value is built from integers.
    """
    if math.isinf(value):
        return "9e999" if value > 0 else "-9e999"
    if value and not 1e-280 < abs(value) < 1e300:
        return _scaled(value)
    digits = f"{value:.17g}"
    return digits if "." in digits or "e" in digits else f"{digits}.0"


def _scaled(value: float) -> str:
    fraction, exponent = math.frexp(value)
    text, exponent = f"{int(fraction * (1 << 53))}.0", exponent - 53
    operator = "*" if exponent > 0 else "/"
    while exponent:
        step = min(abs(exponent), 62)
        text += f"{operator}{1 << step}.0"
        exponent += -step if exponent > 0 else step
    return f"({text})"


_LITERALS: dict[type, Callable[[Any], str]] = {
    type(None): lambda _: "NULL",
    int: int.__repr__,
    float: _real,
    bytes: _blob,
    str: _text,
    bytearray: _text_of_bytes,
}
