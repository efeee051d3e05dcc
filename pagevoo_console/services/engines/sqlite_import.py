"""Carrying out what the judge lets through of a foreign SQLite dump, in one transaction, under SQLite's authorizer.

There are no accounts here: the authorizer is the guest. It lets through what concerns this one file and nothing else.
"""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Callable
from functools import partial

import sqlalchemy as sa

from pagevoo_console.domain.errors import ConsoleError, Failed, Refused
from pagevoo_console.services.engines.base import Source
from pagevoo_console.services.engines.dump_wording import shown
from pagevoo_console.services.engines.foreign_dumps import ForeignDumps, Judge, Judged, Loaded, Piece, Reader
from pagevoo_console.services.engines.sqlite_files import MARKER_TABLE
from pagevoo_console.services.engines.sqlite_judge import KEPT_PRAGMAS, SqliteJudge, problems
from pagevoo_console.services.engines.sqlite_reader import SqliteReader
from pagevoo_console.services.engines.sqlite_schema import quoted
from pagevoo_console.services.engines.sqlite_session import (
    WHATEVER_COMES,
    SqliteSession,
    distrust_schema,
    explain,
    raw_session,
)
from pagevoo_console.services.engines.sqlite_virtual import ROW_MODULES, VIEW_MODULES, shadow_tables
from pagevoo_console.services.jobs import JobContext

_SIGNS = (
    (re.compile(rb"\APRAGMA foreign_keys ?= ?(?:OFF|ON);|^INSERT INTO sqlite_(?:schema|master|sequence)", re.M), 10),
    (re.compile(rb"\bAUTOINCREMENT\b|\bWITHOUT ROWID\b|^PRAGMA \w+", re.MULTILINE | re.IGNORECASE), 5),
    (re.compile(rb"^BEGIN TRANSACTION;|^\.\w+ ", re.MULTILINE), 3),
)
_READ_PRAGMAS = frozenset({"page_size", "data_version"})
_FUNCTIONS = frozenset({"load_extension", "fts3_tokenizer", "readfile", "writefile", "edit", "eval"})
_ALLOWED = frozenset(
    {
        sqlite3.SQLITE_ALTER_TABLE, sqlite3.SQLITE_ANALYZE, sqlite3.SQLITE_CREATE_INDEX, sqlite3.SQLITE_CREATE_TABLE,
        sqlite3.SQLITE_CREATE_TEMP_INDEX, sqlite3.SQLITE_CREATE_TEMP_TABLE, sqlite3.SQLITE_CREATE_TEMP_TRIGGER,
        sqlite3.SQLITE_CREATE_TEMP_VIEW, sqlite3.SQLITE_CREATE_TRIGGER, sqlite3.SQLITE_CREATE_VIEW,
        sqlite3.SQLITE_DELETE, sqlite3.SQLITE_DROP_INDEX, sqlite3.SQLITE_DROP_TABLE, sqlite3.SQLITE_DROP_TEMP_INDEX,
        sqlite3.SQLITE_DROP_TEMP_TABLE, sqlite3.SQLITE_DROP_TEMP_TRIGGER, sqlite3.SQLITE_DROP_TEMP_VIEW,
        sqlite3.SQLITE_DROP_TRIGGER, sqlite3.SQLITE_DROP_VIEW, sqlite3.SQLITE_INSERT, sqlite3.SQLITE_READ,
        sqlite3.SQLITE_RECURSIVE, sqlite3.SQLITE_REINDEX, sqlite3.SQLITE_SELECT, sqlite3.SQLITE_UPDATE,
        sqlite3.SQLITE_DROP_VTABLE,
    }
)  # fmt: skip
_ESCAPE = re.compile(r"\\(?:\\|u([0-9A-Fa-f]{4})|\+([0-9A-Fa-f]{6})|U([0-9A-Fa-f]{8})|([0-9A-Fa-f]{4}))")
_VIRTUAL = re.compile(rb"\s*CREATE\s+VIRTUAL\s", re.IGNORECASE)


class SqliteForeignDumps(ForeignDumps):
    """What `.dump` of the sqlite3 shell writes, and what people write by hand."""

    def likeness(self, beginning: bytes) -> int:
        return sum(weight for sign, weight in _SIGNS if sign.search(beginning))

    def reader(self, source: Source) -> Reader:
        return SqliteReader(source)

    def judge(self, server: sa.Connection) -> Judge:
        return SqliteJudge()

    def carry_out(self, session: sa.Connection, reader: Reader, judge: Judge, job: JobContext) -> Loaded:
        raw = raw_session(session)
        with raw.unbounded(), job.on_cancel(raw.interrupt):
            raw.create_function("unistr", 1, _unistr, deterministic=True)
            raw.execute("PRAGMA foreign_keys = OFF")
            distrust_schema(raw, WHATEVER_COMES)
            raw.execute("BEGIN IMMEDIATE")
            try:
                loaded = _carry_out(raw, reader, judge, job)
                raw.set_authorizer(None)
                raw.execute("COMMIT")
            finally:
                raw.set_authorizer(None)
                if raw.in_transaction:
                    raw.execute("ROLLBACK")
                raw.execute("PRAGMA foreign_keys = ON")
        return loaded

    def problems(self, session: sa.Connection, job: JobContext, is_somebodys: Callable[[str], bool]) -> tuple[str, ...]:
        raw = raw_session(session)
        with raw.unbounded(), job.on_cancel(raw.interrupt):
            return problems(raw)


def _carry_out(session: SqliteSession, reader: Reader, judge: Judge, job: JobContext) -> Loaded:
    shadows: set[str] = set()
    session.set_authorizer(partial(_authorize, session))
    rows = statements = 0
    for piece in reader:
        judged = judge.judge(piece)
        if judged.text is None:
            continue
        job.progress(f"Importing {judged.table}".rstrip(), rows, None, "rows")
        written = _sent(session, piece, judged)
        rows += written if judged.table else 0
        statements += 1
        if judged.is_rewritten and _VIRTUAL.match(judged.text):
            shadows |= _emptied(session, shadows)
    return Loaded(rows, statements)


def _sent(session: SqliteSession, piece: Piece, judged: Judged) -> int:
    try:
        text = (judged.text or b"").decode("utf-8", "surrogateescape")
        cursor = session.execute(text)
        for _ in cursor:
            continue
        written = int(cursor.rowcount)
        cursor.close()
    except (sqlite3.Error, sqlite3.Warning, UnicodeEncodeError) as error:
        raise _in_line(piece, error) from error
    return max(0, written)


def _emptied(session: SqliteSession, known: set[str]) -> set[str]:
    """The tables that a virtual table has just made for itself: the file holds what belongs in them."""
    session.set_authorizer(None)
    made = {str(name) for name in shadow_tables(session)} - known
    for name in made:
        session.execute(f"DELETE FROM {quoted(name)}")
    session.set_authorizer(partial(_authorize, session))
    return made


def _authorize(
    session: SqliteSession, action: int, first: str | None, second: str | None, _base: str | None, _by: str | None
) -> int:
    if not session.in_transaction:
        is_allowed = False
    elif action == sqlite3.SQLITE_PRAGMA:
        name = str(first).lower()
        is_allowed = name in KEPT_PRAGMAS or (second is None and name in _READ_PRAGMAS)
    elif action == sqlite3.SQLITE_CREATE_VTABLE:
        is_allowed = str(second).lower() in ROW_MODULES | VIEW_MODULES
    elif action == sqlite3.SQLITE_FUNCTION:
        is_allowed = str(second).lower() not in _FUNCTIONS
    else:
        is_allowed = action in _ALLOWED and MARKER_TABLE not in (str(first).lower(), str(second).lower())
    return sqlite3.SQLITE_OK if is_allowed else sqlite3.SQLITE_DENY


def _unistr(text: object) -> str | None:
    """The function that newer shells write texts with, on libraries that do not have it yet."""
    if text is None:
        return None
    return _ESCAPE.sub(_character, str(text))


def _character(match: re.Match[str]) -> str:
    return chr(int(match[match.lastindex], 16)) if match.lastindex else "\\"


def _in_line(piece: Piece, error: Exception) -> ConsoleError:
    where = f"Line {piece.line}: {shown(piece.text)}"
    if isinstance(error, UnicodeEncodeError):
        return Failed(f"{where}: it is not UTF-8", code="not_utf8", hint="Convert the file with iconv.")
    if getattr(error, "sqlite_errorcode", 0) == sqlite3.SQLITE_AUTH:
        return Refused(
            f"{where}: it does what an import does not do",
            code="not_allowed",
            hint="Nothing was changed. Take it out of the file if the rest is wanted.",
        )
    told = explain(error, "the new database")
    return type(told)(f"{where}: {told.message}", code=told.code, hint=told.hint)
