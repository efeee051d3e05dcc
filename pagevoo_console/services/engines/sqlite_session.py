"""A SQLite session: opened by a URI of our own, bounded in time, holding its file locks, and its errors explained.

No module of this engine opens a database's file itself: closing any descriptor of a file drops every POSIX lock that
the whole process holds on it, a running dump's included. What is to be known comes from `stat` or from SQLite.
"""

from __future__ import annotations

import errno
import os
import sqlite3
import stat
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from functools import cache
from pathlib import Path
from typing import Any, cast
from urllib.parse import quote

import sqlalchemy as sa

from pagevoo_console.domain.errors import (
    AccessDenied,
    Busy,
    Cancelled,
    ConsoleError,
    Corrupt,
    Failed,
    NotFound,
    Refused,
    Unreachable,
)
from pagevoo_console.domain.server import Server
from pagevoo_console.services.engines.base import SessionOptions
from pagevoo_console.services.engines.sqlite_locks import HeldLock

_STEPS_BETWEEN_LOOKS_AT_THE_CLOCK = 10_000
_KEPT_STATEMENTS = 0
"""A load's statements are large and all different: kept by the hundred, as the driver would, they fill the memory."""


class StatementTimeout(sqlite3.OperationalError):
    """A statement ran longer than its session allows."""


class SqliteCursor(sqlite3.Cursor):
    """A cursor whose statements, and each fetch of theirs, are bounded by the session's `statement_timeout`."""

    connection: SqliteSession

    def execute(self, *arguments: Any) -> SqliteCursor:
        with self.connection.bounded():
            super().execute(*arguments)
        return self

    def executemany(self, *arguments: Any) -> SqliteCursor:
        with self.connection.bounded():
            super().executemany(*arguments)
        return self

    def fetchone(self) -> Any:
        with self.connection.bounded():
            return super().fetchone()

    def fetchmany(self, size: int | None = None) -> list[Any]:
        with self.connection.bounded():
            return super().fetchmany(self.arraysize if size is None else size)

    def fetchall(self) -> list[Any]:
        with self.connection.bounded():
            return super().fetchall()


class SqliteSession(sqlite3.Connection):
    """The driver's connection with a time limit for each statement and the advisory locks that live as long as it."""

    statement_timeout: float | None = None

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self.locks: dict[str, HeldLock] = {}
        self._deadline: float | None = None
        self.set_progress_handler(self._is_late, _STEPS_BETWEEN_LOOKS_AT_THE_CLOCK)

    def cursor(self, factory: Any = SqliteCursor) -> Any:
        return super().cursor(factory)

    def execute(self, *arguments: Any) -> Any:
        return self.cursor().execute(*arguments)

    def close(self) -> None:
        for held in self.locks.values():
            held.release()
        self.locks.clear()
        super().close()

    @contextmanager
    def bounded(self) -> Iterator[None]:
        """Give what runs inside `statement_timeout` seconds; raises StatementTimeout."""
        if self.statement_timeout is None:
            yield
            return
        self._deadline = time.monotonic() + self.statement_timeout
        try:
            yield
        except sqlite3.OperationalError as error:
            if self._is_late():
                raise StatementTimeout(f"a statement ran longer than {self.statement_timeout:g} s") from error
            raise
        finally:
            self._deadline = None

    @contextmanager
    def unbounded(self) -> Iterator[None]:
        """Lift the time limit for work that is cancelled by hand, such as a dump."""
        before, self.statement_timeout = self.statement_timeout, None
        try:
            yield
        finally:
            self.statement_timeout = before

    def _is_late(self) -> bool:
        return self._deadline is not None and time.monotonic() > self._deadline


def raw_session(connection: sa.Connection) -> SqliteSession:
    """The driver's connection underneath a SQLAlchemy connection of this engine."""
    return cast(SqliteSession, connection.connection.dbapi_connection)


def open_nothing() -> SqliteSession:
    """A session on no file: what stands for a connection to the server."""
    return sqlite3.connect(":memory:", check_same_thread=False, factory=SqliteSession)


def open_file(path: Path, options: SessionOptions) -> SqliteSession:
    """Open an existing database file, read-only by SQLite's own word unless `writable`. Never creates, follows no link.

    Raises NotFound, Refused (not a regular file), AccessDenied, Corrupt (not a database) or Busy.
    """
    ensure_regular(path)
    mode = "rw" if options.writable else "ro"
    uri = f"file:{quote(os.fsencode(path))}?mode={mode}"
    try:
        session = sqlite3.connect(
            uri,
            uri=True,
            timeout=options.lock_timeout,
            isolation_level=None,
            check_same_thread=False,
            factory=SqliteSession,
            cached_statements=_KEPT_STATEMENTS,
        )
    except sqlite3.Error as error:
        raise explain(error, str(path)) from error
    try:
        _settle(session, options)
    except sqlite3.Error as error:
        session.close()
        raise explain(error, str(path)) from error
    return session


def ensure_regular(path: Path) -> None:
    """Raise NotFound where there is nothing, Refused where there is a link, a folder or a pipe."""
    try:
        mode = path.lstat().st_mode
    except OSError as error:
        raise explain(error, str(path)) from error
    if not stat.S_ISREG(mode):
        kind = "a symbolic link" if stat.S_ISLNK(mode) else "not a regular file"
        raise Refused(
            f"{path} is {kind}",
            code="not_a_file",
            hint="A database is a file in the folder itself; nothing that points elsewhere is opened.",
        )


def _settle(session: SqliteSession, options: SessionOptions) -> None:
    session.text_factory = _text
    distrust_schema(session, WHATEVER_COMES)
    session.execute("PRAGMA cell_size_check = ON")
    if options.writable:
        session.execute("PRAGMA foreign_keys = ON")
    else:
        session.execute("PRAGMA query_only = ON")
        session.setlimit(sqlite3.SQLITE_LIMIT_ATTACHED, 0)
    session.statement_timeout = options.read_timeout
    session.execute("SELECT COUNT(*) FROM sqlite_master LIMIT 1").fetchone()
    settle_trust(session)


def settle_trust(session: sqlite3.Connection) -> None:
    """Trust the schema as little as what stands in it allows."""
    if forgets_json():
        (text,) = session.execute("SELECT group_concat(sql) FROM sqlite_master WHERE sql LIKE '%json%'").fetchone()
        distrust_schema(session, text or "")


WHATEVER_COMES = "json"
"""For `distrust_schema` where the definitions are still to come."""


def distrust_schema(session: sqlite3.Connection, schema: str) -> None:
    """Keep the definitions of a database, whose text `schema` is, from calling what could do harm.

    Some SQLites count their JSON functions among that. Only there, and only where a definition uses them, it is
    trusted: no other function is let in by that, since no schema may call what loads extensions.
    """
    is_trusted = forgets_json() and "json" in schema.casefold()
    session.execute(f"PRAGMA trusted_schema = {'ON' if is_trusted else 'OFF'}")


@cache
def forgets_json() -> bool:
    """Whether this SQLite, 3.38 to 3.40, forgot to say that its JSON functions harm nobody."""
    with closing(sqlite3.connect(":memory:")) as probe:
        probe.execute("PRAGMA trusted_schema = OFF")
        try:
            probe.execute("CREATE TABLE probe (a CHECK (json_valid(a)))")
        except sqlite3.OperationalError:
            return True
    return False


def _text(data: bytes) -> str:
    """Text as it stands in the file: what is no UTF-8 keeps its bytes as surrogates and does not fail the whole row."""
    return data.decode("utf-8", "surrogateescape")


def explain(error: BaseException, where: str) -> ConsoleError:
    """An error of the driver, of the operating system or of SQLAlchemy around them, as one of ours.

    `where` is the file or the folder that was worked on.
    """
    if isinstance(error, ConsoleError):
        return error
    if isinstance(error, sa.exc.DBAPIError) and error.orig is not None:
        return explain(error.orig, where)
    if isinstance(error, OSError):
        return _explain_os(error, where)
    if isinstance(error, sqlite3.Error | sqlite3.Warning):
        return _explain_sqlite(error, where)
    return Failed(f"{type(error).__name__} while working on {where}", hint="See the log for the details.")


def _explain_os(error: OSError, where: str) -> ConsoleError:
    reason = os.strerror(error.errno) if error.errno else type(error).__name__
    match error.errno:
        case errno.ENOENT | errno.ENOTDIR:
            return NotFound(f"{where} does not exist", hint="Check the folder and the name of the database.")
        case errno.EACCES | errno.EPERM:
            return AccessDenied(f"{where}: {reason}", hint="Give this user of the machine access to the folder.")
        case errno.EROFS:
            return Refused(f"{where} is read-only", code="read_only", hint="Mount the folder writable.")
        case errno.ENOSPC | errno.EDQUOT:
            return Failed(f"No space left for {where}", code="disk_full", hint="Free some space and try again.")
        case errno.ENAMETOOLONG:
            return Refused(f"{where}: {reason}", code="invalid_name", hint="Choose a shorter name.")
    return Failed(f"{where}: {reason}", code="io_error", hint="Check the disk that holds the folder.")


def _explain_sqlite(error: sqlite3.Error | sqlite3.Warning, where: str) -> ConsoleError:
    said = str(error).encode("utf-8", "backslashreplace").decode()
    if isinstance(error, StatementTimeout):
        return Failed(f"{where}: {said}", code="timeout", hint="Ask for less, or raise the time limit.")
    code = getattr(error, "sqlite_errorcode", 0)
    if code in (sqlite3.SQLITE_READONLY_ROLLBACK, sqlite3.SQLITE_READONLY_RECOVERY):
        return Failed(
            f"{where} was left in the middle of a write and has to be recovered first",
            code="needs_recovery",
            hint="Make sure that the journal beside it is its own, then let the platform open it once.",
        )
    match code & 0xFF:
        case sqlite3.SQLITE_BUSY | sqlite3.SQLITE_LOCKED:
            return Busy(f"{where} is in use by another process", hint="Wait until it has finished, or stop it.")
        case sqlite3.SQLITE_INTERRUPT:
            return Cancelled(f"The statement on {where} was stopped")
        case sqlite3.SQLITE_CORRUPT | sqlite3.SQLITE_NOTADB:
            return Corrupt(f"{where} is damaged: {said}", hint="Restore it from its last backup that was verified.")
        case sqlite3.SQLITE_READONLY:
            return Refused(f"{where} is open for reading only", code="read_only", hint="Nothing was changed.")
        case sqlite3.SQLITE_AUTH:
            return Refused(f"{where}: {said}", hint="This session may only read.")
        case sqlite3.SQLITE_PERM | sqlite3.SQLITE_CANTOPEN:
            return AccessDenied(
                f"{where} cannot be opened: {said}",
                hint="Give this user of the machine access to the file and its folder.",
            )
        case sqlite3.SQLITE_FULL:
            return Failed(f"No space left for {where}", code="disk_full", hint="Free some space and try again.")
        case sqlite3.SQLITE_IOERR:
            return Failed(f"{where}: {said}", code="io_error", hint="Check the disk that holds the folder.")
        case sqlite3.SQLITE_CONSTRAINT:
            return Failed(f"{where}: {said}", code="constraint", hint="Nothing of this statement was kept.")
        case sqlite3.SQLITE_ERROR if said.startswith("no such table"):
            return NotFound(f"{where}: {said}", hint="Check the name, or the version of the schema.")
    return Failed(f"{where}: {said}", hint="Check the statement.")


def folder_of(server: Server) -> Path:
    """The folder that stands for the server. Raises Unreachable where it is none, AccessDenied where it is closed."""
    folder = Path(os.path.abspath(server.directory))
    if not server.directory or not folder.is_dir():
        raise Unreachable(
            f"{server.directory or 'The folder of the connection'} is not a folder",
            hint="Check the folder in the connection's settings, and whether its disk is mounted.",
        )
    if not os.access(folder, os.R_OK | os.X_OK):
        raise AccessDenied(
            f"{folder} may not be read by this user of the machine", hint="Give this user access to the folder."
        )
    return folder
