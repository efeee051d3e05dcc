"""Finding a tenant and its database, from master and server themselves: plans rest on this, never on sightings."""

from __future__ import annotations

from dataclasses import dataclass, replace

import sqlalchemy as sa

from pagevoo_console.domain.database import DatabaseState, TenantDatabase
from pagevoo_console.domain.errors import ConsoleError, NotFound, Refused
from pagevoo_console.domain.freeze import Freeze, FreezeReason
from pagevoo_console.domain.operation import OperationKind
from pagevoo_console.domain.server import Server
from pagevoo_console.domain.tenant import Tenant, Website
from pagevoo_console.services.connections import Connections
from pagevoo_console.services.engines.base import DatabaseEngine
from pagevoo_console.services.freeze_records import FreezeRecords
from pagevoo_console.services.master import Master
from pagevoo_console.services.operations import Operations, Run
from pagevoo_console.services.platforms.tenancies import DatabasePerTenant
from pagevoo_console.services.registry import Registry, RegistryRow, TenantRow


@dataclass(frozen=True, slots=True)
class Located:
    """A tenant with a live registry row whose name holds: what every gesture on a tenant database begins with."""

    tenant: TenantRow
    row: RegistryRow
    database: TenantDatabase
    server: Server
    engine: DatabaseEngine


class Tenants:
    """Reads one tenant afresh. Safe to call from any thread."""

    def __init__(
        self,
        master: Master,
        registry: Registry,
        connections: Connections,
        tenancy: DatabasePerTenant,
        operations: Operations,
        freezes: FreezeRecords,
    ) -> None:
        self._master = master
        self._registry = registry
        self._connections = connections
        self._tenancy = tenancy
        self._operations = operations
        self._freezes = freezes
        operations.add_guard(self._ensure_unshared)

    def show(self, tenant: str) -> Tenant:
        """The tenant and its database as the server sees it now. Raises NotFound, Unreachable for the master alone."""
        with self._master.reading() as session:
            person = self._registry.tenant(session, tenant)
            rows = tuple(self._registry.rows(session, tenant))
        return self.assemble(person, rows, self._observe(person, rows))

    def websites(self, tenant: str) -> tuple[Website, ...]:
        """The tenant's websites, each saying whether the active database is bound to it."""
        with self._master.reading() as session:
            self._registry.tenant(session, tenant)
            bound = {row.website for row in self._registry.active_rows(session, tenant)}
            return tuple(
                replace(website, has_database=website.id in bound)
                for website in self._registry.websites(session, tenant)
            )

    def locate(self, tenant: str, session: sa.Connection | None = None) -> Located:
        """The live database of a tenant, its name checked against the platform's pattern.

        Raises NotFound (no such tenant), Refused: `database_required` (none is active), `two_databases` (the registry
        holds several), `wrong_database_name` or `unknown_server` (the row must not be followed).
        """
        if session is None:
            with self._master.reading() as opened:
                return self.locate(tenant, opened)
        person = self._registry.tenant(session, tenant)
        rows = self._registry.active_rows(session, tenant)
        if not rows:
            words = self._master.platform.words
            raise Refused(
                f"{words.tenant.capitalize()} {tenant} has no active database.",
                code="database_required",
                hint=f"Database required. Please publish {words.website} or create database first.",
            )
        if len(rows) > 1:
            raise Refused(
                f"The registry holds {len(rows)} active databases for {tenant}: "
                + ", ".join(f"row {row.id} ({row.database})" for row in rows),
                code="two_databases",
                hint="The platform allows one. Nothing is done until the registry is right.",
            )
        row = rows[0]
        server = self._tenancy.server(row.server)
        engine = self._connections.engine(server)
        return Located(person, row, self._tenancy.locate(row, engine, server), server, engine)

    def assemble(self, person: TenantRow, rows: tuple[RegistryRow, ...], database: TenantDatabase | None) -> Tenant:
        """A tenant out of its rows and what was seen of its database."""
        registry = self._master.platform.registry
        live = [row for row in rows if registry is not None and row.status != registry.deleted]
        locked = None
        if live and self._master.platform.lifecycle.locks_website:
            locked = live[-1].website
        return Tenant(
            person.id, person.name, person.email, person.tier, person.status or "active", locked, database,
            person.created_at,
        )  # fmt: skip

    def _ensure_unshared(self, kind: str, tenant: str) -> None:
        """Nobody changes a database that a row of somebody else names, too; repairing the registry is the way out."""
        if kind == OperationKind.REPAIR:
            return
        registry = self._master.platform.registry
        with self._master.reading() as session:
            try:
                active = self._registry.active_rows(session, tenant)
            except NotFound:
                return  # A database that no tenant has: it is worked on under its own name.
            for name in {row.database for row in active}:
                for row in self._registry.rows(session, database=name):
                    if row.tenant != tenant and registry is not None and row.status != registry.deleted:
                        words = self._master.platform.words
                        raise Refused(
                            f"Row {row.id} of the registry gives {name} to {words.tenant} {row.tenant}, too",
                            code="shared_database",
                            hint="`fleet reconcile` mends the registry. Nothing is done until it is right.",
                        )

    def _observe(self, person: TenantRow, rows: tuple[RegistryRow, ...]) -> TenantDatabase | None:
        """The newest database of a tenant with the state it is really in."""
        if not rows:
            return self._in_the_making(person)
        registry = self._master.platform.registry
        live = [row for row in rows if registry is not None and row.status != registry.deleted]
        row = live[-1] if live else rows[-1]
        if not live and (making := self._in_the_making(person)) is not None:
            return making
        try:
            server = self._tenancy.server(row.server)
            engine = self._connections.engine(server)
        except ConsoleError as error:
            return TenantDatabase(
                row.database, self._master.engine.name, row.server or "", row.id, DatabaseState.MISSING,
                website=row.website, created_at=row.created_at, note=error.message,
            )  # fmt: skip
        described = self._tenancy.describe(row, engine, server)
        if described.state is DatabaseState.DELETED:
            return described
        problem = self._tenancy.problem(row, engine)
        if problem is not None:
            return replace(described, state=DatabaseState.MISSING, note=problem[:1].upper() + problem[1:])
        return self._with_freeze(person.id, self.measured(described, server, engine))

    def measured(self, database: TenantDatabase, server: Server, engine: DatabaseEngine) -> TenantDatabase:
        """The same with its real state and its size, or a note that says why there is none."""
        try:
            with self._connections.open(server) as session:
                if not engine.exists(session, database.name):
                    return replace(
                        database,
                        state=DatabaseState.MISSING,
                        note=f"There is no database {database.name} on {server.name}, though the registry says so",
                    )
            with self._connections.open(server, database.name) as session:
                state = DatabaseState.SUSPENDED if engine.frozen_tables(session).frozen else database.state
                return replace(database, state=state, size_bytes=engine.size(session).allocated)
        except ConsoleError as error:
            return replace(database, state=DatabaseState.UNREACHABLE, note=error.message)

    def _with_freeze(self, tenant: str, database: TenantDatabase) -> TenantDatabase:
        """The same with who froze it; a freeze that was written down and is not in force is named as such."""
        record = self._freezes.get(tenant, database.generation)
        if database.state is DatabaseState.SUSPENDED:
            frozen = record or Freeze(None, FreezeReason.UNKNOWN, "")
            return replace(database, frozen=frozen, note=frozen.sentence)
        if database.state is DatabaseState.ACTIVE and record is not None:
            gone = "Frozen, but its triggers are gone: `quota enforce` puts them back, `quota release` ends it"
            return replace(database, note=gone)
        return database

    def _in_the_making(self, person: TenantRow) -> TenantDatabase | None:
        for operation in self._operations.list(tenant=person.id, open_only=True):
            if operation.kind in (OperationKind.CREATE, OperationKind.SWITCH):
                server = self._tenancy.server(operation.server)
                return TenantDatabase(
                    operation.database, server.engine, server.name, "", DatabaseState.PROVISIONING,
                    created_at=operation.created_at, note=f"Operation {operation.id} is {operation.state.value}",
                )  # fmt: skip
        return None


def ensure_same(tenants: Tenants, run: Run) -> Located:
    """The database an operation was begun on: the same registry row, still live, still naming it.

    Raises Refused (`generation_changed`) where it has been deleted and created anew since: what bears its
    name now is somebody's new data.
    """
    located = tenants.locate(run.tenant)
    if located.row.id != run.plan["generation"] or located.database.name != run.database:
        raise Refused(
            f"{run.database} is not the database this was begun on: it has been deleted and created anew",
            code="generation_changed",
            hint=f"Abandon it: `operation abandon {run.operation}`.",
        )
    return located
