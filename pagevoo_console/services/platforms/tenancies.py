"""Hinge 2: how a platform keeps its tenants apart. Where a registry row leads, and whether it may.

After a tenant has been located nothing asks which tenancy it was.
"""

from __future__ import annotations

from pagevoo_console.domain.database import DatabaseState, TenantDatabase
from pagevoo_console.domain.errors import Refused
from pagevoo_console.domain.platform import Platform
from pagevoo_console.domain.server import Connection, Server
from pagevoo_console.services.engines.base import DatabaseEngine
from pagevoo_console.services.registry import RegistryRow


class DatabasePerTenant:
    """Each tenant has a database of its own, whose name follows from the tenant's id alone."""

    def __init__(self, platform: Platform, connection: Connection) -> None:
        self._platform = platform
        self._connection = connection

    def database_name(self, tenant: str) -> str:
        return self._platform.database_name(tenant)

    def server(self, name: str | None) -> Server:
        """The tenant server of this name; the only one where the registry names none. Raises Refused."""
        servers = self._connection.servers
        if not name:
            if len(servers) == 1:
                return servers[0]
            raise Refused(
                "The registry does not say which server holds this database, and there are several: "
                + ", ".join(server.name for server in servers),
                code="unknown_server",
                hint="Give the registry its server column, or keep one tenant server in the connection.",
            )
        for server in servers:
            if server.name == name:
                return server
        raise Refused(
            f"The registry places this database on {name!r}, which is no server of connection {self._connection.name}",
            code="unknown_server",
            hint=f"Add it: pagevoo-console connection server add {self._connection.name} --url …",
        )

    def problem(self, row: RegistryRow, engine: DatabaseEngine) -> str | None:
        """Why the database that this row names cannot be this tenant's, or None. Rows are data; names must match."""
        name = row.database
        if name in engine.system_databases or name == self._connection.master_database:
            return f"the registry names {name!r}, which belongs to the server itself and is never a tenant's"
        expected = self.database_name(row.tenant)
        if name != expected:
            return f"the registry names {name!r}, but this tenant's database can only be {expected!r}"
        return engine.name_problem(name)

    def locate(self, row: RegistryRow, engine: DatabaseEngine, server: Server) -> TenantDatabase:
        """Where this row's database lives. Raises Refused (`wrong_database_name`) for a row not to be followed."""
        problem = self.problem(row, engine)
        if problem is not None:
            raise Refused(
                f"Nothing is done with this database: {problem}",
                code="wrong_database_name",
                hint="Correct the row in the platform's registry; the console does not touch what it names.",
            )
        return self.describe(row, engine, server)

    def describe(self, row: RegistryRow, engine: DatabaseEngine, server: Server) -> TenantDatabase:
        """What the row says, for showing; its name is not trusted for anything."""
        registry = self._platform.registry
        deleted = registry is not None and row.status == registry.deleted
        return TenantDatabase(
            name=row.database,
            engine=engine.name,
            server=server.name,
            generation=row.id,
            state=DatabaseState.DELETED if deleted else DatabaseState.ACTIVE,
            website=row.website,
            created_at=row.created_at,
            deleted_at=row.deleted_at,
        )
