"""Limits, and what is used of them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

NEAR_FRACTION = 0.8


class QuotaLevel(StrEnum):
    """How close to the limit; `OVER` from the limit itself on."""

    OK = "ok"
    NEAR = "near"
    OVER = "over"
    UNLIMITED = "unlimited"


class QuotaMetric(StrEnum):
    """How a quota is measured. Each platform's quotas name one of these."""

    DATABASE_BYTES = "database_bytes"
    ROW_COUNT = "row_count"
    ROWS_THIS_MONTH = "rows_this_month"
    COLUMN_SUM = "column_sum"
    COLUMN_VALUE = "column_value"


@dataclass(frozen=True, slots=True)
class Quota:
    """A kind of limit that a platform's tiers set, e.g. the size of the database in bytes."""

    name: str
    title: str
    unit: str
    metric: QuotaMetric
    table: str = ""
    column: str = ""


@dataclass(frozen=True, slots=True)
class QuotaUsage:
    """What one tenant uses of one quota. `used` is None where nobody could measure it.

    `measured_at` is when, `exact` whether the engine vouches for the figure.
    """

    quota: str
    used: int | None
    limit: int | None
    unit: str
    title: str = ""
    measured_at: datetime | None = None
    exact: bool = True
    runs_out_at: datetime | None = None

    @property
    def level(self) -> QuotaLevel:
        if self.limit is None:
            return QuotaLevel.UNLIMITED
        return level_of(self.used or 0, self.limit)

    @property
    def left(self) -> int | None:
        if self.limit is None or self.used is None:
            return None
        return max(0, self.limit - self.used)

    @property
    def fraction(self) -> float | None:
        """Used over limit; above 1.0 when over, None when unlimited or unmeasured."""
        if self.used is None or self.limit is None:
            return None
        return self.used / self.limit if self.limit else 1.0


def level_of(used: int, limit: int) -> QuotaLevel:
    """*Over* is used >= limit, *near* from 80 % (decisions: Freeze)."""
    if used >= limit:
        return QuotaLevel.OVER
    if used >= limit * NEAR_FRACTION:
        return QuotaLevel.NEAR
    return QuotaLevel.OK
