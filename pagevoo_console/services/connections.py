"""Server, engine and secret become a session here, and nowhere else.

Sessions are protected as their server asks, bounded in time, and read-only unless a plan is being carried out.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import replace

import sqlalchemy as sa

from pagevoo_console.domain.errors import AccessDenied
from pagevoo_console.domain.server import CheckResult, Server
from pagevoo_console.services.engines.base import DatabaseEngine, SessionOptions
from pagevoo_console.services.engines.catalogue import Engines
from pagevoo_console.services.secrets import KeyringState, Secret, Secrets, identity

_REFUSALS_AFTER_A_LOGIN = 3


class Connections:
    """Opens sessions. Safe to call from any thread; a session belongs to the thread that opened it."""

    def __init__(self, engines: Engines, secrets: Secrets) -> None:
        self._engines = engines
        self._secrets = secrets
        self._logins = _Logins()

    def engine(self, server: Server) -> DatabaseEngine:
        """How this server behaves. Raises WrongUsage for an engine that is not installed."""
        return self._engines.get(server.engine)

    def password(self, server: Server) -> str | None:
        """The password for this server, None where none is needed or known. May ask a person, once."""
        secret = self._secret(server)
        return None if secret is None else secret.reveal()

    def keep_password(self, server: Server, secret: Secret) -> None:
        """Put a password into the keyring, under the server's credential. Raises Refused where there is none."""
        self._secrets.store(server, secret)

    def keyring(self) -> KeyringState:
        """Whether there is a place for passwords. Reads only; takes as long as the keyring."""
        return self._secrets.state()

    @contextmanager
    def open(
        self,
        server: Server,
        database: str | None = None,
        *,
        writable: bool = False,
        read_timeout: float | None = 30.0,
        lock_timeout: float = 10.0,
    ) -> Iterator[sa.Connection]:
        """A session on a database, or on the server itself, closed at the end whatever happens.

        Times in seconds; `read_timeout` bounds each statement, None for long dumps. The server itself keeps it
        read-only unless `writable`. A driver's error that comes out of the body is turned into one of ours.

        Raises Unreachable, AccessDenied, NotFound (no such database) or Failed.
        """
        engine = self.engine(server)
        options = SessionOptions(writable=writable, read_timeout=read_timeout, lock_timeout=lock_timeout)
        with self._closing(engine, self._log_in(engine, server, database, options), server) as session:
            yield session

    @contextmanager
    def open_as(
        self, server: Server, user: str, password: str, database: str, *, read_timeout: float | None = None
    ) -> Iterator[sa.Connection]:
        """A writable session of another account, whose password nobody keeps. Raises as `open` does.

        To whatever watches over it, it is a session of `server`: our own account is the one that can stop it.
        """
        engine = self.engine(server)
        options = SessionOptions(writable=True, read_timeout=read_timeout)
        opened = engine.open(replace(server, user=user, credential=""), password, database, options)
        opened.info["server"] = server
        with self._closing(engine, opened, server) as session:
            yield session

    @contextmanager
    def _closing(self, engine: DatabaseEngine, session: sa.Connection, server: Server) -> Iterator[sa.Connection]:
        driver_error = session.dialect.loaded_dbapi.Error
        try:
            yield session
        except (sa.exc.DBAPIError, driver_error) as error:
            raise engine.explain(error, server) from error
        finally:
            # A session that its server has ended already cannot be closed politely, and need not be.
            with suppress(sa.exc.DBAPIError, driver_error):
                session.close()
            session.engine.dispose()

    def check(self, server: Server, database: str | None = None) -> CheckResult:
        """*Test connection*, layer by layer. Tries even a password that was refused before: somebody asked for it."""
        self._logins.allow(server)
        return self.engine(server).check(server, self.password(server), database)

    def canceller(self, session: sa.Connection) -> Callable[[], None]:
        """What another thread calls to stop the statement that this session runs, on the server too. Never raises."""
        server: Server = session.info["server"]
        return self.engine(server).canceller(session, server, self.password(server))

    def _secret(self, server: Server) -> Secret | None:
        return self._secrets.get(server) if self.engine(server).is_server else None

    def _log_in(
        self, engine: DatabaseEngine, server: Server, database: str | None, options: SessionOptions
    ) -> sa.Connection:
        secret = self._secret(server)
        self._logins.ensure_worth_trying(server, secret)
        try:
            session = engine.open(server, None if secret is None else secret.reveal(), database, options)
        except AccessDenied as error:
            if not engine.is_server:
                raise
            if self._logins.failed(server, secret):
                self._secrets.refused(server)
            if secret is None:
                raise AccessDenied(error.message, code=error.code, hint=self._secrets.advice(server)) from error
            raise
        self._logins.succeeded(server, secret)
        return session


class _Logins:
    """Keeps a password that a server refuses from being sent to it a thousand times, which would lock the account.

    One refusal is enough for a password that never worked. One that did may be refused for a single database, by that
    database's own rules, so it takes three in a row.
    """

    def __init__(self) -> None:
        self._left: dict[str, int] = {}
        self._refused: dict[str, Secret | None] = {}
        self._guard = threading.Lock()

    def ensure_worth_trying(self, server: Server, secret: Secret | None) -> None:
        """Raise AccessDenied for the very password that was refused before."""
        with self._guard:
            key = identity(server)
            if key not in self._refused:
                return
            if secret is not None and secret != self._refused[key]:
                self._clear(key)
                return
        what = "the password of " if secret is not None else "to let in without a password "
        raise AccessDenied(
            f"{server.address} refused {what}{server.user!r} before; this was not tried again",
            hint="Correct the password and try again; *Test connection* sends it once more.",
        )

    def failed(self, server: Server, secret: Secret | None) -> bool:
        """Note a refusal; True when this password is given up."""
        with self._guard:
            key = identity(server)
            left = self._left.get(key, 1) - 1
            self._left[key] = left
            if left > 0:
                return False
            self._refused[key] = secret
            return True

    def succeeded(self, server: Server, secret: Secret | None) -> None:
        with self._guard:
            self._left[identity(server)] = _REFUSALS_AFTER_A_LOGIN
            self._refused.pop(identity(server), None)

    def allow(self, server: Server) -> None:
        """Forget what was refused."""
        with self._guard:
            self._clear(identity(server))

    def _clear(self, key: str) -> None:
        self._refused.pop(key, None)
        self._left.pop(key, None)
