"""Moving a tenant's one database from a website to another: the old one goes, a new one comes."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from pagevoo_console.domain.database import TenantDatabase
from pagevoo_console.domain.deletion import DeletionPlan
from pagevoo_console.domain.operation import Step
from pagevoo_console.domain.tenant import Website


@dataclass(frozen=True, slots=True)
class SwitchPlan:
    """What switching would do, measured. It has changed nothing; carrying it out re-checks what it rests on.

    `from_website` is the id of the website that the database belongs to now, None where that is gone. `features` are
    the titles of the active features: their data is lost, apart from the backup, and they may be installed anew. With
    `publish` the new website goes live by the very transaction that makes its database live.
    """

    deletion: DeletionPlan
    from_website: str | None
    to_website: Website
    features: tuple[str, ...]
    steps: tuple[Step, ...]
    warnings: tuple[str, ...] = ()
    publish: bool = False


@dataclass(frozen=True, slots=True)
class SwitchResult:
    """The new database, whether its website was published with it, and the backup that can bring the old one back."""

    operation: str
    tenant: str
    website: str
    database: TenantDatabase | None
    backup: str | None
    backup_path: Path | None
    is_published: bool = False
