"""Views, triggers, routines, packages and events: what a MySQL or MariaDB server runs for a database, as statements.

Each is told with the session in which it must be made: character set, collation, SQL mode, the database's collation of
that day, an event's time zone. Definers are left out: whoever restores it becomes the definer.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, replace
from typing import Any

import pymysql

from pagevoo_console.domain.errors import MissingPrivilege
from pagevoo_console.services.engines import mysql_freeze
from pagevoo_console.services.engines.mysql_databases import quoted, version_of
from pagevoo_console.services.engines.mysql_errors import number_of
from pagevoo_console.services.engines.mysql_session import MysqlConnection
from pagevoo_console.services.engines.mysql_text import (
    definer_of,
    event_parts,
    lexemes,
    select_of,
    tables_named,
    trigger_body,
    with_plain_comment,
    without_database,
    without_definer,
)

ENCODINGS = {"utf8mb4": "utf-8", "utf8mb3": "utf-8", "utf8": "utf-8", "latin1": "cp1252", "ascii": "ascii"}
"""Client character sets of stored programs that Python writes as the server does."""

_THIS = "{0} = DATABASE() AND CAST({0} AS BINARY) = CAST(DATABASE() AS BINARY)"
_NO_SUCH_DEFINER = 1449
_WRITES_WHERE_NOBODY_MAY = 1792
"""What the server says of a view that draws numbers from a sequence, even where it is only to be shown."""
_RESTING = ("SLAVESIDE_DISABLED", "REPLICA_SIDE_DISABLED")


@dataclass(frozen=True, slots=True)
class Program:
    """A view, trigger, routine, package or event: the statement that makes it, and the session that it wants.

    An event's statement says ENABLE also for one that `is_resting`, and DISABLE only for one that its owner disabled.
    """

    kind: str
    name: str
    statement: str
    character_set: str
    collation: str
    sql_mode: str | None = None
    database_collation: str | None = None
    definer: str = ""
    time_zone: str | None = None
    is_resting: bool = False

    @property
    def encoded(self) -> bytes:
        """The statement as the bytes that its client sent; of a character set that only the server knows, UTF-8."""
        return self.statement.encode(ENCODINGS.get(self.character_set, "utf-8"))

    @property
    def is_changed_by_clients(self) -> bool:
        """Whether it must be a text to be carried out.

        The engine's own client would drop comments from it, or carriage returns; or only the server can write it.
        """
        if self.character_set not in ENCODINGS:
            return True
        if self.kind == "view":
            return False
        return "\r" in self.statement or any(piece.kind == "comment" for piece in lexemes(self.statement))

    @property
    def plain_settings(self) -> str:
        """Those in which a text may hold backslashes."""
        if self.character_set not in ENCODINGS:
            return "SET character_set_client = utf8mb4, collation_connection = utf8mb4_general_ci, sql_mode = ''"
        return replace(self, sql_mode="", time_zone=None).settings

    @property
    def settings(self) -> str:
        mode = "" if self.sql_mode is None else f", sql_mode = '{self.sql_mode}'"
        zone = "" if self.time_zone is None else f", time_zone = '{self.time_zone}'"
        return f"SET character_set_client = {self.character_set}, collation_connection = {self.collation}{mode}{zone}"

    @property
    def told(self) -> list[tuple[str, Any]]:
        """What counts of it in a fingerprint: neither its definer, nor whether it is kept from working for now."""
        found = asdict(replace(self, definer=""))
        del found["is_resting"]
        if self.time_zone is None:
            del found["time_zone"]
        return sorted(found.items())


def carry_out(connection: MysqlConnection, program: Program, statement: str) -> None:
    """Carry out a statement about this program in the session that it wants; the session's settings are its then."""
    if can_execute_texts(connection):
        connection.run(f"SET @pagevoo_statement = _utf8mb4 x'{statement.encode().hex()}'")
        connection.run(program.settings)
        connection.run("EXECUTE IMMEDIATE @pagevoo_statement")
        return
    connection.run(program.settings)
    connection.query(statement.encode(ENCODINGS[program.character_set]))


def drop(connection: MysqlConnection, program: Program) -> None:
    """Drop it if it is there. Packages are known to Oracle's mode alone; the session's SQL mode is its own then."""
    mode = program.sql_mode if program.kind.startswith("package") else ""
    connection.run("SET NAMES utf8mb4")
    connection.run("SET SESSION sql_mode = %s", [mode])
    connection.run(f"DROP {program.kind.upper()} IF EXISTS {quoted(program.name)}")


@contextmanager
def settings_kept(connection: MysqlConnection) -> Iterator[None]:
    """Take back afterwards what programs want of the session."""
    mode, zone = connection.rows("SELECT @@session.sql_mode, @@session.time_zone")[0]
    try:
        yield
    finally:
        if connection.open:
            connection.run("SET NAMES utf8mb4")
            connection.run("SET SESSION sql_mode = %s, time_zone = %s", [mode, zone])


@contextmanager
def database_collation_kept(connection: MysqlConnection) -> Iterator[Callable[[str | None], None]]:
    """Gives what sets the database's collation for the next program, and takes it back afterwards."""
    before = current = str(connection.value("SELECT @@collation_database"))

    def collate(wanted: str | None) -> None:
        nonlocal current
        if wanted is not None and wanted != current:
            connection.run(f"ALTER DATABASE COLLATE {wanted}")
            current = wanted

    try:
        yield collate
    finally:
        if connection.open:
            collate(before)


def can_execute_texts(connection: MysqlConnection) -> bool:
    """Whether a text can make a routine, a trigger or an event here (EXECUTE IMMEDIATE, MariaDB 10.6)."""
    return connection.is_mariadb and version_of(connection) >= (10, 6)


# --- views ----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class BrokenView:
    """A view that the server itself cannot read any more, with what it says of it and the view's wording.

    `statement` is empty where the server does not show that either.
    """

    name: str
    statement: str
    why: str


def views(connection: MysqlConnection, names: list[str], database: str) -> tuple[list[Program], list[BrokenView]]:
    """These views, each behind those that it reads; and those that read what is gone, which nobody could make again."""
    sound: list[Program] = []
    broken: list[BrokenView] = []
    for name in names:
        try:
            statement, character_set, collation = _shown(connection, name)
        except pymysql.Error as error:
            broken.append(BrokenView(name, "", str(error.args[-1])))
            continue
        worded = without_database(without_definer(statement), database)
        why = _problem_of_view(connection, name, worded)
        if why is None:
            sound.append(Program("view", name, worded, character_set, collation, definer=definer_of(statement)))
        else:
            broken.append(BrokenView(name, worded, why))
    return _in_order(sound), broken


def _shown(connection: MysqlConnection, name: str) -> tuple[str, str, str]:
    """A view's CREATE statement, and the character set and collation that it was made under."""
    try:
        _, statement, character_set, collation = connection.rows(f"SHOW CREATE VIEW {quoted(name)}")[0]
    except pymysql.Error as error:
        if number_of(error) != _WRITES_WHERE_NOBODY_MAY:
            raise
    else:
        return str(statement), str(character_set), str(collation)
    algorithm, definer, security, query, check, character_set, collation = connection.rows(
        "SELECT ALGORITHM, DEFINER, SECURITY_TYPE, VIEW_DEFINITION, CHECK_OPTION, CHARACTER_SET_CLIENT,"
        " COLLATION_CONNECTION FROM information_schema.VIEWS WHERE TABLE_SCHEMA = DATABASE()"
        " AND TABLE_NAME = %s AND CAST(CONVERT(TABLE_NAME USING utf8mb4) AS BINARY) = CAST(%s AS BINARY)",
        [name, name],
    )[0]
    account = "@".join(quoted(part) for part in str(definer).rsplit("@", 1))
    ending = "" if check == "NONE" else f" WITH {check} CHECK OPTION"
    statement = (
        f"CREATE ALGORITHM={algorithm} DEFINER={account} SQL SECURITY {security} VIEW {quoted(name)} AS {query}{ending}"
    )
    return statement, str(character_set), str(collation)


def _problem_of_view(connection: MysqlConnection, name: str, statement: str) -> str | None:
    """What is wrong with it wherever it stands. A definer who is gone is nothing: a restored view has another."""
    try:
        connection.rows(f"SHOW COLUMNS FROM {quoted(name)}")
    except pymysql.Error:
        try:
            connection.run("PREPARE pagevoo_view FROM %s", [select_of(statement)])
        except pymysql.Error as error:
            is_sound = number_of(error) in (_NO_SUCH_DEFINER, _WRITES_WHERE_NOBODY_MAY)
            return None if is_sound else str(error.args[-1])
        connection.run("DEALLOCATE PREPARE pagevoo_view")
    return None


def _in_order(unordered: list[Program]) -> list[Program]:
    """Each view behind those that it reads."""
    by_name = {view.name: view for view in unordered}
    ordered: dict[str, Program] = {}

    def place(view: Program, above: frozenset[str]) -> None:
        for name in sorted(tables_named(view.statement)):
            if name in by_name and name not in ordered and name not in above:
                place(by_name[name], above | {name})
        ordered.setdefault(view.name, view)

    for view in unordered:
        place(view, frozenset({view.name}))
    return list(ordered.values())


# --- triggers, routines, packages -----------------------------------------------------------------------------------


def triggers(connection: MysqlConnection) -> Iterator[Program]:
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


def routines(connection: MysqlConnection) -> Iterator[Program]:
    """Functions, packages with their bodies behind them, and procedures."""
    rows = connection.rows(
        "SELECT ROUTINE_TYPE, ROUTINE_NAME, DEFINER, ROUTINE_COMMENT FROM information_schema.ROUTINES"
        f" WHERE {_THIS.format('ROUTINE_SCHEMA')} ORDER BY ROUTINE_TYPE, CAST(ROUTINE_NAME AS BINARY)"
    )
    for kind, name, definer, comment in rows:
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
            with_plain_comment(without_definer(str(statement)), str(comment), str(mode)),
            str(character_set),
            str(collation),
            str(mode),
            str(database_collation),
            str(definer),
        )


# --- events ---------------------------------------------------------------------------------------------------------


def events(connection: MysqlConnection) -> Iterator[Program]:
    """By name, each with the time zone in which its times are meant."""
    rows = connection.rows(
        "SELECT EVENT_NAME, STATUS, DEFINER, EVENT_COMMENT FROM information_schema.EVENTS"
        f" WHERE {_THIS.format('EVENT_SCHEMA')} ORDER BY CAST(EVENT_NAME AS BINARY)"
    )
    for name, status, definer, comment in rows:
        found = connection.rows(f"SHOW CREATE EVENT {quoted(name)}")[0]
        mode, zone, statement, character_set, collation, database_collation = (str(part) for part in found[1:7])
        schedule, comment_and_body = event_parts(statement)
        state = "DISABLE" if status == "DISABLED" else "ENABLE"
        yield Program(
            "event",
            str(name),
            with_plain_comment(
                f"CREATE EVENT {quoted(name)} {schedule} {state} {comment_and_body}", str(comment), mode
            ),
            character_set,
            collation,
            mode,
            database_collation,
            str(definer),
            zone,
            status in _RESTING,
        )
