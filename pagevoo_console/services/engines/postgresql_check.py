"""*Test connection* for PostgreSQL: name, TCP, TLS, login, database, privileges, up to the first no."""

from __future__ import annotations

import socket
import ssl
import struct
import time
from dataclasses import dataclass, field
from pathlib import Path

import psycopg

from pagevoo_console.domain.errors import AccessDenied, ConsoleError, MissingPrivilege, NotFound, Unreachable
from pagevoo_console.domain.server import CheckLayer, CheckResult, CheckStep, Server, Tls
from pagevoo_console.services.engines.base import SessionOptions
from pagevoo_console.services.engines.postgresql_errors import explain
from pagevoo_console.services.engines.postgresql_session import WatchedConnection, connect, resolve

TIMEOUT_SECONDS = 5.0
_SSL_REQUEST = struct.pack("!ii", 8, 80877103)


@dataclass
class _Checkup:
    """The steps so far, and how to end with them."""

    steps: list[CheckStep] = field(default_factory=list)

    def passed(self, layer: CheckLayer, detail: str) -> None:
        self.steps.append(CheckStep(layer, True, detail))

    def failed(self, layer: CheckLayer, error: ConsoleError) -> CheckResult:
        self.steps.append(CheckStep(layer, False, error.message, error.hint))
        return CheckResult(False, tuple(self.steps), problem=error.message, hint=error.hint)


def check(server: Server, password: str | None, database: str | None) -> CheckResult:
    checkup = _Checkup()
    if not server.socket:
        try:
            addresses = resolve(server, TIMEOUT_SECONDS)
        except Unreachable as error:
            return checkup.failed(CheckLayer.NAME, error)
        checkup.passed(CheckLayer.NAME, f"{server.host} is {', '.join(addresses)}")
    else:
        addresses = []
    try:
        stream = _reach(server, addresses)
    except Unreachable as error:
        return checkup.failed(CheckLayer.TCP, error)
    with stream:
        checkup.passed(CheckLayer.TCP, f"{server.address} accepts connections")
        if not server.socket and server.effective_tls is not Tls.OFF:
            try:
                cipher = _protect(server, stream)
            except Unreachable as error:
                return checkup.failed(CheckLayer.TLS, error)
            checkup.passed(CheckLayer.TLS, cipher)
    options = SessionOptions(connect_timeout=TIMEOUT_SECONDS, read_timeout=TIMEOUT_SECONDS)
    try:
        connection = connect(server, password, database, options)
    except AccessDenied as error:
        return checkup.failed(CheckLayer.LOGIN, error)
    except (NotFound, MissingPrivilege) as error:
        checkup.passed(CheckLayer.LOGIN, f"{server.user} may log in")
        return checkup.failed(CheckLayer.DATABASE, error)
    except ConsoleError as error:
        layer = {"tls": CheckLayer.TLS, "invalid_database": CheckLayer.DATABASE}.get(error.code, CheckLayer.LOGIN)
        return checkup.failed(layer, error)
    with connection:
        checkup.passed(CheckLayer.LOGIN, f"{server.user} may log in")
        return _look_inside(checkup, server, connection, database)


def _look_inside(checkup: _Checkup, server: Server, connection: WatchedConnection, database: str | None) -> CheckResult:
    try:
        began = time.perf_counter()
        connection.execute("SELECT 1")
        latency = (time.perf_counter() - began) * 1000
        row = connection.execute(
            "SELECT pg_catalog.current_setting('server_version'), rolsuper OR rolcreatedb"
            " FROM pg_catalog.pg_roles WHERE rolname = current_user"
        ).fetchone()
    except psycopg.Error as error:
        return checkup.failed(CheckLayer.DATABASE, explain(error, server))
    assert row is not None
    version, may_create = row
    if database is not None:
        checkup.passed(CheckLayer.DATABASE, f"The database {database!r} answers")
    problem = hint = None
    if may_create:
        checkup.passed(CheckLayer.PRIVILEGES, f"{server.user} may create databases")
    else:
        problem = f"{server.user!r} may not create databases on {server.address}"
        hint = "As an administrator: ALTER ROLE … CREATEDB. Reading works without it."
        checkup.steps.append(CheckStep(CheckLayer.PRIVILEGES, False, problem, hint))
    return CheckResult(True, tuple(checkup.steps), latency, str(version), problem, hint)


def _reach(server: Server, addresses: list[str]) -> socket.socket:
    port = server.port or 5432
    problem: OSError | None = None
    if server.socket:
        stream = socket.socket(socket.AF_UNIX)
        stream.settimeout(TIMEOUT_SECONDS)
        try:
            stream.connect(str(Path(server.socket) / f".s.PGSQL.{port}"))
        except OSError as error:
            stream.close()
            problem = error
        else:
            return stream
    for address in addresses:
        try:
            return socket.create_connection((address, port), TIMEOUT_SECONDS)
        except OSError as error:
            problem = error
    reason = (problem.strerror or str(problem)) if problem is not None else "it has no address"
    raise Unreachable(
        f"{server.address} does not accept connections: {reason}",
        hint="Check that the server runs, its address and port, and any firewall in between.",
    )


def _protect(server: Server, stream: socket.socket) -> str:
    """Ask for TLS as libpq does and look at the certificate with a library whose errors say which check failed."""
    try:
        stream.sendall(_SSL_REQUEST)
        answer = stream.recv(1)
    except OSError as error:
        raise Unreachable(
            f"{server.address} accepts connections and says nothing",
            hint="It may be overloaded or frozen, or no PostgreSQL at all.",
        ) from error
    if answer != b"S":
        raise Unreachable(
            f"{server.address} offers no TLS",
            code="tls",
            hint="Turn ssl on in the server's configuration; or, if the network is yours alone, save it with TLS off.",
        )
    try:
        context = ssl.create_default_context(cafile=server.tls_ca or None)
        if server.effective_tls is not Tls.VERIFIED:
            context.check_hostname = False
            context.verify_mode = ssl.CERT_NONE
        with context.wrap_socket(stream.dup(), server_hostname=server.host) as protected:
            cipher = protected.cipher()
            return f"{protected.version()}, {cipher[0] if cipher else 'no cipher'}, {server.effective_tls.value}"
    except (OSError, ValueError) as error:
        reason = error.verify_message if isinstance(error, ssl.SSLCertVerificationError) else str(error)
        raise Unreachable(
            f"{server.address} cannot be trusted: {reason}",
            code="tls",
            hint="Name the authority that signed the server's certificate with --tls-ca, and use the host name in it.",
        ) from error
