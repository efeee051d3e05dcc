"""The blast radius: what a deletion takes with it, looked at in the database itself. Reads only."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from pagevoo_console.domain.database import TableFacts
from pagevoo_console.domain.deletion import BlastRadius
from pagevoo_console.domain.errors import ConsoleError
from pagevoo_console.services.engines.base import DatabaseEngine
from pagevoo_console.services.values import as_time, naive_utc, now

COUNTED_UP_TO = 500_000
"""Rows, by the estimate: larger tables are not counted for a look that somebody waits for."""
TABLES_UP_TO = 300
_MOMENTS = ("created_at", "updated_at", "placed_at", "published_at")
_ENDED_ORDERS = ("completed", "cancelled", "refunded", "failed", "closed")
_ENDED_BOOKINGS = ("completed", "cancelled", "no_show")


def measure(engine: DatabaseEngine, session: sa.Connection, sessions: int) -> BlastRadius:
    """How much there is, when it was last written to, and whom the deletion would leave waiting."""
    facts = engine.tables(session)
    size = engine.size(session).allocated
    rows, exact = _rows(session, facts)
    small = {table.name for table in facts[:TABLES_UP_TO] if table.rows_estimated <= COUNTED_UP_TO}
    return BlastRadius(
        tables=len(facts),
        rows=rows,
        rows_exact=exact,
        size_bytes=size,
        last_write=_last_write(session, small),
        sessions=sessions,
        open_orders=_open_orders(session, small),
        open_bookings=_open_bookings(session, small),
    )


def _rows(session: sa.Connection, facts: tuple[TableFacts, ...]) -> tuple[int, bool]:
    """Counted one by one as long as that is quick; what cannot be counted stays estimated."""
    total, exact = 0, len(facts) <= TABLES_UP_TO
    for number, table in enumerate(facts):
        counted = None
        if number < TABLES_UP_TO and table.rows_estimated <= COUNTED_UP_TO:
            counted = _scalar(session, sa.select(sa.func.count()).select_from(sa.table(table.name)))
        exact = exact and counted is not None
        total += table.rows_estimated if counted is None else int(str(counted))
    return total, exact


def _last_write(session: sa.Connection, tables: Iterable[str]) -> datetime | None:
    """The newest time in the columns that say when a row came or changed; times in the future are somebody's plans."""
    latest: datetime | None = None
    moment = now()
    for table in sorted(tables):
        for column in sorted(_columns(session, table) & set(_MOMENTS)):
            wanted: sa.ColumnElement[datetime] = sa.column(column)
            found = _moment(_scalar(session, sa.select(sa.func.max(wanted)).select_from(sa.table(table))))
            if found is not None and found <= moment and (latest is None or found > latest):
                latest = found
    return latest


def _open_orders(session: sa.Connection, tables: set[str]) -> int | None:
    if "shop_orders" not in tables or "status" not in _columns(session, "shop_orders"):
        return None
    status: sa.ColumnElement[str] = sa.column("status", sa.String)
    found = _scalar(
        session, sa.select(sa.func.count()).select_from(sa.table("shop_orders")).where(status.not_in(_ENDED_ORDERS))
    )
    return None if found is None else int(str(found))


def _open_bookings(session: sa.Connection, tables: set[str]) -> int | None:
    if "bookings" not in tables or not {"status", "ends_at"} <= _columns(session, "bookings"):
        return None
    status: sa.ColumnElement[str] = sa.column("status", sa.String)
    ends: sa.ColumnElement[datetime] = sa.column("ends_at", sa.DateTime)
    query = sa.select(sa.func.count()).select_from(sa.table("bookings"))
    found = _scalar(session, query.where(status.not_in(_ENDED_BOOKINGS), ends >= naive_utc(now())))
    return None if found is None else int(str(found))


def _columns(session: sa.Connection, table: str) -> set[str]:
    try:
        return set(session.execute(sa.select(sa.text("*")).select_from(sa.table(table)).limit(0)).keys())
    except (sa.exc.SQLAlchemyError, ConsoleError):
        return set()


def _scalar(session: sa.Connection, query: sa.Select[Any]) -> object | None:
    """One value, None where the tenant's table is not what its name says: a look at the size of a loss never fails."""
    try:
        value: object | None = session.execute(query).scalar()
    except (sa.exc.SQLAlchemyError, ConsoleError):
        return None
    return value


def _moment(value: object | None) -> datetime | None:
    """A time as a driver gives it; what is no time is none."""
    if not isinstance(value, datetime | str):
        return None
    try:
        return as_time(value)
    except ConsoleError:
        return None
