"""Throw-away accounts: who carries a dump out can touch one database and nothing else, whatever the dump says.

A guest is made for one operation, or for one scratch database, and dropped with it; its password is known to nobody
else and kept nowhere. One that a crash left behind is known by its name *and* by the operation, or the scratch
database's lock, that it was made for: never by the name alone.
"""

from __future__ import annotations

import hashlib
import re
import secrets
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from functools import partial

import sqlalchemy as sa

from pagevoo_console.domain.errors import AccessDenied, ConsoleError, Failed, MissingPrivilege, NotFound, Refused
from pagevoo_console.domain.server import Server
from pagevoo_console.services.connections import Connections
from pagevoo_console.services.engines.base import OpenDatabase
from pagevoo_console.services.failpoints import failpoint
from pagevoo_console.services.master import Master
from pagevoo_console.services.operations import Operations, lock_key
from pagevoo_console.services.scratch import PREFIX as SCRATCH

PREFIX = "pagevoo_r_"
ANOTHER = "another"
"""In the `info` of a guest's session: opens one more of the same guest, which nobody attends, to load tables by two."""

_NUMBERED = re.compile(rf"{PREFIX}(\d{{1,12}})_([0-9a-f]{{6}})")
_OF_SCRATCH = re.compile(rf"{PREFIX}s([0-9a-f]{{16}})")


class NoGuest(Refused):
    """No throw-away account can be made on this server."""


class Guests:
    """Makes and sweeps throw-away accounts. Safe to call from any thread."""

    def __init__(self, master: Master, connections: Connections, operations: Operations) -> None:
        self._master = master
        self._connections = connections
        self._operations = operations

    def problem(self, server: Server) -> str | None:
        """Why dumps would be carried out by our own account on this server, or None. Reads only."""
        engine = self._connections.engine(server)
        if not engine.administration.has_guests:
            return None
        with self._connections.open(server) as session:
            may = engine.privileges(session)["create_user"]
        return None if may else f"The account of the console may not make accounts on {server.name}"

    @contextmanager
    def session(
        self,
        server: Server,
        database: str,
        operation: str,
        *,
        like: str | None = None,
        read_timeout: float | None = None,
    ) -> Iterator[sa.Connection]:
        """A writable session on this database, as an account that can touch nothing else; on files, our own.

        `operation` is an operation's number, or the name of a scratch database. At a good end everything belongs to who
        owns the database `like`, or else to us; after an error it is the caller's to drop the database.

        Raises NoGuest where the server lets us make no such account.
        """
        engine = self._connections.engine(server)
        if not engine.administration.has_guests:
            with self._connections.open(server, database, writable=True, read_timeout=read_timeout) as session:
                yield session
            return
        name, password = self.name(operation), secrets.token_urlsafe(24)
        with ExitStack() as stack:
            stack.enter_context(self._dropped_at_the_end(server, name))
            self._make(server, name, password, database)
            failpoint("guest.made")
            patron = stack.enter_context(self._connections.open(server, database, writable=True, read_timeout=None))
            another = partial(self._as_guest, server, name, password, database, read_timeout)
            with another() as session:
                session.info[ANOTHER] = another
                engine.administration.attend_guest(session, patron)
                yield session
            failpoint("guest.loaded")
            engine.administration.take_over(patron, name, like)
            failpoint("guest.taken_over")

    def drop(self, server: Server, operation: str) -> None:
        """Drop this operation's guest, if there is one."""
        engine = self._connections.engine(server)
        if engine.administration.has_guests:
            with self._connections.open(server, writable=True, read_timeout=None) as session:
                engine.administration.drop_guest(session, self.name(operation), self._opener(server))

    def sweep(self, server: Server) -> tuple[str, ...]:
        """Drop the guests whose operation, or whose scratch database, nobody works on any more; returns their names.

        Those of other masters on the same server are left to their consoles.
        """
        engine = self._connections.engine(server)
        if not engine.administration.has_guests:
            return ()
        with self._connections.open(server, writable=True, read_timeout=None) as session:
            return tuple(
                guest.name
                for guest in engine.administration.guests(session, PREFIX)
                if self._swept(session, server, guest.name)
            )

    def sweep_everywhere(self) -> tuple[str, ...]:
        """The same on every server of the connection that answers."""
        swept: list[str] = []
        for server in self._master.connection.servers:
            with suppress(ConsoleError):
                swept += self.sweep(server)
        return tuple(swept)

    def name(self, operation: str) -> str:
        """What the guest of an operation, or of a scratch database, is called: masters number operations alike."""
        if operation.startswith(SCRATCH):
            return f"{PREFIX}s{operation.removeprefix(SCRATCH)}"
        key = hashlib.sha256(lock_key(self._master, f"guest {operation}").encode()).hexdigest()[:6]
        return f"{PREFIX}{int(operation)}_{key}"

    def _make(self, server: Server, name: str, password: str, database: str) -> None:
        engine = self._connections.engine(server)
        self.sweep(server)
        with self._connections.open(server, writable=True) as session:
            engine.administration.drop_guest(session, name, self._opener(server))
            with _no_guest(server):
                engine.administration.create_guest(session, name, password, database)

    @contextmanager
    def _as_guest(
        self, server: Server, name: str, password: str, database: str, read_timeout: float | None
    ) -> Iterator[sa.Connection]:
        with ExitStack() as stack:
            with _no_guest(server):
                opened = self._connections.open_as(server, name, password, database, read_timeout=read_timeout)
                session = stack.enter_context(opened)
            yield session

    @contextmanager
    def _dropped_at_the_end(self, server: Server, name: str) -> Iterator[None]:
        """Where dropping fails after another error, that one is told, and the next sweep finds the guest."""

        def drop() -> None:
            with self._connections.open(server, writable=True, read_timeout=None) as session:
                self._connections.engine(server).administration.drop_guest(session, name, self._opener(server))

        try:
            yield
        except BaseException:
            with suppress(ConsoleError):
                drop()
            raise
        drop()

    def _swept(self, session: sa.Connection, server: Server, name: str) -> bool:
        """Drop this guest if whoever made it is at work no more; whoever is holds the lock."""
        lock = self._lock_of(server, name)
        engine = self._connections.engine(server)
        if lock is None or not engine.try_lock(session, lock):
            return False
        try:
            engine.administration.drop_guest(session, name, self._opener(server))
        finally:
            engine.unlock(session, lock)
        return True

    def _lock_of(self, server: Server, name: str) -> str | None:
        """The lock that whoever made it holds while at work, None for a name that is no guest's of this master."""
        scratch = _OF_SCRATCH.fullmatch(name)
        if scratch is not None:
            return f"{SCRATCH}{scratch[1]}"
        numbered = _NUMBERED.fullmatch(name)
        if numbered is None or name != self.name(numbered[1]):
            return None
        try:
            found = self._operations.get(numbered[1])
        except NotFound:
            return None
        return lock_key(self._master, found.tenant) if found.server == server.name else None

    def _opener(self, server: Server) -> OpenDatabase:
        return lambda name: self._connections.open(server, name, writable=True, read_timeout=None)


@contextmanager
def _no_guest(server: Server) -> Iterator[None]:
    """Whatever keeps the account from being made or from logging in is one refusal, which says why."""
    try:
        yield
    except (MissingPrivilege, AccessDenied, Failed) as error:
        raise NoGuest(
            f"No throw-away account can be made on {server.name}: {error.message}",
            code="no_guest",
            hint="Let the console's account make accounts there: `server status` tells what it lacks.",
        ) from error
