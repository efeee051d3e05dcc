"""What the connection manager has done for it in other threads: files, keyring and network. Touches no widget."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from pagevoo_console.domain.server import CheckResult, Connection, Server

if TYPE_CHECKING:
    from pagevoo_console.services.saved_connections import SavedConnections


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What this workstation has: platforms to choose from, and whether there is a place for passwords."""

    platforms: tuple[str, ...]
    keyring: str
    keyring_is_usable: bool
    why: str


@dataclass(frozen=True, slots=True)
class Listed:
    """The saved connections, and the name of the one that is opened where none is named; empty where there is none."""

    connections: tuple[Connection, ...]
    default: str


@dataclass(frozen=True, slots=True)
class Checked:
    """One server of a connection and what came of testing it."""

    name: str
    address: str
    result: CheckResult


@dataclass(frozen=True, slots=True)
class Imported:
    """What a platform's `.env` describes. The password is kept out of every `repr`."""

    connection: Connection
    password: Password
    warnings: tuple[str, ...]


class Password:
    """What somebody typed, on its way to the keyring; it shows itself to nobody."""

    __slots__ = ("_text",)

    def __init__(self, text: str = "") -> None:
        self._text = text

    def __bool__(self) -> bool:
        return bool(self._text)

    def __repr__(self) -> str:
        return "Password(…)"

    def reveal(self) -> str:
        """The password itself, for the service's own Secret and for the field it was typed into."""
        return self._text


def look_around(store: SavedConnections) -> Surroundings:
    """Asks the keyring, which may take its time."""
    from pagevoo_console.services.engines.catalogue import Engines
    from pagevoo_console.services.platforms.reader import Platforms

    state = store.secrets.state()
    return Surroundings(tuple(Platforms(Engines()).names()), state.name, state.usable, state.why)


def listed(store: SavedConnections) -> Listed:
    """Reads the file. Raises Failed where it is damaged."""
    usual = store.default()
    return Listed(store.list(), "" if usual is None else usual.name)


def normalised(connection: Connection) -> Connection:
    """The connection with its servers as their URLs are read back; raises WrongUsage for what cannot be saved."""
    from pagevoo_console.services.server_url import parse_master_url, server_url

    master = connection.master
    url = server_url(master, connection.master_database)
    server, database, _ = parse_master_url(url, tls=master.tls, tls_ca=master.tls_ca)
    return replace(connection, master=replace(server, credential=master.credential), master_database=database)


def normalised_server(server: Server) -> Server:
    """A tenant server as its URL is read back; raises WrongUsage for what cannot be saved."""
    from pagevoo_console.services.server_url import parse_server_url, server_url

    if server.directory:
        return server
    parsed, _, _ = parse_server_url(server_url(server), name=server.name, tls=server.tls, tls_ca=server.tls_ca)
    return replace(parsed, credential=server.credential)


def save(
    store: SavedConnections, connection: Connection, password: Password, *, is_new: bool, has_keyring: bool
) -> Connection:
    """Add or change a connection. Without a keyring the password is only remembered until the console is closed."""
    from pagevoo_console.services.secrets import Secret

    wanted = normalised(connection)
    secret = Secret(password.reveal()) if password else None
    kept = secret if has_keyring else None
    saved = store.add(wanted, kept) if is_new else store.update(wanted, kept)
    if secret is not None and not has_keyring:
        store.secrets.remember(saved.master, secret)
    return saved


def add_server(
    store: SavedConnections, connection: str, server: Server, password: Password, *, has_keyring: bool
) -> Connection:
    """Add a tenant server to a saved connection."""
    from pagevoo_console.services.secrets import Secret

    secret = Secret(password.reveal()) if password else None
    changed = store.add_server(connection, normalised_server(server), secret if has_keyring else None)
    if secret is not None and not has_keyring:
        added = next(each for each in changed.tenant_servers if each.name == server.name)
        store.secrets.remember(added, secret)
    return changed


def remove_server(store: SavedConnections, connection: str, server: str) -> Connection:
    """Forget a tenant server and its password; nothing on the server itself changes."""
    before = store.get(connection)
    left = tuple(each for each in before.tenant_servers if each.name != server)
    changed = store.update(replace(before, tenant_servers=() if left == (before.master,) else left))
    for each in before.tenant_servers:
        if each.name == server and each.credential:
            store.secrets.delete(each)
    return changed


def check(store: SavedConnections, connection: Connection, password: Password) -> Sequence[Checked]:
    """Test the master and every tenant server, layer by layer."""
    from pagevoo_console.services.connections import Connections
    from pagevoo_console.services.engines.catalogue import Engines
    from pagevoo_console.services.secrets import Secret, Secrets

    wanted = normalised(connection)
    usual = Connections(Engines(), store.secrets)
    on_master = usual
    if password:
        given = Secrets()
        given.remember(wanted.master, Secret(password.reveal()))
        on_master = Connections(Engines(), given)
    found = [Checked(wanted.master.name, wanted.master.address, on_master.check(wanted.master, wanted.master_database))]
    for server in wanted.tenant_servers:
        if server.name != wanted.master.name:
            found.append(Checked(server.name, server.address, usual.check(server)))
    return found


def import_env(file: Path, platform: str) -> Imported:
    """Read a platform's own `.env`. Raises what `services.env_file` raises."""
    from pagevoo_console.services.engines.catalogue import Engines
    from pagevoo_console.services.env_file import import_env as read
    from pagevoo_console.services.platforms.reader import Platforms

    connection, secret, warnings = read(file, Platforms(Engines()).get(platform))
    return Imported(connection, Password(secret.reveal() if secret is not None else ""), warnings)
