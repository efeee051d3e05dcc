"""How the tables of a database differ from what they should be: exactly (drift), or too much to work with (misfits)."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
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


@dataclass(frozen=True, slots=True)
class Finding:
    """A difference together with what it is about.

    `wanted` is a table, column, index, unique key or foreign key as it should be, None for what should not be at all.
    `found` is the reflected column, or the name of the key that is another than wanted.
    """

    difference: Difference
    wanted: Any = None
    found: Any = None


def differences(connection: sa.Connection, metadata: sa.MetaData, tables: Collection[str]) -> tuple[Difference, ...]:
    """What `findings` finds, in words alone. Reads only."""
    return tuple(finding.difference for finding in findings(connection, metadata, tables))


def findings(connection: sa.Connection, metadata: sa.MetaData, tables: Collection[str]) -> tuple[Finding, ...]:
    """Compare these tables with the metadata, by Alembic's own means and some of ours. Reads only.

    Columns, types, nullability, defaults, primary, unique and foreign keys, indexes; of generated columns whether they
    are. A key of another name over the same columns is none. CHECK constraints and triggers are not compared.
    """
    from alembic.autogenerate import compare_metadata
    from alembic.runtime.migration import MigrationContext

    found: list[Finding] = []

    def include_name(name: str | None, kind: str, parents: Any) -> bool:
        return kind != "table" or name in tables

    def include_object(item: Any, name: str | None, kind: str, is_reflected: bool, counterpart: Any) -> bool:
        if kind == "table":
            return name in tables
        if kind != "column" or is_reflected or counterpart is None:
            return True
        found.extend(_expression(connection.dialect, item, counterpart))
        return item.computed is None and counterpart.computed is None

    options = {"include_name": include_name, "include_object": include_object, "compare_type": True}
    context = MigrationContext.configure(connection, opts=options)
    changes = list(_flat(compare_metadata(context, metadata)))
    for change in changes:
        found.extend(_told(change, metadata))
    found.extend(_keys(changes))
    found.extend(_primary_keys(connection, metadata, tables))
    missing = {finding.difference.table for finding in found if finding.difference.kind == "missing_table"}
    told = {
        finding.difference: finding
        for finding in found
        if finding.difference.table not in missing or finding.difference.kind == "missing_table"
    }
    return tuple(told[difference] for difference in sorted(told, key=lambda one: (one.table, one.kind, one.detail)))


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


def _expression(dialect: sa.Dialect, wanted: sa.Column[Any], found: sa.Column[Any]) -> Iterable[Finding]:
    table, name = wanted.table.name, wanted.name
    if (wanted.computed is None) != (found.computed is None):
        detail = f"{name} is generated" if wanted.computed is None else f"{name} is not generated"
        yield Finding(Difference(table, "generated", detail))
    elif wanted.computed is not None:
        if wanted.type._type_affinity is not found.type._type_affinity:
            yield Finding(Difference(table, "type", f"{name} is {found.type!s}, not {wanted.type!s}"))
    elif wanted.identity is None and not wanted.primary_key:
        want, have = default_text(dialect, wanted), default_text(dialect, found)
        if want is not None and have is None:
            yield Finding(Difference(table, "default", f"{name} has no default"), wanted, found)
        elif want is None and have is not None:
            detail = f"{name} has the default {have} that should not be"
            yield Finding(Difference(table, "default", detail), wanted, found)
        elif want is not None and have is not None and _plain(want) != _plain(have):
            yield Finding(Difference(table, "default", f"{name} has the default {have}, not {want}"), wanted, found)


def default_text(dialect: sa.Dialect, column: sa.Column[Any]) -> str | None:
    """A column's default as the server would be told it, None where it has none."""
    if column.server_default is None or column.identity is not None or column.computed is not None:
        return None
    compiler: Any = dialect.ddl_compiler(dialect, None)  # type: ignore[arg-type]
    text = compiler.get_column_default_string(column)
    return None if text is None or text.upper() == "NULL" else str(text)


def default_of(column: sa.Column[Any]) -> Any:
    """A column's default as Alembic takes it, None for none."""
    default = column.server_default
    return default.arg if isinstance(default, sa.DefaultClause) else None


def _plain(default: str) -> str:
    """A default without what each server writes around it in its own way."""
    text = default.strip()
    while text.startswith("(") and text.endswith(")"):
        text = text[1:-1].strip()
    text = _CAST.sub("", text)
    if text.lower().removesuffix("()") in _NOW:
        return "now"
    if len(text) > 1 and text[0] == text[-1] == "'":
        text = text[1:-1].replace("''", "'")
    if text.lower() in _BOOLEANS:
        return _BOOLEANS[text.lower()]
    try:
        return str(Decimal(text).normalize() + 0)
    except InvalidOperation:
        return text


def _flat(changes: Iterable[Any]) -> Iterable[tuple[Any, ...]]:
    """Alembic groups the changes of one column in a list of their own."""
    for change in changes:
        if isinstance(change, list):
            yield from change
        else:
            yield change


def _told(change: tuple[Any, ...], metadata: sa.MetaData) -> Iterable[Finding]:
    """One of Alembic's tuples about a table or a column in our words."""
    match change:
        case "add_table", table:
            missing = metadata.tables[table.name]
            yield Finding(Difference(table.name, "missing_table", "the table is missing"), missing)
        case "add_column", _, table, column:
            yield Finding(Difference(table, "missing_column", f"there is no column {column.name}"), column)
        case "remove_column", _, table, column:
            yield Finding(Difference(table, "extra_column", f"there is a column {column.name} that should not be"))
        case "modify_type", _, table, column, _, found, _:
            wanted = metadata.tables[table].columns[column]
            if not _is_unsigned_key(found, wanted):
                detail = f"{column} is {found!s}, not {wanted.type!s}"
                yield Finding(Difference(table, "type", detail), wanted)
        case "modify_nullable", _, table, column, _, _, may_be_null:
            detail = f"{column} refuses NULL" if may_be_null else f"{column} takes NULL"
            yield Finding(Difference(table, "nullable", detail), metadata.tables[table].columns[column])


def _is_unsigned_key(found: TypeEngine[Any], wanted: sa.Column[Any]) -> bool:
    """Whether an id is merely UNSIGNED, as Laravel makes them: whatever id we write has its place there."""
    both = isinstance(found, sa.BigInteger) and isinstance(wanted.type, sa.BigInteger)
    return both and bool(getattr(found, "unsigned", False)) and (wanted.name == "id" or wanted.name.endswith("_id"))


def _keys(changes: list[tuple[Any, ...]]) -> Iterable[Finding]:
    """Indexes, unique and foreign keys: what is missing, what should not be, and what is another than it should be."""
    added = [change[1] for change in changes if change[0] in ("add_index", "add_constraint", "add_fk")]
    removed = [change[1] for change in changes if change[0] in ("remove_index", "remove_constraint", "remove_fk")]
    for wanted in added:
        same = next((key for key in removed if _effect(key) == _effect(wanted)), None)
        if same is not None:
            removed.remove(same)
            continue
        other = next((key for key in removed if _is_counterpart(key, wanted)), None)
        table = wanted.table.name
        if other is None:
            yield Finding(Difference(table, f"missing_{_kind(wanted)}", f"there is no {_described(wanted)}"), wanted)
        else:
            removed.remove(other)
            detail = f"there is {_article(other)}{_described(other)} where {_described(wanted)} should be"
            yield Finding(Difference(table, f"changed_{_kind(wanted)}", detail), wanted, other.name)
    for other in removed:
        detail = f"there is {_article(other)}{_described(other)} that should not be"
        yield Finding(Difference(other.table.name, f"extra_{_kind(other)}", detail))


def _kind(key: Any) -> str:
    if isinstance(key, sa.Index):
        return "index"
    return "foreign_key" if isinstance(key, sa.ForeignKeyConstraint) else "key"


def _article(key: Any) -> str:
    return "an " if isinstance(key, sa.Index) else "a "


def _described(key: Any) -> str:
    columns = ", ".join(column.name for column in key.columns)
    if isinstance(key, sa.ForeignKeyConstraint):
        target = ", ".join(element.target_fullname for element in key.elements)
        rules = "".join(
            f" on {event} {rule.lower()}"
            for event, rule in (("delete", key.ondelete), ("update", key.onupdate))
            if rule and rule.upper() not in _NO_ACTION
        )
        return f"foreign key ({columns}) to {target}{rules}"
    if isinstance(key, sa.Index):
        return f"{'unique ' if key.unique else ''}index {key.name} ({columns})"
    return f"unique key {key.name} ({columns})"


def _effect(key: Any) -> tuple[Any, ...]:
    """What a key does, whatever its name is."""
    columns = tuple(column.name for column in key.columns)
    if isinstance(key, sa.ForeignKeyConstraint):
        rules = tuple("" if (rule or "").upper() in _NO_ACTION else rule for rule in (key.ondelete, key.onupdate))
        return (key.table.name, columns, tuple(element.target_fullname for element in key.elements), rules)
    return (key.table.name, columns, isinstance(key, sa.UniqueConstraint) or bool(key.unique))


def _is_counterpart(key: Any, wanted: Any) -> bool:
    """Whether the one stands where the other should: of its name, or a foreign key over its columns."""
    if key.table.name != wanted.table.name or (_kind(key) == "foreign_key") != (_kind(wanted) == "foreign_key"):
        return False
    if _kind(key) == "foreign_key" and [column.name for column in key.columns] == [c.name for c in wanted.columns]:
        return True
    return key.name is not None and key.name == wanted.name


def _primary_keys(connection: sa.Connection, metadata: sa.MetaData, tables: Collection[str]) -> Iterable[Finding]:
    inspector = sa.inspect(connection)
    for name in sorted(set(inspector.get_table_names()) & set(tables) & set(metadata.tables)):
        wanted = [column.name for column in metadata.tables[name].primary_key.columns]
        found = inspector.get_pk_constraint(name)["constrained_columns"]
        if set(wanted) != set(found):
            detail = f"the primary key is ({', '.join(found)}), not ({', '.join(wanted)})"
            if not found:
                detail = f"there is no primary key ({', '.join(wanted)})"
            yield Finding(Difference(name, "primary_key", detail))


_CAST = re.compile(r"::[a-z ]+(\(\d+(,\d+)?\))?(\[\])?$", re.IGNORECASE)
_NOW = frozenset({"current_timestamp", "now", "current_timestamp(0)"})
_BOOLEANS = {"true": "1", "false": "0", "b'0'": "0", "b'1'": "1"}
_NO_ACTION = frozenset({"", "NO ACTION", "RESTRICT"})
