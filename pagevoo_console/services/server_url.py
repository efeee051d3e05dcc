"""Servers and masters as SQLAlchemy URLs, read strictly. No message ever repeats what may hold a secret."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote, unquote

import sqlalchemy as sa

from pagevoo_console.domain.errors import WrongUsage
from pagevoo_console.domain.server import Server, Tls
from pagevoo_console.services.engines.catalogue import SCHEMES
from pagevoo_console.services.engines.sqlite_files import SUFFIXES
from pagevoo_console.services.strict_toml import one_of

MASTER = "master"
"""What the master's own server is called: the name that a registry row without another server means."""


@dataclass(frozen=True, slots=True)
class _Dialect:
    """How URLs of one engine are written. `socket_key` is the query's key for a local socket."""

    port: int
    socket_key: str
    ignored_keys: frozenset[str]
    example: str


_DIALECTS = {
    "mysql": _Dialect(3306, "unix_socket", frozenset({"charset"}), "mysql+pymysql://user@host:3306/database"),
    "postgresql": _Dialect(5432, "host", frozenset(), "postgresql+psycopg://user@host:5432/database"),
}
_FILE_EXAMPLE = "sqlite:////folder/pagevoo_core.db"
_HINTS = {
    "password": "A password in a URL is seen by everybody on the machine; give it by itself.",
    "ssl": "Say --tls off, required or verified, and --tls-ca FILE for an authority of your own.",
}


def parse_master_url(
    text: str, *, name: str = MASTER, tls: Tls | None = None, tls_ca: str = ""
) -> tuple[Server, str, str | None]:
    """A master's server, the name of its database, and the password where the URL holds one: refuse it or store it.

    For SQLite the database is the file's name within the server's folder, without `.db`. Raises WrongUsage.
    """
    server, database, password = parse_server_url(text, name=name, tls=tls, tls_ca=tls_ca)
    if not database:
        raise WrongUsage("The URL names no database", hint="The master database stands behind the last slash.")
    return server, database, password


def parse_server_url(
    text: str, *, name: str, tls: Tls | None = None, tls_ca: str = ""
) -> tuple[Server, str, str | None]:
    """The same for a server where the database may be left out; for SQLite the path is then a folder."""
    scheme, separator, _ = text.partition("://")
    if not separator or SCHEMES.get(scheme) is None:
        shown = f"{scheme}://" if separator and len(scheme) <= 40 and scheme.isprintable() else "This"
        raise WrongUsage(
            f"{shown} is no URL of a database that the console knows",
            code="unknown_engine" if separator else None,
            hint=f"A URL begins with one of {', '.join(f'{known}://' for known in SCHEMES)}.",
        )
    engine = SCHEMES[scheme]
    if engine not in _DIALECTS:
        return _file_server(text, name, engine)
    dialect = _DIALECTS[engine]
    url = _parse(text, dialect.example)
    socket = _socket(url, dialect)
    port = dialect.port if url.port is None else url.port
    if not 0 < port < 65536:
        raise WrongUsage("The URL's port is none: ports go from 1 to 65535", hint=f"For example {dialect.example}")
    if not url.username:
        raise WrongUsage("The URL names no user", hint=f"For example {dialect.example}")
    if not url.host and not socket:
        raise WrongUsage("The URL names neither a host nor a local socket", hint=f"For example {dialect.example}")
    server = Server(
        name=name,
        engine=engine,
        host=url.host or "",
        port=port,
        user=url.username,
        socket=socket,
        tls=tls,
        tls_ca=os.path.abspath(tls_ca) if tls_ca else "",
    )
    return server, unquote(url.database or ""), None if url.password is None else str(url.password)


def server_url(server: Server, database: str = "") -> str:
    """The URL that leads to this server, for showing and saving. Never holds a password."""
    if server.directory:
        name = database if not database or database.endswith(SUFFIXES) else f"{database}.db"
        return f"sqlite:///{os.path.join(server.directory, name)}"
    scheme = next(scheme for scheme, engine in SCHEMES.items() if engine == server.engine and "+" in scheme)
    host = f"[{server.host}]" if ":" in server.host else server.host
    port = f":{server.port}" if host and server.port else ""
    key = _DIALECTS[server.engine].socket_key
    query = f"?{key}={quote(server.socket, safe='/')}" if server.socket else ""
    return f"{scheme}://{quote(server.user, safe='')}@{host}{port}/{quote(database, safe='')}{query}"


def _file_server(text: str, name: str, engine: str) -> tuple[Server, str, None]:
    url = _parse(text, _FILE_EXAMPLE)
    for key in url.query:
        raise _unknown_key(key, ())
    if url.host or url.username:
        raise WrongUsage("A SQLite URL has three slashes and then a path", hint=f"For example {_FILE_EXAMPLE}")
    if not url.database or url.database == ":memory:" or "\0" in url.database:
        raise WrongUsage("The URL names no file", hint=f"For example {_FILE_EXAMPLE}")
    path = Path(os.path.abspath(url.database))
    if url.database.endswith("/") or path.is_dir():
        return Server(name=name, engine=engine, directory=str(path)), "", None
    if path.suffix not in SUFFIXES:
        raise WrongUsage(
            f"{path.name!r} cannot be told from a database without its ending",
            hint=f"The master's file ends in {', '.join(SUFFIXES)}.",
        )
    database = path.stem if path.suffix == ".db" else path.name
    if path.suffix == ".db" and database.endswith(SUFFIXES):
        raise WrongUsage(f"{path.name!r} has two endings", hint="Give the file one ending.")
    return Server(name=name, engine=engine, directory=str(path.parent)), database, None


def _parse(text: str, example: str) -> sa.URL:
    """What SQLAlchemy makes of it. Its errors may repeat pieces of the text, so they are neither shown nor chained."""
    try:
        url = sa.make_url(text)
    except (sa.exc.ArgumentError, ValueError):
        url = None
    if url is None:
        raise WrongUsage("This is no URL of a database, or its port is no number", hint=f"For example {example}")
    return url


def _socket(url: sa.URL, dialect: _Dialect) -> str:
    socket = ""
    for key, value in url.query.items():
        if key in dialect.ignored_keys:
            continue
        if key != dialect.socket_key:
            raise _unknown_key(key, (dialect.socket_key,))
        if not isinstance(value, str) or not value.startswith("/"):
            raise WrongUsage(f"The URL's {key!r} must be one absolute path", hint=f"For example {dialect.example}")
        socket = value
    return socket


def _unknown_key(key: str, known: tuple[str, ...]) -> WrongUsage:
    lowered = key.lower()
    hint = next((hint for word, hint in _HINTS.items() if word in lowered), "Remove it from the URL.")
    end = one_of(key, known) if known else ""
    return WrongUsage(f"Unknown key {key[:40]!r} in the URL{end}", hint=hint)
