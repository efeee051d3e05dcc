"""PostgreSQL keeps what every engine promises, and the traps that PostgreSQL has of its own."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any, ClassVar

import psycopg
import pytest

from pagevoo_console.domain.server import Server
from pagevoo_console.services.engines.postgresql import PostgresqlEngine
from tests.servers import PostgresqlServer
from tests.services.engines.contract import EngineContract, Place
from tests.services.engines.postgresql_schema import SCHEMA, UNSUPPORTED


class PostgresqlPlace(Place):
    """One server of the session, by its administrator."""

    def __init__(self, host: PostgresqlServer) -> None:
        self.host = host
        self.engine = PostgresqlEngine()
        self.server = Server("pg", "postgresql", host=host.host, port=host.port, user=host.user)
        self.password: str | None = host.password
        self.names: list[str] = []

    def new_name(self) -> str:
        name = self.host.fresh_name("engine_test")
        self.names.append(name)
        return name

    def raw(self, database: str) -> Any:
        return self.host.admin_connection(database)

    def restore_natively(self, database: str, dump: Path) -> subprocess.CompletedProcess[bytes]:
        command = ["psql", "-X", "-q", "-v", "ON_ERROR_STOP=1", "-o", os.devnull, "-h", self.host.host]
        command += ["-p", str(self.host.port), "-U", self.host.user, "-d", database, "-f", str(dump)]
        environment = {**os.environ, "PGPASSWORD": self.host.password}
        return subprocess.run(command, env=environment, capture_output=True, check=False, timeout=120)

    def drop_all(self) -> None:
        for name in self.names:
            with suppress(psycopg.Error):
                self.host.drop(name)


@pytest.fixture
def postgresql_place(postgresql_server: PostgresqlServer) -> Iterator[PostgresqlPlace]:
    place = PostgresqlPlace(postgresql_server)
    yield place
    place.drop_all()


class TestPostgresql(EngineContract):
    schema: ClassVar = SCHEMA
    unsupported: ClassVar = UNSUPPORTED
    slow_statement: ClassVar = "SELECT pg_sleep(30)"
    refused_statements: ClassVar = (
        "SET default_transaction_read_only = off",
        "rollback; begin read write",
        "DO $$ BEGIN DELETE FROM notes; END $$",
        "CALL something()",
        "COPY notes TO PROGRAM 'cat'",
        "SELECT * INTO other FROM notes",
        "SELECT pg_terminate_backend(1)",
        "SELECT pg_read_file('/etc/passwd')",
        "SELECT set_config('default_transaction_read_only', 'off', false)",
        "SELECT lo_export(1, '/tmp/x')",
        "SELECT nextval('s')",
        "EXPLAIN ANALYZE DELETE FROM notes",
        "SELECT id FROM notes FOR UPDATE",
        "TRUNCATE notes",
        "VACUUM",
        "LISTEN x",
        "PREPARE p AS DELETE FROM notes",
        "DECLARE c CURSOR FOR SELECT 1",
    )

    @pytest.fixture
    def place(self, postgresql_place: PostgresqlPlace) -> Place:
        return postgresql_place
