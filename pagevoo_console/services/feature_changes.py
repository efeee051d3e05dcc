"""Installing and upgrading features: their lineages' revisions, and last of all their rows (faults §3.4)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from pagevoo_console.domain.errors import Refused
from pagevoo_console.domain.feature import FeatureState
from pagevoo_console.domain.operation import OperationKind, Step
from pagevoo_console.services.feature_rows import record_in
from pagevoo_console.services.feature_states import ensure_in_tier
from pagevoo_console.services.feature_work import FeatureWork, Rooms
from pagevoo_console.services.lineages import Lineages
from pagevoo_console.services.operations import Run
from pagevoo_console.services.tenants import Located

INSTALL = OperationKind.INSTALL.value
UPGRADE = OperationKind.UPGRADE.value


@dataclass(frozen=True, slots=True)
class InstallPlan:
    """What installing would do: `features` in the order of their requirements, `tables` that will be created.

    `required` are those among them that nobody asked for, and others need.
    """

    tenant: str
    database: str
    generation: str
    features: tuple[str, ...]
    already: tuple[str, ...]
    tables: tuple[str, ...]
    steps: tuple[Step, ...]
    required: tuple[str, ...] = ()

    def as_data(self) -> dict[str, Any]:
        return {"features": list(self.features), "generation": self.generation}


@dataclass(frozen=True, slots=True)
class UpgradePlan:
    """What upgrading would do: `revisions` by feature, in order. `needs_backup` where tables that stand are altered."""

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
            "backup": self.needs_backup,
        }  # fmt: skip


class FeatureInstallation(FeatureWork):
    """Run the lineages in one go, then write the rows."""

    kind = INSTALL

    def own_steps(self, plan: dict[str, Any]) -> tuple[Step, ...]:
        titles = ", ".join(self._rooms.lineages.get(name).title for name in plan["features"])
        return (Step("tables", f"Create the tables of {titles}"), Step("record", f"Record {titles} as installed"))

    def change(self, step: str, run: Run, located: Located, session: sa.Connection) -> None:
        names = run.plan["features"]
        if step == "record":
            with located.engine.transaction(session):
                for name in names:
                    record_in(session, name)
            return
        adopt_requirements(self._rooms.lineages, session, names)
        self._rooms.lineages.upgrade(
            session,
            *names,
            progress=lambda done, total, title: run.job.progress(title, done, total, "revisions"),
        )


class FeatureUpgrade(FeatureInstallation):
    """Run the revisions that a feature lacks; its row is written where the platform lost it."""

    kind = UPGRADE

    def own_steps(self, plan: dict[str, Any]) -> tuple[Step, ...]:
        titles = ", ".join(self._rooms.lineages.get(name).title for name in plan["features"])
        return (Step("tables", f"Bring the tables of {titles} up to date"), Step("record", f"Record {titles}"))


class FeaturePlans:
    """Plans installations and upgrades. Reads only."""

    def __init__(self, rooms: Rooms) -> None:
        self._rooms = rooms
        self.installation = FeatureInstallation(rooms)
        self.upgrade = FeatureUpgrade(rooms)

    def install(self, located: Located, asked: tuple[str, ...]) -> InstallPlan:
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
        data = {"features": list(todo), "generation": located.row.id}
        return InstallPlan(
            located.tenant.id, located.database.name, located.row.id, todo,
            tuple(name for name in wanted if name not in todo), tables,
            self.installation.steps(data) if todo else (),
            tuple(name for name in todo if name not in asked),
        )  # fmt: skip

    def upgrading(self, located: Located, asked: tuple[str, ...]) -> UpgradePlan:
        lineages = self._rooms.lineages
        named = self._rooms.states.in_order(asked)
        with self._rooms.connections.open(located.server, located.database.name) as session:
            standing = self._rooms.states.standing(session)
            features = {feature.name: feature for feature in self._rooms.states.states(session, located)}
            for name in named:
                if name not in standing.revisions:
                    raise Refused(
                        f"{features[name].title} is not installed",
                        code="not_installed",
                        hint=f"`feature install {located.tenant.id} {name}` installs it.",
                    )
            wanted = named or tuple(name for name in features if name in standing.revisions)
            todo = tuple(name for name in wanted if standing.revisions[name] != features[name].head)
            revisions = tuple((name, step) for name in todo for step in lineages.pending(session, name))
            alters = any(lineages.alters(session, name) for name in todo)
        plan = UpgradePlan(
            located.tenant.id, located.database.name, located.row.id, todo,
            tuple(name for name in wanted if name not in todo), revisions, alters, (),
        )  # fmt: skip
        steps = self.upgrade.steps(plan.as_data()) if todo else ()
        return UpgradePlan(
            plan.tenant, plan.database, plan.generation, todo, plan.already, revisions, alters, steps
        )  # fmt: skip

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
