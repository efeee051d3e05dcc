"""The end of a tenant's database: always planned, always audited, and with a way back for as long as was asked for."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from pagevoo_console.domain.database import TenantDatabase
from pagevoo_console.domain.operation import Step


@dataclass(frozen=True, slots=True)
class DeletionRequest:
    """Delete one tenant's database. Without a backup there must be a reason, which the audit keeps.

    `delete_website` is the website that goes with it. `grace_days` is how long it can be had back from the trash: 0
    drops it at once, None is the usual time.
    """

    tenant: str
    backup_to: Path | None = None
    no_backup: bool = False
    reason: str = ""
    grace_days: int | None = None
    delete_website: str | None = None


@dataclass(frozen=True, slots=True)
class BlastRadius:
    """What a deletion takes with it, measured a moment ago.

    `rows` are counted where `rows_exact`, else estimated by the server. `last_write` is the newest time that any row
    bears. Open orders and coming bookings are None where the tenant has no such feature.
    """

    tables: int = 0
    rows: int = 0
    rows_exact: bool = True
    size_bytes: int | None = None
    last_write: datetime | None = None
    sessions: int = 0
    open_orders: int | None = None
    open_bookings: int | None = None


@dataclass(frozen=True, slots=True)
class DeletionPlan:
    """What deleting would do, measured. It has changed nothing; carrying it out re-checks what it rests on."""

    request: DeletionRequest
    tenant_name: str
    tenant_email: str
    database: TenantDatabase
    server_address: str
    tables: int
    rows: int
    size_bytes: int | None
    sessions: int
    websites_unpublished: tuple[str, ...]
    newest_proved_backup: datetime | None
    steps: tuple[Step, ...]
    warnings: tuple[str, ...] = ()
    radius: BlastRadius = BlastRadius()
    grace_days: int = 0
    purge_after: datetime | None = None

    @property
    def is_kept(self) -> bool:
        """Whether it can be had back from the trash; `purge_after` is until when, were it deleted now."""
        return self.purge_after is not None


@dataclass(frozen=True, slots=True)
class DeletionResult:
    """What was deleted, and the backup that can bring it back (None when it was waived).

    `trash` is what it is called in the trash until `purge_after`; None where it was dropped at once.
    """

    operation: str
    tenant: str
    database: str
    backup: str | None
    backup_path: Path | None
    trash: str | None = None
    purge_after: datetime | None = None


@dataclass(frozen=True, slots=True)
class DeletionCertificate:
    """What was deleted, how much it was, by whom, why and when, and what is left of it: for whoever asks later.

    `state` is `kept`, `purged`, `undeleted`, or `dropped` where it never was in the trash. `tables` are rows by table,
    counted by the backup where `rows_exact`. `audit_hash` is the trail's entry that says the same.
    """

    operation: str
    platform: str
    tenant: str
    tenant_name: str
    tenant_email: str
    database: str
    generation: str
    server: str
    website: str | None
    state: str
    actor: str
    host: str
    reason: str
    began_at: datetime
    deleted_at: datetime
    purge_after: datetime | None
    ended_at: datetime | None
    ended_by: str | None
    tables: dict[str, int] = field(hash=False)
    rows_exact: bool
    backup: str | None
    backup_path: str | None
    backup_sha256: str | None
    backup_proved_at: datetime | None
    audit_seq: int | None
    audit_hash: str | None
    console_version: str

    @property
    def rows(self) -> int:
        return sum(self.tables.values())
