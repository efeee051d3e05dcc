"""Taking over tables that the platform's own (Laravel) migrations made: compared, mended where they must, stamped."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import sqlalchemy as sa

from pagevoo_console.domain.errors import Failed, Refused
from pagevoo_console.domain.feature import Difference, Repair
from pagevoo_console.domain.operation import OperationKind, Step
from pagevoo_console.services.feature_changes import adopt_requirements, ensure_requirements_fit
from pagevoo_console.services.feature_drift import left_of, repairs_of
from pagevoo_console.services.feature_rows import record_in
from pagevoo_console.services.feature_states import laravel_migrations
from pagevoo_console.services.feature_work import FeatureWork, Rooms
from pagevoo_console.services.lineage_differences import Finding
from pagevoo_console.services.lineage_repairs import Mendings, mend, mendings
from pagevoo_console.services.operations import Run
from pagevoo_console.services.tenants import Located

ADOPT = OperationKind.ADOPT.value


@dataclass(frozen=True, slots=True)
class AdoptionPlan:
    """What adopting would do: `repairs` are what the tables lack too much to work with, tables among them.

    `differences` are smaller ones that stay; drift tells them, and a repair mends them. No steps where it is done.
    """

    tenant: str
    database: str
    generation: str
    name: str
    title: str
    tables: tuple[str, ...]
    repairs: tuple[Repair, ...]
    differences: tuple[Difference, ...]
    laravel: tuple[str, ...]
    steps: tuple[Step, ...]

    @property
    def needs_backup(self) -> bool:
        return any(repair.alters for repair in self.repairs)

    def as_data(self) -> dict[str, Any]:
        return {
            "features": [self.name], "generation": self.generation, "database": self.database, "title": self.title,
            "backup": self.needs_backup, "mends": bool(self.repairs),
        }  # fmt: skip


class FeatureAdoption(FeatureWork):
    kind = ADOPT

    def own_steps(self, plan: dict[str, Any]) -> tuple[Step, ...]:
        title = plan["title"]
        mending = (Step("mend", f"Add what the tables of {title} lack"),) if plan["mends"] else ()
        return (
            *mending,
            Step("stamp", f"Record the tables of {title} as being at their newest revision"),
            Step("record", f"Record {title} as installed"),
        )

    def change(self, step: str, run: Run, located: Located, session: sa.Connection) -> None:
        name, lineages = run.plan["features"][0], self._rooms.lineages
        if step == "mend":
            must, _ = split(self._rooms, session, name)
            ensure_mendable(run.plan["title"], must)
            mend(session, must.parts)
        elif step == "stamp":
            must, _ = split(self._rooms, session, name)
            if must.parts or must.left:
                raise Failed(
                    f"The tables of {run.plan['title']} changed while they were taken over",
                    code="not_mended",
                    hint=f"`operation abandon {run.operation}`, then look again.",
                )
            adopt_requirements(lineages, session, [name])
            lineages.stamp(session, name)
        else:
            with located.engine.transaction(session):
                record_in(session, name)


class AdoptionPlans:
    """Plans adoptions. Reads only."""

    def __init__(self, rooms: Rooms) -> None:
        self._rooms = rooms
        self.adoption = FeatureAdoption(rooms)

    def plan(self, located: Located, name: str) -> AdoptionPlan:
        lineage = self._rooms.states.known(name)
        with self._rooms.connections.open(located.server, located.database.name, read_timeout=None) as session:
            standing = self._rooms.states.standing(session)
            tables = standing.of(lineage)
            if not tables:
                raise Refused(
                    f"There are no tables of {lineage.title} to take over",
                    code="nothing_to_adopt",
                    hint=f"`feature install {located.tenant.id} {name}` creates them.",
                )
            is_done = name in standing.revisions and name in standing.active
            ensure_requirements_fit(self._rooms.lineages, session, (name,), located.tenant.id)
            must, rest = Mendings((), ()), list[Difference]()
            if name not in standing.revisions:
                must, rest = split(self._rooms, session, name)
                ensure_mendable(lineage.title, must)
            laravel = laravel_migrations(session)
        plan = AdoptionPlan(
            located.tenant.id, located.database.name, located.row.id, name, lineage.title, tables,
            tuple(repairs_of(name, must)), tuple(rest), laravel, (),
        )  # fmt: skip
        return replace(plan, steps=() if is_done else self.adoption.steps(plan.as_data()))


def split(rooms: Rooms, session: sa.Connection, name: str) -> tuple[Mendings, list[Difference]]:
    """What must be mended before the tables can be used as the feature's, and the smaller differences."""
    metadata = rooms.lineages.metadata(name)
    findings = rooms.lineages.findings(session, name)
    misfits = {(misfit.table, misfit.detail.split(" ")[0]) for misfit in rooms.lineages.misfits(session, name)}
    must = [finding for finding in findings if _must(finding, misfits)]
    rest = mendings(session, metadata, [finding for finding in findings if finding not in must], findings)
    smaller = [difference for repair in repairs_of(name, rest) for difference in repair.differences]
    return mendings(session, metadata, must, findings), sorted(
        [*smaller, *left_of(name, rest)], key=lambda one: (one.table, one.kind, one.detail)
    )


def ensure_mendable(title: str, must: Mendings) -> None:
    """Raise Refused (`misfits`) naming each difference that stands in the way and cannot be mended."""
    if must.left:
        raise Refused(
            f"The tables of {title} cannot be taken over: "
            + "; ".join(
                f"{finding.difference.table}: {finding.difference.detail}, and {why}" for finding, why in must.left
            ),
            code="misfits",
            hint="Put those right by hand, then try again. Nothing was changed.",
        )


def _must(finding: Finding, misfits: set[tuple[str, str]]) -> bool:
    difference = finding.difference
    if difference.kind in ("missing_table", "missing_column"):
        return True
    return difference.kind == "type" and (difference.table, difference.detail.split(" ")[0]) in misfits
