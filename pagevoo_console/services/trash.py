"""The trash: what is in it, having it back, and emptying it when its time has come.

Both ways out are operations of their own: planned, confirmed where nothing brings it back, audited, resumable.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import sqlalchemy as sa

from pagevoo_console.domain.audit import Outcome
from pagevoo_console.domain.errors import Busy, Cancelled, ConsoleError, NotFound, Refused
from pagevoo_console.domain.operation import OperationKind
from pagevoo_console.domain.server import Server
from pagevoo_console.domain.trash import (
    PurgePlan,
    PurgeSweep,
    TrashEntry,
    TrashResult,
    TrashState,
    UndeletePlan,
)
from pagevoo_console.services.audit import AuditTrail
from pagevoo_console.services.backups import Backups
from pagevoo_console.services.confirmations import ensure_typed, mismatch
from pagevoo_console.services.connections import Connections
from pagevoo_console.services.databases import ensure_no_active, leftover, owned_website
from pagevoo_console.services.freeze_records import FreezeRecords
from pagevoo_console.services.freezes import Freezes
from pagevoo_console.services.jobs import JobContext
from pagevoo_console.services.master import Master
from pagevoo_console.services.operations import Operations
from pagevoo_console.services.platforms.tenancies import DatabasePerTenant
from pagevoo_console.services.registry import Registry
from pagevoo_console.services.replacements import ensure_grace
from pagevoo_console.services.tenants import Tenants
from pagevoo_console.services.trash_moves import TrashMoves
from pagevoo_console.services.trash_procedures import DatabasePurge, DatabaseUndeletion
from pagevoo_console.services.trash_records import TrashRecord, TrashRecords
from pagevoo_console.services.trash_replaced import ReplacedReturn, Undeletion
from pagevoo_console.services.values import now

PURGE = OperationKind.PURGE.value
UNDELETE = OperationKind.UNDELETE.value
MOST_SKEW = timedelta(minutes=5)


class Trash:
    """Lists, gives back and purges. Safe to call from any thread."""

    def __init__(
        self,
        master: Master,
        registry: Registry,
        connections: Connections,
        tenancy: DatabasePerTenant,
        backups: Backups,
        operations: Operations,
        audit: AuditTrail,
        moves: TrashMoves,
        freezes: Freezes,
        freeze_records: FreezeRecords,
        tenants: Tenants,
    ) -> None:
        self._master = master
        self._registry = registry
        self._connections = connections
        self._tenancy = tenancy
        self._backups = backups
        self._operations = operations
        self._audit = audit
        self._moves = moves
        self._freezes = freezes
        self._freeze_records = freeze_records
        self.records = TrashRecords(master)
        self._undeletion = Undeletion(
            DatabaseUndeletion(master, registry, connections, moves, self.records),
            ReplacedReturn(master, connections, tenants, backups, self.records, freezes.again),
        )
        self._purge = DatabasePurge(registry, master, moves, self.records)
        operations.register(self._undeletion)
        operations.register(self._purge)

    # --- looking ----------------------------------------------------------------------------------------------------

    def list(self, tenant: str | None = None) -> tuple[TrashEntry, ...]:
        """What is in the trash, newest first, measured on its servers where they answer. Reads only."""
        return tuple(self._measured(record.entry for record in self.records.kept(tenant)))

    def count(self) -> int:
        """How many databases are in the trash, by the record alone."""
        return len(self.records.kept())

    def _measured(self, entries: Iterable[TrashEntry]) -> Iterable[TrashEntry]:
        wanted = list(entries)
        sizes: dict[str, dict[str, int]] = {}
        for server in {entry.server for entry in wanted}:
            names = [entry.name for entry in wanted if entry.server == server]
            try:
                found = self._tenancy.server(server)
                with self._connections.open(found) as session:
                    measured = self._connections.engine(found).sizes(session, names)
            except ConsoleError:
                continue
            sizes[server] = {name: size.allocated for name, size in measured.items()}
        for entry in wanted:
            seen = sizes.get(entry.server)
            if seen is None:
                yield entry
            else:
                yield replace(entry, size_bytes=seen.get(entry.name), is_missing=entry.name not in seen)

    # --- having back ------------------------------------------------------------------------------------------------

    def plan_undelete(self, operation: str, website: str | None = None, grace_days: int | None = None) -> UndeletePlan:
        """What undeleting would do. Reads only; it is the dry run.

        What was replaced takes the place of the live one, which goes into the trash for `grace_days`.

        Raises NotFound, and Refused: `not_in_trash`, `database_exists` (the tenant has a new one), `website_gone`,
        `trash_missing`.
        """
        record = self.records.get_kept(operation)
        entry = record.entry
        server = self._tenancy.server(entry.server)
        engine = self._connections.engine(server)
        is_registered = record.entry.kind != OperationKind.REPAIR
        replaces = entry.is_replaced and self._is_live(entry)
        person = ""
        with self._master.reading() as session:
            if is_registered:
                person = self._registry.tenant(session, entry.tenant).name
            if replaces or not is_registered:
                website = None
            else:
                ensure_no_active(self._registry, session, entry.tenant)
                website = self._website(session, record, website)
        if not self._is_under_way(entry):
            with self._connections.open(server) as session:
                self._ensure_there(session, record, server)
                if not replaces and engine.exists(session, entry.database):
                    raise leftover(entry.database, server)
        grace = ensure_grace(grace_days)
        data = self._undelete_data(entry, website, replaces=replaces, grace_days=grace)
        warnings = []
        if website is not None:
            word = self._master.platform.words.website
            warnings.append(f"{word.capitalize()} {website} stays unpublished until somebody publishes it.")
        if replaces and not grace:
            warnings.append(f"What is in {entry.database} now is dropped at once; a backup of it is made first.")
        steps = self._undeletion.steps(data)
        return UndeletePlan(entry, person, website, is_registered, steps, tuple(warnings), replaces, data)

    def undelete(self, plan: UndeletePlan, job: JobContext, confirmation: str | None = None) -> TrashResult:
        """Carry the plan out, or take up what a crash left of it. Raises Refused for the loser of a race.

        Replacing a live database needs its name as `confirmation`; anything else is Refused and nothing happens.
        """
        entry, data = plan.entry, plan.data
        try:
            if plan.replaces:
                ensure_typed(confirmation, entry.database, f"This replaces what is in {entry.database}")
            done: str = self._operations.run(
                UNDELETE, tenant=entry.tenant, database=entry.database, server=self._tenancy.server(entry.server),
                plan=data, job=job, same=lambda left: left["operation"] == data["operation"],
            )  # fmt: skip
        except Refused as error:
            self._audit.note(UNDELETE, Outcome.REFUSED, tenant=entry.tenant, database=entry.database, detail=str(error))
            raise
        if not plan.replaces:
            self._freeze_again(entry, job)
        return TrashResult(done, replace(entry, state=TrashState.UNDELETED))

    def _is_live(self, entry: TrashEntry) -> bool:
        """Whether the row that it belonged to is the tenant's active one, with a database that is there."""
        with self._master.reading() as session:
            if not any(row.id == entry.generation for row in self._registry.active_rows(session, entry.tenant)):
                return False
        server = self._tenancy.server(entry.server)
        with self._connections.open(server) as session:
            return self._connections.engine(server).exists(session, entry.database)

    def _undelete_data(
        self, entry: TrashEntry, website: str | None, *, replaces: bool, grace_days: int
    ) -> dict[str, Any]:
        data = {
            "operation": entry.operation, "database": entry.database, "trash": entry.name,
            "generation": entry.generation, "website": website, "registered": entry.kind != OperationKind.REPAIR,
        }  # fmt: skip
        return data | ({"is_replaced": True, "grace_days": grace_days} if replaces else {})

    def _website(self, session: sa.Connection, record: TrashRecord, wanted: str | None) -> str | None:
        """The website it will be bound to: the one asked for, or the one that it had if that is still the tenant's."""
        entry = record.entry
        if wanted is not None:
            return owned_website(self._registry, session, entry.tenant, wanted).id
        had = self._registry.row(session, entry.generation).website or entry.website
        if had is None:
            return None
        try:
            return owned_website(self._registry, session, entry.tenant, had).id
        except (NotFound, Refused) as error:
            word = self._master.platform.words.website
            raise Refused(
                f"{word.capitalize()} {had}, which {entry.database} belonged to, is gone",
                code="website_gone",
                hint=f"Name another one: `database undelete {entry.operation} --website WID`.",
            ) from error

    def _is_under_way(self, entry: TrashEntry) -> bool:
        """Whether somebody has begun to undelete it: then where it is tells nothing, and doing it again goes on."""
        return any(one.kind == UNDELETE for one in self._operations.list(tenant=entry.tenant, open_only=True))

    def _ensure_there(self, session: sa.Connection, record: TrashRecord, server: Server) -> None:
        entry = record.entry
        if self._moves.is_there(session, self._connections.engine(server), entry.operation, record.told):
            return
        raise Refused(
            f"{entry.name} is not on {server.name} any more, or is another database by now",
            code="trash_missing",
            hint=f"Its backup brings it back: {entry.backup_path or 'there is none'}.",
        )

    def _freeze_again(self, entry: TrashEntry, job: JobContext) -> None:
        """Who was frozen when it was deleted is so again; where this fails, the next fleet tick does it."""
        if self._freeze_records.get(entry.tenant, entry.generation) is None:
            return
        try:
            self._freezes.freeze(self._freezes.plan(entry.tenant), job)
        except ConsoleError as error:
            job.line(f"It was frozen and is not yet so again: {error.message}")

    # --- purging ----------------------------------------------------------------------------------------------------

    def plan_purge(self, operation: str) -> PurgePlan:
        """What purging would do. Reads only. Raises NotFound, Refused (`not_in_trash`)."""
        record = self.records.get_kept(operation)
        entry = record.entry
        (entry,) = self._measured([entry])
        warnings = []
        if not entry.is_expired(now()):
            warnings.append(f"It could be had back until {entry.purge_after:%Y-%m-%d %H:%M} UTC.")
        problem = self._backup_problem(record)
        if problem:
            warnings.append(problem)
        with self._master.reading() as session:
            try:
                name = self._registry.tenant(session, entry.tenant).name
            except NotFound:
                name = ""
        return PurgePlan(entry, name, self._purge.steps({"trash": entry.name}), tuple(warnings))

    def purge(self, plan: PurgePlan, confirmation: str, job: JobContext) -> TrashResult:
        """Drop it for good, or take up what a crash left of that.

        `confirmation` must be the name that the database had, exactly; anything else is Refused and nothing happens.
        """
        entry = plan.entry
        if confirmation != entry.database:
            error = mismatch(entry.database)
            self._audit.note(PURGE, Outcome.REFUSED, tenant=entry.tenant, database=entry.database, detail=str(error))
            raise error
        return self._purge_now(entry, job, "")

    def purge_expired(self, job: JobContext) -> PurgeSweep:
        """Purge whatever has been in the trash for its whole grace period; what cannot be is left, with the reason.

        Without anybody who confirms it, nothing is purged whose backup is not there, whole, unless it was waived.
        """
        purged, left = [], []
        moment = now()
        for record in self.records.kept():
            entry = record.entry
            if not entry.is_expired(moment):
                continue
            try:
                self._ensure_clock(self._tenancy.server(entry.server))
                problem = self._backup_problem(record)
                if problem and not record.plan.get("no_backup"):
                    raise Refused(problem, code="backup_missing", hint="Purge it by hand, or have it back.")
                self._purge_now(entry, job, "its grace period has ended")
                purged.append(entry.operation)
            except Cancelled:
                raise
            except ConsoleError as error:
                left.append((entry.operation, error.message))
        return PurgeSweep(tuple(purged), tuple(left))

    def _purge_now(self, entry: TrashEntry, job: JobContext, reason: str) -> TrashResult:
        data = {
            "operation": entry.operation, "database": entry.database, "trash": entry.name,
            "generation": entry.generation, "reason": reason,
        }  # fmt: skip
        done: str = self._operations.run(
            PURGE, tenant=entry.tenant, database=entry.database, server=self._tenancy.server(entry.server), plan=data,
            job=job, same=lambda left: left["operation"] == data["operation"],
        )  # fmt: skip
        return TrashResult(done, replace(entry, state=TrashState.PURGED))

    def _ensure_clock(self, server: Server) -> None:
        """Nothing is destroyed by the word of a clock that is wrong."""
        engine = self._connections.engine(server)
        with self._connections.open(server) as session:
            before = now()
            told = engine.administration.limits(session).clock
        if told - now() > MOST_SKEW or before - told > MOST_SKEW:
            raise Busy(
                f"The clock of {server.name} differs from this machine's by more than 5 minutes",
                code="clock_skew",
                hint="Set the clocks right first.",
            )

    def _backup_problem(self, record: TrashRecord) -> str:
        """Why no backup could bring it back once it is purged; empty where one can."""
        entry, evidence = record.entry, record.evidence
        if entry.backup is None or entry.backup_path is None:
            return "No backup was made of it: it is gone for good then."
        try:
            backup = self._backups.get_same(entry.backup_path, entry.backup, evidence["backup_sha256"])
            self._backups.ensure_intact(backup)
        except ConsoleError as error:
            return f"Its backup is not as it was left: {error.message}"
        return ""
