"""Backing up or proving everybody: what would be done, and what came of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum


@dataclass(frozen=True, slots=True)
class FleetPlan:
    """Who is backed up or proved. `taken_up` is when an earlier run began that did not get everybody done.

    `selection` is a word for those who were asked for. `skipped` says of each tenant why nothing is done, `failed` why
    nothing can be; both come to the result as they are.
    """

    tenants: tuple[str, ...]
    skipped: dict[str, str] = field(default_factory=dict)
    failed: dict[str, str] = field(default_factory=dict)
    taken_up: datetime | None = None
    selection: str = "all"


class FleetWork(StrEnum):
    """What is done for everybody."""

    BACKUP = "backup"
    VERIFY = "verify"


@dataclass(frozen=True, slots=True)
class FleetRun:
    """How the newest run of a kind ended: what became of each tenant. Times are UTC."""

    work: FleetWork
    began: datetime
    ended: datetime
    done: tuple[str, ...] = ()
    failed: dict[str, str] = field(default_factory=dict)
    skipped: dict[str, str] = field(default_factory=dict)

    def still_failed(self, newest: Mapping[str, datetime | None]) -> dict[str, str]:
        """Who failed in it and has no newer backup since; `newest` says when each tenant's newest one was made."""
        return {
            tenant: why
            for tenant, why in self.failed.items()
            if (made := newest.get(tenant)) is None or made <= self.ended
        }


@dataclass(slots=True)
class FleetResult:
    """Tenants by what came of them: those in `failed` and `skipped` with a sentence."""

    done: list[str] = field(default_factory=list)
    failed: dict[str, str] = field(default_factory=dict)
    skipped: dict[str, str] = field(default_factory=dict)
