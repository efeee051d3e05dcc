"""A part of a database that is restored by itself."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from pagevoo_console.domain.errors import WrongUsage


@dataclass(frozen=True, slots=True)
class Piece:
    """A table, or those of its rows in which every named column holds one of its values, compared as text."""

    table: str
    rows: tuple[tuple[str, tuple[str, ...]], ...] = ()


def read_piece(table: str, rows: Sequence[str] = ()) -> Piece:
    """A table and `KEY=VALUE` of rows: one column's values are alternatives, several columns hold together.

    Raises WrongUsage.
    """
    wanted: dict[str, list[str]] = {}
    for one in rows:
        column, mark, value = one.partition("=")
        if not mark or not column:
            raise WrongUsage(f"{one!r} names no row", hint="Rows are named as COLUMN=VALUE, --rows id=42.")
        wanted.setdefault(column, []).append(value)
    return Piece(table, tuple((column, tuple(values)) for column, values in wanted.items()))
