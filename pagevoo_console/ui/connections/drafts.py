"""A connection as it stands in the form: texts, what is wrong with them, and the connection that they mean."""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from pathlib import PurePath

from pagevoo_console.domain.server import Connection, Environment, Server, Tls
from pagevoo_console.ui.kit.i18n import translate

MASTER = "master"
FILE_ENGINE = "sqlite"
ENGINES = ("mysql", "postgresql", FILE_ENGINE)
PORTS = {"mysql": "3306", "postgresql": "5432", FILE_ENGINE: ""}
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")

Problems = dict[str, str]
"""The name of a field to what is wrong with it."""


@dataclass(frozen=True, slots=True)
class ServerDraft:
    """A server as typed. `path` is a file for a SQLite master and a folder for other SQLite servers."""

    engine: str = "mysql"
    host: str = "127.0.0.1"
    port: str = "3306"
    socket: str = ""
    path: str = ""
    user: str = ""
    tls: Tls | None = None
    tls_ca: str = ""

    @property
    def is_file(self) -> bool:
        return self.engine == FILE_ENGINE

    def problems(self) -> Problems:
        """What is wrong with each field, in words; nothing where the server can be tried."""
        found: Problems = {}
        if self.is_file:
            if not PurePath(self.path).is_absolute():
                found["path"] = translate("connections", "Give the whole path, beginning at the root")
            return found
        if not self.host and not self.socket:
            found["host"] = translate("connections", "Give a host or a local socket")
        if not self.socket and not (self.port.isascii() and self.port.isdigit() and 0 < int(self.port) < 65_536):
            found["port"] = translate("connections", "A port is a number from 1 to 65535")
        if not self.user:
            found["user"] = translate("connections", "Give the user to log in as")
        if self.tls_ca and not PurePath(self.tls_ca).is_absolute():
            found["tls_ca"] = translate("connections", "Give the whole path, beginning at the root")
        return found

    def server(self, name: str) -> Server:
        """The server that is meant; for a file, `directory` is the path as typed. Only where there are no problems."""
        if self.is_file:
            return Server(name, self.engine, directory=self.path)
        port = int(self.port) if self.port.isascii() and self.port.isdigit() else 0
        return Server(
            name, self.engine, self.host, port, self.user, socket=self.socket, tls=self.tls, tls_ca=self.tls_ca
        )


@dataclass(frozen=True, slots=True)
class ConnectionDraft:
    """A connection as typed. `database` is empty for SQLite, where the path names it."""

    name: str = ""
    platform: str = "pagevoo"
    environment: Environment = Environment.PRODUCTION
    server: ServerDraft = field(default_factory=ServerDraft)
    database: str = "pagevoo_core"
    tenant_servers: tuple[Server, ...] = ()
    env_overrides: dict[str, str] = field(default_factory=dict)

    def problems(self) -> Problems:
        """What is wrong with each field, in words; nothing where the connection can be tried and saved."""
        found = self.server.problems()
        if _NAME.fullmatch(self.name) is None:
            found["name"] = translate("connections", "Letters, digits, “.”, “_” and “-”, at most 64")
        if not self.server.is_file and not self.database:
            found["database"] = translate("connections", "Give the name of the master database")
        return found

    def connection(self) -> Connection:
        """The connection that is meant. Only where there are no problems."""
        if self.server.is_file:
            path = PurePath(self.server.path)
            master, database = Server(MASTER, FILE_ENGINE, directory=str(path.parent)), path.name
        else:
            master, database = self.server.server(MASTER), self.database
        return Connection(
            self.name, self.platform, replace(master, credential="" if self.server.is_file else self.name), database,
            self.environment, self.tenant_servers, self.env_overrides,
        )  # fmt: skip


def draft_of(connection: Connection) -> ConnectionDraft:
    """The form's content for a connection that is there already."""
    master = connection.master
    if master.directory:
        name = connection.master_database
        path = str(PurePath(master.directory) / (name if PurePath(name).suffix else f"{name}.db"))
        server = ServerDraft(FILE_ENGINE, "", "", path=path)
    else:
        port = str(master.port) if master.port else PORTS.get(master.engine, "")
        server = ServerDraft(
            master.engine, master.host, port, master.socket, "", master.user, master.tls, master.tls_ca
        )
    return ConnectionDraft(
        connection.name, connection.platform, connection.environment, server,
        "" if master.directory else connection.master_database, connection.tenant_servers, connection.env_overrides,
    )  # fmt: skip
