"""The two ways out of the trash, step by step."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa

from pagevoo_console.domain.errors import Failed, Refused
from pagevoo_console.domain.operation import OperationKind, Step
from pagevoo_console.domain.trash import TrashState
from pagevoo_console.services.connections import Connections
from pagevoo_console.services.databases import ensure_no_active, owned_website
from pagevoo_console.services.master import Master
from pagevoo_console.services.operations import Procedure, Run
from pagevoo_console.services.registry import Registry
from pagevoo_console.services.registry_changes import RegistryChanges, reversed_change
from pagevoo_console.services.trash_moves import TrashMoves
from pagevoo_console.services.trash_records import TrashRecords


class DatabaseUndeletion(Procedure):
    """Its old name first, then people are let in, and last of all the registry's row is live again."""

    kind = OperationKind.UNDELETE.value

    def __init__(
        self, master: Master, registry: Registry, connections: Connections, moves: TrashMoves, records: TrashRecords
    ) -> None:
        self._master = master
        self._registry = registry
        self._connections = connections
        self._moves = moves
        self._records = records
        self._changes = RegistryChanges(registry)

    def steps(self, plan: dict[str, Any]) -> tuple[Step, ...]:
        name = plan["database"]
        return (
            Step("back", f"Call {plan['trash']} {name} again"),
            Step("reopen", f"Let people into {name} again"),
        )

    def perform(self, step: str, run: Run) -> None:
        match step:
            case "back":
                record = self._records.get_kept(run.plan["operation"])
                if run.plan["registered"]:
                    with self._master.reading() as session:
                        ensure_no_active(self._registry, session, run.tenant)
                if "begun" not in run.evidence:
                    self._ensure_free(run)
                    run.evidence["begun"] = True
                    run.save()
                self._moves.give_back(run, record.told)
            case "reopen":
                self._moves.reopen(run)
            case _:
                raise Failed(f"Undeleting has no step {step!r}")

    def finish(self, master: sa.Connection, run: Run) -> dict[str, Any]:
        after: dict[str, Any] = {"database": run.database, "undeleted": run.plan["operation"]}
        record = self._records.get(run.plan["operation"])
        self._records.settle(master, run.plan["operation"], TrashState.UNDELETED, run.operation)
        if run.plan["registered"]:
            after["changed"] = self._changes.make(master, [self._change(master, run)])
        else:
            back = (reversed_change(change) for change in reversed(record.evidence.get("changed", [])))
            after["changed"] = self._changes.make(master, [change for change in back if change])
        return after

    def has_changed(self, run: Run) -> bool:
        return "begun" in run.evidence

    def undo(self, run: Run) -> None:
        """Into the trash again, as long as the registry does not say that it is live."""
        if run.step == "finish":
            raise Refused(
                f"{run.database} may be live again already; resume the undeletion to finish it",
                code="too_late",
                hint=f"`operation resume {run.operation}`",
            )
        record = self._records.get_kept(run.plan["operation"])
        engine = self._connections.engine(run.server)
        if engine.exists(run.session, run.database) and not engine.exists(run.session, record.entry.name):
            engine.quiesce(run.session, run.database)
        self._moves.put_again(run, run.plan["operation"], record.told)

    def result(self, run: Run) -> str:
        return str(run.operation)

    def _change(self, master: sa.Connection, run: Run) -> dict[str, Any]:
        """The very row that was marked deleted, live again. Raises Refused where the tenant has a new database."""
        registry = self._master.platform.registry
        if registry is None:
            raise Failed("The platform keeps no registry of databases", code="no_registry")
        self._registry.lock_tenant(master, run.tenant)
        ensure_no_active(self._registry, master, run.tenant)
        row = self._registry.row(master, run.plan["generation"])
        wanted: dict[str, Any] = {"status": [registry.deleted, registry.active], "deleted_at": [None, None]}
        website = run.plan["website"]
        if website is not None:
            owned_website(self._registry, master, run.tenant, website)
            if row.website != website:
                wanted["website"] = [row.website, website]
        return {"row": row.id, "set": wanted}

    def _ensure_free(self, run: Run) -> None:
        if self._connections.engine(run.server).exists(run.session, run.database):
            raise Refused(
                f"There is a new database {run.database} on {run.server.name}: nothing is put in its place",
                code="database_exists",
                hint="Look whose it is: `fleet reconcile --dry-run`.",
            )


class DatabasePurge(Procedure):
    """One step, which may be repeated: some servers drop table by table, and a crash stops them half-way."""

    kind = OperationKind.PURGE.value

    def __init__(self, registry: Registry, master: Master, moves: TrashMoves, records: TrashRecords) -> None:
        self._registry = registry
        self._master = master
        self._moves = moves
        self._records = records

    def steps(self, plan: dict[str, Any]) -> tuple[Step, ...]:
        return (Step("purge", f"Drop {plan['trash']} for good", is_destructive=True),)

    def perform(self, step: str, run: Run) -> None:
        if step != "purge":
            raise Failed(f"Purging has no step {step!r}")
        record = self._records.get_kept(run.plan["operation"])
        self._ensure_unowned(record.entry.name)
        run.evidence["begun"] = True
        run.save()
        self._moves.drop(run, run.plan["operation"], record.told)

    def finish(self, master: sa.Connection, run: Run) -> dict[str, Any]:
        self._records.settle(master, run.plan["operation"], TrashState.PURGED, run.operation)
        return {"purged": run.plan["trash"], "deleted_by": run.plan["operation"], "reason": run.plan["reason"]}

    def has_changed(self, run: Run) -> bool:
        return "begun" in run.evidence

    def undo(self, run: Run) -> None:
        raise Refused(
            f"{run.plan['trash']} may have been dropped already, in part; resume the purge to finish it",
            code="too_late",
            hint=f"`operation resume {run.operation}`",
        )

    def result(self, run: Run) -> str:
        return str(run.operation)

    def _ensure_unowned(self, name: str) -> None:
        """Whatever the record says: what a row of the registry names as live is somebody's."""
        registry = self._master.platform.registry
        with self._master.reading() as session:
            owners = [
                row for row in self._registry.rows(session)
                if row.database == name and registry is not None and row.status != registry.deleted
            ]  # fmt: skip
        if owners:
            raise Refused(
                f"Row {owners[0].id} of the registry says that {name} is in use",
                code="generation_changed",
                hint="`fleet reconcile --dry-run` tells what is wrong. Nothing was dropped.",
            )
