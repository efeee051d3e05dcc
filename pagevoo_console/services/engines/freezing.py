"""What freezing has in common on every engine: the words of a refusal, and how one of ours is told from a tenant's own.

A trigger is ours only if its name *and* its whole body are: a tenant's own trigger that happens to bear such a name is
data like any other.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Container, Sequence
from dataclasses import dataclass
from typing import Protocol, TypeVar

from pagevoo_console.domain.errors import Busy
from pagevoo_console.services.failpoints import failpoint
from pagevoo_console.services.jobs import JobContext

PREFIX = "console_freeze_"
LEDGER = "console_features"
"""The lineages' own table, which goes on taking rows."""

BY_HAND = "This database is frozen by hand: no new rows until it is released. Reading, changing and deleting work."
_AT_LIMIT = "This database is frozen: it has reached its limit of {}. Delete rows to make room; no new rows until then."
_UNITS = ("B", "kB", "MB", "GB", "TB", "PB", "EB")
_BEFORE, _AFTER = (re.escape(part) for part in _AT_LIMIT.split("{}"))
MESSAGE = f"(?:{re.escape(BY_HAND)}|{_BEFORE}[0-9.]{{1,8}} [kMGTPE]?B{_AFTER})"
"""A pattern of what a trigger of ours says, at most 128 characters as MySQL allows."""

_ROUNDS = 3


class _Named(Protocol):
    @property
    def shown(self) -> str: ...


T = TypeVar("T", bound=_Named)


@dataclass(frozen=True, slots=True)
class FrozenTables:
    """How many tables refuse new rows by a trigger of ours, and how many do not though they should in a freeze."""

    frozen: int
    unfrozen: int


def message(limit: int | None) -> str:
    """What whoever inserts is told; `limit` in bytes, None for a freeze by hand."""
    if limit is None:
        return BY_HAND
    amount, place = float(limit), 0
    while amount >= 1000 and place < len(_UNITS) - 1:
        amount, place = amount / 1000, place + 1
    return _AT_LIMIT.format(f"{amount:.3g} {_UNITS[place]}" if amount < 999.5 else f"{amount:.0f} {_UNITS[place]}")


def free_name(table: str, taken: Container[str]) -> str:
    """A name for the trigger of a table that no other trigger bears."""
    attempt = 0
    while True:
        name = PREFIX + hashlib.sha256(f"{attempt}\0{table}".encode("utf-8", "surrogateescape")).hexdigest()[:24]
        if name not in taken:
            return name
        attempt += 1


def one_by_one(
    tables: Sequence[T],
    act: Callable[[T], None],
    is_locked: Callable[[BaseException], bool],
    job: JobContext,
    title: str,
) -> int:
    """Do it to each table; those that somebody holds locked are tried again at the end. Returns how many.

    Raises Busy, naming them, where some stay locked. What was done to others stands.
    """
    left, done = list(tables), 0
    for _ in range(_ROUNDS):
        locked = []
        for table in left:
            job.progress(f"{title} {table.shown}", done, len(tables), "tables")
            try:
                act(table)
            except Exception as error:
                if not is_locked(error):
                    raise
                locked.append(table)
                continue
            done += 1
            if done == (len(tables) + 1) // 2:
                failpoint("freezing.half")
        left = locked
        if not left:
            return done
    names = ", ".join(table.shown for table in left[:5]) + (f" and {len(left) - 5} more" if len(left) > 5 else "")
    raise Busy(
        f"Somebody holds {names} locked",
        hint="A long transaction stands in the way: end it, then try again. What was done to other tables stands.",
    )
