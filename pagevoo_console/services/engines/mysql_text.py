"""Reading what MySQL and MariaDB write as SQL: identifiers and texts told apart, nothing taken for what it is not."""

from __future__ import annotations

import re
from dataclasses import dataclass
from itertools import pairwise

from pagevoo_console.services.engines.dump_wording import Wording

_LEXEME = re.compile(
    r"(?P<comment>\#[^\n]*|--(?=\s|\Z)[^\n]*|/\*.*?\*/)"
    r"|(?P<name>`(?:[^`]|``)*`)"
    r"|(?P<text>'(?:[^'\\]|\\.|'')*'|\"(?:[^\"\\]|\\.|\"\")*\")"
    r"|(?P<word>[^\W\d][\w$]*|\d[\w$]*)"
    r"|(?P<space>\s+)"
    r"|(?P<other>.)",
    re.DOTALL,
)
_NAME = r"(?:`(?:[^`]|``)*`|\"(?:[^\"]|\"\")*\")"
_HEAD = re.compile(r"\ACREATE (?:ALGORITHM=\w+ )?")
_DEFINER = re.compile(
    rf"\A(?P<head>CREATE (?:OR REPLACE )?(?:ALGORITHM=\w+ )?)DEFINER=(?P<user>{_NAME})(?:@(?P<host>{_NAME}))? ",
    re.IGNORECASE,
)
_CHECK_OPTION = re.compile(r" WITH (?:CASCADED|LOCAL) CHECK OPTION\Z")


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


def with_definer(text: str, account: str) -> str:
    """A CREATE without a DEFINER, with this account as one, which stands there as statements name it."""
    return _HEAD.sub(lambda match: f"{match[0]}DEFINER = {account} ", text, count=1)


def definer_of(text: str) -> str:
    """The account in a CREATE's DEFINER, as `user@host`; nothing where there is none."""
    match = _DEFINER.match(text)
    if match is None:
        return ""
    return "@".join(part[1:-1].replace(part[0] * 2, part[0]) for part in match.group("user", "host") if part)


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
    """Whether the text speaks of something in this database by its full name, in upper or lower case.

    What stands in double quotes before a dot can only be a name, whatever the SQL mode.
    """
    pieces = [piece for piece in lexemes(text) if not piece.is_blank]
    return any(
        following.text == "." and _name_before_dot(piece).lower() == database.lower()
        for piece, following in pairwise(pieces)
    )


def _name_before_dot(piece: Lexeme) -> str:
    if piece.kind == "text" and piece.text.startswith('"'):
        return piece.text[1:-1].replace('""', '"')
    return piece.name or ""


def databases_named(view: str) -> set[str]:
    """Other databases that a view reads, out of the server's own wording of it, which names its own nowhere.

    There a table of another database stands behind FROM or JOIN, before its alias, or with its column behind it; a
    function stands before its arguments.
    """
    pieces = [piece for piece in lexemes(view) if not piece.is_blank]
    texts = [piece.text for piece in pieces]
    found = set()
    for position, piece in enumerate(pieces):
        before = texts[position - 1].upper() if position else ""
        if piece.kind != "name" or before == "." or texts[position + 1 : position + 2] != ["."]:
            continue
        behind = pieces[position + 3] if position + 3 < len(pieces) else None
        if before in ("FROM", "JOIN") or (behind is not None and (behind.text in ".(" or behind.kind == "name")):
            found.add(str(piece.name))
    return found


def select_of(view: str) -> str:
    """What a view reads: the SELECT in its CREATE statement, in the server's own wording, without its CHECK OPTION."""
    words = [piece for piece in lexemes(view) if not piece.is_blank]
    position = next(n for n, piece in enumerate(words) if piece.kind == "word" and piece.text.upper() == "AS")
    return _CHECK_OPTION.sub("", view[words[position + 1].start :])


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


def event_parts(statement: str) -> tuple[str, str]:
    """When an event works, and its comment and what it does; its state stands between the two.

    `statement` is the server's own wording: CREATE … EVENT name ON SCHEDULE … PRESERVE state [COMMENT '…'] DO ….
    """
    pieces = [piece for piece in lexemes(statement) if not piece.is_blank]
    words = [piece.text.upper() if piece.kind == "word" else "" for piece in pieces]
    start = next(n for n in range(len(words)) if words[n : n + 2] == ["ON", "SCHEDULE"])
    state = words.index("PRESERVE", start) + 1
    behind = next(n for n in range(state, len(words)) if words[n] in ("COMMENT", "DO"))
    return statement[pieces[start].start : pieces[state].start].rstrip(), statement[pieces[behind].start :]


def without_directories(tail: str) -> tuple[str, list[str]]:
    """A table's options and partitions without DATA and INDEX DIRECTORY; and the folders that these named."""
    pieces = lexemes(tail)
    solid = [number for number, piece in enumerate(pieces) if not piece.is_blank]
    dropped: set[int] = set()
    folders = []
    for first, second, third, fourth in zip(solid, solid[1:], solid[2:], solid[3:], strict=False):
        words = (pieces[first].text.upper(), pieces[second].text.upper(), pieces[third].text)
        if words in (("DATA", "DIRECTORY", "="), ("INDEX", "DIRECTORY", "=")) and pieces[fourth].kind == "text":
            folders.append(pieces[fourth].text)
            dropped.update(range(first - 1, fourth + 1))
    return "".join(piece.text for number, piece in enumerate(pieces) if number not in dropped), folders


def foreign_sequences(columns: str) -> list[str]:
    """Sequences of other databases that defaults take their numbers from, as `database.sequence`."""
    if "val(" not in columns:
        return []
    pieces = [piece for piece in lexemes(columns) if not piece.is_blank]
    found = []
    for word, opened, database, dot, sequence in zip(
        pieces, pieces[1:], pieces[2:], pieces[3:], pieces[4:], strict=False
    ):
        is_call = word.text.lower() in ("nextval", "lastval", "setval") and opened.text == "("
        if is_call and database.kind == "name" and dot.text == "." and sequence.kind == "name":
            found.append(f"{database.name}.{sequence.name}")
    return found


def with_plain_comment(statement: str, comment: str, sql_mode: str) -> str:
    """A program's CREATE statement with its comment as its own SQL mode wants it: the server words it for another."""
    if "NO_BACKSLASH_ESCAPES" not in sql_mode:
        return statement
    worded = comment.translate({0: "\\0", 10: "\\n", 13: "\\r", 92: "\\\\", 39: "''"})
    plain = comment.replace("'", "''")
    return statement.replace(f"COMMENT '{worded}'", f"COMMENT '{plain}'", 1)


def worded(statement: bytes) -> Wording:
    """A statement of a foreign dump. Bytes stand for letters of Latin 1, so that any character set comes back."""
    return Wording(lexemes(statement.decode("latin-1")))
