"""One database in the place of another: two renames in one transaction of the server."""

from __future__ import annotations

import time
from typing import Any

import psycopg
from psycopg import sql

from pagevoo_console.domain.errors import Failed, NotFound, Refused
from pagevoo_console.services.engines.postgresql_databases import ensure_name, has_role, recorded_grants
from pagevoo_console.services.engines.postgresql_session import WatchedConnection

_RENAME_SECONDS = 10.0


def swap_memo(connection: WatchedConnection, live: str, staged: str) -> dict[str, Any]:
    """Databases are known by their oids, which a rename does not change; what goes over to the new one is noted too."""
    return {
        "live": oid(connection, live),
        "staged": oid(connection, staged),
        "owner": _owner(connection, live),
        "connection_limit": _one(
            connection, "SELECT datconnlimit FROM pg_catalog.pg_database WHERE datname = %s", live
        ),
        "grants": _grants(connection, live),
        "settings": _one(
            connection,
            "SELECT coalesce((SELECT setconfig FROM pg_catalog.pg_db_role_setting"
            " WHERE setdatabase = d.oid AND setrole = 0), '{}') FROM pg_catalog.pg_database AS d WHERE datname = %s",
            live,
        ),
    }


def swap(connection: WatchedConnection, live: str, staged: str, aside: str, memo: dict[str, Any]) -> None:
    """Both renames happen or neither does, so there is nothing to finish but what was never begun."""
    for name in (live, staged, aside):
        ensure_name(name)
    now = {name: find(connection, name) for name in (live, staged, aside)}
    if now[live] == memo["staged"] and now[aside] == memo["live"]:
        return
    if now != {live: memo["live"], staged: memo["staged"], aside: None}:
        raise Refused(
            f"{live!r}, {staged!r} and {aside!r} are not the databases that this swap was planned for",
            code="conflict",
            hint="Somebody renamed, dropped or made one of them meanwhile; plan it again.",
        )
    deadline = time.monotonic() + _RENAME_SECONDS
    while True:
        end_sessions(connection, live, staged)
        try:
            with connection.transaction():
                _hand_over(connection, staged, memo)
                run(connection, "ALTER DATABASE {} RENAME TO {}", live, aside)
                run(connection, "ALTER DATABASE {} RENAME TO {}", staged, live)
        except psycopg.errors.ObjectInUse:
            if time.monotonic() > deadline:
                raise
            continue
        return


def _hand_over(connection: WatchedConnection, staged: str, memo: dict[str, Any]) -> None:
    """The owner, the privileges and the settings of the live database are those of the new one from now on."""
    if _owner(connection, staged) != memo["owner"]:
        run(connection, "ALTER DATABASE {} OWNER TO {}", staged, memo["owner"])
    if sorted(_grants(connection, staged)) != sorted(memo["grants"]):
        for grantee in sorted({grantee for grantee, _, _ in _grants(connection, staged)}):
            _grant(connection, "REVOKE ALL ON DATABASE {} FROM {}", staged, grantee)
        for grantee, privilege, is_grantable in memo["grants"]:
            if not has_role(connection, grantee):
                continue
            tail = " WITH GRANT OPTION" if is_grantable else ""
            _grant(connection, f"GRANT {privilege} ON DATABASE {{}} TO {{}}{tail}", staged, grantee)
    if memo["connection_limit"] != -1:
        connection.execute(
            sql.SQL("ALTER DATABASE {} CONNECTION LIMIT {}").format(
                sql.Identifier(staged), sql.Literal(int(memo["connection_limit"]))
            )
        )
    for setting in memo["settings"]:
        name, _, value = setting.partition("=")
        connection.execute(
            sql.SQL("ALTER DATABASE {} SET {} TO {}").format(
                sql.Identifier(staged), sql.Identifier(*name.split(".")), sql.Literal(value)
            )
        )


def _grants(connection: WatchedConnection, name: str) -> list[list[Any]]:
    """[grantee or "" for everybody, privilege, grantable] as they were before the database was quiesced."""
    rows = connection.execute(
        "SELECT coalesce(r.rolname, ''), privilege_type, is_grantable FROM pg_catalog.pg_database,"
        " pg_catalog.aclexplode(coalesce(datacl, pg_catalog.acldefault('d', datdba))) AS acl"
        " LEFT JOIN pg_catalog.pg_roles AS r ON r.oid = acl.grantee WHERE datname = %s::text",
        [name],
    ).fetchall()
    found = {(grantee, privilege, is_grantable) for grantee, privilege, is_grantable in rows}
    found |= {(grant.grantee, "CONNECT", grant.is_grantable) for grant in recorded_grants(connection, name)}
    return [list(grant) for grant in sorted(found)]


def end_sessions(connection: WatchedConnection, *names: str) -> None:
    """Nothing can be renamed under a session, ours included."""
    connection.execute(
        "SELECT pg_catalog.pg_terminate_backend(pid, 2000) FROM pg_catalog.pg_stat_activity"
        " WHERE datname = ANY (%s::text[]) AND usesysid IS NOT NULL AND pid <> pg_catalog.pg_backend_pid()",
        [list(names)],
    )


def _owner(connection: WatchedConnection, name: str) -> str:
    statement = "SELECT pg_catalog.pg_get_userbyid(datdba) FROM pg_catalog.pg_database WHERE datname = %s"
    return str(_one(connection, statement, name))


def oid(connection: WatchedConnection, name: str) -> int:
    found = find(connection, name)
    if found is None:
        raise NotFound(f"There is no database {name!r}", hint="It may have been dropped or renamed meanwhile.")
    return found


def find(connection: WatchedConnection, name: str) -> int | None:
    statement = "SELECT oid::bigint FROM pg_catalog.pg_database WHERE datname = %s::text"
    row = connection.execute(statement, [name]).fetchone()
    return int(row[0]) if row is not None else None


def _one(connection: WatchedConnection, statement: str, name: str) -> Any:
    row = connection.execute(f"{statement}::text".encode(), [name]).fetchone()
    if row is None:
        raise Failed(f"The database {name!r} went away", hint="Look who dropped or renamed it.")
    return row[0]


def run(connection: WatchedConnection, template: str, *names: str) -> None:
    connection.execute(sql.SQL(template).format(*(sql.Identifier(name) for name in names)))


def _grant(connection: WatchedConnection, template: str, name: str, grantee: str) -> None:
    role = sql.Identifier(grantee) if grantee else sql.SQL("PUBLIC")
    connection.execute(sql.SQL(template).format(sql.Identifier(name), role))
