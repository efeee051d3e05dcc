"""One MySQL or MariaDB session: how it is protected, bounded, cut off, and asked."""

from __future__ import annotations

import ipaddress
import socket
import ssl
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from concurrent.futures import TimeoutError as FutureTimeoutError
from contextlib import contextmanager, suppress
from functools import lru_cache
from typing import Any

import pymysql
import sqlalchemy as sa
from pymysql.constants import CLIENT
from pymysql.cursors import Cursor

from pagevoo_console.domain.errors import AccessDenied, NotFound, Unreachable
from pagevoo_console.domain.server import Server, Tls
from pagevoo_console.services.engines.base import SessionOptions
from pagevoo_console.services.engines.mysql_errors import (
    HandshakeTimeout,
    RefusedPlugin,
    explain_connecting,
    unresolved,
)

DEFAULT_PORT = 3306
CANCEL_TIMEOUT = 2.0
SQL_MODE = "STRICT_TRANS_TABLES,STRICT_ALL_TABLES,ERROR_FOR_DIVISION_BY_ZERO,NO_ENGINE_SUBSTITUTION"
"""Every session's, so that neither quotes nor backslashes mean anything but what we take them for."""

LONG_SILENCE = 3600.0
"""Seconds that even an unbounded statement may say nothing before the server counts as frozen."""

_GRACE = 5.0
_WAIT_TIMEOUT = 28_800
_CLEAR_TEXT_PLUGINS = ("mysql_clear_password", "dialog", "mysql_old_password")


@lru_cache(maxsize=32)
def _tls_context(tls: Tls, authority: str) -> ssl.SSLContext:
    """One for each mode and authority: making one takes 20 ms, and a fleet has a thousand sessions."""
    if tls is Tls.REQUIRED:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
        return context
    return ssl.create_default_context(cafile=authority or None)


class MysqlConnection(pymysql.Connection):  # type: ignore[misc]
    """The driver's connection with a bounded handshake, the console's settings, and a way to cut it off."""

    options: SessionOptions
    on_refused: Callable[[bytes, pymysql.Error], bool] | None = None
    """Asked when the server refuses a statement: whether it has been carried out in another way."""
    _deadline: float | None = None

    @property
    def is_mariadb(self) -> bool:
        return "mariadb" in self.server_version.lower()

    @property
    def number(self) -> int:
        """The server's id of this session."""
        return int(self.server_thread_id[0])

    def open_session(self, addresses: list[tuple[str, int] | str], options: SessionOptions) -> None:
        """Connect, greet and log in, all of it within `connect_timeout`; then set up the session."""
        self.options = options
        self._read_timeout = self._write_timeout = options.connect_timeout
        self._deadline = time.monotonic() + options.connect_timeout
        raw = knock(addresses, options.connect_timeout)
        try:
            self._secure = raw.family is socket.AF_UNIX
            self.connect(sock=raw)
            self.run(self._settings())
        except BaseException as error:
            self._force_close()
            raw.close()
            if time.monotonic() >= self._deadline:
                raise HandshakeTimeout from error
            raise
        self._deadline = None
        self._current_timeout = None
        self.set_silence(options.read_timeout)

    def _read_bytes(self, num_bytes: int) -> bytes:
        """While greeting, every read gets what is left of the time: a server that dribbles gains nothing by it."""
        if self._deadline is None:
            return bytes(super()._read_bytes(num_bytes))
        data = b""
        while len(data) < num_bytes:
            self._sock.settimeout(max(0.001, self._deadline - time.monotonic()))
            more = self._rfile.read1(num_bytes - len(data))
            if not more:
                raise pymysql.err.OperationalError(2013, "The server ended the connection while greeting")
            data += more
        return data

    def _settings(self) -> str:
        options = self.options
        settings = [
            "autocommit = 1",
            "time_zone = '+00:00'",
            f"sql_mode = '{SQL_MODE}'",
            f"lock_wait_timeout = {max(1, round(options.lock_timeout))}",
            f"innodb_lock_wait_timeout = {max(1, round(options.lock_timeout))}",
            f"wait_timeout = {_WAIT_TIMEOUT}",
            "net_write_timeout = 600",
            "sql_quote_show_create = 1",
            self._limit(options.read_timeout),
        ]
        if self.is_mariadb:
            settings.append(f"tx_read_only = {0 if options.writable else 1}")
        else:
            settings.append("information_schema_stats_expiry = 0")
            settings.append(f"transaction_read_only = {0 if options.writable else 1}")
        return "SET SESSION " + ", SESSION ".join(settings)

    def set_silence(self, seconds: float | None) -> None:
        """How long a statement may stay without an answer; the server's own limit comes a little earlier."""
        self._read_timeout = LONG_SILENCE if seconds is None else seconds + _GRACE
        self._write_timeout = self._read_timeout

    @contextmanager
    def bounded(self, seconds: float | None) -> Iterator[None]:
        """Another time limit for the statements inside; None for what is cancelled by hand or must come to its end."""
        self.run(f"SET SESSION {self._limit(seconds)}")
        self.set_silence(seconds)
        try:
            yield
        finally:
            self.set_silence(self.options.read_timeout)
            if self.open:
                with suppress(pymysql.Error):
                    self.run(f"SET SESSION {self._limit(self.options.read_timeout)}")

    def _limit(self, seconds: float | None) -> str:
        """The server's own limit; MySQL's holds for SELECT alone."""
        if self.is_mariadb:
            return f"max_statement_time = {0 if seconds is None else max(0.001, seconds)}"
        return f"max_execution_time = {0 if seconds is None else max(1, round(seconds * 1000))}"

    def run(self, statement: str | bytes, parameters: Sequence[Any] = ()) -> int:
        """Carry out one statement; `%s` in it stands for a parameter only where there are parameters.

        Returns the number of rows it changed.
        """
        with self.cursor() as cursor:
            return int(cursor.execute(statement, tuple(parameters) or None))

    def rows(self, statement: str, parameters: Sequence[Any] = ()) -> list[tuple[Any, ...]]:
        """All rows of a small result."""
        with self.cursor() as cursor:
            cursor.execute(statement, tuple(parameters) or None)
            return list(cursor.fetchall())

    def value(self, statement: str, parameters: Sequence[Any] = ()) -> Any:
        """The first column of the first row, None where there is no row."""
        found = self.rows(statement, parameters)
        return found[0][0] if found else None

    @property
    def warnings(self) -> int:
        """How many warnings the last statement left."""
        return int(self._result.warning_count) if self._result is not None else 0

    def query(self, sql: str | bytes, unbuffered: bool = False) -> int:
        try:
            return int(super().query(sql, unbuffered))
        except RuntimeError as error:
            # A server that answers a query with a request for one of our files.
            self._force_close()
            raise pymysql.err.OperationalError(
                2013, "The server asked for a local file; the session is closed"
            ) from error
        except pymysql.Error as error:
            if self.on_refused is None or not self.open:
                raise
            statement = sql.encode(self.encoding, "surrogateescape") if isinstance(sql, str) else sql
            if not self.on_refused(statement, error):
                raise
            return 0

    def cut(self) -> None:
        """Shut the socket down, so that the thread that waits on it wakes up with an error. Safe from any thread."""
        raw = self._sock
        if raw is not None:
            _shut(raw)

    def close(self) -> None:
        if not self._closed:
            super().close()


def driver_connection(connection: sa.Connection) -> MysqlConnection:
    """The PyMySQL connection beneath; raises TypeError where somebody else opened it."""
    try:
        raw = connection.connection.driver_connection
    except (sa.exc.PendingRollbackError, sa.exc.ResourceClosedError) as error:
        # Connecting anew is for whoever knows what went with the old session: a lock, half a transaction.
        raise Unreachable("The session with the server was lost", hint="Begin again.") from error
    if not isinstance(raw, MysqlConnection):
        raise TypeError(f"{type(raw).__name__} was not opened by the MySQL engine")
    return raw


def connect(server: Server, password: str | None, database: str | None, options: SessionOptions) -> MysqlConnection:
    """A session of the server, on `database` or on none. Raises errors of ours only."""
    if database is not None and ("\0" in database or not database):
        raise NotFound(f"No database {database!r} on {server.address}", hint="That cannot be a database's name.")
    if "\0" in server.user or (password is not None and "\0" in password):
        raise AccessDenied(
            f"{server.address} cannot be logged in to", hint="Users and passwords hold no NUL character."
        )
    tls = Tls.OFF if server.socket else server.effective_tls
    addresses = addresses_of(server, options.connect_timeout)
    try:
        connection = MysqlConnection(
            host=server.host or "localhost",
            port=server.port or DEFAULT_PORT,
            user=server.user,
            password=(password or "").encode(),
            database=database,
            charset="utf8mb4",
            autocommit=None,
            local_infile=False,
            client_flag=CLIENT.LOCAL_FILES if options.writable else 0,  # `RowStream` answers without any file
            cursorclass=Cursor,
            connect_timeout=max(1.0, options.connect_timeout),
            auth_plugin_map=dict.fromkeys(_CLEAR_TEXT_PLUGINS, RefusedPlugin),
            defer_connect=True,
            program_name="pagevoo-console",
            **({"ssl_disabled": True} if tls is Tls.OFF else {"ssl": _tls_context(tls, server.tls_ca)}),
        )
    except (OSError, ValueError) as error:
        raise Unreachable(
            f"The authority {server.tls_ca!r} for {server.address} cannot be used",
            code="tls",
            hint="Name a readable PEM file with --tls-ca.",
        ) from error
    try:
        connection.open_session(addresses, options)
    except Exception as error:
        raise explain_connecting(error, server, database) from error
    return connection


def addresses_of(server: Server, timeout: float) -> list[tuple[str, int] | str]:
    """Where to knock: a socket's path, or numeric addresses with the port, at least one.

    The resolver itself knows no time limit, so we keep it. Raises Unreachable.
    """
    if server.socket:
        return [server.socket]
    port = server.port or DEFAULT_PORT
    with suppress(ValueError):
        return [(str(ipaddress.ip_address(server.host)), port)]
    resolver = ThreadPoolExecutor(1, thread_name_prefix="resolve")
    lookup = resolver.submit(socket.getaddrinfo, server.host, port, type=socket.SOCK_STREAM)
    resolver.shutdown(wait=False)
    try:
        found = lookup.result(timeout)
    except (OSError, UnicodeError) as error:
        raise unresolved(server) from error
    except FutureTimeoutError as error:
        raise Unreachable(
            f"The name {server.host!r} of {server.address} was not resolved in {timeout:g} s",
            hint="Check the network and the name server.",
        ) from error
    return [(host, port) for host in dict.fromkeys(str(entry[4][0]) for entry in found)]


def knock(addresses: list[tuple[str, int] | str], timeout: float) -> socket.socket:
    """A connected socket of the first address that answers; all of them together get `timeout` seconds."""
    deadline = time.monotonic() + timeout
    for address in addresses[:-1]:
        with suppress(OSError):
            return _connected(address, max(0.1, deadline - time.monotonic()))
    return _connected(addresses[-1], max(0.1, deadline - time.monotonic()))


def _connected(address: tuple[str, int] | str, timeout: float) -> socket.socket:
    if isinstance(address, str):
        raw = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        try:
            raw.settimeout(timeout)
            raw.connect(address)
        except BaseException:
            raw.close()
            raise
        return raw
    raw = socket.create_connection(address, timeout)
    raw.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    raw.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
    for name, value in (("TCP_KEEPIDLE", 30), ("TCP_KEEPINTVL", 10), ("TCP_KEEPCNT", 3)):
        if hasattr(socket, name):
            raw.setsockopt(socket.IPPROTO_TCP, getattr(socket, name), value)
    return raw


def _shut(raw: socket.socket) -> None:
    """End both directions beneath any TLS; whoever reads or writes wakes up."""
    with suppress(OSError):
        socket.socket.shutdown(raw, socket.SHUT_RDWR)


def canceller(session: MysqlConnection, server: Server, password: str | None) -> Callable[[], None]:
    """Stop what the session is running, on the server; where the server does not obey, cut the session off."""
    number = session.number

    def cancel() -> None:
        if not session.open:
            return
        options = SessionOptions(writable=True, connect_timeout=CANCEL_TIMEOUT, read_timeout=CANCEL_TIMEOUT)
        try:
            killer = connect(server, password, None, options)
        except Exception:  # noqa: BLE001 - whatever it was, the session must stop
            session.cut()
            return
        try:
            deadline = time.monotonic() + CANCEL_TIMEOUT
            while session.open and _is_running(killer, number):
                if time.monotonic() > deadline:
                    session.cut()
                    return
                killer.run(f"KILL QUERY {number}")
                time.sleep(0.02)
        except Exception:  # noqa: BLE001 - as above
            session.cut()
        finally:
            killer.close()

    return cancel


def _is_running(connection: MysqlConnection, number: int) -> bool:
    command = connection.value("SELECT COMMAND FROM information_schema.PROCESSLIST WHERE ID = %s", [number])
    return command in ("Query", "Execute")
