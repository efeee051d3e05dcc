"""Saved connections: one file in the configuration folder, and their passwords in the keyring."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path
from typing import Any

import filelock
import msgspec
import tomlkit

from pagevoo_console.domain.errors import Busy, NotFound, Refused, WrongUsage
from pagevoo_console.domain.server import Connection, Environment, Server, Tls
from pagevoo_console.services.keyring_access import CODE as NO_SECRET_STORE
from pagevoo_console.services.private_files import make_folder, read_small, write_private
from pagevoo_console.services.secrets import Secret, Secrets
from pagevoo_console.services.server_url import MASTER, parse_master_url, parse_server_url, server_url
from pagevoo_console.services.strict_toml import bad_file, one_of, read_toml

CODE = "connections_file"

_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")
_LOCK_SECONDS = 5.0


class _ServerEntry(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A server as the file has it: a URL without a password."""

    url: str
    tls: Tls | None = None
    tls_ca: str = ""


@dataclass(frozen=True, slots=True)
class _Entry:
    """A connection as the file has it. `tenants_on_master` is asked only where there are other servers."""

    platform: str
    url: str
    environment: Environment = Environment.PRODUCTION
    tls: Tls | None = None
    tls_ca: str = ""
    tenants_on_master: bool = True
    servers: dict[str, _ServerEntry] = field(default_factory=dict)
    env: dict[str, str] = field(default_factory=dict)


class _File(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    default: str = ""
    connections: dict[str, _Entry] = {}


@dataclass(frozen=True, slots=True)
class _Saved:
    """What the file means."""

    default: str = ""
    connections: dict[str, Connection] = field(default_factory=dict)

    def get(self, name: str) -> Connection:
        try:
            return self.connections[name]
        except KeyError:
            raise NotFound(
                f"There is no saved connection {name!r}{one_of(name, self.connections)}",
                hint="`connection list` shows them, `connection add` makes one.",
            ) from None


class SavedConnections:
    """Reads and writes `connections.toml`. Safe to call from any thread and beside another console."""

    def __init__(self, folder: Path, secrets: Secrets) -> None:
        self._path = folder / "connections.toml"
        self._secrets = secrets

    @property
    def path(self) -> Path:
        return self._path

    @property
    def secrets(self) -> Secrets:
        """Where the passwords of these connections are."""
        return self._secrets

    # --- reading ----------------------------------------------------------------------------------------------------

    def list(self) -> tuple[Connection, ...]:
        """All connections by name. Raises Failed (`connections_file`), naming file, key and the nearest right key."""
        saved = self._read()
        return tuple(saved.connections[name] for name in sorted(saved.connections))

    def get(self, name: str) -> Connection:
        """One connection; raises NotFound, naming the nearest one."""
        return self._read().get(name)

    def default(self) -> Connection | None:
        """The connection to use where none is named: the chosen one or the only one."""
        saved = self._read()
        if saved.default:
            return saved.get(saved.default)
        return next(iter(saved.connections.values())) if len(saved.connections) == 1 else None

    # --- writing ----------------------------------------------------------------------------------------------------

    def add(self, connection: Connection, secret: Secret | None = None) -> Connection:
        """Save a connection, its password first: where there is no place for that, nothing is saved.

        Answers the connection with the credentials' names in it. Raises WrongUsage for a name that cannot be one,
        Refused (`connection_exists`, `no_secret_store`).
        """
        _check_name(connection.name, "connection")
        named = _with_credentials(connection)
        with self._changing() as (saved, document):
            if connection.name in saved.connections:
                raise Refused(
                    f"There is already a connection {connection.name!r}",
                    code="connection_exists",
                    hint=f"`connection remove {connection.name}` first, or choose another name.",
                )
            self._keep(named.master, secret, lambda: self._put(document, named))
        return named

    def add_or_ask(self, connection: Connection, secret: Secret | None) -> tuple[Connection, str]:
        """Save a connection whose password came along unasked (`import-env`): kept where there is a place for it.

        Where there is none the connection is saved without it; the answer's text says so and what to do, and is empty
        otherwise. Raises WrongUsage, Refused (`connection_exists`).
        """
        try:
            return self.add(connection, secret), ""
        except Refused as error:
            if error.code != NO_SECRET_STORE:
                raise
            return self.add(connection), f"{error.message}, so the password was not saved. {error.hint}"

    def update(self, connection: Connection, secret: Secret | None = None) -> Connection:
        """Save a connection in the place of the one of this name; a password only where one is given."""
        named = _with_credentials(connection)
        with self._changing() as (saved, document):
            saved.get(connection.name)
            self._keep(named.master, secret, lambda: self._put(document, named))
        return named

    def add_server(self, connection: str, server: Server, secret: Secret | None = None) -> Connection:
        """Add a tenant server with a credential of its own.

        The master's server goes on holding the tenants that it has. Raises Refused (`server_exists`).
        """
        _check_name(server.name, "server")
        with self._changing() as (saved, document):
            before = saved.get(connection)
            if server.name in {MASTER, *(known.name for known in before.tenant_servers)}:
                raise Refused(
                    f"Connection {connection} has a server {server.name!r} already",
                    code="server_exists",
                    hint="Choose another name; it will stand in the platform's registry.",
                )
            named = _with_credentials(replace(before, tenant_servers=(*before.servers, server)))
            self._keep(named.tenant_servers[-1], secret, lambda: self._put(document, named))
        return named

    def remove(self, name: str) -> None:
        """Forget a connection and its passwords. Raises NotFound, or Refused when the keyring cannot be reached."""
        with self._changing() as (saved, document):
            connection = saved.get(name)
            for server in {connection.master, *connection.tenant_servers}:
                self._secrets.delete(server)
            del document["connections"][name]
            if saved.default == name:
                del document["default"]
            self._write(document)

    def set_default(self, name: str) -> None:
        """Use this connection where none is named. Raises NotFound."""
        with self._changing() as (saved, document):
            saved.get(name)
            document["default"] = name
            self._write(document)

    # --- the file ---------------------------------------------------------------------------------------------------

    def _read(self) -> _Saved:
        try:
            text = read_small(self._path)
        except NotFound:
            return _Saved()
        file = read_toml(text, _File, file=str(self._path), code=CODE)
        mistakes = [f"'connections' cannot name {name!r}" for name in file.connections if not _NAME.fullmatch(name)]
        if file.default and file.default not in file.connections:
            mistakes.append(f"'default' names no connection: {file.default!r}{one_of(file.default, file.connections)}")
        if mistakes:
            raise bad_file(str(self._path), mistakes, CODE)
        return _Saved(file.default, {name: self._connection(name, entry) for name, entry in file.connections.items()})

    @contextmanager
    def _changing(self) -> Iterator[tuple[_Saved, tomlkit.TOMLDocument]]:
        """The file and its document, for one writer at a time."""
        make_folder(self._path.parent)
        lock = filelock.FileLock(self._path.with_name(".connections.lock"), timeout=_LOCK_SECONDS, mode=0o600)
        try:
            lock.acquire()
        except filelock.Timeout as error:
            raise Busy(
                f"{self._path} is being changed by another console", hint="Try again when it has finished."
            ) from error
        try:
            saved = self._read()
            yield saved, tomlkit.parse(read_small(self._path)) if self._path.exists() else tomlkit.document()
        finally:
            lock.release()

    def _keep(self, server: Server, secret: Secret | None, write: Callable[[], None]) -> None:
        """Store the password, then write; a password whose connection could not be written is taken back."""
        if secret is None:
            write()
            return
        self._secrets.store(server, secret)
        try:
            write()
        except BaseException:
            self._secrets.delete(server)
            raise

    def _put(self, document: tomlkit.TOMLDocument, connection: Connection) -> None:
        document.setdefault("connections", tomlkit.table(is_super_table=True))[connection.name] = _table(connection)
        self._write(document)

    def _write(self, document: tomlkit.TOMLDocument) -> None:
        write_private(self._path, tomlkit.dumps(document))

    def _connection(self, name: str, entry: _Entry) -> Connection:
        key = f"connections.{name}"
        parse = partial(parse_master_url, entry.url, tls=entry.tls, tls_ca=entry.tls_ca)
        master, database = self._told(f"{key}.url", parse)
        servers = []
        for server_name, saved in entry.servers.items():
            place = f"{key}.servers.{server_name}"
            parse = partial(parse_server_url, saved.url, name=server_name, tls=saved.tls, tls_ca=saved.tls_ca)
            server, _ = self._told(f"{place}.url", parse)
            if server_name == MASTER or not _NAME.fullmatch(server_name):
                raise bad_file(str(self._path), [f"{place!r} cannot be a server's name"], CODE)
            servers.append(server)
        if servers and entry.tenants_on_master:
            servers.insert(0, master)
        return _with_credentials(
            Connection(
                name=name,
                platform=entry.platform,
                master=master,
                master_database=database,
                environment=entry.environment,
                tenant_servers=tuple(servers),
                env_overrides=dict(entry.env),
            )
        )

    def _told(self, key: str, parse: Callable[[], tuple[Server, str, str | None]]) -> tuple[Server, str]:
        """A server and its database; mistakes in their URL are mistakes in this file."""
        try:
            server, database, password = parse()
        except WrongUsage as error:
            raise bad_file(str(self._path), [f"{key!r}: {error.message}"], CODE) from error
        if password is not None:
            raise bad_file(str(self._path), [f"{key!r} holds a password, which belongs into the keyring"], CODE)
        return server, database


def _with_credentials(connection: Connection) -> Connection:
    """The connection with the names under which the keyring keeps its passwords."""

    def named(server: Server) -> Server:
        if server.directory:
            return server
        suffix = "" if server.name == connection.master.name else f"/{server.name}"
        return replace(server, credential=f"{connection.name}{suffix}")

    return replace(
        connection,
        master=named(connection.master),
        tenant_servers=tuple(named(server) for server in connection.tenant_servers),
    )


def _table(connection: Connection) -> tomlkit.items.Table:
    table = tomlkit.table()
    table["platform"] = connection.platform
    table["url"] = server_url(connection.master, connection.master_database)
    table["environment"] = str(connection.environment)
    _put_tls(table, connection.master)
    others = [server for server in connection.tenant_servers if server.name != connection.master.name]
    if others and len(others) == len(connection.tenant_servers):
        table["tenants_on_master"] = False
    if connection.env_overrides:
        env = tomlkit.table()
        env.update(connection.env_overrides)
        table["env"] = env
    if others:
        servers = tomlkit.table(is_super_table=True)
        for server in others:
            saved = tomlkit.table()
            saved["url"] = server_url(server)
            _put_tls(saved, server)
            servers[server.name] = saved
        table["servers"] = servers
    return table


def _put_tls(table: Any, server: Server) -> None:
    if server.tls is not None:
        table["tls"] = str(server.tls)
    if server.tls_ca:
        table["tls_ca"] = server.tls_ca


def _check_name(name: str, what: str) -> None:
    if _NAME.fullmatch(name) is None:
        raise WrongUsage(
            f"{name[:80]!r} cannot be the name of a {what}",
            code="invalid_name",
            hint="Letters, digits, '.', '_' and '-', at most 64, beginning with a letter or a digit.",
        )
