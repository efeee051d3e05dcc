"""`connection`: saved connections; their passwords go into the keyring of the operating system, never into a file."""

from __future__ import annotations

import sys
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from pagevoo_console.cli import words
from pagevoo_console.cli.call import Call, call_of
from pagevoo_console.cli.database import check_exit_code, show_check
from pagevoo_console.domain.errors import WrongUsage
from pagevoo_console.domain.server import Connection, Environment, Server, Tls
from pagevoo_console.services.start import DEFAULT_PLATFORM, refuse_password

if TYPE_CHECKING:
    from pagevoo_console.cli.paper import Paper
    from pagevoo_console.services.saved_connections import SavedConnections
    from pagevoo_console.services.secrets import Secret

app = typer.Typer(help="Saved connections.")
server_app = typer.Typer(help="Servers that hold tenants.")
app.add_typer(server_app, name="server")

Name = Annotated[str, typer.Argument(metavar="NAME")]
Url = Annotated[str, typer.Option(metavar="URL", help="A SQLAlchemy URL without a password.")]
TlsLevel = Annotated[Tls | None, typer.Option(help="How it is protected; as the address asks, if not given.")]
TlsCa = Annotated[Path | None, typer.Option(metavar="FILE", help="The authority that signed the certificate.")]
PasswordStdin = Annotated[bool, typer.Option("--password-stdin", help="Read the password from standard input.")]


@app.command()
def add(
    context: typer.Context,
    name: Name,
    url: Url,
    platform: Annotated[str | None, typer.Option(metavar="P", help="The platform; pagevoo, if not given.")] = None,
    tls: TlsLevel = None,
    tls_ca: TlsCa = None,
    environment: Annotated[Environment, typer.Option(help="What a mistake would cost.")] = Environment.PRODUCTION,
    password_stdin: PasswordStdin = False,
) -> None:
    """Save a connection."""
    from pagevoo_console.services.server_url import parse_master_url

    call = call_of(context)
    options = call.options
    server, database, password = parse_master_url(
        url, tls=tls or options.tls, tls_ca=str(tls_ca or options.tls_ca or "")
    )
    refuse_password(password)
    chosen = _known_platform(platform or options.platform or DEFAULT_PLATFORM)
    secret = _secret_of_stdin() if password_stdin else None
    saved = _saved().add(Connection(name, chosen, server, database, environment), secret)
    document = {"ok": True, "operation": None, "connection": words.connection(saved)}
    call.answer(document, lambda paper: paper.line(f"{name} is saved"))


@app.command("list")
def list_(context: typer.Context) -> None:
    """The saved connections."""
    found = _saved().list()

    def show(paper: Paper) -> None:
        paper.table(
            ["Name", "Platform", "Environment", "Engine", "Address", "User", "Database", "Servers"],
            (
                (
                    one.name, one.platform, one.environment.value, one.master.engine, one.master.address,
                    one.master.user or "-", one.master_database,
                    ", ".join(server.name for server in one.tenant_servers) or "-",
                )
                for one in found
            ),
        )  # fmt: skip

    call_of(context).answer(words.listing("connections", [words.connection(one) for one in found]), show)


@app.command("test")
def try_out(context: typer.Context, name: Annotated[str | None, typer.Argument(metavar="[NAME]")] = None) -> None:
    """Test a connection: its master, and each server that holds tenants. Exit code 5 where one cannot be reached."""
    asked = call_of(context)
    call = asked
    if name is not None:
        call = Call(
            context,
            replace(asked.options, connection=name, master_url=None),
            is_json=asked.output.is_json,
            says_yes=asked.says_yes,
        )
    console = call.console
    connection = console.connection
    checks: list[tuple[str, Server, str | None]] = [("master", connection.master, connection.master_database)]
    checks += [(one.name, one, None) for one in connection.tenant_servers if one != connection.master]
    found = [(label, server, console.connections.check(server, database)) for label, server, database in checks]
    first = found[0][2]
    document: dict[str, Any] = {
        **words.check(first),
        "reachable": all(check.reachable for _, _, check in found),
        "connection": connection.name,
        "servers": [{"name": label, "address": server.address, **words.check(check)} for label, server, check in found],
    }

    def show(paper: Paper) -> None:
        for label, server, check in found:
            paper.heading(f"{label}: {server.address}")
            show_check(paper, check)

    call.answer(document, show)
    raise typer.Exit(max(check_exit_code(check) for _, _, check in found))


@app.command()
def remove(context: typer.Context, name: Name) -> None:
    """Forget a connection, its passwords and what is cached of it."""
    saved = _saved()
    _forget_cache(saved.get(name))
    saved.remove(name)
    call_of(context).answer({"ok": True, "operation": None}, lambda paper: paper.line(f"{name} is removed"))


@app.command()
def forget(context: typer.Context, name: Name) -> None:
    """Wipe what is cached of a connection; the connection itself stays."""
    _forget_cache(_saved().get(name))
    call_of(context).answer(
        {"ok": True, "operation": None}, lambda paper: paper.line(f"Nothing is cached of {name} any more")
    )


@app.command("import-env")
def import_env(
    context: typer.Context,
    file: Annotated[Path, typer.Argument(metavar="FILE", help="The platform's own .env.")],
    name: Annotated[str, typer.Option(metavar="NAME", help="What to call it; the folder's name, if not given.")] = "",
    platform: Annotated[str | None, typer.Option(metavar="P", help="The platform; pagevoo, if not given.")] = None,
) -> None:
    """Save the connection that a platform's own .env describes."""
    from pagevoo_console.services.engines.catalogue import Engines
    from pagevoo_console.services.env_file import import_env as read
    from pagevoo_console.services.platforms.reader import Platforms

    call = call_of(context)
    chosen = Platforms(Engines()).get(platform or call.options.platform or DEFAULT_PLATFORM)
    connection, secret, warnings = read(file, chosen, name)
    saved, unsaved = _saved().add_or_ask(connection, secret)
    warnings = (*warnings, unsaved) if unsaved else tuple(warnings)
    for warning in warnings:
        call.output.note(f"Warning: {warning}")
    document = {
        "ok": True,
        "operation": None,
        "connection": words.connection(saved),
        "overrides": dict(saved.env_overrides),
        "warnings": list(warnings),
    }
    call.answer(document, lambda paper: paper.line(f"{saved.name} is saved"))


@server_app.callback()
def server() -> None:
    """Servers that hold tenants."""


@server_app.command("add")
def add_server(
    context: typer.Context,
    name: Name,
    url: Url,
    connection: Annotated[
        str | None, typer.Option(metavar="NAME", help="The connection; the one in use, if not given.")
    ] = None,
    tls: TlsLevel = None,
    tls_ca: TlsCa = None,
    password_stdin: PasswordStdin = False,
) -> None:
    """Add a tenant server, with a credential of its own, to the connection of --connection."""
    from pagevoo_console.services.server_url import parse_server_url

    call = call_of(context)
    parsed, _, password = parse_server_url(url, name=name, tls=tls, tls_ca=str(tls_ca or ""))
    refuse_password(password)
    saved = _saved()
    wanted = connection or call.options.connection or getattr(saved.default(), "name", None)
    if wanted is None:
        raise WrongUsage("The connection is not named", hint="Say --connection NAME.")
    changed = saved.add_server(wanted, parsed, _secret_of_stdin() if password_stdin else None)
    document = {"ok": True, "operation": None, "connection": words.connection(changed)}
    call.answer(document, lambda paper: paper.line(f"{name} is added to {wanted}"))


def _saved() -> SavedConnections:
    from pagevoo_console.services.saved_connections import SavedConnections
    from pagevoo_console.services.secrets import Secrets
    from pagevoo_console.services.settings import Folders

    return SavedConnections(Folders.of_this_user().config, Secrets())


def _known_platform(name_or_path: str) -> str:
    """What to save for a platform: its name, or the whole path of its file. Raises WrongUsage, Failed."""
    from pagevoo_console.services.engines.catalogue import Engines
    from pagevoo_console.services.platforms.reader import Platforms

    platforms = Platforms(Engines())
    platforms.get(name_or_path)
    return name_or_path if name_or_path in platforms.names() else str(Path(name_or_path).absolute())


def _secret_of_stdin() -> Secret:
    from pagevoo_console.services.secrets import Secret

    line = sys.stdin.readline().removesuffix("\n").removesuffix("\r")
    if not line:
        raise WrongUsage("Standard input holds no password", hint="Its first line is the password.")
    return Secret(line)


def _forget_cache(connection: Connection) -> None:
    from pagevoo_console.services.console import identity
    from pagevoo_console.services.directory import Directory
    from pagevoo_console.services.quota_news import FILE
    from pagevoo_console.services.settings import Folders

    folders = Folders.of_this_user()
    Directory(folders.cache / f"directory-{identity(connection)}.db").forget()
    (folders.state / FILE.format(identity(connection))).unlink(missing_ok=True)
