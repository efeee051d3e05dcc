"""PostgreSQL keeps what every engine promises; its own traps are in `test_postgresql_traps`."""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar

import pytest

from tests.servers import PostgresqlServer
from tests.services.engines.contract import EngineContract, Place
from tests.services.engines.postgresql_place import PostgresqlPlace
from tests.services.engines.postgresql_schema import SCHEMA, UNSUPPORTED


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
    def place(self, postgresql_server: PostgresqlServer) -> Iterator[Place]:
        place = PostgresqlPlace(postgresql_server)
        yield place
        place.drop_all()
