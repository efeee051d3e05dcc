"""PostgreSQL's rows and tables for an export."""

from __future__ import annotations

import math
from collections.abc import Generator, Iterator, Sequence
from contextlib import closing, contextmanager
from decimal import Decimal
from typing import Any, cast

import psycopg
from psycopg.adapt import Buffer, Loader

from pagevoo_console.domain.errors import NotFound, Unsupported
from pagevoo_console.services.engines.portable import Portable, TableColumn, TableSql, Value
from pagevoo_console.services.engines.postgresql_content import Relation, relations
from pagevoo_console.services.engines.postgresql_definitions import rows_of
from pagevoo_console.services.engines.postgresql_names import literal, named, qualified, quote
from pagevoo_console.services.engines.postgresql_session import WatchedConnection

_CHUNK_ROWS = 500
_INTEGERS = frozenset({20, 21, 23, 26})
_FLOATS = frozenset({700, 701})
_NUMERIC, _BOOLEAN, _BYTES = 1700, 16, 17


class _AsWritten(Loader):
    """A value as the server wrote it."""

    def load(self, data: Buffer) -> bytes:
        return bytes(data)


class PostgresqlPortable(Portable):
    preamble = (
        "SET client_encoding = 'UTF8'",
        "SET standard_conforming_strings = on",
        "SET client_min_messages = warning",
        "SET timezone = 'UTC'",
        "SET datestyle = 'ISO'",
        "SET intervalstyle = 'postgres'",
    )

    def __init__(self, connection: WatchedConnection) -> None:
        self._connection = connection

    @contextmanager
    def snapshot(self) -> Iterator[None]:
        self._connection.execute("BEGIN TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY")
        try:
            self._connection.execute("SET LOCAL search_path = ''")
            self._connection.execute("SET LOCAL extra_float_digits = 1")
            yield
        finally:
            if not self._connection.closed:
                self._connection.rollback()

    def columns(self, table: str) -> tuple[TableColumn, ...]:
        return tuple(
            TableColumn(str(row["name"]), str(row["type"]))
            for row in self._columns(self._relation(table))
            if not row["generated"]
        )

    def rows(self, table: str) -> Iterator[Sequence[Value]]:
        relation = self._relation(table)
        with self._connection.cursor() as cursor:
            for info in psycopg.adapters.types:
                for oid in (info.oid, info.array_oid):
                    if oid:
                        cursor.adapters.register_loader(oid, _AsWritten)
            cursor.adapters.register_loader(0, _AsWritten)
            statement = f"SELECT {relation.column_list} FROM ONLY {relation.qualified}"
            types: list[int] = []
            stream = cursor.stream(statement.encode(), size=_CHUNK_ROWS)
            with closing(cast("Generator[Sequence[Any], None, None]", stream)) as rows:
                for row in rows:
                    types = types or [column.type_code for column in cursor.description or ()]
                    yield [_plain(value, oid) for value, oid in zip(row, types, strict=True)]

    def table_sql(self, table: str) -> TableSql:
        relation = self._relation(table)
        columns = self._columns(relation)
        keys, links = self._constraints(relation)
        parts = [_column_sql(row) for row in columns] + keys
        body = ",\n    ".join(parts)
        made = [f"CREATE TABLE {relation.qualified} (\n    {body}\n)"]
        if relation.schema != "public":
            made.insert(0, f"CREATE SCHEMA IF NOT EXISTS {quote(relation.schema)}")
        return TableSql(
            before=(*self._types(relation), *made),
            insert=f"INSERT INTO {relation.qualified} ({relation.column_list}) VALUES",
            after=(*self._indexes(relation), *_positions(relation, columns)),
            links=tuple(links),
        )

    def float_literal(self, value: float) -> str:
        return repr(value) if math.isfinite(value) else f"'{value}'::double precision"

    def bytes_literal(self, value: bytes) -> str:
        return f"'\\x{value.hex()}'"

    def text_literal(self, value: str) -> str:
        return literal(value)

    def _relation(self, table: str) -> Relation:
        for relation in relations(self._connection):
            if relation.shown == table:
                return relation
        raise NotFound(f"There is no table {table!r}")

    def _columns(self, relation: Relation) -> list[dict[str, Any]]:
        names = ("name", "type", "is_required", "identity", "generated", "expression", "kind", "is_own")
        found = rows_of(
            self._connection,
            "SELECT a.attname, pg_catalog.format_type(a.atttypid, a.atttypmod), a.attnotnull, a.attidentity::text,"
            " a.attgenerated::text, pg_catalog.pg_get_expr(d.adbin, d.adrelid), t.typtype::text,"
            " n.nspname <> 'pg_catalog' AND t.typelem = 0"
            " FROM pg_catalog.pg_attribute AS a"
            " JOIN pg_catalog.pg_type AS t ON t.oid = a.atttypid"
            " JOIN pg_catalog.pg_namespace AS n ON n.oid = t.typnamespace"
            " LEFT JOIN pg_catalog.pg_attrdef AS d ON d.adrelid = a.attrelid AND d.adnum = a.attnum"
            f" WHERE a.attrelid = {relation.oid} AND a.attnum > 0 AND NOT a.attisdropped ORDER BY a.attnum",
        )
        columns = [dict(zip(names, row, strict=True)) for row in found]
        for column in columns:
            if column["is_own"] and column["kind"] != "e":
                raise Unsupported(
                    f"The column {column['name']!r} of {relation.shown!r} has the type {column['type']}",
                    code="unsupported_object",
                    hint="A portable copy as SQL holds no types of one's own but enumerations; use csv or jsonl.",
                )
        return columns

    def _types(self, relation: Relation) -> Iterator[str]:
        """The enumerations that the table's columns, or the elements of their arrays, are of."""
        for schema, name, words in rows_of(
            self._connection,
            "SELECT n.nspname, e.typname, ARRAY(SELECT l.enumlabel::text FROM pg_catalog.pg_enum AS l"
            " WHERE l.enumtypid = e.oid ORDER BY l.enumsortorder)"
            " FROM pg_catalog.pg_type AS e JOIN pg_catalog.pg_namespace AS n ON n.oid = e.typnamespace"
            " WHERE e.typtype = 'e' AND e.oid IN (SELECT CASE WHEN t.typelem <> 0 THEN t.typelem ELSE t.oid END"
            " FROM pg_catalog.pg_attribute AS a JOIN pg_catalog.pg_type AS t ON t.oid = a.atttypid"
            f" WHERE a.attrelid = {relation.oid} AND NOT a.attisdropped) ORDER BY 1, 2",
        ):
            made = f"CREATE TYPE {qualified(schema, name)} AS ENUM ({', '.join(literal(word) for word in words)})"
            body = f"BEGIN {made}; EXCEPTION WHEN duplicate_object THEN NULL; END"
            yield f"DO {literal(body)}"

    def _constraints(self, relation: Relation) -> tuple[list[str], list[str]]:
        """Keys and checks, which go with the table, and references to other tables, which come last."""
        keys, links = [], []
        for name, kind, definition in rows_of(
            self._connection,
            "SELECT conname, contype::text, pg_catalog.pg_get_constraintdef(oid) FROM pg_catalog.pg_constraint"
            f" WHERE conrelid = {relation.oid} AND contype IN ('p', 'u', 'c', 'x', 'f') ORDER BY contype, conname",
        ):
            made = f"CONSTRAINT {quote(name)} {definition}"
            if kind == "f":
                links.append(f"ALTER TABLE {relation.qualified} ADD {made}")
            else:
                keys.append(made)
        return keys, links

    def _indexes(self, relation: Relation) -> Iterator[str]:
        for (definition,) in rows_of(
            self._connection,
            "SELECT pg_catalog.pg_get_indexdef(i.indexrelid) FROM pg_catalog.pg_index AS i"
            f" WHERE i.indrelid = {relation.oid} AND NOT EXISTS (SELECT 1 FROM pg_catalog.pg_constraint AS c"
            " WHERE c.conindid = i.indexrelid AND c.conrelid = i.indrelid) ORDER BY i.indexrelid::regclass::text",
        ):
            yield str(definition)


def _column_sql(row: dict[str, Any]) -> str:
    """A column; one that counts by a sequence of its own becomes an identity, which needs nothing beside it."""
    text = f"{quote(row['name'])} {row['type']}"
    if _counts(row):
        return f"{text} GENERATED BY DEFAULT AS IDENTITY"
    if row["generated"]:
        text += f" GENERATED ALWAYS AS ({row['expression']}) STORED"
    elif row["expression"] is not None:
        text += f" DEFAULT {row['expression']}"
    return f"{text} NOT NULL" if row["is_required"] else text


def _counts(row: dict[str, Any]) -> bool:
    return bool(row["identity"]) or str(row["expression"] or "").startswith("nextval(")


def _positions(relation: Relation, columns: list[dict[str, Any]]) -> Iterator[str]:
    """Where counting goes on: behind the largest number there is."""
    for row in columns:
        if _counts(row):
            sequence = f"pg_get_serial_sequence({named(relation.schema, relation.name)}, {literal(row['name'])})"
            last = f"max({quote(row['name'])})"
            yield f"SELECT setval({sequence}, greatest({last}, 1), {last} IS NOT NULL) FROM {relation.qualified}"


def _plain(value: bytes | None, oid: int) -> Value:
    if value is None:
        return None
    text = value.decode()
    if oid in _INTEGERS:
        return int(text)
    if oid in _FLOATS:
        return float(text)
    if oid == _NUMERIC:
        return Decimal(text) if text[-1:].isdigit() else text
    if oid == _BOOLEAN:
        return text == "t"
    if oid == _BYTES:
        return bytes.fromhex(text.removeprefix("\\x"))
    return text
