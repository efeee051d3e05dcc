"""What every change of a tenant's features shares: the database it was begun on, and a proved backup before it."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from pagevoo_console.domain.backup import Backup
from pagevoo_console.domain.errors import Failed, Refused
from pagevoo_console.domain.operation import Step
from pagevoo_console.services.backups import Backups
from pagevoo_console.services.connections import Connections
from pagevoo_console.services.feature_states import FeatureStates
from pagevoo_console.services.lineages import Lineages
from pagevoo_console.services.operations import Procedure, Run
from pagevoo_console.services.scratch import scratch_database
from pagevoo_console.services.tenants import Located, Tenants, ensure_same

DDL_TIMEOUT = 600.0
REHEARSE = "rehearse"
BACKUP_STEPS = ("backup", "verify", REHEARSE)


@dataclass(frozen=True, slots=True)
class Rooms:
    """The services that changing features needs."""

    connections: Connections
    lineages: Lineages
    tenants: Tenants
    backups: Backups
    states: FeatureStates


class FeatureWork(Procedure):
    """Steps on the tables of features. Once one of them has begun, what was begun is finished by a resume."""

    def __init__(self, rooms: Rooms) -> None:
        self._rooms = rooms

    def steps(self, plan: dict[str, Any]) -> tuple[Step, ...]:
        before: tuple[Step, ...] = ()
        if plan.get("backup"):
            before = (
                Step("backup", f"Back up {plan['database']}"),
                Step("verify", "Restore the backup into a scratch database and compare every table"),
            )
        if plan.get(REHEARSE):
            before = (*before, Step(REHEARSE, "Try it on a copy restored from the backup"))
        return (*before, *self.own_steps(plan))

    @abstractmethod
    def own_steps(self, plan: dict[str, Any]) -> tuple[Step, ...]:
        """What comes after the backup."""

    @abstractmethod
    def change(self, step: str, run: Run, located: Located, session: sa.Connection) -> None:
        """Carry out one of the own steps, on a writable session on the tenant's database."""

    def perform(self, step: str, run: Run) -> None:
        located = ensure_same(self._rooms.tenants, run)
        if step == "backup":
            self.back_up(run, located)
        elif step == "verify":
            self._keep(run, self._rooms.backups.prove(self.backup_of(run), run.job))
        elif step == REHEARSE:
            with self.copy(run) as session:
                self.rehearse(run, located, session)
        else:
            with self.opened(run) as session:
                self.change(step, run, located, session)

    def rehearse(self, run: Run, located: Located, session: sa.Connection) -> None:
        """Do on a copy of the database what will be done to it; raises Failed where that does not work."""
        raise Failed(f"{run.kind} cannot be rehearsed", code="no_rehearsal")

    def has_changed(self, run: Run) -> bool:
        begun = {*run.steps_done, run.step} - {*BACKUP_STEPS, ""}
        return bool(begun)

    def undo(self, run: Run) -> None:
        """Too late: tables may be half changed, and may hold rows by now."""
        if self.has_changed(run):
            backup = run.evidence.get("backup")
            raise Refused(
                f"{run.kind} of {', '.join(names_of(run.plan))} is half done; resume the operation to finish it",
                code="half_done",
                hint=f"`operation resume {run.operation}`"
                + (f"; backup {backup} has what was there before." if backup else ""),
            )

    def finish(self, master: sa.Connection, run: Run) -> dict[str, Any]:
        return {"features": names_of(run.plan), "backup": run.evidence.get("backup")}

    def back_up(self, run: Run, located: Located) -> None:
        self._keep(run, self._rooms.backups.dump(located, run.job))

    def prove(self, run: Run) -> None:
        self._keep(run, self._rooms.backups.prove(self.backup_of(run), run.job))

    def backup_of(self, run: Run) -> Backup:
        found = run.evidence
        return self._rooms.backups.get_same(found["backup_path"], found["backup"], found["backup_sha256"])

    @contextmanager
    def copy(self, run: Run) -> Iterator[sa.Connection]:
        """A writable session on a scratch database that holds what the backup does."""
        backups, backup = self._rooms.backups, self.backup_of(run)
        server = backups.server_for(backups.manifest(backup))
        with scratch_database(self._rooms.connections, server) as scratch:
            backups.load(backup, server, scratch, run.job, operation=scratch)
            with self._rooms.connections.open(server, scratch, writable=True, read_timeout=DDL_TIMEOUT) as session:
                yield session

    @contextmanager
    def opened(self, run: Run) -> Iterator[sa.Connection]:
        with self._rooms.connections.open(run.server, run.database, writable=True, read_timeout=DDL_TIMEOUT) as session:
            yield session

    def _keep(self, run: Run, backup: Backup) -> None:
        run.evidence["backup"] = backup.id
        run.evidence["backup_path"] = str(backup.path)
        run.evidence["backup_sha256"] = backup.sha256


def names_of(plan: dict[str, Any]) -> list[str]:
    return list(plan["features"])
