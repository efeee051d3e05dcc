"""PostgreSQL 15 and later, through psycopg 3. What it does stands in the modules beside this one."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any, ClassVar

import psycopg
import sqlalchemy as sa

from pagevoo_console.domain.backup import DumpFacts, TableContent
from pagevoo_console.domain.database import DatabaseSize, TableFacts, TableSize
from pagevoo_console.domain.errors import ConsoleError
from pagevoo_console.domain.server import CheckResult, Server, ServerFacts
from pagevoo_console.services.engines import postgresql_check as connection_check
from pagevoo_console.services.engines import postgresql_console as console
from pagevoo_console.services.engines import postgresql_content as contents
from pagevoo_console.services.engines import postgresql_databases as databases
from pagevoo_console.services.engines import postgresql_dependents
from pagevoo_console.services.engines import postgresql_dump as dumps
from pagevoo_console.services.engines import postgresql_errors as errors
from pagevoo_console.services.engines import postgresql_freeze as freezes
from pagevoo_console.services.engines import postgresql_load as loads
from pagevoo_console.services.engines import postgresql_locks as locks
from pagevoo_console.services.engines import postgresql_move as moves
from pagevoo_console.services.engines import postgresql_swap as swaps
from pagevoo_console.services.engines import postgresql_usage as usage
from pagevoo_console.services.engines.base import (
    Companions,
    DatabaseEngine,
    FeatureRecord,
    OpenDatabase,
    SessionOptions,
    Sink,
    Source,
    SqlAnswer,
    server_of,
)
from pagevoo_console.services.engines.freezing import FrozenTables
from pagevoo_console.services.engines.portable import Portable
from pagevoo_console.services.engines.postgresql_administration import PostgresqlAdministration
from pagevoo_console.services.engines.postgresql_portable import PostgresqlPortable
from pagevoo_console.services.engines.postgresql_session import (
    WatchedConnection,
    canceller,
    connect,
    driver_connection,
)
from pagevoo_console.services.jobs import JobContext


class PostgresqlEngine(DatabaseEngine):
    name: ClassVar[str] = "postgresql"
    title: ClassVar[str] = "PostgreSQL"
    drivername: ClassVar[str] = "postgresql+psycopg"
    default_port: ClassVar[int] = 5432
    system_databases: ClassVar[frozenset[str]] = databases.SYSTEM_DATABASES
    tested_versions: ClassVar[str] = "PostgreSQL 15"
    used_means: ClassVar[str] = (
        "The database's files less the room that VACUUM left in its tables: read where the extension pg_freespacemap"
        " is installed, estimated from the statistics elsewhere."
    )
    compact_means: ClassVar[str] = (
        "VACUUM FULL writes each table anew in turn. It needs free disk of about the size of the largest one, and"
        " nobody reads or writes that table meanwhile."
    )

    @property
    def administration(self) -> PostgresqlAdministration:
        return PostgresqlAdministration()

    # --- connecting -------------------------------------------------------------------------------------------------

    def connect(self, server: Server, password: str | None, database: str | None, options: SessionOptions) -> Any:
        return connect(server, password, database, options)

    def engine_arguments(self) -> dict[str, Any]:
        return {"use_native_hstore": False}

    def greeted_version(self, connection: sa.Connection) -> str:
        return str(driver_connection(connection).info.server_version)

    def default_schema(self, session: sa.Connection, database: str | None) -> str | None:
        """Asked of each session: roles and databases have search paths of their own."""
        return session.exec_driver_sql("SELECT current_schema()").scalar()

    @contextmanager
    def transaction(self, connection: sa.Connection) -> Iterator[None]:
        """A transaction of the server's inside SQLAlchemy's autocommit, which does not know of it."""
        with self._told(connection):
            connection.exec_driver_sql("BEGIN")
        try:
            yield
        except BaseException:
            driver = driver_connection(connection)
            if not driver.closed:
                driver.rollback()
            raise
        with self._told(connection):
            connection.exec_driver_sql("COMMIT")

    def explain(self, error: BaseException, server: Server | None = None) -> ConsoleError:
        return errors.explain(error, server)

    def check(self, server: Server, password: str | None, database: str | None) -> CheckResult:
        return connection_check.check(server, password, database)

    def facts(self, server: sa.Connection) -> ServerFacts:
        with self._told(server):
            return databases.facts(server)

    def privileges(self, server: sa.Connection, database: str | None = None) -> dict[str, bool]:
        with self._told(server):
            return databases.privileges(server, database)

    # --- databases --------------------------------------------------------------------------------------------------

    def name_problem(self, name: str) -> str | None:
        return databases.name_problem(name)

    def databases(self, server: sa.Connection) -> frozenset[str]:
        with self._told(server):
            return databases.databases(server)

    def exists(self, server: sa.Connection, name: str) -> bool:
        with self._told(server):
            return databases.exists(server, name)

    def create_database(self, server: sa.Connection, name: str, marker: str) -> None:
        with self._told(server):
            databases.create_database(server, name, marker)

    def marker(self, server: sa.Connection, name: str) -> str | None:
        with self._told(server):
            return databases.marker(server, name)

    def drop_database(self, server: sa.Connection, name: str) -> None:
        with self._told(server):
            databases.drop_database(server, name)

    def quiesce(self, server: sa.Connection, name: str) -> None:
        with self._told(server):
            databases.quiesce(server, name)

    def unquiesce(self, server: sa.Connection, name: str) -> None:
        with self._told(server):
            databases.unquiesce(server, name)

    def sessions(self, server: sa.Connection, name: str) -> int:
        with self._told(server):
            return databases.sessions(server, name)

    # --- sizes and tables -------------------------------------------------------------------------------------------

    def sizes(self, server: sa.Connection, names: Iterable[str] | None = None) -> dict[str, DatabaseSize]:
        with self._told(server):
            return databases.sizes(server, names)

    def size(self, session: sa.Connection) -> DatabaseSize:
        with self._told(session) as connection:
            return contents.size(connection)

    def tables(self, session: sa.Connection) -> tuple[TableFacts, ...]:
        with self._told(session) as connection:
            return contents.tables(connection)

    def content(self, session: sa.Connection, table: str, job: JobContext) -> TableContent:
        with self._told(session) as connection:
            return contents.content(connection, table, job)

    def fingerprint(self, session: sa.Connection) -> str:
        with self._told(session) as connection:
            return dumps.fingerprint(connection)

    def feature_rows(
        self, server: sa.Connection, names: Sequence[str], open_database: OpenDatabase
    ) -> Iterator[tuple[str, FeatureRecord | ConsoleError]]:
        """A session cannot change its database here: one connection a database, closed before the next."""
        for name in names:
            try:
                with open_database(name) as session, self._told(session) as connection:
                    found: FeatureRecord | ConsoleError = contents.feature_rows(connection)
            except ConsoleError as error:
                found = error
            yield name, found

    # --- freezing ---------------------------------------------------------------------------------------------------

    def freeze(self, session: sa.Connection, message: str, job: JobContext) -> int:
        with self._told(session) as connection:
            return freezes.freeze(connection, message, job)

    def thaw(self, session: sa.Connection, job: JobContext) -> int:
        with self._told(session) as connection:
            return freezes.thaw(connection, job)

    def frozen_tables(self, session: sa.Connection) -> FrozenTables:
        with self._told(session) as connection:
            return freezes.frozen_tables(connection)

    def dependents(self, session: sa.Connection, tables: Iterable[str]) -> tuple[str, ...]:
        with self._told(session) as connection:
            return postgresql_dependents.dependents(connection, tables)

    def table_sizes(self, session: sa.Connection) -> tuple[TableSize, ...]:
        with self._told(session) as connection:
            return usage.table_sizes(connection)

    def reclaim(self, session: sa.Connection, job: JobContext) -> None:
        with self._told(session) as connection:
            usage.reclaim(connection, job)

    def compact(self, session: sa.Connection, job: JobContext) -> None:
        with self._told(session) as connection:
            usage.compact(connection, job)

    # --- dump and load ----------------------------------------------------------------------------------------------

    def dump(self, session: sa.Connection, sink: Sink, job: JobContext) -> DumpFacts:
        with self._told(session) as connection:
            return dumps.dump(connection, sink, job)

    def other_content(self, session: sa.Connection, job: JobContext) -> dict[str, TableContent]:
        with self._told(session) as connection:
            return dumps.other_content(connection, job)

    def load(
        self, session: sa.Connection, source: Source, job: JobContext, companions: Companions | None = None
    ) -> None:
        with self._told(session) as connection:
            loads.load(connection, source, job, companions)

    def portable(self, session: sa.Connection) -> Portable:
        return PostgresqlPortable(driver_connection(session))

    def swap_memo(self, server: sa.Connection, live: str, staged: str) -> dict[str, Any]:
        with self._told(server) as connection:
            return swaps.swap_memo(connection, live, staged)

    def swap(self, server: sa.Connection, live: str, staged: str, aside: str, memo: dict[str, Any]) -> None:
        with self._told(server) as connection:
            swaps.swap(connection, live, staged, aside, memo)

    def move_memo(self, server: sa.Connection, name: str) -> dict[str, Any]:
        with self._told(server) as connection:
            return moves.move_memo(connection, name)

    def move(self, server: sa.Connection, source: str, target: str, memo: dict[str, Any], mark: str) -> None:
        """The marker goes with the database."""
        with self._told(server) as connection:
            moves.move(connection, source, target, memo)

    def is_moved(self, server: sa.Connection, name: str, memo: dict[str, Any], mark: str) -> bool:
        with self._told(server) as connection:
            return moves.is_moved(connection, name, memo)

    # --- sessions ---------------------------------------------------------------------------------------------------

    def try_lock(self, server: sa.Connection, key: str) -> bool:
        with self._told(server):
            return locks.try_lock(server, key)

    def holds_lock(self, server: sa.Connection, key: str) -> bool:
        with self._told(server):
            return locks.holds_lock(server, key)

    def unlock(self, server: sa.Connection, key: str) -> None:
        with self._told(server):
            locks.unlock(server, key)

    def lock_is_free(self, server: sa.Connection, key: str) -> bool:
        with self._told(server):
            return locks.lock_is_free(server, key)

    def end_lock_holder(self, server: sa.Connection, key: str) -> None:
        with self._told(server):
            locks.end_lock_holder(server, key)

    def canceller(self, session: sa.Connection, server: Server, password: str | None) -> Callable[[], None]:
        """The session itself knows how to reach its server again; no password is needed."""
        return canceller(driver_connection(session))

    def read_only_sql(self, session: sa.Connection, statement: str, limit: int) -> SqlAnswer:
        with self._told(session) as connection:
            return console.read_only_sql(connection, statement, limit)

    @contextmanager
    def _told(self, connection: sa.Connection) -> Iterator[WatchedConnection]:
        """The driver's connection beneath; what it raises leaves as an error of ours."""
        try:
            yield driver_connection(connection)
        except (psycopg.Error, sa.exc.DBAPIError, UnicodeError) as error:
            raise errors.explain(error, server_of(connection)) from error
