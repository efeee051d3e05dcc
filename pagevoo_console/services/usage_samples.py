"""What tenants used of their quotas, one figure a day, thinner the older it is."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from datetime import date, datetime, timedelta

import sqlalchemy as sa

from pagevoo_console.domain.quota import UsageSample
from pagevoo_console.services.master import Master
from pagevoo_console.services.values import as_time, naive_utc

BATCH = 500
DAILY = timedelta(days=90)
WEEKLY = timedelta(days=730)
_LOOK_BACK = timedelta(days=100)
"""How far beyond an age thinning looks: a fleet that nobody ticked for so long has nothing in between to thin."""

_SAMPLES = sa.table(
    "console_usage_samples",
    sa.column("tenant"),
    sa.column("generation"),
    sa.column("quota"),
    sa.column("sampled_on", sa.Date),
    sa.column("sampled_at", sa.DateTime),
    sa.column("used", sa.BigInteger),
    sa.column("limit_value", sa.BigInteger),
    sa.column("exact", sa.Boolean),
)

Series = dict[tuple[str, str], list[UsageSample]]
"""Samples by (tenant, quota), oldest first."""


class UsageSamples:
    """Keeps and reads samples. Safe to call from any thread."""

    def __init__(self, master: Master) -> None:
        self._master = master

    def record(self, session: sa.Connection, samples: Sequence[UsageSample]) -> None:
        """Within the caller's transaction on the master: one a UTC day, the last of it; all of these in two statements.

        All must be of one day.
        """
        if not samples:
            return
        (day,) = {naive_utc(sample.sampled_at).date() for sample in samples}
        session.execute(
            sa.delete(_SAMPLES).where(
                _SAMPLES.c.sampled_on == day, _SAMPLES.c.tenant.in_({sample.tenant for sample in samples})
            )
        )
        session.execute(
            sa.insert(_SAMPLES).values(
                [
                    {
                        "tenant": sample.tenant, "generation": sample.generation, "quota": sample.quota,
                        "sampled_on": day, "sampled_at": naive_utc(sample.sampled_at), "used": sample.used,
                        "limit_value": sample.limit, "exact": sample.exact,
                    }
                    for sample in samples
                ]
            )
        )  # fmt: skip

    def series(self, wanted: Mapping[str, str], since: datetime) -> Series:
        """The samples of these databases ({tenant: generation}) from a moment on. Reads only."""
        found: Series = {}
        tenants = sorted(wanted)
        with self._master.reading() as session:
            if not sa.inspect(session).has_table(_SAMPLES.name):
                return {}
            for begin in range(0, len(tenants), BATCH):
                query = (
                    sa.select(_SAMPLES)
                    .where(
                        _SAMPLES.c.tenant.in_(tenants[begin : begin + BATCH]),
                        _SAMPLES.c.sampled_on >= naive_utc(since).date(),
                    )
                    .order_by(_SAMPLES.c.sampled_on)
                )
                for row in session.execute(query):
                    sampled_at = as_time(row.sampled_at)
                    if row.generation == wanted[row.tenant] and sampled_at is not None:
                        found.setdefault((row.tenant, row.quota), []).append(
                            UsageSample(
                                row.tenant, row.generation, row.quota, sampled_at, int(row.used),
                                None if row.limit_value is None else int(row.limit_value), bool(row.exact),
                            )
                        )  # fmt: skip
        return found

    def thin(self, session: sa.Connection, today: date) -> int:
        """Within the caller's transaction: one a week beyond 90 days, one a month beyond two years; how many went."""
        gone = 0
        for age, bucket in ((DAILY, _week), (WEEKLY, _month)):
            newest = today - age
            query = sa.select(_SAMPLES.c.tenant, _SAMPLES.c.generation, _SAMPLES.c.quota, _SAMPLES.c.sampled_on).where(
                _SAMPLES.c.sampled_on < newest, _SAMPLES.c.sampled_on >= newest - _LOOK_BACK
            )
            rows = [(row.tenant, row.generation, row.quota, _day(row.sampled_on)) for row in session.execute(query)]
            gone += _delete(session, _superfluous(rows, bucket))
        return gone


_Row = tuple[str, str, str, date]


def _superfluous(rows: Iterable[_Row], bucket: Callable[[date], tuple[int, ...]]) -> list[_Row]:
    """All but the last of each bucket of each series."""
    last: dict[tuple[object, ...], _Row] = {}
    gone = []
    for row in sorted(rows):
        key = (*row[:3], bucket(row[3]))
        if key in last:
            gone.append(last[key])
        last[key] = row
    return gone


def _delete(session: sa.Connection, rows: Collection[_Row]) -> int:
    """By day: most tenants were sampled on the same days."""
    by_day: dict[tuple[str, date], list[tuple[str, str]]] = {}
    for tenant, generation, quota, day in rows:
        by_day.setdefault((quota, day), []).append((tenant, generation))
    for (quota, day), keys in by_day.items():
        for begin in range(0, len(keys), BATCH):
            session.execute(
                sa.delete(_SAMPLES).where(
                    _SAMPLES.c.quota == quota,
                    _SAMPLES.c.sampled_on == day,
                    sa.tuple_(_SAMPLES.c.tenant, _SAMPLES.c.generation).in_(keys[begin : begin + BATCH]),
                )
            )
    return len(rows)


def _week(day: date) -> tuple[int, ...]:
    return day.isocalendar()[:2]


def _month(day: date) -> tuple[int, ...]:
    return day.year, day.month


def _day(value: object) -> date:
    return value if isinstance(value, date) else date.fromisoformat(str(value))
