"""Empty master databases on each of the three engines, for tests that are written once and run on all of them."""

import sqlite3
from abc import ABC, abstractmethod
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests import bystanders
from tests.servers import PASSWORD, DatabaseServer

ENGINES = ("sqlite", "mysql", "postgresql")
SYSTEM_DATABASES = frozenset(
    {"mysql", "sys", "information_schema", "performance_schema", "postgres", "template0", "template1"}
)


@dataclass(frozen=True)
class MasterHandle:
    """A master database under test.

    `url` carries no password; `password` is empty on SQLite. `directory` holds the files on SQLite, None elsewhere.
    """

    engine: str
    name: str
    url: str
    password: str = field(repr=False)
    directory: Path | None
    server: DatabaseServer | None
    connect: Callable[[str], Any] = field(repr=False)

    @property
    def environment(self) -> dict[str, str]:
        """What a command needs in its environment to work on this master."""
        password = {"PAGEVOO_MASTER_PASSWORD": self.password} if self.password else {}
        return {"PAGEVOO_MASTER_URL": self.url, **password}

    def raw(self, database: str | None = None) -> Any:
        """A raw autocommitting driver connection to the master, or a database beside it. The caller closes it."""
        return self.connect(database or self.name)

    def execute(self, *statements: str, database: str | None = None) -> list[Any]:
        """Runs statements through a raw connection; the rows of the last one that answers with rows."""
        connection = self.raw(database)
        try:
            rows: list[Any] = []
            cursor = connection.cursor()
            for statement in statements:
                cursor.execute(statement)
                if cursor.description is not None:
                    rows = list(cursor.fetchall())
            return rows
        finally:
            connection.close()

    def databases(self) -> set[str]:
        """The databases beside this one and itself, without the server's own."""
        if self.server is not None:
            return self.server.databases() - SYSTEM_DATABASES
        return {path.stem for path in (self.directory or Path()).glob("*.db")} - set(bystanders.NAMES)


class EngineServer(ABC):
    """Somewhere to make master databases; `engine` is `sqlite`, `mysql` or `postgresql`."""

    server: DatabaseServer | None

    @property
    @abstractmethod
    def engine(self) -> str: ...

    @abstractmethod
    def make_master(self, name: str = "pagevoo_core") -> MasterHandle:
        """Makes an empty master database; on a server its name gets a number behind it."""

    @abstractmethod
    def clean_up(self) -> None:
        """Drops every database and every account that was made since this object was made, whoever made it."""


class SqliteFolder(EngineServer):
    """SQLite's notion of a server: a folder of files, a fresh one for every master."""

    def __init__(self, new_folder: Callable[[], Path]) -> None:
        self._new_folder = new_folder
        self.server = None

    @property
    def engine(self) -> str:
        return "sqlite"

    def make_master(self, name: str = "pagevoo_core") -> MasterHandle:
        directory = self._new_folder()

        def connect(database: str) -> sqlite3.Connection:
            return sqlite3.connect(directory / f"{database}.db", isolation_level=None)

        connection = connect(name)
        connection.execute("VACUUM")
        connection.close()
        return MasterHandle("sqlite", name, f"sqlite:///{directory / name}.db", "", directory, None, connect)

    def clean_up(self) -> None:
        """Nothing to do: pytest removes its folders."""


class WatchedFolder(SqliteFolder):
    """One beside whose masters bystanders lie; `clean_up` fails if something happened to them."""

    def __init__(self, new_folder: Callable[[], Path]) -> None:
        super().__init__(new_folder)
        self._watched = ExitStack()

    def make_master(self, name: str = "pagevoo_core") -> MasterHandle:
        made = super().make_master(name)
        assert made.directory is not None
        self._watched.enter_context(bystanders.files_standing_by(made.directory))
        return made

    def clean_up(self) -> None:
        self._watched.close()


class ServerMasters(EngineServer):
    """A real server on which masters come and go."""

    server: DatabaseServer

    def __init__(self, server: DatabaseServer) -> None:
        self.server = server
        self._kept = server.databases()
        self._kept_logins = server.logins()

    @property
    def engine(self) -> str:
        return self.server.engine

    def make_master(self, name: str = "pagevoo_core") -> MasterHandle:
        fresh = self.server.fresh_name(name)
        self.server.execute(f"CREATE DATABASE {fresh}")
        return MasterHandle(
            self.server.engine, fresh, self.server.url(fresh), PASSWORD, None, self.server, self.server.admin_connection
        )

    def clean_up(self) -> None:
        for database in self.server.databases() - self._kept:
            self.server.drop(database)
        for account in self.server.logins() - self._kept_logins:
            self.server.drop_login(account)
