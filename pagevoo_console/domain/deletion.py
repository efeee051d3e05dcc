"""Irreversible: always planned, always audited."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from pagevoo_console.domain.database import TenantDatabase
from pagevoo_console.domain.operation import Step


@dataclass(frozen=True, slots=True)
class DeletionRequest:
    """Delete one tenant's database. Without a backup there must be a reason, which the audit keeps.

    `delete_website` is the website that goes with it.
    """

    tenant: str
    backup_to: Path | None = None
    no_backup: bool = False
    reason: str = ""
    grace_days: int | None = None
    delete_website: str | None = None


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


@dataclass(frozen=True, slots=True)
class DeletionResult:
    """What was deleted, and the backup that can bring it back (None when it was waived)."""

    operation: str
    tenant: str
    database: str
    backup: str | None
    backup_path: Path | None
