"""Tables and rows put back on MySQL or MariaDB: the server itself copies them, from one database into the other."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager, suppress

import pymysql
import sqlalchemy as sa

from pagevoo_console.domain.piece import Piece
from pagevoo_console.services.engines.mysql_columns import columns_of
from pagevoo_console.services.engines.mysql_databases import quoted
from pagevoo_console.services.engines.mysql_definitions import TRANSACTIONAL
from pagevoo_console.services.engines.mysql_dump import ROWS_MODE
from pagevoo_console.services.engines.mysql_errors import explain
from pagevoo_console.services.engines.mysql_import_check import dangling
from pagevoo_console.services.engines.mysql_session import SQL_MODE, MysqlConnection, driver_connection
from pagevoo_console.services.engines.pieces import Pieces, PutBack, keys_would_break, no_such_table
from pagevoo_console.services.jobs import JobContext


class MysqlPieces(Pieces):
    def columns(self, session: sa.Connection, table: str) -> tuple[tuple[str, str], ...]:
        with _explained(session) as connection:
            found = tuple((column.name, column.declared) for column in columns_of(connection, table))
        if not found:
            raise no_such_table(table)
        return found

    def obstacles(self, live: sa.Connection, table: str) -> tuple[str, ...]:
        with _explained(live) as connection:
            engines = connection.rows(
                "SELECT ENGINE, TABLE_TYPE FROM information_schema.TABLES WHERE TABLE_SCHEMA = DATABASE()"
                " AND TABLE_NAME = %s",
                [table],
            )
            triggers = connection.rows(
                "SELECT TRIGGER_NAME FROM information_schema.TRIGGERS WHERE TRIGGER_SCHEMA = DATABASE()"
                " AND EVENT_OBJECT_TABLE = %s AND EVENT_MANIPULATION <> 'UPDATE' ORDER BY 1",
                [table],
            )
        found = [f"the trigger {name} of {table} would fire" for (name,) in triggers]
        found += [
            f"{table} is of engine {engine}, which cannot take a change back"
            for engine, kind in engines
            if str(engine) not in TRANSACTIONAL or kind != "BASE TABLE"
        ]
        return tuple(found)

    def count(self, session: sa.Connection, piece: Piece) -> int:
        where, values = _where(piece)
        with _explained(session) as connection, connection.bounded(None):
            return int(connection.value(f"SELECT COUNT(*) FROM {_name(piece.table)}{where}", values))

    def put_back(self, live: sa.Connection, staged: sa.Connection, piece: Piece, job: JobContext) -> PutBack:
        where, values = _where(piece)
        with _explained(live) as connection, connection.bounded(None), _settings(connection):
            home, away = (str(driver_connection(one).value("SELECT DATABASE()")) for one in (live, staged))
            columns = ", ".join(column.sql.replace("%", "%%") for column in columns_of(connection, piece.table))
            source = f"{_name(away)}.{_name(piece.table)}"
            before = set(dangling(connection, home, job, touching=piece.table))
            connection.run("START TRANSACTION")
            removed = connection.run(*_with(f"DELETE FROM {_name(piece.table)}{where}", values))
            written = connection.run(
                *_with(f"INSERT INTO {_name(piece.table)} ({columns}) SELECT {columns} FROM {source}{where}", values)
            )
            broken = [one for one in dangling(connection, home, job, touching=piece.table) if one not in before]
            if broken:
                raise keys_would_break("; ".join(broken))
            job.check()
            connection.run("COMMIT")
        return PutBack(removed, written)


def _where(piece: Piece) -> tuple[str, list[str]]:
    if not piece.rows:
        return "", []
    parts = (
        " OR ".join([f"CAST({_name(column)} AS CHAR CHARACTER SET utf8mb4) COLLATE utf8mb4_bin = %s"] * len(values))
        for column, values in piece.rows
    )
    return " WHERE (" + ") AND (".join(parts) + ")", [value for _, values in piece.rows for value in values]


def _name(name: str) -> str:
    """Quoted within a statement that has parameters."""
    return quoted(name).replace("%", "%%")


def _with(statement: str, values: list[str]) -> tuple[str, list[str]]:
    """Without a parameter nothing in the statement is a placeholder."""
    return (statement, values) if values else (statement.replace("%%", "%"), values)


@contextmanager
def _settings(connection: MysqlConnection) -> Iterator[None]:
    """No key is looked at, and rows come back as they were; what was begun and not committed is taken back."""
    connection.run(f"SET SESSION foreign_key_checks = 0, SESSION sql_mode = '{ROWS_MODE}'")
    try:
        yield
    finally:
        if connection.open:
            with suppress(pymysql.Error):
                connection.run("ROLLBACK")
                connection.run(f"SET SESSION foreign_key_checks = 1, SESSION sql_mode = '{SQL_MODE}'")


@contextmanager
def _explained(session: sa.Connection) -> Iterator[MysqlConnection]:
    """No exception of the driver leaves the engine."""
    try:
        yield driver_connection(session)
    except (pymysql.Error, OSError, UnicodeError) as error:
        raise explain(error, session.info.get("server")) from error
