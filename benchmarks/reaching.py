"""How the benchmarks reach a throw-away server: by its local socket, or over TCP with or without TLS."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

import sqlalchemy as sa

from pagevoo_console.domain.server import Server, Tls
from pagevoo_console.services.connections import Connections
from pagevoo_console.services.engines.catalogue import Engines
from pagevoo_console.services.secrets import Secret, Secrets

if TYPE_CHECKING:
    from tests.servers import DatabaseServer


def by_socket(server: DatabaseServer) -> Server:
    return Server(server.engine, server.engine, user=server.user, socket=server.socket, port=server.port)


def by_tcp(server: DatabaseServer, tls: Tls, authority: str = "") -> Server:
    return Server(server.engine, server.engine, server.host, server.port, server.user, tls=tls, tls_ca=authority)


@contextmanager
def session_on(server: DatabaseServer, database: str | None = None) -> Iterator[sa.Connection]:
    """A session of ours as a dump has it: no time limit on its statements."""
    with opened(by_socket(server), server.password, database) as session:
        yield session


@contextmanager
def opened(where: Server, password: str, database: str | None, *, writable: bool = False) -> Iterator[sa.Connection]:
    """As `session_on`, from data alone."""
    secrets = Secrets()
    secrets.remember(where, Secret(password))
    with Connections(Engines(), secrets).open(where, database, writable=writable, read_timeout=None) as session:
        yield session
