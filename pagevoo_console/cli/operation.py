"""`operation`: work that a crash or a cancel left unfinished."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from pagevoo_console.cli import formats, words
from pagevoo_console.cli.call import call_of
from pagevoo_console.cli.refresh import look

if TYPE_CHECKING:
    from collections.abc import Callable

    from pagevoo_console.cli.paper import Paper
    from pagevoo_console.services.jobs import JobContext

app = typer.Typer(help="Work that a crash or a cancel left unfinished.")
Number = Annotated[str, typer.Argument(metavar="OPERATION", help="Its id.")]


@app.command("list")
def list_(
    context: typer.Context,
    is_all: Annotated[bool, typer.Option("--all", help="Those that have ended, too.")] = False,
    tenant: Annotated[str | None, typer.Option(metavar="ID", help="Only this tenant's.")] = None,
) -> None:
    """Operations that have not ended, newest first."""
    call = call_of(context)
    found = call.console.operations.list(tenant=tenant, open_only=not is_all)

    def show(paper: Paper) -> None:
        paper.table(
            ["Id", "Kind", "Tenant", "State", "Step", "By", "Begun", "Error"],
            (
                (
                    one.id, one.kind, one.tenant, one.state.value, one.step or "-", one.owner,
                    formats.moment(one.created_at), one.error or "-",
                )
                for one in found
            ),
            styled=("State",),
        )  # fmt: skip

    call.answer(words.listing("operations", [words.operation(one) for one in found]), show)


@app.command()
def resume(context: typer.Context, operation: Number) -> None:
    """Go on where it stopped."""
    _go_on(context, operation, call_of(context).console.operations.resume)


@app.command("take-over")
def take_over(context: typer.Context, operation: Number) -> None:
    """Go on with it here, where its console has given no sign of life for 90 seconds and will stop."""
    _go_on(context, operation, call_of(context).console.operations.take_over)


@app.command()
def abandon(context: typer.Context, operation: Number) -> None:
    """Take back what was done, and close it."""
    call = call_of(context)
    operations = call.console.operations
    found = call.work(lambda job: operations.abandon(operation, job))
    look(call, found.tenant)
    document = {"ok": True, **words.operation(found), "operation": found.id}
    call.answer(document, lambda paper: paper.line(f"Operation {found.id} ({found.kind}) is {found.state.value}"))


def _go_on(context: typer.Context, operation: str, act: Callable[[str, JobContext], object]) -> None:
    """Take it up in this way, and tell what became of it."""
    call = call_of(context)
    call.work(lambda job: act(operation, job))
    found = call.console.operations.get(operation)
    look(call, found.tenant)
    document = {"ok": True, **words.operation(found), "operation": found.id}
    call.answer(document, lambda paper: paper.line(f"Operation {found.id} ({found.kind}) is {found.state.value}"))
