"""How the servers stand: limits and how much of them is used, privileges, character set, clock, known problems."""

from __future__ import annotations

from datetime import timedelta

from pagevoo_console.domain.audit import Outcome
from pagevoo_console.domain.errors import Cancelled, ConsoleError, NotFound
from pagevoo_console.domain.health import KnownProblem, ServerHealth
from pagevoo_console.domain.server import CheckResult, Server
from pagevoo_console.domain.trash import TRASH_PREFIX
from pagevoo_console.services.audit import AuditTrail
from pagevoo_console.services.connections import Connections
from pagevoo_console.services.engines.base import DatabaseEngine
from pagevoo_console.services.master import Master
from pagevoo_console.services.sightings import tenant_name_pattern
from pagevoo_console.services.values import now

CHECK = "database.check"


class ServerHealthCheck:
    """Looks at the servers of one connection. Reads only. Safe to call from any thread."""

    def __init__(self, master: Master, connections: Connections, audit: AuditTrail) -> None:
        self._master = master
        self._connections = connections
        self._audit = audit

    def servers(self) -> tuple[Server, ...]:
        """The master's server and those of the tenants, each once."""
        connection = self._master.connection
        return tuple(dict.fromkeys((connection.master, *connection.tenant_servers)))

    def look(self, name: str | None = None) -> tuple[ServerHealth, ...]:
        """Every server, or the one of this name; one that does not answer says why, and stops no other.

        Raises NotFound for a name that the connection does not list.
        """
        return tuple(self._health(server) for server in self._chosen(name))

    def check(self, name: str) -> CheckResult:
        """*Test connection* of a server, from name resolution to privileges. A failure is noted in the trail.

        Raises NotFound for a name that the connection does not list.
        """
        (server,) = self._chosen(name)
        master = self._master.connection
        database = master.master_database if server == master.master else None
        answer = self._connections.check(server, database)
        if not answer.reachable:
            self._audit.note(CHECK, Outcome.FAILED, detail=f"{server.name} at {server.address}: {answer.problem}")
        return answer

    def _chosen(self, name: str | None) -> list[Server]:
        chosen = [server for server in self.servers() if name is None or server.name == name]
        if not chosen:
            known = ", ".join(server.name for server in self.servers())
            raise NotFound(f"There is no server {name}", hint=f"This connection lists: {known}.")
        return chosen

    def _health(self, server: Server) -> ServerHealth:
        holds_tenants = server in self._master.connection.servers
        try:
            return self._looked_at(server, holds_tenants)
        except Cancelled:
            raise
        except ConsoleError as error:
            return ServerHealth(server.name, server.engine, server.address, holds_tenants, problem=error.message)

    def _looked_at(self, server: Server, holds_tenants: bool) -> ServerHealth:
        engine = self._connections.engine(server)
        administration = engine.administration
        pattern = tenant_name_pattern(self._master.platform)
        with self._connections.open(server) as session:
            facts = engine.facts(session)
            names = engine.databases(session)
            privileges = engine.privileges(session)
            missing = administration.missing_privileges(session)
            grant = administration.grant_statement(session, missing)
            before = now()
            limits = administration.limits(session)
            halfway = before + (now() - before) / 2
        return ServerHealth(
            name=server.name,
            engine=server.engine,
            address=server.address,
            holds_tenants=holds_tenants,
            product=facts.product,
            version=facts.version,
            is_read_only=facts.is_read_only,
            known_problems=(
                *administration.known_problems(facts.version, facts.product, now().date()),
                *not_tested(engine, facts.version, facts.product),
            ),
            warnings=facts.warnings,
            databases=sum(1 for name in names if pattern.match(name) or name.startswith(TRASH_PREFIX)),
            database_limit=self._master.platform.lifecycle.max_databases_per_server,
            limits=limits,
            privileges=privileges,
            missing_privileges=missing,
            grant_statement=grant,
            clock_skew=(limits.clock - halfway) / timedelta(seconds=1),
        )


def not_tested(engine: DatabaseEngine, version: str, product: str) -> tuple[KnownProblem, ...]:
    """That a server is of a version that this console was never tested against. Files have the driver's own."""
    tested_product, _, tested = engine.tested_versions.partition(" ")
    if not engine.is_server or product != tested_product or f"{version}.".startswith(f"{tested}."):
        return ()
    return (
        KnownProblem(
            "not_tested",
            f"This console is tested against {engine.tested_versions}, and this is {product} {version}",
            "Back up one tenant and prove the backup before you rely on it.",
        ),
    )
