"""Texts for people: those from outside made safe to look at, and counts with the right word behind them."""

from __future__ import annotations

import unicodedata

_INVISIBLE_LETTERS = frozenset("\u034f\u115f\u1160\u17b4\u17b5\u2800\u3164\uffa0")
_HIDDEN_CATEGORIES = frozenset({"Cc", "Cf", "Co", "Cs", "Zl", "Zp"})
_SELECTORS = frozenset(map(chr, (*range(0xFE00, 0xFE10), *range(0xE0100, 0xE01F0))))
_PRINTABLE_BUT_UNSEEN = _INVISIBLE_LETTERS | _SELECTORS
_FIXED_SPACE = "\u00a0"
_JOINERS = frozenset("\u200c\u200d\ufe0e\ufe0f")


def noun(count: int | None, one: str, many: str = "") -> str:
    """The word for so many: `table` for 1, else `tables`, or `many` where the plural is another."""
    return one if count == 1 else many or f"{one}s"


def counted(count: int, one: str, many: str = "") -> str:
    """A count with its word: `1 table`, `0 tables`, `2 entries`."""
    return f"{count} {noun(count, one, many)}"


def visible(text: str, *, keep_newlines: bool = False) -> str:
    """The text with each character that hides, reorders or controls written out, such as `⟦U+202E⟧`.

    Two names that look alike but for an invisible character then look different, and none can turn a line around.
    Emoji keep the joiners between them. Newlines and tabs stay only with `keep_newlines`.
    """
    if text.replace(_FIXED_SPACE, "").isprintable() and _PRINTABLE_BUT_UNSEEN.isdisjoint(text):
        return text
    return "".join(
        character if _is_seen(text, place, keep_newlines) else f"⟦U+{ord(character):04X}⟧"
        for place, character in enumerate(text)
    )


def _is_seen(text: str, place: int, keep_newlines: bool) -> bool:
    character = text[place]
    if character in "\n\t":
        return keep_newlines
    if character in _JOINERS:
        return _joins_symbols(text, place)
    if character in _PRINTABLE_BUT_UNSEEN:
        return False
    return unicodedata.category(character) not in _HIDDEN_CATEGORIES


def _joins_symbols(text: str, place: int) -> bool:
    """A joiner or variation selector is part of an emoji when a symbol stands right before it."""
    before = text[place - 1] if place else ""
    if before in _JOINERS and place > 1:
        before = text[place - 2]
    return bool(before) and unicodedata.category(before) in {"So", "Sk", "Sm"}
