"""What features a tenant has, and installing them."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from pagevoo_console.domain.audit import Outcome
from pagevoo_console.domain.errors import NotFound, Refused
from pagevoo_console.domain.feature import Difference, Feature, FeatureState
from pagevoo_console.domain.operation import OperationKind, Step
from pagevoo_console.services.audit import AuditTrail
from pagevoo_console.services.connections import Connections
from pagevoo_console.services.jobs import JobContext
from pagevoo_console.services.lineages import Lineage, Lineages
from pagevoo_console.services.master import Master
from pagevoo_console.services.operations import Operations, Procedure, Run
from pagevoo_console.services.tenants import Located, Tenants, ensure_same
from pagevoo_console.services.values import naive_utc, now

INSTALL = OperationKind.INSTALL.value

_INSTALLED = sa.table(
    "installed_features",
    sa.column("feature_type"),
    sa.column("configuration"),
    sa.column("is_active", sa.Boolean),
    sa.column("installed_at", sa.DateTime),
)


@dataclass(frozen=True, slots=True)
class InstallPlan:
    """What installing would do: `features` in the order of their requirements, `tables` that will be created."""

    tenant: str
    database: str
    generation: str
    features: tuple[str, ...]
    already: tuple[str, ...]
    tables: tuple[str, ...]
    steps: tuple[Step, ...]

    def as_data(self) -> dict[str, Any]:
        return {"features": list(self.features), "generation": self.generation}


class FeatureInstallation(Procedure):
    """Run each feature's lineage, then write its row in `installed_features`, last (faults §3.4)."""

    kind = INSTALL

    def __init__(self, connections: Connections, lineages: Lineages, tenants: Tenants) -> None:
        self._connections = connections
        self._lineages = lineages
        self._tenants = tenants

    def steps(self, plan: dict[str, Any]) -> tuple[Step, ...]:
        return tuple(
            step
            for name in plan["features"]
            for step in (
                Step(f"tables:{name}", f"Create the tables of {self._lineages.get(name).title}"),
                Step(f"record:{name}", f"Record {self._lineages.get(name).title} as installed"),
            )
        )

    def perform(self, step: str, run: Run) -> None:
        act, _, name = step.partition(":")
        ensure_same(self._tenants, run)
        with self._connections.open(run.server, run.database, writable=True, read_timeout=600) as session:
            if act == "tables":
                self._lineages.upgrade(
                    session,
                    name,
                    progress=lambda done, total, title: run.job.progress(title, done, total, "revisions"),
                )
            else:
                self._record(session, name, run)

    def finish(self, master: sa.Connection, run: Run) -> dict[str, Any]:
        return {"installed": run.plan["features"]}

    def has_changed(self, run: Run) -> bool:
        return bool(run.steps_done)

    def undo(self, run: Run) -> None:
        """Too late: the tables may hold rows by now. What was begun is finished by a resume."""
        if self.has_changed(run):
            raise Refused(
                f"Features {', '.join(run.plan['features'])} are half installed; resume the operation to finish them",
                code="half_installed",
            )

    def _record(self, session: sa.Connection, name: str, run: Run) -> None:
        engine = self._connections.engine(run.server)
        with engine.transaction(session):
            found = session.execute(
                sa.select(_INSTALLED.c.feature_type).where(_INSTALLED.c.feature_type == name)
            ).first()
            if found is None:
                session.execute(
                    sa.insert(_INSTALLED).values(
                        feature_type=name,
                        configuration=json.dumps({}),
                        is_active=True,
                        installed_at=naive_utc(now()).replace(microsecond=0),
                    )
                )


class Features:
    """Lists and installs features. Safe to call from any thread."""

    def __init__(
        self,
        master: Master,
        connections: Connections,
        lineages: Lineages,
        tenants: Tenants,
        operations: Operations,
        audit: AuditTrail,
    ) -> None:
        self._master = master
        self._connections = connections
        self._lineages = lineages
        self._tenants = tenants
        self._operations = operations
        self._audit = audit
        self._installation = FeatureInstallation(connections, lineages, tenants)
        operations.register(self._installation)

    def catalogue(self) -> tuple[Lineage, ...]:
        """The platform's features that this console has a schema for, in the platform's order; core left out."""
        available = {lineage.name: lineage for lineage in self._lineages.all()}
        return tuple(available[name] for name in self._master.platform.features if name in available)

    def list(self, tenant: str) -> tuple[Feature, ...]:
        """The state of each feature in this tenant's database. Reads only. Raises Refused where there is none."""
        located = self._tenants.locate(tenant)
        with self._connections.open(located.server, located.database.name) as session:
            return self._states(session, located)

    def plan_install(self, tenant: str, names: Iterable[str]) -> InstallPlan:
        """What `install` would do. Reads only. Raises NotFound for an unknown feature, Refused by tier or database."""
        wanted = self._in_order(names)
        located = self._tenants.locate(tenant)
        with self._connections.open(located.server, located.database.name) as session:
            states = {feature.name: feature for feature in self._states(session, located)}
        for name in wanted:
            if not states[name].allowed:
                raise Refused(
                    f"{states[name].title} is not part of the tier {located.tenant.tier!r}",
                    code="not_in_tier",
                    hint=f"It comes with {', '.join(states[name].tiers)}.",
                )
        already = tuple(name for name in wanted if states[name].state is FeatureState.INSTALLED)
        todo = tuple(name for name in wanted if name not in already)
        plan = InstallPlan(
            tenant, located.database.name, located.row.id, todo, already,
            tuple(table for name in todo for table in states[name].tables), (),
        )  # fmt: skip
        return InstallPlan(
            tenant, located.database.name, located.row.id, todo, already, plan.tables,
            self._installation.steps(plan.as_data()),
        )  # fmt: skip

    def install(self, plan: InstallPlan, job: JobContext) -> tuple[Feature, ...]:
        """Carry the plan out; what is installed already is left alone."""
        if plan.features:
            located = self._tenants.locate(plan.tenant)
            self._operations.run(
                INSTALL, tenant=plan.tenant, database=plan.database, server=located.server, plan=plan.as_data(), job=job
            )
        return self.list(plan.tenant)

    def refused(self, tenant: str, error: Refused) -> None:
        """Note that a rule kept somebody from installing."""
        self._audit.note(INSTALL, Outcome.REFUSED, tenant=tenant, detail=str(error))

    def drift(self, tenant: str) -> tuple[Difference, ...]:
        """How the installed lineages' tables differ from what their revision says. Reads only."""
        located = self._tenants.locate(tenant)
        with self._connections.open(located.server, located.database.name) as session:
            return tuple(
                difference
                for name in self._lineages.installed(session)
                for difference in self._lineages.drift(session, name)
            )

    def _states(self, session: sa.Connection, located: Located) -> tuple[Feature, ...]:
        revisions = self._lineages.installed(session)
        tables = set(sa.inspect(session).get_table_names())
        active: dict[str, bool] = {}
        if _INSTALLED.name in tables:
            query = sa.select(_INSTALLED.c.feature_type, _INSTALLED.c.is_active)
            active = {str(row.feature_type): bool(row.is_active) for row in session.execute(query)}
        tier = located.tenant.tier
        return tuple(
            Feature(
                name=lineage.name,
                title=lineage.title,
                state=_state(lineage, revisions.get(lineage.name), active.get(lineage.name), tables),
                revision=revisions.get(lineage.name),
                head=lineage.head,
                tables=lineage.tables,
                description=lineage.description,
                icon=lineage.icon,
                allowed=not lineage.tiers or tier in lineage.tiers,
                tiers=lineage.tiers,
            )
            for lineage in self.catalogue()
        )

    def _in_order(self, names: Iterable[str]) -> tuple[str, ...]:
        known = [lineage.name for lineage in self.catalogue()]
        wanted = set(names)
        for name in sorted(wanted):
            if name not in known:
                raise NotFound(f"There is no feature {name!r}", hint=f"There are: {', '.join(known)}.")
        return tuple(name for name in known if name in wanted)


def _state(lineage: Lineage, revision: str | None, active: bool | None, tables: set[str]) -> FeatureState:
    """Row, revision and tables together: they can disagree in databases that other tools have written to."""
    present = [table for table in lineage.tables if table in tables]
    if active is None and revision is None and not present:
        return FeatureState.AVAILABLE
    if revision is None or active is None:
        return FeatureState.DRIFTED
    if revision != lineage.head:
        return FeatureState.OUTDATED
    if len(present) < len(lineage.tables):
        return FeatureState.DRIFTED
    return FeatureState.INSTALLED if active else FeatureState.DISABLED
