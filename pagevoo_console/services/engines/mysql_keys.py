"""A table's own wording brought into the order, and rid of the words, that no statement brings about.

The server sorts keys when a table is made, by what its columns allow at that moment; a table that was altered since may
have them otherwise. Options that it does not know it keeps as comments.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

_TOKEN = re.compile(r"(,)(?=\n)|`(?:[^`]|``)*`|'(?:[^'\\]|''|\\.)*'|[^`',]+|.", re.DOTALL)
_QUOTED = re.compile(r"`(?:[^`]|``)*`|'(?:[^'\\]|''|\\.)*'", re.DOTALL)
_UNKNOWN_OPTION = re.compile(
    r"(`(?:[^`]|``)*`|'(?:[^'\\]|''|\\.)*')|(?: /\* `((?:[^`]|``)+)`=(?:'(?:[^'\\]|''|\\.)*'|\w+) \*/)", re.DOTALL
)
_COLUMN = re.compile(r"\n  (`(?:[^`]|``)+`)(.*)", re.DOTALL)
_DEFAULTED = re.compile(r" (?:NOT NULL|DEFAULT|AUTO_INCREMENT|GENERATED ALWAYS)\b")
_BEHIND_DEFAULT = re.compile(rf"{_QUOTED.pattern}|( (?:COMMENT|CHECK|WITHOUT SYSTEM|COMPRESSED)\b)", re.DOTALL)
_KEY = re.compile(r"\n  (PRIMARY |UNIQUE |FULLTEXT |SPATIAL )?KEY ")
_PART = re.compile(r"(`(?:[^`]|``)+`)(\(\d+\))?")


def with_sorted_keys(body: str) -> str:
    """The columns and keys of a CREATE statement, up to the bracket that closes them, with its keys as a server would.

    Columns, keys and constraints stand on lines of their own, in this order.
    """
    items = list(_items(body.removesuffix("\n")))
    keys = [number for number, item in enumerate(items) if _KEY.match(item)]
    if len(keys) < 2 or any(" USING HASH" in items[number] for number in keys):
        return body
    columns = [match for item in items if (match := _COLUMN.search(item))]
    nullable = {match[1] for match in columns if " NOT NULL" not in _QUOTED.sub("", match[2])}
    ordered = sorted((items[number] for number in keys), key=lambda item: _rank(item, nullable))
    for number, item in zip(keys, ordered, strict=True):
        items[number] = item
    return ",".join(items) + "\n" * body.endswith("\n")


def without_unknown_options(text: str) -> tuple[str, ...]:
    """A part of a statement without options that the server only remembers; then what each of them is called."""
    names = [match[2].replace("``", "`") for match in _UNKNOWN_OPTION.finditer(text) if match[2]]
    return _UNKNOWN_OPTION.sub(lambda match: match[1] or "", text), *names


def with_defaults(body: str) -> tuple[str, ...]:
    """The columns and keys with NULL as the default of columns that have none and may be NULL; then their names.

    Tables made from what the server says of itself have such columns, and no statement of its own makes the like.
    """
    items, names = list(_items(body)), []
    for number, item in enumerate(items):
        match = _COLUMN.search(item)
        if match is None or _DEFAULTED.search(_QUOTED.sub("", match[2])):
            continue
        at = next((found.start() for found in _BEHIND_DEFAULT.finditer(match[2]) if found[1]), len(match[2].rstrip()))
        items[number] = f"{item[: match.start(2)]}{match[2][:at]} DEFAULT NULL{match[2][at:]}"
        names.append(match[1][1:-1].replace("``", "`"))
    return ",".join(items), *names


def _items(body: str) -> Iterator[str]:
    """What stands between the commas at the ends of lines; the first item has the words before it in front."""
    begin = 0
    for token in _TOKEN.finditer(body):
        if token[1]:
            yield body[begin : token.start()]
            begin = token.end()
    yield body[begin:]


def _rank(item: str, nullable: set[str]) -> tuple[bool, bool, bool, bool, bool]:
    """As the server's `sort_keys` has it; keys of one rank stay in their order."""
    match = _KEY.match(item)
    kind = (match[1] or "").strip() if match else ""
    if kind not in ("PRIMARY", "UNIQUE"):
        return True, False, False, False, kind == "FULLTEXT"
    parts = _PART.findall(item[item.index("(") :] if kind == "PRIMARY" else _QUOTED.sub("", item, count=1))
    return False, any(name in nullable for name, _ in parts), kind != "PRIMARY", any(cut for _, cut in parts), False
