"""*Test connection* for MySQL and MariaDB: name, TCP, TLS, login, database, privileges; each only if the last held."""

from __future__ import annotations

import time
from contextlib import closing
from dataclasses import dataclass, field

import pymysql

from pagevoo_console.domain.errors import AccessDenied, ConsoleError, MissingPrivilege, NotFound, Unreachable
from pagevoo_console.domain.server import CheckLayer, CheckResult, CheckStep, Server, Tls
from pagevoo_console.services.engines.base import SessionOptions
from pagevoo_console.services.engines.mysql_databases import granted
from pagevoo_console.services.engines.mysql_errors import explain
from pagevoo_console.services.engines.mysql_session import MysqlConnection, addresses_of, connect, knock

TIMEOUT_SECONDS = 5.0
_NEEDED = (
    "SELECT",
    "INSERT",
    "UPDATE",
    "DELETE",
    "CREATE",
    "DROP",
    "ALTER",
    "INDEX",
    "REFERENCES",
    "TRIGGER",
    "SHOW VIEW",
)


@dataclass
class _Checkup:
    """The steps so far, and how to end with them."""

    steps: list[CheckStep] = field(default_factory=list)

    def passed(self, layer: CheckLayer, detail: str, began: float) -> None:
        self.steps.append(CheckStep(layer, True, f"{detail} ({(time.perf_counter() - began) * 1000:.1f} ms)"))

    def failed(self, layer: CheckLayer, error: ConsoleError) -> CheckResult:
        self.steps.append(CheckStep(layer, False, error.message, error.hint))
        return CheckResult(False, tuple(self.steps), problem=error.message, hint=error.hint)


def check(server: Server, password: str | None, database: str | None) -> CheckResult:
    checkup = _Checkup()
    began = time.perf_counter()
    try:
        addresses = addresses_of(server, TIMEOUT_SECONDS)
    except Unreachable as error:
        return checkup.failed(CheckLayer.NAME, error)
    told = ", ".join(address if isinstance(address, str) else address[0] for address in addresses)
    checkup.passed(CheckLayer.NAME, f"{server.socket or server.host} is {told}", began)
    began = time.perf_counter()
    try:
        knock(addresses, TIMEOUT_SECONDS).close()
    except OSError as error:
        return checkup.failed(CheckLayer.TCP, _nobody_there(server, error))
    checkup.passed(CheckLayer.TCP, f"{server.address} accepts connections", began)
    began = time.perf_counter()
    options = SessionOptions(connect_timeout=TIMEOUT_SECONDS, read_timeout=TIMEOUT_SECONDS)
    try:
        connection = connect(server, password, None, options)
    except ConsoleError as error:
        return _refused_login(checkup, server, error, began)
    with closing(connection):
        _tell_tls(checkup, server, connection, began)
        checkup.passed(CheckLayer.LOGIN, f"{server.user} may log in", began)
        try:
            return _look_inside(checkup, server, connection, database)
        except pymysql.Error as error:
            return checkup.failed(CheckLayer.DATABASE, explain(error, server))


def _nobody_there(server: Server, error: OSError) -> Unreachable:
    reason = " in time" if isinstance(error, TimeoutError) else f": {error.strerror or error}"
    return Unreachable(
        f"{server.address} does not answer{reason}",
        hint="Check that the server runs, its address and port, and any firewall in between.",
    )


def _refused_login(checkup: _Checkup, server: Server, error: ConsoleError, began: float) -> CheckResult:
    if error.code == "tls":
        return checkup.failed(CheckLayer.TLS, error)
    if isinstance(error, AccessDenied):
        if _wants_tls(server):
            checkup.passed(CheckLayer.TLS, "The connection is encrypted", began)
        return checkup.failed(CheckLayer.LOGIN, error)
    return checkup.failed(CheckLayer.LOGIN, error)


def _wants_tls(server: Server) -> bool:
    return not server.socket and server.effective_tls is not Tls.OFF


def _tell_tls(checkup: _Checkup, server: Server, connection: MysqlConnection, began: float) -> None:
    if not _wants_tls(server):
        return
    cipher = dict(connection.rows("SHOW SESSION STATUS LIKE 'Ssl_cipher'")).get("Ssl_cipher", "")
    verified = "verified" if server.effective_tls is Tls.VERIFIED else "not verified"
    checkup.passed(CheckLayer.TLS, f"{cipher}, the server's name is {verified}", began)


def _look_inside(checkup: _Checkup, server: Server, connection: MysqlConnection, database: str | None) -> CheckResult:
    began = time.perf_counter()
    version = str(connection.value("SELECT VERSION()"))
    latency_ms = (time.perf_counter() - began) * 1000
    if database is not None:
        began = time.perf_counter()
        try:
            connection.select_db(database)
        except pymysql.Error as error:
            return checkup.failed(CheckLayer.DATABASE, _no_database(server, database, error))
        checkup.passed(CheckLayer.DATABASE, f"The database {database!r} answers", began)
    began = time.perf_counter()
    missing = _missing_privileges(connection, database)
    if not missing:
        checkup.passed(CheckLayer.PRIVILEGES, f"{server.user} may do all that the console does", began)
        return CheckResult(True, tuple(checkup.steps), latency_ms, version)
    problem = f"{server.user!r} lacks {', '.join(missing)} on {server.address}"
    hint = "Have an administrator grant it. Looking at what is there works without."
    checkup.steps.append(CheckStep(CheckLayer.PRIVILEGES, False, problem, hint))
    return CheckResult(True, tuple(checkup.steps), latency_ms, version, problem, hint)


def _no_database(server: Server, database: str, error: pymysql.Error) -> ConsoleError:
    explained = explain(error, server)
    if isinstance(explained, NotFound | MissingPrivilege):
        return NotFound(
            f"There is no database {database!r} on {server.address} that {server.user!r} may see",
            hint="Check the name; the registry may name one that was dropped. Or grant the account rights on it.",
        )
    return explained


def _missing_privileges(connection: MysqlConnection, database: str | None) -> list[str]:
    _, here = granted(connection, database)
    if "ALL PRIVILEGES" in here:
        return []
    return [name for name in _NEEDED if name not in here]
