"""`python -m tests.corpus DIR`: databases that others made, carried through a dump and back, each on its own engine.

Every `NAME.mysql.sql` and `NAME.postgresql.sql` is loaded with the engine's own client, every `NAME.sqlite` is taken as
it is; all of it happens on private servers that vanish at the end. A database is exact when the dump restores to the
same content and the same definitions, by us and by the engine's own client, and is dumped to the same bytes again.
"""

from __future__ import annotations

import re
import shutil
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from rich.console import Console
from rich.table import Table
from rich.text import Text

from pagevoo_console.domain.errors import ConsoleError, Unsupported
from tests.servers import start_mariadb, start_postgresql
from tests.services.engines.contract import Place
from tests.services.engines.mysql_place import MariadbPlace
from tests.services.engines.postgresql_place import PostgresqlPlace
from tests.services.engines.sqlite_place import SqlitePlace

ABOUT_DATABASES = re.compile(
    rb"^[ \t]*(?:(?:DROP|CREATE)[ \t]+DATABASE\b[^;\n]*;|USE[ \t]+[^;\n]+;|\\c(?:onnect)?[ \t][^\n]*)",
    re.IGNORECASE | re.MULTILINE,
)
"""What foreign dumps begin with, and what must never reach a server: it would leave the database it is meant for."""

ENDINGS = (".mysql.sql", ".postgresql.sql", ".sqlite")


@dataclass(frozen=True)
class RoundTrip:
    """What came of one database. `problems` are differences nobody announced, `losses` those that were named."""

    name: str
    engine: str
    tables: int = 0
    rows: int = 0
    dump_bytes: int = 0
    problems: tuple[str, ...] = ()
    losses: tuple[str, ...] = ()

    @property
    def is_honest(self) -> bool:
        """Exact, or the loss was named."""
        return not self.problems

    @property
    def verdict(self) -> str:
        if self.problems:
            return "NOT EXACT: " + "; ".join(self.problems)
        return "loss named: " + "; ".join(self.losses) if self.losses else "exact"


def main(arguments: list[str]) -> int:
    """Round-trip what lies in the folder and print a table; 1 when something is not exact and nobody said so."""
    if len(arguments) != 1 or not Path(arguments[0]).is_dir():
        sys.stderr.write("usage: python -m tests.corpus DIR\n")
        return 2
    results = list(round_trips(Path(arguments[0])))
    table = Table("database", "engine", "tables", "rows", "dump, bytes", "verdict")
    for result in results:
        figures = (f"{figure:,}" for figure in (result.tables, result.rows, result.dump_bytes))
        table.add_row(*(Text(cell) for cell in (result.name, result.engine, *figures, result.verdict)))
    Console(width=None if sys.stdout.isatty() else 160).print(table)
    return 0 if all(result.is_honest for result in results) else 1


def round_trips(folder: Path) -> Iterator[RoundTrip]:
    """Every database of the folder in turn; a server is started only where there is something for it."""
    for ending in ENDINGS:
        files = sorted(folder.glob(f"*{ending}"))
        if files:
            with place_for(ending) as place:
                for file in files:
                    yield round_trip(place, file, ending)


@contextmanager
def place_for(ending: str) -> Iterator[Place]:
    """A private server, or folder, for files that end like this."""
    match ending:
        case ".mysql.sql":
            with start_mariadb() as mariadb:
                yield MariadbPlace(mariadb)
        case ".postgresql.sql":
            with start_postgresql() as postgresql:
                yield PostgresqlPlace(postgresql)
        case _:
            with tempfile.TemporaryDirectory() as folder:
                yield SqlitePlace(Path(folder))


def round_trip(place: Place, file: Path, ending: str) -> RoundTrip:
    """Load the file, dump it, and hold every copy against what was loaded."""
    name, engine = file.name.removesuffix(ending), place.engine.name
    try:
        return _carried(place, name, _loaded(place, file))
    except Unsupported as error:
        return RoundTrip(name, engine, losses=(f"refused by name: {error.message}",))
    except ConsoleError as error:
        return RoundTrip(name, engine, problems=(error.message,))
    except NativeClientError as error:
        return RoundTrip(name, engine, problems=(str(error),))


class NativeClientError(Exception):
    """The engine's own client stopped; the message is what it said."""


def _loaded(place: Place, file: Path) -> str:
    """A database of the place with what the file holds."""
    if isinstance(place, SqlitePlace):
        name = place.new_name()
        shutil.copyfile(file, place.file(name))
        return name
    name = place.create()
    prologue = b"SET NAMES utf8mb4;\n" if place.engine.name == "mysql" else b""
    with tempfile.NamedTemporaryFile(suffix=".sql") as stripped:
        stripped.write(prologue + ABOUT_DATABASES.sub(b"", file.read_bytes()))
        stripped.flush()
        _natively(place, name, Path(stripped.name))
    return name


def _carried(place: Place, name: str, source: str) -> RoundTrip:
    content, fingerprint = place.content(source), place.fingerprint(source)
    dump, facts = place.dump(source)
    problems: list[str] = []
    if facts.tables != content:
        problems.append("the dump says something else of the tables than the database")

    ours = place.create()
    place.load(ours, dump)
    again, _ = place.dump(ours)
    if again != dump and not (facts.losses and _is_stable(place, again)):
        problems.append("the second dump differs from the first")

    theirs = place.create()
    with tempfile.NamedTemporaryFile(suffix=".sql") as native:
        native.write(dump)
        native.flush()
        _natively(place, theirs, Path(native.name))

    for who, copy in (("our restore", ours), ("the client's restore", theirs)):
        found = place.content(copy)
        differing = sorted(table for table in content.keys() | found.keys() if content.get(table) != found.get(table))
        problems += [f"{who}: {table} differs" for table in differing]
        if place.fingerprint(copy) != fingerprint:
            problems.append(f"{who}: the definitions differ")
    rows = sum(table.rows for table in content.values())
    losses = (*facts.losses, *facts.inconsistencies)
    return RoundTrip(name, place.engine.name, len(content), rows, len(dump), tuple(problems), losses)


def _is_stable(place: Place, dump: bytes) -> bool:
    """Whether a dump of what this one makes is the same again: what was lost is lost once."""
    last = place.create()
    place.load(last, dump)
    return place.dump(last)[0] == dump


def _natively(place: Place, database: str, file: Path) -> None:
    outcome = place.restore_natively(database, file)
    if outcome.returncode:
        said = outcome.stderr.decode(errors="replace").strip().splitlines()
        raise NativeClientError(f"the engine's own client stopped: {said[0] if said else outcome.returncode}")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
