"""The commands as typer knows them. A noun's commands are loaded when it is named, all of them where help is wanted.

Nothing heavy is imported here: a command loads the services it needs when it runs.
"""

from __future__ import annotations

from functools import cache
from importlib import import_module
from pathlib import Path
from typing import Annotated, Any

import typer

from pagevoo_console.cli.call import Call
from pagevoo_console.cli.global_options import GLOBAL_OPTIONS, start_options
from pagevoo_console.cli.interrupts import interruptible
from pagevoo_console.cli.output import Output
from pagevoo_console.domain.errors import Cancelled, WrongUsage

PROGRAM = "pagevoo-console"
NOUNS = (
    "tenant", "website", "database", "feature", "quota", "backup", "fleet", "operation", "audit", "master",
    "connection", "server", "account", "schedule", "demo",
)  # fmt: skip
"""Each is a module of this package with commands of its own."""
COMMANDS = ("sql", "doctor", "screenshots")
"""Each is a module of this package with one function of its name."""


def option(name: str) -> Any:
    """A global option as typer wants it."""
    said = GLOBAL_OPTIONS[name]
    return typer.Option(said.flag, metavar=said.metavar, help=said.help)


def begin(
    context: typer.Context,
    connection: Annotated[str | None, option("connection")] = None,
    master_url: Annotated[str | None, option("master_url")] = None,
    tls: Annotated[str | None, option("tls")] = None,
    tls_ca: Annotated[Path | None, option("tls_ca")] = None,
    platform: Annotated[str | None, option("platform")] = None,
    is_json: Annotated[bool, option("is_json")] = False,
    says_yes: Annotated[bool, option("says_yes")] = False,
    version: Annotated[bool, option("version")] = False,
) -> None:
    if version:
        from pagevoo_console.services.version import VERSION

        Output(is_json).answer({"version": VERSION}, lambda paper: paper.line(f"{PROGRAM} {VERSION}"))
        raise typer.Exit
    given = {"connection": connection, "master_url": master_url, "tls": tls, "tls_ca": tls_ca, "platform": platform}
    options = start_options({name: str(value) for name, value in given.items() if value is not None})
    context.obj = Call(context, options, is_json=is_json, says_yes=says_yes)
    if context.invoked_subcommand is None:
        if is_json:
            raise WrongUsage("The window has no JSON answer", hint=f"`{PROGRAM} --help` lists the commands.")
        from pagevoo_console.cli.window import open_window

        raise typer.Exit(open_window(lambda: options))


@cache
def tree(noun: str | None = None) -> typer.core.TyperGroup:
    """The commands of one noun, of all where it is None or none that there is."""
    app = typer.Typer(
        name=PROGRAM,
        help="Administer a platform's tenants and their databases. Without a command it opens the window.",
        add_completion=False,
        rich_markup_mode=None,
        pretty_exceptions_enable=False,
        invoke_without_command=True,
        context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 110},
    )
    app.callback()(begin)
    wanted = (noun,) if noun in NOUNS or noun in COMMANDS else NOUNS + COMMANDS
    for name in wanted:
        module = import_module(f"pagevoo_console.cli.{name}")
        if name in NOUNS:
            app.add_typer(module.app, name=name)
        else:
            app.command(name)(getattr(module, name))
    return typer.main.get_group(app)


def run(arguments: list[str], noun: str | None) -> int:
    """Run one command and return its exit code. `noun` is the one that the arguments name, where that is known."""
    try:
        with interruptible(), tree(noun).make_context(PROGRAM, arguments) as context:
            tree(noun).invoke(context)
    except typer.Exit as end:
        return end.exit_code
    except typer.TyperException as error:
        path = getattr(getattr(error, "ctx", None), "command_path", PROGRAM)
        raise WrongUsage(error.format_message(), hint=f"`{path} --help` shows what there is.") from error
    except typer.Abort as error:
        raise Cancelled("Cancelled") from error
    return 0
