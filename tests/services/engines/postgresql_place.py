"""A PostgreSQL server as a place to test the engine."""

from __future__ import annotations

import os
import subprocess
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import Any

import psycopg

from pagevoo_console.domain.server import Server
from pagevoo_console.services.engines.postgresql import PostgresqlEngine
from tests.servers import PostgresqlServer
from tests.services.engines.contract import Place


class PostgresqlPlace(Place):
    """One server of the session, by its administrator."""

    def __init__(self, host: PostgresqlServer) -> None:
        self.host = host
        self.engine = PostgresqlEngine()
        self.server = Server("pg", "postgresql", host=host.host, port=host.port, user=host.user)
        self.password: str | None = host.password
        self.names: list[str] = []
        self.roles: list[str] = []

    def new_name(self) -> str:
        name = self.host.fresh_name("engine_test")
        self.names.append(name)
        return name

    def raw(self, database: str) -> Any:
        return self.host.admin_connection(database)

    def restore_natively(self, database: str, dump: Path) -> subprocess.CompletedProcess[bytes]:
        return self.client("psql", "-Xq", "-v", "ON_ERROR_STOP=1", "-o", os.devnull, "-d", database, "-f", str(dump))

    def client(self, program: str, *arguments: str) -> subprocess.CompletedProcess[bytes]:
        """One of PostgreSQL's own programs, as the administrator."""
        address = ["-h", self.host.host, "-p", str(self.host.port), "-U", self.host.user]
        environment = {**os.environ, "PGPASSWORD": self.host.password}
        command = [program, *address, *arguments]
        return subprocess.run(command, env=environment, capture_output=True, check=False, timeout=120)

    def new_role(self, options: str = "") -> Server:
        """The server as a new role sees it, which logs in with the administrator's password."""
        name = self.host.fresh_name("engine_role")
        self.roles.append(name)
        self.host.execute(f"CREATE ROLE {name} LOGIN PASSWORD '{self.host.password}' {options}")
        return replace(self.server, user=name)

    def drop_all(self) -> None:
        for name in self.names:
            with suppress(psycopg.Error):
                self.host.drop(name)
        for role in self.roles:
            self.host.execute(f"DROP OWNED BY {role}", f"DROP ROLE {role}")
