"""Accounts, limits and known problems of a PostgreSQL server. Its grants live in the databases and go with them."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, date, datetime

import psycopg
import sqlalchemy as sa

from pagevoo_console.domain.errors import Unsupported
from pagevoo_console.domain.health import KnownProblem, ServerLimits
from pagevoo_console.services.engines import postgresql_accounts as accounts
from pagevoo_console.services.engines import postgresql_errors as errors
from pagevoo_console.services.engines import postgresql_guests, postgresql_superusers
from pagevoo_console.services.engines.administration import (
    AccountState,
    Administration,
    DatabaseGrant,
    DatabaseMark,
    Guest,
)
from pagevoo_console.services.engines.base import OpenDatabase, Source
from pagevoo_console.services.engines.postgresql_databases import SYSTEM_DATABASES, comment_marker, draft_name
from pagevoo_console.services.engines.postgresql_names import literal, quote
from pagevoo_console.services.engines.postgresql_session import APPLICATION_NAME, driver_connection
from pagevoo_console.services.jobs import JobContext
from pagevoo_console.services.values import as_time

_NO_DISK = "PostgreSQL does not tell how much room there is on its disk."

_ENDS = {
    9: date(2021, 11, 11), 10: date(2022, 11, 10), 11: date(2023, 11, 9), 12: date(2024, 11, 21),
    13: date(2025, 11, 13), 14: date(2026, 11, 12), 15: date(2027, 11, 11), 16: date(2028, 11, 9),
    17: date(2029, 11, 8),
}  # fmt: skip
_ATTRIBUTES = ("CREATEDB", "CREATEROLE")
_DROPS_WHOLE = {11: 21, 12: 16, 13: 13, 14: 9, 15: 4}


class PostgresqlAdministration(Administration):
    """PostgreSQL 15 and later."""

    wanted_charset = ("UTF8", "any")
    account_warnings = (
        "From now on nobody but the database's owner, superusers and this account may log in to this database: an"
        " account of the platform that came in as PUBLIC is kept out.",
        "It may still log in to databases that PUBLIC may log in to, and read nothing there.",
    )

    # --- looking ----------------------------------------------------------------------------------------------------

    def survey(self, server: sa.Connection) -> dict[str, DatabaseMark]:
        with _explained(server):
            rows = driver_connection(server).execute(
                "SELECT datname, pg_catalog.shobj_description(oid, 'pg_database'),"
                " pg_catalog.pg_encoding_to_char(encoding), datcollate FROM pg_catalog.pg_database"
                " WHERE NOT datistemplate"
            )
            return {
                name: DatabaseMark(name, comment_marker(comment), charset, collation)
                for name, comment, charset, collation in rows
                if name not in SYSTEM_DATABASES
            }

    def made_at(self, server: sa.Connection, name: str) -> datetime | None:
        """By the file that is written when it is made and never again; only some accounts may ask for its time."""
        connection = driver_connection(server)
        may = "SELECT pg_catalog.has_function_privilege('pg_catalog.pg_stat_file(text, boolean)', 'EXECUTE')"
        made = (
            "SELECT (pg_catalog.pg_stat_file('base/' || oid || '/PG_VERSION', true)).modification"
            " FROM pg_catalog.pg_database WHERE datname = %s"
        )
        with _explained(server):
            if (connection.execute(may).fetchone() or (False,))[0]:
                row = connection.execute(made, (name,)).fetchone()
                return None if row is None else as_time(row[0])
        return None

    def right_charset(self, mark: DatabaseMark) -> bool:
        return mark.charset == "UTF8"

    def drafts(self, wanted: Sequence[tuple[str, str]]) -> dict[str, tuple[str, str]]:
        return {draft_name(name, marker): (name, marker) for name, marker in wanted}

    def grants(self, server: sa.Connection) -> tuple[DatabaseGrant, ...]:
        """None: a database's privileges are in its own entry, by its exact name, and are dropped with it."""
        return ()

    def limits(self, server: sa.Connection) -> ServerLimits:
        with _explained(server):
            row = (
                driver_connection(server)
                .execute(
                    "SELECT pg_catalog.current_setting('server_encoding'), datcollate,"
                    " pg_catalog.current_setting('max_connections')::int, pg_catalog.clock_timestamp(),"
                    " (SELECT count(*) FROM pg_catalog.pg_stat_activity WHERE backend_type = 'client backend'),"
                    " (SELECT count(*) FROM pg_catalog.pg_stat_activity WHERE application_name = %s)"
                    " FROM pg_catalog.pg_database WHERE datname = pg_catalog.current_database()",
                    [APPLICATION_NAME],
                )
                .fetchone()
            )
        assert row is not None
        charset, collation, most, clock, in_use, ours = row
        return ServerLimits(
            charset=charset, collation=collation, is_collation_right=charset == "UTF8", clock=clock.astimezone(UTC),
            max_connections=most, connections=in_use, our_connections=ours, why_no_disk=_NO_DISK,
        )  # fmt: skip

    def missing_privileges(self, server: sa.Connection) -> tuple[str, ...]:
        with _explained(server):
            row = (
                driver_connection(server)
                .execute(
                    "SELECT rolsuper, rolcreatedb, rolcreaterole,"
                    " pg_catalog.pg_has_role('pg_signal_backend', 'USAGE'),"
                    " pg_catalog.pg_has_role('pg_read_all_stats', 'USAGE')"
                    " FROM pg_catalog.pg_roles WHERE rolname = current_user"
                )
                .fetchone()
            )
        assert row is not None
        if row[0]:
            return ()
        names = (*_ATTRIBUTES, "pg_signal_backend", "pg_read_all_stats")
        return tuple(name for name, has in zip(names, row[1:], strict=True) if not has)

    def grant_statement(self, server: sa.Connection, missing: Sequence[str]) -> str:
        if not missing:
            return ""
        with _explained(server):
            row = driver_connection(server).execute("SELECT current_user").fetchone()
        assert row is not None
        who = quote(row[0])
        attributes = [name for name in missing if name in _ATTRIBUTES]
        roles = [name for name in missing if name not in _ATTRIBUTES]
        statements = [f"ALTER ROLE {who} {' '.join(attributes)};"] if attributes else []
        statements += [f"GRANT {', '.join(map(quote, roles))} TO {who};"] if roles else []
        return " ".join(statements)

    def known_problems(self, version: str, product: str, today: date) -> tuple[KnownProblem, ...]:
        numbers = [int(part) for part in re.findall(r"\d+", version)[:2]]
        major, minor = (*numbers, 0, 0)[:2]
        found = []
        ended = _ENDS.get(major)
        if ended is not None and today > ended:
            found.append(
                KnownProblem(
                    "end_of_life",
                    f"PostgreSQL {version} gets no fixes any more: its support ended on {ended:%d %B %Y}",
                    "Move to a version that is supported; back up every tenant first.",
                )
            )
        if major < min(_DROPS_WHOLE) or minor < _DROPS_WHOLE.get(major, 0):
            found.append(
                KnownProblem(
                    "interrupted_drop",
                    f"In PostgreSQL {version} a DROP DATABASE that is interrupted leaves a database that looks whole"
                    " and is not",
                    "Install the newest minor version. Until then look at tenants whose deletion was interrupted.",
                )
            )
        if major < 15:
            found.append(
                KnownProblem(
                    "public_may_create",
                    f"In PostgreSQL {version} everybody who may log in to a database may create tables in it",
                    "REVOKE CREATE ON SCHEMA public FROM PUBLIC in each database.",
                )
            )
        return tuple(found)

    def drop_key_statement(self, table: str, key: str) -> str:
        return f"ALTER TABLE {quote(table)} DROP CONSTRAINT {quote(key)}"

    def guard_statement(self, table: str, key: str, column: str, tenant: str, status: str, deleted: str) -> str:
        return (
            f"CREATE UNIQUE INDEX {quote(key)} ON {quote(table)} ({quote(tenant)})"
            f" WHERE {quote(status)} <> {literal(deleted)}"
        )

    # --- changing ---------------------------------------------------------------------------------------------------

    def change_grant(
        self, server: sa.Connection, grant: DatabaseGrant, remove: Sequence[str], add: Sequence[str]
    ) -> None:
        raise Unsupported("PostgreSQL has no grants on patterns of names")

    def change_charset(self, server: sa.Connection, name: str, charset: str, collation: str) -> None:
        raise Unsupported(
            "PostgreSQL cannot change the encoding of a database",
            hint="Back it up and restore it: what is restored is UTF8.",
        )

    # --- accounts ---------------------------------------------------------------------------------------------------

    def account_problem(self) -> str | None:
        return None

    def account_name(self, prefix: str, tenant: str) -> str:
        return accounts.account_name(prefix, tenant)

    def account_exists(self, server: sa.Connection, account: str, host: str) -> bool:
        with _explained(server):
            return accounts.exists(driver_connection(server), account)

    def accounts(self, server: sa.Connection, prefix: str) -> tuple[tuple[str, str], ...]:
        with _explained(server):
            rows = driver_connection(server).execute(
                "SELECT rolname FROM pg_catalog.pg_roles WHERE pg_catalog.starts_with(rolname, %s) ORDER BY 1", [prefix]
            )
            return tuple((name, "") for (name,) in rows)

    def account_statements(self, server: sa.Connection, account: str, host: str, database: str) -> tuple[str, ...]:
        return accounts.statements(driver_connection(server), account, database)

    def account_state(
        self, server: sa.Connection, account: str, host: str, database: str, open_database: OpenDatabase
    ) -> AccountState:
        with _explained(server):
            connection = driver_connection(server)
            if not accounts.exists(connection, account):
                return AccountState(False)
            lacks, reaches = accounts.outside(connection, account, database)
            with open_database(database) as session:
                lacks += accounts.lacking(driver_connection(session), account)
        return AccountState(True, tuple(lacks), tuple(reaches))

    def create_account(self, server: sa.Connection, account: str, host: str) -> None:
        with _explained(server):
            accounts.create(driver_connection(server), account)

    def set_password(self, server: sa.Connection, account: str, host: str, password: str) -> None:
        with _explained(server):
            accounts.set_password(driver_connection(server), account, password)

    def grant_account(
        self, server: sa.Connection, account: str, host: str, database: str, open_database: OpenDatabase
    ) -> None:
        with _explained(server):
            accounts.grant_connect(driver_connection(server), account, database)
            with open_database(database) as session:
                accounts.grant_within(driver_connection(session), account)

    def drop_account(
        self, server: sa.Connection, account: str, host: str, database: str | None, open_database: OpenDatabase
    ) -> None:
        with _explained(server):
            connection = driver_connection(server)
            if not accounts.exists(connection, account):
                return
            accounts.join(connection, account)
            wanted = {database} if database is not None else set()
            for name in sorted(wanted | accounts.at_home_in(connection, account)):
                with open_database(name) as session:
                    accounts.disown(driver_connection(session), account)
            accounts.drop(connection, account)

    # --- guests -----------------------------------------------------------------------------------------------------

    def create_guest(self, server: sa.Connection, name: str, password: str, database: str) -> None:
        with _explained(server):
            postgresql_guests.create(driver_connection(server), name, password, database)

    def drop_guest(self, server: sa.Connection, name: str, open_database: OpenDatabase) -> None:
        with _explained(server):
            connection = driver_connection(server)
            if not accounts.exists(connection, name):
                return
            for database in sorted(accounts.at_home_in(connection, name)):
                with open_database(database) as session:
                    postgresql_guests.take_over(driver_connection(session), name, None)
            postgresql_guests.drop(connection, name)

    def guests(self, server: sa.Connection, prefix: str) -> tuple[Guest, ...]:
        with _explained(server):
            return postgresql_guests.guests(driver_connection(server), prefix)

    def attend_guest(self, guest: sa.Connection, patron: sa.Connection) -> None:
        """Who owns the database needs nobody's help for what stays in it."""

    def take_over(self, patron: sa.Connection, name: str, like: str | None) -> None:
        with _explained(patron):
            postgresql_guests.take_over(driver_connection(patron), name, like)

    def is_for_superusers(self, losses: Sequence[str]) -> bool:
        return postgresql_superusers.is_any_lost(losses)

    def load_for_superusers(self, patron: sa.Connection, source: Source, job: JobContext) -> None:
        job.check()
        with _explained(patron):
            postgresql_superusers.load(driver_connection(patron), source)


@contextmanager
def _explained(connection: sa.Connection) -> Iterator[None]:
    """No exception of the driver leaves the engine."""
    try:
        yield
    except (psycopg.Error, OSError, UnicodeError) as error:
        raise errors.explain(error, connection.info.get("server")) from error
