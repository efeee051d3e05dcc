"""How the tables of a database differ from what they should be: exactly (drift), or too much to work with (misfits)."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from typing import Any

import sqlalchemy as sa
from sqlalchemy.types import TypeEngine

from pagevoo_console.domain.feature import Difference

_FAMILIES: tuple[tuple[str, tuple[type[TypeEngine[Any]], ...]], ...] = (
    ("boolean", (sa.Boolean,)),
    ("whole number", (sa.Integer,)),
    ("number", (sa.Numeric, sa.Float)),
    ("time", (sa.DateTime, sa.Date)),
    ("text", (sa.String, sa.JSON, sa.Uuid)),
    ("bytes", (sa.LargeBinary,)),
)


def differences(connection: sa.Connection, metadata: sa.MetaData, tables: Collection[str]) -> tuple[Difference, ...]:
    """Compare these tables with the metadata, by Alembic's own means. Reads only.

    Columns, types, nullability, keys, indexes and foreign keys; of defaults and generated columns whether there is
    one, since every server writes the expression in its own way. CHECK constraints are not compared.
    """
    from alembic.autogenerate import compare_metadata
    from alembic.runtime.migration import MigrationContext

    found: list[Difference] = []

    def include_name(name: str | None, kind: str, parents: Any) -> bool:
        return kind != "table" or name in tables

    def include_object(item: Any, name: str | None, kind: str, is_reflected: bool, counterpart: Any) -> bool:
        if kind == "table":
            return name in tables
        if kind != "column" or is_reflected or counterpart is None:
            return True
        found.extend(_expression(item, counterpart))
        return item.computed is None and counterpart.computed is None

    options = {"include_name": include_name, "include_object": include_object, "compare_type": True}
    context = MigrationContext.configure(connection, opts=options)
    for difference in _flat(compare_metadata(context, metadata)):
        found.extend(_told(difference))
    missing = {difference.table for difference in found if difference.kind == "missing_table"}
    told = {each for each in found if each.table not in missing or each.kind == "missing_table"}
    return tuple(sorted(told, key=lambda difference: (difference.table, difference.kind, difference.detail)))


def misfits(connection: sa.Connection, metadata: sa.MetaData) -> tuple[Difference, ...]:
    """What keeps tables that stand already from being adopted: columns missing or of another kind. Reads only.

    Tables that are missing, columns marked optional, and columns that are there beyond ours are no misfits.
    """
    inspector = sa.inspect(connection)
    standing = sorted(set(inspector.get_table_names()) & set(metadata.tables))
    has_boolean = connection.dialect.supports_native_boolean
    found = []
    for name in standing:
        columns = {column["name"]: column["type"] for column in inspector.get_columns(name)}
        for column in metadata.tables[name].columns:
            if column.info.get("optional"):
                continue
            if column.name not in columns:
                found.append(Difference(name, "missing_column", f"there is no column {column.name}"))
            elif not _fits(column.type, columns[column.name], has_boolean):
                detail = f"{column.name} is {columns[column.name]!s}, which is no {_family(column.type)}"
                found.append(Difference(name, "type", detail))
    return tuple(found)


def _fits(wanted: TypeEngine[Any], found: TypeEngine[Any], has_boolean: bool) -> bool:
    """Whether values of the one can be kept in the other; a type that SQLAlchemy does not know is given the benefit."""
    want, have = _family(wanted), _family(found)
    return have in {want, ""} or (not has_boolean and (want, have) == ("boolean", "whole number"))


def _family(kind: TypeEngine[Any]) -> str:
    return next((family for family, types in _FAMILIES if isinstance(kind, types)), "")


def _expression(wanted: sa.Column[Any], found: sa.Column[Any]) -> Iterable[Difference]:
    table, name = wanted.table.name, wanted.name
    if (wanted.computed is None) != (found.computed is None):
        detail = f"{name} is generated" if wanted.computed is None else f"{name} is not generated"
        yield Difference(table, "generated", detail)
    elif wanted.computed is not None and wanted.type._type_affinity is not found.type._type_affinity:
        yield Difference(table, "type", f"{name} is {found.type!s}, not {wanted.type!s}")
    elif wanted.server_default is not None and wanted.identity is None and found.server_default is None:
        yield Difference(table, "default", f"{name} has no default")


def _flat(differences: Iterable[Any]) -> Iterable[tuple[Any, ...]]:
    """Alembic groups the changes of one column in a list of their own."""
    for difference in differences:
        if isinstance(difference, list):
            yield from difference
        else:
            yield difference


def _told(difference: tuple[Any, ...]) -> Iterable[Difference]:
    """One of Alembic's tuples in our words."""
    match difference:
        case "add_table", table:
            yield Difference(table.name, "missing_table", "the table is missing")
        case "add_column", _, table, column:
            yield Difference(table, "missing_column", f"there is no column {column.name}")
        case "remove_column", _, table, column:
            yield Difference(table, "extra_column", f"there is a column {column.name} that should not be")
        case "add_index", index:
            yield Difference(index.table.name, "missing_index", f"there is no index {index.name}")
        case "remove_index", index:
            yield Difference(index.table.name, "extra_index", f"there is an index {index.name} that should not be")
        case "add_constraint", key:
            yield Difference(key.table.name, "missing_key", f"there is no unique key {key.name}")
        case "remove_constraint", key:
            yield Difference(key.table.name, "extra_key", f"there is a unique key {key.name} that should not be")
        case "add_fk", key:
            yield Difference(key.table.name, "missing_foreign_key", f"there is no foreign key {_columns(key)}")
        case "remove_fk", key:
            detail = f"there is a foreign key {_columns(key)} that should not be"
            yield Difference(key.table.name, "extra_foreign_key", detail)
        case "modify_type", _, table, column, _, found, wanted:
            yield Difference(table, "type", f"{column} is {found!s}, not {wanted!s}")
        case "modify_nullable", _, table, column, _, _, may_be_null:
            detail = f"{column} refuses NULL" if may_be_null else f"{column} takes NULL"
            yield Difference(table, "nullable", detail)
        case "modify_default", _, table, column, *_:
            yield Difference(table, "default", f"{column} has another default")


def _columns(key: sa.ForeignKeyConstraint) -> str:
    columns = ", ".join(key.column_keys)
    return f"({columns}) to {', '.join(element.target_fullname for element in key.elements)}"
