"""A change of several steps, written down in the master before it begins, so that a crash leaves a place to resume."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class OperationState(StrEnum):
    """`INTERRUPTED` is derived: the row says running, and nobody holds the tenant's lock any more."""

    RUNNING = "running"
    INTERRUPTED = "interrupted"
    DONE = "done"
    FAILED = "failed"
    ABANDONED = "abandoned"


class OperationKind(StrEnum):
    """What an operation does; the audit names its entries the same."""

    CREATE = "database.create"
    DELETE = "database.delete"
    SWITCH = "database.switch"
    UNDELETE = "database.undelete"
    PURGE = "database.purge"
    TIER = "tenant.tier"
    INSTALL = "feature.install"
    UPGRADE = "feature.upgrade"
    DISABLE = "feature.disable"
    ENABLE = "feature.enable"
    UNINSTALL = "feature.uninstall"
    MEND = "feature.repair"
    ADOPT = "feature.adopt"
    RESTORE = "backup.restore"
    RESTORE_PART = "backup.restore_part"
    IMPORT = "backup.import"
    ENFORCE = "quota.enforce"
    RELEASE = "quota.release"
    REPAIR = "fleet.repair"
    CREATE_ACCOUNT = "account.create"
    REMOVE_ACCOUNT = "account.remove"


SILENT_SECONDS = 90.0
"""Without a sign of life for so long, by the master's clock, an operation can be taken over."""


@dataclass(frozen=True, slots=True)
class Step:
    """One step of a plan, as it is shown and as it is journalled. `name` is stable, `title` a sentence for people."""

    name: str
    title: str
    is_destructive: bool = False


@dataclass(frozen=True, slots=True)
class Operation:
    """A row of the intent log. `target` is what no two live operations may share: the tenant.

    `is_silent` where it holds its tenant without a sign of life for SILENT_SECONDS, and may be taken over.
    """

    id: str
    kind: str
    tenant: str
    target: str
    database: str
    server: str
    state: OperationState
    step: str | None
    owner: str
    epoch: int
    created_at: datetime
    heartbeat_at: datetime
    finished_at: datetime | None = None
    error: str | None = None
    steps: tuple[Step, ...] = ()
    is_silent: bool = False

    @property
    def is_open(self) -> bool:
        return self.state in (OperationState.RUNNING, OperationState.INTERRUPTED, OperationState.FAILED)
