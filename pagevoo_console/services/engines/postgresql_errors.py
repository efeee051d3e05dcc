"""PostgreSQL's errors as ours: by SQLSTATE, which no server translates; by text only where there is no SQLSTATE."""

from __future__ import annotations

import re

import psycopg

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

_LIBPQ_PREFIX = re.compile(
    r'(connection (failed|is bad): )?connection to server (at ".*?"( \(.*?\))?, port \d+|on socket ".*?") failed: '
    r"((FATAL|ERROR): +)?"
)
_TRY_AGAIN = "Try again; if it goes on, look at the server's log."
_NOT_ANSWERING = "Check that the server runs, its address and port, and any firewall in between."


def explain(error: BaseException, server: Server | None) -> ConsoleError:
    """Any error of a session. SQLAlchemy's wrapping, statements and parameters are left behind."""
    if isinstance(error, ConsoleError):
        return error
    cause = getattr(error, "orig", None) or error
    if isinstance(cause, ConsoleError):
        return cause
    where = server.address if server is not None else "the server"
    if isinstance(cause, psycopg.Error):
        return _explain_driver(cause, where)
    if isinstance(cause, UnicodeError):
        return Failed(f"{where} sent or was sent text that is not valid UTF-8", hint="Look at the database's encoding.")
    if isinstance(cause, OSError):
        return Unreachable(f"{where} does not answer: {cause.strerror or type(cause).__name__}", hint=_NOT_ANSWERING)
    return Failed(f"{where}: {type(cause).__name__}", hint=_TRY_AGAIN)


def explain_connecting(error: Exception, server: Server, database: str) -> ConsoleError:
    """Why a session did not come about. libpq keeps no SQLSTATE of a refused login, so here the text decides."""
    where = server.address
    told = _reason(str(error))
    # The names are somebody else's: without them, no name can be mistaken for the server's words.
    text = str(error).replace(f'"{database}"', '"…"').replace(f'"{server.user}"', '"…"')
    if _says(
        text,
        "password authentication failed",
        "no password supplied",
        "authentication failed",
        "is not permitted to log in",
    ):
        return AccessDenied(
            f"{where} does not let {server.user!r} in: the user name or the password is wrong",
            hint="Check the user and its password; pg_hba.conf of the server decides who may come from where.",
        )
    if _says(text, "role .* does not exist"):
        return AccessDenied(
            f"{where} knows no user {server.user!r}", hint="Check the user's name, or create the role on the server."
        )
    if _says(text, "no pg_hba.conf entry", "pg_hba.conf rejects"):
        return AccessDenied(
            f"{where} lets nobody in as {server.user!r} to {database!r} this way",
            hint="Add a line for this user, database, address and TLS to the server's pg_hba.conf.",
        )
    if _says(text, 'requirement "scram-sha-256" failed', "server did not complete authentication"):
        return AccessDenied(
            f"{where} asks for the password in a form that would give it away",
            hint="Set password_encryption and pg_hba.conf of the server to scram-sha-256, then set the password anew.",
        )
    if _says(text, "cannot connect to invalid database"):
        return _invalid_database(f"The database {database!r} on {where}")
    if _says(text, "database .* does not exist"):
        return _no_database(database, where)
    if _says(text, "permission denied for database", "not currently accepting connections"):
        return MissingPrivilege(
            f"{server.user!r} may not connect to the database {database!r} on {where}",
            hint="Grant CONNECT on the database to this user, or allow connections to it.",
        )
    if _says(text, "server does not support SSL", "certificate", "SSL error", "channel binding"):
        return Unreachable(
            f"{where} cannot be trusted: {told}",
            code="tls",
            hint="Name the authority that signed the server's certificate with --tls-ca, and use the host name in it.",
        )
    if _says(text, "too many clients", "remaining connection slots", "too many connections"):
        return _too_many(where)
    if isinstance(error, psycopg.Error) and error.sqlstate:
        return _explain_driver(error, where)
    if _says(text, "FATAL"):
        return AccessDenied(
            f"{where} refused the session: {told}", hint="The server's own words say why; its log may say more."
        )
    if _says(text, "timeout expired"):
        return Unreachable(f"{where} does not answer in time", hint=_NOT_ANSWERING)
    return Unreachable(f"{where} does not answer: {told}", hint=_NOT_ANSWERING)


def _explain_driver(error: psycopg.Error, where: str) -> ConsoleError:
    state = error.sqlstate or ""
    text = _primary(error)
    match state:
        case "":
            return _explain_without_state(error, where)
        case "42501":
            return MissingPrivilege(f"{where}: {text}", hint="Ask the server's administrator to grant it.")
        case "25006":
            return Refused(f"{where}: {text}", code="read_only", hint="This session only reads.")
        case "57014" if "timeout" in text:
            return Failed(f"{where}: {text}", code="timeout", hint="The server took too long; try a smaller piece.")
        case "57014":
            return Cancelled(f"{where} stopped the statement", hint="Somebody cancelled it.")
        case "40P01" | "40001":
            return Busy(
                f"{where}: {text}", code=DEADLOCK, hint="It ran into somebody else's work and was undone; try again."
            )
        case "55P03":
            return Busy(f"{where}: {text}", hint="Somebody else holds what this needs; try again in a moment.")
        case "55006":
            return Busy(f"{where}: {text}", hint="End the sessions that use it, then try again.")
        case "42P04":
            return Refused(f"{where}: {text}", code="database_exists", hint="A database that exists is never adopted.")
        case "3D000" | "3F000" | "42P01" | "42883" | "42703" | "42704":
            return NotFound(f"{where}: {text}", hint="Check the name; it may have been dropped or renamed meanwhile.")
        case "53300":
            return _too_many(where)
        case "53100":
            return Failed(f"{where}: {text}", code="disk_full", hint="Make room on the server's disk, then try again.")
        case "55000" if "invalid database" in text:
            return _invalid_database(f"{where}: the database")
        case "57P01" | "57P02" | "57P03" | "57P05" | "25P03":
            return Unreachable(f"{where} ended the session: {text}", hint=_TRY_AGAIN)
    if state.startswith("08"):
        return Unreachable(f"{where}: {text}", hint=_NOT_ANSWERING)
    if state.startswith("28"):
        return AccessDenied(f"{where}: {text}", hint="Check the user, its password and its rights.")
    if state.startswith("22"):
        text = re.sub(r': ".*', "", text, flags=re.DOTALL)
    return Failed(f"{where}: {text}", hint=_TRY_AGAIN)


def _explain_without_state(error: psycopg.Error, where: str) -> ConsoleError:
    text = _first_line(str(error))
    if isinstance(error, psycopg.OperationalError | psycopg.InterfaceError):
        if "timeout" in text:
            return Unreachable(f"{where} stopped answering", hint=_NOT_ANSWERING)
        return Unreachable(f"The session with {where} was lost: {text}", hint=_TRY_AGAIN)
    return Failed(f"{where}: {text}", hint=_TRY_AGAIN)


def _primary(error: psycopg.Error) -> str:
    text = error.diag.message_primary or _first_line(str(error)) or type(error).__name__
    context = error.diag.table_name
    return f"{text} (table {context!r})" if context and context not in text else text


def _first_line(text: str) -> str:
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    return lines[0] if lines else ""


def _reason(text: str) -> str:
    """What went wrong, without the address that libpq puts before it: ours says it already, as it was typed."""
    line = _first_line(text)
    found = _LIBPQ_PREFIX.match(line)
    return line if found is None else line[found.end() :]


def _says(text: str, *patterns: str) -> bool:
    return any(re.search(pattern, text) for pattern in patterns)


def _no_database(name: str, where: str) -> NotFound:
    return NotFound(
        f"There is no database {name!r} on {where}", hint="Check the name; the registry may name one that was dropped."
    )


def _invalid_database(what: str) -> Failed:
    return Failed(
        f"{what} is what an interrupted DROP DATABASE left behind",
        code="invalid_database",
        hint="Nothing can be read from it any more; drop it again.",
    )


def _too_many(where: str) -> Unreachable:
    return Unreachable(
        f"{where} has no free session",
        code="too_many_connections",
        hint="Wait until others have finished, or raise max_connections.",
    )
