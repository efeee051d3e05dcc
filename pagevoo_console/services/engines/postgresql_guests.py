"""Throw-away roles of a PostgreSQL server, each the owner of one database.

A role that owned its siblings too could drop them; one that is no superuser runs what a dump's own functions do, in
keys, defaults and materialized views, with no more rights than these.
"""

from __future__ import annotations

from psycopg import sql

from pagevoo_console.services.engines import postgresql_accounts as accounts
from pagevoo_console.services.engines.administration import Guest
from pagevoo_console.services.engines.postgresql_databases import ensure_name
from pagevoo_console.services.engines.postgresql_session import WatchedConnection

_SESSIONS = 8


def create(connection: WatchedConnection, name: str, password: str, database: str) -> None:
    """Owning a database makes it one that creates schemas and trusted extensions there."""
    ensure_name(database)
    connection.execute(
        sql.SQL(
            "CREATE ROLE {} LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOREPLICATION NOBYPASSRLS"
            f" CONNECTION LIMIT {_SESSIONS}"
        ).format(sql.Identifier(name))
    )
    accounts.set_password(connection, name, password)
    accounts.join(connection, name)
    _own(connection, database, name)


def drop(connection: WatchedConnection, name: str) -> None:
    """Its sessions first; what it owns must have been taken over."""
    connection.execute(
        "SELECT pg_catalog.pg_terminate_backend(pid, 2000) FROM pg_catalog.pg_stat_activity"
        " WHERE usename = %s::text AND pid <> pg_catalog.pg_backend_pid()",
        [name],
    )
    accounts.drop(connection, name)


def guests(connection: WatchedConnection, prefix: str) -> tuple[Guest, ...]:
    rows = connection.execute(
        "SELECT rolname, ARRAY(SELECT datname::text FROM pg_catalog.pg_database WHERE datdba = r.oid ORDER BY 1)"
        " FROM pg_catalog.pg_roles AS r WHERE pg_catalog.starts_with(rolname, %s) ORDER BY 1",
        [prefix],
    ).fetchall()
    return tuple(Guest(name, tuple(databases)) for name, databases in rows)


def take_over(connection: WatchedConnection, name: str, like: str | None) -> None:
    """The database, and all that the guest made in it, go to who owns `like`, where we may give it to them."""
    owner = _owner(connection, like)
    row = connection.execute("SELECT pg_catalog.current_database()").fetchone()
    assert row is not None
    accounts.join(connection, name)
    with connection.transaction():
        _own(connection, row[0], owner)
        connection.execute(sql.SQL("REASSIGN OWNED BY {} TO {}").format(sql.Identifier(name), sql.Identifier(owner)))
        connection.execute(sql.SQL("DROP OWNED BY {}").format(sql.Identifier(name)))


def _owner(connection: WatchedConnection, like: str | None) -> str:
    """Who owns that database, if we may act for them; else ourselves."""
    row = connection.execute(
        "SELECT coalesce((SELECT pg_catalog.pg_get_userbyid(datdba) FROM pg_catalog.pg_database"
        " WHERE datname = %s::text AND pg_catalog.pg_has_role(datdba, 'USAGE')), current_user)",
        [like],
    ).fetchone()
    assert row is not None
    return str(row[0])


def _own(connection: WatchedConnection, database: str, role: str) -> None:
    connection.execute(sql.SQL("ALTER DATABASE {} OWNER TO {}").format(sql.Identifier(database), sql.Identifier(role)))
