"""Databases as a MySQL or MariaDB server keeps them: names, markers, sizes, privileges, sessions and locks."""

from __future__ import annotations

import hashlib
import re
import time
from functools import lru_cache

import pymysql
import sqlalchemy as sa

from pagevoo_console.domain.errors import Busy, Failed, Refused, WrongUsage
from pagevoo_console.domain.server import ServerFacts
from pagevoo_console.domain.text import counted
from pagevoo_console.services.engines.mysql_errors import (
    DATABASE_EXISTS,
    DATABASE_GONE,
    NO_SUCH_DATABASE,
    NO_SUCH_TABLE,
    explain,
    number_of,
)
from pagevoo_console.services.engines.mysql_session import MysqlConnection, driver_connection

SYSTEM_DATABASES = frozenset({"mysql", "information_schema", "performance_schema", "sys"})
MARKER_TABLE = "_pagevoo_console"
"""Where MySQL keeps the marker, since its databases have no comment. No tenant's table: left out everywhere."""

CHARACTER_SET = "utf8mb4"
COLLATION = "utf8mb4_unicode_ci"
OLDEST_TESTED_VERSION = (10, 11)

_COMMENT_PREFIX = "pagevoo:"
_MAX_NAME_CHARACTERS = 64
_DROP_ATTEMPTS = 10
_QUIESCE_SECONDS = 10.0
_END_SECONDS = 5.0
_NO_SUCH_SESSION = 1094
_NOT_OWNER = 1095


def quoted(name: str) -> str:
    """An identifier in back-ticks."""
    return "`" + name.replace("`", "``") + "`"


# --- names ----------------------------------------------------------------------------------------------------------


def name_problem(name: str) -> str | None:
    if not name:
        return "A database needs a name."
    if len(name) > _MAX_NAME_CHARACTERS:
        return f"A database's name has at most {_MAX_NAME_CHARACTERS} characters; this one has {len(name)}."
    if "\0" in name:
        return "A database's name cannot hold a NUL character."
    if name[-1].isspace():
        return "A database's name cannot end with a space."
    if any(ord(character) > 0xFFFF or 0xD800 <= ord(character) < 0xE000 for character in name):
        return "A database's name cannot hold emoji or other characters beyond the basic plane on this server."
    if name.lower().startswith("#mysql50#"):
        return "A name that begins with #mysql50# means another database."
    if name.lower() in SYSTEM_DATABASES:
        return f"{name} is the server's own database."
    return None


def ensure_name(name: str) -> None:
    """Raise Refused for a system database, WrongUsage for what cannot be a name."""
    problem = name_problem(name)
    if problem is None:
        return
    kind = Refused if name.lower() in SYSTEM_DATABASES else WrongUsage
    raise kind(f"{name[:80]!r} cannot be a tenant's database: {problem}", hint="Look at the registry's row.")


def databases(server: sa.Connection) -> frozenset[str]:
    found = {str(name) for (name,) in driver_connection(server).rows("SHOW DATABASES")}
    return frozenset(name for name in found if name.lower() not in SYSTEM_DATABASES)


def exists(server: sa.Connection, name: str) -> bool:
    return _schema(driver_connection(server), name) is not None


def _schema(connection: MysqlConnection, name: str) -> tuple[str, str | None] | None:
    """The exact name and the comment. The catalogue compares regardless of case and accents, so we compare again."""
    if not name or name_problem(name) is not None:
        return None
    comment = "SCHEMA_COMMENT" if connection.is_mariadb else "NULL"
    found = connection.rows(
        f"SELECT SCHEMA_NAME, {comment}, @@lower_case_table_names FROM information_schema.SCHEMATA"
        " WHERE SCHEMA_NAME = %s",
        [name],
    )
    for stored, text, folding in found:
        if stored == name or (folding and stored.lower() == name.lower()):
            return stored, text
    return None


# --- create, mark, drop ---------------------------------------------------------------------------------------------


def create_database(server: sa.Connection, name: str, marker: str) -> None:
    ensure_name(name)
    connection = driver_connection(server)
    create = f"CREATE DATABASE {quoted(name)} CHARACTER SET {CHARACTER_SET} COLLATE {COLLATION}"
    try:
        if connection.is_mariadb:
            connection.run(f"{create} COMMENT {connection.escape(_COMMENT_PREFIX + marker)}")
            return
        connection.run(create)
        table = f"{quoted(name)}.{quoted(MARKER_TABLE)}"
        connection.run(f"CREATE TABLE {table} (marker VARCHAR(1000) NOT NULL)")
        connection.run(f"INSERT INTO {table} VALUES ({connection.escape(marker)})")
    except pymysql.Error as error:
        if number_of(error) == DATABASE_EXISTS:
            raise Refused(
                f"A database {name!r} exists already",
                code="database_exists",
                hint="A database that exists is never adopted; look whose it is, then drop or rename it.",
            ) from error
        raise explain(error, server.info.get("server")) from error


def marker(server: sa.Connection, name: str) -> str | None:
    connection = driver_connection(server)
    found = _schema(connection, name)
    if found is None:
        return None
    if connection.is_mariadb:
        return comment_marker(found[1])
    try:
        text = connection.value(f"SELECT marker FROM {quoted(name)}.{quoted(MARKER_TABLE)}")
    except pymysql.Error as error:
        if number_of(error) in (NO_SUCH_TABLE, NO_SUCH_DATABASE):
            return None
        raise explain(error, server.info.get("server")) from error
    return None if text is None else str(text)


def comment_marker(comment: str | None) -> str | None:
    """The marker in a database's comment, None where the comment is somebody else's."""
    text = comment or ""
    return text[len(_COMMENT_PREFIX) :] if text.startswith(_COMMENT_PREFIX) else None


def drop_database(server: sa.Connection, name: str) -> None:
    """A killed server or a lock leaves a database with some of its tables, so ask until there is none."""
    ensure_name(name)
    connection = driver_connection(server)
    last: pymysql.Error | None = None
    for _ in range(_DROP_ATTEMPTS):
        if _schema(connection, name) is None:
            return
        try:
            with connection.bounded(None):
                connection.run(f"DROP DATABASE {quoted(name)}")
        except pymysql.Error as error:
            if number_of(error) == DATABASE_GONE:
                continue
            last = error
            explained = explain(error, server.info.get("server"))
            if type(explained) is not Failed or not connection.open:
                raise explained from error
            time.sleep(0.1)
    if _schema(connection, name) is not None:
        why = explain(last, server.info.get("server")).message if last else "it is still there"
        raise Failed(
            f"The database {name!r} could not be dropped: {why}",
            hint="Look into the server's data folder: files that are not tables keep a database from going.",
        ) from last


# --- sessions -------------------------------------------------------------------------------------------------------


def quiesce(server: sa.Connection, name: str) -> None:
    """End the sessions of others on this database.

    MySQL has no way to keep one database's users out without touching their accounts: who comes back is let in again.
    Whoever relies on quiet compares the content afterwards. Without PROCESS only the account's own sessions are seen.
    """
    connection = driver_connection(server)
    deadline = time.monotonic() + _QUIESCE_SECONDS
    while True:
        others = _others(connection, name)
        if not others:
            return
        if time.monotonic() > deadline:
            raise Busy(
                f"The database {name!r} is still in use by {counted(len(others), 'session')}",
                hint="Stop the program that uses it, then try again.",
            )
        for number in others:
            try:
                connection.run(f"KILL CONNECTION {number}")
            except pymysql.Error as error:
                if number_of(error) != _NO_SUCH_SESSION:
                    raise explain(error, server.info.get("server")) from error
        time.sleep(0.02)


def sessions(server: sa.Connection, name: str) -> int:
    return len(_others(driver_connection(server), name))


def _others(connection: MysqlConnection, name: str) -> list[int]:
    found = connection.rows(
        "SELECT ID, DB FROM information_schema.PROCESSLIST WHERE DB = %s AND ID <> CONNECTION_ID()", [name]
    )
    return [int(number) for number, database in found if database == name]


def try_lock(server: sa.Connection, key: str) -> bool:
    connection = driver_connection(server)
    if holds_lock(server, key):
        return True
    return bool(connection.value("SELECT GET_LOCK(%s, 0)", [_lock_name(key)]))


def holds_lock(server: sa.Connection, key: str) -> bool:
    connection = driver_connection(server)
    return bool(connection.value("SELECT IS_USED_LOCK(%s) = CONNECTION_ID()", [_lock_name(key)]))


def unlock(server: sa.Connection, key: str) -> None:
    if holds_lock(server, key):
        driver_connection(server).value("SELECT RELEASE_LOCK(%s)", [_lock_name(key)])


def lock_is_free(server: sa.Connection, key: str) -> bool:
    return bool(driver_connection(server).value("SELECT IS_FREE_LOCK(%s)", [_lock_name(key)]))


def end_lock_holder(server: sa.Connection, key: str) -> None:
    connection = driver_connection(server)
    deadline = time.monotonic() + _END_SECONDS
    while (holder := connection.value("SELECT IS_USED_LOCK(%s)", [_lock_name(key)])) not in (None, connection.number):
        try:
            connection.run(f"KILL CONNECTION {int(holder)}")
        except pymysql.Error as error:
            if number_of(error) == _NOT_OWNER:
                raise Refused(
                    "This account may not end the session that holds the lock",
                    code="may_not_end_sessions",
                    hint="Grant it CONNECTION ADMIN, or have an administrator end that session.",
                ) from error
            if number_of(error) != _NO_SUCH_SESSION:
                raise
        if time.monotonic() > deadline:
            raise Busy("The session that holds the lock does not end", hint="Try again in a moment.")
        time.sleep(0.02)


def _lock_name(key: str) -> str:
    """Lower case and 56 characters: MariaDB's names know case and MySQL's do not, whose limit is 64."""
    return "pagevoo-" + hashlib.sha256(key.encode()).hexdigest()[:48]


# --- facts ----------------------------------------------------------------------------------------------------------


def facts(server: sa.Connection) -> ServerFacts:
    connection = driver_connection(server)
    version, host, port, folder, read_only, folding = connection.rows(
        "SELECT VERSION(), @@hostname, @@port, @@datadir, @@global.read_only, @@lower_case_table_names"
    )[0]
    product = "MariaDB" if connection.is_mariadb else "MySQL"
    seed = "\n".join([_own_identity(connection), str(host), str(port), str(folder)])
    warnings = []
    if connection.is_mariadb and version_of(connection) < OLDEST_TESTED_VERSION:
        warnings.append(f"MariaDB {version} is older than any version this console was tested against.")
    if not connection.is_mariadb:
        warnings.append(f"MySQL {version}: this console was written for it and tested against MariaDB.")
    if folding:
        warnings.append("This server takes upper and lower case in the names of tables for the same.")
    is_read_only = str(read_only).upper() not in ("0", "OFF")
    if is_read_only:
        warnings.append("This server is read-only: it takes no changes.")
    identity = "mysql:" + hashlib.sha256(seed.encode()).hexdigest()[:32]
    return ServerFacts(str(version), product, identity, is_read_only, tuple(warnings))


def _own_identity(connection: MysqlConnection) -> str:
    """`server_uid` on MariaDB and `server_uuid` on MySQL, where there is one."""
    found = connection.rows("SHOW GLOBAL VARIABLES WHERE Variable_name IN ('server_uid', 'server_uuid')")
    return " ".join(str(value) for _, value in sorted(found))


def version_of(connection: MysqlConnection) -> tuple[int, ...]:
    """Major and minor version; the greeting of a MariaDB may carry 5.5.5- in front."""
    text = connection.server_version.removeprefix("5.5.5-")
    return tuple(int(part) for part in re.findall(r"\d+", text)[:2])


# --- privileges -----------------------------------------------------------------------------------------------------

_GRANT = re.compile(r"GRANT (?P<what>.+?) ON (?P<where>\*\.\*|(?:`(?:[^`]|``)*`)\.\*) TO ", re.DOTALL)


def privileges(server: sa.Connection, database: str | None) -> dict[str, bool]:
    connection = driver_connection(server)
    everywhere, here = granted(connection, database)
    has_all = "ALL PRIVILEGES" in everywhere
    ends = everywhere & {"SUPER", "CONNECTION ADMIN", "CONNECTION_ADMIN"}
    return {
        "create_database": has_all or bool(here & {"CREATE", "ALL PRIVILEGES"}),
        "drop_database": has_all or bool(here & {"DROP", "ALL PRIVILEGES"}),
        "create_user": has_all or "CREATE USER" in everywhere,
        "end_sessions": has_all or (bool(ends) and "PROCESS" in everywhere),
        "read_sizes": has_all or bool(everywhere & {"PROCESS", "SELECT"}) or bool(here & {"SELECT", "ALL PRIVILEGES"}),
    }


def granted(connection: MysqlConnection, database: str | None) -> tuple[set[str], set[str]]:
    """What the account may do everywhere, and what it may do in `database`, or in some database where None is named."""
    everywhere: set[str] = set()
    here: set[str] = set()
    for (line,) in connection.rows("SHOW GRANTS"):
        match = _GRANT.match(str(line))
        if match is None:
            continue
        names = {part.strip().upper() for part in re.sub(r"\([^)]*\)", "", match["what"]).split(",")}
        if match["where"] == "*.*":
            everywhere |= names
            here |= names
        elif database is None or covers(match["where"][1:-3].replace("``", "`"), database):
            here |= names
    return everywhere, here


def covers(pattern: str, database: str) -> bool:
    """Whether a grant's pattern means this database."""
    return meaning(pattern).fullmatch(database) is not None


@lru_cache(maxsize=256)
def meaning(pattern: str) -> re.Pattern[str]:
    r"""What a grant's pattern means: `_` and `%` are wildcards there unless `\` stands before them."""
    expression = ""
    for escaped, character in re.findall(r"(\\[_%])|(.)", pattern, re.DOTALL):
        if escaped:
            expression += re.escape(escaped[1])
        else:
            expression += {"_": ".", "%": ".*"}.get(character) or re.escape(character)
    return re.compile(expression, re.DOTALL)
