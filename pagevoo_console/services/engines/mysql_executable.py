"""What a server makes of executable comments: `/*!50000 DROP DATABASE x */` is a statement, or nothing, by version."""

from __future__ import annotations

import re

_PIECE = re.compile(
    rb"(?P<text>'[^\\']*+(?:\\.[^\\']*+)*+'|\"[^\\\"]*+(?:\\.[^\\\"]*+)*+\"|`[^`]*+`)"
    rb"|(?P<plain>[^'\"`#/*\-]++)"
    rb"|(?P<comment>\#[^\n]*|--(?=[\s\x00-\x1f]|\Z)[^\n]*|/\*(?!M?!).*?\*/)"
    rb"|(?P<opening>/\*M?!(?P<version>\d{5,6})?)"
    rb"|(?P<closing>\*/)"
    rb"|(?P<sign>.)",
    re.DOTALL,
)
_MYSQL_ONLY = range(50700, 100000)
"""MariaDB skips comments for these versions, as it has no such version and MySQL has."""


def may_hide(text: bytes) -> bool:
    """Whether there can be an executable comment in it at all."""
    return b"/*!" in text or b"/*M!" in text


def resolved(text: bytes, version: int, *, is_mariadb: bool, escapes: bool = True) -> bytes:
    """The statement as the server of this version reads it: what it executes stands there plainly, the rest is gone."""
    kept: list[bytes] = []
    open_comments: list[bool] = []
    position = 0
    while position < len(text):
        match = _next(text, position, escapes)
        position = match.end()
        if match["opening"] is not None:
            open_comments.append(_is_executed(match["opening"], match["version"], version, is_mariadb))
            kept.append(b" ")
        elif match["closing"] is not None and open_comments:
            open_comments.pop()
            kept.append(b" ")
        elif all(open_comments):
            kept.append(match[0])
    return b"".join(kept).strip()


_WITHOUT_ESCAPES = re.compile(
    _PIECE.pattern.replace(rb"[^\\']*+(?:\\.[^\\']*+)*+", rb"[^']*+").replace(
        rb"[^\\\"]*+(?:\\.[^\\\"]*+)*+", rb"[^\"]*+"
    ),
    re.DOTALL,
)


def _next(text: bytes, position: int, escapes: bool) -> re.Match[bytes]:
    match = (_PIECE if escapes else _WITHOUT_ESCAPES).match(text, position)
    assert match is not None, "one of the pieces is any byte"
    return match


def _is_executed(opening: bytes, needed: bytes | None, version: int, is_mariadb: bool) -> bool:
    if not is_mariadb and opening.startswith(b"/*M"):
        return False
    if needed is None:
        return True
    number = int(needed)
    if is_mariadb and opening.startswith(b"/*!") and number in _MYSQL_ONLY:
        return False
    return number <= version
