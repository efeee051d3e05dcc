"""Triggers that nobody could make again: the server keeps them when a column that they speak of goes."""

from __future__ import annotations

import re
from collections.abc import Iterator

from pagevoo_console.services.engines.mysql_session import MysqlConnection

_SILENT = re.compile(r"'(?:[^'\\]|''|\\.)*'|\"(?:[^\"\\]|\"\"|\\.)*\"|/\*.*?\*/|(?:--[ \t]|#)[^\n]*", re.DOTALL)
_SPOKEN_OF = re.compile(r"(?<![\w`.@])(?:NEW|OLD)\s*\.\s*(?:`((?:[^`]|``)+)`|([\w$]+))", re.IGNORECASE)
_OF_EVERY_HISTORY = frozenset({"row_start", "row_end"})


def broken_triggers(connection: MysqlConnection) -> Iterator[tuple[str, str, str]]:
    """Each as its name, its table, and the column of NEW or OLD that the table has not. Reads only."""
    triggers = connection.rows(
        "SELECT TRIGGER_NAME, EVENT_OBJECT_TABLE, ACTION_STATEMENT FROM information_schema.TRIGGERS"
        " WHERE TRIGGER_SCHEMA = DATABASE() AND CAST(TRIGGER_SCHEMA AS BINARY) = CAST(DATABASE() AS BINARY)"
    )
    columns: dict[str, set[str]] = {}
    for name, table, statement in triggers:
        if table not in columns:
            rows = connection.rows(f"SHOW COLUMNS FROM `{str(table).replace('`', '``')}`")
            columns[table] = {str(column).casefold() for column, *_ in rows} | _OF_EVERY_HISTORY
        for match in _SPOKEN_OF.finditer(_SILENT.sub(" ", str(statement))):
            column = match[2] or match[1].replace("``", "`")
            if column.casefold() not in columns[table]:
                yield str(name), str(table), column
                break
