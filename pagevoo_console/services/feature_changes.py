"""Installing and upgrading features: their lineages' revisions, and last of all their rows (faults §3.4)."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import sqlalchemy as sa

from pagevoo_console.domain.errors import Failed, Refused
from pagevoo_console.domain.feature import Difference, FeatureState
from pagevoo_console.domain.operation import OperationKind, Step
from pagevoo_console.services.feature_rows import record_in
from pagevoo_console.services.feature_states import ensure_in_tier
from pagevoo_console.services.feature_work import REHEARSE, FeatureWork, Rooms
from pagevoo_console.services.lineages import Lineages
from pagevoo_console.services.operations import Run
from pagevoo_console.services.tenants import Located

INSTALL = OperationKind.INSTALL.value
UPGRADE = OperationKind.UPGRADE.value


@dataclass(frozen=True, slots=True)
class InstallPlan:
    """What installing would do: `features` in the order of their requirements, `tables` that will be created.

    `required` are those among them that nobody asked for, and others need. With `rehearse` the database is backed up
    first, and all is tried on a copy.
    """

    tenant: str
    database: str
    generation: str
    features: tuple[str, ...]
    already: tuple[str, ...]
    tables: tuple[str, ...]
    steps: tuple[Step, ...]
    required: tuple[str, ...] = ()
    rehearse: bool = False

    def as_data(self) -> dict[str, Any]:
        data: dict[str, Any] = {"features": list(self.features), "generation": self.generation}
        return {**data, "database": self.database, "backup": True, REHEARSE: True} if self.rehearse else data


@dataclass(frozen=True, slots=True)
class UpgradePlan:
    """What upgrading would do: `revisions` by feature, in order.

    `needs_backup` where tables that stand are altered: then it is rehearsed too.
    """

    tenant: str
    database: str
    generation: str
    features: tuple[str, ...]
    already: tuple[str, ...]
    revisions: tuple[tuple[str, Step], ...]
    needs_backup: bool
    steps: tuple[Step, ...]

    def as_data(self) -> dict[str, Any]:
        return {
            "features": list(self.features), "generation": self.generation, "database": self.database,
            "backup": self.needs_backup, REHEARSE: self.needs_backup,
        }  # fmt: skip


class FeatureInstallation(FeatureWork):
    """Run the lineages in one go, then write the rows."""

    kind = INSTALL

    def own_steps(self, plan: dict[str, Any]) -> tuple[Step, ...]:
        titles = ", ".join(self._rooms.lineages.get(name).title for name in plan["features"])
        return (Step("tables", f"Create the tables of {titles}"), Step("record", f"Record {titles} as installed"))

    def recorded(self, names: list[str]) -> list[str]:
        """Those whose rows are written."""
        return names

    def change(self, step: str, run: Run, located: Located, session: sa.Connection) -> None:
        names = run.plan["features"]
        if step == "record":
            with located.engine.transaction(session):
                for name in self.recorded(names):
                    record_in(session, name)
            return
        self._bring(run, session)
        rehearsed = run.evidence.get("rehearsed")
        if rehearsed not in (None, located.engine.fingerprint(session)):
            run.job.line(
                "Warning: the tables are not quite as in the rehearsal; somebody else has changed some of them"
            )

    def rehearse(self, run: Run, located: Located, session: sa.Connection) -> None:
        """What the tables are in the end is kept as a fingerprint; nothing may differ that did not differ before."""
        before = self._drift(run, session)
        self._bring(run, session)
        left = [one for one in self._drift(run, session) if one not in before]
        if left:
            raise Failed(
                "On a copy the tables did not become what they should be: "
                + "; ".join(f"{one.table}: {one.detail}" for one in left),
                code="rehearsal",
                hint="Nothing was changed. `feature drift` shows what stands there now, `feature repair` mends it.",
            )
        run.evidence["rehearsed"] = located.engine.fingerprint(session)

    def _drift(self, run: Run, session: sa.Connection) -> list[Difference]:
        lineages = self._rooms.lineages
        installed = lineages.installed(session)
        return [one for name in run.plan["features"] if name in installed for one in lineages.drift(session, name)]

    def _bring(self, run: Run, session: sa.Connection) -> None:
        """Run the lineages in one go."""
        names = run.plan["features"]
        adopt_requirements(self._rooms.lineages, session, names)
        self._rooms.lineages.upgrade(
            session,
            *names,
            progress=lambda done, total, title: run.job.progress(title, done, total, "revisions"),
        )


class FeatureUpgrade(FeatureInstallation):
    """Run the revisions that a feature or core lacks; a feature's row is written where the platform lost it."""

    kind = UPGRADE

    def __init__(self, rooms: Rooms, core: str) -> None:
        super().__init__(rooms)
        self._core = core

    def own_steps(self, plan: dict[str, Any]) -> tuple[Step, ...]:
        tables = Step("tables", f"Bring the tables of {self._titles(plan['features'])} up to date")
        recorded = self.recorded(plan["features"])
        return (tables, Step("record", f"Record {self._titles(recorded)}")) if recorded else (tables,)

    def recorded(self, names: list[str]) -> list[str]:
        """Those that have a row: core is what holds the rows."""
        return [name for name in names if name != self._core]

    def _titles(self, names: list[str]) -> str:
        return ", ".join(self._rooms.lineages.get(name).title for name in names)


class FeaturePlans:
    """Plans installations and upgrades. Reads only."""

    def __init__(self, rooms: Rooms, core: str) -> None:
        self._rooms = rooms
        self._core = core
        self.installation = FeatureInstallation(rooms)
        self.upgrade = FeatureUpgrade(rooms, core)

    def install(self, located: Located, asked: tuple[str, ...], *, rehearse: bool = False) -> InstallPlan:
        wanted = self._rooms.states.with_requirements(asked)
        with self._rooms.connections.open(located.server, located.database.name) as session:
            states = {feature.name: feature for feature in self._rooms.states.states(session, located)}
            standing = self._rooms.states.standing(session)
            ensure_in_tier((states[name] for name in wanted), located.tenant.tier)
            done = (FeatureState.INSTALLED, FeatureState.DISABLED)
            todo = tuple(name for name in wanted if states[name].state not in done)
            for name in todo:
                if states[name].state is FeatureState.DRIFTED:
                    self._ensure_nothing_in_the_way(session, name, standing.revisions.get(name), located.tenant.id)
            ensure_requirements_fit(self._rooms.lineages, session, todo, located.tenant.id)
            tables = tuple(table for name in todo for table in states[name].tables if table not in standing.tables)
        plan = InstallPlan(
            located.tenant.id, located.database.name, located.row.id, todo,
            tuple(name for name in wanted if name not in todo), tables, (),
            tuple(name for name in todo if name not in asked), rehearse,
        )  # fmt: skip
        return replace(plan, steps=self.installation.steps(plan.as_data()) if todo else ())

    def upgrading(self, located: Located, asked: tuple[str, ...]) -> UpgradePlan:
        """Core comes first: where it is named, and where nothing is named and it is behind."""
        lineages, core = self._rooms.lineages, self._core
        features_named = self._rooms.states.in_order(name for name in asked if name != core)
        named = (core, *features_named) if core in asked else features_named
        with self._rooms.connections.open(located.server, located.database.name) as session:
            standing = self._rooms.states.standing(session)
            heads = {lineage.name: lineage.head for lineage in (lineages.get(core), *self._rooms.states.catalogue())}
            for name in named:
                if name not in standing.revisions:
                    raise self._not_installed(name, located.tenant.id)
            behind = [name for name in heads if standing.revisions.get(name, heads[name]) != heads[name]]
            installed = (name for name in heads if name in standing.revisions)
            wanted = named or tuple(name for name in installed if name != core or name in behind)
            todo = tuple(name for name in wanted if name in behind)
            revisions = tuple((name, step) for name in todo for step in lineages.pending(session, name))
            alters = any(lineages.alters(session, name) for name in todo)
        plan = UpgradePlan(
            located.tenant.id, located.database.name, located.row.id, todo,
            tuple(name for name in wanted if name not in todo), revisions, alters, (),
        )  # fmt: skip
        return replace(plan, steps=self.upgrade.steps(plan.as_data()) if todo else ())

    def _not_installed(self, name: str, tenant: str) -> Refused:
        lineage = self._rooms.lineages.get(name)
        if name == self._core:
            return Refused(
                f"The tables of {lineage.title} were made by the platform itself, and bear no revision",
                code="not_adopted",
                hint="They are taken over with the first feature that is installed.",
            )
        return Refused(
            f"{lineage.title} is not installed",
            code="not_installed",
            hint=f"`feature install {tenant} {name}` installs it.",
        )

    def _ensure_nothing_in_the_way(self, session: sa.Connection, name: str, revision: str | None, tenant: str) -> None:
        """Refuse where tables stand that no revision of ours made, or where some of ours are missing."""
        lineage = self._rooms.lineages.get(name)
        if revision is not None:
            if self._rooms.lineages.missing_tables(session, name) and revision == lineage.head:
                raise Refused(
                    f"{lineage.title} is installed, but some of its tables are missing",
                    code="drifted",
                    hint=f"`feature repair {tenant} {name} --dry-run` shows what would bring them back.",
                )
            return
        standing = set(lineage.tables) - set(self._rooms.lineages.missing_tables(session, name))
        others = sorted({each.table for each in self._rooms.lineages.drift(session, name)} & standing)
        if others:
            raise Refused(
                f"There are tables already that {lineage.title} would create: {', '.join(others)}",
                code="table_exists",
                hint=f"`feature adopt {tenant} {name} --dry-run` says whether they can be taken over.",
            )


def adopt_requirements(lineages: Lineages, session: sa.Connection, names: list[str]) -> None:
    """Take over what the platform's own migrations made of the lineages that these rest on."""
    installed = lineages.installed(session)
    for required in _required(lineages, names):
        if required not in installed and required not in names:
            lineages.create_missing(session, required)


def ensure_requirements_fit(lineages: Lineages, session: sa.Connection, names: tuple[str, ...], tenant: str) -> None:
    """Refuse where what these rest on stands, made by somebody else, and is not what it should be."""
    installed = lineages.installed(session)
    for required in _required(lineages, list(names)):
        misfits = () if required in installed else lineages.misfits(session, required)
        if misfits:
            raise Refused(
                f"The tables of {required} are not what they should be: "
                + "; ".join(f"{misfit.table}: {misfit.detail}" for misfit in misfits),
                code="misfits",
                hint=f"Put them right first; `tenant show {tenant}` shows whose database it is.",
            )


def _required(lineages: Lineages, names: list[str]) -> list[str]:
    found: list[str] = []
    for name in names:
        found += [required for required in lineages.get(name).requires if required not in found]
    return found
