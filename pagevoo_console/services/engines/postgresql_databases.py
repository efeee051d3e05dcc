"""Databases of a PostgreSQL server as wholes: made, marked, closed to others, dropped, measured."""

from __future__ import annotations

import hashlib
import json
import time
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

import psycopg
import sqlalchemy as sa
from psycopg import sql

from pagevoo_console.domain.database import DatabaseSize
from pagevoo_console.domain.errors import Busy, ConsoleError, Failed, NotFound, Refused
from pagevoo_console.domain.server import ServerFacts
from pagevoo_console.domain.text import counted
from pagevoo_console.services.engines.postgresql_locks import lock_number
from pagevoo_console.services.engines.postgresql_session import APPLICATION_NAME, WatchedConnection, driver_connection

SYSTEM_DATABASES = frozenset({"postgres", "template0", "template1"})
MAX_NAME_BYTES = 63
OLDEST_TESTED_VERSION = 150_000

_MARKER = "pagevoo:"
_QUIESCED = "\npagevoo-quiesced:"
_DROP_SECONDS = 60.0
_TERMINATE_MS = 5000


@dataclass(frozen=True, slots=True)
class Grant:
    """One CONNECT privilege on a database; `grantee` is "" for PUBLIC."""

    grantor: str
    grantee: str
    is_grantable: bool


def name_problem(name: str) -> str | None:
    """PostgreSQL cuts longer names off and means another database: such a name is refused, never shortened."""
    if not name:
        return "A database needs a name."
    if "\0" in name:
        return "The name of a database cannot hold a NUL character."
    try:
        size = len(name.encode())
    except UnicodeEncodeError:
        return "The name of a database must be valid Unicode text."
    if size > MAX_NAME_BYTES:
        return f"The name of a database is at most {MAX_NAME_BYTES} bytes long on PostgreSQL; this one has {size}."
    if name in SYSTEM_DATABASES:
        return f"{name!r} is a database of PostgreSQL itself."
    return None


def ensure_name(name: str) -> None:
    problem = name_problem(name)
    if problem is not None:
        raise Refused(problem, code="bad_name", hint="Use letters, digits and underscores.")


def databases(server: sa.Connection) -> frozenset[str]:
    rows = driver_connection(server).execute("SELECT datname FROM pg_catalog.pg_database WHERE NOT datistemplate")
    return frozenset(name for (name,) in rows) - SYSTEM_DATABASES


def exists(server: sa.Connection, name: str) -> bool:
    return _facts(driver_connection(server), name) is not None


def create_database(server: sa.Connection, name: str, marker: str) -> None:
    """The database appears under its name with its marker on it, or not at all: it is made under another and renamed.

    The other name is drawn from the marker, so that whoever repeats the call after a crash clears away the first try.
    """
    ensure_name(name)
    connection = driver_connection(server)
    if _facts(connection, name) is not None:
        raise _taken(name)
    draft = draft_name(name, marker)
    comment = f"{_MARKER}{marker}"
    left = _facts(connection, draft)
    if left is not None:
        if left["comment"] not in (None, comment):
            raise Refused(f"The name {draft!r} is taken by somebody else", hint="Drop that database first.")
        _drop(connection, draft, force=True)
    connection.execute(_statement("CREATE DATABASE {} TEMPLATE template0 ENCODING 'UTF8'", draft))
    try:
        connection.execute(sql.SQL("COMMENT ON DATABASE {} IS {}").format(sql.Identifier(draft), sql.Literal(comment)))
        connection.execute(_statement("ALTER DATABASE {} RENAME TO {}", draft, name))
    except (psycopg.errors.DuplicateDatabase, psycopg.errors.UniqueViolation) as error:
        _drop(connection, draft, force=True)
        raise _taken(name) from error
    except BaseException:
        # What cannot be cleared away now is so by whoever repeats the call; the first error is the one to tell.
        with suppress(psycopg.Error, ConsoleError):
            _drop(connection, draft, force=True)
        raise
    made = _facts(connection, name)
    if made is None or made["comment"] != comment:
        raise Failed(f"The database {name!r} is not there after it was made", hint="Look at the server's log.")


def draft_name(name: str, marker: str) -> str:
    """What a database is called until it has its marker: nothing else makes a name like this one."""
    return f"pagevoo_new_{hashlib.sha256(json.dumps([name, marker]).encode()).hexdigest()[:24]}"


def marker(server: sa.Connection, name: str) -> str | None:
    facts = _facts(driver_connection(server), name)
    return None if facts is None else comment_marker(facts["comment"])


def comment_marker(comment: str | None) -> str | None:
    """The marker in a database's comment, None where the comment is somebody else's."""
    original, _, _ = (comment or "").partition(_QUIESCED)
    return original.removeprefix(_MARKER) if original.startswith(_MARKER) else None


def foreign_comment(comment: str | None) -> str:
    """What somebody else wrote in a database's comment, "" where there is only what we did."""
    original, _, _ = (comment or "").partition(_QUIESCED)
    return "" if original.startswith(_MARKER) else original


def drop_database(server: sa.Connection, name: str) -> None:
    """Sessions are ended by force only where `quiesce` came before; otherwise they make the drop Busy."""
    ensure_name(name)
    connection = driver_connection(server)
    facts = _facts(connection, name)
    if facts is None:
        return
    if facts["is_template"]:
        raise Refused(f"{name!r} is a template of other databases", hint="Take the template mark off it first.")
    _drop(connection, name, force=_QUIESCED in (facts["comment"] or ""))


def _drop(connection: WatchedConnection, name: str, *, force: bool) -> None:
    deadline = time.monotonic() + _DROP_SECONDS
    while _facts(connection, name) is not None:
        try:
            connection.execute(_statement("DROP DATABASE {} WITH (FORCE)" if force else "DROP DATABASE {}", name))
        except psycopg.errors.InvalidCatalogName:
            continue
        except psycopg.errors.ObjectInUse as error:
            if not force or time.monotonic() > deadline:
                count = _others(connection, name)
                raise Busy(
                    f"The database {name!r} is in use by {counted(count, 'session')}:"
                    f" {error.diag.message_detail or 'PostgreSQL says no more'}",
                    hint="End the sessions, prepared transactions or replication slots that use it, then try again.",
                ) from error
            time.sleep(0.1)


def quiesce(server: sa.Connection, name: str) -> None:
    """Take CONNECT from everybody but us, write down beside the marker what it was, and end the sessions of others.

    Superusers, and others who log in as our own role, cannot be kept out; `sessions` goes on counting them. What was
    taken stands in the database's comment, in the same transaction, so that any later process can give it back.
    """
    ensure_name(name)
    connection = driver_connection(server)
    with connection.transaction():
        facts = _existing(connection, name, lock=True)
        comment = facts["comment"] or ""
        taken = _connect_grants(connection, facts["oid"])
        if _QUIESCED not in comment:
            record = json.dumps([[grant.grantor, grant.grantee, grant.is_grantable] for grant in taken])
            _set_comment(connection, name, f"{comment}{_QUIESCED}{record}")
        for grantor, grantee in dict.fromkeys((grant.grantor, grant.grantee) for grant in reversed(taken)):
            _as_role(connection, grantor, "REVOKE CONNECT ON DATABASE {} FROM {} CASCADE", name, grantee)
    connection.execute(
        "SELECT pg_catalog.pg_terminate_backend(pid, %s) FROM pg_catalog.pg_stat_activity AS activity"
        " LEFT JOIN pg_catalog.pg_roles AS role ON role.oid = activity.usesysid"
        " WHERE datname = %s::text AND application_name <> %s AND usesysid IS NOT NULL AND pid <>"
        " pg_catalog.pg_backend_pid()"
        " AND (NOT role.rolsuper OR (SELECT rolsuper FROM pg_catalog.pg_roles WHERE rolname = current_user))"
        " AND (pg_catalog.pg_has_role(usesysid, 'USAGE') OR pg_catalog.pg_has_role('pg_signal_backend', 'USAGE'))",
        [_TERMINATE_MS, name, APPLICATION_NAME],
    )


def unquiesce(server: sa.Connection, name: str) -> None:
    """Give back what `quiesce` took; roles that were dropped since get nothing, and keep nobody else out."""
    connection = driver_connection(server)
    with connection.transaction():
        facts = _facts(connection, name, lock=True)
        if facts is None or _QUIESCED not in (facts["comment"] or ""):
            return
        for grant in recorded_grants(connection, name):
            if not (has_role(connection, grant.grantor) and has_role(connection, grant.grantee)):
                continue
            tail = " WITH GRANT OPTION" if grant.is_grantable else ""
            _as_role(connection, grant.grantor, f"GRANT CONNECT ON DATABASE {{}} TO {{}}{tail}", name, grant.grantee)
        _set_comment(connection, name, facts["comment"].partition(_QUIESCED)[0])


def has_role(connection: WatchedConnection, role: str) -> bool:
    """Whether there is such a role; "" is everybody."""
    found = connection.execute("SELECT 1 FROM pg_catalog.pg_roles WHERE rolname = %s::text", [role]).fetchone()
    return not role or found is not None


def recorded_grants(connection: WatchedConnection, name: str) -> list[Grant]:
    """What `quiesce` took and `unquiesce` would give back; nothing where the database is not quiesced."""
    facts = _facts(connection, name)
    _, _, record = ((facts["comment"] or "") if facts is not None else "").partition(_QUIESCED)
    return [Grant(*grant) for grant in json.loads(record or "[]")]


def _connect_grants(connection: WatchedConnection, database: int) -> list[Grant]:
    """Who may connect and is not us, those first whose grants others rest on."""
    rows = connection.execute(
        "SELECT grantor.rolname, coalesce(grantee.rolname, ''), is_grantable FROM pg_catalog.pg_database AS d,"
        " pg_catalog.aclexplode(coalesce(datacl, pg_catalog.acldefault('d', datdba))) WITH ORDINALITY AS acl"
        " JOIN pg_catalog.pg_roles AS grantor ON grantor.oid = acl.grantor"
        " LEFT JOIN pg_catalog.pg_roles AS grantee ON grantee.oid = acl.grantee"
        " WHERE d.oid = %s AND privilege_type = 'CONNECT' AND coalesce(grantee.rolname, '') <> current_user"
        " AND (acl.grantee = 0 OR (SELECT rolsuper FROM pg_catalog.pg_roles WHERE rolname = current_user)"
        "      OR NOT pg_catalog.pg_has_role(acl.grantee, 'USAGE'))"
        " ORDER BY acl.grantor <> datdba, ordinality",
        [database],
    )
    return [Grant(*row) for row in rows]


def _as_role(connection: WatchedConnection, grantor: str, template: str, name: str, grantee: str) -> None:
    """A grant belongs to its grantor: one that somebody else gave is taken and given in that role."""
    role = sql.Identifier(grantee) if grantee else sql.SQL("PUBLIC")
    statement = sql.SQL(template).format(sql.Identifier(name), role)
    owner = connection.execute(
        "SELECT pg_catalog.pg_get_userbyid(datdba) FROM pg_catalog.pg_database WHERE datname = %s::text", [name]
    ).fetchone()
    if owner is not None and owner[0] == grantor:
        connection.execute(statement)
        return
    connection.execute(_statement("SET LOCAL ROLE {}", grantor))
    try:
        connection.execute(statement)
    finally:
        connection.execute("RESET ROLE")


def sessions(server: sa.Connection, name: str) -> int:
    return _others(driver_connection(server), name)


def _others(connection: WatchedConnection, name: str) -> int:
    row = connection.execute(
        "SELECT count(*) FROM pg_catalog.pg_stat_activity WHERE datname = %s::text AND application_name <> %s"
        " AND usesysid IS NOT NULL AND pid <> pg_catalog.pg_backend_pid()",
        [name, APPLICATION_NAME],
    ).fetchone()
    return int(row[0]) if row else 0


def sizes(server: sa.Connection, names: Iterable[str] | None) -> dict[str, DatabaseSize]:
    """`pg_database_size` looks at files, not at statistics. Databases that the account may not measure are left out."""
    connection = driver_connection(server)
    wanted = None if names is None else list(names)
    statement = (
        "SELECT datname, pg_catalog.pg_database_size(oid) FROM pg_catalog.pg_database"
        " WHERE NOT datistemplate AND (pg_catalog.has_database_privilege(oid, 'CONNECT')"
        " OR pg_catalog.pg_has_role('pg_read_all_stats', 'USAGE'))"
        " AND (%s::text[] IS NULL OR datname = ANY (%s::text[]))"
    )
    for _ in range(5):
        try:
            rows = connection.execute(statement, [wanted, wanted]).fetchall()
        except psycopg.errors.InvalidCatalogName:
            continue
        return {
            name: DatabaseSize(int(size)) for name, size in rows if size is not None and name not in SYSTEM_DATABASES
        }
    raise Busy("Databases are dropped faster than they can be measured", hint="Try again in a moment.")


def facts(server: sa.Connection) -> ServerFacts:
    connection = driver_connection(server)
    row = connection.execute(
        "SELECT pg_catalog.current_setting('server_version'), system_identifier::text, pg_catalog.pg_is_in_recovery(),"
        " (SELECT setting = 'on' AND source <> 'client' FROM pg_catalog.pg_settings"
        "  WHERE name = 'default_transaction_read_only'), pg_catalog.pg_backend_pid()"
        " FROM pg_catalog.pg_control_system()"
    ).fetchone()
    assert row is not None
    version, identifier, is_standby, is_read_only, backend = row
    warnings = []
    if connection.info.server_version < OLDEST_TESTED_VERSION:
        warnings.append(f"PostgreSQL {version} is older than any version this console was tested against.")
    if is_standby:
        warnings.append("This server is a standby: it repeats what its primary does and takes no changes.")
    if backend != connection.info.backend_pid:
        warnings.append("A connection pooler stands in front of this server; locks do not hold through it.")
    return ServerFacts(version, "PostgreSQL", f"postgresql:{identifier}", is_standby or is_read_only, tuple(warnings))


def privileges(server: sa.Connection, database: str | None) -> dict[str, bool]:
    row = (
        driver_connection(server)
        .execute(
            "SELECT rolsuper, rolcreatedb, rolcreaterole, pg_catalog.pg_has_role('pg_signal_backend', 'USAGE'),"
            " pg_catalog.pg_has_role('pg_read_all_stats', 'USAGE'),"
            " (SELECT pg_catalog.pg_has_role(datdba, 'USAGE') FROM pg_catalog.pg_database WHERE datname = %s::text),"
            " (SELECT pg_catalog.has_database_privilege(oid, 'CONNECT') FROM pg_catalog.pg_database WHERE"
            " datname = %s::text)"
            " FROM pg_catalog.pg_roles WHERE rolname = current_user",
            [database, database],
        )
        .fetchone()
    )
    assert row is not None
    is_super, creates_databases, creates_roles, signals, reads_statistics, owns, connects = row
    return {
        "create_database": is_super or creates_databases,
        "drop_database": is_super or (creates_databases if owns is None else owns),
        "create_user": is_super or creates_roles,
        "end_sessions": is_super or signals,
        "read_sizes": is_super or reads_statistics or bool(connects),
    }


# --- helpers --------------------------------------------------------------------------------------------------------


def _facts(connection: WatchedConnection, name: str, *, lock: bool = False) -> dict[str, Any] | None:
    row = connection.execute(
        "SELECT oid, datistemplate, pg_catalog.shobj_description(oid, 'pg_database') FROM pg_catalog.pg_database"
        " WHERE datname = %s::text",
        [name],
    ).fetchone()
    if row is None:
        return None
    if lock:
        connection.execute("SELECT pg_catalog.pg_advisory_xact_lock(%s)", [lock_number(f"acl of {row[0]}")])
        return _facts(connection, name)
    return {"oid": row[0], "is_template": row[1], "comment": row[2]}


def _existing(connection: WatchedConnection, name: str, *, lock: bool) -> dict[str, Any]:
    found = _facts(connection, name, lock=lock)
    if found is None:
        raise NotFound(f"There is no database {name!r}", hint="It may have been dropped or renamed meanwhile.")
    return found


def _set_comment(connection: WatchedConnection, name: str, comment: str) -> None:
    text: sql.Composable = sql.Literal(comment) if comment else sql.NULL
    connection.execute(sql.SQL("COMMENT ON DATABASE {} IS {}").format(sql.Identifier(name), text))


def _statement(template: str, *names: str) -> sql.Composed:
    return sql.SQL(template).format(*(sql.Identifier(name) for name in names))


def _taken(name: str) -> Refused:
    return Refused(
        f"A database {name!r} exists already",
        code="database_exists",
        hint="A database that exists is never adopted; look whose it is, then drop or rename it.",
    )
