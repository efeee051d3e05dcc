"""What a tenant may do with its websites, and what deleting one would do."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from pagevoo_console.domain.database import TenantDatabase
from pagevoo_console.domain.deletion import DeletionPlan
from pagevoo_console.domain.operation import Step
from pagevoo_console.domain.tenant import Website


@dataclass(frozen=True, slots=True)
class Lock:
    """Whether a tenant may do something now and, where it may not, why and the way out (Pagevoo rules 1 to 3 and 5).

    `action` is a word such as `new_template`, or a word and a website such as `edit_website:7`. `code` is what a
    refusal would be called, empty where it is allowed.
    """

    action: str
    code: str = ""
    why: str = ""
    way_out: str = ""

    @property
    def allowed(self) -> bool:
        return not self.code


@dataclass(frozen=True, slots=True)
class WebsiteDeletionRequest:
    """Delete a website, alone or with the database it has. The rest says how that database is deleted."""

    website: str
    with_database: bool = False
    backup_to: Path | None = None
    no_backup: bool = False
    reason: str = ""
    grace_days: int | None = None


@dataclass(frozen=True, slots=True)
class WebsiteDeletionPlan:
    """What deleting a website would do. `rows` counts what goes with it in the master, by table.

    `deletion` is how its database goes first, None where it has none.
    """

    request: WebsiteDeletionRequest
    website: Website
    deletion: DeletionPlan | None
    rows: dict[str, int] = field(default_factory=dict, hash=False)
    steps: tuple[Step, ...] = ()


@dataclass(frozen=True, slots=True)
class WebsiteResult:
    """A website after something was done to it, and its tenant's live database, if any.

    `operation` is None where it took one step; `backup` and `backup_path` are set where a database was deleted.
    """

    website: Website
    database: TenantDatabase | None
    operation: str | None = None
    backup: str | None = None
    backup_path: Path | None = None
