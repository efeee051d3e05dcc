"""Deleting a tenant's database: nothing goes that was not backed up and restored first, unless doubly waived.

Planned here, measured on the server; carried out step by step as `deletion_steps` says.
"""

from __future__ import annotations

from contextlib import suppress
from dataclasses import replace
from datetime import timedelta
from typing import Any

from pagevoo_console.domain.audit import Outcome
from pagevoo_console.domain.deletion import BlastRadius, DeletionPlan, DeletionRequest, DeletionResult
from pagevoo_console.domain.errors import ConsoleError, Corrupt, NotFound, Refused, WrongUsage
from pagevoo_console.domain.tenant import Website
from pagevoo_console.domain.text import counted
from pagevoo_console.domain.trash import DEFAULT_GRACE_DAYS, LONGEST_GRACE_DAYS
from pagevoo_console.services.audit import AuditTrail
from pagevoo_console.services.backups import Backups
from pagevoo_console.services.confirmations import mismatch
from pagevoo_console.services.connections import Connections
from pagevoo_console.services.deletion_measures import measure
from pagevoo_console.services.deletion_steps import DELETE, DatabaseDeletion
from pagevoo_console.services.jobs import JobContext
from pagevoo_console.services.master import Master
from pagevoo_console.services.operations import Operations
from pagevoo_console.services.registry import Registry
from pagevoo_console.services.tenants import Located, Tenants
from pagevoo_console.services.values import now


class Deletions:
    """Plans and carries out deletions. Safe to call from any thread."""

    def __init__(
        self,
        master: Master,
        registry: Registry,
        connections: Connections,
        tenants: Tenants,
        backups: Backups,
        operations: Operations,
        audit: AuditTrail,
        deletion: DatabaseDeletion,
    ) -> None:
        self._master = master
        self._registry = registry
        self._connections = connections
        self._tenants = tenants
        self._backups = backups
        self._operations = operations
        self._audit = audit
        self._deletion = deletion
        operations.register(deletion)

    @property
    def deletion(self) -> DatabaseDeletion:
        """How a database is deleted, for operations that deleting one is a part of."""
        return self._deletion

    def plan(self, request: DeletionRequest) -> DeletionPlan:
        """What deleting would do, measured on the server. Reads only; it is the dry run.

        Raises NotFound, and Refused where there is no database, where a rule forbids it, or where a backup is waived
        without a reason.
        """
        if request.no_backup and not request.reason.strip():
            raise Refused(
                "A deletion without a backup needs a reason", code="reason_required", hint="Add --reason TEXT."
            )
        grace = DEFAULT_GRACE_DAYS if request.grace_days is None else request.grace_days
        if not 0 <= grace <= LONGEST_GRACE_DAYS:
            raise WrongUsage(f"--grace takes 0 to {LONGEST_GRACE_DAYS} days", hint="0 drops it at once.")
        located = self._tenants.locate(request.tenant)
        self._operations.ensure_allowed(DELETE, request.tenant)
        website = self._bound_website(located)
        radius = BlastRadius()
        warnings: list[str] = []
        with self._connections.open(located.server) as session:
            missing = not located.engine.exists(session, located.database.name)
            if not missing:
                radius = replace(radius, sessions=located.engine.sessions(session, located.database.name))
                if grace and request.no_backup:
                    located.engine.move_memo(session, located.database.name)
        if missing:
            warnings.append("The database does not exist: only the registry and the website are changed.")
        else:
            try:
                with self._connections.open(located.server, located.database.name) as session:
                    radius = measure(located.engine, session, radius.sessions)
            except ConsoleError as error:
                warnings.append(f"The database could not be looked into: {error.message}")
        if website is None and located.row.website is not None and self._master.platform.lifecycle.delete_unpublishes:
            words = self._master.platform.words
            warnings.append(
                f"{words.website.capitalize()} {located.row.website}, which the registry names, is not unpublished:"
                f" it is not there, or not this {words.tenant}'s."
            )
        if request.no_backup and not missing:
            warnings.append(
                "No backup is made: once the trash is emptied, the data is gone for good."
                if grace
                else "No backup is made: what is dropped is gone for good."
            )
        warnings += _waiting(radius)
        data = self._data(request, located, website, missing)
        is_kept = bool(grace) and not missing
        proved = [backup.verified_at for backup in self._backups.list(request.tenant) if backup.verified_at]
        return DeletionPlan(
            request=request,
            tenant_name=located.tenant.name,
            tenant_email=located.tenant.email,
            database=replace(located.database, size_bytes=radius.size_bytes),
            server_address=located.server.address,
            tables=radius.tables,
            rows=radius.rows,
            size_bytes=radius.size_bytes,
            sessions=radius.sessions,
            websites_unpublished=() if website is None else (website.id,),
            newest_proved_backup=max(proved, default=None),
            steps=self._deletion.steps(data),
            warnings=tuple(warnings),
            radius=radius,
            grace_days=grace if is_kept else 0,
            purge_after=now() + timedelta(days=grace) if is_kept else None,
        )

    def run(self, plan: DeletionPlan, confirmation: str, job: JobContext) -> DeletionResult:
        """Carry the plan out, or take up what a crash left of it.

        `confirmation` must be the database's name, exactly; anything else is Refused and nothing happens.
        """
        self.ensure_confirmed(plan, confirmation, DELETE)
        located, data = self.as_data(plan)
        result: DeletionResult = self._operations.run(
            DELETE,
            tenant=plan.request.tenant,
            database=plan.database.name,
            server=located.server,
            plan=data,
            job=job,
            same=lambda left: same_deletion(left, data),
        )
        return result

    def ensure_confirmed(self, plan: DeletionPlan, confirmation: str, action: str) -> None:
        """Raise Refused, and note the attempt, unless the confirmation is the database's name, exactly."""
        if confirmation == plan.database.name:
            return
        error = mismatch(plan.database.name)
        self._audit.note(
            action, Outcome.REFUSED, tenant=plan.request.tenant, database=plan.database.name, detail=str(error)
        )
        raise error

    def as_data(self, plan: DeletionPlan) -> tuple[Located, dict[str, Any]]:
        """What the operation writes down, from a fresh look; raises Refused where the database is another by now."""
        located = self._tenants.locate(plan.request.tenant)
        if located.row.id != plan.database.generation:
            raise Refused(
                "This is not the database that was planned for: it has been deleted and created anew since",
                code="generation_changed",
                hint="Look at the new plan first.",
            )
        with self._connections.open(located.server) as session:
            missing = not located.engine.exists(session, located.database.name)
            data = self._data(plan.request, located, self._bound_website(located), missing)
            with suppress(Corrupt):
                data["marker"] = located.engine.marker(session, located.database.name)
        return located, data

    def _bound_website(self, located: Located) -> Website | None:
        """The website this database is bound to, where it is this tenant's own."""
        if located.row.website is None or not self._master.platform.lifecycle.delete_unpublishes:
            return None
        with self._master.reading() as session:
            try:
                website = self._registry.website(session, located.row.website)
            except NotFound:
                return None
        return website if website.tenant == located.tenant.id else None

    def _data(
        self, request: DeletionRequest, located: Located, website: Website | None, missing: bool
    ) -> dict[str, Any]:
        data = {
            "database": located.database.name,
            "generation": located.row.id,
            "website": None if website is None else website.id,
            "backup_to": None if request.backup_to is None else str(request.backup_to.absolute()),
            "no_backup": request.no_backup,
            "reason": request.reason,
            "missing": missing,
            "grace_days": DEFAULT_GRACE_DAYS if request.grace_days is None else request.grace_days,
        }
        return data if request.delete_website is None else {**data, "delete_website": request.delete_website}


def same_deletion(left: dict[str, Any], wanted: dict[str, Any]) -> bool:
    """Whether an unfinished deletion is the one that is asked for: the same database, and the same website or none."""
    return all(left.get(key) == wanted.get(key) for key in ("generation", "delete_website"))


def _waiting(radius: BlastRadius) -> list[str]:
    """Whom it would hit while it is being used."""
    told = []
    if radius.sessions:
        told.append(f"{counted(radius.sessions, 'live session')} on this database will be ended.")
    if radius.open_orders:
        told.append(f"{counted(radius.open_orders, 'open order')} will not be seen to any more.")
    if radius.open_bookings:
        told.append(f"{counted(radius.open_bookings, 'coming booking')} will find nobody prepared.")
    return told
