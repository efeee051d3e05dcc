"""Where one tenant's rows live: the pivot of the design."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from pagevoo_console.domain.freeze import Freeze


class DatabaseState(StrEnum):
    """What is known of a tenant database. An orphan has no tenant and appears in the fleet's status alone."""

    ACTIVE = "active"
    PROVISIONING = "provisioning"
    SUSPENDED = "suspended"
    DELETED = "deleted"
    MISSING = "missing"
    UNREACHABLE = "unreachable"


@dataclass(frozen=True, slots=True)
class RowFilter:
    """Which rows of a shared schema are one tenant's: `table.column == value`. Only the wall turns it into SQL."""

    table: str
    column: str
    value: str


@dataclass(frozen=True, slots=True)
class TenantDatabase:
    """Server, database and, in a shared schema, a row filter. After a tenant was located nothing asks which tenancy.

    `server` is a server's name within the connection. `generation` is the id of the registry row, which tells one
    database from a later one of the same name. `size_bytes` is what is allocated, None while unmeasured. `frozen` is
    told of a suspended one.
    """

    name: str
    engine: str
    server: str
    generation: str
    state: DatabaseState
    exclusive: bool = True
    schema: str = ""
    row_filter: RowFilter | None = None
    website: str | None = None
    created_at: datetime | None = None
    deleted_at: datetime | None = None
    size_bytes: int | None = None
    note: str = ""
    frozen: Freeze | None = None


@dataclass(frozen=True, slots=True)
class DatabaseSize:
    """One database's size. `allocated` is what it occupies, `reusable` what the engine could hand to new rows.

    All in bytes. `exact` is False where the figure comes from statistics that may lag.
    """

    allocated: int
    reusable: int = 0
    exact: bool = True

    @property
    def used(self) -> int:
        return max(0, self.allocated - self.reusable)


@dataclass(frozen=True, slots=True)
class TableSize:
    """What one base table takes with its indexes; `name` as `TableFacts` has it, figures as `DatabaseSize` has them.

    `exact` speaks of the bytes; `rows_estimated` may be far off on any server.
    """

    name: str
    rows_estimated: int
    allocated: int
    reusable: int = 0
    exact: bool = True

    @property
    def used(self) -> int:
        return max(0, self.allocated - self.reusable)


@dataclass(frozen=True, slots=True)
class TableFacts:
    """One base table of a tenant database as the server describes it. `rows_estimated` may be far off."""

    name: str
    rows_estimated: int
    size_bytes: int
