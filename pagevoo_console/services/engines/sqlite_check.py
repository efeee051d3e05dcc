"""*Test connection* for a file: is it there, is it a database, is it whole."""

from __future__ import annotations

import sqlite3
import time
from contextlib import closing
from pathlib import Path

from pagevoo_console.domain.errors import ConsoleError, Failed
from pagevoo_console.domain.server import CheckLayer, CheckResult, CheckStep
from pagevoo_console.domain.text import counted
from pagevoo_console.services.engines.base import SessionOptions
from pagevoo_console.services.engines.sqlite_session import SqliteSession, ensure_regular, explain, open_file

_INTEGRITY_SECONDS = 10.0
_RESTORE = "Restore the database from its last backup that was verified."


def check_file(path: Path) -> CheckResult:
    """Look at file, header and integrity, in this order; the first that fails ends the check."""
    steps: list[CheckStep] = []
    layer = "file"
    try:
        ensure_regular(path)
        steps.append(CheckStep(layer, True, f"{path}, {path.lstat().st_size} bytes"))
        layer = "header"
        with closing(open_file(path, SessionOptions(lock_timeout=5.0))) as session:
            latency_ms = _round_trip(session)
            steps.append(CheckStep(layer, True, _header(session, path)))
            layer = "integrity"
            steps.append(CheckStep(layer, True, _integrity(session, path)))
    except ConsoleError as error:
        return _failed(steps, layer, error)
    except sqlite3.Error as error:
        return _failed(steps, layer, explain(error, str(path)))
    return CheckResult(True, tuple(steps), latency_ms, sqlite3.sqlite_version)


def check_folder(folder: Path, *, is_writable: bool) -> CheckResult:
    """Look at the folder itself, which stands for the server."""
    steps = [CheckStep("file", True, f"{folder} is a folder that may be read")]
    if is_writable:
        steps.append(CheckStep(CheckLayer.PRIVILEGES, True, "databases may be created and dropped"))
    else:
        hint = "Databases can be looked at. To create or drop one, give this user write access to the folder."
        steps.append(CheckStep(CheckLayer.PRIVILEGES, False, f"{folder} may not be written", hint))
    began = time.perf_counter()
    folder.lstat()
    return CheckResult(True, tuple(steps), _milliseconds_since(began), sqlite3.sqlite_version)


def unreachable(error: ConsoleError) -> CheckResult:
    """The answer where not even the folder is there."""
    return _failed([], "file", error)


def _failed(steps: list[CheckStep], layer: str, error: ConsoleError) -> CheckResult:
    steps.append(CheckStep(layer, False, error.message, error.hint))
    return CheckResult(False, tuple(steps), None, sqlite3.sqlite_version, error.message, error.hint)


def _round_trip(session: SqliteSession) -> float:
    began = time.perf_counter()
    session.execute("PRAGMA schema_version").fetchone()
    return _milliseconds_since(began)


def _milliseconds_since(began: float) -> float:
    return (time.perf_counter() - began) * 1000


def _header(session: SqliteSession, path: Path) -> str:
    (pages,) = session.execute("PRAGMA page_count").fetchone()
    (page_size,) = session.execute("PRAGMA page_size").fetchone()
    if pages == 0:
        raise Failed(f"{path} is empty: not even a header is left", code="corrupt", hint=_RESTORE)
    return f"{counted(pages, 'page')} of {page_size} bytes"


def _integrity(session: SqliteSession, path: Path) -> str:
    session.statement_timeout = _INTEGRITY_SECONDS
    try:
        found = [str(row[0]) for row in session.execute("PRAGMA quick_check(3)").fetchall()]
    except sqlite3.OperationalError as error:
        failure = explain(error, str(path))
        if failure.code != "timeout":
            raise
        return f"nothing wrong found within {_INTEGRITY_SECONDS:g} s; the rest was not looked at"
    if found != ["ok"]:
        raise Failed(f"{path} is damaged: {found[0].splitlines()[-1]}", code="corrupt", hint=_RESTORE)
    return "quick_check found nothing wrong"
