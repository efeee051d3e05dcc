"""The command line: global options, the nouns, and how every call ends.

Nothing heavy is imported here: a command loads the services it needs when it runs.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import typer

from pagevoo_console.cli import (
    account,
    audit,
    backup,
    connection,
    database,
    demo,
    doctor,
    feature,
    fleet,
    master,
    operation,
    quota,
    screenshots,
    server,
    sql,
    tenant,
    website,
    words,
)
from pagevoo_console.cli.call import Call
from pagevoo_console.cli.output import Output, settle_streams
from pagevoo_console.cli.working import interruptible
from pagevoo_console.domain.errors import Cancelled, ConsoleError, Failed, WrongUsage
from pagevoo_console.services.start import StartOptions, read_tls

PROGRAM = "pagevoo-console"
ANYWHERE = ("--json", "--yes")
"""Options of every command, which may also stand behind it."""

app = typer.Typer(
    name=PROGRAM,
    help="Administer a platform's tenants and their databases. Without a command it opens the window.",
    add_completion=False,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    invoke_without_command=True,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 110},
)
for noun in (
    tenant, website, database, feature, quota, backup, fleet, operation, audit, master, connection, server, account,
    demo,
):  # fmt: skip
    app.add_typer(noun.app, name=noun.__name__.rpartition(".")[2])
app.command("sql")(sql.sql)
app.command("doctor")(doctor.doctor)
app.command("screenshots")(screenshots.screenshots)


@app.callback()
def begin(
    context: typer.Context,
    connection: Annotated[
        str | None, typer.Option(metavar="NAME", help="A saved connection; or PAGEVOO_CONNECTION.")
    ] = None,
    master_url: Annotated[
        str | None,
        typer.Option(
            metavar="URL",
            help="The master database instead of a saved connection; or PAGEVOO_MASTER_URL. Its password comes from "
            "PAGEVOO_MASTER_PASSWORD.",
        ),
    ] = None,
    tls: Annotated[
        str | None,
        typer.Option(metavar="off|required|verified", help="How connections are protected; or PAGEVOO_TLS."),
    ] = None,
    tls_ca: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="The authority that signed the server's certificate; or PAGEVOO_TLS_CA."),
    ] = None,
    platform: Annotated[
        str | None,
        typer.Option(metavar="NAME", help="A shipped platform or a platform file; or PAGEVOO_PLATFORM."),
    ] = None,
    is_json: Annotated[bool, typer.Option("--json", help="Exactly one JSON document on stdout.")] = False,
    says_yes: Annotated[bool, typer.Option("--yes", help="Answer plain questions with yes.")] = False,
    version: Annotated[bool, typer.Option("--version", help="Say which version this is.")] = False,
) -> None:
    if version:
        from pagevoo_console.services.version import VERSION

        Output(is_json).answer({"version": VERSION}, lambda paper: paper.line(f"{PROGRAM} {VERSION}"))
        raise typer.Exit
    options = StartOptions(
        connection=connection,
        master_url=master_url,
        platform=platform,
        tls=None if tls is None else read_tls(tls, "--tls"),
        tls_ca=None if tls_ca is None else str(tls_ca),
    ).with_environment(os.environ)
    context.obj = Call(options, is_json=is_json, says_yes=says_yes)
    if context.invoked_subcommand is None:
        if is_json:
            raise WrongUsage("The window has no JSON answer", hint=f"`{PROGRAM} --help` lists the commands.")
        from pagevoo_console.cli.window import open_window

        raise typer.Exit(open_window(options))


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command and return its exit code; whatever goes wrong is told in the form that was asked for."""
    settle_streams()
    given = hoisted(sys.argv[1:] if arguments is None else arguments)
    output = Output("--json" in given[: _begin_of_noun(given)])
    try:
        with interruptible():
            return _invoke(given)
    except ConsoleError as error:
        return _tell(output, error)
    except typer.TyperException as error:
        path = getattr(getattr(error, "ctx", None), "command_path", PROGRAM)
        return _tell(output, WrongUsage(error.format_message(), hint=f"`{path} --help` shows what there is."))
    except (KeyboardInterrupt, typer.Abort):
        return _tell(output, Cancelled("Cancelled"))
    except Exception as error:  # noqa: BLE001 - the last door: a fault of our own is reported, never shown raw
        from pagevoo_console.cli.bug import write_report

        return _tell(output, write_report(error))


def hoisted(arguments: Sequence[str]) -> list[str]:
    """The arguments with the options of every command moved to the front, up to a `--`."""
    end = arguments.index("--") if "--" in arguments else len(arguments)
    before = arguments[:end]
    return [
        *(option for option in ANYWHERE if option in before),
        *(argument for argument in before if argument not in ANYWHERE),
        *arguments[end:],
    ]


def _begin_of_noun(arguments: Sequence[str]) -> int:
    return next((place for place, argument in enumerate(arguments) if argument not in ANYWHERE), len(arguments))


def _invoke(arguments: list[str]) -> int:
    command = typer.main.get_command(app)
    try:
        with command.make_context(PROGRAM, arguments) as context:
            command.invoke(context)
    except typer.Exit as end:
        return end.exit_code
    return 0


def _tell(output: Output, error: ConsoleError) -> int:
    """Tell an error: as the document on stdout where JSON was asked for, and in words on stderr always."""
    output.note(f"Error: {error.message}")
    if error.hint:
        output.note(error.hint)
    if output.is_json:
        try:
            output.document(words.error(error))
        except Failed as unwritten:
            output.note(unwritten.message)
    return error.exit_code
