"""What there is to administer of a folder of SQLite files: its disk, and that nobody logs in."""

from __future__ import annotations

import re
import shutil
import sqlite3
from collections.abc import Sequence
from datetime import date

import sqlalchemy as sa

from pagevoo_console.domain.errors import Unsupported
from pagevoo_console.domain.health import KnownProblem, ServerLimits
from pagevoo_console.services.engines import sqlite_files
from pagevoo_console.services.engines.administration import (
    AccountState,
    Administration,
    DatabaseGrant,
    DatabaseMark,
    Guest,
)
from pagevoo_console.services.engines.base import OpenDatabase
from pagevoo_console.services.engines.sqlite_schema import quoted as quote
from pagevoo_console.services.engines.sqlite_session import explain, folder_of, raw_session
from pagevoo_console.services.jobs import JobContext
from pagevoo_console.services.values import now

_MOST_DANGLING = 1000
_NO_ACCOUNTS = "SQLite has no accounts: whoever may read the file may read the database."


class SqliteAdministration(Administration):
    """A folder has room and files; it has neither accounts nor grants nor connections."""

    wanted_charset = ("UTF-8", "BINARY")
    survey_tells_markers = False
    has_guests = False

    # --- looking ----------------------------------------------------------------------------------------------------

    def survey(self, server: sa.Connection) -> dict[str, DatabaseMark]:
        folder = folder_of(server.info["server"])
        return {name: DatabaseMark(name, None, "UTF-8", "BINARY") for name, _ in sqlite_files.names(folder)}

    def right_charset(self, mark: DatabaseMark) -> bool:
        return True

    def drafts(self, wanted: Sequence[tuple[str, str]]) -> dict[str, tuple[str, str]]:
        return {}

    def grants(self, server: sa.Connection) -> tuple[DatabaseGrant, ...]:
        return ()

    def limits(self, server: sa.Connection) -> ServerLimits:
        folder = folder_of(server.info["server"])
        try:
            free = shutil.disk_usage(folder).free
        except OSError as error:
            raise explain(error, str(folder)) from error
        return ServerLimits("UTF-8", "BINARY", True, now(), free_bytes=free)

    def missing_privileges(self, server: sa.Connection) -> tuple[str, ...]:
        return ()

    def grant_statement(self, server: sa.Connection, missing: Sequence[str]) -> str:
        return ""

    def known_problems(self, version: str, product: str, today: date) -> tuple[KnownProblem, ...]:
        numbers = tuple(int(part) for part in re.findall(r"\d+", version)[:2])
        if numbers >= (3, 31):
            return ()
        return (
            KnownProblem(
                "no_generated_columns",
                f"SQLite {version} knows no generated columns, which the console's own tables have",
                "Use a Python that brings SQLite 3.31 or newer.",
            ),
        )

    def drop_key_statement(self, table: str, key: str) -> str:
        return f"DROP INDEX {quote(key)}"

    def guard_statement(self, table: str, key: str, column: str, tenant: str, status: str, deleted: str) -> str:
        value = deleted.replace("'", "''")
        return (
            f"CREATE UNIQUE INDEX {quote(key)} ON {quote(table)} ({quote(tenant)}) WHERE {quote(status)} <> '{value}'"
        )

    # --- changing ---------------------------------------------------------------------------------------------------

    def change_grant(
        self, server: sa.Connection, grant: DatabaseGrant, remove: Sequence[str], add: Sequence[str]
    ) -> None:
        raise Unsupported(_NO_ACCOUNTS)

    def change_charset(self, server: sa.Connection, name: str, charset: str, collation: str) -> None:
        raise Unsupported("A SQLite file keeps the encoding that it was made with")

    # --- accounts ---------------------------------------------------------------------------------------------------

    def account_problem(self) -> str | None:
        return _NO_ACCOUNTS

    def account_name(self, prefix: str, tenant: str) -> str:
        return f"{prefix}{tenant}"

    def account_exists(self, server: sa.Connection, account: str, host: str) -> bool:
        return False

    def accounts(self, server: sa.Connection, prefix: str) -> tuple[tuple[str, str], ...]:
        return ()

    def account_statements(self, server: sa.Connection, account: str, host: str, database: str) -> tuple[str, ...]:
        return ()

    def account_state(
        self, server: sa.Connection, account: str, host: str, database: str, open_database: OpenDatabase
    ) -> AccountState:
        return AccountState(False)

    def create_account(self, server: sa.Connection, account: str, host: str) -> None:
        raise Unsupported(_NO_ACCOUNTS)

    def set_password(self, server: sa.Connection, account: str, host: str, password: str) -> None:
        raise Unsupported(_NO_ACCOUNTS)

    def grant_account(
        self, server: sa.Connection, account: str, host: str, database: str, open_database: OpenDatabase
    ) -> None:
        raise Unsupported(_NO_ACCOUNTS)

    def drop_account(
        self, server: sa.Connection, account: str, host: str, database: str | None, open_database: OpenDatabase
    ) -> None:
        raise Unsupported(_NO_ACCOUNTS)

    # --- guests -----------------------------------------------------------------------------------------------------

    def create_guest(self, server: sa.Connection, name: str, password: str, database: str) -> None:
        raise Unsupported(_NO_ACCOUNTS)

    def drop_guest(self, server: sa.Connection, name: str, open_database: OpenDatabase) -> None:
        raise Unsupported(_NO_ACCOUNTS)

    def guests(self, server: sa.Connection, prefix: str) -> tuple[Guest, ...]:
        return ()

    def attend_guest(self, guest: sa.Connection, patron: sa.Connection) -> None:
        raise Unsupported(_NO_ACCOUNTS)

    def take_over(self, patron: sa.Connection, name: str, like: str | None) -> None:
        raise Unsupported(_NO_ACCOUNTS)

    def dangling(self, session: sa.Connection, job: JobContext) -> tuple[str, ...]:
        raw = raw_session(session)
        with raw.unbounded(), job.on_cancel(raw.interrupt):
            try:
                found = raw.execute("PRAGMA foreign_key_check").fetchmany(_MOST_DANGLING)
            except sqlite3.Error as error:
                raise explain(error, str(session.info.get("database"))) from error
        pairs = sorted({(str(table), str(parent)) for table, _, parent, _ in found})
        return tuple(f"Rows of {table} point to rows of {parent} that are not there" for table, parent in pairs)
