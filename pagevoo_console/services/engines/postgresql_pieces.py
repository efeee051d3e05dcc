"""Tables and rows put back on PostgreSQL: carried from one database to the other by COPY, in one transaction.

Keys are dropped and made again within it, which is how the server says which of them would break; triggers rest.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import psycopg
import sqlalchemy as sa
from psycopg import sql

from pagevoo_console.domain.piece import Piece
from pagevoo_console.services.engines.pieces import Pieces, PutBack, keys_would_break, no_such_table
from pagevoo_console.services.engines.postgresql_content import Relation, relations
from pagevoo_console.services.engines.postgresql_errors import explain
from pagevoo_console.services.engines.postgresql_names import quote
from pagevoo_console.services.engines.postgresql_session import WatchedConnection, canceller, driver_connection
from pagevoo_console.services.jobs import JobContext

_TRIGGER_STATES = {"O": "ENABLE", "D": "DISABLE", "R": "ENABLE REPLICA", "A": "ENABLE ALWAYS"}


class PostgresqlPieces(Pieces):
    def columns(self, session: sa.Connection, table: str) -> tuple[tuple[str, str], ...]:
        with _explained(session) as connection:
            relation = _relation(connection, table)
            rows = connection.execute(
                "SELECT attname, pg_catalog.format_type(atttypid, atttypmod) FROM pg_catalog.pg_attribute"
                " WHERE attrelid = %s AND attnum > 0 AND NOT attisdropped AND attgenerated = '' ORDER BY attname",
                [relation.oid],
            ).fetchall()
        return tuple((str(name), str(kind)) for name, kind in rows)

    def obstacles(self, live: sa.Connection, table: str) -> tuple[str, ...]:
        with _explained(live) as connection:
            relation = _relation(connection, table)
            rules = connection.execute(
                "SELECT rulename FROM pg_catalog.pg_rewrite WHERE ev_class = %s AND ev_type = '4'", [relation.oid]
            ).fetchall()
            heirs = connection.execute(
                "SELECT 1 FROM pg_catalog.pg_inherits WHERE inhparent = %s OR inhrelid = %s",
                [relation.oid, relation.oid],
            ).fetchall()
        found = [f"the rule {name} of {table} would do something else" for (name,) in rules]
        if relation.is_partitioned or heirs:
            found.append(f"{table} is in parts, or a part of another table")
        return tuple(found)

    def count(self, session: sa.Connection, piece: Piece) -> int:
        with _explained(session) as connection:
            relation = _relation(connection, piece.table)
            row = connection.execute(
                sql.SQL("SELECT count(*) FROM ONLY {}{}").format(_named(relation), _where(piece))
            ).fetchone()
        return int(row[0]) if row else 0

    def put_back(self, live: sa.Connection, staged: sa.Connection, piece: Piece, job: JobContext) -> PutBack:
        with _explained(staged) as away, _explained(live) as connection, job.on_cancel(canceller(connection)):
            source = _relation(away, piece.table)
            with connection.transaction():
                relation = _relation(connection, piece.table)
                connection.execute(sql.SQL("LOCK TABLE {} IN ACCESS EXCLUSIVE MODE").format(_named(relation)))
                with _keys_away(connection, relation), _triggers_resting(connection, relation):
                    removed = connection.execute(
                        sql.SQL("DELETE FROM ONLY {}{}").format(_named(relation), _where(piece))
                    ).rowcount
                    written = _carry(away, source, connection, relation, piece)
                _push_sequences(connection, relation)
                job.check()
        return PutBack(removed, written)


def _carry(
    away: WatchedConnection, source: Relation, connection: WatchedConnection, target: Relation, piece: Piece
) -> int:
    """Text as the server writes it, which it reads back to the bit."""
    columns = sql.SQL(source.column_list)
    out = sql.SQL("COPY (SELECT {} FROM ONLY {}{}) TO STDOUT").format(columns, _named(source), _where(piece))
    into = sql.SQL("COPY {} ({}) FROM STDIN").format(_named(target), columns)
    with away.cursor() as reader, connection.cursor() as writer:
        with reader.copy(out) as rows, writer.copy(into) as sink:
            for block in rows:
                sink.write(block)
        return writer.rowcount


@contextmanager
def _keys_away(connection: WatchedConnection, relation: Relation) -> Iterator[None]:
    """Foreign keys of the table, and those of others that point to it, are made again at the end, and so checked."""
    keys = connection.execute(
        "SELECT conname, conrelid::regclass::text, pg_catalog.pg_get_constraintdef(oid),"
        " pg_catalog.obj_description(oid, 'pg_constraint') FROM pg_catalog.pg_constraint"
        " WHERE contype = 'f' AND %s IN (conrelid, confrelid) ORDER BY conrelid::regclass::text, conname",
        [relation.oid],
    ).fetchall()
    for name, table, _, _ in keys:
        _run(connection, f"ALTER TABLE {table} DROP CONSTRAINT {quote(name)}")
    yield
    for name, table, definition, comment in keys:
        try:
            _run(connection, f"ALTER TABLE {table} ADD CONSTRAINT {quote(name)} {definition}")
        except psycopg.errors.ForeignKeyViolation as error:
            raise keys_would_break(f"{name} of {table}") from error
        if comment is not None:
            connection.execute(
                sql.SQL("COMMENT ON CONSTRAINT {} ON {} IS {}").format(
                    sql.Identifier(name), sql.SQL(table), sql.Literal(comment)
                )
            )


@contextmanager
def _triggers_resting(connection: WatchedConnection, relation: Relation) -> Iterator[None]:
    triggers = connection.execute(
        "SELECT tgname, tgenabled::text FROM pg_catalog.pg_trigger WHERE tgrelid = %s AND NOT tgisinternal",
        [relation.oid],
    ).fetchall()
    if triggers:
        _run(connection, f"ALTER TABLE {relation.qualified} DISABLE TRIGGER USER")
    yield
    for name, state in triggers:
        _run(connection, f"ALTER TABLE {relation.qualified} {_TRIGGER_STATES[state]} TRIGGER {quote(name)}")


def _push_sequences(connection: WatchedConnection, relation: Relation) -> None:
    """What numbers this table goes on behind the rows that came back."""
    for column in relation.columns:
        row = connection.execute(
            "SELECT pg_catalog.pg_get_serial_sequence(%s, %s)", [relation.qualified, column.name]
        ).fetchone()
        if row is not None and row[0] is not None:
            connection.execute(
                sql.SQL(
                    "SELECT pg_catalog.setval({}, top) FROM (SELECT max({})::bigint AS top FROM {}) AS t"
                    " WHERE top > (SELECT last_value FROM {})"
                ).format(sql.Literal(row[0]), sql.Identifier(column.name), _named(relation), sql.SQL(row[0]))
            )


def _relation(connection: WatchedConnection, table: str) -> Relation:
    for relation in relations(connection, "rp"):
        if relation.shown == table:
            return relation
    raise no_such_table(table)


def _where(piece: Piece) -> sql.Composable:
    """A value is of the column's own type, as the server reads it."""
    if not piece.rows:
        return sql.SQL("")
    parts = [
        sql.SQL("{} IN ({})").format(sql.Identifier(column), sql.SQL(", ").join(map(sql.Literal, values)))
        for column, values in piece.rows
    ]
    return sql.SQL(" WHERE ") + sql.SQL(" AND ").join(parts)


def _named(relation: Relation) -> sql.Composable:
    return sql.Identifier(relation.schema, relation.name)


def _run(connection: WatchedConnection, statement: str) -> None:
    connection.execute(statement.encode())


@contextmanager
def _explained(session: sa.Connection) -> Iterator[WatchedConnection]:
    """No exception of the driver leaves the engine."""
    try:
        yield driver_connection(session)
    except (psycopg.Error, OSError, UnicodeError) as error:
        raise explain(error, session.info.get("server")) from error
