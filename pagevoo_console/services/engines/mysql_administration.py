"""Accounts, grants, limits and known problems of a MySQL or MariaDB server."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, date, datetime

import pymysql
import sqlalchemy as sa
from pymysql.converters import escape_str as escape_string

from pagevoo_console.domain.health import KnownProblem, ServerLimits
from pagevoo_console.services.engines import mysql_accounts as accounts
from pagevoo_console.services.engines import mysql_errors, mysql_guests
from pagevoo_console.services.engines.administration import (
    AccountState,
    Administration,
    DatabaseGrant,
    DatabaseMark,
    Guest,
)
from pagevoo_console.services.engines.base import OpenDatabase
from pagevoo_console.services.engines.mysql_databases import (
    CHARACTER_SET,
    COLLATION,
    SYSTEM_DATABASES,
    comment_marker,
    ensure_name,
    granted,
    quoted,
)
from pagevoo_console.services.engines.mysql_import_check import dangling
from pagevoo_console.services.engines.mysql_problems import known_problems
from pagevoo_console.services.engines.mysql_session import MysqlConnection, driver_connection
from pagevoo_console.services.jobs import JobContext
from pagevoo_console.services.values import as_time

_GLOBAL = ("PROCESS", "CREATE USER", "CONNECTION ADMIN")
_ANYWHERE = (
    "SELECT", "INSERT", "UPDATE", "DELETE", "CREATE", "DROP", "ALTER", "INDEX", "REFERENCES", "TRIGGER", "LOCK TABLES",
    "CREATE VIEW", "SHOW VIEW", "CREATE ROUTINE", "ALTER ROUTINE", "EXECUTE", "EVENT",
)  # fmt: skip
_SAME = {"CONNECTION ADMIN": {"CONNECTION ADMIN", "CONNECTION_ADMIN", "SUPER"}}


class MysqlAdministration(Administration):
    """MariaDB 10.11 and, written for but tested elsewhere, MySQL 8."""

    wanted_charset = (CHARACTER_SET, COLLATION)
    can_change_charset = True
    accounts_have_hosts = True

    # --- looking ----------------------------------------------------------------------------------------------------

    def survey(self, server: sa.Connection) -> dict[str, DatabaseMark]:
        connection = driver_connection(server)
        comment = "SCHEMA_COMMENT" if connection.is_mariadb else "NULL"
        with _explained(server):
            rows = connection.rows(
                f"SELECT SCHEMA_NAME, {comment}, DEFAULT_CHARACTER_SET_NAME, DEFAULT_COLLATION_NAME"
                " FROM information_schema.SCHEMATA"
            )
        return {
            str(name): DatabaseMark(str(name), comment_marker(text), str(charset), str(collation))
            for name, text, charset, collation in rows
            if str(name).lower() not in SYSTEM_DATABASES
        }

    def made_at(self, server: sa.Connection, name: str) -> datetime | None:
        oldest = "SELECT MIN(CREATE_TIME) FROM information_schema.TABLES WHERE TABLE_SCHEMA = %s"
        with _explained(server):
            return as_time(driver_connection(server).value(oldest, (name,)))

    def right_charset(self, mark: DatabaseMark) -> bool:
        return (mark.charset, mark.collation) == (CHARACTER_SET, COLLATION)

    def drafts(self, wanted: Sequence[tuple[str, str]]) -> dict[str, tuple[str, str]]:
        return {}

    def grants(self, server: sa.Connection) -> tuple[DatabaseGrant, ...]:
        with _explained(server):
            return accounts.grants(driver_connection(server))

    def limits(self, server: sa.Connection) -> ServerLimits:
        connection = driver_connection(server)
        with _explained(server):
            charset, collation, most, clock, folder = connection.rows(
                "SELECT @@character_set_server, @@collation_server, @@max_connections, UTC_TIMESTAMP(6), @@datadir"
            )[0]
            in_use = connection.rows("SHOW GLOBAL STATUS WHERE Variable_name = 'Threads_connected'")
            ours = connection.value(
                "SELECT COUNT(*) FROM information_schema.PROCESSLIST WHERE USER = SUBSTRING_INDEX(USER(), '@', 1)"
            )
            free, why = _disk(connection, str(folder))
        return ServerLimits(
            charset=str(charset), collation=str(collation),
            is_collation_right=(charset, collation) == (CHARACTER_SET, COLLATION), clock=clock.replace(tzinfo=UTC),
            max_connections=int(most), connections=int(in_use[0][1]) if in_use else None, our_connections=int(ours),
            free_bytes=free, why_no_disk=why,
        )  # fmt: skip

    def missing_privileges(self, server: sa.Connection) -> tuple[str, ...]:
        with _explained(server):
            everywhere, here = granted(driver_connection(server), None)
        if "ALL PRIVILEGES" in everywhere:
            return ()
        missing = [name for name in _GLOBAL if not everywhere & _SAME.get(name, {name})]
        if "ALL PRIVILEGES" not in here:
            missing += [name for name in _ANYWHERE if name not in here]
        return tuple(missing)

    def grant_statement(self, server: sa.Connection, missing: Sequence[str]) -> str:
        """On every database: tenants' databases are made by name, and the console has to reach each of them."""
        if not missing:
            return ""
        connection = driver_connection(server)
        with _explained(server):
            name, _, host = str(connection.value("SELECT CURRENT_USER()")).rpartition("@")
            who = accounts.shown(connection, name, host)
        named = {} if connection.is_mariadb else {"CONNECTION ADMIN": "CONNECTION_ADMIN"}
        return f"GRANT {', '.join(named.get(one, one) for one in missing)} ON *.* TO {who};"

    def known_problems(self, version: str, product: str, today: date) -> tuple[KnownProblem, ...]:
        return known_problems(version, product, today)

    def drop_key_statement(self, table: str, key: str) -> str:
        return f"ALTER TABLE {quoted(table)} DROP INDEX {quoted(key)}"

    def guard_statement(self, table: str, key: str, column: str, tenant: str, status: str, deleted: str) -> str:
        return (
            f"ALTER TABLE {quoted(table)} ADD COLUMN {quoted(column)} BIGINT AS (IF({quoted(status)} ="
            f" {escape_string(deleted)}, NULL, {quoted(tenant)})) STORED, ADD UNIQUE KEY {quoted(key)}"
            f" ({quoted(column)})"
        )

    def pattern_of(self, name: str) -> str:
        return accounts.escaped(name)

    # --- changing ---------------------------------------------------------------------------------------------------

    def change_grant(
        self, server: sa.Connection, grant: DatabaseGrant, remove: Sequence[str], add: Sequence[str]
    ) -> None:
        with _explained(server):
            accounts.change_grant(driver_connection(server), grant, remove, add)

    def change_charset(self, server: sa.Connection, name: str, charset: str, collation: str) -> None:
        ensure_name(name)
        with _explained(server):
            connection = driver_connection(server)
            known = connection.value(
                "SELECT COUNT(*) FROM information_schema.COLLATIONS"
                " WHERE CHARACTER_SET_NAME = %s AND COLLATION_NAME = %s",
                [charset, collation],
            )
            if not known:
                raise ValueError(f"{charset!r} and {collation!r} are no character set and collation of this server")
            connection.run(f"ALTER DATABASE {quoted(name)} CHARACTER SET {charset} COLLATE {collation}")

    # --- accounts ---------------------------------------------------------------------------------------------------

    def account_problem(self) -> str | None:
        return None

    def account_name(self, prefix: str, tenant: str) -> str:
        return accounts.account_name(prefix, tenant)

    def account_exists(self, server: sa.Connection, account: str, host: str) -> bool:
        with _explained(server):
            return (account, host) in accounts.accounts(driver_connection(server))

    def accounts(self, server: sa.Connection, prefix: str) -> tuple[tuple[str, str], ...]:
        with _explained(server):
            found = accounts.accounts(driver_connection(server))
        return tuple(sorted(entry for entry in found if entry[0].startswith(prefix)))

    def account_statements(self, server: sa.Connection, account: str, host: str, database: str) -> tuple[str, ...]:
        return accounts.statements(driver_connection(server), account, host, database)

    def account_state(
        self, server: sa.Connection, account: str, host: str, database: str, open_database: OpenDatabase
    ) -> AccountState:
        with _explained(server):
            return accounts.state(driver_connection(server), account, host, database, tuple(self.survey(server)))

    def create_account(self, server: sa.Connection, account: str, host: str) -> None:
        with _explained(server):
            accounts.create(driver_connection(server), account, host)

    def set_password(self, server: sa.Connection, account: str, host: str, password: str) -> None:
        with _explained(server):
            accounts.set_password(driver_connection(server), account, host, password)

    def grant_account(
        self, server: sa.Connection, account: str, host: str, database: str, open_database: OpenDatabase
    ) -> None:
        ensure_name(database)
        with _explained(server):
            accounts.grant(driver_connection(server), account, host, database)

    def drop_account(
        self, server: sa.Connection, account: str, host: str, database: str | None, open_database: OpenDatabase
    ) -> None:
        """Its grants go with it."""
        with _explained(server):
            accounts.drop(driver_connection(server), account, host)

    # --- guests -----------------------------------------------------------------------------------------------------

    def create_guest(self, server: sa.Connection, name: str, password: str, database: str) -> None:
        ensure_name(database)
        with _explained(server):
            mysql_guests.create(driver_connection(server), name, password, database)

    def drop_guest(self, server: sa.Connection, name: str, open_database: OpenDatabase) -> None:
        with _explained(server):
            mysql_guests.drop(driver_connection(server), name)

    def guests(self, server: sa.Connection, prefix: str) -> tuple[Guest, ...]:
        with _explained(server):
            return mysql_guests.guests(driver_connection(server), prefix)

    def attend_guest(self, guest: sa.Connection, patron: sa.Connection) -> None:
        mysql_guests.attend(guest, patron)

    def take_over(self, patron: sa.Connection, name: str, like: str | None) -> None:
        """Tables have no owner here; programs have a definer."""
        with _explained(patron):
            mysql_guests.take_over(patron)

    def dangling(self, session: sa.Connection, job: JobContext) -> tuple[str, ...]:
        connection = driver_connection(session)
        with _explained(session), connection.bounded(None):
            return tuple(dangling(connection, str(connection.value("SELECT DATABASE()")), job))


def _disk(connection: MysqlConnection, folder: str) -> tuple[int | None, str]:
    """Free bytes where the server's data is, as the plugin `disks` tells, or None and why not."""
    active = "SELECT COUNT(*) FROM information_schema.PLUGINS WHERE PLUGIN_NAME = 'DISKS' AND PLUGIN_STATUS = 'ACTIVE'"
    if not connection.value(active):
        return None, "The server does not tell; its plugin `disks` would (INSTALL SONAME 'disks')."
    rows = connection.rows("SELECT Path, Available FROM information_schema.DISKS")
    holding = [(len(str(path)), int(free)) for path, free in rows if folder.startswith(str(path))]
    if not holding:
        return None, "The plugin `disks` does not name the disk that holds the data; it needs the privilege FILE."
    return max(holding)[1] * 1024, ""


@contextmanager
def _explained(connection: sa.Connection) -> Iterator[None]:
    """No exception of the driver leaves the engine."""
    try:
        yield
    except (pymysql.Error, OSError, UnicodeError) as error:
        raise mysql_errors.explain(error, connection.info.get("server")) from error
