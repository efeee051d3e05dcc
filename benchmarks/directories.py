"""A directory of as many tenants as asked for, the same in every run, and a console that reads it."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

from pagevoo_console.domain.database import DatabaseState
from pagevoo_console.domain.server import Connection, Environment, Server
from pagevoo_console.domain.sighting import Sighting
from pagevoo_console.services.connections import Connections
from pagevoo_console.services.console import Console
from pagevoo_console.services.directory import DirectoryRow
from pagevoo_console.services.engines.catalogue import Engines
from pagevoo_console.services.lineages import Lineages
from pagevoo_console.services.platforms.reader import Platforms
from pagevoo_console.services.secrets import Secret, Secrets
from pagevoo_console.services.settings import Folders

_MOMENT = datetime(2026, 1, 1, 12, tzinfo=UTC)
_FIRST = (
    "Ada",
    "Björn",
    "Chloé",
    "Dmitri",
    "Elena",
    "Farid",
    "Grace",
    "Hiro",
    "Ines",
    "Jonas",
    "Kemal",
    "Lucía",
    "Mara",
    "Noor",
    "Otto",
    "Priya",
    "Quentin",
    "Rosa",
    "Sven",
    "Tara",
)
_LAST = (
    "Almeida",
    "Bauer",
    "Costa",
    "Dubois",
    "Eriksen",
    "Ferrari",
    "Garcia",
    "Hansen",
    "Ivanov",
    "Jensen",
    "Kowalski",
    "Larsen",
    "Marino",
    "Novak",
    "Okafor",
    "Petrov",
)
_TRADES = (
    "bakery",
    "studio",
    "florist",
    "garage",
    "bikes",
    "books",
    "dental",
    "travel",
    "yoga",
    "print",
    "roastery",
    "pottery",
)
_TIERS = ("trial", "brochure", "niche", "pro")
_LIMITS = (50, 500, 2_000, 10_000)


def rows(count: int) -> Iterator[DirectoryRow]:
    """Tenants 1 … count as the registry would tell them."""
    for number in range(1, count + 1):
        first, last = _FIRST[number % 20], _LAST[number * 7 % 16]
        trade = _TRADES[number * 5 % 12]
        tier = number * 3 % 4
        email, domain = f"{first}.{last}{number}@{trade}.example".lower(), f"{trade}-{last}{number}.example".lower()
        database = f"pagevoo_website_{number}"
        yield DirectoryRow(
            id=str(number),
            name=f"{first} {last}",
            email=email,
            tier=_TIERS[tier],
            tier_rank=tier,
            status="",
            domain=domain,
            is_published=number % 5 > 0,
            websites=1,
            locked_to_website=str(number),
            database=database,
            engine="sqlite",
            server="master",
            generation=str(number),
            registry_state="active",
            limit_bytes=_LIMITS[tier] * 1_000_000,
            created_at=(_MOMENT - timedelta(minutes=number)).isoformat(),
            database_created_at=None,
            searchable="\n".join((str(number), f"{first} {last}", email, domain, database)),
        )


def sightings(count: int) -> Iterator[Sighting]:
    """What was seen of them."""
    for number in range(1, count + 1):
        used = number * 37_991 % (_LIMITS[number * 3 % 4] * 1_100_000)
        features = {"core": True, "shop": number % 3 == 0, "blog": number % 2 == 0}
        yield Sighting(str(number), DatabaseState.ACTIVE, _MOMENT, used, used, features=features)


def console_in(
    home: Path, server: Server | None = None, password: str = "", database: str = "pagevoo_core.db"
) -> Console:
    """A console over that server, or over a master file in `home` which need not be there."""
    master = server or Server("master", "sqlite", directory=str(home))
    secrets, engines = Secrets(), Engines()
    if password:
        secrets.remember(master, Secret(password))
    platform = Platforms(engines).get("pagevoo")
    connection = Connection("benchmark", platform.name, master, database, Environment.LOCAL)
    folders = Folders(home / "config", home / "state", home / "cache", home / "backups")
    return Console(connection, platform, Connections(engines, secrets), Lineages(), folders)


def fill_directory(console: Console, count: int) -> None:
    """Put so many tenants into the console's directory, with what was seen of each."""
    console.directory.replace_registry(rows(count), _MOMENT)
    seen = sightings(count)
    while batch := list(itertools.islice(seen, 20_000)):
        console.directory.record(batch)
