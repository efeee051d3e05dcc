"""Freezing a tenant's database, so that it takes no new rows, and releasing it.

The row that says who froze it and why is written before the first trigger and taken away after the last, so that a
crash never leaves triggers that nobody answers for.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, replace
from typing import Any

import sqlalchemy as sa

from pagevoo_console.domain.errors import Refused
from pagevoo_console.domain.freeze import Freeze, FreezePlan, FreezeReason, ReleasePlan
from pagevoo_console.domain.operation import Operation, OperationKind, OperationState, Step
from pagevoo_console.domain.quota import QuotaLevel, QuotaUsage
from pagevoo_console.services.audit import Actor
from pagevoo_console.services.connections import Connections
from pagevoo_console.services.engines.freezing import FrozenTables, message
from pagevoo_console.services.freeze_records import FreezeRecords
from pagevoo_console.services.jobs import JobContext
from pagevoo_console.services.master import Master
from pagevoo_console.services.operations import Operations, Procedure, Run
from pagevoo_console.services.quotas import Quotas
from pagevoo_console.services.tenants import Located, Tenants, ensure_same
from pagevoo_console.services.values import as_time, iso, now

ENFORCE = OperationKind.ENFORCE.value
RELEASE = OperationKind.RELEASE.value
THAW_FRACTION = 0.9
"""Below this share of its limit a database that was frozen for it is released, so that it does not flap."""

LOCK_SECONDS = 3.0
"""How long a trigger may wait for its table: whoever comes after it waits as well."""

_WITHOUT_NEW_ROWS = frozenset({OperationKind.ENABLE.value, OperationKind.DISABLE.value, OperationKind.UNINSTALL.value})
"""What may be done to the features of a frozen database."""


class _Freezing(Procedure):
    """What freezing and releasing have in common."""

    def __init__(self, master: Master, connections: Connections, tenants: Tenants, records: FreezeRecords) -> None:
        self._master = master
        self._connections = connections
        self._tenants = tenants
        self._records = records

    @contextmanager
    def _session(self, run: Run) -> Iterator[sa.Connection]:
        with self._connections.open(
            run.server, run.database, writable=True, read_timeout=None, lock_timeout=LOCK_SECONDS
        ) as session:
            yield session

    def _is_there(self, run: Run) -> bool:
        return self._connections.engine(run.server).exists(run.session, run.database)


class Enforcement(_Freezing):
    """Write down who freezes and why, then put a trigger on every table."""

    kind = ENFORCE

    def steps(self, plan: dict[str, Any]) -> tuple[Step, ...]:
        return (
            Step("record", "Write down who freezes it and why"),
            Step("freeze", "Make every table refuse new rows"),
        )

    def perform(self, step: str, run: Run) -> None:
        ensure_same(self._tenants, run)
        if step == "record":
            with self._master.writing() as master:
                self._records.write(master, run.tenant, run.plan["generation"], _as_freeze(run.plan["freeze"]))
            return
        with self._session(run) as session:
            engine = self._connections.engine(run.server)
            run.evidence["tables"] = engine.freeze(session, run.plan["message"], run.job)

    def finish(self, master: sa.Connection, run: Run) -> dict[str, Any]:
        return {"tables": run.evidence["tables"], **run.plan["freeze"]}

    def has_changed(self, run: Run) -> bool:
        return bool(run.step)

    def undo(self, run: Run) -> None:
        """As it was: thawed where it was not frozen before, under its earlier reason where it was."""
        before = run.plan["before"]
        if before is None and self._is_there(run):
            with self._session(run) as session:
                self._connections.engine(run.server).thaw(session, run.job)
        with self._master.writing() as master:
            if before is None:
                self._records.remove(master, run.tenant, run.plan["generation"])
            else:
                self._records.write(master, run.tenant, run.plan["generation"], _as_freeze(before))


class Releasing(_Freezing):
    """Compact where that is wanted, then take every trigger of ours away, then the row."""

    kind = RELEASE

    def steps(self, plan: dict[str, Any]) -> tuple[Step, ...]:
        steps = []
        if plan["compacts"]:
            steps.append(Step("compact", "Write the tables anew, so that what was deleted goes back to the disk"))
        if plan["thaws"]:
            steps.append(Step("thaw", "Let every table take new rows again"))
        return tuple(steps)

    def perform(self, step: str, run: Run) -> None:
        ensure_same(self._tenants, run)
        engine = self._connections.engine(run.server)
        if step == "thaw":
            self._ensure_released_by_itself(run)
        with self._session(run) as session:
            if step == "compact":
                engine.compact(session, run.job)
            else:
                run.evidence["tables"] = engine.thaw(session, run.job)

    def finish(self, master: sa.Connection, run: Run) -> dict[str, Any]:
        if run.plan["thaws"]:
            self._records.remove(master, run.tenant, run.plan["generation"])
        return {"tables": run.evidence.get("tables", 0), "compacted": run.plan["compacts"]}

    def has_changed(self, run: Run) -> bool:
        return "thaw" in (run.step, *run.steps_done)

    def undo(self, run: Run) -> None:
        """Too late once the first table was thawed: what a customer has added meanwhile is theirs."""
        if self.has_changed(run) and self._is_there(run):
            raise Refused(
                f"{run.database} may take new rows already; resume the operation to finish it",
                code="too_late",
                hint=f"`operation resume {run.operation}`, then `quota enforce {run.tenant}` if it must be frozen.",
            )

    def _ensure_released_by_itself(self, run: Run) -> None:
        """What thaws by itself is only what was frozen by itself: somebody may have come in between."""
        record = self._records.get(run.tenant, run.plan["generation"])
        if run.plan["automatic"] and (record is None or record.reason is not FreezeReason.QUOTA):
            raise Refused(
                f"{run.database} was frozen by hand meanwhile", code="frozen_by_hand", hint="Nothing was thawed."
            )


class Freezes:
    """Plans and carries out freezing and releasing. Safe to call from any thread."""

    def __init__(
        self,
        master: Master,
        connections: Connections,
        tenants: Tenants,
        operations: Operations,
        quotas: Quotas,
        records: FreezeRecords,
        actor: Actor,
    ) -> None:
        self._master = master
        self._connections = connections
        self._tenants = tenants
        self._operations = operations
        self._quotas = quotas
        self._records = records
        self._actor = actor
        self._enforcement = Enforcement(master, connections, tenants, records)
        self._releasing = Releasing(master, connections, tenants, records)
        operations.register(self._enforcement)
        operations.register(self._releasing)
        operations.add_guard(self._guard)

    # --- freezing ---------------------------------------------------------------------------------------------------

    def plan(self, tenant: str, *, if_over: bool = False) -> FreezePlan:
        """What freezing would do, measured now. Reads only; it is the dry run.

        `if_over` freezes only what is over its limit, and for that reason: it thaws by itself. Without it the freeze
        is by hand, and stays until somebody releases it. Raises NotFound, and Refused where there is no database.
        """
        located = self._tenants.locate(tenant)
        self._records.ensure_there()
        usages = self._quotas.measure(located)
        record, state = self._records.get(tenant, located.row.id), self.tables(located)
        before = record or (Freeze(None, FreezeReason.UNKNOWN, "") if state.frozen else None)
        reason = FreezeReason.QUOTA if if_over else FreezeReason.MANUAL
        if record is not None and record.reason is FreezeReason.MANUAL:
            reason = FreezeReason.MANUAL
        is_wanted = bool(_over(usages)) or not if_over or record is not None
        is_done = record is not None and record.reason is reason and not state.unfrozen
        steps = self._enforcement.steps({}) if is_wanted and not is_done else ()
        return FreezePlan(
            tenant, located.database.name, located.row.id, reason, _said(reason, usages), usages, before,
            state.unfrozen, steps,
        )  # fmt: skip

    def freeze(self, plan: FreezePlan, job: JobContext) -> Freeze | None:
        """Carry the plan out, or take up what a crash left of it; how it is frozen now, None where it is not."""
        if plan.steps:
            located = self._tenants.locate(plan.tenant)
            record = self._records.get(plan.tenant, plan.generation)
            since = record.since if record is not None else now()
            freeze = Freeze(since, plan.reason, self._actor.name)
            if record is not None and record.reason is plan.reason:
                freeze = record
            data = {
                "generation": plan.generation,
                "freeze": _as_data(freeze),
                "before": None if record is None else _as_data(record),
                "message": plan.message,
            }
            self._operations.run(
                ENFORCE, tenant=plan.tenant, database=plan.database, server=located.server, plan=data, job=job,
                same=lambda left: left["generation"] == plan.generation,
            )  # fmt: skip
        else:
            self.finish(plan.tenant, job)
        return self._records.get(plan.tenant, plan.generation) or plan.frozen

    # --- releasing --------------------------------------------------------------------------------------------------

    def plan_release(self, tenant: str, *, compact: bool = False) -> ReleasePlan:
        """What releasing would do. Reads only; it is the dry run. Raises NotFound, and Refused without a database."""
        located = self._tenants.locate(tenant)
        record, state = self._records.get(tenant, located.row.id), self.tables(located)
        frozen = record or (Freeze(None, FreezeReason.UNKNOWN, "") if state.frozen else None)
        usages = self._quotas.measure(located)
        with self._connections.open(located.server, located.database.name) as session:
            largest = max((table.allocated for table in located.engine.table_sizes(session)), default=0)
        warnings = []
        if compact:
            warnings.append(located.engine.compact_means)
        if frozen is not None and not compact and _over(usages):
            warnings.append("It is over its limit still: the next `fleet tick` freezes it again.")
        steps = self._releasing.steps({"compacts": compact, "thaws": frozen is not None})
        return ReleasePlan(
            tenant, located.database.name, located.row.id, compact, usages, frozen, largest, steps, tuple(warnings)
        )

    def release(self, plan: ReleasePlan, job: JobContext, *, automatic: bool = False) -> tuple[QuotaUsage, ...]:
        """Carry the plan out, or take up what a crash left of it; what is used of the limits afterwards.

        `automatic` is Refused for whatever somebody froze by hand.
        """
        if not plan.steps:
            self.finish(plan.tenant, job)
            return plan.usages
        located = self._tenants.locate(plan.tenant)
        data = {
            "generation": plan.generation,
            "compacts": plan.compacts,
            "thaws": plan.frozen is not None,
            "automatic": automatic,
        }
        self._operations.run(
            RELEASE, tenant=plan.tenant, database=plan.database, server=located.server, plan=data, job=job,
            same=lambda left: left["generation"] == plan.generation and left["compacts"] >= plan.compacts,
        )  # fmt: skip
        return self._quotas.measure(located)

    # --- after a crash ----------------------------------------------------------------------------------------------

    def interrupted(self) -> frozenset[str]:
        """Tenants whose freezing or releasing a crash has left unfinished. Reads only."""
        return frozenset(operation.tenant for operation in self._left(None))

    def finish(self, tenant: str, job: JobContext) -> None:
        """Bring what a crash left of freezing or releasing this tenant's database to its end."""
        for operation in self._left(tenant):
            self._operations.resume(operation.id, job)

    def _left(self, tenant: str | None) -> list[Operation]:
        at_rest = (OperationState.INTERRUPTED, OperationState.FAILED)
        found = self._operations.list(tenant=tenant, open_only=True)
        return [operation for operation in found if operation.kind in (ENFORCE, RELEASE) and operation.state in at_rest]

    # --- looking ----------------------------------------------------------------------------------------------------

    def tables(self, located: Located) -> FrozenTables:
        """How many tables refuse new rows, and how many do not. Reads only."""
        with self._connections.open(located.server, located.database.name) as session:
            return located.engine.frozen_tables(session)

    def ensure_not_frozen(self, located: Located) -> None:
        """For every gesture that adds rows to a tenant's database: raise Refused (`frozen`), with the way out."""
        record = self._records.get(located.tenant.id, located.row.id)
        if record is None and not self.tables(located).frozen:
            return
        why = "by hand" if record is not None and record.reason is FreezeReason.MANUAL else "at its limit"
        raise Refused(
            f"{located.database.name} is frozen ({why}): it takes no new rows",
            code="frozen",
            hint=f"`quota show {located.tenant.id}` says how full it is, `quota release {located.tenant.id}` thaws it.",
        )

    def _guard(self, kind: str, tenant: str) -> None:
        if kind.startswith("feature.") and kind not in _WITHOUT_NEW_ROWS:
            self.ensure_not_frozen(self._tenants.locate(tenant))

    # --- restoring --------------------------------------------------------------------------------------------------

    def again(self, run: Run) -> None:
        """After a restore has put an unfrozen copy in the place of a frozen database: freeze it again where it must be.

        Called before others are let in. What somebody froze by hand stays frozen; what was frozen at its limit only
        while it is still over it.
        """
        generation = run.plan["generation"]
        record = None if generation is None else self._records.get(run.tenant, generation)
        if record is None:
            return
        located = self._tenants.locate(run.tenant)
        measured = self._quotas.measure(located)
        if record.reason is FreezeReason.QUOTA and not _over(measured):
            with self._master.writing() as master:
                self._records.remove(master, run.tenant, generation)
            return
        with self._connections.open(
            run.server, run.database, writable=True, read_timeout=None, lock_timeout=LOCK_SECONDS
        ) as session:
            located.engine.freeze(session, _said(record.reason, measured), run.job)


def is_well_below(usages: tuple[QuotaUsage, ...]) -> bool:
    """Whether all that is limited is below the share of its limit under which a frozen database is released."""
    return all(
        usage.level is QuotaLevel.UNLIMITED or (usage.fraction is not None and usage.fraction < THAW_FRACTION)
        for usage in usages
    )


def _over(usages: tuple[QuotaUsage, ...]) -> list[QuotaUsage]:
    return [usage for usage in usages if usage.level is QuotaLevel.OVER]


def _said(reason: FreezeReason, usages: tuple[QuotaUsage, ...]) -> str:
    """What whoever inserts is told: the limit that was reached, or that it was done by hand."""
    told = _over(usages) or [usage for usage in usages if reason is FreezeReason.QUOTA and usage.limit is not None]
    return message(told[0].limit if told else None)


def _as_data(freeze: Freeze) -> dict[str, Any]:
    return {**asdict(replace(freeze, since=None)), "reason": freeze.reason.value, "since": iso(freeze.since)}


def _as_freeze(data: dict[str, Any]) -> Freeze:
    return Freeze(as_time(data["since"]), FreezeReason(data["reason"]), data["by"])
