"""Statements of a foreign dump as lists of words: found, shown and changed without touching what is quoted."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Protocol

SHOWN_LETTERS = 80
_HIDING = re.compile(r"'(?:[^'\\]|\\.|'')*'")


class Lexeme(Protocol):
    """A piece of SQL as an engine's lexer tells it: `comment`, `name` (quoted), `text`, `word`, `space` or `other`."""

    @property
    def kind(self) -> str: ...
    @property
    def text(self) -> str: ...
    @property
    def name(self) -> str | None: ...
    @property
    def is_blank(self) -> bool: ...


@dataclass(frozen=True, slots=True)
class _Nothing:
    """What stands before the first lexeme and behind the last."""

    kind: str = "other"
    text: str = ""
    name: str | None = None
    is_blank: bool = True


_NOTHING = _Nothing()


@dataclass(frozen=True, slots=True)
class Change:
    """Lexemes from `start` up to `end`, by their numbers, become `text`."""

    start: int
    end: int
    text: str


class Wording:
    """One statement. Bytes stand for letters of Latin 1, one for one, so that any character set comes back as it was.

    `solid` are the numbers of the lexemes that are neither blank nor comment.
    """

    def __init__(self, pieces: Sequence[Lexeme]) -> None:
        self.pieces = pieces
        self.solid = [number for number, piece in enumerate(self.pieces) if not piece.is_blank]
        self._changes: list[Change] = []

    def __len__(self) -> int:
        return len(self.solid)

    def piece(self, place: int) -> Lexeme:
        """The solid lexeme at this place; an empty one behind the last."""
        return self.pieces[self.solid[place]] if 0 <= place < len(self.solid) else _NOTHING

    def word(self, place: int) -> str:
        """The keyword there, in upper case; empty for what is quoted or a sign."""
        piece = self.piece(place)
        return piece.text.upper() if piece.kind == "word" else ""

    def words(self, place: int, count: int) -> tuple[str, ...]:
        return tuple(self.word(place + number) for number in range(count))

    def name(self, place: int) -> str:
        """The identifier there, readable; empty where there is none."""
        piece = self.piece(place)
        text = piece.name
        if text is None and piece.kind == "text":
            text = piece.text[1:-1]
        return "" if text is None else text.encode("latin-1").decode("utf-8", "replace")

    def qualified(self, place: int) -> tuple[str, str, int]:
        """(database or nothing, name, the place behind it) of what is named there."""
        if self.piece(place + 1).text == ".":
            return self.name(place), self.name(place + 2), place + 3
        return "", self.name(place), place + 1

    def change(self, place: int, behind: int, text: str) -> None:
        """Put this in the place of the solid lexemes from `place` up to `behind`, and of the blanks between them."""
        self._changes.append(Change(self.solid[place], self.solid[behind - 1] + 1, text))

    def insert(self, place: int, text: str) -> None:
        self._changes.append(Change(self.solid[place], self.solid[place], text))

    @property
    def is_changed(self) -> bool:
        return bool(self._changes)

    def changed(self) -> bytes:
        texts = [piece.text for piece in self.pieces]
        for change in sorted(self._changes, key=lambda one: (one.start, one.end), reverse=True):
            texts[change.start : change.end] = [change.text]
        return "".join(texts).encode("latin-1")

    def find(self, *wanted: str, start: int = 0) -> int:
        """Where these keywords stand one behind the other, -1 where they do not."""
        last = len(self.solid) - len(wanted) + 1
        return next((place for place in range(start, last) if self.words(place, len(wanted)) == wanted), -1)

    def pairs(self) -> Iterable[tuple[int, str, str]]:
        """Every `a.b` in it, as (place, a, b)."""
        for place in range(1, len(self.solid) - 1):
            if self.piece(place).text == "." and self.piece(place - 1).name is not None:
                yield place - 1, self.name(place - 1), self.name(place + 1)


def shown(statement: bytes) -> str:
    """The beginning of a statement for people: one line, and nobody's values."""
    text = " ".join(statement[:400].decode("utf-8", "replace").split())
    text = _HIDING.sub("'…'", text)
    return text if len(text) <= SHOWN_LETTERS else f"{text[:SHOWN_LETTERS]}…"


def split_assignments(wording: Wording, start: int) -> list[tuple[int, int]]:
    """The (place, behind) of each assignment of a SET, whose commas within brackets belong to values."""
    found, depth, begin = [], 0, start
    for place in range(start, len(wording)):
        sign = wording.piece(place).text
        depth += (sign == "(") - (sign == ")")
        if sign == "," and depth == 0:
            found.append((begin, place))
            begin = place + 1
    found.append((begin, len(wording)))
    return found
