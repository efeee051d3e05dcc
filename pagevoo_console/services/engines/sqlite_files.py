"""The files of a folder of SQLite databases: which name is which file, made and removed so that no crash leaves a half.

`NAME.db` is the database NAME; a name that already ends in one of SUFFIXES (a platform's master) is its own file name.
Hidden files in the folder are ours: half-made and half-removed databases, and locks.
"""

from __future__ import annotations

import hashlib
import os
import re
import secrets
import sqlite3
from collections.abc import Iterator
from contextlib import closing, suppress
from pathlib import Path

from pagevoo_console.domain.database import DatabaseSize
from pagevoo_console.domain.errors import NotFound, Refused
from pagevoo_console.services.engines.sqlite_session import ensure_regular, explain
from pagevoo_console.services.private_files import flush_folder

SUFFIXES = (".db", ".sqlite", ".sqlite3", ".db3")
MARKER_TABLE = "_pagevoo_console"

_NAME = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_-]{0,79}(\.db|\.sqlite|\.sqlite3|\.db3)?")
_DEVICES = frozenset({"con", "prn", "aux", "nul", *(f"{kind}{n}" for kind in ("com", "lpt") for n in range(1, 10))})
_NAME_HINT = "A database's name has letters, digits, _ and - only, at most 80 of them."


def name_problem(name: str) -> str | None:
    """Why this cannot be the name of a database file, or None. Nothing that could be a path, a URI or an option can."""
    if not name:
        return "A database needs a name."
    if _NAME.fullmatch(name) is None:
        return f"{name[:100]!r} cannot be a database's file name: {_NAME_HINT}"
    if name.partition(".")[0].lower() in _DEVICES:
        return f"{name!r} is the name of a device on some machines."
    return None


def path_of(folder: Path, name: str) -> Path:
    """The file of a database. Raises Refused for a name that cannot be one."""
    problem = name_problem(name)
    if problem is not None:
        raise Refused(problem, code="invalid_name", hint=_NAME_HINT)
    return folder / (name if name.endswith(SUFFIXES) else f"{name}.db")


def is_there(path: Path) -> bool:
    """Whether the file exists; a link that stands in its place raises Refused, as everywhere."""
    try:
        ensure_regular(path)
    except NotFound:
        return False
    return True


def names(folder: Path) -> Iterator[tuple[str, os.DirEntry[str]]]:
    """Every database of the folder with its entry. Opens no file and follows no link."""
    with os.scandir(folder) as entries:
        for entry in entries:
            if not entry.name.endswith(".db") or not entry.is_file(follow_symlinks=False):
                continue
            name = entry.name.removesuffix(".db")
            if name_problem(name) is None and not name.endswith(SUFFIXES):
                yield name, entry


def allocated(path: Path) -> DatabaseSize | None:
    """What the file and its write-ahead log occupy, None where it is gone. What could be reused is not known here."""
    try:
        size = path.lstat().st_size
    except FileNotFoundError:
        return None
    with suppress(FileNotFoundError):
        size += sidecars(path)[0].lstat().st_size
    return DatabaseSize(size, exact=False)


def create(path: Path, marker: str) -> None:
    """Make an empty database with its marker, complete from the first moment that it has its name, for its owner alone.

    Raises Refused: `database_exists`, or `leftover_files` where the log of an older database would be taken for ours.
    """
    leftovers = [leftover.name for leftover in sidecars(path) if os.path.lexists(leftover)]
    if leftovers and not os.path.lexists(path):
        raise Refused(
            f"{leftovers[0]} of an earlier database is still there",
            code="leftover_files",
            hint="Drop that database again, which removes what is left of it.",
        )
    draft = path.with_name(f".{path.name}.{secrets.token_hex(6)}.new")
    try:
        os.close(os.open(draft, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
        _fill(draft, marker)
        os.link(draft, path, follow_symlinks=False)
    except FileExistsError as error:
        raise Refused(
            f"The database {path.stem} already exists",
            code="database_exists",
            hint="A leftover is never adopted: look at it, then delete it or choose another name.",
        ) from error
    except (OSError, sqlite3.Error) as error:
        raise explain(error, str(path)) from error
    finally:
        for leftover in (draft, *sidecars(draft)):
            leftover.unlink(missing_ok=True)
    flush_folder(path.parent)


def _fill(draft: Path, marker: str) -> None:
    with closing(sqlite3.connect(draft, isolation_level=None)) as session:
        session.execute("PRAGMA journal_mode = WAL")
        session.execute("BEGIN")
        session.execute(f"CREATE TABLE {MARKER_TABLE} (marker TEXT NOT NULL)")
        session.execute(f"INSERT INTO {MARKER_TABLE} VALUES (?)", (marker,))
        session.execute("COMMIT")


def drop(path: Path) -> None:
    """Remove a database with its logs, out of sight first, so that no crash leaves a part that could be opened."""
    try:
        if is_there(path):
            os.rename(path, path.with_name(f".{path.name}.{secrets.token_hex(6)}.dropped"))
            flush_folder(path.parent)
        for leftover in sidecars(path):
            leftover.unlink(missing_ok=True)
        for leftover in path.parent.iterdir():
            if leftover.name.startswith(f".{path.name}."):
                leftover.unlink(missing_ok=True)
        flush_folder(path.parent)
    except OSError as error:
        raise explain(error, str(path)) from error


def lock_path(folder: Path, key: str) -> Path:
    """The hidden file that stands for an advisory lock."""
    return folder / f".pagevoo-console-{hashlib.sha256(key.encode()).hexdigest()[:32]}.lock"


def identity(folder: Path) -> str:
    """A folder's identity: where it really is and which one it is there."""
    real = os.path.realpath(folder)
    return hashlib.sha256(f"{real}\0{os.stat(real).st_ino}".encode()).hexdigest()[:32]


def sidecars(path: Path) -> tuple[Path, ...]:
    """Where SQLite keeps a database's write-ahead log, the log's index and the rollback journal."""
    return tuple(path.with_name(path.name + suffix) for suffix in ("-wal", "-shm", "-journal"))
