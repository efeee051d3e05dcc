"""Telling once when a tenant crosses 80, 90 or 100 % of a limit, and again only after it has been well below."""

from __future__ import annotations

from collections.abc import Sequence

import sqlalchemy as sa

from pagevoo_console.domain.audit import Outcome
from pagevoo_console.domain.quota import QuotaAlert, UsageSample
from pagevoo_console.services.audit import AuditTrail
from pagevoo_console.services.master import Master
from pagevoo_console.services.values import as_time, naive_utc

THRESHOLDS = (80, 90, 100)
HYSTERESIS = 2
"""Percent below a threshold from which on crossing it is news again."""

ACTION = "quota.alert"

_ALERTS = sa.table(
    "console_quota_alerts",
    sa.column("tenant"),
    sa.column("generation"),
    sa.column("quota"),
    sa.column("threshold", sa.SmallInteger),
    sa.column("used", sa.BigInteger),
    sa.column("limit_value", sa.BigInteger),
    sa.column("raised_at", sa.DateTime),
)

Key = tuple[str, str, str]


class QuotaAlerts:
    """Remembers the last threshold that was told of each tenant's quotas. Safe to call from any thread."""

    def __init__(self, master: Master, audit: AuditTrail) -> None:
        self._master = master
        self._audit = audit

    def open(self) -> tuple[QuotaAlert, ...]:
        """What was told and still holds, the highest threshold first. Reads only."""
        with self._master.reading() as session:
            if not sa.inspect(session).has_table(_ALERTS.name):
                return ()
            query = sa.select(_ALERTS).order_by(_ALERTS.c.threshold.desc(), _ALERTS.c.tenant, _ALERTS.c.quota)
            return tuple(_alert(row) for row in session.execute(query))

    def settle(self, session: sa.Connection, samples: Sequence[UsageSample]) -> list[QuotaAlert]:
        """Within the caller's transaction on the master: what crossed a threshold upwards, each audited.

        What these tenants' earlier databases were told of is forgotten.
        """
        tenants = sorted({sample.tenant for sample in samples})
        rows = session.execute(sa.select(_ALERTS).where(_ALERTS.c.tenant.in_(tenants))).all()
        told = {(row.tenant, row.generation, row.quota): _alert(row) for row in rows}
        current = {(sample.tenant, sample.generation, sample.quota): sample for sample in samples}
        for key in told.keys() - current.keys():
            self._forget(session, key)
        news = []
        for key, sample in current.items():
            before = told.get(key)
            now = standing(sample.used, sample.limit, 0 if before is None else before.threshold)
            if before is not None and now == before.threshold:
                continue
            if before is not None:
                self._forget(session, key)
            if not now or sample.limit is None:
                continue
            alert = QuotaAlert(*key, now, sample.used, sample.limit, sample.sampled_at)
            self._remember(session, alert)
            if before is None or now > before.threshold:
                news.append(alert)
                self._audit.append(
                    session, ACTION, Outcome.DONE, tenant=alert.tenant,
                    after={"quota": alert.quota, "threshold": now, "used": alert.used, "limit": alert.limit},
                )  # fmt: skip
        return news

    def _remember(self, session: sa.Connection, alert: QuotaAlert) -> None:
        session.execute(
            sa.insert(_ALERTS).values(
                tenant=alert.tenant, generation=alert.generation, quota=alert.quota, threshold=alert.threshold,
                used=alert.used, limit_value=alert.limit, raised_at=naive_utc(alert.raised_at),
            )
        )  # fmt: skip

    def _forget(self, session: sa.Connection, key: Key) -> None:
        tenant, generation, quota = key
        session.execute(
            sa.delete(_ALERTS).where(
                _ALERTS.c.tenant == tenant, _ALERTS.c.generation == generation, _ALERTS.c.quota == quota
            )
        )


def standing(used: int, limit: int | None, told: int) -> int:
    """The threshold that counts as told from now on, 0 for none: going down takes a little more than going up."""
    if limit is None:
        return 0
    percent = used * 100 / limit if limit else 100.0
    reached = max((threshold for threshold in THRESHOLDS if percent >= threshold), default=0)
    kept = max((one for one in THRESHOLDS if one <= told and percent >= one - HYSTERESIS), default=0)
    return max(reached, kept)


def _alert(row: sa.Row[tuple[object, ...]]) -> QuotaAlert:
    raised_at = as_time(row.raised_at)
    assert raised_at is not None
    return QuotaAlert(
        str(row.tenant), str(row.generation), str(row.quota), int(row.threshold), int(row.used), int(row.limit_value),
        raised_at,
    )  # fmt: skip
