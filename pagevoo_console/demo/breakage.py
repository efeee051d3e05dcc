"""Breaking database files on purpose, the way that disks, crashes and hasty hands do."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

from pagevoo_console.demo.dice import Dice
from pagevoo_console.demo.rows import quoted

_ERROR_PAGE = b"""<!DOCTYPE html>
<html><head><title>503 Service Unavailable</title></head>
<body><h1>Service Unavailable</h1>
<p>The backup server is down for maintenance. Please try again later.</p></body></html>
"""


def replace_with_error_page(path: Path) -> None:
    """What a transfer leaves behind that took an error page for the file."""
    path.write_bytes(_ERROR_PAGE * 40)


def garble_pages(path: Path, tables: tuple[str, ...], dice: Dice) -> None:
    """Overwrite the root page of each of the tables; header and schema stay readable, so that the file still opens."""
    with closing(sqlite3.connect(path)) as connection:
        size = int(connection.execute("PRAGMA page_size").fetchone()[0])
        roots = [
            int(connection.execute("SELECT rootpage FROM sqlite_master WHERE name = ?", (table,)).fetchone()[0])
            for table in tables
        ]
    with path.open("r+b") as file:
        for root in roots:
            file.seek((root - 1) * size)
            file.write(dice.randbytes(size))


def drift(path: Path, table: str, dropped: str, retyped: str) -> None:
    """Change a table by hand: lose column `dropped`, make `retyped` TEXT, and add a column of somebody's own."""
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        connection.execute(f"ALTER TABLE {quoted(table)} DROP COLUMN {quoted(dropped)}")
        connection.execute(f"ALTER TABLE {quoted(table)} ADD COLUMN legacy_erp_code VARCHAR(40)")
        retype(connection, table, retyped)


def retype(connection: sqlite3.Connection, table: str, column: str) -> None:
    """Declare a column as TEXT where it stands, and turn what is in it into text."""
    sql = str(connection.execute("SELECT sql FROM sqlite_master WHERE name = ?", (table,)).fetchone()[0])
    declared = next(row[2] for row in connection.execute(f"PRAGMA table_info({quoted(table)})") if row[1] == column)
    changed = sql.replace(f"{column} {declared}", f"{column} TEXT", 1)
    connection.execute("PRAGMA writable_schema = ON")
    connection.execute("UPDATE sqlite_master SET sql = ? WHERE name = ?", (changed, table))
    connection.execute("PRAGMA writable_schema = RESET")
    connection.execute(f"UPDATE {quoted(table)} SET {quoted(column)} = CAST({quoted(column)} AS TEXT)")


def set_back(path: Path, head: str, earlier: str, tables: tuple[str, ...]) -> None:
    """Bring a feature back to an earlier revision, without the tables that came since: nobody has upgraded it yet."""
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        for table in tables:
            connection.execute(f"DROP TABLE {quoted(table)}")
        connection.execute("UPDATE console_features SET version_num = ? WHERE version_num = ?", (earlier, head))


def make_platforms_own(path: Path, feature: str, head: str, migrations: tuple[str, ...]) -> None:
    """Let a feature's tables be the platform's: no row, no revision of ours, and its migrations in Laravel's ledger.

    Another feature has to stay in the ledger, for core to stand on.
    """
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        connection.execute("DELETE FROM installed_features WHERE feature_type = ?", (feature,))
        connection.execute("DELETE FROM console_features WHERE version_num = ?", (head,))
        connection.execute("CREATE TABLE migrations (id INTEGER PRIMARY KEY, migration VARCHAR(255), batch INTEGER)")
        rows = [(name, 1) for name in migrations]
        connection.executemany("INSERT INTO migrations (migration, batch) VALUES (?, ?)", rows)
