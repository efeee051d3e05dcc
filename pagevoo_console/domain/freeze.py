"""A database that takes no new rows: since when, why, and by whom."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from pagevoo_console.domain.operation import Step
from pagevoo_console.domain.quota import QuotaUsage


class FreezeReason(StrEnum):
    """`QUOTA` thaws by itself once there is room again, `MANUAL` never does; `UNKNOWN` was written down by nobody."""

    QUOTA = "quota"
    MANUAL = "manual"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Freeze:
    """Reading, changing and deleting work, new rows are refused. `since` is None where nobody wrote it down."""

    since: datetime | None
    reason: FreezeReason
    by: str

    @property
    def sentence(self) -> str:
        """For people: what it is, why, since when and by whom."""
        why = {FreezeReason.QUOTA: " at its limit", FreezeReason.MANUAL: " by hand", FreezeReason.UNKNOWN: ""}
        since = "" if self.since is None else f" since {self.since:%Y-%m-%d %H:%M} UTC"
        by = f", by {self.by}" if self.by else ""
        return f"Frozen{why[self.reason]}{since}{by}: new rows are refused"


@dataclass(frozen=True, slots=True)
class FreezePlan:
    """What freezing would do. `steps` are none where there is nothing to do: frozen already, or not over its limit.

    `tables` is how many do not refuse new rows yet, `frozen` how it is frozen already.
    """

    tenant: str
    database: str
    generation: str
    reason: FreezeReason
    message: str
    usages: tuple[QuotaUsage, ...]
    frozen: Freeze | None
    tables: int
    steps: tuple[Step, ...]


@dataclass(frozen=True, slots=True)
class ReleasePlan:
    """What releasing would do. `steps` are none where it is not frozen and nothing is to be compacted."""

    tenant: str
    database: str
    generation: str
    compacts: bool
    usages: tuple[QuotaUsage, ...]
    frozen: Freeze | None
    largest_table: int
    steps: tuple[Step, ...]
    warnings: tuple[str, ...] = ()
