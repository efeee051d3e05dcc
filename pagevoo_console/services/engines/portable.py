"""What an export asks of an engine: one snapshot, rows as plain exact values, and a table as SQL for its own client."""

from __future__ import annotations

import math
from abc import ABC, abstractmethod
from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from decimal import Decimal

Value = None | bool | int | float | Decimal | str | bytes
"""Nothing is lost: what none of these holds exactly (dates beyond Python's, JSON, arrays) is the server's text."""


@dataclass(frozen=True, slots=True)
class TableColumn:
    """A column that holds values of its own; `type` is in the server's own words."""

    name: str
    type: str


@dataclass(frozen=True, slots=True)
class TableSql:
    """A table as statements without their semicolon.

    `before` makes it, `insert` is what stands before the rows, `after` makes its indexes, `links` ties it to other
    tables once all are there.
    """

    before: tuple[str, ...]
    insert: str
    after: tuple[str, ...] = ()
    links: tuple[str, ...] = ()


class Portable(ABC):
    """One tenant database, open for copying. Reads only; belongs to the thread of its session.

    `preamble` are the statements at the head of every SQL file.
    """

    preamble: tuple[str, ...] = ()

    @abstractmethod
    def snapshot(self) -> AbstractContextManager[None]:
        """Inside, every table is read as it was at one and the same moment, and nothing can be written."""

    @abstractmethod
    def columns(self, table: str) -> tuple[TableColumn, ...]:
        """Columns in their order, generated ones left out. Raises Unsupported for a type that cannot be told."""

    @abstractmethod
    def rows(self, table: str) -> Iterator[Sequence[Value]]:
        """Every row, streamed: memory does not grow with the table."""

    @abstractmethod
    def table_sql(self, table: str) -> TableSql:
        """The table for the engine's own client. Raises Unsupported, naming it, for what cannot be told."""

    def literal(self, value: Value) -> str:
        """A value in SQL."""
        match value:
            case None:
                return "NULL"
            case bool():
                return "TRUE" if value else "FALSE"
            case float():
                return self.float_literal(value)
            case int() | Decimal():
                return str(value)
            case bytes():
                return self.bytes_literal(value)
        return self.text_literal(value)

    def float_literal(self, value: float) -> str:
        return repr(value) if math.isfinite(value) else f"'{value}'"

    def bytes_literal(self, value: bytes) -> str:
        return f"X'{value.hex()}'"

    def text_literal(self, value: str) -> str:
        return "'" + value.replace("'", "''") + "'"
