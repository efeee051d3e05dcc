"""A tenant's own account in the hands of somebody who would like to see more than is theirs."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass, field
from typing import Any

import psycopg
import pymysql

from tests.journeys.conftest import Customer, Platform
from tests.masters import SYSTEM_DATABASES

REFUSED = (pymysql.Error, psycopg.Error)


@dataclass(frozen=True)
class Account:
    """Logs in through a raw driver with what the tenant was given, and with nothing else."""

    platform: Platform
    customer: Customer
    password: str = field(repr=False)

    @property
    def name(self) -> str:
        return f"pagevoo_t_{self.customer.id}"

    def runs(self, *statements: str, database: str | None = None) -> list[tuple[Any, ...]]:
        """Run statements in the tenant's database, or in another; the rows of the last one."""
        with closing(self._connect(database or self.customer.database)) as connection, connection.cursor() as cursor:
            for statement in statements:
                cursor.execute(statement)
            return list(cursor.fetchall()) if cursor.description is not None else []

    def is_refused(self, statement: str, database: str | None = None) -> bool:
        """Whether the server does not let it happen."""
        try:
            self.runs(statement, database=database)
        except REFUSED:
            return True
        return False

    def sees(self) -> set[str]:
        """The databases whose tables it can name."""
        if self.platform.master.engine == "mysql":
            listed = {name for (name,) in self.runs("SHOW DATABASES")}
            named = {name for (name,) in self.runs("SELECT DISTINCT table_schema FROM information_schema.tables")}
            return (listed | named) - SYSTEM_DATABASES
        return {name for (name,) in self.runs("SELECT DISTINCT table_catalog FROM information_schema.tables")}

    def attempts(self, other: Customer, alike: str) -> Iterator[tuple[str, str]]:
        """What somebody tries who has this account and wants what is another's, the platform's or the server's.

        Each is a statement with the database to log in to. `alike` is one that is named as the tenant's own, but for
        what a pattern would take for the same.
        """
        own, master = self.customer.database, self.platform.master.name
        taken = "INSERT INTO {} (feature_type, setting_key) VALUES ('core', 'loot')"
        for database in (other.database, alike):
            for attempt in ("SELECT * FROM {}", "DELETE FROM {}", "DROP TABLE {}", taken):
                yield database, attempt.format("feature_settings")
                yield own, attempt.format(f"{database}.feature_settings")
            yield database, "CREATE TABLE loot (a INT)"
            yield own, f"DROP DATABASE {database}"
        for attempt in ("SELECT * FROM {}users", f"UPDATE {{}}user_databases SET user_id = {self.customer.id}"):
            yield master, attempt.format("")
            yield own, attempt.format(f"{master}.")
        for attempt in ("DROP TABLE feature_settings", "CREATE TABLE loot (a INT)", "CREATE DATABASE loot"):
            yield own, attempt
        if self.platform.master.engine == "mysql":
            yield own, "CREATE USER loot"
            yield own, "SELECT * FROM mysql.global_priv"
            yield own, "SELECT 1 INTO OUTFILE 'loot'"
            yield own, f"GRANT SELECT ON {other.database}.* TO {self.name}@'%'"
        else:
            yield own, "CREATE ROLE loot"
            yield own, "SET ROLE postgres"
            yield own, "SELECT * FROM pg_authid"
            yield own, "SELECT pg_read_file('PG_VERSION')"
            yield own, "COPY feature_settings TO PROGRAM 'cat'"

    def _connect(self, database: str) -> Any:
        server = self.platform.master.server
        assert server is not None
        if self.platform.master.engine == "mysql":
            return pymysql.connect(
                host=server.host, port=server.port, user=self.name, password=self.password, database=database,
                autocommit=True, ssl_disabled=True,
            )  # fmt: skip
        return psycopg.connect(
            host=server.host, port=server.port, user=self.name, password=self.password, dbname=database, autocommit=True
        )
