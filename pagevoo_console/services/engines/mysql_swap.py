"""Putting one MySQL or MariaDB database in the place of another: tables move in one statement, programs are made anew.

One RENAME of all tables is atomic, also under kill -9. Views cannot move, and a table with triggers does not, so they
are written down first, dropped, and made again where they belong. The worst crash leaves tables in place and programs
missing until it is resumed. Events rest wherever they are made; those of the live database are awakened last.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from typing import Any

import sqlalchemy as sa

from pagevoo_console.domain.errors import NotFound, Refused
from pagevoo_console.services.engines import mysql_accounts, mysql_events, mysql_freeze
from pagevoo_console.services.engines.mysql_databases import (
    MARKER_TABLE,
    create_database,
    ensure_name,
    exists,
    marker,
    quoted,
)
from pagevoo_console.services.engines.mysql_definitions import Definitions, definitions
from pagevoo_console.services.engines.mysql_programs import Program, drop, settings_kept
from pagevoo_console.services.engines.mysql_session import MysqlConnection, driver_connection
from pagevoo_console.services.jobs import JobContext

_KINDS = ("event", "trigger", "view", "function", "procedure", "package body", "package")


def swap_memo(server: sa.Connection, live: str, staged: str) -> dict[str, Any]:
    """What is in both, and whose marker the live one carries. Raises Unsupported for what a swap would leave behind."""
    connection = driver_connection(server)
    told: dict[str, Any] = {"marker": marker(server, live)}
    for role, name in (("live", live), ("staged", staged)):
        with _within(connection, name):
            told[role] = as_data(definitions(connection, strict=True))
    return told


def swap(server: sa.Connection, live: str, staged: str, aside: str, memo: dict[str, Any]) -> None:
    for name in (live, staged, aside):
        ensure_name(name)
    connection = driver_connection(server)
    old, new = memo["live"], memo["staged"]
    if not exists(server, live):
        raise NotFound(f"There is no database {live!r}", hint="It may have been dropped or renamed meanwhile.")
    if not exists(server, aside):
        create_database(server, aside, memo["marker"] or "")
    if not _is_moved(server, live, staged, aside, memo):
        for name in (live, staged):
            drop_programs(connection, name)
        moves = [(live, aside, table) for table in old["tables"]] + [(staged, live, table) for table in new["tables"]]
        if moves:
            rename(connection, moves)
    make_programs(connection, live, _defined_as(new, old))
    make_programs(connection, aside, old)
    with _within(connection, live):
        mysql_events.awaken(connection)


def rename(connection: MysqlConnection, moves: list[tuple[str, str, str]]) -> None:
    """All tables at once, as (from database, to database, table). Foreign keys follow their tables."""
    renames = [
        f"{quoted(source)}.{quoted(table)} TO {quoted(target)}.{quoted(table)}" for source, target, table in moves
    ]
    connection.run("SET SESSION foreign_key_checks = 0")
    try:
        connection.run(f"RENAME TABLE {', '.join(renames)}")
    finally:
        if connection.open:
            connection.run("SET SESSION foreign_key_checks = 1")


def _is_moved(server: sa.Connection, live: str, staged: str, aside: str, memo: dict[str, Any]) -> bool:
    """Whether the tables have changed places already. Raises Refused when they are not those that were noted."""
    connection = driver_connection(server)
    old, new = set(memo["live"]["tables"]), set(memo["staged"]["tables"])
    found_live = tables(connection, live)
    found_staged = tables(connection, staged) if exists(server, staged) else set()
    found_aside = tables(connection, aside)
    if found_live == new and not found_staged and found_aside == old and (old or new):
        return True
    if found_live == old and found_staged == new and not found_aside:
        return False
    raise Refused(
        f"The tables of {live!r} or {staged!r} are not those that were there when this began",
        code="generation_changed",
        hint="Look at both databases; nothing was moved.",
    )


def tables(connection: MysqlConnection, name: str) -> set[str]:
    rows = connection.rows(f"SHOW FULL TABLES FROM {quoted(name)} WHERE Table_type <> 'VIEW'")
    return {str(table) for table, _ in rows if table != MARKER_TABLE}


def drop_programs(connection: MysqlConnection, name: str) -> None:
    with _within(connection, name), settings_kept(connection):
        mysql_freeze.thaw(connection, JobContext())
        read = definitions(connection)
        for kind in _KINDS:
            for program in read.programs:
                if program.kind == kind:
                    drop(connection, program)
        for view in read.broken:
            connection.run(f"DROP VIEW IF EXISTS {quoted(view.name)}")


def make_programs(connection: MysqlConnection, name: str, told: dict[str, Any]) -> None:
    """Make them as they were noted; what an interrupted run has made is replaced. The session's settings come back.

    Events rest. Who defined them does so again, as long as that account is there. Defaults that draw from a sequence
    name its database, so they are worded anew where the tables are now.
    """
    programs = [Program(**program) for program in told["programs"]]
    definers = mysql_accounts.definers(connection, {program.definer for program in programs})
    with _within(connection, name), settings_kept(connection):
        for table, column, default in told.get("drawing", ()):
            connection.run(f"ALTER TABLE {quoted(table)} ALTER COLUMN {quoted(column)} SET DEFAULT ({default})")
        collation = None
        for program in programs:
            wanted = program.database_collation or told["collation"]
            if wanted != collation:
                connection.run(f"ALTER DATABASE COLLATE {wanted}")
                collation = wanted
            drop(connection, program)
            mysql_events.make(connection, program, definers.get(program.definer, ""))
        connection.run(f"ALTER DATABASE CHARACTER SET {told['character_set']} COLLATE {told['collation']}")


def _defined_as(new: dict[str, Any], old: dict[str, Any]) -> dict[str, Any]:
    """What comes in has the definers of what it replaces; of what is new, whoever restores is the definer."""
    definers = {(program["kind"], program["name"]): program["definer"] for program in old["programs"]}
    programs = [
        {**program, "definer": definers.get((program["kind"], program["name"]), "")} for program in new["programs"]
    ]
    return {**new, "programs": programs}


@contextmanager
def _within(connection: MysqlConnection, name: str) -> Iterator[None]:
    """Work in this database; a session without one cannot go back to none, and nobody relies on where it stands."""
    connection.select_db(name)
    yield


def as_data(read: Definitions) -> dict[str, Any]:
    return {
        "character_set": read.character_set,
        "collation": read.collation,
        "tables": [table.name for table in (*read.tables, *read.sequences)],
        "drawing": [list(column) for column in read.drawing],
        "programs": [asdict(program) for program in read.programs],
    }
