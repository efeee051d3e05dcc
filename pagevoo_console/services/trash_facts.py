"""What the console's own record says of databases beside the tenants': what is in the trash, what is at work."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from pagevoo_console.domain.operation import OperationState
from pagevoo_console.domain.trash import TrashEntry
from pagevoo_console.services.master import Master
from pagevoo_console.services.trash_records import TrashRecords

_OPERATIONS = sa.table(
    "console_operations", sa.column("id", sa.BigInteger), *(sa.column(name) for name in ("state", "plan", "evidence"))
)
_OPEN = (OperationState.RUNNING.value, OperationState.INTERRUPTED.value, OperationState.FAILED.value)


@dataclass(frozen=True, slots=True)
class TrashFacts:
    """`kept` is what should be in the trash, `open_operations` the numbers of those that have not ended.

    `spoken_of` are all words of records and of unfinished operations: a database whose name is among them is accounted
    for, whatever the operation is about to do with it.
    """

    kept: tuple[TrashEntry, ...]
    open_operations: frozenset[int]
    spoken_of: frozenset[str]

    def accounts_for(self, name: str, operation: int | None) -> bool:
        """Whether somebody speaks of this database, or is at work on it: `operation` is the one it is named after."""
        return name in self.spoken_of or operation in self.open_operations

    def through(self, later: TrashFacts) -> TrashFacts:
        """What holds from this look until that one: nothing that came or went between them becomes a finding."""
        still = {entry.operation for entry in later.kept}
        return TrashFacts(
            tuple(entry for entry in self.kept if entry.operation in still),
            self.open_operations | later.open_operations,
            self.spoken_of | later.spoken_of,
        )


def read_trash(master: Master) -> TrashFacts:
    """The record as it is now. Reads only; empty without console tables."""
    kept = tuple(record.entry for record in TrashRecords(master).kept())
    with master.reading() as session:
        if not sa.inspect(session).has_table(_OPERATIONS.name):
            return TrashFacts((), frozenset(), frozenset())
        rows = session.execute(sa.select(_OPERATIONS).where(_OPERATIONS.c.state.in_(_OPEN))).all()
    words = (word for row in rows for part in (row.plan, row.evidence) for word in _words(json.loads(part or "{}")))
    return TrashFacts(
        kept,
        frozenset(int(row.id) for row in rows),
        frozenset(entry.name for entry in kept) | frozenset(words),
    )


def _words(value: Any) -> Iterator[str]:
    """Every text within a document."""
    match value:
        case str():
            yield value
        case dict():
            for part in value.values():
                yield from _words(part)
        case list():
            for part in value:
                yield from _words(part)
