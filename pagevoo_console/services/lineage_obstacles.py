"""Why a difference is left as it is: it would have to be dropped, or rows that stand would not fit. Reads only."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from typing import Any

import sqlalchemy as sa

from pagevoo_console.services import lineage_values as values
from pagevoo_console.services.lineage_differences import Finding

_MYSQL = frozenset({"mysql", "mariadb"})
_LITERAL = re.compile(r"'(?:[^']|'')*'|\"(?:[^\"]|\"\")*\"|`[^`]*`|\[[^\]]*\]")
_NOT_REWRITABLE = re.compile(r"\b(WITHOUT\s+ROWID|STRICT|COLLATE\s+\w+|ON\s+CONFLICT)\b", re.IGNORECASE)


def obstacle(connection: sa.Connection, finding: Finding, findings: Sequence[Finding]) -> str:
    """Why this one cannot be mended, empty where it can. `findings` are all that are mended along with it."""
    kind = finding.difference.kind
    if kind.startswith("extra_"):
        return "nothing is dropped that somebody may need"
    looks: dict[str, Callable[[sa.Connection, Finding, Sequence[Finding]], str]] = {
        "missing_table": _none,
        "missing_column": _column,
        "type": _type,
        "nullable": _nullable,
        "default": _none,
        "missing_index": _index,
        "changed_index": _index,
        "missing_key": _unique,
        "changed_key": _unique,
        "missing_foreign_key": _foreign,
        "changed_foreign_key": _foreign,
    }
    if kind not in looks or finding.wanted is None:
        return "it has to be put right by hand: the table would have to be made anew"
    why = looks[kind](connection, finding, findings)
    if not why and connection.dialect.name == "sqlite" and kind != "missing_table" and not kind.endswith("_index"):
        return _rewriting(connection, finding.difference.table)
    return why


def _none(*_: Any) -> str:
    return ""


def _column(connection: sa.Connection, finding: Finding, _: Sequence[Finding]) -> str:
    column: sa.Column[Any] = finding.wanted
    if column.primary_key:
        return "a key column cannot be added to rows that stand"
    if column.nullable or column.server_default is not None or column.computed is not None:
        return ""
    count = values.rows(connection, finding.difference.table)
    return f"{_rows(count)} would have no value for it" if count else ""


def _type(connection: sa.Connection, finding: Finding, _: Sequence[Finding]) -> str:
    table, column = finding.difference.table, finding.wanted
    inspector = sa.inspect(connection)
    found = next(each["type"] for each in inspector.get_columns(table) if each["name"] == column.name)
    if connection.dialect.name in _MYSQL and _is_referred(inspector, table, column.name):
        return f"a foreign key rests on {column.name}"
    count = values.unfit(connection, table, column.name, found, column.type)
    return f"{_rows(count)} would lose their value" if count else ""


def _nullable(connection: sa.Connection, finding: Finding, _: Sequence[Finding]) -> str:
    if finding.wanted.nullable:
        return ""
    count = values.without_value(connection, finding.difference.table, finding.wanted.name)
    return f"{_rows(count)} hold NULL" if count else ""


def _index(connection: sa.Connection, finding: Finding, findings: Sequence[Finding]) -> str:
    if finding.wanted.unique:
        return _unique(connection, finding, findings)
    missing = _missing_columns(finding, findings)
    return _absent(connection, missing, findings)


def _unique(connection: sa.Connection, finding: Finding, findings: Sequence[Finding]) -> str:
    table = finding.difference.table
    missing = _missing_columns(finding, findings)
    if missing:
        why = _absent(connection, missing, findings)
        is_empty = any(each.wanted.nullable and each.wanted.server_default is None for each in missing)
        if not why and not is_empty and values.rows(connection, table) > 1:
            return "the rows would all have the same value"
        return why
    count = values.duplicates(connection, table, [column.name for column in finding.wanted.columns])
    return f"{count} values stand more than once" if count else ""


def _foreign(connection: sa.Connection, finding: Finding, findings: Sequence[Finding]) -> str:
    key: sa.ForeignKeyConstraint = finding.wanted
    table = finding.difference.table
    if finding.difference.kind == "changed_foreign_key" and finding.found is None:
        return "the foreign key that stands has no name by which it could be replaced"
    missing = _missing_columns(finding, findings)
    if missing:
        why = _absent(connection, missing, findings)
        has_values = any(each.wanted.server_default is not None for each in missing)
        return why or ("its column is to be filled first" if has_values and values.rows(connection, table) else "")
    target = key.referred_table.name
    if not sa.inspect(connection).has_table(target):
        count = values.rows(connection, table)
        filled = sum(count - values.without_value(connection, table, name) for name in key.column_keys)
        return f"{_rows(filled)} refer to {target}, which is empty" if filled else ""
    if connection.dialect.name in _MYSQL and (why := _of_another_type(connection, key)):
        return why
    count = values.orphans(connection, key)
    return f"{_rows(count)} refer to a row of {target} that is not there" if count else ""


def _of_another_type(connection: sa.Connection, key: sa.ForeignKeyConstraint) -> str:
    """InnoDB refuses a BIGINT that refers to a BIGINT UNSIGNED."""
    inspector = sa.inspect(connection)
    own = {each["name"]: each["type"] for each in inspector.get_columns(key.table.name)}
    others = {each["name"]: each["type"] for each in inspector.get_columns(key.referred_table.name)}
    for name, element in zip(key.column_keys, key.elements, strict=True):
        mine, other = own[name], others.get(element.column.name)
        if other is None:
            return f"{element.target_fullname} is not there"
        if isinstance(mine, sa.Integer) and _told(mine) != _told(other):
            return f"{name} is {mine!s}, {element.target_fullname} is {other!s}"
    return ""


def _told(kind: Any) -> tuple[type, bool]:
    return type(kind), bool(getattr(kind, "unsigned", False))


def _missing_columns(finding: Finding, findings: Sequence[Finding]) -> list[Finding]:
    """The findings about columns of this key that are not there yet."""
    over = {column.name for column in finding.wanted.columns}
    return [
        other
        for other in findings
        if other.difference.kind == "missing_column"
        and other.difference.table == finding.difference.table
        and other.wanted.name in over
    ]


def _absent(connection: sa.Connection, missing: list[Finding], findings: Sequence[Finding]) -> str:
    """Why a key cannot be made, where a column of its cannot be added."""
    stuck = [other.wanted.name for other in missing if obstacle(connection, other, findings)]
    return f"there is no column {', '.join(stuck)}, and it cannot be added" if stuck else ""


def _is_referred(inspector: sa.Inspector, table: str, column: str) -> bool:
    if any(column in key["constrained_columns"] for key in inspector.get_foreign_keys(table)):
        return True
    return any(
        key["referred_table"] == table and column in key["referred_columns"]
        for keys in inspector.get_multi_foreign_keys().values()
        for key in keys
    )


def _rewriting(connection: sa.Connection, table: str) -> str:
    """SQLite alters a table by writing it anew; what cannot be read out of it would be lost."""
    query = sa.text("SELECT sql FROM sqlite_master WHERE type = 'table' AND name = :name")
    text = _LITERAL.sub("x", str(connection.execute(query, {"name": table}).scalar_one()))
    found = _NOT_REWRITABLE.search(text)
    return f"the table would be written anew, and {found.group(1).upper()} would be lost" if found else ""


def _rows(count: int) -> str:
    return "1 row" if count == 1 else f"{count} rows"
