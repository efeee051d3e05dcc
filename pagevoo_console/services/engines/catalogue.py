"""Which engines there are: found by entry point, loaded when first asked for."""

from __future__ import annotations

import threading
from functools import cache
from importlib.metadata import EntryPoint, entry_points

from pagevoo_console.domain.errors import Failed, WrongUsage
from pagevoo_console.services.engines.base import DatabaseEngine
from pagevoo_console.services.strict_toml import one_of

GROUP = "pagevoo_console.engines"

SCHEMES = {
    "mysql": "mysql",
    "mysql+pymysql": "mysql",
    "mariadb": "mysql",
    "mariadb+pymysql": "mysql",
    "postgresql": "postgresql",
    "postgresql+psycopg": "postgresql",
    "sqlite": "sqlite",
}
"""The schemes of SQLAlchemy URLs that we understand, each with its engine."""


@cache
def _installed() -> dict[str, EntryPoint]:
    """Looking costs a read of every installed package's metadata."""
    return {entry.name: entry for entry in entry_points(group=GROUP)}


class Engines:
    """The installed engines by name. Safe to call from any thread; each is made once."""

    def __init__(self) -> None:
        self._found: dict[str, EntryPoint] = _installed()
        self._made: dict[str, DatabaseEngine] = {}
        self._guard = threading.Lock()

    def names(self) -> tuple[str, ...]:
        """The names of all engines, sorted. Loads none."""
        return tuple(sorted(self._found))

    def get(self, name: str) -> DatabaseEngine:
        """The engine of this name; raises WrongUsage (`unknown_engine`), naming the known ones."""
        with self._guard:
            engine = self._made.get(name)
            if engine is None:
                engine = self._made[name] = self._load(name)
            return engine

    def for_url(self, url: str) -> str:
        """The name of the engine that a URL's scheme asks for. Raises WrongUsage without repeating the rest of it."""
        scheme, separator, _ = url.partition("://")
        if not separator or not scheme.isprintable() or len(scheme) > 40:
            raise WrongUsage(
                "This is no URL of a database", hint="It looks like mysql+pymysql://user@host:3306/database."
            )
        name = SCHEMES.get(scheme.lower())
        if name is None:
            raise WrongUsage(
                f"No engine for {scheme}://{one_of(scheme, SCHEMES)}",
                code="unknown_engine",
                hint=f"A URL begins with one of {', '.join(f'{known}://' for known in SCHEMES)}.",
            )
        return name

    def _load(self, name: str) -> DatabaseEngine:
        entry = self._found.get(name)
        if entry is None:
            raise WrongUsage(f"No engine {name!r}{one_of(name, self.names())}", code="unknown_engine")
        engine = entry.load()()
        if not isinstance(engine, DatabaseEngine):
            raise Failed(
                f"{entry.value}, installed as engine {name!r}, is none",
                code="bad_engine",
                hint="Remove the package that installed it.",
            )
        return engine
