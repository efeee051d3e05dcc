"""What this workstation has for the console's work: drivers, client programs, keyring, folders, display."""

from __future__ import annotations

import os
import platform
import shutil
import subprocess
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from importlib.util import find_spec
from pathlib import Path

from pagevoo_console.domain.errors import ConsoleError
from pagevoo_console.services.engines.catalogue import Engines
from pagevoo_console.services.secrets import KeyringState, Secrets
from pagevoo_console.services.settings import Folders
from pagevoo_console.services.version import VERSION

DRIVERS = ("PyMySQL", "psycopg", "SQLAlchemy", "alembic", "keyring", "zstandard", "cryptography", "PySide6-Essentials")
CLIENTS = ("mariadb", "mysql", "psql", "pg_dump", "sqlite3", "zstd")
_SECONDS = 5.0


@dataclass(frozen=True, slots=True)
class Client:
    """A client program. `path` and `version` are None where it is not there; the console needs none of them."""

    name: str
    path: str | None
    version: str | None


@dataclass(frozen=True, slots=True)
class EngineReport:
    """An engine, and the versions of its server that this console was tested against; or why it does not load."""

    name: str
    title: str
    tested_versions: str
    problem: str | None = None


@dataclass(frozen=True, slots=True)
class FolderReport:
    """A folder of the console: whether it can be written to, or made where it is not there yet."""

    name: str
    path: Path
    exists: bool
    writable: bool


@dataclass(frozen=True, slots=True)
class DoctorReport:
    """Everything `doctor` looks at. `drivers` maps a package to its version, None where it is missing."""

    console: str
    python: str
    system: str
    drivers: dict[str, str | None]
    engines: tuple[EngineReport, ...]
    clients: tuple[Client, ...]
    keyring: KeyringState
    folders: tuple[FolderReport, ...]
    display: str | None
    qt: bool


def examine() -> DoctorReport:
    """Look at all of it. Reads only, starts client programs to ask for their versions, and never raises."""
    folders = Folders.of_this_user()
    named = {"config": folders.config, "state": folders.state, "cache": folders.cache, "backups": folders.backups}
    return DoctorReport(
        console=VERSION,
        python=platform.python_version(),
        system=platform.platform(),
        drivers={name: _version(name) for name in DRIVERS},
        engines=tuple(_engines()),
        clients=tuple(_client(name) for name in CLIENTS),
        keyring=Secrets().state(),
        folders=tuple(_folder(name, path) for name, path in named.items()),
        display=os.environ.get("WAYLAND_DISPLAY") or os.environ.get("DISPLAY") or None,
        qt=find_spec("PySide6") is not None,
    )


def _version(package: str) -> str | None:
    try:
        return version(package)
    except PackageNotFoundError:
        return None


def _engines() -> list[EngineReport]:
    engines = Engines()
    found = []
    for name in engines.names():
        try:
            engine = engines.get(name)
        except ConsoleError as error:
            found.append(EngineReport(name, name, "", error.message))
        else:
            found.append(EngineReport(name, engine.title, engine.tested_versions))
    return found


def _client(name: str) -> Client:
    path = shutil.which(name)
    if path is None:
        return Client(name, None, None)
    try:
        answer = subprocess.run(
            [path, "--version"], stdin=subprocess.DEVNULL, capture_output=True, timeout=_SECONDS, check=False
        )
    except (OSError, subprocess.SubprocessError):
        return Client(name, path, None)
    lines = answer.stdout.decode(errors="replace").splitlines()
    return Client(name, path, lines[0].strip() if lines else None)


def _folder(name: str, path: Path) -> FolderReport:
    """A folder that is not there yet counts as writable where the nearest one above it is."""
    nearest = path
    while not nearest.exists() and nearest != nearest.parent:
        nearest = nearest.parent
    return FolderReport(name, path, path.is_dir(), nearest.is_dir() and os.access(nearest, os.W_OK | os.X_OK))
