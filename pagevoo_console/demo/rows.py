"""Rows on their way into a SQLite file: bulk, in one transaction, with values as SQLAlchemy would have stored them."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from pagevoo_console.demo.dice import Dice

Row = Sequence[Any]


@dataclass(frozen=True, slots=True)
class Rows:
    """Rows for one table; every row has a value for each of `columns`, in that order."""

    table: str
    columns: tuple[str, ...]
    values: Sequence[Row] = field(hash=False)


@contextmanager
def bulk(path: Path) -> Iterator[sqlite3.Connection]:
    """A connection inside one transaction that does not wait for the disk: a half-made demo is thrown away anyway."""
    connection = sqlite3.connect(path, isolation_level=None)
    try:
        connection.execute("PRAGMA synchronous = OFF")
        connection.execute("PRAGMA journal_mode = MEMORY")
        connection.execute("BEGIN")
        yield connection
        connection.execute("COMMIT")
    finally:
        connection.close()


def insert(connection: sqlite3.Connection, rows: Rows) -> None:
    """Write the rows, in the order they are in."""
    if not rows.values:
        return
    names = ", ".join(quoted(column) for column in rows.columns)
    marks = ", ".join("?" * len(rows.columns))
    connection.executemany(f"INSERT INTO {quoted(rows.table)} ({names}) VALUES ({marks})", rows.values)


def quoted(identifier: str) -> str:
    """A name as an SQLite identifier."""
    return '"' + identifier.replace('"', '""') + '"'


def stamp(moment: datetime) -> str:
    """A time in UTC as SQLite keeps it."""
    return moment.isoformat(" ", "seconds")


def moments(dice: Dice, number: int, earliest: datetime, latest: datetime) -> list[datetime]:
    """So many times between the two, rising, more of them towards the end, and by day rather than by night."""
    span = max((latest - earliest).total_seconds(), 3600.0)
    drawn = []
    for _ in range(number):
        moment = earliest + timedelta(seconds=span * dice.random() ** 0.7)
        hour = min(23, max(0, int(dice.gauss(14.5, 4.2))))
        daytime = moment.replace(hour=hour, minute=dice.between(0, 60), second=dice.between(0, 60), microsecond=0)
        drawn.append(min(max(daytime, earliest), latest))
    return sorted(drawn)
