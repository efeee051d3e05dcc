"""Everything that a MySQL or MariaDB database is made of besides its rows, in a wording that can be carried elsewhere.

Definers are left out, the database's own name is left out, and what cannot be worded faithfully is named in a refusal.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import Any

from pagevoo_console.domain.errors import MissingPrivilege, Unsupported
from pagevoo_console.services.engines.mysql_broken_triggers import broken_triggers
from pagevoo_console.services.engines.mysql_columns import GEOMETRIES, SUPPORTED
from pagevoo_console.services.engines.mysql_databases import MARKER_TABLE, granted, quoted
from pagevoo_console.services.engines.mysql_history import History, has_momentless_rows, history_of
from pagevoo_console.services.engines.mysql_keys import (
    with_defaults,
    with_sorted_keys,
    without_unknown_options,
)
from pagevoo_console.services.engines.mysql_programs import (
    ENCODINGS,
    BrokenView,
    Program,
    can_execute_texts,
    events,
    routines,
    triggers,
    views,
)
from pagevoo_console.services.engines.mysql_session import MysqlConnection
from pagevoo_console.services.engines.mysql_text import (
    databases_named,
    foreign_sequences,
    names_database,
    without_database,
    without_directories,
)

TRANSACTIONAL = frozenset({"InnoDB"})
PLAIN_ENGINES = frozenset({"InnoDB", "MyISAM", "Aria", "MEMORY", "ARCHIVE", "CSV", "BLACKHOLE"})
"""Storage engines whose tables hold all of their rows themselves, or none at all."""

_AUTO_INCREMENT = re.compile(r"\A(\) ENGINE=\w+) AUTO_INCREMENT=\d+")
_SPATIAL = re.compile(rf"\n  `(?:[^`]|``)*` (?:{'|'.join(sorted(GEOMETRIES))})\b")
_THIS = "{0} = DATABASE() AND CAST({0} AS BINARY) = CAST(DATABASE() AS BINARY)"
_HINT = (
    "Remove or convert what is named, or dump this database with the engine's own tool;"
    " a deletion can go on without a backup, with a reason."
)


@dataclass(frozen=True, slots=True)
class Table:
    """A base table or a sequence: its CREATE statement, its storage engine, and where its old rows are."""

    name: str
    statement: str
    engine: str
    history: History = History.NONE


@dataclass(frozen=True, slots=True)
class Definitions:
    """A database's definitions in the order in which they can be carried out."""

    character_set: str
    collation: str
    tables: tuple[Table, ...]
    routines: tuple[Program, ...]
    views: tuple[Program, ...]
    triggers: tuple[Program, ...]
    losses: tuple[str, ...] = ()
    sequences: tuple[Table, ...] = ()
    events: tuple[Program, ...] = ()
    broken: tuple[BrokenView, ...] = ()
    drawing: tuple[tuple[str, str, str], ...] = ()
    """Columns whose default draws from a sequence of this database, as (table, column, expression)."""

    @property
    def programs(self) -> tuple[Program, ...]:
        return (*self.routines, *self.views, *self.triggers, *self.events)

    @property
    def fingerprint(self) -> str:
        """Definers, the next automatic number, and views that cannot be made any more do not count."""
        told: list[Any] = [self.character_set, self.collation]
        told += [[table.name, without_auto_increment(table.statement)] for table in self.tables]
        unordered = sorted((*self.routines, *self.views), key=lambda program: (program.kind, program.name))
        told += [program.told for program in (*unordered, *self.triggers, *self.events)]
        told += [["sequence", sequence.name, sequence.statement] for sequence in self.sequences]
        return hashlib.sha256(json.dumps(told, ensure_ascii=False).encode(errors="surrogatepass")).hexdigest()


@dataclass
class _Findings:
    """What cannot be told, collected so that all of it is named at once; and what is told with a loss."""

    refused: list[str] = field(default_factory=list)
    lost: list[str] = field(default_factory=list)

    def refuse(self, what: str) -> None:
        self.refused.append(what)

    def lose(self, what: str) -> None:
        self.lost.append(what)

    def raise_if_any(self) -> None:
        if self.refused:
            raise Unsupported(
                f"This database holds what the console cannot dump faithfully: {'; '.join(self.refused)}",
                code="unsupported_object",
                hint=_HINT,
            )


def definitions(connection: MysqlConnection, *, strict: bool = False) -> Definitions:
    """Read them all. `strict` refuses (Unsupported, MissingPrivilege) by name what a dump could not carry."""
    name, character_set, collation = (
        str(value) for value in connection.rows("SELECT DATABASE(), @@character_set_database, @@collation_database")[0]
    )
    findings = _Findings()
    kinds = _kinds(connection, findings)
    if strict:
        _ensure_everything_is_visible(connection, name)
        _look_at_columns_and_keys(connection, findings)
    sound, broken = views(connection, kinds["view"], name)
    read = Definitions(
        character_set,
        collation,
        _with_reference_systems(connection, [_table(connection, table, name, findings) for table in kinds["table"]]),
        tuple(routines(connection)),
        tuple(sound),
        tuple(triggers(connection)),
        sequences=tuple(_sequence(connection, sequence) for sequence in kinds["sequence"]),
        events=tuple(events(connection)),
        broken=tuple(broken),
        drawing=tuple(_drawing(connection, name, kinds["table"])) if kinds["sequence"] else (),
    )
    if not strict:
        return read
    for program in read.programs:
        _look_at_program(connection, program, name, findings)
    for trigger, its_table, column in broken_triggers(connection):
        findings.refuse(f"the trigger {trigger!r}, which speaks of a column {column!r} that {its_table!r} has not")
    for table in read.tables:
        if table.history is History.KEPT and has_momentless_rows(connection, table.name):
            findings.lose(f"rows in the history of the table {table.name} that were true for no moment")
    findings.raise_if_any()
    return replace(read, losses=(*findings.lost, *_losses_of_programs(connection, read)))


def without_auto_increment(statement: str) -> str:
    """A table's CREATE statement without the next automatic number, which rows move and definitions do not."""
    tail = statement.rfind("\n) ENGINE=") + 1
    return statement[:tail] + _AUTO_INCREMENT.sub(r"\1", statement[tail:])


_WITHOUT_HISTORY = re.compile(
    r"(\n  `(?:[^`]|``)+` (?:[^'`\n]|'(?:[^'\\]|''|\\.)*')*?) WITHOUT SYSTEM VERSIONING(?=[ ,\n])"
)
"""What a column keeps of a history that was switched off; no statement makes such a table."""
_NUMBER_OR_NULL = re.compile(
    r"(\n  `(?:[^`]|``)+` (?![^\n']* NOT NULL AUTO_INCREMENT)[^\n']*? AUTO_INCREMENT)(?=[ ,\n])"
)
"""An automatic column that takes NULL for what it is; the server leaves that out of its own wording."""


# --- tables and sequences -------------------------------------------------------------------------------------------

_KINDS = {"BASE TABLE": "table", "SYSTEM VERSIONED": "table", "VIEW": "view", "SEQUENCE": "sequence"}


def _kinds(connection: MysqlConnection, findings: _Findings) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {kind: [] for kind in _KINDS.values()}
    for name, kind in connection.rows(
        f"SELECT TABLE_NAME, TABLE_TYPE FROM information_schema.TABLES WHERE {_THIS.format('TABLE_SCHEMA')}"
    ):
        if name == MARKER_TABLE:
            continue
        if kind in _KINDS:
            found[_KINDS[kind]].append(str(name))
        else:
            findings.refuse(f"the {str(kind).lower()} {name!r}")
        if "\r" in str(name) or str(name).startswith("#mysql50#"):
            findings.refuse(f"the name {name!r}")
    return {kind: sorted(names) for kind, names in found.items()}


def _table(connection: MysqlConnection, name: str, database: str, findings: _Findings) -> Table:
    statement = str(connection.rows(f"SHOW CREATE TABLE {quoted(name)}")[0][1])
    if "val(" in statement and f"{quoted(database)}." in statement:
        statement = without_database(statement, database)
    body, tail = _parted(statement)
    match = re.match(r"\) ENGINE=(\w+)", tail)
    engine = match[1] if match else "unknown"
    if engine not in PLAIN_ENGINES:
        findings.refuse(f"the table {name!r} of the storage engine {engine}")
    if " DIRECTORY" in tail:
        tail, folders = without_directories(tail)
        for folder in folders:
            findings.lose(f"folder of the table {name}: {folder}; it is restored into the server's own")
    if "\r" in statement:
        findings.refuse(f"a carriage return in a name within the table {name!r}")
    for sequence in foreign_sequences(body):
        findings.lose(f"default in the table {name} takes numbers from {sequence}, which is not in this backup")
    body, *options = without_unknown_options(body)
    tail, *more_options = without_unknown_options(tail)
    for option in (*options, *more_options):
        findings.lose(f"option {option} of the table {name}, which this server does not know")
    body = with_sorted_keys(_NUMBER_OR_NULL.sub(r"\1 NULL", body))
    history = history_of(connection, statement)
    if history is History.NONE and _WITHOUT_HISTORY.search(body):
        body = _WITHOUT_HISTORY.sub(r"\1", body)
        findings.lose(f"that columns of the table {name} would be left out of a history that it does not keep")
    if history is History.LOST:
        findings.lose(
            f"history of the table {name}: this server keeps it by transaction numbers, or is older than MariaDB 10.11"
        )
    if connection.is_mariadb:
        body, *undefaulted = with_defaults(body)
        for column in undefaulted:
            findings.lose(f"that the column {column} of the table {name} has no default; it is NULL")
    return Table(name, body + tail, engine, history)


def _parted(statement: str) -> tuple[str, str]:
    """A table's columns and keys, and its options and partitions."""
    tail = statement.rfind("\n) ENGINE=") + 1
    return statement[:tail], statement[tail:]


def _with_reference_systems(connection: MysqlConnection, tables: list[Table]) -> tuple[Table, ...]:
    """The tables with what MariaDB leaves out of its own wording of them: in which system a column's places are."""
    if not connection.is_mariadb or not any(_SPATIAL.search(table.statement) for table in tables):
        return tuple(tables)
    systems: dict[str, list[tuple[str, int]]] = {}
    for table, column, system in connection.rows(
        "SELECT G_TABLE_NAME, G_GEOMETRY_COLUMN, SRID FROM information_schema.GEOMETRY_COLUMNS"
        f" WHERE {_THIS.format('G_TABLE_SCHEMA')} AND SRID <> 0 ORDER BY 1, 2"
    ):
        systems.setdefault(str(table), []).append((str(column), int(system)))
    told = []
    for one in tables:
        statement = one.statement
        for column, system in systems.get(one.name, []):
            line = re.compile(rf"(\n  {re.escape(quoted(column))} \w+)")
            statement = line.sub(rf"\g<1> REF_SYSTEM_ID={system}", statement, count=1)
        told.append(replace(one, statement=statement))
    return tuple(told)


def _drawing(connection: MysqlConnection, database: str, tables: list[str]) -> Iterator[tuple[str, str, str]]:
    for table, column, default in connection.rows(
        "SELECT TABLE_NAME, COLUMN_NAME, COLUMN_DEFAULT FROM information_schema.COLUMNS"
        f" WHERE {_THIS.format('TABLE_SCHEMA')} AND COLUMN_DEFAULT LIKE '%val(%' ORDER BY 1, 2"
    ):
        if table in tables and (here := without_database(str(default), database)) != default:
            yield str(table), str(column), here


def _sequence(connection: MysqlConnection, name: str) -> Table:
    statement = str(connection.rows(f"SHOW CREATE SEQUENCE {quoted(name)}")[0][1])
    return Table(name, statement, "InnoDB")


# --- what a dump cannot carry ---------------------------------------------------------------------------------------


def _ensure_everything_is_visible(connection: MysqlConnection, database: str) -> None:
    """The catalogue leaves out without a word what the account may not see: a whole dump of one table in nine."""
    _, here = granted(connection, database)
    if "ALL PRIVILEGES" in here:
        return
    missing = [name for name in ("SELECT", "SHOW VIEW", "TRIGGER", "EVENT") if name not in here]
    if not here & {"EXECUTE", "CREATE ROUTINE", "ALTER ROUTINE"}:
        missing.append("EXECUTE")
    if missing:
        raise MissingPrivilege(
            f"The account cannot see everything in {database!r}: it lacks {', '.join(missing)} on the whole database",
            hint="Have an administrator grant it; a dump of what it can see now might leave tables out.",
        )


def _look_at_columns_and_keys(connection: MysqlConnection, findings: _Findings) -> None:
    columns = connection.rows(
        "SELECT c.TABLE_NAME, c.COLUMN_NAME, LOWER(c.DATA_TYPE), c.IS_NULLABLE = 'NO'"
        " AND IFNULL(c.GENERATION_EXPRESSION, '') = '' FROM information_schema.COLUMNS AS c"
        f" WHERE {_THIS.format('c.TABLE_SCHEMA')}"
    )
    views = {name for name, kind in connection.rows("SHOW FULL TABLES") if kind == "VIEW"}
    for table, column, kind, is_filled in columns:
        if table in views:
            if not column:  # what cannot be seen at its beginning was taken away, and nothing was left
                findings.refuse(f"the view {table!r}, a column of which has no name")
            continue
        if kind not in SUPPORTED:
            findings.refuse(f"the column {column!r} of the table {table!r}, a {kind}")
        # A column that was added to rows that were there is filled with what no statement may write.
        empty = f"SELECT 1 FROM {quoted(table)} WHERE LENGTH({quoted(column)}) = 0 LIMIT 1"
        if is_filled and kind in GEOMETRIES and connection.rows(empty):
            findings.refuse(f"places that are none in the column {column!r} of the table {table!r}")
    keys = connection.rows(
        "SELECT DISTINCT TABLE_NAME, CONSTRAINT_NAME, REFERENCED_TABLE_SCHEMA FROM"
        f" information_schema.KEY_COLUMN_USAGE WHERE {_THIS.format('TABLE_SCHEMA')}"
        " AND REFERENCED_TABLE_SCHEMA IS NOT NULL"
        " AND CAST(REFERENCED_TABLE_SCHEMA AS BINARY) <> CAST(DATABASE() AS BINARY)"
    )
    for table, key, other in keys:
        findings.lose(
            f"foreign key {key} of the table {table} points into the database {other}, which is not in this backup"
        )


def _look_at_program(connection: MysqlConnection, program: Program, database: str, findings: _Findings) -> None:
    what = f"the {program.kind} {program.name!r}"
    if program.character_set not in ENCODINGS and not _is_written_by_server(connection, program):
        findings.refuse(f"{what}, which is written in the character set {program.character_set}")
        return
    try:
        _ = program.encoded
    except UnicodeEncodeError:
        findings.refuse(f"{what}, whose text does not fit its character set {program.character_set}")
    if names_database(program.statement, database):
        findings.refuse(f"{what}, which names this database itself and would reach back into it from anywhere else")


def _is_written_by_server(connection: MysqlConnection, program: Program) -> bool:
    """Whether the server can turn the text into its character set, and back into the same text."""
    if program.character_set == "binary" or not can_execute_texts(connection):
        return False
    text = f"_utf8mb4 x'{program.encoded.hex()}'"
    back = f"CONVERT(CONVERT({text} USING {program.character_set}) USING utf8mb4)"
    return bool(connection.value(f"SELECT CAST({back} AS BINARY) = CAST({text} AS BINARY)"))


def _losses_of_programs(connection: MysqlConnection, read: Definitions) -> list[str]:
    account = connection.value("SELECT CURRENT_USER()")
    losses = [
        f"definer of {program.kind} {program.name}: {program.definer}"
        for program in read.programs
        if program.definer != account
    ]
    losses += [
        f"view {view.name} is broken and left out,"
        f" {'its text stands in the file' if view.statement else 'the server does not show its text'}: {view.why}"
        for view in read.broken
    ]
    losses += [
        f"view {view.name} reads the database {other}, which is not in this backup"
        for view in read.views
        for other in sorted(databases_named(view.statement))
    ]
    losses += [
        f"event {event.name} is kept from working here (DISABLE ON SLAVE) and enabled where it is restored"
        for event in read.events
        if event.is_resting
    ]
    if not can_execute_texts(connection):
        losses += [
            f"comments and line ends of {program.kind} {program.name}: the engine's own client changes them"
            for program in read.programs
            if program.is_changed_by_clients
        ]
    return losses
