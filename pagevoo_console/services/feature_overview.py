"""All of a tenant's features at one look: their states, what their tables take, and what the platform made itself."""

from __future__ import annotations

import sqlalchemy as sa

from pagevoo_console.domain.database import TableSize
from pagevoo_console.domain.errors import ConsoleError, Refused
from pagevoo_console.domain.feature import Feature, FeatureOverview, FeatureState
from pagevoo_console.services.connections import Connections
from pagevoo_console.services.feature_rows import reasons
from pagevoo_console.services.feature_states import FeatureStates, Standing, laravel_migrations
from pagevoo_console.services.lineages import Lineages
from pagevoo_console.services.quota_measures import table_usages
from pagevoo_console.services.tenants import Located, Tenants

NO_DATABASE = "database_required"
NOTHING = Standing({}, {}, frozenset())


class FeatureOverviews:
    """Looks at one tenant. Safe to call from any thread."""

    def __init__(
        self, connections: Connections, lineages: Lineages, tenants: Tenants, states: FeatureStates, core: str
    ) -> None:
        self._connections = connections
        self._lineages = lineages
        self._tenants = tenants
        self._states = states
        self._core = core

    def of(self, tenant: str) -> FeatureOverview:
        """The features in the tenant's database, or those that its tier offers where it has none. Reads only."""
        try:
            located = self._tenants.locate(tenant)
        except Refused as error:
            if error.code != NO_DATABASE:
                raise
            tier = self._tenants.show(tenant).tier
            return FeatureOverview(None, None, self._states.described(NOTHING, tier, {}))
        with self._connections.open(located.server, located.database.name) as session:
            found = self._states.standing(session)
            why = reasons(session) if any(not on for on in found.active.values()) else {}
            laravel = laravel_migrations(session)
            is_frozen = bool(located.engine.frozen_tables(session).frozen)
            sizes, unmeasured = self._sizes(located, session)
        lineages = [self._lineages.get(self._core), *self._states.catalogue()]
        return FeatureOverview(
            located.database.name,
            self._core_feature(found),
            self._states.described(found, located.tenant.tier, why),
            table_usages(sizes, lineages),
            unmeasured,
            laravel,
            is_frozen,
        )

    def _sizes(self, located: Located, session: sa.Connection) -> tuple[tuple[TableSize, ...], str]:
        """The sizes of the tables, or why there are none: a damaged table hides no feature."""
        try:
            return located.engine.table_sizes(session), ""
        except ConsoleError as error:
            return (), error.message

    def _core_feature(self, found: Standing) -> Feature:
        """Core has no row, and no revision either where the platform made its tables: it is what stands."""
        lineage = self._lineages.get(self._core)
        revision = found.revisions.get(self._core)
        state = FeatureState.INSTALLED
        if not found.tables.issuperset(self._states.tables_at(lineage, revision)):
            state = FeatureState.DRIFTED
        elif revision not in (None, lineage.head):
            state = FeatureState.OUTDATED
        return Feature(
            lineage.name, lineage.title, state, revision, lineage.head, lineage.tables, lineage.description,
            lineage.icon,
        )  # fmt: skip
