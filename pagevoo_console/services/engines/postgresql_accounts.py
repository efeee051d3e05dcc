"""Roles of a PostgreSQL server, one a tenant, and what they may do in their own database and nowhere else."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator

from psycopg import sql

from pagevoo_console.services.engines.postgresql_databases import MAX_NAME_BYTES, ensure_name
from pagevoo_console.services.engines.postgresql_session import WatchedConnection

_NAME = re.compile(r"[A-Za-z0-9_-]+")
_ROWS = "SELECT, INSERT, UPDATE, DELETE"
_NUMBERS = "USAGE, SELECT, UPDATE"
_SCHEMAS = (
    "SELECT nspname FROM pg_catalog.pg_namespace WHERE nspname <> 'information_schema'"
    " AND NOT pg_catalog.starts_with(nspname, 'pg_') ORDER BY nspname"
)


def account_name(prefix: str, tenant: str) -> str:
    """Within the 63 bytes of a role's name; an id that does not fit stands in it as a hash."""
    name = f"{prefix}{tenant}"
    if len(name.encode()) <= MAX_NAME_BYTES and _NAME.fullmatch(name):
        return name
    return prefix + hashlib.sha256(tenant.encode()).hexdigest()[:24]


def exists(connection: WatchedConnection, account: str) -> bool:
    row = connection.execute("SELECT 1 FROM pg_catalog.pg_roles WHERE rolname = %s::text", [account]).fetchone()
    return row is not None


def statements(connection: WatchedConnection, account: str, database: str) -> tuple[str, ...]:
    return tuple(
        statement.as_string(connection)
        for statement in (
            _statement("CREATE ROLE {} LOGIN PASSWORD …", account),
            *_connecting(account, database),
            *_within(account, "public"),
        )
    )


def create(connection: WatchedConnection, account: str) -> None:
    """Without a password, so that nobody gets in before it is given one."""
    if not exists(connection, account):
        connection.execute(
            _statement("CREATE ROLE {} LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOREPLICATION NOBYPASSRLS", account)
        )


def set_password(connection: WatchedConnection, account: str, password: str) -> None:
    """Sent as its verifier: the password itself never reaches the server's log."""
    verifier = connection.pgconn.encrypt_password(password.encode(), account.encode(), b"scram-sha-256").decode()
    connection.execute(sql.SQL("ALTER ROLE {} PASSWORD {}").format(sql.Identifier(account), sql.Literal(verifier)))


def grant_connect(connection: WatchedConnection, account: str, database: str) -> None:
    ensure_name(database)
    with connection.transaction():
        for statement in _connecting(account, database):
            connection.execute(statement)


def grant_within(connection: WatchedConnection, account: str) -> None:
    """What is there, and what the account that makes this grant will make later."""
    with connection.transaction():
        for (schema,) in connection.execute(_SCHEMAS).fetchall():
            for statement in _within(account, schema):
                connection.execute(statement)


def outside(connection: WatchedConnection, account: str, database: str) -> tuple[list[str], list[str]]:
    """What it lacks to get into its database, and what it reaches that it should not: databases, roles, everything.

    That PUBLIC may log in to other databases is not counted: it reads nothing there, and it is said elsewhere. Nor is
    one in the trash, which it cannot log in to.
    """
    row = connection.execute(
        "SELECT coalesce((SELECT bool_or(acl.grantee = role.oid) FROM"
        "  pg_catalog.aclexplode(coalesce(datacl, pg_catalog.acldefault('d', datdba))) AS acl"
        "  WHERE privilege_type = 'CONNECT'), false),"
        " coalesce((SELECT bool_or(acl.grantee = 0) FROM"
        "  pg_catalog.aclexplode(coalesce(datacl, pg_catalog.acldefault('d', datdba))) AS acl"
        "  WHERE privilege_type = 'CONNECT'), false)"
        " FROM pg_catalog.pg_database, pg_catalog.pg_roles AS role"
        " WHERE datname = %s::text AND rolname = %s::text",
        [database, account],
    ).fetchone()
    may_connect, may_everybody = row if row is not None else (False, False)
    lacks = [] if may_connect else [f"CONNECT ON DATABASE {database}"]
    if may_everybody:
        lacks.append(f"REVOKE CONNECT ON DATABASE {database} FROM PUBLIC")
    reaches = connection.execute(
        "SELECT datname FROM pg_catalog.pg_database AS d, pg_catalog.pg_roles AS role"
        " WHERE rolname = %s::text AND datname <> %s::text AND NOT datistemplate AND (datdba = role.oid OR EXISTS"
        "  (SELECT FROM pg_catalog.aclexplode(datacl) AS acl WHERE acl.grantee = role.oid))"
        " AND pg_catalog.has_database_privilege(role.oid, d.oid, 'CONNECT')"
        " UNION SELECT '*' FROM pg_catalog.pg_roles WHERE rolname = %s::text AND (rolsuper OR EXISTS"
        "  (SELECT FROM pg_catalog.pg_auth_members WHERE member = pg_roles.oid)) ORDER BY 1",
        [account, database, account],
    ).fetchall()
    return lacks, [name for (name,) in reaches]


def open_to_all(connection: WatchedConnection, database: str) -> int:
    """How many other databases PUBLIC may log in to."""
    row = connection.execute(
        "SELECT count(*) FROM pg_catalog.pg_database WHERE datallowconn AND datname <> %s::text AND EXISTS"
        " (SELECT FROM pg_catalog.aclexplode(coalesce(datacl, pg_catalog.acldefault('d', datdba))) AS acl"
        "  WHERE acl.grantee = 0 AND privilege_type = 'CONNECT')",
        [database],
    ).fetchone()
    return int(row[0]) if row else 0


def lacking(connection: WatchedConnection, account: str) -> list[str]:
    """Which schemas and tables of this database it should get at and does not."""
    found = []
    for (schema,) in connection.execute(_SCHEMAS).fetchall():
        row = connection.execute(
            "SELECT pg_catalog.has_schema_privilege(%s, %s, 'USAGE')", [account, schema]
        ).fetchone()
        if row is None or not row[0]:
            found.append(f"USAGE ON SCHEMA {schema}")
    rows = connection.execute(
        "SELECT n.nspname, c.relname FROM pg_catalog.pg_class AS c JOIN pg_catalog.pg_namespace AS n"
        " ON n.oid = relnamespace WHERE relkind IN ('r', 'p', 'v', 'm', 'f') AND nspname <> 'information_schema'"
        " AND NOT pg_catalog.starts_with(nspname, 'pg_') AND NOT ("
        "  pg_catalog.has_table_privilege(%s, c.oid, 'SELECT') AND pg_catalog.has_table_privilege(%s, c.oid, 'INSERT')"
        "  AND pg_catalog.has_table_privilege(%s, c.oid, 'UPDATE')"
        "  AND pg_catalog.has_table_privilege(%s, c.oid, 'DELETE')) ORDER BY 1, 2",
        [account] * 4,
    ).fetchall()
    return found + [f"{_ROWS} ON {schema}.{table}" for schema, table in rows]


def join(connection: WatchedConnection, account: str) -> None:
    """Who is no superuser must belong to a role to hand over what it owns."""
    row = connection.execute(
        "SELECT pg_catalog.pg_has_role(oid, 'USAGE') FROM pg_catalog.pg_roles WHERE rolname = %s::text", [account]
    ).fetchone()
    if row is not None and not row[0]:
        connection.execute(_statement("GRANT {} TO CURRENT_USER", account))


def at_home_in(connection: WatchedConnection, account: str) -> set[str]:
    """The databases in which it owns or was granted something, one in the trash among them: it cannot go before."""
    rows = connection.execute(
        "SELECT DISTINCT datname FROM pg_catalog.pg_shdepend AS dependence JOIN pg_catalog.pg_database AS d"
        " ON d.oid = CASE WHEN classid = 'pg_catalog.pg_database'::regclass THEN objid ELSE dbid END"
        " WHERE refclassid = 'pg_catalog.pg_authid'::regclass AND datallowconn"
        " AND refobjid = (SELECT oid FROM pg_catalog.pg_roles WHERE rolname = %s::text)",
        [account],
    ).fetchall()
    return {str(name) for (name,) in rows}


def disown(connection: WatchedConnection, account: str) -> None:
    """What it owns goes to the database's owner, what it was granted is taken."""
    row = connection.execute(
        "SELECT pg_catalog.pg_get_userbyid(datdba) FROM pg_catalog.pg_database"
        " WHERE datname = pg_catalog.current_database()"
    ).fetchone()
    if row is not None:
        with connection.transaction():
            connection.execute(_statement("REASSIGN OWNED BY {} TO {}", account, row[0]))
            connection.execute(_statement("DROP OWNED BY {}", account))


def drop(connection: WatchedConnection, account: str) -> None:
    connection.execute(_statement("DROP ROLE IF EXISTS {}", account))


def _connecting(account: str, database: str) -> Iterator[sql.Composed]:
    yield _statement("REVOKE CONNECT ON DATABASE {} FROM PUBLIC", database)
    yield _statement("GRANT CONNECT, TEMPORARY ON DATABASE {} TO {}", database, account)


def _within(account: str, schema: str) -> Iterator[sql.Composed]:
    yield _statement("GRANT USAGE ON SCHEMA {} TO {}", schema, account)
    for what, privileges in (("TABLES", _ROWS), ("SEQUENCES", _NUMBERS)):
        yield _statement(f"GRANT {privileges} ON ALL {what} IN SCHEMA {{}} TO {{}}", schema, account)
        yield _statement(
            f"ALTER DEFAULT PRIVILEGES IN SCHEMA {{}} GRANT {privileges} ON {what} TO {{}}", schema, account
        )


def _statement(template: str, *names: str) -> sql.Composed:
    return sql.SQL(template).format(*(sql.Identifier(name) for name in names))
