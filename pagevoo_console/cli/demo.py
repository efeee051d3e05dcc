"""`demo`: an embedded platform with tenants healthy and broken, to try everything on."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from pagevoo_console.cli.call import Call, call_of
from pagevoo_console.domain.errors import WrongUsage
from pagevoo_console.domain.server import Environment
from pagevoo_console.services.start import StartOptions

if TYPE_CHECKING:
    from pagevoo_console.demo.platform import DemoPlatform

app = typer.Typer(
    help="An embedded platform to try everything on. Without a command it opens the window on it.",
    invoke_without_command=True,
)
TENANTS = 200
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
    made = _make(call, directory, tenants)
    from pagevoo_console.cli.window import open_window

    raise typer.Exit(
        open_window(StartOptions(master_url=made.master_url, platform=made.platform, environment=Environment.DEMO))
    )


@app.command()
def create(context: typer.Context, directory: Directory = None, tenants: Tenants = TENANTS) -> None:
    """Only make it, and say where its master is."""
    call = call_of(context)
    made = _make(call, directory, tenants)
    document = {"master_url": made.master_url, "platform": made.platform}
    call.answer(document, lambda paper: paper.facts([("Master URL", made.master_url), ("Platform", made.platform)]))


def _make(call: Call, directory: Path | None, tenants: int) -> DemoPlatform:
    from pagevoo_console.demo.platform import create_demo
    from pagevoo_console.services.settings import Folders

    folder = Folders.of_this_user().state / "demo" if directory is None else directory
    return call.work(
        lambda job: create_demo(folder, tenants, lambda done, total, title: job.progress(title, done, total, "tenants"))
    )
