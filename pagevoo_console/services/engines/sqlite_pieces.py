"""Tables and rows put back on SQLite: the copy's file is attached for as long as it takes."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager, suppress

import sqlalchemy as sa

from pagevoo_console.domain.piece import Piece
from pagevoo_console.services.engines import sqlite_files
from pagevoo_console.services.engines.pieces import Pieces, PutBack, keys_would_break, no_such_table
from pagevoo_console.services.engines.sqlite_schema import base_tables, quoted, rowid_name, stored_columns
from pagevoo_console.services.engines.sqlite_session import SqliteSession, explain, folder_of, raw_session
from pagevoo_console.services.jobs import JobContext

_AWAY = "pagevoo_staged"


class SqlitePieces(Pieces):
    def columns(self, session: sa.Connection, table: str) -> tuple[tuple[str, str], ...]:
        with _explained(session) as raw:
            if table not in base_tables(raw):
                raise no_such_table(table)
            kinds = {
                str(name): str(kind)
                for name, kind in raw.execute("SELECT name, type FROM pragma_table_xinfo(?)", (table,))
            }
            return tuple((name, kinds[name]) for name in stored_columns(raw, table))

    def obstacles(self, live: sa.Connection, table: str) -> tuple[str, ...]:
        return ()

    def count(self, session: sa.Connection, piece: Piece) -> int:
        where, values = _where(piece)
        with _explained(session) as raw, raw.unbounded():
            (found,) = raw.execute(f"SELECT count(*) FROM {quoted(piece.table)}{where}", values).fetchone()
        return int(found)

    def put_back(self, live: sa.Connection, staged: sa.Connection, piece: Piece, job: JobContext) -> PutBack:
        path = sqlite_files.path_of(folder_of(staged.info["server"]), staged.info["database"])
        with _explained(live) as raw, raw.unbounded(), job.on_cancel(raw.interrupt), _attached(raw, str(path)):
            raw.execute("BEGIN IMMEDIATE")
            before = _dangling(raw)
            done = _copy(raw, piece)
            broken = _dangling(raw) - before
            if broken:
                named = (f"rows of {table} point to {parent}" for table, parent in sorted(broken))
                raise keys_would_break("; ".join(named))
            job.check()
            raw.execute("COMMIT")
        return done


def _copy(raw: SqliteSession, piece: Piece) -> PutBack:
    """Triggers are out of the way meanwhile: making them again is part of the transaction."""
    where, values = _where(piece)
    table = quoted(piece.table)
    triggers = raw.execute(
        "SELECT name, sql FROM main.sqlite_master WHERE type = 'trigger' AND lower(tbl_name) = lower(?)", (piece.table,)
    ).fetchall()
    for name, _ in triggers:
        raw.execute(f"DROP TRIGGER main.{quoted(name)}")
    columns = [quoted(name) for name in stored_columns(raw, piece.table)]
    rowid = None if piece.rows else rowid_name(raw, piece.table)
    if rowid is not None and quoted(rowid) not in columns:
        columns.append(rowid)
    named = ", ".join(columns)
    removed = raw.execute(f"DELETE FROM main.{table}{where}", values).rowcount
    written = raw.execute(
        f"INSERT INTO main.{table} ({named}) SELECT {named} FROM {_AWAY}.{table}{where}", values
    ).rowcount
    for _, sql in triggers:
        raw.execute(sql)
    return PutBack(removed, written)


def _where(piece: Piece) -> tuple[str, tuple[str, ...]]:
    if not piece.rows:
        return "", ()
    parts = (f"CAST({quoted(column)} AS TEXT) IN ({', '.join('?' * len(values))})" for column, values in piece.rows)
    return " WHERE " + " AND ".join(parts), tuple(value for _, values in piece.rows for value in values)


def _dangling(raw: SqliteSession) -> set[tuple[str, str]]:
    found = raw.execute("PRAGMA main.foreign_key_check")
    return {(str(table), str(parent)) for table, _, parent, _ in found}


@contextmanager
def _attached(raw: SqliteSession, path: str) -> Iterator[None]:
    """The copy beside, no key looked at; what was begun and not committed is taken back."""
    (checks,) = raw.execute("PRAGMA foreign_keys").fetchone()
    raw.execute(f"ATTACH ? AS {_AWAY}", (path,))
    try:
        raw.execute("PRAGMA foreign_keys = OFF")
        yield
    finally:
        with suppress(sqlite3.Error):
            if raw.in_transaction:
                raw.execute("ROLLBACK")
            raw.execute(f"PRAGMA foreign_keys = {checks}")
            raw.execute(f"DETACH {_AWAY}")


@contextmanager
def _explained(session: sa.Connection) -> Iterator[SqliteSession]:
    """No exception of the driver leaves the engine."""
    try:
        yield raw_session(session)
    except sqlite3.Error as error:
        raise explain(error, str(session.info.get("database"))) from error
