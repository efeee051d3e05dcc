"""Changing a tenant's tier: what it disables, brings back and breaks (edge case 2). A downgrade deletes nothing."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa

from pagevoo_console.domain.audit import Outcome
from pagevoo_console.domain.errors import Failed, Refused
from pagevoo_console.domain.feature import DisabledBy
from pagevoo_console.domain.operation import OperationKind, Step
from pagevoo_console.domain.quota import QuotaLevel, QuotaUsage
from pagevoo_console.domain.tier import TierPlan, TierResult
from pagevoo_console.services.audit import AuditTrail
from pagevoo_console.services.connections import Connections
from pagevoo_console.services.feature_rows import INSTALLED, active_features, disable_in, enable_in, reasons
from pagevoo_console.services.jobs import JobContext
from pagevoo_console.services.lineages import Lineage, Lineages
from pagevoo_console.services.master import Master
from pagevoo_console.services.operations import Operations, Procedure, Run
from pagevoo_console.services.quotas import usages
from pagevoo_console.services.registry import Registry
from pagevoo_console.services.tenants import Located, Tenants, ensure_same
from pagevoo_console.services.tier_message import message
from pagevoo_console.services.tiers import Offers, Tiers

TIER = OperationKind.TIER.value
OFF = "disable"
ON = "enable"


class TierChange(Procedure):
    """Switch features, then write the tier: one step a feature, the tenant's row last, with the operation's end."""

    kind = TIER

    def __init__(self, registry: Registry, connections: Connections, tenants: Tenants) -> None:
        self._registry = registry
        self._connections = connections
        self._tenants = tenants

    def steps(self, plan: dict[str, Any]) -> tuple[Step, ...]:
        titles = plan["titles"]
        return (
            *(Step(f"{OFF}:{name}", f"Switch {titles[name]} off; its data stays") for name in plan[OFF]),
            *(Step(f"{ON}:{name}", f"Switch {titles[name]} on again") for name in plan[ON]),
        )

    def perform(self, step: str, run: Run) -> None:
        located = ensure_same(self._tenants, run)
        act, _, name = step.partition(":")
        with self._connections.open(run.server, run.database, writable=True) as session:
            if act == OFF:
                disable_in(session, located.engine, name, DisabledBy.TIER)
            elif reasons(session).get(name) == DisabledBy.TIER.value:
                enable_in(session, located.engine, name)

    def finish(self, master: sa.Connection, run: Run) -> dict[str, Any]:
        write_tier(self._registry, master, run.tenant, run.plan["from"], run.plan["to"])
        return {"tier": run.plan["to"], "disabled": run.plan[OFF], "enabled": run.plan[ON]}

    def has_changed(self, run: Run) -> bool:
        return bool(run.steps_done) or ":" in run.step

    def undo(self, run: Run) -> None:
        """Switch back what this operation switched, and nothing that somebody else did."""
        located = ensure_same(self._tenants, run)
        begun = {*run.steps_done, run.step}
        with self._connections.open(run.server, run.database, writable=True) as session:
            by_tier = {name for name, who in reasons(session).items() if who == DisabledBy.TIER.value}
            for name in run.plan[OFF]:
                if f"{OFF}:{name}" in begun and name in by_tier:
                    enable_in(session, located.engine, name)
            for name in run.plan[ON]:
                if f"{ON}:{name}" in begun and active_features(session).get(name):
                    disable_in(session, located.engine, name, DisabledBy.TIER)

    def result(self, run: Run) -> TierResult:
        return TierResult(
            str(run.operation), run.tenant, run.plan["from"], run.plan["to"], tuple(run.plan[OFF]),
            tuple(run.plan[ON]),
        )  # fmt: skip


class TierChanges:
    """Plans and carries out changes of a tenant's tier. Safe to call from any thread."""

    def __init__(
        self,
        master: Master,
        registry: Registry,
        connections: Connections,
        lineages: Lineages,
        tenants: Tenants,
        tiers: Tiers,
        operations: Operations,
        audit: AuditTrail,
    ) -> None:
        self._master = master
        self._registry = registry
        self._connections = connections
        self._lineages = lineages
        self._tenants = tenants
        self._tiers = tiers
        self._operations = operations
        self._audit = audit
        self._change = TierChange(registry, connections, tenants)
        operations.register(self._change)

    def plan(self, tenant: str, tier: str) -> TierPlan:
        """What the tier would change, read from master and server. Reads only; it is the dry run.

        The same tier is planned too: it switches what is not as that tier says. Raises NotFound for an unknown tenant
        or tier, Unreachable where the tenant's server cannot be asked.
        """
        with self._master.reading() as session:
            person = self._registry.tenant(session, tenant)
            has_database = bool(self._registry.active_rows(session, tenant))
            offers = self._tiers.offers(session)
        wanted = offers.tier(tier)
        located = self._tenants.locate(tenant) if has_database else None
        found = self._look(located, offers, tier) if located is not None else None
        disables, enables, breaks = found or ((), (), ())
        titles = {name: self._lineages.get(name).title for name in (*disables, *enables)}
        before = self._master.platform.tier(person.tier)
        data: dict[str, Any] = {OFF: disables, ON: enables, "titles": titles}
        return TierPlan(
            tenant=tenant,
            tenant_name=person.name,
            from_tier=person.tier,
            to_tier=tier,
            database=located.database if located is not None and found is not None else None,
            disables=disables,
            enables=enables,
            breaks=breaks,
            titles=titles,
            message=message(before.title if before else person.tier, wanted, data, breaks),
            steps=(
                *self._change.steps(data),
                *([Step("tier", f"Write {wanted.title} as the tier")] if person.tier != tier else []),
            ),
            warnings=("The database does not exist: only the tier is changed.",) if has_database and not found else (),
        )

    def run(self, plan: TierPlan, job: JobContext) -> TierResult:
        """Carry the plan out, or take up what a crash left of it."""
        if not plan.steps:
            return TierResult(None, plan.tenant, plan.from_tier, plan.to_tier, (), ())
        if plan.database is None:
            return self._only_the_tier(plan)
        located = self._tenants.locate(plan.tenant)
        if located.row.id != plan.database.generation:
            raise Refused(
                "This is not the database that was planned for: it has been deleted and created anew since",
                code="generation_changed",
                hint="Look at the new plan first.",
            )
        data = {
            "from": plan.from_tier, "to": plan.to_tier, OFF: list(plan.disables), ON: list(plan.enables),
            "titles": dict(plan.titles), "generation": located.row.id,
        }  # fmt: skip
        done: TierResult = self._operations.run(
            TIER,
            tenant=plan.tenant,
            database=located.database.name,
            server=located.server,
            plan=data,
            job=job,
            same=lambda left: (left["to"], left["generation"]) == (data["to"], data["generation"]),
        )
        return done

    def _only_the_tier(self, plan: TierPlan) -> TierResult:
        with self._master.writing() as master:
            self._operations.ensure_idle(master, plan.tenant)
            write_tier(self._registry, master, plan.tenant, plan.from_tier, plan.to_tier)
            self._audit.append(
                master, TIER, Outcome.DONE, tenant=plan.tenant, before={"tier": plan.from_tier},
                after={"tier": plan.to_tier},
            )  # fmt: skip
        return TierResult(None, plan.tenant, plan.from_tier, plan.to_tier, (), ())

    def _look(
        self, located: Located, offers: Offers, tier: str
    ) -> tuple[tuple[str, ...], tuple[str, ...], tuple[QuotaUsage, ...]] | None:
        """What the tier disables, enables and breaks in this database; None where the server has no such database."""
        with self._connections.open(located.server) as session:
            if not located.engine.exists(session, located.database.name):
                return None
        with self._connections.open(located.server, located.database.name) as session:
            size = located.engine.size(session)
            active: dict[str, bool] = {}
            if sa.inspect(session).has_table(INSTALLED.name):
                active = active_features(session)
            why = reasons(session)
        known = {lineage.name: lineage for lineage in self._lineages.all()}
        features = [known[name] for name in self._master.platform.features if name in known]

        def has(one: Lineage) -> bool:
            return offers.includes(tier, one.name, one.tiers)

        disables = tuple(one.name for one in features if active.get(one.name) and not has(one))
        enables = tuple(
            one.name
            for one in features
            if active.get(one.name) is False and why.get(one.name) == DisabledBy.TIER.value and has(one)
        )
        measured = usages(offers.platform, tier, size)
        return disables, enables, tuple(one for one in measured if one.level is QuotaLevel.OVER)


def write_tier(registry: Registry, master: sa.Connection, tenant: str, before: str, after: str) -> None:
    """Write the tier, unless the platform has changed it to a third one since. Raises Failed (`tier_changed`)."""
    registry.lock_tenant(master, tenant)
    now = registry.tenant(master, tenant).tier
    if now not in (before, after):
        raise Failed(
            f"The tier of {tenant} is {now!r} by now; it was {before!r} when this was planned",
            code="tier_changed",
            hint="Look at the new plan first.",
        )
    registry.set_tier(master, tenant, after)
