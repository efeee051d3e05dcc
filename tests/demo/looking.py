"""Looking at a demo with nothing but Python's own SQLite."""

import sqlite3
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any


@dataclass(frozen=True)
class Demo:
    """A demo's folder."""

    folder: Path

    def path(self, customer: int) -> Path:
        return self.folder / f"pagevoo_website_{customer}.db"

    def master(self, statement: str, *values: Any) -> list[tuple[Any, ...]]:
        return look(self.folder / "pagevoo_core.db", statement, *values)

    def tenant(self, customer: int, statement: str, *values: Any) -> list[tuple[Any, ...]]:
        return look(self.path(customer), statement, *values)

    def tables(self, customer: int) -> set[str]:
        return {name for (name,) in self.tenant(customer, "SELECT name FROM sqlite_master WHERE type = 'table'")}

    def registry(self, customer: int) -> list[tuple[str, str]]:
        """Names and states of a customer's databases, oldest first."""
        rows = self.master("SELECT database_name, status FROM user_databases WHERE user_id = ? ORDER BY id", customer)
        return [(name, status) for name, status in rows]


def look(path: Path, statement: str, *values: Any) -> list[tuple[Any, ...]]:
    """What a statement answers on a file that is there already."""
    with closing(sqlite3.connect(f"{path.as_uri()}?mode=ro", uri=True)) as connection:
        return connection.execute(statement, values).fetchall()


def contents(path: Path) -> list[str]:
    """Everything in a database, as sorted lines of SQL: a lineage makes a table's indexes in any order."""
    with closing(sqlite3.connect(f"{path.as_uri()}?mode=ro", uri=True)) as connection:
        return sorted(connection.iterdump())
