"""Giving a PostgreSQL database another name: one statement, and the oid tells whether it was carried out."""

from __future__ import annotations

import time
from typing import Any

import psycopg

from pagevoo_console.domain.errors import Refused
from pagevoo_console.services.engines import postgresql_swap
from pagevoo_console.services.engines.postgresql_databases import ensure_name
from pagevoo_console.services.engines.postgresql_session import WatchedConnection
from pagevoo_console.services.failpoints import failpoint

_RENAME_SECONDS = 10.0


def move_memo(connection: WatchedConnection, name: str) -> dict[str, Any]:
    """The oid, which a rename does not change."""
    return {"oid": postgresql_swap.oid(connection, name)}


def move(connection: WatchedConnection, source: str, target: str, memo: dict[str, Any]) -> None:
    """Owner, privileges, settings, comment and marker go with it. Sessions are ended: nothing is renamed under one."""
    for name in (source, target):
        ensure_name(name)
    deadline = time.monotonic() + _RENAME_SECONDS
    while postgresql_swap.find(connection, target) != memo["oid"]:
        if postgresql_swap.find(connection, source) != memo["oid"]:
            raise Refused(
                f"{source!r} is not the database that this was planned for",
                code="generation_changed",
                hint="Somebody renamed, dropped or made it anew meanwhile. Nothing was renamed.",
            )
        if postgresql_swap.find(connection, target) is not None:
            raise Refused(
                f"There is another database {target!r} already",
                code="database_exists",
                hint="Look whose it is. Nothing was renamed.",
            )
        postgresql_swap.end_sessions(connection, source)
        try:
            postgresql_swap.run(connection, "ALTER DATABASE {} RENAME TO {}", source, target)
        except psycopg.errors.ObjectInUse:
            if time.monotonic() > deadline:
                raise
    failpoint("moving.tables")
    failpoint("moving.emptied")


def is_moved(connection: WatchedConnection, name: str, memo: dict[str, Any]) -> bool:
    return bool(postgresql_swap.find(connection, name) == memo["oid"])
