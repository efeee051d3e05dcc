"""Restoring: beside the live database, compared, then swapped. The live one is untouched until the swap."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

import sqlalchemy as sa

from pagevoo_console.domain.backup import Backup, BackupManifest
from pagevoo_console.domain.errors import Failed, Refused
from pagevoo_console.domain.operation import OperationKind, Step
from pagevoo_console.domain.platform import Platform
from pagevoo_console.domain.server import Server
from pagevoo_console.services.backups import Backups, compare
from pagevoo_console.services.confirmations import ensure_typed
from pagevoo_console.services.connections import Connections
from pagevoo_console.services.databases import ensure_no_active, leftover, owned_website
from pagevoo_console.services.guests import Guests
from pagevoo_console.services.jobs import JobContext
from pagevoo_console.services.master import Master
from pagevoo_console.services.operations import Operations, Run
from pagevoo_console.services.platforms.tenancies import DatabasePerTenant
from pagevoo_console.services.registry import Registry, RegistryRow
from pagevoo_console.services.replacements import Replacement, ensure_grace
from pagevoo_console.services.tenants import Tenants

RESTORE = OperationKind.RESTORE.value


class RestoreMode(StrEnum):
    """`REPLACE` swaps with the live database, `REVIVE` brings a deleted or missing one back, `INTO` makes another."""

    REPLACE = "replace"
    REVIVE = "revive"
    INTO = "into"


@dataclass(frozen=True, slots=True)
class RestorePlan:
    """What restoring would do. Reads only."""

    backup: Backup
    tenant: str
    tenant_name: str
    mode: RestoreMode
    database: str
    server: str
    steps: tuple[Step, ...]
    data: dict[str, Any]
    warnings: tuple[str, ...] = ()

    @property
    def needs_confirmation(self) -> bool:
        return self.mode is RestoreMode.REPLACE


class BackupRestore(Replacement):
    """Stage, load, compare; then swap where there is something to swap with."""

    kind = RESTORE

    def __init__(
        self, master: Master, registry: Registry, connections: Connections, tenants: Tenants, backups: Backups,
        guests: Guests, before_reopening: Callable[[Run], None],
    ) -> None:  # fmt: skip
        super().__init__(master, connections, tenants, backups, before_reopening)
        self._registry = registry
        self._guests = guests

    def steps(self, plan: dict[str, Any]) -> tuple[Step, ...]:
        name = plan["database"]
        if plan["mode"] != RestoreMode.REPLACE:
            return (Step("stage", f"Restore the backup into {name}"), Step("compare", "Compare every table"))
        return (
            self.safety_step(name),
            Step("stage", "Restore the backup into a database beside it"),
            Step("compare", "Compare every table with the backup"),
            *self.swap_steps(plan),
        )

    def perform(self, step: str, run: Run) -> None:
        match step:
            case "stage":
                self._stage(run)
            case "compare":
                self._compare(run)
                if run.plan["mode"] == RestoreMode.REVIVE:
                    self._awaken(run)
            case _:
                super().perform(step, run)

    def finish(self, master: sa.Connection, run: Run) -> dict[str, Any]:
        after: dict[str, Any] = {
            "backup": run.plan["backup"], "database": run.database, "mode": run.plan["mode"],
            "loaded_by": run.evidence.get("loaded_by"), **self.settle(run),
        }  # fmt: skip
        if run.plan["mode"] == RestoreMode.REVIVE and run.plan["generation"] is None:
            self._registry.lock_tenant(master, run.tenant)
            ensure_no_active(self._registry, master, run.tenant)
            after["generation"] = self._registry.insert_active(
                master, tenant=run.tenant, website=run.plan["website"], database=run.database, server=run.server.name
            )
        return after

    def undo(self, run: Run) -> None:
        """Drop what was staged and let people in again; too late once the swap has begun."""
        self.ensure_not_swapped(run)
        engine = self._connections.engine(run.server)
        self._guests.drop(run.server, str(run.operation))
        staged = self.staged(run)
        if engine.exists(run.session, staged) and engine.marker(run.session, staged) == _marker(run):
            engine.drop_database(run.session, staged)
        if run.plan["mode"] == RestoreMode.REPLACE and engine.exists(run.session, run.database):
            engine.unquiesce(run.session, run.database)

    def staged(self, run: Run) -> str:
        return f"pagevoo_stage_{run.operation}" if run.plan["mode"] == RestoreMode.REPLACE else run.database

    def _stage(self, run: Run) -> None:
        """Load into a fresh database; one that an interrupted run left half full is dropped first, by its marker."""
        engine = self._connections.engine(run.server)
        staged = self.staged(run)
        if engine.exists(run.session, staged):
            if engine.marker(run.session, staged) != _marker(run):
                raise leftover(staged, run.server)
            engine.drop_database(run.session, staged)
        engine.create_database(run.session, staged, _marker(run))
        self._fill(run, staged, run.database if run.plan["mode"] == RestoreMode.REPLACE else None)

    def _fill(self, run: Run, staged: str, like: str | None) -> None:
        """Load into the empty database; what comes of it belongs to who owns `like`."""
        why = self._backups.load(
            self._backup(run), run.server, staged, run.job, operation=str(run.operation), like=like
        )
        run.evidence["loaded_by"] = why or "a throw-away account"

    def _compare(self, run: Run) -> None:
        manifest = self._backups.manifest(self._backup(run))
        with self._connections.open(run.server, self.staged(run), read_timeout=None) as session:
            _, problems = compare(self._connections.engine(run.server), session, manifest, run.job)
        if problems:
            raise Failed(
                f"What was restored is not what was backed up: {'; '.join(problems)}",
                code="not_proved",
                hint="The live database was not touched. Use another backup.",
            )
        self._tell_of_dangling(run)

    def _tell_of_dangling(self, run: Run) -> None:
        """A load checks no keys where the engine lets it: what pointed nowhere comes back so, and is told."""
        administration = self._connections.engine(run.server).administration
        with self._connections.open(run.server, self.staged(run), read_timeout=None) as session:
            found = administration.dangling(session, run.job)
        if found:
            run.evidence["dangling"] = list(found)
            run.job.line(f"Warning: as in the backed up database: {'; '.join(found)}")

    def _awaken(self, run: Run) -> None:
        """What is somebody's database again does its work; a copy beside it, and what is being proved, does none."""
        with self._connections.open(run.server, run.database, writable=True) as session:
            for name in self._connections.engine(run.server).awaken(session):
                run.job.line(f"The event {name} was to work once, and its time has passed: it is there, disabled")

    def _backup(self, run: Run) -> Backup:
        return self._backups.get_same(run.plan["path"], run.plan["backup"], run.plan["sha256"])


class Restores:
    """Plans and carries out restores. Safe to call from any thread."""

    def __init__(
        self,
        master: Master,
        registry: Registry,
        connections: Connections,
        tenancy: DatabasePerTenant,
        tenants: Tenants,
        backups: Backups,
        operations: Operations,
        guests: Guests,
        before_reopening: Callable[[Run], None],
    ) -> None:
        self._master = master
        self._registry = registry
        self._connections = connections
        self._tenancy = tenancy
        self._tenants = tenants
        self._backups = backups
        self._operations = operations
        self._guests = guests
        self._restore = BackupRestore(master, registry, connections, tenants, backups, guests, before_reopening)
        operations.register(self._restore)

    def plan(self, backup: Backup, tenant: str, into: str | None = None, grace_days: int | None = None) -> RestorePlan:
        """What restoring would do. Reads only. Raises Refused for another tenant's backup, or a taken name.

        What is replaced can be had back from the trash for `grace_days`, a week where nobody says; 0 drops it.
        """
        manifest = self._backups.manifest(backup)
        self._backups.ensure_opens(backup)
        with self._master.reading() as session:
            person = self._registry.tenant(session, tenant)
            rows = tuple(self._registry.rows(session, tenant))
            live = self._registry.active_rows(session, tenant)
        ensure_of_tenant(manifest, self._master.platform, tenant)
        if into is not None and into != self._tenancy.database_name(tenant):
            return self._plan_into(backup, manifest, tenant, person.name, into)
        return self._plan_in_place(backup, manifest, tenant, person.name, rows, live, ensure_grace(grace_days))

    def run(self, plan: RestorePlan, confirmation: str | None, job: JobContext) -> dict[str, Any]:
        """Carry the plan out, or take up what a crash left of it.

        Replacing a live database needs its name as `confirmation`; anything else is Refused and nothing happens.
        """
        if plan.needs_confirmation:
            ensure_typed(confirmation, plan.database, f"This replaces what is in {plan.database}")
        evidence: dict[str, Any] = self._operations.run(
            RESTORE,
            tenant=plan.tenant,
            database=plan.database,
            server=self._tenancy.server(plan.server),
            plan=plan.data,
            job=job,
        )
        return evidence

    def _plan_in_place(
        self,
        backup: Backup,
        manifest: BackupManifest,
        tenant: str,
        tenant_name: str,
        rows: tuple[RegistryRow, ...],
        live: tuple[RegistryRow, ...],
        grace_days: int,
    ) -> RestorePlan:
        if live:
            located = self._tenants.locate(tenant)
            if manifest.generation != located.row.id:
                raise Refused(
                    f"This backup is of an earlier database of the same name (registry row {manifest.generation})",
                    code="older_generation",
                    hint="Restore it beside the live one with --into NAME.",
                )
            self._ensure_engine(manifest, located.server)
            with self._connections.open(located.server) as session:
                exists = located.engine.exists(session, located.database.name)
            mode = RestoreMode.REPLACE if exists else RestoreMode.REVIVE
            return self._made(
                backup,
                tenant,
                tenant_name,
                mode,
                located.database.name,
                located.server,
                located.row.id,
                None,
                grace_days,
            )
        website = next((row.website for row in reversed(rows) if row.id == manifest.generation), None)
        if website is None and rows:
            website = rows[-1].website
        if website is None:
            raise Refused("The registry does not say which website this database belonged to", code="no_website")
        with self._master.reading() as session:
            owned_website(self._registry, session, tenant, website)
        server = self._backups.server_for(manifest)
        name = self._tenancy.database_name(tenant)
        self._ensure_free(server, name)
        return self._made(backup, tenant, tenant_name, RestoreMode.REVIVE, name, server, None, website)

    def _plan_into(
        self, backup: Backup, manifest: BackupManifest, tenant: str, tenant_name: str, into: str
    ) -> RestorePlan:
        server = self._backups.server_for(manifest)
        engine = self._connections.engine(server)
        prefix = self._master.platform.database_pattern.partition("{tenant}")[0]
        problem = engine.name_problem(into)
        if into in engine.system_databases or into == self._master.connection.master_database:
            problem = "it belongs to the server itself"
        elif prefix and into.startswith(prefix):
            problem = f"names that begin with {prefix} are tenants' own"
        if problem is not None:
            raise Refused(f"{into!r} cannot be restored into: {problem}", code="wrong_database_name")
        self._ensure_free(server, into)
        return self._made(backup, tenant, tenant_name, RestoreMode.INTO, into, server, None, None)

    def _made(
        self,
        backup: Backup,
        tenant: str,
        tenant_name: str,
        mode: RestoreMode,
        database: str,
        server: Server,
        generation: str | None,
        website: str | None,
        grace_days: int = 0,
    ) -> RestorePlan:
        data: dict[str, Any] = {
            "backup": backup.id,
            "path": str(backup.path),
            "sha256": backup.sha256,
            "mode": mode.value,
            "database": database,
            "generation": generation,
            "website": website,
        }
        if mode is RestoreMode.REPLACE:
            data["grace_days"] = grace_days
        warnings = [] if backup.verified_at is not None else ["This backup has never been restored and compared."]
        problem = self._guests.problem(server)
        if problem is not None:
            warnings.append(f"{problem}: it is loaded by that account itself, and only if this master made the file.")
        return RestorePlan(
            backup, tenant, tenant_name, mode, database, server.name, self._restore.steps(data), data, tuple(warnings)
        )

    def _ensure_engine(self, manifest: BackupManifest, server: Server) -> None:
        if manifest.engine != server.engine:
            raise Refused(
                f"This backup is of {manifest.engine}, the database is on {server.engine}", code="other_engine"
            )

    def _ensure_free(self, server: Server, name: str) -> None:
        with self._connections.open(server) as session:
            engine = self._connections.engine(server)
            if not engine.exists(session, name):
                return
            marker = engine.marker(session, name) or ""
        if not marker.startswith("restore:"):
            raise leftover(name, server)


def _marker(run: Run) -> str:
    return f"restore:{run.operation}"


def ensure_of_tenant(manifest: BackupManifest, platform: Platform, tenant: str) -> None:
    """Raise Refused for a backup of another platform, or of somebody else."""
    if manifest.platform != platform.name:
        raise Refused(f"This backup is of platform {manifest.platform!r}", code="other_platform")
    if manifest.tenant != tenant:
        raise Refused(
            f"This backup is of {platform.words.tenant} {manifest.tenant}, not of {tenant}",
            code="other_tenant",
            hint="One customer's data is never put in the place of another's.",
        )
