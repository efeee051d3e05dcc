"""A folder of SQLite databases to test in."""

from __future__ import annotations

import itertools
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from pagevoo_console.domain.server import Server
from pagevoo_console.services.engines.sqlite import SqliteEngine
from tests.services.engines.contract import Place


class SqlitePlace(Place):
    """A folder of its own for every test."""

    numbers = itertools.count(1)

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.engine = SqliteEngine()
        self.server = Server("files", "sqlite", directory=str(folder))
        self.password = None

    def new_name(self) -> str:
        return f"pagevoo_website_{next(self.numbers)}"

    def file(self, database: str) -> Path:
        return self.folder / f"{database}.db"

    def raw(self, database: str) -> Any:
        return sqlite3.connect(self.file(database), isolation_level=None)

    def restore_natively(self, database: str, dump: Path) -> subprocess.CompletedProcess[bytes]:
        with dump.open("rb") as stream:
            return subprocess.run(["sqlite3", "-bail", self.file(database)], stdin=stream, capture_output=True)

    def without_marker(self, *statements: str) -> str:
        """A database that somebody else made, in SQLite's default journal mode."""
        name = self.new_name()
        connection = sqlite3.connect(self.file(name), isolation_level=None)
        for statement in statements:
            connection.execute(statement)
        connection.close()
        return name


@contextmanager
def process(code: str, *arguments: object) -> Iterator[str]:
    """Another process that runs `code`, and the first line that it printed; it is killed at the end."""
    with subprocess.Popen(
        [sys.executable, "-c", code, *map(str, arguments)], stdout=subprocess.PIPE, stdin=subprocess.PIPE, text=True
    ) as running:
        assert running.stdout is not None
        try:
            yield running.stdout.readline().strip()
        finally:
            running.kill()
