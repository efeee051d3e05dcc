"""Repairing what has drifted: a plan of statements, a backup before tables that stand are altered, and a look after."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import sqlalchemy as sa

from pagevoo_console.domain.errors import Failed
from pagevoo_console.domain.feature import Difference, Repair
from pagevoo_console.domain.operation import OperationKind, Step
from pagevoo_console.services.feature_drift import NO_ROW, NO_TABLES, DriftFinder
from pagevoo_console.services.feature_rows import record_in
from pagevoo_console.services.feature_work import FeatureWork, Rooms
from pagevoo_console.services.lineage_repairs import mend
from pagevoo_console.services.operations import Run
from pagevoo_console.services.tenants import Located

MEND = OperationKind.MEND.value


@dataclass(frozen=True, slots=True)
class RepairPlan:
    """What repairing would do: `repairs` in order, `left` what stays as it is. No steps where nothing can be done."""

    tenant: str
    database: str
    generation: str
    features: tuple[str, ...]
    repairs: tuple[Repair, ...]
    left: tuple[Difference, ...]
    steps: tuple[Step, ...]

    @property
    def needs_backup(self) -> bool:
        return any(repair.alters for repair in self.repairs)

    def as_data(self) -> dict[str, Any]:
        return {
            "features": list(self.features), "generation": self.generation, "database": self.database,
            "backup": self.needs_backup,
        }  # fmt: skip


class FeatureRepair(FeatureWork):
    """Looks afresh and mends what can be mended; run again, it mends what is left."""

    kind = MEND

    def __init__(self, rooms: Rooms, finder: DriftFinder) -> None:
        super().__init__(rooms)
        self._finder = finder

    def own_steps(self, plan: dict[str, Any]) -> tuple[Step, ...]:
        return tuple(
            Step(f"mend:{name}", f"Mend the tables of {self._rooms.lineages.get(name).title}")
            for name in plan["features"]
        )

    def change(self, step: str, run: Run, located: Located, session: sa.Connection) -> None:
        name = step.partition(":")[2]
        lineage = self._rooms.lineages.get(name)
        drift = self._finder.of(session, lineage, self._rooms.states.standing(session))
        kinds = {difference.kind for difference in drift.differences}
        if NO_TABLES in kinds:
            self._rooms.lineages.upgrade(session, name)
        if name in self._rooms.lineages.installed(session):
            mend(session, self._finder.mendings(session, name).parts)
        if NO_ROW in kinds:
            with located.engine.transaction(session):
                record_in(session, name)
        after = self._finder.of(session, lineage, self._rooms.states.standing(session))
        if after.repairs:
            raise Failed(
                f"{lineage.title} still differs after its repair: "
                + "; ".join(f"{one.table}: {one.detail}" for repair in after.repairs for one in repair.differences),
                code="not_mended",
                hint=f"Look at `feature drift {run.tenant}`, then `operation resume {run.operation}`.",
            )


class RepairPlans:
    """Plans repairs. Reads only."""

    def __init__(self, rooms: Rooms, finder: DriftFinder, core: str) -> None:
        self._rooms = rooms
        self._finder = finder
        self._core = core
        self.repair = FeatureRepair(rooms, finder)

    def plan(self, located: Located, asked: tuple[str, ...]) -> RepairPlan:
        ours = tuple(name for name in asked if name != self._core)
        named = (*((self._core,) if self._core in asked else ()), *self._rooms.states.in_order(ours))
        with self._rooms.connections.open(located.server, located.database.name, read_timeout=None) as session:
            found = self._finder.look(session, named)
        plan = RepairPlan(
            located.tenant.id,
            located.database.name,
            located.row.id,
            tuple(drift.name for drift in found if drift.repairs),
            tuple(repair for drift in found for repair in drift.repairs),
            tuple(difference for drift in found for difference in drift.left),
            (),
        )
        return replace(plan, steps=self.repair.steps(plan.as_data()) if plan.repairs else ())
