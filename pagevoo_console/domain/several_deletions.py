"""Deleting several databases: listed first, counted by hand, one after the other, stopped at the first surprise."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from pagevoo_console.domain.deletion import DeletionPlan, DeletionResult

MOST_AT_ONCE = 25
"""More than that are never deleted by one confirmation: whoever means more confirms again, having looked again."""
PAUSE_SECONDS = 10
"""How long the first one is left to be looked at before the others follow."""


@dataclass(frozen=True, slots=True)
class SeveralDeletionsRequest:
    """Delete these tenants' databases, each of them named. Backups are never waived here, nor is the trash.

    `grace_days` is how long each can be had back, at least 1, None the usual time.
    """

    tenants: tuple[str, ...]
    backup_to: Path | None = None
    reason: str = ""
    grace_days: int | None = None
    pause_seconds: float = PAUSE_SECONDS


@dataclass(frozen=True, slots=True)
class SeveralDeletionsPlan:
    """What would be done to each, in this order; the first is the canary. It has changed nothing.

    `skipped` says of tenants why there is nothing to delete any more. `confirmation` is what has to be typed: how many
    they are and, in production, the connection's name.
    """

    request: SeveralDeletionsRequest
    deletions: tuple[DeletionPlan, ...]
    confirmation: str
    skipped: dict[str, str] = field(default_factory=dict, hash=False)

    @property
    def tables(self) -> int:
        return sum(plan.tables for plan in self.deletions)

    @property
    def rows(self) -> int:
        return sum(plan.rows for plan in self.deletions)

    @property
    def rows_exact(self) -> bool:
        return all(plan.radius.rows_exact for plan in self.deletions)

    @property
    def size_bytes(self) -> int:
        """Of those that could be measured."""
        return sum(plan.size_bytes or 0 for plan in self.deletions)

    @property
    def sessions(self) -> int:
        return sum(plan.sessions for plan in self.deletions)

    @property
    def websites_unpublished(self) -> tuple[str, ...]:
        return tuple(website for plan in self.deletions for website in plan.websites_unpublished)


@dataclass(frozen=True, slots=True)
class SeveralDeletionsResult:
    """Those that were deleted. Where something was not as planned, `surprise` says what, and at whom it stopped.

    `left` are those who were not touched because of it.
    """

    done: tuple[DeletionResult, ...]
    stopped_at: str | None = None
    surprise: str = ""
    left: tuple[str, ...] = ()
    skipped: dict[str, str] = field(default_factory=dict, hash=False)
