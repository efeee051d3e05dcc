"""Which engines can read dumps that other tools made."""

from __future__ import annotations

from pagevoo_console.domain.errors import Unsupported
from pagevoo_console.services.engines.foreign_dumps import ForeignDumps
from pagevoo_console.services.engines.mysql_import import MysqlForeignDumps
from pagevoo_console.services.engines.postgresql_import import PostgresqlForeignDumps
from pagevoo_console.services.engines.sqlite_import import SqliteForeignDumps

_BY_ENGINE: dict[str, ForeignDumps] = {
    "mysql": MysqlForeignDumps(),
    "postgresql": PostgresqlForeignDumps(),
    "sqlite": SqliteForeignDumps(),
}


def foreign_dumps(engine: str) -> ForeignDumps:
    """How this engine reads them. Raises Unsupported where it does not."""
    if engine not in _BY_ENGINE:
        raise Unsupported(
            f"Dumps of other tools are not imported into {engine}",
            code="unsupported",
            hint="Load the file with the engine's own client, then adopt the database.",
        )
    return _BY_ENGINE[engine]


def likely_engine(beginning: bytes) -> str | None:
    """The engine that the beginning of a file looks most like a dump for, None where it looks like none."""
    likeness = {name: dumps.likeness(beginning) for name, dumps in _BY_ENGINE.items()}
    best = max(likeness, key=lambda name: likeness[name])
    return best if likeness[best] else None
