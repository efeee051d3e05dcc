"""The embedded platform: a Pagevoo of SQLite files with customers that look real, healthy and broken.

What is broken, and at which id, stands in `pagevoo_console.demo.faults`. The same seed and day make the same data.
"""

from __future__ import annotations

import os
import shutil
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from pathlib import Path

import filelock
import sqlalchemy as sa

from pagevoo_console.demo.making import Making
from pagevoo_console.domain.errors import Busy, Refused, WrongUsage
from pagevoo_console.domain.server import Connection, Environment, Server
from pagevoo_console.services.connections import Connections
from pagevoo_console.services.engines.catalogue import Engines
from pagevoo_console.services.engines.sqlite_session import explain
from pagevoo_console.services.lineages import Lineages, shipped_lineages
from pagevoo_console.services.master import Master
from pagevoo_console.services.platforms.reader import Platforms
from pagevoo_console.services.secrets import Secrets
from pagevoo_console.services.server_url import parse_master_url, server_url

PLATFORM = "pagevoo"
MASTER_FILE = "pagevoo_core.db"
APPLICATION_ID = 0x50_61_67_65
"""SQLite's mark of whose file it is, in the master of every demo; reads "Page"."""
DEFAULT_TENANTS = 200
MAX_TENANTS = 20_000
DEFAULT_SEED = 2025

_WORKSHOP = ".pagevoo-demo.making"
_LOCK = ".pagevoo-demo.lock"
_LOCK_SECONDS = 120

Progress = Callable[[int, int, str], None]


@dataclass(frozen=True, slots=True)
class DemoPlatform:
    """Where the demo is: what goes behind `--master-url` and `--platform`."""

    master_url: str
    platform: str


def create_demo(
    directory: Path,
    tenants: int = DEFAULT_TENANTS,
    progress: Progress | None = None,
    *,
    seed: int = DEFAULT_SEED,
    today: date | None = None,
) -> DemoPlatform:
    """Make the demo in an empty or absent directory; one that is there already is opened as it is.

    `progress` is called with done, total and what is being done. Raises WrongUsage for an impossible number, Refused
    (`not_empty`) where other things are in the directory, Busy while another process makes a demo there.
    """
    if not 1 <= tenants <= MAX_TENANTS:
        raise WrongUsage(f"A demo has 1 to {MAX_TENANTS} tenants, not {tenants}")
    folder = Path(os.path.abspath(directory))
    try:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        with _alone_in(folder):
            if not _is_demo(folder):
                _make(folder, tenants, progress or _silent, seed, today or datetime.now(UTC).date())
    except (OSError, sqlite3.Error, sa.exc.DBAPIError) as error:
        raise explain(error, str(folder)) from error
    return DemoPlatform(_url(folder), PLATFORM)


def _url(folder: Path) -> str:
    return server_url(Server("demo", "sqlite", directory=str(folder)), MASTER_FILE)


def _master(folder: Path, lineages: Lineages) -> Master:
    """The master as the console will know it when the demo is opened by its address."""
    server, database, _ = parse_master_url(_url(folder))
    engines = Engines()
    connection = Connection("demo", PLATFORM, server, database, Environment.DEMO)
    return Master(connection, Platforms(engines).get(PLATFORM), Connections(engines, Secrets()), lineages)


@contextmanager
def _alone_in(folder: Path) -> Iterator[None]:
    lock = filelock.FileLock(folder / _LOCK, timeout=_LOCK_SECONDS)
    try:
        lock.acquire()
    except filelock.Timeout as error:
        raise Busy(f"Another process is making a demo in {folder}", hint="Wait until it has finished.") from error
    try:
        yield
    finally:
        lock.release()


def _is_demo(folder: Path) -> bool:
    """Whether a complete demo is there. Raises Refused where something else is."""
    if (folder / _WORKSHOP).is_dir():
        _clear(folder)
    present = sorted(entry.name for entry in folder.iterdir() if entry.name != _LOCK)
    if not present:
        return False
    master = folder / MASTER_FILE
    if master.is_file() and _application_id(master) == APPLICATION_ID:
        return True
    (folder / _LOCK).unlink(missing_ok=True)
    raise Refused(
        f"{folder} is not empty and holds no demo: {', '.join(present[:3])}{', …' if len(present) > 3 else ''}",
        code="not_empty",
        hint="Name an empty directory, or one that does not exist yet.",
    )


def _application_id(master: Path) -> int:
    try:
        with closing(sqlite3.connect(f"{master.as_uri()}?mode=ro", uri=True)) as connection:
            return int(connection.execute("PRAGMA application_id").fetchone()[0])
    except sqlite3.DatabaseError:
        return 0


def _make(folder: Path, tenants: int, progress: Progress, seed: int, today: date) -> None:
    """Everything is made in a hidden folder and moved out of it, the master last: where that is, the demo is whole."""
    workshop = folder / _WORKSHOP
    workshop.mkdir(mode=0o700)
    try:
        lineages = shipped_lineages()
        making = Making(workshop, seed, datetime.combine(today, time()), _master(folder, lineages), lineages)
        made = making.run(tenants, APPLICATION_ID, progress)
        for path in made:
            os.replace(path, folder / path.name)
        os.replace(workshop / MASTER_FILE, folder / MASTER_FILE)
    except BaseException:
        _clear(folder)
        raise
    shutil.rmtree(workshop)


def _clear(folder: Path) -> None:
    """Remove what an interrupted making left behind: only files that it could have made itself."""
    if not (folder / MASTER_FILE).exists():
        for path in folder.glob("pagevoo_website_*.db"):
            path.unlink()
        (folder / "README.txt").unlink(missing_ok=True)
    shutil.rmtree(folder / _WORKSHOP)


def _silent(done: int, total: int, title: str) -> None:
    """Nobody wants to know."""
