"""From what the caller asked for to a Console: a saved connection, or a master's URL; the same for both faces.

Importing this is cheap: what talks to databases is loaded when a console is opened.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from pagevoo_console.domain.errors import NotFound, WrongUsage
from pagevoo_console.domain.server import Connection, Environment, Server, Tls

if TYPE_CHECKING:
    from pagevoo_console.services.console import Console
    from pagevoo_console.services.engines.catalogue import Engines
    from pagevoo_console.services.secrets import Secret, Secrets
    from pagevoo_console.services.settings import Folders

MASTER_PASSWORD = "PAGEVOO_MASTER_PASSWORD"
PASSWORD_FILE = "PAGEVOO_PASSWORD_FILE"
DEFAULT_PLATFORM = "pagevoo"


@dataclass(frozen=True, slots=True)
class StartOptions:
    """Which master to work on. `platform` is a name or the path of a file; None means what the connection says.

    `environment` is what a mistake on a master named by its URL would cost; None judges by its address.
    """

    connection: str | None = None
    master_url: str | None = None
    platform: str | None = None
    tls: Tls | None = None
    tls_ca: str | None = None
    environment: Environment | None = None

    def with_environment(self, environment: Mapping[str, str]) -> StartOptions:
        """What was not asked for, out of `PAGEVOO_…`. Naming a master overrides both ways the environment has.

        Raises WrongUsage for a level of TLS that is none.
        """
        connection, master_url = self.connection, self.master_url
        if not connection and not master_url:
            connection = environment.get("PAGEVOO_CONNECTION") or None
            master_url = environment.get("PAGEVOO_MASTER_URL") or None
        tls = environment.get("PAGEVOO_TLS")
        return StartOptions(
            connection=connection,
            master_url=master_url,
            platform=self.platform or environment.get("PAGEVOO_PLATFORM") or None,
            tls=self.tls or (read_tls(tls, "PAGEVOO_TLS") if tls else None),
            tls_ca=self.tls_ca or environment.get("PAGEVOO_TLS_CA") or None,
            environment=self.environment,
        )


def read_tls(text: str, where: str) -> Tls:
    """A level of TLS by its word; raises WrongUsage."""
    try:
        return Tls(text)
    except ValueError:
        known = ", ".join(level.value for level in Tls)
        raise WrongUsage(f"{where} is {text!r}", hint=f"It is one of: {known}.") from None


def open_console(options: StartOptions, ask: Callable[[Server], Secret | None] | None = None) -> Console:
    """A console over the master that was asked for, or over the one that was used last. Opens no connection yet.

    `ask` is called where no password is known. Raises WrongUsage, NotFound, or Failed for a damaged file.
    """
    from pagevoo_console.services.connections import Connections
    from pagevoo_console.services.console import Console
    from pagevoo_console.services.engines.catalogue import Engines
    from pagevoo_console.services.lineages import shipped_lineages
    from pagevoo_console.services.platforms.limits import with_env
    from pagevoo_console.services.platforms.reader import Platforms
    from pagevoo_console.services.secrets import Secrets
    from pagevoo_console.services.settings import Folders, Settings

    engines, secrets, folders = Engines(), Secrets(ask=ask), Folders.of_this_user()
    platforms = Platforms(engines)
    if options.platform:
        platforms.get(options.platform)
    if options.connection and options.master_url:
        raise WrongUsage("A saved connection and a master's URL were both given", hint="Give one of them.")
    if options.master_url:
        connection = _of_url(options, secrets)
    else:
        connection = _saved(options, secrets, folders)
    connection = replace(connection, platform=options.platform or connection.platform)
    platform = platforms.get(connection.platform)
    _ensure_engine(engines, connection)
    settings = Settings(folders)
    return Console(
        connection,
        with_env(platform, connection.env_overrides),
        Connections(engines, secrets),
        shipped_lineages(),
        folders,
        settings.backup_folder,
        settings.load().preferences.backup_recipients,
    )


def refuse_password(password: str | None) -> None:
    """Raise WrongUsage for a URL that held one: everybody on the machine sees the arguments of every process."""
    if password is not None:
        raise WrongUsage(
            "The URL holds a password, which everybody on this machine can see",
            code="password_in_url",
            hint=f"Leave it out and set {MASTER_PASSWORD}, or save the connection with --password-stdin.",
        )


def _of_url(options: StartOptions, secrets: Secrets) -> Connection:
    from pagevoo_console.services.secrets import Secret
    from pagevoo_console.services.server_url import parse_master_url

    server, database, password = parse_master_url(
        options.master_url or "", tls=options.tls, tls_ca=options.tls_ca or ""
    )
    refuse_password(password)
    given = os.environ.get(MASTER_PASSWORD)
    if given:
        secrets.remember(server, Secret(given))
    usual = Environment.LOCAL if server.is_loopback else Environment.PRODUCTION
    environment = options.environment or usual
    return Connection(database, options.platform or DEFAULT_PLATFORM, server, database, environment)


def _saved(options: StartOptions, secrets: Secrets, folders: Folders) -> Connection:
    from pagevoo_console.services.saved_connections import SavedConnections
    from pagevoo_console.services.settings import Settings

    saved = SavedConnections(folders.config, secrets)
    if options.connection:
        connection = saved.get(options.connection)
    else:
        connection = _usual(saved.default(), saved.list(), Settings(folders).load().preferences.last_connection)
    if os.environ.get(PASSWORD_FILE):
        secrets.use_password_file(Path(os.environ[PASSWORD_FILE]), connection.master)
    return connection.with_tls(options.tls, os.path.abspath(options.tls_ca) if options.tls_ca else "")


def _usual(default: Connection | None, saved: tuple[Connection, ...], last: str) -> Connection:
    """The connection where none was named: the chosen or only one, else the one that was used last."""
    if default is not None:
        return default
    for connection in saved:
        if connection.name == last:
            return connection
    if saved:
        names = ", ".join(connection.name for connection in saved)
        raise WrongUsage("There are several saved connections", hint=f"Name one with --connection: {names}.")
    raise NotFound(
        "No master was named and no connection is saved",
        code="no_connection",
        hint="`connection add NAME --url URL` saves one; --master-url URL does without; `demo` needs nothing.",
    )


def _ensure_engine(engines: Engines, connection: Connection) -> None:
    """Raises WrongUsage for an engine that is not installed, before anything rests on it."""
    for server in (connection.master, *connection.tenant_servers):
        engines.get(server.engine)
