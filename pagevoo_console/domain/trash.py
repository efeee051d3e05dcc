"""The trash: databases that were deleted or replaced, and can be had back until their grace period ends."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any

from pagevoo_console.domain.operation import Step

DEFAULT_GRACE_DAYS = 7
LONGEST_GRACE_DAYS = 3650
TRASH_PREFIX = "pagevoo_trash_"
"""What the names of databases in the trash begin with. A hint for people: what is ours is told by the record alone."""


class TrashState(StrEnum):
    """`KEPT` can be had back; the others say how it ended."""

    KEPT = "kept"
    PURGED = "purged"
    UNDELETED = "undeleted"


@dataclass(frozen=True, slots=True)
class TrashEntry:
    """A database in the trash. `operation` is the one that put it there, and what it is addressed by.

    `name` is what it is called while it is there. `size_bytes` is None where nobody measured it. One that
    `is_replaced` stood where another stands now, which a restore or an import put in its place.
    """

    operation: str
    kind: str
    tenant: str
    database: str
    name: str
    server: str
    generation: str
    website: str | None
    deleted_at: datetime
    purge_after: datetime
    grace_days: int
    by: str
    reason: str
    backup: str | None
    backup_path: str | None
    state: TrashState = TrashState.KEPT
    size_bytes: int | None = None
    is_missing: bool = False
    is_replaced: bool = False

    def is_expired(self, moment: datetime) -> bool:
        """Whether its grace period has ended."""
        return moment >= self.purge_after

    def days_left(self, moment: datetime) -> int:
        """Whole days and the begun one until it may be purged; 0 once it may."""
        seconds = (self.purge_after - moment).total_seconds()
        return 0 if seconds <= 0 else int(-(-seconds // 86400))


@dataclass(frozen=True, slots=True)
class PurgePlan:
    """What purging would do. Reads only; there is no way back from it but a backup."""

    entry: TrashEntry
    tenant_name: str
    steps: tuple[Step, ...]
    warnings: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class UndeletePlan:
    """What undeleting would do. Reads only. `website` is the one that the database will be bound to, None for none.

    `is_registered` says whether it becomes the tenant's active database again, as it was before. Where it `replaces` a
    live one, which goes into the trash in its turn, the database's name must be typed.
    """

    entry: TrashEntry
    tenant_name: str
    website: str | None
    is_registered: bool
    steps: tuple[Step, ...]
    warnings: tuple[str, ...] = ()
    replaces: bool = False
    data: dict[str, Any] = field(default_factory=dict, hash=False)


@dataclass(frozen=True, slots=True)
class TrashResult:
    """What was purged or had back, by which operation."""

    operation: str
    entry: TrashEntry


@dataclass(frozen=True, slots=True)
class PurgeSweep:
    """What a sweep of the expired did: operations of deletions, and why some were left where they are."""

    purged: tuple[str, ...] = ()
    left: tuple[tuple[str, str], ...] = ()
