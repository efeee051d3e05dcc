"""Keeping new rows out of a SQLite database: a trigger before INSERT on every table, all in one transaction."""

from __future__ import annotations

import re

from pagevoo_console.services.engines.freezing import LEDGER, MESSAGE, PREFIX, FrozenTables, free_name
from pagevoo_console.services.engines.sqlite_files import MARKER_TABLE
from pagevoo_console.services.engines.sqlite_session import SqliteSession
from pagevoo_console.services.failpoints import failpoint
from pagevoo_console.services.jobs import JobContext

_NAME = r'"(?:[^"]|"")*"'
_OURS = re.compile(
    rf"CREATE TRIGGER {_NAME} BEFORE INSERT ON (?:{_NAME}|\S+) BEGIN SELECT RAISE\(ABORT, '{MESSAGE}'\); END", re.DOTALL
)


def is_ours(kind: str, name: str, sql: str) -> bool:
    """Whether this object of the schema is part of a freeze, and no definition of the tenant's."""
    return kind == "trigger" and name.startswith(PREFIX) and _OURS.fullmatch(sql) is not None


def freeze(session: SqliteSession, tables: tuple[str, ...], message: str, job: JobContext) -> int:
    """Put the trigger on each of these tables that has none; all of them or, after a crash, none."""
    session.execute("BEGIN IMMEDIATE")
    try:
        left = sorted(_to_freeze(tables) - {table for _, table in _ours(session)})
        names = {name for (name,) in session.execute("SELECT name FROM sqlite_master").fetchall()}
        for number, table in enumerate(left):
            job.progress(f"Freezing {table}", number, len(left), "tables")
            name = free_name(table, names)
            names.add(name)
            session.execute(
                f"CREATE TRIGGER {_quoted(name)} BEFORE INSERT ON {_quoted(table)}"
                f" BEGIN SELECT RAISE(ABORT, '{message}'); END"
            )
            if number == len(left) // 2:
                failpoint("freezing.half")
        session.execute("COMMIT")
    finally:
        if session.in_transaction:
            session.execute("ROLLBACK")
    return len(left)


def thaw(session: SqliteSession, job: JobContext) -> int:
    """Take every trigger of ours away, and nobody else's."""
    session.execute("BEGIN IMMEDIATE")
    try:
        ours = _ours(session)
        for number, (name, table) in enumerate(ours):
            job.progress(f"Thawing {table}", number, len(ours), "tables")
            session.execute(f"DROP TRIGGER {_quoted(name)}")
        session.execute("COMMIT")
    finally:
        if session.in_transaction:
            session.execute("ROLLBACK")
    return len(ours)


def frozen_tables(session: SqliteSession, tables: tuple[str, ...]) -> FrozenTables:
    frozen = {table for _, table in _ours(session)}
    return FrozenTables(len(frozen), len(_to_freeze(tables) - frozen))


def _to_freeze(tables: tuple[str, ...]) -> set[str]:
    return {table for table in tables if table.lower() not in (LEDGER, MARKER_TABLE)}


def _ours(session: SqliteSession) -> list[tuple[str, str]]:
    """(trigger, table) of every trigger of ours; the table as it is spelled where it was made."""
    rows = session.execute(
        "SELECT t.name, coalesce(m.name, t.tbl_name), t.sql FROM sqlite_master AS t LEFT JOIN sqlite_master AS m"
        " ON m.type = 'table' AND m.name = t.tbl_name COLLATE NOCASE WHERE t.type = 'trigger' ORDER BY t.rowid"
    )
    return [(name, table) for name, table, sql in rows.fetchall() if is_ours("trigger", name, sql)]


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'
