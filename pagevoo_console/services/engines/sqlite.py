"""SQLite: a folder stands for the server, a file `NAME.db` in it for the database NAME."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import closing, contextmanager, suppress
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from pagevoo_console.domain.backup import DumpFacts, TableContent
from pagevoo_console.domain.database import DatabaseSize, TableFacts, TableSize
from pagevoo_console.domain.errors import ConsoleError
from pagevoo_console.domain.server import CheckResult, Server, ServerFacts
from pagevoo_console.services.engines import (
    sqlite_check,
    sqlite_console,
    sqlite_dependents,
    sqlite_dump,
    sqlite_files,
    sqlite_freeze,
    sqlite_load,
    sqlite_locks,
    sqlite_move,
    sqlite_schema,
    sqlite_swap,
    sqlite_usage,
    statements,
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
)
from pagevoo_console.services.engines.freezing import FrozenTables
from pagevoo_console.services.engines.portable import Portable
from pagevoo_console.services.engines.sqlite_administration import SqliteAdministration
from pagevoo_console.services.engines.sqlite_portable import SqlitePortable
from pagevoo_console.services.engines.sqlite_session import (
    explain,
    folder_of,
    open_file,
    open_nothing,
    raw_session,
)
from pagevoo_console.services.jobs import JobContext

_UNFENCED = "A process that holds a database's old file open cannot be kept out of it."


class SqliteEngine(DatabaseEngine):
    """SQLite through Python's own driver. Tenants are files; locks are files; nobody logs in."""

    name = "sqlite"
    title = "SQLite"
    drivername = "sqlite"
    is_server = False
    tested_versions = "3.40"
    used_means = "The pages of the file less its free ones."
    compact_means = (
        "VACUUM writes the whole file anew. It needs free disk of about twice its size, and writers wait meanwhile."
    )

    @property
    def administration(self) -> SqliteAdministration:
        return SqliteAdministration()

    # --- connecting -------------------------------------------------------------------------------------------------

    def connect(self, server: Server, password: str | None, database: str | None, options: SessionOptions) -> Any:
        folder = folder_of(server)
        return open_nothing() if database is None else open_file(sqlite_files.path_of(folder, database), options)

    def greeted_version(self, connection: sa.Connection) -> str:
        return sqlite3.sqlite_version

    def default_schema(self, session: sa.Connection, database: str | None) -> str | None:
        return "main"

    @contextmanager
    def transaction(self, connection: sa.Connection) -> Iterator[None]:
        session = raw_session(connection)
        with self._explained(connection):
            session.execute("BEGIN IMMEDIATE")
        try:
            yield
            with self._explained(connection):
                session.execute("COMMIT")
        except BaseException:
            if session.in_transaction:
                session.execute("ROLLBACK")
            raise

    def explain(self, error: BaseException, server: Server | None = None) -> ConsoleError:
        return explain(error, server.address if server is not None else "The database")

    def check(self, server: Server, password: str | None, database: str | None) -> CheckResult:
        try:
            folder = folder_of(server)
            path = sqlite_files.path_of(folder, database) if database is not None else None
        except ConsoleError as error:
            return sqlite_check.unreachable(error)
        if path is None:
            return sqlite_check.check_folder(folder, is_writable=os.access(folder, os.W_OK))
        return sqlite_check.check_file(path)

    def facts(self, server: sa.Connection) -> ServerFacts:
        folder = self._folder(server)
        return ServerFacts(
            version=sqlite3.sqlite_version,
            product="SQLite",
            identity=sqlite_files.identity(folder),
            is_read_only=not os.access(folder, os.W_OK),
            warnings=(_UNFENCED,),
        )

    def privileges(self, server: sa.Connection, database: str | None = None) -> dict[str, bool]:
        """What a file has no need of, users and sessions, counts as granted."""
        folder = self._folder(server)
        may_write = os.access(folder, os.W_OK | os.X_OK)
        return {
            "create_database": may_write,
            "drop_database": may_write,
            "create_user": True,
            "end_sessions": True,
            "read_sizes": True,
        }

    # --- databases --------------------------------------------------------------------------------------------------

    def name_problem(self, name: str) -> str | None:
        return sqlite_files.name_problem(name)

    def databases(self, server: sa.Connection) -> frozenset[str]:
        return frozenset(name for name, _ in sqlite_files.names(self._folder(server)))

    def exists(self, server: sa.Connection, name: str) -> bool:
        return self.name_problem(name) is None and sqlite_files.is_there(self._path(server, name))

    def create_database(self, server: sa.Connection, name: str, marker: str) -> None:
        sqlite_files.create(self._path(server, name), marker)

    def marker(self, server: sa.Connection, name: str) -> str | None:
        return sqlite_swap.read_marker(self._path(server, name))

    def drop_database(self, server: sa.Connection, name: str) -> None:
        sqlite_files.drop(self._path(server, name))

    def quiesce(self, server: sa.Connection, name: str) -> None:
        """Wait until nobody reads or writes, then fold the write-ahead log into the file; Busy where somebody stays.

        Nobody can be kept out of a file for good: whoever opens it later is in.
        """
        if sqlite_swap.fold(self._path(server, name)):
            server.info.setdefault("quiesced", set()).add(name)

    def unquiesce(self, server: sa.Connection, name: str) -> None:
        """Bring back the write-ahead log that `quiesce` took, in this session or in one before a crash."""
        path = self._path(server, name)
        with closing(open_file(path, SessionOptions(writable=True))) as session:
            try:
                if name in server.info.get("quiesced", ()) or sqlite_swap.has_marker(session):
                    session.execute("PRAGMA journal_mode = WAL")
            except sqlite3.Error as error:
                raise explain(error, str(path)) from error
        server.info.setdefault("quiesced", set()).discard(name)

    def sessions(self, server: sa.Connection, name: str) -> int:
        return 0

    # --- sizes and tables -------------------------------------------------------------------------------------------

    def sizes(self, server: sa.Connection, names: Iterable[str] | None = None) -> dict[str, DatabaseSize]:
        """By `stat` alone: right to the byte for what a file occupies, silent on what it could reuse, so not exact."""
        folder = self._folder(server)
        wanted = [name for name, _ in sqlite_files.names(folder)] if names is None else list(names)
        sizes = (
            (name, sqlite_files.allocated(sqlite_files.path_of(folder, name)))
            for name in wanted
            if self.name_problem(name) is None
        )
        return {name: size for name, size in sizes if size is not None}

    def size(self, session: sa.Connection) -> DatabaseSize:
        with self._explained(session):
            raw = raw_session(session)
            pages, page_size, free = (
                int(raw.execute(f"PRAGMA {figure}").fetchone()[0])
                for figure in ("page_count", "page_size", "freelist_count")
            )
        return DatabaseSize(pages * page_size, free * page_size)

    def tables(self, session: sa.Connection) -> tuple[TableFacts, ...]:
        with self._explained(session):
            return sqlite_schema.table_facts(raw_session(session))

    def content(self, session: sa.Connection, table: str, job: JobContext) -> TableContent:
        with self._explained(session):
            return sqlite_schema.table_content(raw_session(session), table, job)

    def fingerprint(self, session: sa.Connection) -> str:
        with self._explained(session):
            return sqlite_schema.fingerprint(raw_session(session))

    def feature_rows(
        self, server: sa.Connection, names: Sequence[str], open_database: OpenDatabase
    ) -> Iterator[tuple[str, FeatureRecord | ConsoleError]]:
        for name in names:
            try:
                with open_database(name) as session, self._explained(session):
                    features: FeatureRecord | ConsoleError = sqlite_schema.feature_record(raw_session(session))
            except ConsoleError as error:
                features = error
            yield name, features

    # --- freezing ---------------------------------------------------------------------------------------------------

    def freeze(self, session: sa.Connection, message: str, job: JobContext) -> int:
        with self._explained(session):
            raw = raw_session(session)
            return sqlite_freeze.freeze(raw, sqlite_schema.base_tables(raw), message, job)

    def thaw(self, session: sa.Connection, job: JobContext) -> int:
        with self._explained(session):
            return sqlite_freeze.thaw(raw_session(session), job)

    def frozen_tables(self, session: sa.Connection) -> FrozenTables:
        with self._explained(session):
            raw = raw_session(session)
            return sqlite_freeze.frozen_tables(raw, sqlite_schema.base_tables(raw))

    def dependents(self, session: sa.Connection, tables: Iterable[str]) -> tuple[str, ...]:
        with self._explained(session):
            return sqlite_dependents.dependents(raw_session(session), tables)

    def table_sizes(self, session: sa.Connection) -> tuple[TableSize, ...]:
        with self._explained(session):
            return sqlite_usage.table_sizes(raw_session(session))

    def reclaim(self, session: sa.Connection, job: JobContext) -> None:
        """Nothing to do: a deleted page is free at once."""

    def compact(self, session: sa.Connection, job: JobContext) -> None:
        with self._explained(session):
            sqlite_usage.compact(raw_session(session), job)

    # --- dump and load ----------------------------------------------------------------------------------------------

    def dump(self, session: sa.Connection, sink: Sink, job: JobContext) -> DumpFacts:
        with self._explained(session):
            return sqlite_dump.dump(raw_session(session), sink, job)

    def other_content(self, session: sa.Connection, job: JobContext) -> dict[str, TableContent]:
        with self._explained(session):
            return sqlite_dump.other_content(raw_session(session), job)

    def load(
        self, session: sa.Connection, source: Source, job: JobContext, companions: Companions | None = None
    ) -> None:
        with self._explained(session):
            sqlite_load.load(raw_session(session), source, job)

    def portable(self, session: sa.Connection) -> Portable:
        return SqlitePortable(raw_session(session))

    def swap_memo(self, server: sa.Connection, live: str, staged: str) -> dict[str, Any]:
        return sqlite_swap.memo(self._path(server, live), self._path(server, staged))

    def swap(self, server: sa.Connection, live: str, staged: str, aside: str, memo: dict[str, Any]) -> None:
        """By renaming files; markers stay with the names, and there is no moment at which `live` is missing."""
        sqlite_swap.swap(self._path(server, live), self._path(server, staged), self._path(server, aside), memo)

    def move_memo(self, server: sa.Connection, name: str) -> dict[str, Any]:
        return sqlite_move.memo(self._path(server, name))

    def move(self, server: sa.Connection, source: str, target: str, memo: dict[str, Any], mark: str) -> None:
        """The marker goes with the file."""
        sqlite_move.move(self._path(server, source), self._path(server, target), memo)

    def is_moved(self, server: sa.Connection, name: str, memo: dict[str, Any], mark: str) -> bool:
        return sqlite_move.is_moved(self._path(server, name), memo)

    # --- sessions ---------------------------------------------------------------------------------------------------

    def try_lock(self, server: sa.Connection, key: str) -> bool:
        locks = raw_session(server).locks
        if key in locks:
            return self.holds_lock(server, key)
        with self._locking(server, key) as path:
            held = sqlite_locks.take(path)
        if held is not None:
            locks[key] = held
        return held is not None

    def holds_lock(self, server: sa.Connection, key: str) -> bool:
        held = raw_session(server).locks.get(key)
        return held is not None and held.is_held

    def unlock(self, server: sa.Connection, key: str) -> None:
        held = raw_session(server).locks.pop(key, None)
        if held is not None:
            held.release()

    def lock_is_free(self, server: sa.Connection, key: str) -> bool:
        with self._locking(server, key) as path:
            return sqlite_locks.is_free(path)

    def end_lock_holder(self, server: sa.Connection, key: str) -> None:
        """The holder loses its lock at once, and is not ended: it is a process of this machine or of another."""
        if not self.holds_lock(server, key):
            with self._locking(server, key) as path:
                sqlite_locks.take_away(path)

    def canceller(self, session: sa.Connection, server: Server, password: str | None) -> Callable[[], None]:
        raw = raw_session(session)

        def interrupt() -> None:
            with suppress(sqlite3.ProgrammingError):
                raw.interrupt()

        return interrupt

    def read_only_sql(self, session: sa.Connection, statement: str, limit: int) -> SqlAnswer:
        statements.ensure_read_only(statement, self.name)
        return sqlite_console.answer(raw_session(session), statement, limit, self._where(session))

    # --- within -----------------------------------------------------------------------------------------------------

    def _folder(self, server: sa.Connection) -> Path:
        return folder_of(server.info["server"])

    def _path(self, server: sa.Connection, name: str) -> Path:
        return sqlite_files.path_of(self._folder(server), name)

    @contextmanager
    def _explained(self, connection: sa.Connection) -> Iterator[None]:
        try:
            yield
        except (sqlite3.Error, sqlite3.Warning) as error:
            raise explain(error, self._where(connection)) from error

    def _where(self, connection: sa.Connection) -> str:
        server, database = connection.info["server"], connection.info["database"]
        return f"{server.address}/{database}" if database else str(server.address)

    @contextmanager
    def _locking(self, server: sa.Connection, key: str) -> Iterator[Path]:
        """The file that stands for a lock."""
        path = sqlite_files.lock_path(self._folder(server), key)
        try:
            yield path
        except OSError as error:
            raise explain(error, str(path)) from error
