"""What features a tenant has, and changing that: each change is planned, carried out as an operation, and audited."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

import sqlalchemy as sa

from pagevoo_console.domain.audit import Outcome
from pagevoo_console.domain.errors import Refused, Unsupported
from pagevoo_console.domain.feature import Difference, DisabledBy, Feature, FeatureOverview
from pagevoo_console.services.audit import AuditTrail
from pagevoo_console.services.backups import Backups
from pagevoo_console.services.connections import Connections
from pagevoo_console.services.feature_adoption import ADOPT, AdoptionPlan, AdoptionPlans
from pagevoo_console.services.feature_changes import INSTALL, UPGRADE, FeaturePlans, InstallPlan, UpgradePlan
from pagevoo_console.services.feature_drift import DriftFinder
from pagevoo_console.services.feature_overview import FeatureOverviews
from pagevoo_console.services.feature_removal import UNINSTALL, RemovalPlans, UninstallPlan, ensure_confirmed
from pagevoo_console.services.feature_repairs import MEND, RepairPlan, RepairPlans
from pagevoo_console.services.feature_states import FeatureStates
from pagevoo_console.services.feature_toggles import DISABLE, ENABLE, TogglePlan, TogglePlans
from pagevoo_console.services.feature_work import Rooms
from pagevoo_console.services.jobs import JobContext
from pagevoo_console.services.lineages import Lineage, Lineages
from pagevoo_console.services.master import Master
from pagevoo_console.services.operations import Operations
from pagevoo_console.services.tenants import Located, Tenants
from pagevoo_console.services.tiers import Tiers

__all__ = ["INSTALL", "Features", "InstallPlan"]

NO_DATABASE = "database_required"


class Features:
    """Lists and changes features. Planning reads only, and is the dry run. Safe to call from any thread."""

    def __init__(
        self,
        master: Master,
        connections: Connections,
        lineages: Lineages,
        tenants: Tenants,
        backups: Backups,
        operations: Operations,
        audit: AuditTrail,
        tiers: Tiers | None = None,
    ) -> None:
        self._master = master
        self._connections = connections
        self._tenants = tenants
        self._operations = operations
        self._audit = audit
        core = master.platform.core_lineage
        self._states = FeatureStates(master, connections, lineages, tenants, tiers)
        self._overviews = FeatureOverviews(connections, lineages, tenants, self._states, core)
        self._finder = DriftFinder(lineages, self._states, core)
        rooms = Rooms(connections, lineages, tenants, backups, self._states)
        self._changes = FeaturePlans(rooms, core)
        self._toggles = TogglePlans(rooms)
        self._removals = RemovalPlans(rooms, core)
        self._repairs = RepairPlans(rooms, self._finder, core)
        self._adoptions = AdoptionPlans(rooms)
        for procedure in (
            self._changes.installation, self._changes.upgrade, self._toggles.disabling, self._toggles.enabling,
            self._removals.removal, self._repairs.repair, self._adoptions.adoption,
        ):  # fmt: skip
            operations.register(procedure)

    # --- looking ----------------------------------------------------------------------------------------------------

    def catalogue(self) -> tuple[Lineage, ...]:
        """The platform's features that this console has a schema for, in the platform's order; core left out."""
        return self._states.catalogue()

    def list(self, tenant: str) -> tuple[Feature, ...]:
        """The state of each feature in this tenant's database. Reads only. Raises Refused where there is none."""
        return self._states.list(tenant)

    def overview(self, tenant: str) -> FeatureOverview:
        """All features at one look with what their tables take, without a database too. Reads only."""
        return self._overviews.of(tenant)

    def migrations(self, tenant: str) -> tuple[str, ...]:
        """What the platform's own (Laravel) migrations wrote down in this database, in order. Reads only."""
        return self._states.migrations(tenant)

    def drift(self, tenant: str) -> tuple[Difference, ...]:
        """How tables, rows and revisions differ from what the installed revisions say. Reads only.

        Cheap for a schema that was compared before and found to be as it should be.
        """
        located = self._tenants.locate(tenant)
        with self._connections.open(located.server, located.database.name, read_timeout=None) as session:
            found = self._finder.look(session, fingerprint=_fingerprint(located, session))
        return tuple(difference for drift in found for difference in drift.differences)

    def refused(self, tenant: str, error: Refused, kind: str = INSTALL) -> None:
        """Note that a rule kept somebody from changing features."""
        self._audit.note(kind, Outcome.REFUSED, tenant=tenant, detail=str(error))

    # --- installing and upgrading -----------------------------------------------------------------------------------

    def plan_install(self, tenant: str, names: Iterable[str], *, rehearse: bool = False) -> InstallPlan:
        """What `install` would do, with what the features require. Raises NotFound for an unknown feature.

        `rehearse` backs the database up and tries it on a copy before.

        Refused: `not_in_tier`, `database_required`, `frozen`, and where tables stand in the way.
        """
        asked = self._states.in_order(names)
        plan = self._changes.install(self._located(tenant), asked, rehearse=rehearse)
        if plan.features:
            self._operations.ensure_allowed(INSTALL, tenant)
        return plan

    def install(self, plan: InstallPlan, job: JobContext) -> tuple[Feature, ...]:
        """Carry the plan out; what is installed already is left alone."""
        self._carry_out(INSTALL, plan, bool(plan.features), job, _takes_up(plan.as_data()))
        return self.list(plan.tenant)

    def plan_upgrade(self, tenant: str, names: Iterable[str] = ()) -> UpgradePlan:
        """What `upgrade` would do to these features, or core, or to all that are outdated. Refused: `frozen`."""
        plan = self._changes.upgrading(self._located(tenant), tuple(names))
        if plan.features:
            self._operations.ensure_allowed(UPGRADE, tenant)
        return plan

    def upgrade(self, plan: UpgradePlan, job: JobContext) -> tuple[Feature, ...]:
        """Carry the plan out; what is at its newest revision is left alone."""
        self._carry_out(UPGRADE, plan, bool(plan.features), job, _takes_up(plan.as_data()))
        return self.list(plan.tenant)

    # --- switching --------------------------------------------------------------------------------------------------

    def plan_disable(self, tenant: str, name: str, by: DisabledBy = DisabledBy.USER) -> TogglePlan:
        """What `switch` would do to turn a feature off. Raises NotFound where it is not installed."""
        return self._toggles.plan(self._located(tenant), name, by, turns_on=False)

    def plan_enable(self, tenant: str, name: str) -> TogglePlan:
        """What `switch` would do to turn a feature on. Raises Refused (`not_in_tier`), NotFound."""
        return self._toggles.plan(self._located(tenant), name, DisabledBy.USER, turns_on=True)

    def switch(self, plan: TogglePlan, job: JobContext) -> Feature:
        """Carry the plan out; the feature's tables are not touched."""
        self._carry_out(ENABLE if plan.turns_on else DISABLE, plan, bool(plan.steps), job)
        return self._one(plan.tenant, plan.name)

    # --- removing ---------------------------------------------------------------------------------------------------

    def plan_uninstall(self, tenant: str, name: str) -> UninstallPlan:
        """What `uninstall` would drop. Refused: `required`, `referenced`, `not_adopted`."""
        return self._removals.plan(self._located(tenant), name)

    def uninstall(self, plan: UninstallPlan, confirmation: str, job: JobContext) -> Feature:
        """Back up, prove, and drop the feature's own tables. `confirmation` must be its name, exactly."""
        try:
            ensure_confirmed(plan, confirmation)
        except Refused as error:
            self.refused(plan.tenant, error, UNINSTALL)
            raise
        self._carry_out(UNINSTALL, plan, bool(plan.steps), job, _takes_up(plan.as_data()))
        return self._one(plan.tenant, plan.name)

    # --- mending ----------------------------------------------------------------------------------------------------

    def plan_repair(self, tenant: str, names: Iterable[str] = ()) -> RepairPlan:
        """What `repair` would do to these features, or to all: statements, and what is left with why."""
        return self._repairs.plan(self._located(tenant), tuple(names))

    def repair(self, plan: RepairPlan, job: JobContext) -> tuple[Difference, ...]:
        """Carry the plan out; returns the differences that are left."""
        self._carry_out(MEND, plan, bool(plan.steps), job, _takes_up(plan.as_data()))
        return self.drift(plan.tenant)

    def plan_adopt(self, tenant: str, name: str) -> AdoptionPlan:
        """What `adopt` would do. Refused: `misfits`, naming each that cannot be mended, or `nothing_to_adopt`."""
        return self._adoptions.plan(self._located(tenant), name)

    def adopt(self, plan: AdoptionPlan, job: JobContext) -> Feature:
        """Carry the plan out: mend what must be, stamp, and write the feature's row where it is missing."""
        self._carry_out(ADOPT, plan, bool(plan.steps), job, _takes_up(plan.as_data()))
        return self._one(plan.tenant, plan.name)

    # --- inside -----------------------------------------------------------------------------------------------------

    def _located(self, tenant: str) -> Located:
        """The tenant's database. Raises Refused (`database_required`) in the platform's own words."""
        try:
            return self._tenants.locate(tenant)
        except Refused as error:
            if error.code != NO_DATABASE:
                raise
            website = self._master.platform.words.website
            raise Refused(
                f"Database required. Please publish {website} or create database first.",
                code=NO_DATABASE,
                hint="`website publish WID` publishes and creates one;"
                f" `database create {tenant} --website WID` creates one without publishing.",
            ) from error

    def _carry_out(
        self,
        kind: str,
        plan: Any,
        has_to_act: bool,
        job: JobContext,
        same: Callable[[dict[str, Any]], bool] | None = None,
    ) -> None:
        if not has_to_act:
            return
        located = self._tenants.locate(plan.tenant)
        self._operations.run(
            kind, tenant=plan.tenant, database=plan.database, server=located.server, plan=plan.as_data(), job=job,
            same=same,
        )  # fmt: skip

    def _one(self, tenant: str, name: str) -> Feature:
        return next(feature for feature in self.list(tenant) if feature.name == name)


def _fingerprint(located: Located, session: sa.Connection) -> str:
    """Of every definition in the database; empty where it holds some that cannot be told."""
    try:
        return located.engine.fingerprint(session)
    except Unsupported:
        return ""


def _takes_up(data: dict[str, Any]) -> Callable[[dict[str, Any]], bool]:
    """Whether what a crash left of an operation covers what is planned now: part of it may have been done."""

    def covers(left: dict[str, Any]) -> bool:
        return left["generation"] == data["generation"] and set(data["features"]) <= set(left["features"])

    return covers
