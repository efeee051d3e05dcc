"""MySQL's and MariaDB's errors as ours, by number: the texts are translated by some servers, the numbers never."""

from __future__ import annotations

import re
import socket
import ssl

import pymysql

from pagevoo_console.domain.errors import (
    DEADLOCK,
    AccessDenied,
    Busy,
    Cancelled,
    ConsoleError,
    Failed,
    MissingPrivilege,
    NotFound,
    Refused,
    Unreachable,
)
from pagevoo_console.domain.server import Server

NO_SUCH_DATABASE = 1049
NO_SUCH_TABLE = 1146
DATABASE_EXISTS = 1007
DATABASE_GONE = 1008

_TRY_AGAIN = "Try again; if it goes on, look at the server's log."
_NOT_ANSWERING = "Check that the server runs, its address and port, and any firewall in between."

_DENIED = {1045, 1698, 1130, 1129, 1820, 1862, 3118, 4151, 1251, 1275, 2059, 2061}
_UNPRIVILEGED = {1044, 1142, 1143, 1227, 1370, 1410, 1356, 1132, 1211, 3879}
_MISTRUSTED = {1418, 1419}
_MISSING = {NO_SUCH_DATABASE, NO_SUCH_TABLE, DATABASE_GONE, 1051, 1054, 1109, 1305, 1360, 1094, 4091}
_LOCKED = {1205, 1614, 3572, 1099, 1100}
_DEADLOCK = 1213
_FULL_OF_SESSIONS = {1040, 1203, 1226}
_LOST = {2006, 2013, 2014, 2055, 1053, 1077, 1078, 1079, 1080, 1158, 1159, 1160, 1161, 1184, 1927, 4031}
_DISK_FULL = {1021, 1114, 3, 28}
_NAMING = {1115, 1273, 1286, 1298}
"""What they quote is the name of a character set, a collation, a storage engine, a time zone: nobody's value."""
_VALUES = re.compile(r"(?:value|entry|near|item|string|date|time)?:? '(?:[^']|'')*'(?= for (?:key|column|function)|\Z)")


class RefusedPlugin:
    """Stands in the place of the ways to log in that would hand the password over in clear text, or nearly so."""

    def __init__(self, _connection: object) -> None:
        pass

    def authenticate(self, _packet: object) -> object:
        raise pymysql.err.OperationalError(2059, "The server asks for the password in clear text")


class HandshakeTimeout(Exception):
    """The server did not finish its greeting in time."""


def number_of(error: BaseException) -> int | None:
    """The server's or the driver's error number, None for what carries none."""
    cause = getattr(error, "orig", None) or error
    if isinstance(cause, pymysql.Error) and cause.args and isinstance(cause.args[0], int):
        return cause.args[0]
    return None


def text_of(error: BaseException) -> str:
    """The server's own words, without SQLAlchemy's wrapping."""
    cause = getattr(error, "orig", None) or error
    return str(cause.args[1]) if len(cause.args) > 1 else str(cause)


def explain(error: BaseException, server: Server | None) -> ConsoleError:
    """Any error of a session. Statements, parameters and the values that the server quotes are left behind."""
    cause = getattr(error, "orig", None) or error
    if isinstance(cause, ConsoleError):
        return cause
    where = server.address if server is not None else "the server"
    number = number_of(cause)
    if isinstance(cause, pymysql.err.InterfaceError):
        return Unreachable(f"The session with {where} is closed", hint=_TRY_AGAIN)
    if number is not None and isinstance(cause, pymysql.Error):
        return _explain_number(number, text_of(cause), cause, where)
    if isinstance(cause, UnicodeError):
        return Failed(f"{where} sent text that is not valid UTF-8", hint="Look at the table's character set.")
    if isinstance(cause, ssl.SSLError):
        return _untrusted(cause, where)
    if isinstance(cause, OSError):
        return Unreachable(f"{where} does not answer: {cause.strerror or type(cause).__name__}", hint=_NOT_ANSWERING)
    return Failed(f"{where}: {type(cause).__name__}", hint=_TRY_AGAIN)


def explain_connecting(error: BaseException, server: Server, database: str | None) -> ConsoleError:
    """Why a session did not come about."""
    where = server.address
    number = number_of(error)
    cause = getattr(error, "original_exception", error)
    if isinstance(error, HandshakeTimeout):
        return Unreachable(f"{where} accepts the connection and then stays silent", hint=_NOT_ANSWERING)
    if isinstance(cause, ssl.SSLError):
        return _untrusted(cause, where)
    if number == 2026:
        return Unreachable(
            f"{where} offers no TLS",
            code="tls",
            hint="Set up TLS on the server, or choose --tls off where the network itself is safe.",
        )
    if number == NO_SUCH_DATABASE or (number == 1044 and database is not None and _hides(error, database)):
        return NotFound(
            f"There is no database {database!r} on {where}",
            hint="Check the name; the registry may name one that was dropped.",
        )
    if number == 2059:
        return AccessDenied(
            f"{where} asks for the password in a form that would give it away",
            hint="Have the account identified with mysql_native_password, ed25519 or caching_sha2_password.",
        )
    if number in (1045, 1698):
        return AccessDenied(
            f"{where} does not let {server.user!r} in: the user name or the password is wrong",
            hint="Check the user and its password, and from which hosts the account may come.",
        )
    if isinstance(cause, socket.gaierror):
        return unresolved(server)
    if isinstance(cause, TimeoutError):
        return Unreachable(f"{where} does not answer in time", hint=_NOT_ANSWERING)
    if number in (None, 2003, 2002) and isinstance(cause, OSError):
        return Unreachable(f"{where} does not answer: {cause.strerror or cause}", hint=_NOT_ANSWERING)
    if number is not None:
        return explain(error, server)
    return Unreachable(
        f"{where} does not speak MySQL's protocol", hint="Check the port; another program may listen there."
    )


def unresolved(server: Server) -> Unreachable:
    return Unreachable(
        f"The name {server.host!r} of {server.address} does not resolve",
        hint="Check the spelling of the host, the network and the name server.",
    )


def _hides(error: BaseException, database: str) -> bool:
    """A server tells an account without rights on a database the same whether it is there or not."""
    return f"'{database}'" in text_of(error)


def _explain_number(number: int, text: str, error: pymysql.Error, where: str) -> ConsoleError:
    told = f"{where}: {text if number in _NAMING else _without_values(text)}"
    if number in _DENIED:
        return AccessDenied(told, hint="Check the user, its password and from which hosts it may come.")
    if number in _MISTRUSTED:
        return MissingPrivilege(
            told,
            hint="Set log_bin_trust_function_creators on the server, or use an account that may write its binary log.",
        )
    if number in _UNPRIVILEGED:
        return MissingPrivilege(told, hint="Ask the server's administrator to grant it.")
    if number in _MISSING:
        return NotFound(told, hint="Check the name; it may have been dropped or renamed meanwhile.")
    if number == _DEADLOCK:
        return Busy(told, code=DEADLOCK, hint="It ran into somebody else's work and was undone; try again.")
    if number in _LOCKED:
        return Busy(told, hint="Somebody else holds what this needs; try again in a moment.")
    if number in _FULL_OF_SESSIONS:
        return Unreachable(
            f"{where} has no free session",
            code="too_many_connections",
            hint="Wait until others have finished, or raise max_connections.",
        )
    if number in _LOST:
        return Unreachable(f"The session with {where} was lost: {_without_values(text)}", hint=_TRY_AGAIN)
    if number in _DISK_FULL:
        return Failed(told, code="disk_full", hint="Make room on the server's disk, then try again.")
    match number:
        case 1317:
            return Cancelled(f"{where} stopped the statement", hint="Somebody cancelled it.")
        case 1969 | 3024:
            return Failed(f"{where}: the statement took too long", code="timeout", hint="Try a smaller piece.")
        case 1792:
            return Refused(told, code="read_only", hint="This session only reads.")
        case 1290 | 1836:
            return Refused(told, code="server_read_only", hint="This server takes no changes; use its primary.")
        case 1007:
            return Refused(told, code="database_exists", hint="A database that exists is never adopted.")
        case 1153 | 1301:
            return Failed(told, code="too_large", hint="Raise max_allowed_packet on the server.")
        case 1064 | 1065 | 1149:
            return Failed(f"{where} does not understand the statement", code="syntax", hint="Check the statement.")
        case 2002 | 2003 | 2005:
            return Unreachable(f"{where} does not answer", hint=_NOT_ANSWERING)
    if isinstance(error, pymysql.err.IntegrityError | pymysql.err.DataError):
        return Failed(told, code="constraint", hint="A rule of the table says no; nothing of this row was written.")
    return Failed(told, hint=_TRY_AGAIN)


def _untrusted(error: ssl.SSLError, where: str) -> Unreachable:
    reason = getattr(error, "verify_message", "") or error.reason or "the TLS handshake failed"
    return Unreachable(
        f"{where} cannot be trusted: {reason}",
        code="tls",
        hint="Name the authority that signed the server's certificate with --tls-ca, and use the host name in it.",
    )


def _without_values(text: str) -> str:
    """The server's sentence without the row's values that it quotes; names of keys, columns and tables stay."""
    return _VALUES.sub(" …", text)
