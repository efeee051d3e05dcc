"""Whether the rows that stand would survive a change of their table: measured before anything is changed."""

from __future__ import annotations

import json
import re
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import mysql
from sqlalchemy.types import TypeEngine

_WHOLE = re.compile(r"-?\d{1,19}")
_BYTES_OF_TEXT = 65_535


def rows(connection: sa.Connection, table: str) -> int:
    """How many rows the table has."""
    return int(connection.execute(sa.select(sa.func.count()).select_from(sa.table(table))).scalar_one())


def without_value(connection: sa.Connection, table: str, column: str) -> int:
    """How many rows hold NULL there."""
    chosen: sa.ColumnClause[Any] = sa.column(column)
    query = sa.select(sa.func.count()).select_from(sa.table(table, chosen)).where(chosen.is_(None))
    return int(connection.execute(query).scalar_one())


def duplicates(connection: sa.Connection, table: str, columns: list[str]) -> int:
    """How many combinations of values stand in more than one row; NULL equals nothing."""
    chosen: list[sa.ColumnClause[Any]] = [sa.column(name) for name in columns]
    groups = (
        sa.select(sa.literal(1).label("one"))
        .select_from(sa.table(table, *chosen))
        .where(*(column.is_not(None) for column in chosen))
        .group_by(*chosen)
        .having(sa.func.count() > 1)
        .subquery()
    )
    return int(connection.execute(sa.select(sa.func.count()).select_from(groups)).scalar_one())


def orphans(connection: sa.Connection, key: sa.ForeignKeyConstraint) -> int:
    """How many rows refer to a row that is not there."""
    own = sa.table(key.table.name, *(sa.column(name) for name in key.column_keys)).alias("own")
    target = sa.table(key.referred_table.name, *(sa.column(element.column.name) for element in key.elements))
    other = target.alias("other")
    pairs = [
        other.columns[element.column.name] == own.columns[name]
        for name, element in zip(key.column_keys, key.elements, strict=True)
    ]
    query = (
        sa.select(sa.func.count())
        .select_from(own)
        .where(
            *(own.columns[name].is_not(None) for name in key.column_keys),
            ~sa.exists(sa.select(sa.literal(1)).select_from(other).where(*pairs)),
        )
    )
    return int(connection.execute(query).scalar_one())


def unfit(connection: sa.Connection, table: str, column: str, found: TypeEngine[Any], wanted: TypeEngine[Any]) -> int:
    """How many rows hold a value that the wanted type could not keep exactly as it is."""
    chosen: sa.ColumnClause[Any] = sa.column(column)
    source = sa.table(table, chosen)
    kind = wanted.dialect_impl(connection.dialect)
    if isinstance(found, sa.String) and isinstance(kind, sa.String) and connection.dialect.name != "sqlite":
        too_long = _too_long(connection.dialect, chosen, kind)
        if too_long is None:
            return 0
        return int(connection.execute(sa.select(sa.func.count()).select_from(source).where(too_long)).scalar_one())
    values = connection.execute(sa.select(chosen).select_from(source).where(chosen.is_not(None))).scalars()
    has_fractions = connection.dialect.name not in ("mysql", "mariadb")
    return sum(1 for value in values if not fits(kind, value, has_fractions=has_fractions))


def _too_long(dialect: sa.Dialect, column: Any, wanted: sa.String) -> sa.ColumnElement[bool] | None:
    if wanted.length is not None:
        return sa.func.char_length(column) > wanted.length
    is_short = dialect.name in ("mysql", "mariadb") and not isinstance(wanted, mysql.LONGTEXT | mysql.MEDIUMTEXT)
    return sa.func.octet_length(column) > _BYTES_OF_TEXT if is_short else None


def fits(wanted: TypeEngine[Any], value: Any, *, has_fractions: bool = True) -> bool:
    """Whether the type keeps this value exactly. `has_fractions` says whether times have parts of a second there."""
    match wanted:
        case sa.Boolean():
            return value in (0, 1, "0", "1")
        case sa.Integer():
            return _fits_whole(wanted, value)
        case sa.Float():
            return isinstance(value, int | float) or (isinstance(value, Decimal) and Decimal(float(value)) == value)
        case sa.Numeric():
            return _fits_number(wanted, value)
        case sa.DateTime() | sa.TIMESTAMP():
            return _fits_time(value, has_fractions)
        case sa.Date():
            return isinstance(value, date) and not isinstance(value, datetime)
        case sa.JSON():
            return not isinstance(value, str) or _is_json(value)
        case sa.String():
            is_text = isinstance(value, str | int | Decimal) and not isinstance(value, bool)
            return is_text and (wanted.length is None or len(str(value)) <= wanted.length)
        case sa.LargeBinary():
            return isinstance(value, bytes)
    return False


def _fits_whole(wanted: sa.Integer, value: Any) -> bool:
    bits = 15 if isinstance(wanted, sa.SmallInteger) else 63 if isinstance(wanted, sa.BigInteger) else 31
    if isinstance(value, str):
        if _WHOLE.fullmatch(value) is None:
            return False
        value = int(value)
    if isinstance(value, bool) or not isinstance(value, int | float | Decimal) or value != int(value):
        return False
    return bool(-(2**bits) <= value < 2**bits)


def _fits_number(wanted: sa.Numeric[Any], value: Any) -> bool:
    if isinstance(value, bool) or not isinstance(value, int | float | Decimal | str):
        return False
    try:
        number = Decimal(str(value))
    except InvalidOperation:
        return False
    if not number.is_finite():
        return False
    if wanted.precision is None:
        return True
    scale = wanted.scale or 0
    return bool(number == round(number, scale) and abs(number) < Decimal(10) ** (wanted.precision - scale))


def _fits_time(value: Any, has_fractions: bool) -> bool:
    if isinstance(value, str):
        try:
            value = datetime.fromisoformat(value)
        except ValueError:
            return False
    if isinstance(value, datetime):
        return value.tzinfo is None and (has_fractions or not value.microsecond)
    return isinstance(value, date)


def _is_json(text: str) -> bool:
    try:
        json.loads(text)
    except ValueError:
        return False
    return True
