"""Limits, and what is used of them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

NEAR_FRACTION = 0.8


class QuotaLevel(StrEnum):
    """How close to the limit; `OVER` from the limit itself on, `UNKNOWN` where there is a limit and no measure."""

    OK = "ok"
    NEAR = "near"
    OVER = "over"
    UNLIMITED = "unlimited"
    UNKNOWN = "unknown"


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
class Forecast:
    """When a limit is likely reached at the pace of late: `at`, and the days until then with their uncertainty.

    `low` and `high` are days from the moment of the forecast; `high` is None where it may as well never happen.
    """

    at: datetime
    low: float
    likely: float
    high: float | None


@dataclass(frozen=True, slots=True)
class UsageSample:
    """What a tenant used of a quota on one day. `generation` tells its database from an earlier one of that name."""

    tenant: str
    generation: str
    quota: str
    sampled_at: datetime
    used: int
    limit: int | None
    exact: bool = True


@dataclass(frozen=True, slots=True)
class QuotaAlert:
    """A tenant has crossed a threshold, in percent of a limit: told once, open until it is well below again."""

    tenant: str
    generation: str
    quota: str
    threshold: int
    used: int
    limit: int
    raised_at: datetime


@dataclass(frozen=True, slots=True)
class FeatureUsage:
    """What the tables of one lineage take; `other` is what belongs to none. `exact` where every figure is."""

    feature: str
    title: str
    tables: int
    rows_estimated: int
    used: int
    exact: bool


@dataclass(frozen=True, slots=True)
class TableUsage:
    """What one table takes, and whose it is."""

    name: str
    feature: str
    rows_estimated: int
    allocated: int
    used: int
    exact: bool


@dataclass(frozen=True, slots=True)
class UsageReport:
    """What a database uses of its limits, and what takes it. `means` says in words what counts as used there."""

    tenant: str
    database: str
    measured_at: datetime
    means: str
    usages: tuple[QuotaUsage, ...]
    tables: tuple[TableUsage, ...]
    features: tuple[FeatureUsage, ...]


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
    forecast: Forecast | None = None

    @property
    def runs_out_at(self) -> datetime | None:
        """When the limit is likely reached; None where nothing can be said, or where it has been reached already."""
        return None if self.forecast is None else self.forecast.at

    @property
    def level(self) -> QuotaLevel:
        if self.limit is None:
            return QuotaLevel.UNLIMITED
        return QuotaLevel.UNKNOWN if self.used is None else level_of(self.used, self.limit)

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
