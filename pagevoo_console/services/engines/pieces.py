"""Putting one table, or some of its rows, back into a live database from a copy of it that stands beside."""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass

import sqlalchemy as sa

from pagevoo_console.domain.errors import NotFound, Refused
from pagevoo_console.domain.piece import Piece
from pagevoo_console.services.jobs import JobContext


@dataclass(frozen=True, slots=True)
class PutBack:
    """How many rows were taken out of the live table, and how many came in."""

    removed: int
    written: int


class Pieces(ABC):
    """How one engine does it. Stateless; sessions are on the databases, `live` writable where something is written."""

    @abstractmethod
    def columns(self, session: sa.Connection, table: str) -> tuple[tuple[str, str], ...]:
        """(name, type) of the columns that hold values of their own, in order. Raises NotFound without the table."""

    @abstractmethod
    def obstacles(self, live: sa.Connection, table: str) -> tuple[str, ...]:
        """What keeps rows from coming back exactly as they were, or more from happening than that; sentences."""

    @abstractmethod
    def count(self, session: sa.Connection, piece: Piece) -> int:
        """How many rows it has there."""

    @abstractmethod
    def put_back(self, live: sa.Connection, staged: sa.Connection, piece: Piece, job: JobContext) -> PutBack:
        """Take the piece's rows out of the live table and put the copy's in, in one transaction; all or nothing.

        No trigger fires and no key cascades. Raises Refused (`keys_would_break`) naming keys that would point nowhere.
        """


def no_such_table(table: str) -> NotFound:
    return NotFound(f"There is no table {table}", hint="The backup's manifest lists what it holds.")


def keys_would_break(named: object) -> Refused:
    return Refused(
        f"Nothing was changed, since keys would point nowhere: {named}",
        code="keys_would_break",
        hint="Put back what they point to as well, or restore the whole database.",
    )
