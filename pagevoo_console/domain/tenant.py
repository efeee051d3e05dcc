"""A customer of the platform."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from pagevoo_console.domain.database import TenantDatabase


@dataclass(frozen=True, slots=True)
class Website:
    """A website of a tenant, as the master describes it."""

    id: str
    tenant: str
    name: str
    domain: str | None
    is_published: bool
    created_at: datetime | None = None
    has_database: bool = False


@dataclass(frozen=True, slots=True)
class Tenant:
    """A user, a store or an organisation. `database` is the live one or, failing that, the last that was deleted.

    `locked_to_website` is the website that the active database binds the tenant to (Pagevoo rule 3).
    """

    id: str
    name: str
    email: str
    tier: str
    status: str
    locked_to_website: str | None
    database: TenantDatabase | None
    created_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class TenantQuery:
    """What a list of tenants should hold. `search` matches any part of id, e-mail, name, domain and database name.

    `sort` is a key of `SORT_KEYS`, with a leading "-" for descending. `states`, `levels` and
    `backups` ("never", "unproved", "proved", of live databases alone) are alternatives.
    """

    search: str = ""
    tiers: tuple[str, ...] = ()
    states: tuple[str, ...] = ()
    levels: tuple[str, ...] = ()
    backups: tuple[str, ...] = ()
    sort: str = "id"
    limit: int | None = None
    offset: int = 0


SORT_KEYS = ("id", "name", "email", "tier", "state", "size", "created", "database", "domain", "used", "backup")
