"""Everything that a MySQL or MariaDB database is made of besides its rows, in a wording that can be carried elsewhere.

Definers are left out, the database's own name is left out, and what cannot be worded faithfully is named in a refusal.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterable
from dataclasses import asdict, dataclass, field, replace
from typing import Any

import pymysql

from pagevoo_console.domain.errors import MissingPrivilege, Unsupported
from pagevoo_console.services.engines import mysql_freeze
from pagevoo_console.services.engines.mysql_columns import SUPPORTED
from pagevoo_console.services.engines.mysql_databases import MARKER_TABLE, granted, quoted, version_of
from pagevoo_console.services.engines.mysql_session import MysqlConnection
from pagevoo_console.services.engines.mysql_text import (
    lexemes,
    names_database,
    tables_named,
    trigger_body,
    without_database,
    without_definer,
)

TRANSACTIONAL = frozenset({"InnoDB"})
PLAIN_ENGINES = frozenset({"InnoDB", "MyISAM", "Aria", "MEMORY"})
ENCODINGS = {"utf8mb4": "utf-8", "utf8mb3": "utf-8", "utf8": "utf-8", "latin1": "cp1252", "ascii": "ascii"}
"""Client character sets of stored programs, and how Python writes them."""

_AUTO_INCREMENT = re.compile(r"\A(\) ENGINE=\w+) AUTO_INCREMENT=\d+")
_THIS = "{0} = DATABASE() AND CAST({0} AS BINARY) = CAST(DATABASE() AS BINARY)"
_HINT = (
    "Remove or convert what is named, or dump this database with the engine's own tool;"
    " a deletion can go on without a backup, with a reason."
)


@dataclass(frozen=True, slots=True)
class Program:
    """A view, trigger or routine: the statement that makes it, and the session in which it must be made."""

    kind: str
    name: str
    statement: str
    character_set: str
    collation: str
    sql_mode: str | None = None
    database_collation: str | None = None
    definer: str = ""

    @property
    def encoded(self) -> bytes:
        """The statement as the bytes that its client sent."""
        return self.statement.encode(ENCODINGS[self.character_set])

    @property
    def is_changed_by_clients(self) -> bool:
        """Whether the engine's own client would drop comments from it, or carriage returns."""
        if self.kind == "view":
            return False
        return "\r" in self.statement or any(piece.kind == "comment" for piece in lexemes(self.statement))

    @property
    def plain_settings(self) -> str:
        """Those in which a text may hold backslashes."""
        return replace(self, sql_mode="").settings

    @property
    def settings(self) -> str:
        mode = "" if self.sql_mode is None else f", sql_mode = '{self.sql_mode}'"
        return f"SET character_set_client = {self.character_set}, collation_connection = {self.collation}{mode}"


@dataclass(frozen=True, slots=True)
class Table:
    """A base table: its CREATE statement, and its storage engine."""

    name: str
    statement: str
    engine: str


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

    @property
    def programs(self) -> tuple[Program, ...]:
        return (*self.routines, *self.views, *self.triggers)

    @property
    def fingerprint(self) -> str:
        """Definers and the next automatic number do not count."""
        told: list[Any] = [self.character_set, self.collation]
        told += [[table.name, without_auto_increment(table.statement)] for table in self.tables]
        unordered = sorted((*self.routines, *self.views), key=lambda program: (program.kind, program.name))
        told += [sorted(asdict(replace(program, definer="")).items()) for program in (*unordered, *self.triggers)]
        return hashlib.sha256(json.dumps(told, ensure_ascii=False).encode(errors="surrogatepass")).hexdigest()


@dataclass
class _Refusals:
    """What cannot be told, collected so that all of it is named at once."""

    found: list[str] = field(default_factory=list)

    def add(self, what: str) -> None:
        self.found.append(what)

    def raise_if_any(self) -> None:
        if self.found:
            raise Unsupported(
                f"This database holds what the console cannot dump faithfully: {'; '.join(self.found)}",
                code="unsupported_object",
                hint=_HINT,
            )


def definitions(connection: MysqlConnection, *, strict: bool = False) -> Definitions:
    """Read them all. `strict` refuses (Unsupported, MissingPrivilege) by name what a dump could not carry."""
    database, character_set, collation = connection.rows(
        "SELECT DATABASE(), @@character_set_database, @@collation_database"
    )[0]
    refusals = _Refusals()
    kinds = _kinds(connection, refusals)
    if strict:
        _ensure_everything_is_visible(connection, str(database))
        _refuse_columns_and_keys(connection, refusals)
        _refuse_others(connection, refusals)
    tables = tuple(_table(connection, name, refusals) for name in kinds["table"])
    views = [_view(connection, name, str(database), refusals) for name in kinds["view"]]
    triggers = tuple(_triggers(connection))
    routines = tuple(_routines(connection))
    read = Definitions(str(character_set), str(collation), tables, routines, tuple(_in_order(views)), triggers)
    if not strict:
        return read
    for program in read.programs:
        _refuse_program(program, str(database), refusals)
    refusals.raise_if_any()
    return replace(read, losses=_losses(connection, read))


def without_auto_increment(statement: str) -> str:
    """A table's CREATE statement without the next automatic number, which rows move and definitions do not."""
    tail = statement.rfind("\n) ENGINE=") + 1
    return statement[:tail] + _AUTO_INCREMENT.sub(r"\1", statement[tail:])


# --- tables and views -----------------------------------------------------------------------------------------------


def _kinds(connection: MysqlConnection, refusals: _Refusals) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {"table": [], "view": []}
    for name, kind in connection.rows(
        f"SELECT TABLE_NAME, TABLE_TYPE FROM information_schema.TABLES WHERE {_THIS.format('TABLE_SCHEMA')}"
    ):
        if name == MARKER_TABLE:
            continue
        match kind:
            case "BASE TABLE":
                found["table"].append(str(name))
            case "VIEW":
                found["view"].append(str(name))
            case _:
                what = "system-versioned table" if kind == "SYSTEM VERSIONED" else str(kind).lower()
                refusals.add(f"the {what} {name!r}")
                if kind == "SYSTEM VERSIONED":
                    found["table"].append(str(name))
        if "\r" in str(name) or str(name).startswith("#mysql50#"):
            refusals.add(f"the name {name!r}")
    return {kind: sorted(names) for kind, names in found.items()}


def _table(connection: MysqlConnection, name: str, refusals: _Refusals) -> Table:
    statement = str(connection.rows(f"SHOW CREATE TABLE {quoted(name)}")[0][1])
    tail = statement[statement.rfind("\n) ENGINE=") + 1 :]
    match = re.match(r"\) ENGINE=(\w+)", tail)
    engine = match[1] if match else "unknown"
    if engine not in PLAIN_ENGINES:
        refusals.add(f"the table {name!r} of the storage engine {engine}")
    if re.search(r"\b(DATA|INDEX) DIRECTORY=", tail):
        refusals.add(f"the table {name!r}, whose files lie outside the server's data folder")
    if "\r" in statement:
        refusals.add(f"a carriage return in a name within the table {name!r}")
    return Table(name, statement, engine)


def _view(connection: MysqlConnection, name: str, database: str, refusals: _Refusals) -> Program:
    _, statement, character_set, collation = connection.rows(f"SHOW CREATE VIEW {quoted(name)}")[0]
    try:
        connection.rows(f"SHOW COLUMNS FROM {quoted(name)}")
    except pymysql.Error:
        refusals.add(f"the view {name!r}, which is broken: something that it reads is gone")
    worded = without_database(without_definer(str(statement)), database)
    return Program("view", name, worded, str(character_set), str(collation), definer=_definer(str(statement)))


def _in_order(views: list[Program]) -> list[Program]:
    """Each view behind those that it reads."""
    by_name = {view.name: view for view in views}
    ordered: dict[str, Program] = {}

    def place(view: Program, above: frozenset[str]) -> None:
        for name in sorted(tables_named(view.statement)):
            if name in by_name and name not in ordered and name not in above:
                place(by_name[name], above | {name})
        ordered.setdefault(view.name, view)

    for view in views:
        place(view, frozenset({view.name}))
    return list(ordered.values())


# --- triggers and routines ------------------------------------------------------------------------------------------


def _triggers(connection: MysqlConnection) -> Iterable[Program]:
    """In the order in which they fire, which is the order in which they must be made. A freeze is none of them."""
    rows = connection.rows(
        "SELECT TRIGGER_NAME, ACTION_TIMING, EVENT_MANIPULATION, EVENT_OBJECT_TABLE, DEFINER, ACTION_STATEMENT FROM"
        f" information_schema.TRIGGERS WHERE {_THIS.format('TRIGGER_SCHEMA')}"
        " ORDER BY CAST(EVENT_OBJECT_TABLE AS BINARY), EVENT_MANIPULATION, ACTION_TIMING, ACTION_ORDER"
    )
    for name, timing, event, table, definer, body in rows:
        if mysql_freeze.is_ours(str(name), timing, event, str(body)):
            continue
        found = connection.rows(f"SHOW CREATE TRIGGER {quoted(name)}")[0]
        mode, statement, character_set, collation, database_collation = (str(part) for part in found[1:6])
        head = f"CREATE TRIGGER {quoted(name)} {timing} {event} ON {quoted(table)} FOR EACH ROW "
        yield Program(
            "trigger",
            str(name),
            head + trigger_body(statement),
            character_set,
            collation,
            mode,
            database_collation,
            str(definer),
        )


def _routines(connection: MysqlConnection) -> Iterable[Program]:
    rows = connection.rows(
        "SELECT ROUTINE_TYPE, ROUTINE_NAME, DEFINER FROM information_schema.ROUTINES"
        f" WHERE {_THIS.format('ROUTINE_SCHEMA')} AND ROUTINE_TYPE IN ('PROCEDURE', 'FUNCTION')"
        " ORDER BY ROUTINE_TYPE, CAST(ROUTINE_NAME AS BINARY)"
    )
    for kind, name, definer in rows:
        found = connection.rows(f"SHOW CREATE {kind} {quoted(name)}")[0]
        mode, statement, character_set, collation, database_collation = found[1:6]
        if statement is None:
            raise MissingPrivilege(
                f"The account may not read the body of the {str(kind).lower()} {name!r}",
                hint="Grant it SELECT on mysql.proc (MariaDB) or SHOW_ROUTINE (MySQL).",
            )
        yield Program(
            str(kind).lower(),
            str(name),
            without_definer(str(statement)),
            str(character_set),
            str(collation),
            str(mode),
            str(database_collation),
            str(definer),
        )


def _definer(statement: str) -> str:
    match = re.search(r"DEFINER=(`(?:[^`]|``)*`)(?:@(`(?:[^`]|``)*`))?", statement)
    if match is None:
        return ""
    return "@".join(part[1:-1].replace("``", "`") for part in match.groups() if part is not None)


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


def _refuse_columns_and_keys(connection: MysqlConnection, refusals: _Refusals) -> None:
    columns = connection.rows(
        "SELECT c.TABLE_NAME, c.COLUMN_NAME, LOWER(c.DATA_TYPE) FROM information_schema.COLUMNS AS c"
        f" WHERE {_THIS.format('c.TABLE_SCHEMA')}"
    )
    views = {name for name, kind in connection.rows("SHOW FULL TABLES") if kind == "VIEW"}
    for table, column, kind in columns:
        if kind not in SUPPORTED and table not in views:
            refusals.add(f"the column {column!r} of the table {table!r}, a {kind}")
    keys = connection.rows(
        "SELECT DISTINCT TABLE_NAME, CONSTRAINT_NAME, REFERENCED_TABLE_SCHEMA FROM"
        f" information_schema.KEY_COLUMN_USAGE WHERE {_THIS.format('TABLE_SCHEMA')}"
        " AND REFERENCED_TABLE_SCHEMA IS NOT NULL"
        " AND CAST(REFERENCED_TABLE_SCHEMA AS BINARY) <> CAST(DATABASE() AS BINARY)"
    )
    for table, key, other in keys:
        refusals.add(f"the foreign key {key!r} of the table {table!r}, which points into the database {other!r}")


def _refuse_others(connection: MysqlConnection, refusals: _Refusals) -> None:
    for kind, name in connection.rows(
        f"SELECT ROUTINE_TYPE, ROUTINE_NAME FROM information_schema.ROUTINES WHERE {_THIS.format('ROUTINE_SCHEMA')}"
        " AND ROUTINE_TYPE NOT IN ('PROCEDURE', 'FUNCTION')"
    ):
        refusals.add(f"the {str(kind).lower()} {name!r}")
    for (name,) in connection.rows(
        f"SELECT EVENT_NAME FROM information_schema.EVENTS WHERE {_THIS.format('EVENT_SCHEMA')}"
    ):
        refusals.add(f"the event {name!r}")


def _refuse_program(program: Program, database: str, refusals: _Refusals) -> None:
    what = f"the {program.kind} {program.name!r}"
    if program.character_set not in ENCODINGS:
        refusals.add(f"{what}, which is written in the character set {program.character_set}")
        return
    try:
        _ = program.encoded
    except UnicodeEncodeError:
        refusals.add(f"{what}, whose text does not fit its character set {program.character_set}")
    if names_database(program.statement, database):
        refusals.add(f"{what}, which names this database itself and would reach back into it from anywhere else")


def can_execute_texts(connection: MysqlConnection) -> bool:
    """Whether a text can make a routine or a trigger here (EXECUTE IMMEDIATE, MariaDB 10.6)."""
    return connection.is_mariadb and version_of(connection) >= (10, 6)


def _losses(connection: MysqlConnection, read: Definitions) -> tuple[str, ...]:
    account = connection.value("SELECT CURRENT_USER()")
    losses = [
        f"definer of {program.kind} {program.name}: {program.definer}"
        for program in read.programs
        if program.definer != account
    ]
    if not can_execute_texts(connection):
        losses += [
            f"comments and line ends of {program.kind} {program.name}: the engine's own client changes them"
            for program in read.programs
            if program.is_changed_by_clients
        ]
    return tuple(losses)
