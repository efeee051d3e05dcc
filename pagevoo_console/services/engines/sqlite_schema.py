"""What a SQLite database is made of: its tables, views, indexes and triggers, as its own catalogue words them."""

from __future__ import annotations

import hashlib
import re
import sqlite3
from collections.abc import Callable, Iterable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass

from pagevoo_console.domain.backup import TableContent
from pagevoo_console.domain.database import TableFacts
from pagevoo_console.domain.errors import NotFound, Unsupported
from pagevoo_console.services.engines import sqlite_freeze
from pagevoo_console.services.engines.base import FeatureRecord
from pagevoo_console.services.engines.sqlite_files import MARKER_TABLE
from pagevoo_console.services.engines.sqlite_session import SqliteSession, distrust_schema
from pagevoo_console.services.engines.sqlite_values import Checksum, exact_text, row_literal
from pagevoo_console.services.engines.sqlite_virtual import Virtual, shadow_tables, virtual_table
from pagevoo_console.services.jobs import JobContext

_ROWS_BETWEEN_REPORTS = 1000
_COUNTED_ROWS = 10_000
_MEASURED_PAGES = 50_000
_TOKENS = re.compile(
    r"""'(?:[^']|'')*'|"(?:[^"]|"")*"|`(?:[^`]|``)*`|\[[^\]]*\]|--[^\n]*\n?|/\*.*?(?:\*/|\Z)|\r\n""", re.DOTALL
)


@dataclass(frozen=True, slots=True)
class Definition:
    """One object of the schema. `sql` is the statement that makes it, its line ends normalised outside of literals."""

    kind: str
    name: str
    table: str
    sql: str


def quoted(name: str) -> str:
    """An identifier in double quotes."""
    return '"' + name.replace('"', '""') + '"'


@contextmanager
def typed_text(session: SqliteSession) -> Iterator[None]:
    """Have text arrive exactly as it stands in the file, see `sqlite_values`."""
    before, session.text_factory = session.text_factory, exact_text
    try:
        yield
    finally:
        session.text_factory = before


def definitions(session: SqliteSession) -> tuple[Definition, ...]:
    """Every object that a tenant's schema holds, oldest first; nothing of SQLite's own, no marker and no freeze.

    What a virtual table keeps its content in is its module's, and made with it.
    """
    shadows = shadow_tables(session)
    rows = session.execute("SELECT type, name, tbl_name, sql FROM sqlite_master WHERE sql IS NOT NULL ORDER BY rowid")
    return tuple(
        Definition(kind, name, table, _normalised(sql))
        for kind, name, table, sql in rows.fetchall()
        if not name.lower().startswith("sqlite_")
        and table.lower() != MARKER_TABLE
        and table not in shadows
        and not sqlite_freeze.is_ours(kind, name, sql)
    )


def base_tables(session: SqliteSession) -> tuple[str, ...]:
    """The names of the ordinary tables; virtual tables and the tables that they keep themselves are left out."""
    return tuple(sorted(d.name for d in definitions(session) if d.kind == "table" and not is_virtual(d)))


def virtual_tables(session: SqliteSession) -> tuple[Virtual, ...]:
    """The virtual tables by name."""
    found = [virtual_table(session, d.name, d.sql) for d in definitions(session) if is_virtual(d)]
    return tuple(sorted(found, key=lambda table: table.name))


def stored_columns(session: SqliteSession, table: str) -> tuple[str, ...]:
    """The columns that hold values of their own: generated ones are computed again. Raises NotFound."""
    rows = session.execute(f"PRAGMA table_xinfo({quoted(table)})").fetchall()
    if not rows:
        raise NotFound(f"There is no table {table!r}", hint="Look at the list of tables again; it may have changed.")
    return tuple(name for _, name, _, _, _, _, hidden in rows if hidden == 0)


@contextmanager
def open_rows(session: SqliteSession, table: str) -> Iterator[sqlite3.Cursor]:
    """All rows of a table in its own order, stored columns only, texts exact. However long it takes."""
    columns = ",".join(quoted(column) for column in stored_columns(session, table))
    with open_statement(session, f"SELECT {columns} FROM {quoted(table)} NOT INDEXED") as rows:
        yield rows


@contextmanager
def open_statement(session: SqliteSession, statement: str) -> Iterator[sqlite3.Cursor]:
    """The rows of a statement, texts exact. However long it takes."""
    with typed_text(session), session.unbounded(), closing(session.execute(statement)) as rows:
        yield rows


def table_content(session: SqliteSession, table: str, job: JobContext) -> TableContent:
    """Rows and checksum of a table, in one scan that keeps no row."""
    columns = ",".join(quoted(column) for column in stored_columns(session, table))
    return statement_content(session, f"SELECT {columns} FROM {quoted(table)} NOT INDEXED", table, job)


def statement_content(session: SqliteSession, statement: str, name: str, job: JobContext) -> TableContent:
    """The same of the rows of any statement; `name` is what is told of them meanwhile."""
    checksum = Checksum()
    with open_statement(session, statement) as rows:
        for row in rows:
            checksum.add(row, row_literal(row))
            if checksum.rows % _ROWS_BETWEEN_REPORTS == 0:
                job.progress(f"Reading {name}", checksum.rows, unit="rows")
    return checksum.content


def rowid_name(session: SqliteSession, table: str) -> str | None:
    """The name under which a table's own row numbers are to be had, None where a column of it holds them or none are.

    They are nobody's business, and change when SQLite likes, unless an index in another table rests on them.
    """
    columns = session.execute(f"PRAGMA table_xinfo({quoted(table)})").fetchall()
    keys = [kind.upper() for _, _, kind, _, _, key, _ in columns if key]
    (is_without,) = session.execute(
        "SELECT coalesce(max(wr), 1) FROM pragma_table_list WHERE schema = 'main' AND name = ? AND type = 'table'",
        (table,),
    ).fetchone()
    if is_without or keys == ["INTEGER"]:
        return None
    taken = {name.lower() for _, name, *_ in columns}
    return next((name for name in ("rowid", "_rowid_", "oid") if name not in taken), None)


def fingerprint(session: SqliteSession) -> str:
    """A hash over every definition, whatever their order and the ends of their lines."""
    parts = sorted((d.kind, d.name, d.table, d.sql) for d in definitions(session))
    hasher = hashlib.sha256()
    for part in parts:
        for text in part:
            encoded = text.encode("utf-8", "surrogateescape")
            hasher.update(b"%d:%b" % (len(encoded), encoded))
    return hasher.hexdigest()


def table_facts(session: SqliteSession) -> tuple[TableFacts, ...]:
    """Tables with estimated rows (exact for small ones) and the bytes of their pages, indexes included."""
    rows = {name: _estimated_rows(session, name) for name in base_tables(session)}
    sizes = _sizes(session, rows)
    return tuple(TableFacts(name, count, sizes.get(name, 0)) for name, count in rows.items())


def feature_record(session: SqliteSession) -> FeatureRecord:
    """What the database says of its features; where no lineage was ever run it says nothing of revisions."""
    active = {
        str(name): bool(is_active)
        for name, is_active in session.execute("SELECT feature_type, is_active FROM installed_features")
    }
    if "console_features" not in base_tables(session):
        return FeatureRecord(active)
    return FeatureRecord(
        active, tuple(str(row[0]) for row in session.execute("SELECT version_num FROM console_features"))
    )


def _estimated_rows(session: SqliteSession, table: str) -> int:
    (counted,) = session.execute(
        f"SELECT COUNT(*) FROM (SELECT 1 FROM {quoted(table)} LIMIT {_COUNTED_ROWS})"
    ).fetchone()
    if counted < _COUNTED_ROWS:
        return int(counted)
    try:
        (last,) = session.execute(f"SELECT MAX(rowid) - MIN(rowid) + 1 FROM {quoted(table)}").fetchone()
    except sqlite3.OperationalError:
        return int(session.execute(f"SELECT COUNT(*) FROM {quoted(table)}").fetchone()[0])
    return max(int(counted), int(last))


def _sizes(session: SqliteSession, rows: dict[str, int]) -> dict[str, int]:
    """Bytes of each table: measured where that is quick, else the file shared out by rows."""
    (pages,) = session.execute("PRAGMA page_count").fetchone()
    (page_size,) = session.execute("PRAGMA page_size").fetchone()
    if is_measured(session):
        return dict(
            session.execute(
                "SELECT m.tbl_name, SUM(s.pgsize) FROM dbstat s JOIN sqlite_master m ON m.name = s.name"
                " WHERE s.aggregate = TRUE GROUP BY m.tbl_name"
            ).fetchall()
        )
    total = sum(rows.values()) or 1
    return {name: pages * page_size * count // total for name, count in rows.items()}


def is_measured(session: SqliteSession) -> bool:
    """Whether the sizes of tables are measured, and not shared out: SQLite can tell, and it is quick."""
    (pages,) = session.execute("PRAGMA page_count").fetchone()
    (has_dbstat,) = session.execute("SELECT COUNT(*) FROM pragma_module_list WHERE name = 'dbstat'").fetchone()
    return bool(has_dbstat) and pages <= _MEASURED_PAGES


def ensure_can_be_dumped(session: SqliteSession) -> None:
    """Raise Unsupported (`unsupported_object`) naming each object that a dump would not bring back as it is.

    The whole schema is made again in an empty database in memory: what fails there, or comes out otherwise, is named.
    """
    problems = list(_problems(session))
    if problems:
        raise Unsupported(
            f"This database cannot be dumped faithfully: {'; '.join(problems)}",
            code="unsupported_object",
            hint="Drop or replace what is named, or copy the file with SQLite's own backup while nobody uses it.",
        )


def _problems(session: SqliteSession) -> Iterable[str]:
    made = definitions(session)
    unreadable = {d.name for d in made if not _is_text(d)}
    for definition in made:
        label = f"{definition.kind} {definition.name!r}"
        if definition.name in unreadable:
            yield f"{label} has a definition that is no UTF-8"
        elif is_virtual(definition):
            problem = virtual_table(session, definition.name, definition.sql).problem
            if problem:
                unreadable.add(definition.name)
                yield f"virtual table {definition.name!r}: {problem}"
        elif _has_line_end_in_literal(definition.sql):
            yield f"{label} has a carriage return within quotes"
    yield from _rehearsal_problems([definition for definition in made if definition.name not in unreadable])


def _rehearsal_problems(kept: list[Definition]) -> Iterable[str]:
    with closing(sqlite3.connect(":memory:", isolation_level=None, factory=SqliteSession)) as scratch:
        distrust_schema(scratch, "".join(definition.sql for definition in kept))
        failed = set()
        for definition in in_order_of_creation(kept):
            try:
                scratch.execute(terminated(definition.sql))
            except (sqlite3.Error, sqlite3.Warning) as error:
                failed.add(definition.name)
                yield f"{definition.kind} {definition.name!r} ({error})"
        remade = set(definitions(scratch))
        for definition in kept:
            if definition.name not in failed and definition not in remade:
                yield f"{definition.kind} {definition.name!r} (its definition comes out otherwise)"


def in_order_of_creation(made: Iterable[Definition]) -> list[Definition]:
    """Tables, virtual ones, then what stands on them: indexes, views, triggers; within a kind oldest first."""
    rank = {"table": 0, "index": 2, "view": 3, "trigger": 4}
    return sorted(made, key=lambda definition: 1 if is_virtual(definition) else rank[definition.kind])


def has_sequence(definition: Definition) -> bool:
    """Whether SQLite keeps the last number of this table in `sqlite_sequence`."""
    return re.search(r"\bAUTOINCREMENT\b", _TOKENS.sub(" ", definition.sql), re.IGNORECASE) is not None


def terminated(sql: str) -> str:
    """A stored definition as a whole statement, also where it ends in a comment."""
    return f"{sql};" if sqlite3.complete_statement(f"{sql};") else f"{sql}\n;"


def is_virtual(definition: Definition) -> bool:
    return definition.kind == "table" and definition.sql[:14].upper() == "CREATE VIRTUAL"


def _is_text(definition: Definition) -> bool:
    try:
        f"{definition.name}{definition.table}{definition.sql}".encode()
    except UnicodeEncodeError:
        return False
    return True


def _normalised(sql: str) -> str:
    """The statement with LF at the ends of its lines, as the native client reads it; quoted text stays as it is."""
    return _replace(sql, lambda token: token if token[0] in "'\"`[" else token.replace("\r\n", "\n"))


def _has_line_end_in_literal(sql: str) -> bool:
    return any(token[0] in "'\"`[" and "\r\n" in token for token in _TOKENS.findall(sql))


def _replace(sql: str, change: Callable[[str], str]) -> str:
    return _TOKENS.sub(lambda match: change(match[0]), sql) if "\r\n" in sql else sql
