"""Restoring one table, or some of its rows: the whole backup beside the live one, compared, then what is asked for.

It comes into the live table in one transaction, without triggers and without a key that would point nowhere.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from pagevoo_console.domain.backup import Backup
from pagevoo_console.domain.errors import ConsoleError, Failed, NotFound, Refused, Unreachable
from pagevoo_console.domain.operation import OperationKind, Step
from pagevoo_console.domain.piece import Piece
from pagevoo_console.domain.text import counted
from pagevoo_console.services.backups import Backups
from pagevoo_console.services.confirmations import ensure_typed
from pagevoo_console.services.connections import Connections
from pagevoo_console.services.engines.piece_catalogue import pieces
from pagevoo_console.services.failpoints import failpoint
from pagevoo_console.services.freeze_records import FreezeRecords
from pagevoo_console.services.guests import Guests
from pagevoo_console.services.jobs import JobContext
from pagevoo_console.services.master import Master
from pagevoo_console.services.operations import Operations, Run
from pagevoo_console.services.registry import Registry
from pagevoo_console.services.restores import BackupRestore, ensure_of_tenant
from pagevoo_console.services.tenants import Located, Tenants, ensure_same

RESTORE_PART = OperationKind.RESTORE_PART.value
_COPY = "copy"


@dataclass(frozen=True, slots=True)
class PartPlan:
    """What restoring a table, or rows of it, would do. Reads only. `live_rows` are those that would be replaced."""

    backup: Backup
    tenant: str
    tenant_name: str
    database: str
    server: str
    piece: Piece
    live_rows: int
    steps: tuple[Step, ...]
    data: dict[str, Any]
    warnings: tuple[str, ...] = ()


class PartRestore(BackupRestore):
    """As a restore until the copy stands beside; then the rows go over, and the copy is dropped."""

    kind = RESTORE_PART

    def steps(self, plan: dict[str, Any]) -> tuple[Step, ...]:
        return (
            self.safety_step(plan["database"]),
            Step("stage", "Restore the backup into a database beside it"),
            Step("compare", "Compare every table with the backup"),
            Step(_COPY, f"Put {_told(_piece(plan))} of the backup in the place of what is live", is_destructive=True),
            Step("clean", "Drop the database beside it"),
        )

    def perform(self, step: str, run: Run) -> None:
        match step:
            case "copy":
                self._put_back(run)
            case "clean":
                self._connections.engine(run.server).drop_database(run.session, self.staged(run))
            case _:
                super().perform(step, run)

    def finish(self, master: sa.Connection, run: Run) -> dict[str, Any]:
        piece = _piece(run.plan)
        return {
            "backup": run.plan["backup"], "database": run.database, "table": piece.table, "rows": dict(piece.rows),
            "removed": run.evidence["removed"], "written": run.evidence["written"],
            "loaded_by": run.evidence.get("loaded_by"),
        }  # fmt: skip

    def ensure_not_swapped(self, run: Run) -> None:
        """Once rows may have gone over there is no way back but the backup that was made first."""
        if {_COPY, "clean"} & {run.step, *run.steps_done} and run.evidence.get("copying"):
            raise Refused(
                f"{_piece(run.plan).table} may hold the backup's rows already; resume the operation to finish it",
                code="too_late",
                hint=f"`operation resume {run.operation}`",
            )

    def staged(self, run: Run) -> str:
        return f"pagevoo_stage_{run.operation}"

    def _put_back(self, run: Run) -> None:
        """Doing it again puts the same rows there again."""
        located = ensure_same(self._tenants, run)
        piece, how = _piece(run.plan), pieces(run.server.engine)
        with (
            self._connections.open(run.server, run.database, writable=True, read_timeout=None) as live,
            self._connections.open(run.server, self.staged(run), read_timeout=None) as staged,
        ):
            wanted, there = how.columns(staged, piece.table), how.columns(live, piece.table)
            if wanted != there:
                raise Refused(
                    f"The table {piece.table} of {located.database.name} has other columns than that of the backup",
                    code="table_differs",
                    hint="Restore the whole database, or restore it beside with --into NAME and look.",
                )
            expected = how.count(staged, piece)
            if piece.rows and not expected:
                raise NotFound(f"The backup holds no such row of {piece.table}", code="no_such_row")
            run.evidence["copying"] = True
            run.save()
            try:
                done = how.put_back(live, staged, piece, run.job)
            except ConsoleError as error:
                if not isinstance(error, Unreachable):
                    # The server took everything back; only where it was not heard of any more nobody knows.
                    del run.evidence["copying"]
                raise
        failpoint("part.copied")
        if done.written != expected:
            raise Failed(f"{done.written} rows went over instead of {expected}", code="inconsistent")
        run.evidence.update(removed=done.removed, written=done.written)


class PartRestores:
    """Plans and carries out restores of tables and rows. Safe to call from any thread."""

    def __init__(
        self, master: Master, registry: Registry, connections: Connections, tenants: Tenants, backups: Backups,
        operations: Operations, guests: Guests, records: FreezeRecords,
    ) -> None:  # fmt: skip
        self._platform = master.platform
        self._connections = connections
        self._tenants = tenants
        self._backups = backups
        self._operations = operations
        self._guests = guests
        self._records = records
        self._restore = PartRestore(master, registry, connections, tenants, backups, guests, lambda run: None)
        operations.register(self._restore)

    def plan(self, backup: Backup, tenant: str, piece: Piece) -> PartPlan:
        """What it would do. Reads only.

        Raises Refused: `other_tenant`, `other_engine`, `frozen`, `cannot_be_put_back` naming what is in the way;
        NotFound for a table or a column that is not there; WrongUsage for what is no piece.
        """
        manifest = self._backups.manifest(backup)
        self._backups.ensure_opens(backup)
        located = self._tenants.locate(tenant)
        ensure_of_tenant(manifest, self._platform, tenant)
        if manifest.engine != located.server.engine:
            raise Refused(
                f"This backup is of {manifest.engine}, the database is on {located.server.engine}", code="other_engine"
            )
        if piece.table not in manifest.tables:
            known = ", ".join(sorted(manifest.tables)[:10])
            raise NotFound(f"The backup holds no table {piece.table}", hint=f"It holds {known or 'none'}.")
        live_rows = self._look(located, piece)
        data = {
            "backup": backup.id, "path": str(backup.path), "sha256": backup.sha256, "mode": "part",
            "database": located.database.name, "generation": located.row.id, "table": piece.table,
            "rows": [[column, list(values)] for column, values in piece.rows],
        }  # fmt: skip
        warnings = [] if backup.verified_at is not None else ["This backup has never been restored and compared."]
        problem = self._guests.problem(located.server)
        if problem is not None:
            warnings.append(f"{problem}: it is loaded by that account itself, and only if this master made the file.")
        if manifest.generation != located.row.id:
            warnings.append("This backup is of an earlier database of the same customer.")
        return PartPlan(
            backup, tenant, located.tenant.name, located.database.name, located.server.name, piece, live_rows,
            self._restore.steps(data), data, tuple(warnings),
        )  # fmt: skip

    def run(self, plan: PartPlan, confirmation: str | None, job: JobContext) -> dict[str, Any]:
        """Carry the plan out, or take up what a crash left of it; the database's name is its `confirmation`."""
        ensure_typed(confirmation, plan.database, f"This replaces rows in {plan.database}")
        server = self._tenants.locate(plan.tenant).server
        evidence: dict[str, Any] = self._operations.run(
            RESTORE_PART, tenant=plan.tenant, database=plan.database, server=server, plan=plan.data, job=job
        )
        return evidence

    def _look(self, located: Located, piece: Piece) -> int:
        """How many live rows would be replaced."""
        if self._records.get(located.tenant.id, located.row.id) is not None:
            raise Refused(
                f"{located.database.name} is frozen and takes no rows",
                code="frozen",
                hint=f"`quota release {located.tenant.id}` first.",
            )
        how = pieces(located.server.engine)
        with self._connections.open(located.server, located.database.name) as live:
            known = {name for name, _ in how.columns(live, piece.table)}
            unknown = [column for column, _ in piece.rows if column not in known]
            if unknown:
                raise NotFound(f"{piece.table} has no column {', '.join(unknown)}")
            obstacles = how.obstacles(live, piece.table)
            if obstacles:
                raise Refused(
                    f"{piece.table} cannot be put back by itself: {'; '.join(obstacles)}",
                    code="cannot_be_put_back",
                    hint="Restore the whole database, or restore it beside with --into NAME and look.",
                )
            return how.count(live, piece)


def _piece(plan: dict[str, Any]) -> Piece:
    return Piece(plan["table"], tuple((column, tuple(values)) for column, values in plan["rows"]))


def _told(piece: Piece) -> str:
    if not piece.rows:
        return f"the table {piece.table}"
    named = " and ".join(f"{column} is {' or '.join(values)}" for column, values in piece.rows)
    few = counted(sum(len(values) for _, values in piece.rows), "value")
    return f"the rows of {piece.table} whose {named}" if len(named) <= 120 else f"rows of {piece.table} ({few})"
