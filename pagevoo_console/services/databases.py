"""Provisioning a tenant's database, its status and its *Test connection*."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import sqlalchemy as sa

from pagevoo_console.domain.audit import Outcome
from pagevoo_console.domain.database import TenantDatabase
from pagevoo_console.domain.errors import ConsoleError, Failed, Refused
from pagevoo_console.domain.operation import OperationKind, Step
from pagevoo_console.domain.server import CheckResult, Server
from pagevoo_console.domain.tenant import Website
from pagevoo_console.domain.text import counted
from pagevoo_console.domain.trash import TRASH_PREFIX
from pagevoo_console.services.audit import AuditTrail
from pagevoo_console.services.connections import Connections
from pagevoo_console.services.jobs import JobContext
from pagevoo_console.services.lineages import Lineages
from pagevoo_console.services.master import Master
from pagevoo_console.services.operations import Operations, Procedure, Run
from pagevoo_console.services.platforms.tenancies import DatabasePerTenant
from pagevoo_console.services.registry import Registry, TenantRow
from pagevoo_console.services.sightings import tenant_name_pattern
from pagevoo_console.services.tenants import Tenants

CREATE = OperationKind.CREATE.value


@dataclass(frozen=True, slots=True)
class CreationPlan:
    """What creating a database would do. Reads only; carrying it out checks everything again.

    With `publish` the website is published by the very transaction that makes its database live.
    """

    tenant: str
    tenant_name: str
    website: Website
    database: str
    server: str
    engine: str
    lineage: str
    steps: tuple[Step, ...]
    publish: bool = False

    def as_data(self) -> dict[str, Any]:
        data: dict[str, Any] = {
            "website": self.website.id, "database": self.database, "server": self.server, "lineage": self.lineage,
        }  # fmt: skip
        return {**data, "publish": True} if self.publish else data


class DatabaseCreation(Procedure):
    """Create the database, run the core lineage, compare what came of it, and only then make it live."""

    kind = CREATE

    def __init__(self, master: Master, registry: Registry, connections: Connections, lineages: Lineages) -> None:
        self._master = master
        self._registry = registry
        self._connections = connections
        self._lineages = lineages

    def steps(self, plan: dict[str, Any]) -> tuple[Step, ...]:
        return (
            Step("create", f"Create {plan['database']} on {plan['server']}"),
            Step("core", "Install the core tables"),
            Step("compare", "Compare the tables with what they should be"),
        )

    def perform(self, step: str, run: Run) -> None:
        {"create": self._create, "core": self._install_core, "compare": self._compare}[step](run)

    def finish(self, master: sa.Connection, run: Run) -> dict[str, Any]:
        """Make it live, last of all: one transaction with the operation's end (faults S4)."""
        self._registry.lock_tenant(master, run.tenant)
        ensure_no_active(self._registry, master, run.tenant)
        website = owned_website(self._registry, master, run.tenant, run.plan["website"])
        generation = self._registry.insert_active(
            master, tenant=run.tenant, website=website.id, database=run.database, server=run.server.name
        )
        run.evidence["generation"] = generation
        after = {"database": run.database, "generation": generation, "website": website.id}
        if run.plan.get("publish"):
            self._registry.set_published(master, website, True)
            after["published"] = website.id
        return after

    def has_changed(self, run: Run) -> bool:
        engine = self._connections.engine(run.server)
        return engine.exists(run.session, run.database) and engine.marker(run.session, run.database) == _marker(run)

    def undo(self, run: Run) -> None:
        """Drop what this operation made, and nothing else: the marker tells."""
        if self.has_changed(run):
            self._connections.engine(run.server).drop_database(run.session, run.database)

    def _create(self, run: Run) -> None:
        engine = self._connections.engine(run.server)
        if engine.exists(run.session, run.database):
            if engine.marker(run.session, run.database) == _marker(run):
                return
            raise leftover(run.database, run.server)
        engine.create_database(run.session, run.database, _marker(run))

    def _install_core(self, run: Run) -> None:
        with self._connections.open(run.server, run.database, writable=True, read_timeout=300) as session:
            self._lineages.upgrade(
                session,
                run.plan["lineage"],
                progress=lambda done, total, title: run.job.progress(title, done, total, "revisions"),
            )

    def _compare(self, run: Run) -> None:
        with self._connections.open(run.server, run.database) as session:
            fingerprint = self._connections.engine(run.server).fingerprint(session)
            differences = self._lineages.drift(session, run.plan["lineage"], fingerprint=fingerprint)
        if differences:
            raise Failed(
                f"{run.database} is not what its core tables should be: "
                + "; ".join(f"{difference.table}: {difference.detail}" for difference in differences),
                code="drifted",
                hint="The database was not made live.",
            )


class Databases:
    """Creates tenant databases and looks at them. Safe to call from any thread."""

    def __init__(
        self,
        master: Master,
        registry: Registry,
        connections: Connections,
        lineages: Lineages,
        tenancy: DatabasePerTenant,
        tenants: Tenants,
        operations: Operations,
        audit: AuditTrail,
    ) -> None:
        self._master = master
        self._registry = registry
        self._connections = connections
        self._lineages = lineages
        self._tenancy = tenancy
        self._tenants = tenants
        self._operations = operations
        self._audit = audit
        self._creation = DatabaseCreation(master, registry, connections, lineages)
        operations.register(self._creation)

    @property
    def creation(self) -> DatabaseCreation:
        """How a database is created, for operations that creating one is a part of."""
        return self._creation

    def plan_creation(self, tenant: str, website: str, *, publish: bool = False) -> CreationPlan:
        """What `create` would do. Reads only. Raises NotFound, and Refused for each of the platform's rules."""
        with self._master.reading() as session:
            person = self._registry.tenant(session, tenant)
            chosen = owned_website(self._registry, session, tenant, website)
            ensure_no_active(self._registry, session, tenant)
        name = self._tenancy.database_name(tenant)
        server = self._placement()
        engine = self._connections.engine(server)
        problem = engine.name_problem(name)
        if problem is not None:
            raise Refused(f"{name} cannot be the name of a database: {problem}", code="wrong_database_name")
        return self.planned(person, chosen, name, server, publish=publish)

    def planned(
        self, person: TenantRow, website: Website, database: str, server: Server, *, publish: bool = False
    ) -> CreationPlan:
        """The plan for a database of this name on this server, with nothing looked at."""
        engine = self._connections.engine(server)
        plan = CreationPlan(
            person.id, person.name, website, database, server.name, engine.name, self._master.platform.core_lineage, (),
            publish,
        )  # fmt: skip
        return replace(plan, steps=self._creation.steps(plan.as_data()))

    def create(self, plan: CreationPlan, job: JobContext) -> TenantDatabase:
        """Carry the plan out, or take up what a crash left of it. Raises Refused for the loser of a race."""
        server = self._tenancy.server(plan.server)
        try:
            self._operations.run(
                CREATE, tenant=plan.tenant, database=plan.database, server=server, plan=plan.as_data(), job=job
            )
        except Refused as error:
            self._audit.note(CREATE, Outcome.REFUSED, tenant=plan.tenant, database=plan.database, detail=str(error))
            raise
        return self.status(plan.tenant)

    def status(self, tenant: str) -> TenantDatabase:
        """The tenant's database as the server sees it now. Raises Refused (`database_required`) where there is none."""
        database = self._tenants.show(tenant).database
        if database is None:
            self._tenants.locate(tenant)
            raise Failed(f"The database of {tenant} went away while it was looked at")
        return database

    def check(self, tenant: str) -> CheckResult:
        """*Test connection*: from name resolution to privileges. Reads only; a failure is noted in the trail."""
        located = self._tenants.locate(tenant)
        answer = self._connections.check(located.server, located.database.name)
        if not answer.reachable:
            self._audit.note(
                "database.check", Outcome.FAILED, tenant=tenant, database=located.database.name, detail=answer.problem
            )
        return answer

    def _placement(self) -> Server:
        """The server for a new database: the one with the fewest, of those that have room. The trash takes room too."""
        limit = self._master.platform.lifecycle.max_databases_per_server
        pattern = tenant_name_pattern(self._master.platform)
        counts: list[tuple[int, Server]] = []
        problem: ConsoleError | None = None
        for server in self._connection_servers():
            try:
                with self._connections.open(server) as session:
                    names = self._connections.engine(server).databases(session)
            except ConsoleError as error:
                problem = error
                continue
            count = sum(1 for name in names if pattern.match(name) or name.startswith(TRASH_PREFIX))
            if limit is None or count < limit:
                counts.append((count, server))
            else:
                problem = Refused(
                    f"{server.name} holds {count} of at most {counted(limit, 'tenant database')}",
                    code="server_full",
                    hint="Add a tenant server to the connection, or raise MAX_USER_DATABASES_PER_SERVER.",
                )
        if not counts:
            raise problem or Failed("The connection lists no server")
        return min(counts, key=lambda entry: entry[0])[1]

    def _connection_servers(self) -> tuple[Server, ...]:
        servers = self._master.connection.servers
        with self._master.reading() as session:
            return servers if self._registry.says_server(session) else servers[:1]


def ensure_no_active(registry: Registry, session: sa.Connection, tenant: str) -> None:
    """Pagevoo rule 1: one active database a tenant."""
    rows = registry.active_rows(session, tenant)
    if rows:
        words = registry.platform.words
        raise Refused(
            f"{words.tenant.capitalize()} {tenant} already has an active database: {rows[0].database}",
            code="database_exists",
            hint=f"Delete it before creating one for another {words.website}.",
        )


def owned_website(registry: Registry, session: sa.Connection, tenant: str, website: str) -> Website:
    """The website, if it is this tenant's own; the owner is verified before any operation."""
    found = registry.website(session, website)
    if found.tenant != tenant:
        words = registry.platform.words
        raise Refused(
            f"{words.website.capitalize()} {website} does not belong to {words.tenant} {tenant}",
            code="not_the_owner",
            hint=f"`tenant show {tenant}` lists the {words.websites} that do.",
        )
    return found


def leftover(database: str, server: Server) -> Refused:
    """A database of that name is there already: nobody knows whose data it holds, so it is never adopted."""
    return Refused(
        f"There is already a database {database} on {server.name} that no registry row owns",
        code="database_exists",
        hint="It may hold an earlier customer's data. Look at it as an orphan, back it up and remove it by hand first.",
    )


def _marker(run: Run) -> str:
    return f"op{run.operation}-{run.plan['website']}"
