"""Statements of a foreign PostgreSQL dump as lists of words."""

from __future__ import annotations

import re
from dataclasses import dataclass

from pagevoo_console.services.engines.dump_wording import Wording

_LEXEME = re.compile(
    r"(?P<comment>--[^\n]*|/\*.*?\*/)"
    r"|(?P<text>[eE]'(?:[^'\\]|\\.|'')*'|'(?:[^']|'')*'|\$(?P<tag>(?:[^\W\d][\w]*)?)\$.*?\$(?P=tag)\$)"
    r"|(?P<name>\"(?:[^\"]|\"\")*\")"
    r"|(?P<word>[^\W\d][\w$]*|\d[\w.]*)"
    r"|(?P<space>\s+)"
    r"|(?P<other>.)",
    re.DOTALL,
)


@dataclass(frozen=True, slots=True)
class Lexeme:
    """A piece of SQL and what it is: `comment`, `text`, `name` (in double quotes), `word`, `space` or `other`."""

    kind: str
    text: str

    @property
    def name(self) -> str | None:
        """The identifier that this is, as the server knows it; None for what is none."""
        if self.kind == "name":
            return self.text[1:-1].replace('""', '"')
        return self.text.lower() if self.kind == "word" else None

    @property
    def is_blank(self) -> bool:
        return self.kind in ("space", "comment")


def worded(statement: bytes) -> Wording:
    """Bytes stand for letters of Latin 1, so that any encoding comes back as it was."""
    found = _LEXEME.finditer(statement.decode("latin-1"))
    return Wording([Lexeme(_kind(match), match[0]) for match in found])


def _kind(match: re.Match[str]) -> str:
    return "text" if match["tag"] is not None else match.lastgroup or "other"
