"""When a limit will be reached at the pace of late: a robust line through the samples, and how far they lie off it."""

from __future__ import annotations

import statistics
from collections.abc import Sequence
from datetime import datetime, timedelta
from itertools import combinations
from math import sqrt

from pagevoo_console.domain.quota import Forecast, UsageSample

SHORT = timedelta(days=30)
LONG = timedelta(days=90)
FEWEST = 5
FARTHEST_DAYS = 730.0
_DAY = 86_400.0
_FLAT = 1e-6
"""Growth a day, as a share of the limit, below which nothing is said to grow."""


def forecast(samples: Sequence[UsageSample], limit: int | None, moment: datetime) -> Forecast | None:
    """When `limit` is reached, from samples of one quota of one database, oldest first.

    The last 30 days speak where there are five samples in them, else the last 90. None with fewer than five, where
    nothing grows, where the limit has been reached, and where it is more than two years away. The line is Theil and
    Sen's: one odd day does not bend it. Uncertainty is twice the standard error that the residuals give.
    """
    recent = [sample for sample in samples if moment - sample.sampled_at <= SHORT]
    if len(recent) < FEWEST:
        recent = [sample for sample in samples if moment - sample.sampled_at <= LONG]
    if limit is None or len(recent) < FEWEST or recent[-1].used >= limit:
        return None
    days = [(sample.sampled_at - moment).total_seconds() / _DAY for sample in recent]
    used = [float(sample.used) for sample in recent]
    points = list(zip(days, used, strict=True))
    slopes = [(b[1] - a[1]) / (b[0] - a[0]) for a, b in combinations(points, 2) if b[0] > a[0]]
    slope = statistics.median(slopes) if slopes else 0.0
    if slope <= limit * _FLAT:
        return None
    base = statistics.median(y - slope * x for x, y in points)
    likely = max(0.0, (limit - base) / slope)
    if likely > FARTHEST_DAYS:
        return None
    off = _standard_error(points, slope, base, likely) * 2 / slope
    high = likely + off
    return Forecast(
        moment + timedelta(days=likely), max(0.0, likely - off), likely, high if high <= FARTHEST_DAYS else None
    )


def _standard_error(points: Sequence[tuple[float, float]], slope: float, base: float, day: float) -> float:
    """How far off the line may be at a day, in bytes: the more, the farther that day is from what was sampled."""
    residuals = [y - base - slope * x for x, y in points]
    spread = sqrt(sum(residual**2 for residual in residuals) / (len(points) - 2))
    middle = statistics.fmean(x for x, _ in points)
    width = sum((x - middle) ** 2 for x, _ in points)
    return spread * sqrt(1 / len(points) + (day - middle) ** 2 / width)
