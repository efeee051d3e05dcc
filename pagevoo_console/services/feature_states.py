"""What features a tenant has, out of what its database says: rows, revisions and tables together."""

from __future__ import annotations

import builtins
from collections.abc import Iterable
from dataclasses import dataclass

import sqlalchemy as sa

from pagevoo_console.domain.errors import NotFound, Refused
from pagevoo_console.domain.feature import DisabledBy, Feature, FeatureState
from pagevoo_console.services.connections import Connections
from pagevoo_console.services.feature_rows import INSTALLED, active_features, reasons
from pagevoo_console.services.lineages import Lineage, Lineages
from pagevoo_console.services.master import Master
from pagevoo_console.services.tenants import Located, Tenants
from pagevoo_console.services.tiers import Offers, Tiers

MIGRATIONS = "migrations"
AT_MOST_MIGRATIONS = 10_000


@dataclass(frozen=True, slots=True)
class Standing:
    """What a tenant's database says of its features: revisions and rows by lineage, names of all tables."""

    revisions: dict[str, str]
    active: dict[str, bool]
    tables: frozenset[str]

    def of(self, lineage: Lineage) -> tuple[str, ...]:
        """The lineage's tables that stand."""
        return tuple(table for table in lineage.tables if table in self.tables)


class FeatureStates:
    """Reads the features of one tenant. Safe to call from any thread."""

    def __init__(
        self,
        master: Master,
        connections: Connections,
        lineages: Lineages,
        tenants: Tenants,
        tiers: Tiers | None = None,
    ) -> None:
        self._master = master
        self._connections = connections
        self._lineages = lineages
        self._tenants = tenants
        self._tiers = tiers

    def catalogue(self) -> tuple[Lineage, ...]:
        """The platform's features that this console has a schema for, in the platform's order; core left out."""
        available = {lineage.name: lineage for lineage in self._lineages.all()}
        return tuple(available[name] for name in self._master.platform.features if name in available)

    def known(self, name: str) -> Lineage:
        """A feature of the catalogue. Raises NotFound."""
        return next(lineage for lineage in self.catalogue() if lineage.name == self.in_order([name])[0])

    def list(self, tenant: str) -> tuple[Feature, ...]:
        """The state of each feature in this tenant's database. Reads only. Raises Refused where there is none."""
        located = self._tenants.locate(tenant)
        with self._connections.open(located.server, located.database.name) as session:
            return self.states(session, located)

    def migrations(self, tenant: str) -> tuple[str, ...]:
        """What the platform's own (Laravel) migrations wrote down in this database, in order. Reads only."""
        located = self._tenants.locate(tenant)
        with self._connections.open(located.server, located.database.name) as session:
            return laravel_migrations(session)

    def standing(self, session: sa.Connection) -> Standing:
        """What the database says of its features, as it is."""
        tables = frozenset(sa.inspect(session).get_table_names())
        active = active_features(session) if INSTALLED.name in tables else {}
        return Standing(self._lineages.installed(session), active, tables)

    def states(self, session: sa.Connection, located: Located) -> tuple[Feature, ...]:
        """The same as `list` for a caller that has a session."""
        found = self.standing(session)
        why = reasons(session) if any(not on for on in found.active.values()) else {}
        return self.described(found, located.tenant.tier, why)

    def described(self, found: Standing, tier: str, why: dict[str, str]) -> tuple[Feature, ...]:
        """Each feature of the catalogue in a database that stands so; `why` says who switched which off."""
        offers = Offers(self._master.platform) if self._tiers is None else self._tiers.offers()
        return tuple(
            Feature(
                name=lineage.name,
                title=lineage.title,
                state=_state(lineage, found, self.tables_at(lineage, found.revisions.get(lineage.name))),
                revision=found.revisions.get(lineage.name),
                head=lineage.head,
                tables=lineage.tables,
                description=lineage.description,
                icon=lineage.icon,
                allowed=offers.includes(tier, lineage.name, lineage.tiers),
                tiers=offers.tiers_of(lineage.name, lineage.tiers),
                requires=tuple(name for name in lineage.requires if name != self._master.platform.core_lineage),
                disabled_by=_reason(found.active.get(lineage.name), why.get(lineage.name)),
            )
            for lineage in self.catalogue()
        )

    def in_order(self, names: Iterable[str]) -> tuple[str, ...]:
        """These features in the platform's order, what is required before what requires it. Raises NotFound."""
        known = {lineage.name: lineage for lineage in self.catalogue()}
        wanted = set(names)
        for name in sorted(wanted):
            if name not in known:
                raise NotFound(f"There is no feature {name!r}", hint=f"There are: {', '.join(known)}.")
        ordered: builtins.list[str] = []

        def visit(name: str) -> None:
            for required in known[name].requires:
                if required in wanted:
                    visit(required)
            if name not in ordered:
                ordered.append(name)

        for name in known:
            if name in wanted:
                visit(name)
        return tuple(ordered)

    def with_requirements(self, names: Iterable[str]) -> tuple[str, ...]:
        """These features and all that they rest on, in order."""
        known = {lineage.name: lineage for lineage in self.catalogue()}
        wanted = set(self.in_order(names))
        pending = builtins.list(wanted)
        while pending:
            for required in known[pending.pop()].requires:
                if required in known and required not in wanted:
                    wanted.add(required)
                    pending.append(required)
        return self.in_order(wanted)

    def tables_at(self, lineage: Lineage, revision: str | None) -> tuple[str, ...]:
        """The tables that a lineage has at one of its revisions, at its newest where None."""
        if revision is None or revision == lineage.head:
            return lineage.tables
        return tuple(self._lineages.expected(lineage.name, revision).tables)


def laravel_migrations(session: sa.Connection) -> tuple[str, ...]:
    """The names in Laravel's ledger, empty where there is none or where a table of that name is something else."""
    inspector = sa.inspect(session)
    if not inspector.has_table(MIGRATIONS):
        return ()
    if not {"id", "migration", "batch"} <= {column["name"] for column in inspector.get_columns(MIGRATIONS)}:
        return ()
    ledger = sa.table(MIGRATIONS, sa.column("id"), sa.column("migration", sa.String))
    query = sa.select(ledger.c.migration).order_by(ledger.c.id).limit(AT_MOST_MIGRATIONS)
    return tuple(str(name) for name in session.execute(query).scalars())


def ensure_in_tier(features: Iterable[Feature], tier: str) -> None:
    """Raise Refused (`not_in_tier`) for a feature that the tenant's tier does not include."""
    for feature in features:
        if not feature.allowed:
            raise Refused(
                f"{feature.title} is not part of the tier {tier!r}",
                code="not_in_tier",
                hint=f"It comes with {', '.join(feature.tiers)}.",
            )


def _state(lineage: Lineage, found: Standing, tables: tuple[str, ...]) -> FeatureState:
    """Row, revision and tables together: they can disagree in databases that other tools have written to."""
    revision, active = found.revisions.get(lineage.name), found.active.get(lineage.name)
    if active is None and revision is None and not found.of(lineage):
        return FeatureState.AVAILABLE
    if revision is None or active is None or not found.tables.issuperset(tables):
        return FeatureState.DRIFTED
    if not active:
        return FeatureState.DISABLED
    return FeatureState.INSTALLED if revision == lineage.head else FeatureState.OUTDATED


def _reason(active: bool | None, reason: str | None) -> DisabledBy | None:
    if active is not False or reason not in {one.value for one in DisabledBy}:
        return None
    return DisabledBy(reason)
