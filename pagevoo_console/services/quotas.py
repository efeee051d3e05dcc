"""What a tenant uses of its tier's limits, asked of the server itself."""

from __future__ import annotations

from pagevoo_console.domain.database import DatabaseSize
from pagevoo_console.domain.platform import Platform
from pagevoo_console.domain.quota import QuotaMetric, QuotaUsage
from pagevoo_console.services.connections import Connections
from pagevoo_console.services.tenants import Located, Tenants
from pagevoo_console.services.values import now


class Quotas:
    """Measures one tenant. The fleet's figures come from sightings. Safe to call from any thread."""

    def __init__(self, platform: Platform, connections: Connections, tenants: Tenants) -> None:
        self._platform = platform
        self._connections = connections
        self._tenants = tenants

    def show(self, tenant: str) -> tuple[QuotaUsage, ...]:
        """Every quota of the platform for this tenant, fresh. Raises Refused where there is no database to measure."""
        return self.measure(self._tenants.locate(tenant))

    def measure(self, located: Located) -> tuple[QuotaUsage, ...]:
        """The same for a tenant that was located already."""
        with self._connections.open(located.server, located.database.name) as session:
            return usages(self._platform, located.tenant.tier, located.engine.size(session))


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
