"""What the daily look has written down of the demo's databases: a sample a day, and the limits that were crossed."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from pagevoo_console.demo.dice import Dice
from pagevoo_console.demo.population import Customer
from pagevoo_console.demo.rows import Rows, stamp
from pagevoo_console.domain.platform import Platform
from pagevoo_console.services.quota_alerts import standing

DAYS = 90
CLOSE = 0.6
ALWAYS = (1, 2, 3, 4)
"""Customers with samples however little they use: the healthy ones that a demo is shown with."""

_LOOK = timedelta(minutes=20)
"""How long before midnight the daily look is taken."""


@dataclass(frozen=True, slots=True)
class Measured:
    """A customer's database as it is now: the id of its registry row, and what is used of it, in bytes."""

    customer: Customer
    generation: int
    used: int


def usage_rows(platform: Platform, measured: Sequence[Measured], seed: int, today: datetime) -> tuple[Rows, Rows]:
    """The samples and the open alerts of whoever is near a limit, and of a few others."""
    (quota,) = platform.quotas
    samples: list[tuple[object, ...]] = []
    alerts: list[tuple[object, ...]] = []
    for one in measured:
        tier = platform.tier(one.customer.tier)
        limit = None if tier is None else tier.limits.get(quota.name)
        if limit is None or (one.used < limit * CLOSE and one.customer.id not in ALWAYS):
            continue
        key = (str(one.customer.id), str(one.generation), quota.name)
        told = 0
        raised: tuple[object, ...] | None = None
        for moment, used in _growth(Dice(f"{seed}:usage:{one.customer.id}"), one, today):
            samples.append((*key, f"{moment:%Y-%m-%d}", stamp(moment), used, limit, 1))
            reached = standing(used, limit, told)
            if reached != told:
                told = reached
                raised = (*key, reached, used, limit, stamp(moment)) if reached else None
        alerts += [raised] if raised is not None else []
    return (
        Rows(
            "console_usage_samples",
            ("tenant", "generation", "quota", "sampled_on", "sampled_at", "used", "limit_value", "exact"),
            samples,
        ),
        Rows(
            "console_quota_alerts",
            ("tenant", "generation", "quota", "threshold", "used", "limit_value", "raised_at"),
            alerts,
        ),
    )


def _growth(dice: Dice, one: Measured, today: datetime) -> Iterator[tuple[datetime, int]]:
    """Each day's figure, oldest first, up to what is used now: more on busy days, less at weekends."""
    begun = one.customer.live.created_at if one.customer.live is not None else today
    days = min(DAYS, (today - begun).days)
    moments = [today - timedelta(days=back) - _LOOK for back in range(days - 1, -1, -1)]
    grown = [dice.lognormvariate(0.0, 0.7) * _RHYTHM[moment.weekday()] for moment in moments]
    whole = sum(grown) or 1.0
    first = dice.uniform(0.45, 0.65)
    so_far = 0.0
    for moment, growth in zip(moments, grown, strict=True):
        so_far += growth
        yield moment, round(one.used * (first + (1 - first) * so_far / whole))


_RHYTHM: Mapping[int, float] = {0: 1.0, 1: 1.2, 2: 1.1, 3: 1.2, 4: 1.4, 5: 0.5, 6: 0.3}
