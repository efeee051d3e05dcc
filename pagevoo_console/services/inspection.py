"""Looking into a tenant's data with one statement that only reads."""

from __future__ import annotations

from pagevoo_console.domain.audit import Outcome
from pagevoo_console.domain.errors import ConsoleError
from pagevoo_console.services.audit import AuditTrail
from pagevoo_console.services.connections import Connections
from pagevoo_console.services.engines.base import SqlAnswer
from pagevoo_console.services.jobs import JobContext
from pagevoo_console.services.tenants import Tenants

DEFAULT_LIMIT = 1000


class Inspection:
    """Runs statements that read. Every one is noted in the trail. Safe to call from any thread."""

    def __init__(self, connections: Connections, tenants: Tenants, audit: AuditTrail) -> None:
        self._connections = connections
        self._tenants = tenants
        self._audit = audit

    def read(self, tenant: str, statement: str, job: JobContext, limit: int = DEFAULT_LIMIT) -> SqlAnswer:
        """One SELECT, SHOW, EXPLAIN or WITH on the tenant's database; raises Refused for anything else."""
        located = self._tenants.locate(tenant)
        outcome, detail = Outcome.DONE, statement
        try:
            with (
                self._connections.open(located.server, located.database.name) as session,
                job.on_cancel(self._connections.canceller(session)),
            ):
                return located.engine.read_only_sql(session, statement, limit)
        except ConsoleError as error:
            outcome, detail = Outcome.FAILED, f"{statement}\n{error.message}"
            raise
        finally:
            self._audit.note("sql.read", outcome, tenant=tenant, database=located.database.name, detail=detail[:10_000])
