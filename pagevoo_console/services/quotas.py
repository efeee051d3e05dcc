"""What a tenant uses of its tier's limits, asked of the server itself, and when it will run out."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime

from pagevoo_console.domain.database import DatabaseSize
from pagevoo_console.domain.platform import Platform
from pagevoo_console.domain.quota import Forecast, QuotaMetric, QuotaUsage, UsageReport
from pagevoo_console.services.connections import Connections
from pagevoo_console.services.forecasts import LONG, forecast
from pagevoo_console.services.lineages import Lineages
from pagevoo_console.services.quota_measures import feature_usages, table_usages
from pagevoo_console.services.tenants import Located, Tenants
from pagevoo_console.services.tiers import Tiers
from pagevoo_console.services.usage_samples import Series, UsageSamples
from pagevoo_console.services.values import now


class Quotas:
    """Measures one tenant. The fleet's figures come from sightings. Safe to call from any thread."""

    def __init__(
        self, tiers: Tiers, connections: Connections, tenants: Tenants, lineages: Lineages, samples: UsageSamples
    ) -> None:
        self._tiers = tiers
        self._connections = connections
        self._tenants = tenants
        self._lineages = lineages
        self._samples = samples

    def show(self, tenant: str) -> tuple[QuotaUsage, ...]:
        """Every quota of the platform for this tenant, fresh. Raises Refused where there is no database to measure."""
        located = self._tenants.locate(tenant)
        return self._foreseen(located, self.measure(located))

    def measure(self, located: Located) -> tuple[QuotaUsage, ...]:
        """The same for a tenant that was located already, without a look ahead."""
        with self._connections.open(located.server, located.database.name) as session:
            size = located.engine.size(session)
        return usages(self._tiers.platform(), located.tenant.tier, size)

    def report(self, tenant: str) -> UsageReport:
        """The same, and what takes the room: every table and every feature, measured now. Reads only."""
        located = self._tenants.locate(tenant)
        with self._connections.open(located.server, located.database.name) as session:
            size, sizes = located.engine.size(session), located.engine.table_sizes(session)
        lineages = [one for one in self._lineages.all() if one.kind in ("core", "feature")]
        tables = table_usages(sizes, lineages)
        measured = usages(self._tiers.platform(), located.tenant.tier, size)
        return UsageReport(
            tenant, located.database.name, now(), located.engine.used_means, self._foreseen(located, measured), tables,
            feature_usages(tables, lineages, size),
        )  # fmt: skip

    def history(self, tenant: str, since: datetime) -> Series:
        """The samples of this tenant's database from a moment on, by (tenant, quota), oldest first. Reads only."""
        return self._samples.series({tenant: self._tenants.locate(tenant).row.id}, since)

    def forecasts(self, wanted: Mapping[str, tuple[str, int | None]]) -> dict[tuple[str, str], Forecast]:
        """When limits will be reached, by (tenant, quota), for {tenant: (generation, limit)}. Reads only."""
        moment = now()
        limited = {tenant: generation for tenant, (generation, limit) in wanted.items() if limit is not None}
        found = {}
        for (tenant, quota), samples in self._samples.series(limited, moment - LONG).items():
            said = forecast(samples, wanted[tenant][1], moment)
            if said is not None:
                found[tenant, quota] = said
        return found

    def _foreseen(self, located: Located, measured: tuple[QuotaUsage, ...]) -> tuple[QuotaUsage, ...]:
        moment = now()
        tenant = located.tenant.id
        series = self._samples.series({tenant: located.row.id}, moment - LONG)
        return tuple(
            replace(usage, forecast=forecast(series.get((tenant, usage.quota), []), usage.limit, moment))
            if usage.used is not None and usage.limit is not None and usage.used < usage.limit
            else usage
            for usage in measured
        )


def usages(platform: Platform, tier_name: str, size: DatabaseSize | None) -> tuple[QuotaUsage, ...]:
    """What a size means for a tier. A tier the platform does not know has no limits to compare with."""
    tier = platform.tier(tier_name)
    return tuple(
        QuotaUsage(
            quota=quota.name,
            used=None if size is None else size.used,
            limit=None if tier is None else tier.limits.get(quota.name),
            unit=quota.unit,
            title=quota.title,
            measured_at=now() if size is not None else None,
            exact=size is None or size.exact,
        )
        for quota in platform.quotas
        if quota.metric is QuotaMetric.DATABASE_BYTES
    )
