"""System-versioned tables of MariaDB: their old rows, with the times from which and until which each was true."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from pagevoo_console.services.engines.mysql_columns import Column, columns_of
from pagevoo_console.services.engines.mysql_databases import quoted, version_of
from pagevoo_console.services.engines.mysql_session import MysqlConnection

INSERT_HISTORY = "system_versioning_insert_history"
"""The session setting under which the times of a row can be written."""

_FIRST_THAT_WRITES = (10, 11)


class History(StrEnum):
    """Whether a table keeps its old rows, and whether they can be carried elsewhere."""

    NONE = "none"
    KEPT = "kept"
    LOST = "lost"


def history_of(connection: MysqlConnection, statement: str) -> History:
    """What a table's own CREATE statement says."""
    if " WITH SYSTEM VERSIONING" not in statement[statement.rfind("\n) ENGINE=") :]:
        return History.NONE
    is_by_number = "` bigint(20) unsigned GENERATED ALWAYS AS ROW START" in statement
    return History.LOST if is_by_number or version_of(connection) < _FIRST_THAT_WRITES else History.KEPT


@dataclass(frozen=True, slots=True)
class TableRows:
    """All rows that a table has: its columns, those of time included, the FROM clause that gives the rows.

    `condition` leaves out rows of a history that were true for no moment; no statement writes them again.
    """

    table: str
    columns: list[Column]
    source: str
    condition: str = ""


def rows_of(connection: MysqlConnection, table: str, history: History) -> TableRows:
    columns = columns_of(connection, table)
    source = f"FROM {quoted(table)}"
    if history is not History.KEPT:
        return TableRows(table, columns, source)
    start, end = times = _times(connection, table)
    condition = f" WHERE {start.sql} < {end.sql}"
    return TableRows(table, columns + times, f"{source} FOR SYSTEM_TIME ALL", condition)


def has_momentless_rows(connection: MysqlConnection, table: str) -> bool:
    """Whether its history holds rows that one statement wrote and took away again. Reads all of it."""
    start, end = _times(connection, table)
    source = f"FROM {quoted(table)} FOR SYSTEM_TIME ALL WHERE {start.sql} >= {end.sql}"
    return bool(connection.rows(f"SELECT 1 {source} LIMIT 1"))


def _times(connection: MysqlConnection, table: str) -> list[Column]:
    """From when and until when; named by the table, or by the server where the table does not name them."""
    named = connection.rows(
        "SELECT COLUMN_NAME FROM information_schema.COLUMNS WHERE TABLE_SCHEMA = DATABASE()"
        " AND TABLE_NAME = %s AND CAST(CONVERT(TABLE_NAME USING utf8mb4) AS BINARY) = CAST(%s AS BINARY)"
        " AND GENERATION_EXPRESSION IN ('ROW START', 'ROW END') ORDER BY GENERATION_EXPRESSION = 'ROW END'",
        [table, table],
    )
    names = [str(name) for (name,) in named] or ["row_start", "row_end"]
    return [Column(name, "timestamp", "timestamp(6)", None, False, 0) for name in names]
