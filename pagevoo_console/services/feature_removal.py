"""Uninstalling a feature: its tables are backed up, proved, and only then dropped, they alone."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Any, ClassVar

import sqlalchemy as sa

from pagevoo_console.domain.errors import Failed, Refused
from pagevoo_console.domain.operation import OperationKind, Step
from pagevoo_console.services.confirmations import mismatch
from pagevoo_console.services.engines.base import DatabaseEngine
from pagevoo_console.services.failpoints import failpoint
from pagevoo_console.services.feature_rows import strike_in
from pagevoo_console.services.feature_work import FeatureWork, Rooms
from pagevoo_console.services.operations import Run
from pagevoo_console.services.tenants import Located

UNINSTALL = OperationKind.UNINSTALL.value
COMPARISONS = 3
DROPPING = "dropping"


@dataclass(frozen=True, slots=True)
class UninstallPlan:
    """What uninstalling would do. `tables` are dropped in this order, `rows` is how many they hold, estimated.

    No steps where there is nothing of the feature.
    """

    tenant: str
    database: str
    generation: str
    name: str
    title: str
    tables: tuple[str, ...]
    rows: int
    steps: tuple[Step, ...]

    def as_data(self) -> dict[str, Any]:
        return {
            "features": [self.name], "generation": self.generation, "database": self.database, "title": self.title,
            "tables": list(self.tables), "backup": bool(self.tables),
        }  # fmt: skip


class FeatureRemoval(FeatureWork):
    kind = UNINSTALL
    looks: ClassVar[frozenset[str]] = frozenset({"compare"})

    def own_steps(self, plan: dict[str, Any]) -> tuple[Step, ...]:
        forget = Step("forget", f"Strike {plan['title']} out of the lists of features")
        if not plan["tables"]:
            return (forget,)
        dropped = ", ".join(plan["tables"])
        return (
            Step("compare", "Compare its tables with the backup once more"),
            Step("drop", f"Drop {dropped}", is_destructive=True),
            forget,
        )

    def change(self, step: str, run: Run, located: Located, session: sa.Connection) -> None:
        name = run.plan["features"][0]
        if step == "compare":
            self._compare(run, located, session)
        elif step == "drop":
            ensure_droppable(located.engine, session, name, run.plan["tables"])
            self._drop(run, located, session)
        else:
            with located.engine.transaction(session):
                strike_in(session, name)
            self._rooms.lineages.forget(session, name)

    def has_changed(self, run: Run) -> bool:
        begun = {*run.steps_done, run.step}
        return DROPPING in run.evidence or bool(begun & {"forget", "finish"})

    def _compare(self, run: Run, located: Located, session: sa.Connection) -> None:
        """Nobody should have written to these tables since the backup; where somebody did, back up and prove again."""
        for _ in range(COMPARISONS):
            standing = {table.name for table in located.engine.tables(session)}
            kept = self._rooms.backups.manifest(self.backup_of(run)).tables
            written = [
                table
                for table in run.plan["tables"]
                if table in standing
                and (table not in kept or located.engine.content(session, table, run.job) != kept[table])
            ]
            if not written:
                self._rooms.backups.ensure_intact(self.backup_of(run))
                return
            run.job.line(f"Written to since the backup ({', '.join(written)}); backing up again")
            self.back_up(run, located)
            self.prove(run)
        raise Failed(
            f"The tables of {run.plan['title']} kept being written to while they were about to be dropped",
            code="still_written",
            hint="Stop what writes to them, or disable the feature; then resume the operation.",
        )

    def _drop(self, run: Run, located: Located, session: sa.Connection) -> None:
        """That it begins is written down first: until then it can be taken back."""
        run.evidence[DROPPING] = True
        run.save()
        quote = session.dialect.identifier_preparer.quote
        for table in drop_order(session, run.plan["tables"]):
            run.job.progress(f"Dropping {table}")
            session.exec_driver_sql(f"DROP TABLE {quote(table)}".replace("%", "%%"))
            failpoint("feature.uninstall.dropped")


class RemovalPlans:
    """Plans removals. Reads only."""

    def __init__(self, rooms: Rooms, core: str) -> None:
        self._rooms = rooms
        self._core = core
        self.removal = FeatureRemoval(rooms)

    def plan(self, located: Located, name: str) -> UninstallPlan:
        rooms = self._rooms
        with rooms.connections.open(located.server, located.database.name) as session:
            standing = rooms.states.standing(session)
            if name == self._core:
                raise Refused(
                    f"{name} comes with the database and stays as long as it does",
                    code="required",
                    hint=f"`database delete {located.tenant.id}` deletes the whole database.",
                )
            lineage = rooms.states.known(name)
            rooms.lineages.ensure_nothing_rests_on(name, standing.revisions)
            if name not in standing.revisions and standing.of(lineage):
                raise Refused(
                    f"There are tables of {lineage.title} that this console neither made nor took over: "
                    + ", ".join(standing.of(lineage)),
                    code="not_adopted",
                    hint=f"`feature adopt {located.tenant.id} {name}` takes them over; then they can be removed.",
                )
            own = [
                table
                for table in (*rooms.lineages.standing_metadata(session, name).tables, *lineage.tables)
                if table in standing.tables
            ]
            ensure_droppable(located.engine, session, name, own)
            tables = tuple(drop_order(session, dict.fromkeys(own)))
            rows = sum(facts.rows_estimated for facts in located.engine.tables(session) if facts.name in tables)
        plan = UninstallPlan(
            located.tenant.id, located.database.name, located.row.id, name, lineage.title, tables, rows, ()
        )
        is_there = name in standing.revisions or name in standing.active
        return replace(plan, steps=self.removal.steps(plan.as_data()) if is_there else ())


def ensure_droppable(engine: DatabaseEngine, session: sa.Connection, name: str, tables: Iterable[str]) -> None:
    """Raise Refused (`referenced`) where a table or view that is not the feature's own rests on one that is."""
    own = set(tables)
    keys_found = {
        f"{table} refers to {key['referred_table']}"
        for (_, table), keys in sa.inspect(session).get_multi_foreign_keys().items()
        for key in keys
        if table not in own and key["referred_table"] in own
    }
    found = sorted({*keys_found, *engine.dependents(session, own)})
    if found:
        raise Refused(
            f"The tables of {name} cannot be dropped: {'; '.join(found)}",
            code="referenced",
            hint="Remove what is named there first: it would be broken, or dropped with them.",
        )


def drop_order(session: sa.Connection, tables: Iterable[str]) -> list[str]:
    """Those of the tables that stand, each before the ones it refers to.

    Raises Refused (`circular`) where some refer to each other, which no revision of ours makes them do.
    """
    standing = set(sa.inspect(session).get_table_names())
    left = {table: _referred(session, table) for table in tables if table in standing}
    ordered: list[str] = []
    while left:
        free = [table for table in left if not any(table in other for name, other in left.items() if name != table)]
        if not free:
            raise Refused(
                f"Tables refer to each other in a circle: {', '.join(sorted(left))}",
                code="circular",
                hint="Remove one of those foreign keys first; `feature drift` shows which should not be.",
            )
        for table in free:
            ordered.append(table)
            del left[table]
    return ordered


def _referred(session: sa.Connection, table: str) -> set[str]:
    inspector = sa.inspect(session)
    if not inspector.has_table(table):
        return set()
    return {str(key["referred_table"]) for key in inspector.get_foreign_keys(table)}


def ensure_confirmed(plan: UninstallPlan, confirmation: str) -> None:
    """Raise Refused unless the feature's name was typed, exactly."""
    if confirmation != plan.name:
        raise mismatch(plan.name)
