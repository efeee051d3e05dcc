"""Whether a database into which a foreign dump was carried out may take the place of a tenant's.

Judging the text is not enough: dynamic SQL makes what no parser sees. This looks at what is there, and runs none of it.
"""

from __future__ import annotations

from collections.abc import Callable

from pagevoo_console.services.engines.mysql_databases import MARKER_TABLE, quoted
from pagevoo_console.services.engines.mysql_executable import resolved
from pagevoo_console.services.engines.mysql_session import MysqlConnection
from pagevoo_console.services.engines.mysql_target import ROWS_ELSEWHERE, Target, look
from pagevoo_console.services.engines.mysql_text import worded
from pagevoo_console.services.jobs import JobContext

_MOST = 20


def problems(connection: MysqlConnection, job: JobContext, is_somebodys: Callable[[str], bool]) -> tuple[str, ...]:
    """In sentences; at most `_MOST` of each kind. Reads tables, and neither views nor functions."""
    target = look(connection)
    database = str(connection.value("SELECT DATABASE()"))
    return (
        *_tables(connection),
        *_programs(connection, target, database, is_somebodys),
        *dangling(connection, database, job),
    )


def _tables(connection: MysqlConnection) -> list[str]:
    found = []
    for name, engine, options in connection.rows(
        "SELECT TABLE_NAME, ENGINE, CREATE_OPTIONS FROM information_schema.TABLES"
        " WHERE TABLE_SCHEMA = DATABASE() AND TABLE_TYPE <> 'VIEW' AND TABLE_NAME <> %s",
        [MARKER_TABLE],
    ):
        if str(engine).lower() in ROWS_ELSEWHERE:
            found.append(f"The table {name} is of engine {engine}, which keeps rows elsewhere")
        if "DIRECTORY" in str(options).upper():
            found.append(f"The table {name} has files outside the server's own folder")
    return found[:_MOST]


def _programs(
    connection: MysqlConnection, target: Target, database: str, is_somebodys: Callable[[str], bool]
) -> list[str]:
    found = []
    for kind, name, security, text in (
        *connection.rows(
            "SELECT LOWER(ROUTINE_TYPE), ROUTINE_NAME, SECURITY_TYPE, ROUTINE_DEFINITION"
            " FROM information_schema.ROUTINES WHERE ROUTINE_SCHEMA = DATABASE()"
        ),
        *connection.rows(
            "SELECT 'view', TABLE_NAME, SECURITY_TYPE, VIEW_DEFINITION FROM information_schema.VIEWS"
            " WHERE TABLE_SCHEMA = DATABASE()"
        ),
        *connection.rows(
            "SELECT 'trigger', TRIGGER_NAME, '', ACTION_STATEMENT FROM information_schema.TRIGGERS"
            " WHERE TRIGGER_SCHEMA = DATABASE()"
        ),
        *connection.rows(
            "SELECT 'event', EVENT_NAME, 'EVENT', '' FROM information_schema.EVENTS WHERE EVENT_SCHEMA = DATABASE()"
        ),
    ):
        if security == "DEFINER":
            found.append(f"The {kind} {name} works with other rights than its caller's")
        if security == "EVENT":
            found.append(f"The event {name} would work by itself")
        for other in _elsewhere(text, target, lambda name: name.lower() != database.lower() and is_somebodys(name)):
            found.append(f"The {kind} {name} speaks of {other}")
    return found[:_MOST]


def _elsewhere(text: object, target: Target, is_somebodys: Callable[[str], bool]) -> list[str]:
    """What a program speaks of that is in a system database, or in one that is or can become somebody's."""
    if not text:
        return []
    body = resolved(str(text).encode(), target.version, is_mariadb=target.is_mariadb)
    return sorted({f"{first}.{second}" for _, first, second in worded(body).pairs() if is_somebodys(first)})


def dangling(connection: MysqlConnection, database: str, job: JobContext, *, touching: str | None = None) -> list[str]:
    """Rows that point nowhere: a dump switches the checks off while it is loaded."""
    keys: dict[tuple[str, str], list[tuple[str, str, str, str]]] = {}
    for name, table, column, schema, parent, parent_column in connection.rows(
        "SELECT CONSTRAINT_NAME, TABLE_NAME, COLUMN_NAME, REFERENCED_TABLE_SCHEMA, REFERENCED_TABLE_NAME,"
        " REFERENCED_COLUMN_NAME FROM information_schema.KEY_COLUMN_USAGE WHERE TABLE_SCHEMA = DATABASE()"
        " AND REFERENCED_TABLE_NAME IS NOT NULL ORDER BY TABLE_NAME, CONSTRAINT_NAME, ORDINAL_POSITION"
    ):
        keys.setdefault((str(table), str(name)), []).append((column, schema, parent, parent_column))
    tables = {str(row[0]) for row in connection.rows("SHOW FULL TABLES WHERE Table_type <> 'VIEW'")}
    found = []
    for number, ((table, name), columns) in enumerate(keys.items()):
        job.progress("Checking foreign keys", number, len(keys), "keys")
        job.check()
        _, schema, parent, _ = columns[0]
        if touching is not None and touching not in (table, parent):
            continue
        if schema.lower() != database.lower():
            found.append(f"The foreign key {name} of {table} points into the database {schema}")
        elif parent not in tables:
            found.append(f"The foreign key {name} of {table} points to {parent}, which is not in the file")
        elif _has_orphan(connection, table, parent, [(one[0], one[3]) for one in columns]):
            found.append(f"Rows of {table} point to rows of {parent} that are not there (foreign key {name})")
    return found[:_MOST]


def _has_orphan(connection: MysqlConnection, table: str, parent: str, columns: list[tuple[str, str]]) -> bool:
    joined = " AND ".join(f"p.{quoted(theirs)} = c.{quoted(ours)}" for ours, theirs in columns)
    filled = " AND ".join(f"c.{quoted(ours)} IS NOT NULL" for ours, _ in columns)
    return bool(
        connection.rows(
            f"SELECT 1 FROM {quoted(table)} AS c WHERE {filled}"
            f" AND NOT EXISTS (SELECT 1 FROM {quoted(parent)} AS p WHERE {joined}) LIMIT 1"
        )
    )
