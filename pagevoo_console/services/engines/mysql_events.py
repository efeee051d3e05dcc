"""Events that must not work yet: a copy that is being proved, staged or kept in the trash fires none.

An enabled event is made as DISABLE ON SLAVE there, so that the database itself remembers what was enabled, whatever
crashes meanwhile; `awaken` enables it at the real end.
"""

from __future__ import annotations

import re

import pymysql

from pagevoo_console.services.engines import mysql_accounts
from pagevoo_console.services.engines.mysql_databases import quoted
from pagevoo_console.services.engines.mysql_errors import number_of
from pagevoo_console.services.engines.mysql_programs import (
    Program,
    carry_out,
    database_collation_kept,
    events,
    settings_kept,
)
from pagevoo_console.services.engines.mysql_session import MysqlConnection
from pagevoo_console.services.engines.mysql_text import with_definer

_MAY_NOT = 1227
MAKE_TIMELESS = "SET timestamp = 1"
"""For the server it is 1970 then: it would refuse to make an event whose time has passed, even a disabled one."""
TAKE_TIME_BACK = "SET timestamp = DEFAULT"

_ENABLED = re.compile(
    rb"\A(?P<before>(?:SET @pagevoo_statement = ')?CREATE EVENT `(?:[^`]|``)*`"
    rb" ON SCHEDULE .{1,400}? ON COMPLETION (?:NOT )?PRESERVE )ENABLE ",
    re.DOTALL,
)
_TIMED = re.compile(rb"(?:\A|')CREATE EVENT `(?:[^`]|``)*` ON SCHEDULE (?:AT |.{1,300}? ENDS )", re.DOTALL)


def resting(statement: bytes) -> bytes:
    """Our own statement that makes an event, or a text of one, so that the event rests; any other as it is."""
    return _ENABLED.sub(lambda match: match["before"] + b"DISABLE ON SLAVE ", statement, count=1)


def makes_event(statement: bytes) -> bool:
    """Whether this statement of ours makes an enabled event, or holds the text that does."""
    return _ENABLED.match(statement) is not None


def ends_some_day(statement: bytes) -> bool:
    """Whether the event of this statement has a time at which it is over."""
    return _TIMED.search(statement[:1000]) is not None


def make(connection: MysqlConnection, program: Program, definer: str = "") -> None:
    """Make this program in the session that it wants; an event rests. `definer` is as statements name an account.

    Where we may not make others definers, we are it.
    """
    try:
        _make(connection, program, definer)
    except pymysql.Error as error:
        if not definer or number_of(error) != _MAY_NOT:
            raise
        _make(connection, program, "")


def _make(connection: MysqlConnection, program: Program, definer: str) -> None:
    if program.kind != "event":
        carry_out(connection, program, with_definer(program.statement, definer) if definer else program.statement)
        return
    statement = resting(program.statement.encode())
    if definer:
        statement = with_definer(statement.decode(), definer).encode()
    connection.run(MAKE_TIMELESS if ends_some_day(statement) else TAKE_TIME_BACK)
    try:
        carry_out(connection, program, statement.decode())
    finally:
        if connection.open:
            connection.run(TAKE_TIME_BACK)


def is_any_enabled(connection: MysqlConnection) -> bool:
    found = connection.value(
        "SELECT COUNT(*) FROM information_schema.EVENTS WHERE EVENT_SCHEMA = DATABASE() AND STATUS = 'ENABLED'"
    )
    return bool(found)


def awaken(connection: MysqlConnection) -> tuple[str, ...]:
    """Enable what rests; returns the events whose only time has passed meanwhile: they stay, disabled. Idempotent."""
    asleep = [event for event in events(connection) if event.is_resting]
    if not asleep:
        return ()
    over = {
        str(name)
        for (name,) in connection.rows(
            "SELECT EVENT_NAME FROM information_schema.EVENTS WHERE EVENT_SCHEMA = DATABASE() AND"
            " CONVERT_TZ(EXECUTE_AT, TIME_ZONE, '+00:00') <= UTC_TIMESTAMP()"
        )
    }
    definers = mysql_accounts.definers(connection, {event.definer for event in asleep})
    with settings_kept(connection), database_collation_kept(connection) as collate:
        for event in asleep:
            collate(event.database_collation)
            state = "DISABLE" if event.name in over else "ENABLE"
            definer = definers.get(event.definer)
            # Whoever alters an event becomes its definer, unless another one is named.
            named = f"DEFINER = {definer} " if definer else ""
            carry_out(connection, event, f"ALTER {named}EVENT {quoted(event.name)} {state}")
    return tuple(sorted(over & {event.name for event in asleep}))
