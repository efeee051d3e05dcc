"""What is in the trash, read from the operations that put it there: no table of its own that could say otherwise."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import sqlalchemy as sa

from pagevoo_console.domain.errors import Failed, NotFound, Refused
from pagevoo_console.domain.operation import OperationKind
from pagevoo_console.domain.trash import TrashEntry, TrashState
from pagevoo_console.services.master import Master
from pagevoo_console.services.trash_moves import TRASH
from pagevoo_console.services.values import as_time, iso, now

OLD_PART = "old"
"""Where a switch keeps what its deletion found out."""
_OPERATIONS = sa.table(
    "console_operations",
    sa.column("id", sa.BigInteger),
    *(sa.column(name) for name in ("kind", "tenant", "database_name", "server", "state", "owner", "plan", "evidence")),
)


@dataclass(frozen=True, slots=True)
class TrashRecord:
    """An entry with what it takes to have it back: the evidence of the move, and the deletion's own plan."""

    entry: TrashEntry
    told: dict[str, Any] = field(hash=False)
    plan: dict[str, Any] = field(hash=False)
    evidence: dict[str, Any] = field(hash=False)


class TrashRecords:
    """Reads and closes records. Safe to call from any thread."""

    def __init__(self, master: Master) -> None:
        self._master = master

    def kept(self, tenant: str | None = None) -> tuple[TrashRecord, ...]:
        """What is in the trash, newest first. Empty without console tables. Reads only."""
        wanted = json.dumps({"trash_state": TrashState.KEPT.value})[1:-1]
        query = (
            sa.select(_OPERATIONS)
            .where(_OPERATIONS.c.evidence.contains(wanted, autoescape=True))
            .order_by(_OPERATIONS.c.id.desc())
        )
        if tenant is not None:
            query = query.where(_OPERATIONS.c.tenant == tenant)
        with self._master.reading() as session:
            if not sa.inspect(session).has_table(_OPERATIONS.name):
                return ()
            rows = session.execute(query).all()
        found = (record for row in rows for record in _records(row))
        return tuple(record for record in found if record.entry.state is TrashState.KEPT)

    def get(self, operation: str) -> TrashRecord:
        """What this deletion put into the trash, whatever became of it. Raises NotFound, Refused (`not_in_trash`)."""
        if not operation.isascii() or not operation.isdigit() or len(operation) > 18:
            raise NotFound(f"There is no operation {operation}", hint="`database trash` shows what there is.")
        with self._master.reading() as session:
            row = session.execute(sa.select(_OPERATIONS).where(_OPERATIONS.c.id == int(operation))).first()
        if row is None:
            raise NotFound(f"There is no operation {operation}", hint="`database trash` shows what there is.")
        record = next(_records(row), None)
        if record is None:
            raise Refused(
                f"Operation {operation} put nothing into the trash",
                code="not_in_trash",
                hint="`database trash` shows what there is; what was dropped at once has a backup: `backup list`.",
            )
        return record

    def get_kept(self, operation: str) -> TrashRecord:
        """The same, raising Refused (`not_in_trash`) where it has been purged or had back."""
        record = self.get(operation)
        if record.entry.state is not TrashState.KEPT:
            raise Refused(
                f"{record.entry.database} of operation {operation} is not in the trash any more:"
                f" it was {record.entry.state.value}",
                code="not_in_trash",
                hint="`backup list` shows the backups that are left of it.",
            )
        return record

    def settle(self, master: sa.Connection, operation: str, state: TrashState, by: int) -> None:
        """Write down, within the caller's transaction, how it ended and by which operation."""
        key = _OPERATIONS.c.id == int(operation)
        row = master.execute(sa.select(_OPERATIONS).where(key).with_for_update()).one()
        evidence = json.loads(row.evidence)
        part = evidence if TRASH in evidence else evidence[OLD_PART]
        if part[TRASH]["trash_state"] != TrashState.KEPT.value:
            raise Failed(
                f"What operation {operation} put there is not in the trash any more: somebody else was faster",
                code="not_in_trash",
            )
        part[TRASH] |= {"trash_state": state.value, "ended_by": by, "ended_at": iso(now().replace(microsecond=0))}
        master.execute(sa.update(_OPERATIONS).where(key).values(evidence=json.dumps(evidence)))


def _records(row: Any) -> Iterator[TrashRecord]:
    """What an operation put into the trash: one record, or none."""
    plan, evidence = json.loads(row.plan or "{}"), json.loads(row.evidence or "{}")
    if row.kind == OperationKind.SWITCH.value:
        plan, evidence = plan.get(OLD_PART, {}), evidence.get(OLD_PART, {})
    told = evidence.get(TRASH)
    if told is None or "trash_state" not in told:
        return
    deleted_at, purge_after = as_time(told["deleted_at"]), as_time(told["purge_after"])
    if deleted_at is None or purge_after is None:
        return
    data = plan.get("data", plan)
    entry = TrashEntry(
        operation=str(row.id),
        kind=str(row.kind),
        tenant=str(row.tenant),
        database=str(row.database_name or ""),
        name=str(told["name"]),
        server=str(row.server or ""),
        generation=str(data.get("generation") or ""),
        website=data.get("website"),
        deleted_at=deleted_at,
        purge_after=purge_after,
        grace_days=int(told["grace_days"]),
        by=str(row.owner or "").partition("#")[0],
        reason=str(plan.get("reason") or ""),
        backup=evidence.get("backup"),
        backup_path=evidence.get("backup_path"),
        state=TrashState(told["trash_state"]),
        is_replaced=bool(told.get("is_replaced")),
    )
    yield TrashRecord(entry, told, plan, evidence)
