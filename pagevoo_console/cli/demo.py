"""`demo`: an embedded platform with tenants healthy and broken, to try everything on."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from pagevoo_console.cli.call import call_of
from pagevoo_console.cli.demo_window import TENANTS, make_demo, open_demo
from pagevoo_console.domain.errors import WrongUsage

app = typer.Typer(
    help="An embedded platform to try everything on. Without a command it opens the window on it.",
    invoke_without_command=True,
)
Directory = Annotated[Path | None, typer.Option("--dir", metavar="D", help="Where it is made, or already is.")]
Tenants = Annotated[int, typer.Option(metavar="N", help="How many tenants it has.")]


@app.callback()
def demo(context: typer.Context, directory: Directory = None, tenants: Tenants = TENANTS) -> None:
    if context.invoked_subcommand is not None:
        if directory is not None or tenants != TENANTS:
            raise WrongUsage("--dir and --tenants stand behind `create`")
        return
    call = call_of(context)
    if call.output.is_json:
        raise WrongUsage("The window has no JSON answer", hint="`demo create` answers in JSON.")
    raise typer.Exit(open_demo(call.output, directory, tenants))


@app.command()
def create(context: typer.Context, directory: Directory = None, tenants: Tenants = TENANTS) -> None:
    """Only make it, and say where its master is."""
    call = call_of(context)
    made = make_demo(call.output, directory, tenants)
    document = {"master_url": made.master_url, "platform": made.platform}
    call.answer(document, lambda paper: paper.facts([("Master URL", made.master_url), ("Platform", made.platform)]))
