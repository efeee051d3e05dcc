"""One PostgreSQL session: how it is protected, bounded and cut off. Nothing of the process's environment reaches it."""

from __future__ import annotations

import os
import secrets
import socket
import ssl
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from concurrent.futures import TimeoutError as FutureTimeoutError
from typing import Any, TypeVar

import psycopg
import sqlalchemy as sa
from psycopg.abc import PQGen
from psycopg.pq import TransactionStatus

from pagevoo_console.domain.errors import AccessDenied, NotFound, Unreachable
from pagevoo_console.domain.server import Server, Tls
from pagevoo_console.services.engines.base import SessionOptions
from pagevoo_console.services.engines.postgresql_errors import explain_connecting

MAINTENANCE_DATABASES = ("postgres", "template1")
"""Where a session without a database goes. Advisory locks are per database, so all of ours are taken there."""

APPLICATION_NAME = f"pagevoo-console {os.getpid()} {secrets.token_hex(4)}"
"""Ours, and no other process's: by it `sessions` and `quiesce` know which sessions are those of others."""

CANCEL_TIMEOUT = 2.0
_WATCHDOG_GRACE = 5.0
_IDLE_IN_TRANSACTION_MS = 15 * 60 * 1000
_KEEPALIVE = {"tcp_keepalives_idle": "60", "tcp_keepalives_interval": "15", "tcp_keepalives_count": "4"}
"""The server finds out within two minutes that a console's machine is gone, and lets go of the locks it held."""

_LONG_IDLE_IN_TRANSACTION_MS = 60 * 60 * 1000
"""Even for a long dump: one whose console sleeps must not keep the server from cleaning up for ever."""


Result = TypeVar("Result")

_EXACT_TEXT = {
    "datestyle": "ISO",
    "intervalstyle": "postgres",
    "timezone": "UTC",
    "extra_float_digits": "3",
    "bytea_output": "hex",
    "lc_monetary": "C",
    "xmlbinary": "base64",
    "row_security": "off",
}
"""Settings under which a value's text is exact and the same everywhere. row_security: an error, never fewer rows."""


def forget_environment() -> None:
    """Remove libpq's variables: PGHOSTADDR alone would send us to another machine under the right name."""
    for name in [name for name in os.environ if name.startswith("PG")]:
        del os.environ[name]


forget_environment()


class WatchedConnection(psycopg.Connection[Any]):
    """A connection that gives up on a server which is alive on the network and answers nothing.

    `statement_timeout` is the server's; a frozen server honours none, so waiting itself ends a little later.
    """

    watchdog: float | None = None

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._closing = threading.Lock()
        self.waits = 0
        self.is_waiting = False

    def wait(self, gen: PQGen[Result], interval: float = 0.1, timeout: float | None = None) -> Result:
        """Called for every row of a COPY, so what a dump does not need costs it nothing."""
        self.waits += 1
        self.is_waiting = True
        if timeout is None and self.watchdog is not None:
            result = self._wait_watched(gen, interval, self.watchdog)
        else:
            result = psycopg.Connection.wait(self, gen, interval, timeout)
        self.is_waiting = False
        return result

    def _wait_watched(self, gen: PQGen[Result], interval: float, limit: float) -> Result:
        began = time.monotonic()
        try:
            return psycopg.Connection.wait(self, gen, interval, limit)
        except psycopg.OperationalError:
            is_frozen = time.monotonic() - began >= limit
            if is_frozen and self.pgconn.transaction_status == TransactionStatus.ACTIVE:
                self.close()
            raise

    def rollback(self) -> None:
        """A session that is gone has nothing to roll back, and its end was told already."""
        if not self.closed:
            super().rollback()

    def close(self) -> None:
        with self._closing:
            super().close()

    def cut(self) -> None:
        """Shut the socket down, so that the thread that waits on it wakes up with an error. Safe from any thread."""
        with self._closing:
            if self.closed:
                return
            with socket.socket(fileno=os.dup(self.pgconn.socket)) as duplicate:
                try:
                    duplicate.shutdown(socket.SHUT_RDWR)
                except OSError:
                    return


def driver_connection(connection: sa.Connection) -> WatchedConnection:
    """The psycopg connection beneath; raises TypeError where somebody else opened it."""
    try:
        raw = connection.connection.driver_connection
    except (sa.exc.PendingRollbackError, sa.exc.ResourceClosedError) as error:
        # Connecting anew is for whoever knows what went with the old session: a lock, half a transaction.
        raise Unreachable("The session with the server was lost", hint="Begin again.") from error
    if not isinstance(raw, WatchedConnection):
        raise TypeError(f"{type(raw).__name__} was not opened by the PostgreSQL engine")
    return raw


def connect(server: Server, password: str | None, database: str | None, options: SessionOptions) -> WatchedConnection:
    """Connect to `database`, or to a maintenance database where None. Raises errors of ours only."""
    names = [database] if database is not None else list(MAINTENANCE_DATABASES)
    for name in names[:-1]:
        try:
            return _connect(server, password, name, options)
        except NotFound:
            continue
    return _connect(server, password, names[-1], options)


def _connect(server: Server, password: str | None, database: str, options: SessionOptions) -> WatchedConnection:
    forget_environment()
    if "\0" in database or "\0" in server.user:
        raise NotFound(f"No database {database!r} on {server.address}", hint="A name cannot hold a NUL character.")
    if password is not None and "\0" in password:
        raise AccessDenied(
            f"{server.address} cannot be logged in to", hint="PostgreSQL's passwords hold no NUL character."
        )
    arguments: dict[str, Any] = {
        **_address(server, options.connect_timeout),
        **_protection(server, password),
        "user": server.user,
        "dbname": database,
        "passfile": os.devnull,
        "gssencmode": "disable",
        "connect_timeout": max(1, round(options.connect_timeout)),
        "application_name": APPLICATION_NAME,
        "client_encoding": "UTF8",
        "keepalives_idle": 30,
        "keepalives_interval": 10,
        "keepalives_count": 3,
        "tcp_user_timeout": 60_000,
        "options": _options(options),
    }
    try:
        connection = WatchedConnection.connect(autocommit=True, prepare_threshold=None, **arguments)
    except (psycopg.Error, UnicodeError) as error:
        raise explain_connecting(error, server, database) from error
    if options.read_timeout is not None:
        connection.watchdog = options.read_timeout + _WATCHDOG_GRACE
    return connection


def open_beside(connection: WatchedConnection) -> WatchedConnection:
    """Another session like this one, on the very machine that this one reached. Raises psycopg.Error."""
    forget_environment()
    arguments: dict[str, Any] = {
        option.keyword.decode(): option.val.decode() for option in connection.pgconn.info if option.val
    }
    info = connection.info
    arguments.update(host=info.host, port=info.port)
    if not info.host.startswith("/"):
        arguments["hostaddr"] = info.hostaddr
    beside = WatchedConnection.connect(autocommit=True, prepare_threshold=None, **arguments)
    beside.watchdog = connection.watchdog
    return beside


def _address(server: Server, timeout: float) -> dict[str, Any]:
    port = server.port or 5432
    if server.socket:
        return {"host": server.socket, "port": port}
    addresses = resolve(server, timeout)
    return {"host": ",".join([server.host] * len(addresses)), "hostaddr": ",".join(addresses), "port": port}


def _protection(server: Server, password: str | None) -> dict[str, Any]:
    arguments: dict[str, Any] = {}
    if password:
        arguments["password"] = password
        arguments["require_auth"] = "scram-sha-256"
    tls = Tls.OFF if server.socket else server.effective_tls
    match tls:
        case Tls.OFF:
            arguments["sslmode"] = "disable"
        case Tls.REQUIRED:
            arguments["sslmode"] = "require"
        case Tls.VERIFIED:
            arguments["sslmode"] = "verify-full"
            arguments["sslrootcert"] = server.tls_ca or _system_authorities()
    if password and tls is not Tls.OFF:
        arguments["channel_binding"] = "require"
    return arguments


def _system_authorities() -> str:
    """The machine's authorities. The driver's own OpenSSL looks in a folder of its own: `system` comes last."""
    found = ssl.get_default_verify_paths().cafile
    return found or "system"


def _options(options: SessionOptions) -> str:
    """What every statement of the session runs under. Compiling one costs more than it saves in any of ours."""
    settings = {**_EXACT_TEXT, "jit": "off"}
    settings["statement_timeout"] = _milliseconds(options.read_timeout)
    settings["lock_timeout"] = _milliseconds(options.lock_timeout)
    settings["idle_in_transaction_session_timeout"] = str(
        _LONG_IDLE_IN_TRANSACTION_MS if options.read_timeout is None else _IDLE_IN_TRANSACTION_MS
    )
    settings |= _KEEPALIVE
    if not options.writable:
        settings["default_transaction_read_only"] = "on"
    return " ".join(f"-c {name}={value}" for name, value in settings.items())


def _milliseconds(seconds: float | None) -> str:
    return "0" if seconds is None else str(max(1, round(seconds * 1000)))


def resolve(server: Server, timeout: float) -> list[str]:
    """The numeric addresses of the server's host, at least one. The resolver itself knows no time limit, so we keep it.

    Raises Unreachable.
    """
    resolver = ThreadPoolExecutor(1, thread_name_prefix="resolve")
    lookup = resolver.submit(socket.getaddrinfo, server.host, server.port or 5432, type=socket.SOCK_STREAM)
    resolver.shutdown(wait=False)
    try:
        found = lookup.result(timeout)
    except (OSError, UnicodeError) as error:
        raise Unreachable(
            f"The name {server.host!r} of {server.address} does not resolve",
            hint="Check the spelling of the host, the network and the name server.",
        ) from error
    except FutureTimeoutError as error:
        raise Unreachable(
            f"The name {server.host!r} of {server.address} was not resolved in {timeout:g} s",
            hint="Check the network and the name server.",
        ) from error
    return list(dict.fromkeys(str(entry[4][0]) for entry in found))


def canceller(connection: WatchedConnection) -> Callable[[], None]:
    """Stop what the session is running, on the server; where the server does not obey, cut the session off.

    A thread that is not waiting for the server, but busy with what it got, is left alone.
    """

    def cancel() -> None:
        if connection.closed or connection.pgconn.transaction_status != TransactionStatus.ACTIVE:
            return
        try:
            connection.cancel_safe(timeout=CANCEL_TIMEOUT)
        except psycopg.Error:
            connection.cut()
            return
        waits = connection.waits
        deadline = time.monotonic() + CANCEL_TIMEOUT
        while not connection.closed and connection.pgconn.transaction_status == TransactionStatus.ACTIVE:
            if time.monotonic() > deadline:
                if connection.is_waiting and connection.waits == waits:
                    connection.cut()
                return
            time.sleep(0.02)

    return cancel
