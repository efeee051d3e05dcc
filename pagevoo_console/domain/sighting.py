"""What was last seen of a tenant and its database: facts with their time, never the ground for a plan."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from pagevoo_console.domain.database import DatabaseState
from pagevoo_console.domain.freeze import Freeze
from pagevoo_console.domain.quota import QuotaLevel, level_of


@dataclass(frozen=True, slots=True)
class Sighting:
    """One look at one tenant database. Sizes in bytes, None while unmeasured; `features` maps names to is_active."""

    tenant: str
    state: DatabaseState | None
    seen_at: datetime
    allocated: int | None = None
    used: int | None = None
    exact: bool = True
    note: str = ""
    features: dict[str, bool] | None = field(default=None, hash=False)
    is_outdated: bool = False


@dataclass(frozen=True, slots=True)
class TenantEntry:
    """A tenant as the directory holds it: the registry's words, and what was last seen of its database.

    `seen_at` is when the database was last looked at, None when it never was; `limit` is the tier's, in bytes.
    """

    id: str
    name: str
    email: str
    tier: str
    status: str
    domain: str | None
    is_published: bool
    locked_to_website: str | None
    database: str | None
    engine: str | None
    server: str | None
    generation: str | None
    state: DatabaseState | None
    allocated: int | None
    used: int | None
    exact: bool
    limit: int | None
    seen_at: datetime | None
    note: str
    features: tuple[str, ...]
    is_outdated: bool
    backup_at: datetime | None
    proved_at: datetime | None
    created_at: datetime | None
    database_created_at: datetime | None
    websites: int = 0
    frozen: Freeze | None = None

    @property
    def level(self) -> QuotaLevel | None:
        """None where there is nothing to measure."""
        if self.used is None:
            return None
        return QuotaLevel.UNLIMITED if self.limit is None else level_of(self.used, self.limit)


@dataclass(frozen=True, slots=True)
class Orphan:
    """A database that bears a tenant's name and that no live registry row owns; `is_undead` when a row says deleted."""

    name: str
    server: str
    allocated: int | None
    is_undead: bool
    seen_at: datetime


@dataclass(frozen=True, slots=True)
class ServerSighting:
    """When a server was last scanned and what was wrong, if anything."""

    name: str
    engine: str
    databases: int | None
    seen_at: datetime
    problem: str | None = None


@dataclass(frozen=True, slots=True)
class FleetSummary:
    """The fleet in figures, from sightings. Lists hold tenant ids; `registry_at` is when the registry was last read."""

    tenants: int
    databases: int
    size_bytes: int
    by_state: dict[str, int]
    by_tier: dict[str, int]
    orphans: tuple[Orphan, ...]
    missing: tuple[str, ...]
    near: tuple[str, ...]
    over: tuple[str, ...]
    unreachable: tuple[str, ...]
    outdated: tuple[str, ...]
    published_without_database: tuple[str, ...]
    without_backup: int
    servers: tuple[ServerSighting, ...]
    registry_at: datetime | None
    scanned_at: datetime | None
