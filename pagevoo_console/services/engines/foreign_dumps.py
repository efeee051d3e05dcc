"""How an engine reads dumps that other tools made: split into statements, judged one by one, carried out as a guest.

Judging protects nobody: a text can hide what it does from any parser. What keeps an import within its database is the
account that carries it out; judging tells people beforehand, and leaves out what a good dump holds and we do not want.
"""

from __future__ import annotations

import re
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from enum import StrEnum

import sqlalchemy as sa

from pagevoo_console.domain.dump_xray import Treatment, XrayTopic
from pagevoo_console.services.engines.base import Source
from pagevoo_console.services.jobs import JobContext


class PieceKind(StrEnum):
    """`STATEMENT` is SQL without its delimiter, `COMMAND` is the client's own, `ROWS` follow a COPY as they stand."""

    STATEMENT = "statement"
    COMMAND = "command"
    ROWS = "rows"


@dataclass(frozen=True, slots=True)
class Piece:
    """A piece of a dump as its own client would take it. `line` is where it begins, counted from 1.

    `rows` counts the rows of a piece of ROWS; `is_last` says that no more of them follow.
    """

    kind: PieceKind
    text: bytes
    line: int
    rows: int = 0
    is_last: bool = True


@dataclass(frozen=True, slots=True)
class Note:
    """Something to tell of a statement."""

    topic: XrayTopic
    treatment: Treatment
    text: str


@dataclass(frozen=True, slots=True)
class Judged:
    """What becomes of a piece: the text to send, or None where it is left out, and what to tell of it.

    `made` are (kind, name) of what it makes, `table` the table that its `rows` go to. `is_copy` says that pieces of
    ROWS follow, which are left out with it.
    """

    text: bytes | None
    notes: tuple[Note, ...] = ()
    made: tuple[tuple[str, str], ...] = ()
    table: str = ""
    rows: int = 0
    is_rewritten: bool = False
    is_copy: bool = False


class Reader(ABC):
    """Splits a dump as the engine's own client does. Memory stays that of the longest statement."""

    @abstractmethod
    def __iter__(self) -> Iterator[Piece]:
        """The pieces in turn. Raises Refused for what cannot be split, naming the line."""


_BETWEEN_ROWS = re.compile(rb"\)\s*,\s*\(")


def rows_about(insert: bytes) -> int:
    """About how many rows an INSERT writes: brackets within values count too."""
    return len(_BETWEEN_ROWS.findall(insert)) + 1


class Judge(ABC):
    """Looks at the pieces of one dump in order, and remembers what they change: databases, modes, owners."""

    databases: dict[str, int]
    """The databases that the file was made from or changes into, and the line where each first stands."""
    character_set: str = ""

    @abstractmethod
    def judge(self, piece: Piece) -> Judged: ...

    def name_own(self, database: str) -> None:
        """What the file's head says it is a dump of."""
        self.databases.setdefault(database, 0)

    def closing(self) -> tuple[Note, ...]:
        """What can only be told when all has been seen."""
        return ()


@dataclass(frozen=True, slots=True)
class Loaded:
    """What an import has done: rows written, as the server counted them, and statements sent."""

    rows: int = 0
    statements: int = 0


class ForeignDumps(ABC):
    """How one engine reads, judges and carries out foreign dumps."""

    @abstractmethod
    def likeness(self, beginning: bytes) -> int:
        """How much the beginning of a file looks like a dump for this engine; 0 where it does not at all."""

    @abstractmethod
    def reader(self, source: Source) -> Reader: ...

    def align(self, reader: Reader, judge: Judge) -> None:
        """Tell the reader what the judge has seen of how texts are quoted. For an x-ray: loading asks the server."""
        return

    @abstractmethod
    def judge(self, server: sa.Connection) -> Judge:
        """A judge for one file, who knows what this server has. Reads only."""

    @abstractmethod
    def carry_out(self, session: sa.Connection, reader: Reader, judge: Judge, job: JobContext) -> Loaded:
        """Send what the judge lets through, on a guest's session. Raises Failed naming line and statement.

        Unlike the engine's own client, it stops at the first error, and at the first value not taken as it is.
        """

    @abstractmethod
    def problems(self, session: sa.Connection, job: JobContext, is_somebodys: Callable[[str], bool]) -> tuple[str, ...]:
        """What is wrong with a database into which a foreign dump was carried out, in sentences.

        `is_somebodys` tells names of databases that nothing in it may speak of, whether they are there yet or not.
        """
