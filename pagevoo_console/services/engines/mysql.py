"""The MySQL and MariaDB engine: each promise of `DatabaseEngine`, kept by the module that knows how."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any, ClassVar

import pymysql
import sqlalchemy as sa

from pagevoo_console.domain.backup import DumpFacts, TableContent
from pagevoo_console.domain.database import DatabaseSize, TableFacts, TableSize
from pagevoo_console.domain.errors import ConsoleError
from pagevoo_console.domain.server import CheckResult, Server, ServerFacts
from pagevoo_console.services.engines import (
    mysql_check,
    mysql_console,
    mysql_content,
    mysql_databases,
    mysql_dependents,
    mysql_dump,
    mysql_errors,
    mysql_events,
    mysql_features,
    mysql_freeze,
    mysql_load,
    mysql_move,
    mysql_session,
    mysql_sizes,
    mysql_swap,
    mysql_usage,
)
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
from pagevoo_console.services.engines.mysql_administration import MysqlAdministration
from pagevoo_console.services.engines.mysql_definitions import definitions
from pagevoo_console.services.engines.mysql_portable import MysqlPortable
from pagevoo_console.services.engines.mysql_session import driver_connection
from pagevoo_console.services.engines.portable import Portable
from pagevoo_console.services.jobs import JobContext


class MysqlEngine(DatabaseEngine):
    """MariaDB 10.11 and, written for but tested elsewhere, MySQL 8."""

    name = "mysql"
    title = "MySQL or MariaDB"
    drivername = "mysql+pymysql"
    default_port = mysql_session.DEFAULT_PORT
    can_roll_back_ddl = False
    is_server: ClassVar[bool] = True
    system_databases = mysql_databases.SYSTEM_DATABASES
    tested_versions = "MariaDB 10.11"
    used_means = "The tables' files less the extents that InnoDB has free in them."
    compact_means = (
        "OPTIMIZE TABLE rebuilds each table in turn. It needs free disk of about the size of the largest one, and"
        " writers of that table wait at times."
    )

    @property
    def administration(self) -> MysqlAdministration:
        return MysqlAdministration()

    def connect(
        self, server: Server, password: str | None, database: str | None, options: SessionOptions
    ) -> mysql_session.MysqlConnection:
        return mysql_session.connect(server, password, database, options)

    def engine_arguments(self) -> dict[str, Any]:
        return {"pool_reset_on_return": None, "skip_autocommit_rollback": True}

    def greeted_version(self, connection: sa.Connection) -> str:
        return str(driver_connection(connection).server_version)

    def default_schema(self, session: sa.Connection, database: str | None) -> str | None:
        return database

    @contextmanager
    def transaction(self, connection: sa.Connection) -> Iterator[None]:
        raw = driver_connection(connection)
        try:
            raw.begin()
        except pymysql.Error as error:
            raise self.explain(error, server_of(connection)) from error
        try:
            yield
        except BaseException:
            if raw.open:
                raw.rollback()
            raise
        try:
            raw.commit()
        except pymysql.Error as error:
            raise self.explain(error, connection.info.get("server")) from error

    def explain(self, error: BaseException, server: Server | None = None) -> ConsoleError:
        return mysql_errors.explain(error, server)

    def check(self, server: Server, password: str | None, database: str | None) -> CheckResult:
        return mysql_check.check(server, password, database)

    def facts(self, server: sa.Connection) -> ServerFacts:
        with self._explained(server):
            return mysql_databases.facts(server)

    def privileges(self, server: sa.Connection, database: str | None = None) -> dict[str, bool]:
        with self._explained(server):
            return mysql_databases.privileges(server, database)

    def name_problem(self, name: str) -> str | None:
        return mysql_databases.name_problem(name)

    def databases(self, server: sa.Connection) -> frozenset[str]:
        with self._explained(server):
            return mysql_databases.databases(server)

    def exists(self, server: sa.Connection, name: str) -> bool:
        with self._explained(server):
            return mysql_databases.exists(server, name)

    def create_database(self, server: sa.Connection, name: str, marker: str) -> None:
        with self._explained(server):
            mysql_databases.create_database(server, name, marker)

    def marker(self, server: sa.Connection, name: str) -> str | None:
        with self._explained(server):
            return mysql_databases.marker(server, name)

    def drop_database(self, server: sa.Connection, name: str) -> None:
        with self._explained(server):
            mysql_databases.drop_database(server, name)

    def quiesce(self, server: sa.Connection, name: str) -> None:
        with self._explained(server):
            mysql_databases.quiesce(server, name)

    def unquiesce(self, server: sa.Connection, name: str) -> None:
        """Nothing to take back: `quiesce` ends sessions and keeps nobody out."""

    def sessions(self, server: sa.Connection, name: str) -> int:
        with self._explained(server):
            return mysql_databases.sessions(server, name)

    def sizes(self, server: sa.Connection, names: Iterable[str] | None = None) -> dict[str, DatabaseSize]:
        with self._explained(server):
            return mysql_sizes.sizes(server, names)

    def ceilings(self, server: sa.Connection) -> dict[str, int]:
        """The files of the tables, where the account may see them: the statistics lag behind by some ten seconds."""
        with self._explained(server):
            return mysql_sizes.ceilings(server)

    def size(self, session: sa.Connection) -> DatabaseSize:
        with self._explained(session):
            return mysql_sizes.size(session)

    def tables(self, session: sa.Connection) -> tuple[TableFacts, ...]:
        with self._explained(session):
            return mysql_sizes.tables(session)

    def content(self, session: sa.Connection, table: str, job: JobContext) -> TableContent:
        with self._explained(session):
            return mysql_content.content(session, table, job)

    def other_content(self, session: sa.Connection, job: JobContext) -> dict[str, TableContent]:
        with self._explained(session):
            return mysql_content.other_content(driver_connection(session), job)

    def fingerprint(self, session: sa.Connection) -> str:
        with self._explained(session):
            return definitions(driver_connection(session)).fingerprint

    def feature_rows(
        self, server: sa.Connection, names: Sequence[str], open_database: OpenDatabase
    ) -> Iterator[tuple[str, FeatureRecord | ConsoleError]]:
        with self._explained(server):
            yield from mysql_features.feature_rows(server, names, open_database)

    def freeze(self, session: sa.Connection, message: str, job: JobContext) -> int:
        with self._explained(session):
            return mysql_freeze.freeze(driver_connection(session), message, job)

    def thaw(self, session: sa.Connection, job: JobContext) -> int:
        with self._explained(session):
            return mysql_freeze.thaw(driver_connection(session), job)

    def frozen_tables(self, session: sa.Connection) -> FrozenTables:
        with self._explained(session):
            return mysql_freeze.frozen_tables(driver_connection(session))

    def dependents(self, session: sa.Connection, tables: Iterable[str]) -> tuple[str, ...]:
        with self._explained(session):
            return mysql_dependents.dependents(driver_connection(session), tables)

    def table_sizes(self, session: sa.Connection) -> tuple[TableSize, ...]:
        with self._explained(session):
            return mysql_usage.table_sizes(driver_connection(session))

    def reclaim(self, session: sa.Connection, job: JobContext) -> None:
        """Nothing to do: the server's purge does it by itself within moments."""

    def compact(self, session: sa.Connection, job: JobContext) -> None:
        with self._explained(session):
            mysql_usage.compact(driver_connection(session), job)

    def dump(self, session: sa.Connection, sink: Sink, job: JobContext) -> DumpFacts:
        with self._explained(session):
            return mysql_dump.dump(session, sink, job)

    def load(
        self, session: sa.Connection, source: Source, job: JobContext, companions: Companions | None = None
    ) -> None:
        with self._explained(session):
            mysql_load.load(session, source, job, companions)

    def awaken(self, session: sa.Connection) -> tuple[str, ...]:
        with self._explained(session):
            return mysql_events.awaken(driver_connection(session))

    def portable(self, session: sa.Connection) -> Portable:
        return MysqlPortable(driver_connection(session))

    def swap_memo(self, server: sa.Connection, live: str, staged: str) -> dict[str, Any]:
        with self._explained(server):
            return mysql_swap.swap_memo(server, live, staged)

    def swap(self, server: sa.Connection, live: str, staged: str, aside: str, memo: dict[str, Any]) -> None:
        with self._explained(server):
            mysql_swap.swap(server, live, staged, aside, memo)

    def move_memo(self, server: sa.Connection, name: str) -> dict[str, Any]:
        with self._explained(server):
            return mysql_move.move_memo(server, name)

    def move(self, server: sa.Connection, source: str, target: str, memo: dict[str, Any], mark: str) -> None:
        with self._explained(server):
            mysql_move.move(server, source, target, memo, mark)

    def is_moved(self, server: sa.Connection, name: str, memo: dict[str, Any], mark: str) -> bool:
        with self._explained(server):
            return mysql_move.is_moved(server, name, memo, mark)

    def try_lock(self, server: sa.Connection, key: str) -> bool:
        with self._explained(server):
            return mysql_databases.try_lock(server, key)

    def holds_lock(self, server: sa.Connection, key: str) -> bool:
        with self._explained(server):
            return mysql_databases.holds_lock(server, key)

    def unlock(self, server: sa.Connection, key: str) -> None:
        with self._explained(server):
            mysql_databases.unlock(server, key)

    def lock_is_free(self, server: sa.Connection, key: str) -> bool:
        with self._explained(server):
            return mysql_databases.lock_is_free(server, key)

    def end_lock_holder(self, server: sa.Connection, key: str) -> None:
        with self._explained(server):
            mysql_databases.end_lock_holder(server, key)

    def canceller(self, session: sa.Connection, server: Server, password: str | None) -> Callable[[], None]:
        return mysql_session.canceller(driver_connection(session), server, password)

    def read_only_sql(self, session: sa.Connection, statement: str, limit: int) -> SqlAnswer:
        with self._explained(session):
            return mysql_console.read_only_sql(session, statement, limit)

    def quote(self, name: str) -> str:
        return mysql_databases.quoted(name)

    @contextmanager
    def _explained(self, connection: sa.Connection) -> Iterator[None]:
        """No exception of the driver leaves the engine."""
        try:
            yield
        except (pymysql.Error, OSError, UnicodeError) as error:
            raise self.explain(error, connection.info.get("server")) from error
