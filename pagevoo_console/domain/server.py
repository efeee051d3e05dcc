"""Where databases live, and how the console may talk to them."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from enum import StrEnum
from ipaddress import ip_address


class Tls(StrEnum):
    """How a connection is protected. There is no "if offered": it never falls back by itself."""

    OFF = "off"
    REQUIRED = "required"
    VERIFIED = "verified"


class Environment(StrEnum):
    """What a mistake on this connection would cost; colours the window."""

    DEMO = "demo"
    LOCAL = "local"
    STAGING = "staging"
    PRODUCTION = "production"


@dataclass(frozen=True, slots=True)
class Server:
    """An engine at an address, with a user and the *name* of a credential; never a secret.

    `engine` is an engine's name ("sqlite", "mysql", "postgresql"). For SQLite `directory` is the folder that holds the
    databases and the address is empty. `socket` is the path of a local socket (PostgreSQL: the socket's folder).
    `tls` is None where the default of the address applies: verified, or none needed on loopback and local sockets.
    """

    name: str
    engine: str
    host: str = ""
    port: int = 0
    user: str = ""
    credential: str = ""
    socket: str = ""
    directory: str = ""
    tls: Tls | None = None
    tls_ca: str = ""

    @property
    def is_loopback(self) -> bool:
        """True for a local socket, a file, and a literal loopback address; a tunnel's end is the caller's to name."""
        if self.socket or self.directory or self.host == "localhost":
            return True
        try:
            return ip_address(self.host).is_loopback
        except ValueError:
            return False

    @property
    def effective_tls(self) -> Tls:
        if self.tls is not None:
            return self.tls
        return Tls.OFF if self.is_loopback else Tls.VERIFIED

    @property
    def address(self) -> str:
        """How people name it: `host:port`, a socket or a folder."""
        if self.directory:
            return self.directory
        if self.socket:
            return self.socket
        return f"{self.host}:{self.port}"


@dataclass(frozen=True, slots=True)
class Connection:
    """A saved connection: one platform's master database and the servers that hold its tenants.

    `master_database` is a name, or for SQLite the master's file name within `master.directory`. Tenants live on
    `tenant_servers`; where none is listed they live on the master's server.
    """

    name: str
    platform: str
    master: Server
    master_database: str
    environment: Environment = Environment.PRODUCTION
    tenant_servers: tuple[Server, ...] = ()
    env_overrides: dict[str, str] = field(default_factory=dict, hash=False)

    @property
    def servers(self) -> tuple[Server, ...]:
        """The servers that may hold tenants, at least one."""
        return self.tenant_servers or (self.master,)

    def with_tls(self, tls: Tls | None, tls_ca: str) -> Connection:
        if tls is None and not tls_ca:
            return self

        def protect(server: Server) -> Server:
            return replace(server, tls=tls or server.tls, tls_ca=tls_ca or server.tls_ca)

        return replace(
            self, master=protect(self.master), tenant_servers=tuple(protect(server) for server in self.tenant_servers)
        )


class CheckLayer(StrEnum):
    """The layers of *Test connection*, outermost first."""

    NAME = "name"
    TCP = "tcp"
    TLS = "tls"
    LOGIN = "login"
    DATABASE = "database"
    PRIVILEGES = "privileges"


@dataclass(frozen=True, slots=True)
class CheckStep:
    """One layer of a check: whether it held, what was seen, and what to do when it did not."""

    layer: str
    ok: bool
    detail: str = ""
    hint: str = ""


@dataclass(frozen=True, slots=True)
class CheckResult:
    """The answer of *Test connection*. `latency_ms` is one round trip on the open connection."""

    reachable: bool
    steps: tuple[CheckStep, ...]
    latency_ms: float | None = None
    server_version: str | None = None
    problem: str | None = None
    hint: str | None = None


@dataclass(frozen=True, slots=True)
class ServerFacts:
    """What a server says of itself."""

    version: str
    product: str
    identity: str
    is_read_only: bool = False
    warnings: tuple[str, ...] = ()
