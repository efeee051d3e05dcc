"""Keeping new rows out of a PostgreSQL database: a statement trigger before INSERT on every table of every schema.

It fires for every account, superusers included, for COPY, upserts and MERGE too, and also under
`session_replication_role = replica`. Its function lives in the schema of the tables, so that no schema is made for it;
what it says is the trigger's argument, so that the function's body is always the same.
"""

from __future__ import annotations

from dataclasses import dataclass

import psycopg

from pagevoo_console.services.engines.freezing import LEDGER, PREFIX, FrozenTables, one_by_one
from pagevoo_console.services.engines.postgresql_definitions import OURS, rows_of
from pagevoo_console.services.engines.postgresql_names import literal, qualified, quote, shown_name
from pagevoo_console.services.engines.postgresql_session import WatchedConnection, canceller
from pagevoo_console.services.jobs import JobContext

_BODY = "BEGIN RAISE EXCEPTION USING ERRCODE = '53400', MESSAGE = TG_ARGV[0]; END"
_NAME = "rows"
_BEFORE_INSERT_STATEMENT = 6

_BEARS_OUR_BODY = (
    f"pg_catalog.starts_with({{p}}.proname, '{PREFIX}') AND {{p}}.prosrc = {literal(_BODY)} AND {{p}}.pronargs = 0"
    " AND {p}.prorettype = 'pg_catalog.trigger'::regtype"
)
_ON_OUR_FUNCTION = (
    "EXISTS (SELECT FROM pg_catalog.pg_proc AS freezing WHERE freezing.oid = {t}.tgfoid AND "
    + _BEARS_OUR_BODY.format(p="freezing")
    + ")"
)


def our_trigger(alias: str) -> str:
    """A condition on a pg_trigger of that alias: it is part of a freeze, and no definition of the tenant's."""
    return (
        f"(pg_catalog.starts_with({alias}.tgname, '{PREFIX}') AND {alias}.tgtype = {_BEFORE_INSERT_STATEMENT}"
        f" AND {alias}.tgqual IS NULL AND {_ON_OUR_FUNCTION.format(t=alias)})"
    )


def our_function(alias: str) -> str:
    """A condition on a pg_proc of that alias: ours, and no trigger of the tenant's own rests on it."""
    return (
        f"({_BEARS_OUR_BODY.format(p=alias)} AND NOT EXISTS (SELECT FROM pg_catalog.pg_trigger AS resting WHERE"
        f" resting.tgfoid = {alias}.oid AND NOT {our_trigger('resting')}))"
    )


@dataclass(frozen=True, slots=True)
class _Table:
    """A table, and its trigger of ours where it has one; `is_on` where that fires for everybody."""

    schema: str
    name: str
    trigger: str | None
    is_on: bool

    @property
    def shown(self) -> str:
        return shown_name(self.schema, self.name)

    @property
    def qualified(self) -> str:
        return qualified(self.schema, self.name)


def freeze(connection: WatchedConnection, message: str, job: JobContext) -> int:
    """Put the trigger on every table that has none that fires; a transaction a table, as locks are counted."""
    functions: dict[str, str] = {}

    def act(table: _Table) -> None:
        with connection.transaction():
            name = table.trigger
            if name is None:
                if table.schema not in functions:
                    functions[table.schema] = _function(connection, table.schema)
                name = _free_trigger_name(connection, table)
                _run(
                    connection,
                    f"CREATE TRIGGER {quote(name)} BEFORE INSERT ON {table.qualified} FOR EACH STATEMENT"
                    f" EXECUTE FUNCTION {functions[table.schema]}({literal(message)})",
                )
            _run(connection, f"ALTER TABLE {table.qualified} ENABLE ALWAYS TRIGGER {quote(name)}")

    left = [table for table in _tables(connection) if not table.is_on]
    with job.on_cancel(canceller(connection)):
        return one_by_one(left, act, _is_locked, job, "Freezing")


def thaw(connection: WatchedConnection, job: JobContext) -> int:
    """Take every trigger of ours away, then the functions that nobody needs any more."""
    triggers = [
        _Table(schema, table, name, True)
        for schema, table, name in rows_of(
            connection,
            "SELECT n.nspname, c.relname, t.tgname FROM pg_catalog.pg_trigger AS t"
            " JOIN pg_catalog.pg_class AS c ON c.oid = t.tgrelid"
            " JOIN pg_catalog.pg_namespace AS n ON n.oid = c.relnamespace"
            f" WHERE NOT t.tgisinternal AND {our_trigger('t')} ORDER BY 1, 2, 3",
        )
    ]

    def act(table: _Table) -> None:
        _run(connection, f"DROP TRIGGER IF EXISTS {quote(table.trigger or '')} ON {table.qualified}")

    with job.on_cancel(canceller(connection)):
        done = one_by_one(triggers, act, _is_locked, job, "Thawing")
        for schema, name in rows_of(
            connection,
            "SELECT n.nspname, p.proname FROM pg_catalog.pg_proc AS p"
            f" JOIN pg_catalog.pg_namespace AS n ON n.oid = p.pronamespace WHERE {OURS} AND {our_function('p')}",
        ):
            _run(connection, f"DROP FUNCTION IF EXISTS {qualified(schema, name)}()")
    return done


def frozen_tables(connection: WatchedConnection) -> FrozenTables:
    tables = _tables(connection)
    frozen = sum(table.is_on for table in tables)
    return FrozenTables(frozen, len(tables) - frozen)


def _tables(connection: WatchedConnection) -> list[_Table]:
    return [
        _Table(*row)
        for row in rows_of(
            connection,
            "SELECT n.nspname, c.relname, t.tgname, coalesce(t.tgenabled = 'A', false)"
            " FROM pg_catalog.pg_class AS c JOIN pg_catalog.pg_namespace AS n ON n.oid = c.relnamespace"
            " LEFT JOIN LATERAL (SELECT t.tgname, t.tgenabled FROM pg_catalog.pg_trigger AS t"
            f"  WHERE t.tgrelid = c.oid AND NOT t.tgisinternal AND {our_trigger('t')}"
            "  ORDER BY t.tgenabled <> 'A', t.tgname LIMIT 1) AS t ON true"
            f" WHERE c.relkind IN ('r', 'p') AND {OURS}"
            f" AND NOT (n.nspname = 'public' AND c.relname = '{LEDGER}') ORDER BY 1, 2",
        )
    ]


def _function(connection: WatchedConnection, schema: str) -> str:
    """Our function in this schema, made where there is none; a tenant's own of such a name is left alone."""
    found = rows_of(
        connection,
        f"SELECT p.proname, {_BEARS_OUR_BODY.format(p='p')} FROM pg_catalog.pg_proc AS p"
        " JOIN pg_catalog.pg_namespace AS n ON n.oid = p.pronamespace"
        f" WHERE n.nspname = {literal(schema)} AND pg_catalog.starts_with(p.proname, '{PREFIX}') ORDER BY 1",
    )
    for name, is_ours in found:
        if is_ours:
            return qualified(schema, name)
    made = qualified(schema, _free({name for name, _ in found}))
    _run(connection, f"CREATE FUNCTION {made}() RETURNS trigger LANGUAGE plpgsql AS {literal(_BODY)}")
    return made


def _free_trigger_name(connection: WatchedConnection, table: _Table) -> str:
    found = rows_of(
        connection,
        "SELECT t.tgname FROM pg_catalog.pg_trigger AS t JOIN pg_catalog.pg_class AS c ON c.oid = t.tgrelid"
        " JOIN pg_catalog.pg_namespace AS n ON n.oid = c.relnamespace"
        f" WHERE n.nspname = {literal(table.schema)} AND c.relname = {literal(table.name)}",
    )
    return _free({name for (name,) in found})


def _free(taken: set[str]) -> str:
    names = (PREFIX + _NAME + ("" if number == 1 else f"_{number}") for number in range(1, len(taken) + 2))
    return next(name for name in names if name not in taken)


def _run(connection: WatchedConnection, statement: str) -> None:
    connection.execute(statement.encode())


def _is_locked(error: BaseException) -> bool:
    return isinstance(error, psycopg.errors.LockNotAvailable | psycopg.errors.DeadlockDetected)
