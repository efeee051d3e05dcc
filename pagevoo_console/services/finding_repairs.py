"""Carrying repairs out: every step looks again before it acts, and rows change in one transaction with the end.

Nothing is dropped by a pattern: a database is dropped by the name that was looked up, while no live row names it and
its marker is the one that was planned for.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any, ClassVar

import sqlalchemy as sa

from pagevoo_console.domain.backup import Backup
from pagevoo_console.domain.database import DatabaseState, TenantDatabase
from pagevoo_console.domain.errors import Corrupt, Failed, Refused
from pagevoo_console.domain.finding import Findings
from pagevoo_console.domain.operation import OperationKind, Step
from pagevoo_console.domain.trash import TrashState
from pagevoo_console.services.backups import Backups, written_since
from pagevoo_console.services.connections import Connections
from pagevoo_console.services.databases import ensure_no_active, owned_website
from pagevoo_console.services.deletion_steps import DROPPING
from pagevoo_console.services.engines.administration import DatabaseGrant
from pagevoo_console.services.lineages import Lineages
from pagevoo_console.services.master import Master
from pagevoo_console.services.operations import Procedure, Run
from pagevoo_console.services.registry import Registry, RegistryRow, TenantRow
from pagevoo_console.services.registry_changes import RegistryChanges
from pagevoo_console.services.tenants import Located
from pagevoo_console.services.trash_moves import TRASH, TrashMoves, keep
from pagevoo_console.services.trash_records import TrashRecords

REPAIR = OperationKind.REPAIR.value
GONE = "finding_gone"
COMPARISONS = 3
_TOO_LATE = frozenset({"leftover", "account"})


class FindingRepair(Procedure):
    """The steps of a repair, as its plan lists them. `look` finds what there is to be found now."""

    kind = REPAIR
    looks: ClassVar[frozenset[str]] = frozenset({"compare"})

    def __init__(
        self,
        master: Master,
        registry: Registry,
        connections: Connections,
        lineages: Lineages,
        backups: Backups,
        moves: TrashMoves,
        look: Callable[[], Findings],
    ) -> None:
        self._master = master
        self._registry = registry
        self._connections = connections
        self._lineages = lineages
        self._backups = backups
        self._moves = moves
        self._look = look
        self._changes = RegistryChanges(registry)
        self._records = TrashRecords(master)

    def steps(self, plan: dict[str, Any]) -> tuple[Step, ...]:
        return tuple(Step(name, title, bool(destructive)) for name, title, destructive in plan["steps"])

    def perform(self, step: str, run: Run) -> None:
        match step:
            case "recheck":
                self._recheck(run)
            case "registry" | "adopt" | "record":
                """What it says is done at the very end, in one transaction with it."""
            case "core":
                self._ensure_core(run)
            case "backup":
                self._back_up(run)
            case "verify":
                self._keep(run, self._backups.prove(self._backup(run), run.job))
            case "quiesce":
                self._quiesce(run)
            case "trash":
                self._ensure_unowned(run)
                self._moves.put(run)
            case "compare":
                self._compare(run)
            case "drop" | "leftover":
                self._drop(run)
            case "grant":
                self._grant(run, run.plan["data"]["remove"], run.plan["data"]["add"])
            case "charset":
                self._charset(run, run.plan["data"]["to"])
            case "account":
                self._drop_account(run)
            case _:
                raise Failed(f"A repair has no step {step!r}")

    def finish(self, master: sa.Connection, run: Run) -> dict[str, Any]:
        data = run.plan["data"]
        changed = self._changes.make(master, data.get("changes", []))
        if run.plan["action"] == "adopt":
            changed.append(self._adopt(master, run))
        if run.plan["action"] == "close_record":
            self._records.settle(master, data["operation"], TrashState.PURGED, run.operation)
        run.evidence["changed"] = changed
        if TRASH in run.evidence:
            run.evidence[TRASH] = keep(run.evidence[TRASH], run.plan["grace_days"])
        return {
            "kind": run.plan["kind"], "action": run.plan["action"], "changed": changed,
            "backup": run.evidence.get("backup"), "reason": run.plan.get("reason", ""),
            "trash": run.evidence.get(TRASH, {}).get("name"),
        }  # fmt: skip

    def has_changed(self, run: Run) -> bool:
        return bool({"quiesce", "drop", "leftover", "grant", "charset", "account"} & {run.step, *run.steps_done})

    def undo(self, run: Run) -> None:
        """Give back what was taken, as long as nothing was dropped."""
        begun = {run.step, *run.steps_done}
        engine = self._connections.engine(run.server)
        data = run.plan["data"]
        if DROPPING in run.evidence or begun & _TOO_LATE:
            raise Refused(
                f"{run.database} may have been dropped already; resume the repair to finish it",
                code="too_late",
                hint=f"`operation resume {run.operation}`",
            )
        if TRASH in run.evidence and run.step == "finish":
            raise Refused(
                f"{run.database} may be in the trash already; resume the repair, then have it back",
                code="too_late",
                hint=f"`operation resume {run.operation}`",
            )
        self._moves.take_back(run)
        if "quiesce" in begun and engine.exists(run.session, run.database):
            self._moves.reopen(run)
        if "grant" in begun:
            self._grant(run, data["add"], data["remove"])
        if "charset" in begun:
            self._charset(run, data["from"])

    # --- looking again ----------------------------------------------------------------------------------------------

    def _recheck(self, run: Run) -> None:
        finding = self._look().get(run.plan["finding"])
        if finding is None:
            raise Refused("This is not so any more; there is nothing to repair", code=GONE)
        retired = run.plan["action"] == "retire" and finding.repair.action == "adopt"
        if not retired and finding.repair.data != run.plan["data"]:
            raise Refused(
                "This is not what was planned for any more", code="finding_changed",
                hint="Look again: `fleet reconcile --dry-run`.",
            )  # fmt: skip

    def _ensure_core(self, run: Run) -> None:
        with self._connections.open(run.server, run.database) as session:
            differences = self._lineages.drift(session, self._master.platform.core_lineage)
        if differences:
            raise Refused(
                f"{run.database} is not what its core tables should be: "
                + "; ".join(f"{difference.table}: {difference.detail}" for difference in differences),
                code="drifted",
                hint=f"Mend it by hand, or retire it: --repair {run.plan['finding']} --retire",
            )

    def _adopt(self, master: sa.Connection, run: Run) -> dict[str, Any]:
        data = run.plan["data"]
        self._registry.lock_tenant(master, data["tenant"])
        ensure_no_active(self._registry, master, data["tenant"])
        if data["website"] is not None:
            owned_website(self._registry, master, data["tenant"], data["website"])
        row = self._registry.insert_active(
            master, tenant=data["tenant"], website=data["website"], database=run.database, server=run.server.name
        )
        return {"row": row, "inserted": True}

    # --- retiring ---------------------------------------------------------------------------------------------------

    def _back_up(self, run: Run) -> None:
        """One that an interrupted run has dropped is in the backup that it left."""
        to = run.plan["backup_to"]
        self._keep(run, self._backups.dump(self._located(run), run.job, None if to is None else Path(to)))

    def _quiesce(self, run: Run) -> None:
        engine = self._connections.engine(run.server)
        if not engine.exists(run.session, run.database):
            return
        try:
            engine.quiesce(run.session, run.database)
        except Corrupt as error:
            if not run.plan["no_backup"]:
                raise
            run.job.line(f"{error.message}; it goes as it is")

    def _compare(self, run: Run) -> None:
        """Nobody should have written since the backup; where somebody did, back up and prove again."""
        engine = self._connections.engine(run.server)
        is_aside = "trash" in run.steps_done
        for _ in range(COMPARISONS):
            if not is_aside and not engine.exists(run.session, run.database):
                return
            backup = self._backup(run)
            name = self._moves.put(run) if is_aside else run.database
            problems = written_since(
                self._connections, run.server, name, self._backups.manifest(backup), run.job,
                is_dropping=DROPPING in run.evidence,
            )  # fmt: skip
            if not problems:
                self._backups.ensure_intact(backup)
                return
            self._moves.take_back(run)
            run.save()
            run.job.line(f"Written to since the backup ({'; '.join(problems)}); backing up again")
            self._back_up(run)
            self._keep(run, self._backups.prove(self._backup(run), run.job))
        raise Failed(
            f"{run.database} kept being written to while it was about to be dropped",
            code="still_written",
            hint="Stop what writes to it, then resume the operation.",
        )

    def _drop(self, run: Run) -> None:
        engine = self._connections.engine(run.server)
        if not engine.exists(run.session, run.database):
            return
        self._ensure_unowned(run)
        run.evidence[DROPPING] = True
        run.save()
        engine.drop_database(run.session, run.database)

    def _ensure_unowned(self, run: Run) -> None:
        """No live row names it, and it is the one that was planned for; nothing where it is gone already."""
        engine = self._connections.engine(run.server)
        if not engine.exists(run.session, run.database):
            return
        data = run.plan["data"]
        mine = {change["row"] for change in data.get("changes", []) if "row" in change}
        with self._master.reading() as session:
            owners = [
                row for row in self._registry.rows(session)
                if row.database == run.database and self._is_live(row) and row.id not in mine
            ]  # fmt: skip
        if owners:
            raise Refused(
                f"Row {owners[0].id} of the registry says by now that {run.database} is in use",
                code="finding_changed",
                hint="Look again: `fleet reconcile --dry-run`. Nothing was dropped.",
            )
        if engine.marker(run.session, run.database) != data["marker"]:
            raise Refused(
                f"{run.database} is not the database that was planned for: it has been made anew",
                code="generation_changed",
                hint="Look again: `fleet reconcile --dry-run`. Nothing was dropped.",
            )

    def _is_live(self, row: RegistryRow) -> bool:
        registry = self._master.platform.registry
        return registry is not None and row.status != registry.deleted

    def _located(self, run: Run) -> Located:
        """What a backup needs to know of a database that no tenant has."""
        engine = self._connections.engine(run.server)
        tenant, generation = run.plan["data"]["tenant"], run.plan["data"]["generation"]
        row = RegistryRow(generation, tenant, None, run.database, "", run.server.name, None, None)
        database = TenantDatabase(run.database, engine.name, run.server.name, generation, DatabaseState.DELETED)
        return Located(TenantRow(tenant, "", "", "", "", None), row, database, run.server, engine)

    def _keep(self, run: Run, backup: Backup) -> None:
        run.evidence["backup"] = backup.id
        run.evidence["backup_path"] = str(backup.path)
        run.evidence["backup_sha256"] = backup.sha256

    def _backup(self, run: Run) -> Backup:
        evidence = run.evidence
        return self._backups.get_same(evidence["backup_path"], evidence["backup"], evidence["backup_sha256"])

    # --- grants, accounts, character sets ---------------------------------------------------------------------------

    def _grant(self, run: Run, remove: list[str], add: list[str]) -> None:
        data = run.plan["data"]
        grant = DatabaseGrant(data["account"], data["host"], "", tuple(data["privileges"]), data["grantable"])
        self._connections.engine(run.server).administration.change_grant(run.session, grant, remove, add)

    def _charset(self, run: Run, wanted: list[str]) -> None:
        engine = self._connections.engine(run.server)
        engine.administration.change_charset(run.session, run.database, wanted[0], wanted[1])

    def _drop_account(self, run: Run) -> None:
        data = run.plan["data"]
        self._connections.engine(run.server).administration.drop_account(
            run.session, data["account"], data["host"], None,
            lambda name: self._connections.open(run.server, name, writable=True),
        )  # fmt: skip
