"""Scratch databases: made to try something out, dropped at the end, and found again after a crash.

A scratch database is known by its name *and* the marker it was made with *and* a lock nobody holds: never by the name
alone.
"""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from contextlib import contextmanager

import sqlalchemy as sa

from pagevoo_console.domain.errors import ConsoleError, MissingPrivilege
from pagevoo_console.domain.server import Server
from pagevoo_console.services.connections import Connections

PREFIX = "pagevoo_scratch_"


@contextmanager
def scratch_database(connections: Connections, server: Server) -> Iterator[str]:
    """The name of a new, empty database on this server, which exists for as long as the block."""
    engine = connections.engine(server)
    name = f"{PREFIX}{secrets.token_hex(8)}"
    with connections.open(server, writable=True, read_timeout=None) as session:
        sweep_scratch(connections, server, session)
        engine.try_lock(session, name)
        try:
            engine.create_database(session, name, _marker(name))
            yield name
        finally:
            try:
                engine.drop_database(session, name)
                engine.unlock(session, name)
            except (ConsoleError, sa.exc.DBAPIError):
                _drop_anew(connections, server, name)


def sweep_scratch(connections: Connections, server: Server, session: sa.Connection) -> tuple[str, ...]:
    """Drop the scratch databases of consoles that died; returns their names.

    What another account made and this one may not drop is left to that one.
    """
    engine = connections.engine(server)
    dropped = []
    for name in sorted(engine.databases(session)):
        if not name.startswith(PREFIX) or engine.marker(session, name) != _marker(name):
            continue
        if engine.try_lock(session, name):
            try:
                engine.drop_database(session, name)
                dropped.append(name)
            except MissingPrivilege:
                continue
            finally:
                engine.unlock(session, name)
    return tuple(dropped)


def _drop_anew(connections: Connections, server: Server, name: str) -> None:
    """The session that made it is gone: try with a new one; failing that, the next sweep finds it."""
    try:
        with connections.open(server, writable=True) as session:
            connections.engine(server).drop_database(session, name)
    except ConsoleError:
        return


def _marker(name: str) -> str:
    return f"scratch:{name}"
