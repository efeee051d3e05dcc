"""What rests on tables of a SQLite database: SQLite itself says what a view reads when it compiles it."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable

from pagevoo_console.services.engines.sqlite_schema import definitions, quoted
from pagevoo_console.services.engines.sqlite_session import SqliteSession


def dependents(session: SqliteSession, tables: Iterable[str]) -> tuple[str, ...]:
    """The views that read these tables, a clause each. DROP TABLE would leave them behind, broken."""
    own = set(tables)
    return tuple(
        f"the view {view.name} reads {table}"
        for view in definitions(session)
        if view.kind == "view"
        for table in sorted(own & _read_by(session, view.name))
    )


def _read_by(session: SqliteSession, view: str) -> set[str]:
    """The tables that a view reads, as far as it can be compiled: a broken one has nothing left to lose."""
    found: set[str] = set()

    def authorize(action: int, table: str | None, *_: str | None) -> int:
        if action == sqlite3.SQLITE_READ and table:
            found.add(table)
        return sqlite3.SQLITE_OK

    session.set_authorizer(authorize)
    try:
        session.execute(f"EXPLAIN SELECT * FROM {quoted(view)}").close()
    except sqlite3.OperationalError:
        return found
    finally:
        session.set_authorizer(None)
    return found
