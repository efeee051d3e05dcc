"""Giving a MySQL or MariaDB database another name, which these servers have no statement for.

All tables go in one RENAME, which is atomic, also under kill -9. What cannot move (views, triggers, routines) is
written down first and made again under the new name; then the emptied database is dropped.
"""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa

from pagevoo_console.domain.errors import NotFound, Refused, Unsupported
from pagevoo_console.services.engines import mysql_swap
from pagevoo_console.services.engines.mysql_databases import (
    create_database,
    drop_database,
    ensure_name,
    exists,
    marker,
)
from pagevoo_console.services.engines.mysql_definitions import Definitions, definitions
from pagevoo_console.services.engines.mysql_session import MysqlConnection, driver_connection
from pagevoo_console.services.failpoints import failpoint


def move_memo(server: sa.Connection, name: str) -> dict[str, Any]:
    """Its marker, its tables, and what must be made again. Raises Unsupported, naming what a move would lose."""
    connection = driver_connection(server)
    if not exists(server, name):
        raise NotFound(f"There is no database {name!r}", hint="It may have been dropped or renamed meanwhile.")
    connection.select_db(name)
    read = definitions(connection)
    _ensure_all_are_told(connection, name, read)
    told = mysql_swap.as_data(read)
    told["tables"] = sorted(mysql_swap.tables(connection, name))
    return {**told, "marker": marker(server, name) or ""}


def move(server: sa.Connection, source: str, target: str, memo: dict[str, Any], mark: str) -> None:
    """Safe to call again after a crash at any point: where the tables are tells what is left to do."""
    for name in (source, target):
        ensure_name(name)
    connection = driver_connection(server)
    wanted = set(memo["tables"])
    if not exists(server, target):
        if not exists(server, source):
            raise NotFound(f"There is no database {source!r}", hint="It may have been dropped or renamed meanwhile.")
        create_database(server, target, mark)
    elif (marker(server, target) or "") != mark:
        raise Refused(
            f"There is another database {target!r} already",
            code="database_exists",
            hint="Look whose it is. Nothing was moved.",
        )
    there = _tables(server, source)
    if not wanted <= _tables(server, target) or not wanted:
        if there != wanted or wanted & _tables(server, target):
            raise _changed(source)
        if exists(server, source):
            mysql_swap.drop_programs(connection, source)
            if wanted:
                mysql_swap.rename(connection, [(source, target, table) for table in sorted(wanted)])
    failpoint("moving.tables")
    if exists(server, source):
        if _tables(server, source):
            raise _changed(source)
        drop_database(server, source)
    failpoint("moving.emptied")
    mysql_swap.make_programs(connection, target, memo)


def is_moved(server: sa.Connection, name: str, memo: dict[str, Any], mark: str) -> bool:
    """By its marker, and by holding no other tables: an interrupted drop may have left fewer."""
    return exists(server, name) and marker(server, name) == mark and _tables(server, name) <= set(memo["tables"])


def _tables(server: sa.Connection, name: str) -> set[str]:
    return mysql_swap.tables(driver_connection(server), name) if exists(server, name) else set()


def _ensure_all_are_told(connection: MysqlConnection, name: str, read: Definitions) -> None:
    """Whatever does not move with the tables must be among what is made again."""
    told = {(program.kind, program.name) for program in read.programs}
    schema = f"= {connection.escape(name)}"
    found = connection.rows(
        f"SELECT LOWER(ROUTINE_TYPE), ROUTINE_NAME FROM information_schema.ROUTINES WHERE ROUTINE_SCHEMA {schema}"
        f" UNION ALL SELECT 'event', EVENT_NAME FROM information_schema.EVENTS WHERE EVENT_SCHEMA {schema}"
    )
    lost = [f"the {kind} {one!r}" for kind, one in found if (str(kind), str(one)) not in told]
    lost += [f"the view {view.name!r}, which is broken: {view.why}" for view in read.broken]
    if lost:
        raise Unsupported(
            f"{name!r} cannot be moved aside without losing {'; '.join(lost)}",
            code="cannot_be_moved",
            hint="Remove or convert what is named; or delete it at once, with --grace 0.",
        )


def _changed(name: str) -> Refused:
    return Refused(
        f"The tables of {name!r} are not those that were there when this began",
        code="generation_changed",
        hint="Somebody makes or drops tables in it. Stop what does, then resume; nothing was lost.",
    )
