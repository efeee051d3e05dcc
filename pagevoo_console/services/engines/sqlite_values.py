"""SQLite values as SQL literals that give back the very same value, and the checksum of a table that is made of them.

Rows are read with `text_factory = bytearray`: text arrives as `bytearray`, blobs as `bytes`, so that the two never mix.
"""

from __future__ import annotations

import hashlib
import math
from collections.abc import Callable, Iterator, Sequence
from typing import Any, cast

from pagevoo_console.domain.backup import TableContent

LARGE_BYTES = 256 * 1024
"""Text and blobs beyond this have no literal of their own: they are written and hashed in pieces."""

_PIECE_BYTES = 4 * 1024 * 1024
_MODULUS = 1 << 128


def row_literal(row: Sequence[Any]) -> bytes | None:
    """A row as `(1,'text',X'00',NULL)`, or None where a value of it is larger than LARGE_BYTES."""
    try:
        return b"(" + b",".join([_LITERALS[type(value)](value) for value in row]) + b")"
    except TypeError:
        return None


def value_literal(value: Any) -> bytes | None:
    """One value as a literal, None where it is larger than LARGE_BYTES."""
    return cast(bytes | None, _LITERALS[type(value)](value))


def hex_pieces(value: bytes | bytearray) -> Iterator[bytes]:
    """A large value as hexadecimal digits, piece by piece."""
    view = memoryview(value)
    for start in range(0, len(value), _PIECE_BYTES):
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
        self._sum = (self._sum + int.from_bytes(hasher.digest(), "big")) % _MODULUS
        self.rows += 1

    @property
    def content(self) -> TableContent:
        return TableContent(self.rows, f"{self._sum:032x}")


def _row_pieces(row: Sequence[Any]) -> Iterator[bytes]:
    for value in row:
        literal = value_literal(value)
        yield b","
        if literal is None:
            yield b"CAST(X'" if isinstance(value, bytearray) else b"X'"
            yield from hex_pieces(value)
            yield b"'"
        else:
            yield literal


def _blob(value: bytes) -> bytes | None:
    return b"X'%b'" % value.hex().encode() if len(value) <= LARGE_BYTES else None


def _text(value: bytearray) -> bytes | None:
    """Text that a client may change or that is no UTF-8 goes as its bytes: NUL ends it, CR before LF is lost."""
    if len(value) > LARGE_BYTES:
        return None
    if b"\0" not in value and b"\r\n" not in value and _is_utf8(value):
        return b"'%b'" % bytes(value).replace(b"'", b"''")
    return b"CAST(X'%b' AS TEXT)" % value.hex().encode()


def _is_utf8(value: bytearray) -> bool:
    if value.isascii():
        return True
    try:
        value.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True


def _real(value: float) -> bytes:
    """A literal that every version of SQLite reads back to the same bits.

    Seventeen digits are enough where its parser is exact; far from 1 it is not, and the value is built from integers.
    """
    if math.isinf(value):
        return b"9e999" if value > 0 else b"-9e999"
    if value and not 1e-280 < abs(value) < 1e300:
        return _scaled(value)
    digits = f"{value:.17g}"
    return (digits if "." in digits or "e" in digits else f"{digits}.0").encode()


def _scaled(value: float) -> bytes:
    fraction, exponent = math.frexp(value)
    text, exponent = f"{int(fraction * (1 << 53))}.0", exponent - 53
    operator = "*" if exponent > 0 else "/"
    while exponent:
        step = min(abs(exponent), 62)
        text += f"{operator}{1 << step}.0"
        exponent += -step if exponent > 0 else step
    return f"({text})".encode()


_LITERALS: dict[type, Callable[[Any], Any]] = {
    type(None): lambda _: b"NULL",
    int: lambda value: b"%d" % value,
    float: _real,
    bytes: _blob,
    bytearray: _text,
}
