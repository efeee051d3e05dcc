"""Deletion certificates: what was deleted, how much, by whom, why, when, and what is left, for whoever asks later."""

from __future__ import annotations

import json
from dataclasses import asdict
from datetime import datetime
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from pagevoo_console.domain.audit import AuditEvent, Outcome
from pagevoo_console.domain.backup import Backup
from pagevoo_console.domain.deletion import DeletionCertificate
from pagevoo_console.domain.errors import ConsoleError, Failed, NotFound, Refused
from pagevoo_console.domain.operation import OperationKind
from pagevoo_console.services.audit import AuditTrail
from pagevoo_console.services.backups import Backups
from pagevoo_console.services.certificate_page import page
from pagevoo_console.services.deletion_steps import TABLES
from pagevoo_console.services.master import Master
from pagevoo_console.services.private_files import write_private
from pagevoo_console.services.registry import Registry, TenantRow
from pagevoo_console.services.trash_moves import TRASH
from pagevoo_console.services.trash_records import OLD_PART
from pagevoo_console.services.values import as_time, iso
from pagevoo_console.services.version import VERSION

FORMAT = "pagevoo-deletion-certificate/1"
DROPPED = "dropped"
_PAGES = (".html", ".htm")
_ACTIONS = {
    OperationKind.DELETE.value: OperationKind.DELETE.value,
    OperationKind.SWITCH.value: OperationKind.DELETE.value,
    OperationKind.REPAIR.value: OperationKind.REPAIR.value,
    OperationKind.RESTORE.value: OperationKind.RESTORE.value,
    OperationKind.IMPORT.value: OperationKind.IMPORT.value,
    OperationKind.UNDELETE.value: OperationKind.UNDELETE.value,
}
"""Which entry of the trail says that a database was deleted, by the kind of operation that did it; or replaced."""
_REPLACING = frozenset({OperationKind.RESTORE.value, OperationKind.IMPORT.value, OperationKind.UNDELETE.value})
_OPERATIONS = sa.table(
    "console_operations",
    sa.column("id", sa.BigInteger),
    *(sa.column(name) for name in ("kind", "tenant", "database_name", "server", "plan", "evidence")),
    sa.column("created_at", sa.DateTime),
)


class Certificates:
    """Draws certificates up from the operation, the trail and the backup. Safe to call from any thread."""

    def __init__(self, master: Master, registry: Registry, audit: AuditTrail, backups: Backups) -> None:
        self._master = master
        self._registry = registry
        self._audit = audit
        self._backups = backups

    def get(self, operation: str) -> DeletionCertificate:
        """The certificate of a deletion that has been done. Reads only.

        Raises NotFound, and Refused (`not_a_deletion`) for an operation that deleted nothing.
        """
        row = self._row(operation)
        plan, evidence = json.loads(row.plan or "{}"), json.loads(row.evidence or "{}")
        if row.kind == OperationKind.SWITCH.value:
            plan, evidence = plan.get(OLD_PART, {}), evidence.get(OLD_PART, {})
        done = self._entry(row)
        if (
            done is None
            or (row.kind == OperationKind.REPAIR.value and plan.get("action") != "retire")
            or (row.kind in _REPLACING and "trash_state" not in evidence.get(TRASH, {}))
        ):
            raise Refused(
                f"Operation {operation} deleted no database, or has not come to its end",
                code="not_a_deletion",
                hint="`operation list` shows what each did and how it ended.",
            )
        told = evidence.get(TRASH, {})
        data = plan.get("data", plan)
        backup = self._backup(evidence)
        tables = evidence.get(TABLES) or ({} if backup is None else backup.tables)
        person = self._person(str(row.tenant))
        deleted_at = as_time(told.get("deleted_at")) or as_time(done.at)
        began_at = as_time(row.created_at)
        if deleted_at is None or began_at is None:
            raise Failed(f"Operation {operation} does not say when it was")
        return DeletionCertificate(
            operation=operation,
            platform=self._master.platform.title,
            tenant=str(row.tenant),
            tenant_name=person.name,
            tenant_email=person.email,
            database=str(row.database_name or ""),
            generation=str(data.get("generation") or ""),
            server=str(row.server or ""),
            website=data.get("website"),
            state=told.get("trash_state", DROPPED),
            actor=done.actor,
            host=done.host,
            reason=str(plan.get("reason") or ""),
            began_at=began_at,
            deleted_at=deleted_at,
            purge_after=as_time(told.get("purge_after")),
            ended_at=as_time(told.get("ended_at")),
            ended_by=None if "ended_by" not in told else str(told["ended_by"]),
            tables={str(name): int(rows) for name, rows in sorted(tables.items())},
            rows_exact=not plan.get("no_backup", False),
            backup=evidence.get("backup"),
            backup_path=evidence.get("backup_path"),
            backup_sha256=evidence.get("backup_sha256"),
            backup_proved_at=None if backup is None else backup.verified_at,
            audit_seq=done.seq,
            audit_hash=done.hash,
            console_version=VERSION,
        )

    def as_data(self, certificate: DeletionCertificate) -> dict[str, Any]:
        """The certificate as JSON data."""
        told = {
            name: iso(value) if isinstance(value, datetime) else value for name, value in asdict(certificate).items()
        }
        return {"format": FORMAT, **told, "rows": certificate.rows}

    def save(self, certificate: DeletionCertificate, path: Path) -> None:
        """Write it into a file that its owner alone may read: a page to print for .html, else JSON.

        Raises Refused (`file_exists`): nothing is overwritten.
        """
        if path.is_symlink() or path.exists():
            raise Refused(f"{path} exists already", code="file_exists", hint="Choose another name.")
        if path.suffix.lower() in _PAGES:
            write_private(path, page(certificate))
        else:
            write_private(path, json.dumps(self.as_data(certificate), indent=2, ensure_ascii=False) + "\n")

    def _row(self, operation: str) -> Any:
        unknown = NotFound(f"There is no operation {operation}", hint="`operation list` shows them.")
        if not operation.isascii() or not operation.isdigit() or len(operation) > 18:
            raise unknown
        with self._master.reading() as session:
            row = session.execute(sa.select(_OPERATIONS).where(_OPERATIONS.c.id == int(operation))).first()
        if row is None:
            raise unknown
        return row

    def _entry(self, row: Any) -> AuditEvent | None:
        """The trail's word that it was done."""
        action = _ACTIONS.get(row.kind)
        if action is None:
            return None
        _, events = self._audit.events(tenant=row.tenant, action=action)
        return next(
            (event for event in events if event.operation == str(row.id) and event.outcome is Outcome.DONE), None
        )

    def _backup(self, evidence: dict[str, Any]) -> Backup | None:
        """The backup that was left, None where it is not there any more."""
        try:
            return self._backups.get_same(evidence["backup_path"], evidence["backup"], evidence["backup_sha256"])
        except (ConsoleError, KeyError):
            return None

    def _person(self, tenant: str) -> TenantRow:
        try:
            with self._master.reading() as session:
                return self._registry.tenant(session, tenant)
        except NotFound:
            return TenantRow(tenant, "", "", "", "", None)
