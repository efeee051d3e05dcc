"""Throw-away accounts of a MySQL or MariaDB server, each for one database, and what is done in their stead.

A guest makes everything but what takes rights beyond its database: events, and where the server writes a binary log
also triggers and routines. Those are made by the console's own session with the guest as definer, so that they can do
nothing that the guest could not, and only where the statement is the one form that makes them here.
"""

from __future__ import annotations

import re
from collections.abc import Callable

import pymysql
import sqlalchemy as sa

from pagevoo_console.services.engines import mysql_accounts, mysql_swap
from pagevoo_console.services.engines.administration import Guest
from pagevoo_console.services.engines.mysql_databases import granted, quoted
from pagevoo_console.services.engines.mysql_definitions import definitions
from pagevoo_console.services.engines.mysql_errors import number_of
from pagevoo_console.services.engines.mysql_events import TAKE_TIME_BACK
from pagevoo_console.services.engines.mysql_programs import ENCODINGS, settings_kept
from pagevoo_console.services.engines.mysql_session import MysqlConnection, driver_connection

PRIVILEGES = (
    "SELECT", "INSERT", "UPDATE", "DELETE", "CREATE", "DROP", "ALTER", "INDEX", "REFERENCES", "CREATE VIEW",
    "SHOW VIEW", "CREATE ROUTINE", "ALTER ROUTINE", "EXECUTE", "TRIGGER", "LOCK TABLES", "CREATE TEMPORARY TABLES",
    "DELETE HISTORY",
)  # fmt: skip
"""On its own database. Neither EVENT nor anything that reaches beyond."""

_REFUSED = (1044, 1142, 1227, 1419)
_NAME = rb"`(?:[^`]|``)+`"
_MADE_FOR_GUESTS = re.compile(
    rb"\ACREATE (?P<rest>EVENT " + _NAME + rb" ON SCHEDULE [^/#-]"
    rb"|TRIGGER " + _NAME + rb" (?:BEFORE|AFTER) (?:INSERT|UPDATE|DELETE) ON " + _NAME + rb" FOR EACH ROW\s"
    rb"|(?:AGGREGATE )?FUNCTION " + _NAME + rb"\("
    rb"|PROCEDURE " + _NAME + rb"\("
    rb"|PACKAGE (?:BODY )?" + _NAME + rb"\s)"
)
"""How our own files word what a guest may not make itself: of names that lead nowhere else."""
_EXECUTE_TEXT = re.compile(rb"\AEXECUTE IMMEDIATE @pagevoo_statement;?\s*\Z")


def create(connection: MysqlConnection, name: str, password: str, database: str) -> None:
    """One that may come from where this very session comes from, and from nowhere else."""
    _, _, host = str(connection.value("SELECT USER()")).rpartition("@")
    mysql_accounts.create(connection, name, host)
    mysql_accounts.set_password(connection, name, host, password)
    everywhere, here = granted(connection, database)
    has_all = "ALL PRIVILEGES" in everywhere | here
    wanted = [one for one in PRIVILEGES if has_all or one in here]
    if not connection.is_mariadb:
        wanted.remove("DELETE HISTORY")
    who = mysql_accounts.shown(connection, name, host)
    connection.run(f"GRANT {', '.join(wanted)} ON {quoted(mysql_accounts.escaped(database))}.* TO {who}")


def drop(connection: MysqlConnection, name: str) -> None:
    """From wherever it may come, with the sessions that it has."""
    for account, host in mysql_accounts.accounts(connection):
        if account == name:
            mysql_accounts.drop(connection, account, host)
    for (number,) in connection.rows("SELECT ID FROM information_schema.PROCESSLIST WHERE USER = %s", [name]):
        try:
            connection.run(f"KILL CONNECTION {number}")
        except pymysql.Error as error:
            if number_of(error) != 1094:
                raise


def guests(connection: MysqlConnection, prefix: str) -> tuple[Guest, ...]:
    """Every account of such a name, with the databases that it is granted something on."""
    found: dict[str, set[str]] = {
        account: set() for account, _ in mysql_accounts.accounts(connection) if account.startswith(prefix)
    }
    for grant in mysql_accounts.grants(connection):
        if grant.account in found:
            found[grant.account].add(grant.literal)
    return tuple(Guest(name, tuple(sorted(databases))) for name, databases in sorted(found.items()))


def attend(guest: sa.Connection, patron: sa.Connection) -> None:
    """From now on the patron makes for the guest what the server refuses it, as far as it is meant to be there."""
    connection = driver_connection(guest)
    connection.on_refused = _attendant(connection, driver_connection(patron))


def take_over(patron: sa.Connection) -> None:
    """Make every program anew, so that the patron is its definer: the guest will be gone. Events rest.

    What is made is what the server tells of each, so that it is one statement of the one kind.
    """
    connection = driver_connection(patron)
    name = _come_back(connection)
    read = definitions(connection)
    if read.programs:
        mysql_swap.drop_programs(connection, name)
        told = mysql_swap.as_data(read)
        programs = [{**program, "definer": ""} for program in told["programs"]]
        mysql_swap.make_programs(connection, name, {**told, "programs": programs, "drawing": []})


def _attendant(guest: MysqlConnection, patron: MysqlConnection) -> Callable[[bytes, pymysql.Error], bool]:
    """What is asked when the server refuses the guest a statement: whether it has been carried out after all."""

    def make(statement: bytes, error: pymysql.Error) -> bool:
        if number_of(error) not in _REFUSED:
            return False
        session = _session_of(guest)
        is_text = _EXECUTE_TEXT.match(statement) is not None
        if is_text:
            statement = guest.value("SELECT CAST(CONVERT(@pagevoo_statement USING utf8mb4) AS BINARY)") or b""
        elif session["character_set_client"] not in ENCODINGS:
            return False
        if _MADE_FOR_GUESTS.match(statement) is None:
            return False
        _make(patron, session, statement, is_text=is_text)
        return True

    return make


def _session_of(guest: MysqlConnection) -> dict[str, str]:
    """What the guest has set up for the statement, and who it is to the server."""
    names = ("character_set_client", "collation_connection", "sql_mode", "time_zone")
    found = guest.rows(f"SELECT {', '.join(f'@@{name}' for name in names)}, @@timestamp < 2, CURRENT_USER()")[0]
    return dict(zip((*names, "is_timeless", "account"), map(str, found), strict=True))


def _make(patron: MysqlConnection, session: dict[str, str], statement: bytes, *, is_text: bool) -> None:
    """In the session that the guest has set up, with the guest as definer; the patron's own settings come back."""
    name, _, host = session["account"].rpartition("@")
    definer = mysql_accounts.shown(patron, name, host).encode()
    statement = b"CREATE DEFINER = %b %b" % (definer, statement[len(b"CREATE ") :])
    with settings_kept(patron):
        _come_back(patron)
        if is_text:
            patron.run(f"SET @pagevoo_statement = _utf8mb4 x'{statement.hex()}'")
        patron.run(
            f"SET timestamp = {'1' if session['is_timeless'] == '1' else 'DEFAULT'}, sql_mode = %s, time_zone = %s,"
            f" character_set_client = {session['character_set_client']},"
            f" collation_connection = {session['collation_connection']}",
            [session["sql_mode"], session["time_zone"]],
        )
        try:
            patron.query(b"EXECUTE IMMEDIATE @pagevoo_statement" if is_text else statement)
        finally:
            if patron.open:
                patron.run(TAKE_TIME_BACK)


def _come_back(patron: MysqlConnection) -> str:
    """What another session made of the database's collation is learned only by leaving it; returns its name."""
    database = str(patron.value("SELECT DATABASE()"))
    patron.select_db("information_schema")
    patron.select_db(database)
    return database
