"""Keeping new rows out of a MySQL or MariaDB database: a BEFORE INSERT trigger on every base table.

It fires for every account, also for upserts, REPLACE and LOAD DATA. Its definer is the account that froze, as the
server wants; the body reads and writes nothing, so that none of that account's rights can be borrowed through it.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from pagevoo_console.services.engines.freezing import LEDGER, MESSAGE, PREFIX, FrozenTables, free_name, one_by_one
from pagevoo_console.services.engines.mysql_databases import MARKER_TABLE, quoted
from pagevoo_console.services.engines.mysql_errors import number_of
from pagevoo_console.services.engines.mysql_session import MysqlConnection
from pagevoo_console.services.jobs import JobContext

_LOCKED = 1205
_BODY = "SIGNAL SQLSTATE '45000' SET MESSAGE_TEXT = '{}'"
_OURS = re.compile(rf"SIGNAL SQLSTATE '45000' SET MESSAGE_TEXT = '{MESSAGE}'")
_THIS = "TRIGGER_SCHEMA = DATABASE() AND CAST(TRIGGER_SCHEMA AS BINARY) = CAST(DATABASE() AS BINARY)"


@dataclass(frozen=True, slots=True)
class _Trigger:
    """A BEFORE INSERT trigger; `is_ours` goes by its name and its body."""

    name: str
    table: str
    is_ours: bool

    @property
    def shown(self) -> str:
        return self.table


@dataclass(frozen=True, slots=True)
class _Table:
    shown: str


def is_ours(name: str, timing: str, event: str, body: str) -> bool:
    """Whether this trigger is part of a freeze, and no definition of the tenant's."""
    return (timing, event) == ("BEFORE", "INSERT") and name.startswith(PREFIX) and _OURS.fullmatch(body) is not None


def freeze(connection: MysqlConnection, message: str, job: JobContext) -> int:
    """Put the trigger on every base table that has none; returns how many were without."""
    rows = connection.rows(f"SELECT TRIGGER_NAME FROM information_schema.TRIGGERS WHERE {_THIS}")
    names = {str(name) for (name,) in rows}
    first: dict[str, str] = {}
    for trigger in _before_insert(connection):
        first.setdefault(trigger.table, trigger.name)

    def act(table: _Table) -> None:
        name = free_name(table.shown, names)
        ahead = f"PRECEDES {quoted(first[table.shown])} " if table.shown in first else ""
        connection.run(
            f"CREATE TRIGGER {quoted(name)} BEFORE INSERT ON {quoted(table.shown)} FOR EACH ROW"
            f" {ahead}{_BODY.format(message)}"
        )
        names.add(name)

    with connection.bounded(None):
        return one_by_one(_unfrozen(connection), act, _is_locked, job, "Freezing")


def thaw(connection: MysqlConnection, job: JobContext) -> int:
    """Take every trigger of ours away, and nobody else's; returns how many there were."""
    ours = [trigger for trigger in _before_insert(connection) if trigger.is_ours]
    with connection.bounded(None):
        return one_by_one(
            ours, lambda one: _run(connection, f"DROP TRIGGER IF EXISTS {quoted(one.name)}"), _is_locked, job, "Thawing"
        )


def frozen_tables(connection: MysqlConnection) -> FrozenTables:
    frozen = {trigger.table for trigger in _before_insert(connection) if trigger.is_ours}
    return FrozenTables(len(frozen), len(_tables(connection) - frozen))


def _unfrozen(connection: MysqlConnection) -> list[_Table]:
    frozen = {trigger.table for trigger in _before_insert(connection) if trigger.is_ours}
    return [_Table(name) for name in sorted(_tables(connection) - frozen)]


def _tables(connection: MysqlConnection) -> set[str]:
    """Base tables by their directory entries: ten thousand of them are not opened for this."""
    rows = connection.rows("SHOW FULL TABLES WHERE Table_type IN ('BASE TABLE', 'SYSTEM VERSIONED')")
    return {str(name) for name, _ in rows} - {LEDGER, MARKER_TABLE}


def _before_insert(connection: MysqlConnection) -> list[_Trigger]:
    """In the order in which they fire."""
    rows = connection.rows(
        "SELECT TRIGGER_NAME, EVENT_OBJECT_TABLE, ACTION_TIMING, EVENT_MANIPULATION, ACTION_STATEMENT FROM"
        f" information_schema.TRIGGERS WHERE {_THIS} AND ACTION_TIMING = 'BEFORE' AND EVENT_MANIPULATION = 'INSERT'"
        " ORDER BY ACTION_ORDER"
    )
    return [
        _Trigger(str(name), str(table), is_ours(str(name), timing, event, str(body)))
        for name, table, timing, event, body in rows
    ]


def _run(connection: MysqlConnection, statement: str) -> None:
    connection.run(statement)


def _is_locked(error: BaseException) -> bool:
    return number_of(error) == _LOCKED
