"""Fuzzy matching for the command palette: pure, case-blind, and fond of the beginnings of words."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TypeVar

Item = TypeVar("Item")

_AT_START = 16
_AT_WORD = 8
_IN_A_ROW = 6
_PER_GAP = 1


def score(needle: str, text: str) -> int | None:
    """How well the needle's letters stand in the text in their order; None when they do not. Higher is better."""
    wanted, searched = needle.casefold().replace(" ", ""), text.casefold()
    if not wanted:
        return 0
    best: int | None = None
    for start, character in enumerate(searched):
        if character == wanted[0]:
            found = _score_from(wanted, searched, start)
            if found is None:
                break
            best = found if best is None else max(best, found)
    return best


def _score_from(wanted: str, searched: str, start: int) -> int | None:
    total, place, previous = 0, start, start - 1
    for character in wanted:
        place = searched.find(character, previous + 1)
        if place < 0:
            return None
        if place == 0:
            total += _AT_START
        elif not searched[place - 1].isalnum():
            total += _AT_WORD
        if place == previous + 1 and previous >= start:
            total += _IN_A_ROW
        else:
            total -= min(_AT_WORD, (place - previous - 1) * _PER_GAP) if previous >= start else 0
        previous = place
    return total * 100 - len(searched)


def ranked(needle: str, items: Iterable[Item], text: Callable[[Item], str], limit: int) -> list[Item]:
    """The items whose text matches, best first; in their own order when nothing is asked for."""
    scored = [(found, item) for item in items if (found := score(needle, text(item))) is not None]
    if needle.strip():
        scored.sort(key=lambda pair: -pair[0])
    return [item for _, item in scored[:limit]]
