"""Reading what MySQL and MariaDB write as SQL: identifiers and texts told apart, nothing taken for what it is not."""

from __future__ import annotations

import re
from dataclasses import dataclass
from itertools import pairwise

_LEXEME = re.compile(
    r"(?P<comment>\#[^\n]*|--(?=\s|\Z)[^\n]*|/\*.*?\*/)"
    r"|(?P<name>`(?:[^`]|``)*`)"
    r"|(?P<text>'(?:[^'\\]|\\.|'')*'|\"(?:[^\"\\]|\\.|\"\")*\")"
    r"|(?P<word>[^\W\d][\w$]*|\d[\w$]*)"
    r"|(?P<space>\s+)"
    r"|(?P<other>.)",
    re.DOTALL,
)
_DEFINER = re.compile(
    r"\A(?P<head>CREATE (?:OR REPLACE )?(?:ALGORITHM=\w+ )?)DEFINER=`(?:[^`]|``)*`(?:@`(?:[^`]|``)*`)? ", re.IGNORECASE
)


@dataclass(frozen=True, slots=True)
class Lexeme:
    """A piece of SQL and what it is: `comment`, `name` (in back-ticks), `text`, `word`, `space` or `other`."""

    kind: str
    text: str
    start: int

    @property
    def name(self) -> str | None:
        """The identifier that this is, without its quotes; None for what is none."""
        if self.kind == "name":
            return self.text[1:-1].replace("``", "`")
        return self.text if self.kind == "word" else None

    @property
    def is_blank(self) -> bool:
        return self.kind in ("space", "comment")


def lexemes(text: str) -> list[Lexeme]:
    return [Lexeme(match.lastgroup or "other", match.group(), match.start()) for match in _LEXEME.finditer(text)]


def without_definer(text: str) -> str:
    """A CREATE of the server's own wording without its DEFINER: whoever restores it becomes the definer."""
    return _DEFINER.sub(lambda match: match["head"], text, count=1)


def without_database(text: str, database: str) -> str:
    """The server's own wording, in which every name stands in back-ticks, without this database's name before a dot."""
    quoted = "`" + database.replace("`", "``") + "`"
    pieces = lexemes(text)
    kept: list[str] = []
    skip_dot = False
    for piece, following in zip(pieces, [*pieces[1:], None], strict=True):
        if skip_dot:
            skip_dot = False
            continue
        if piece.text == quoted and following is not None and following.text == "." and (not kept or kept[-1] != "."):
            skip_dot = True
            continue
        kept.append(piece.text)
    return "".join(kept)


def names_database(text: str, database: str) -> bool:
    """Whether the text speaks of something in this database by its full name, in upper or lower case."""
    pieces = [piece for piece in lexemes(text) if not piece.is_blank]
    return any(
        piece.name is not None and piece.name.lower() == database.lower() and following.text == "."
        for piece, following in pairwise(pieces)
    )


def tables_named(view: str) -> set[str]:
    """The tables and views that a view reads, out of the server's own wording of it.

    There columns are always qualified and aliases follow AS or a name, so a table stands alone.
    """
    pieces = [piece for piece in lexemes(view) if not piece.is_blank]
    found = set()
    for before, piece, after in zip([None, *pieces], pieces, [*pieces[1:], None], strict=False):
        if piece.kind != "name" or (after is not None and after.text == "."):
            continue
        if before is not None and (
            before.text == "." or before.kind == "name" or before.text.upper() in ("AS", "VIEW")
        ):
            continue
        found.add(str(piece.name))
    return found


def trigger_body(statement: str) -> str:
    """What a trigger does: everything behind FOR EACH ROW and its FOLLOWS or PRECEDES in the statement that made it."""
    pieces = [piece for piece in lexemes(statement) if not piece.is_blank]
    words = [piece.text.upper() for piece in pieces]
    position = next(n for n in range(len(words)) if words[n : n + 3] == ["FOR", "EACH", "ROW"]) + 3
    if words[position] in ("FOLLOWS", "PRECEDES"):
        position += 2
    return statement[pieces[position].start :]
