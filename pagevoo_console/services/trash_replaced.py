"""Having back what a restore replaced: the same swap once more, and what was live goes into the trash in its turn."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import sqlalchemy as sa

from pagevoo_console.domain.errors import Refused
from pagevoo_console.domain.operation import OperationKind, Step
from pagevoo_console.domain.trash import TrashState
from pagevoo_console.services.backups import Backups
from pagevoo_console.services.connections import Connections
from pagevoo_console.services.master import Master
from pagevoo_console.services.operations import Procedure, Run
from pagevoo_console.services.replacements import SWAP, Replacement
from pagevoo_console.services.tenants import Tenants
from pagevoo_console.services.trash_records import TrashRecords


class ReplacedReturn(Replacement):
    """Its plan names the operation that put it into the trash, and what it is called there."""

    kind = OperationKind.UNDELETE.value

    def __init__(
        self, master: Master, connections: Connections, tenants: Tenants, backups: Backups, records: TrashRecords,
        before_reopening: Callable[[Run], None],
    ) -> None:  # fmt: skip
        super().__init__(master, connections, tenants, backups, before_reopening)
        self._records = records

    def steps(self, plan: dict[str, Any]) -> tuple[Step, ...]:
        titles = {"swap": f"Put {plan['trash']} in the place of {plan['database']}"}
        rest = (
            Step(step.name, titles.get(step.name, step.title), step.is_destructive) for step in self.swap_steps(plan)
        )
        return (self.safety_step(plan["database"]), *rest)

    def perform(self, step: str, run: Run) -> None:
        if step == "swap" and SWAP not in run.evidence:
            self._ensure_there(run)
        super().perform(step, run)

    def finish(self, master: sa.Connection, run: Run) -> dict[str, Any]:
        after = {"database": run.database, "undeleted": run.plan["operation"], **self.settle(run)}
        self._records.settle(master, run.plan["operation"], TrashState.UNDELETED, run.operation)
        return after

    def undo(self, run: Run) -> None:
        """Let people in again; too late once the swap has begun."""
        self.ensure_not_swapped(run)
        self._connections.engine(run.server).unquiesce(run.session, run.database)

    def result(self, run: Run) -> str:
        return str(run.operation)

    def staged(self, run: Run) -> str:
        return str(run.plan["trash"])

    def _ensure_there(self, run: Run) -> None:
        record = self._records.get_kept(run.plan["operation"])
        engine = self._connections.engine(run.server)
        if not self._moves.is_there(run.session, engine, run.plan["operation"], record.told):
            raise Refused(
                f"{record.entry.name} is not on {run.server.name} any more, or is another database by now",
                code="trash_missing",
                hint=f"Its backup brings it back: {record.entry.backup_path or 'there is none'}.",
            )
        # One that was replaced because it was damaged is still so: found out now, nothing has to be taken back.
        with self._connections.open(run.server, record.entry.name) as session:
            engine.tables(session)


class Undeletion(Procedure):
    """One kind of operation for people; which of the two it is, its plan says."""

    kind = OperationKind.UNDELETE.value
    looks = Replacement.looks

    def __init__(self, of_deleted: Procedure, of_replaced: Procedure) -> None:
        self._of_deleted = of_deleted
        self._of_replaced = of_replaced

    def steps(self, plan: dict[str, Any]) -> tuple[Step, ...]:
        return self._of(plan).steps(plan)

    def perform(self, step: str, run: Run) -> None:
        self._of(run.plan).perform(step, run)

    def finish(self, master: sa.Connection, run: Run) -> dict[str, Any]:
        return self._of(run.plan).finish(master, run)

    def has_changed(self, run: Run) -> bool:
        return self._of(run.plan).has_changed(run)

    def undo(self, run: Run) -> None:
        self._of(run.plan).undo(run)

    def result(self, run: Run) -> str:
        return str(run.operation)

    def _of(self, plan: dict[str, Any]) -> Procedure:
        return self._of_replaced if plan.get("is_replaced") else self._of_deleted
