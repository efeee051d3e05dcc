"""`audit`: who did what to whom, and the proof that nobody rewrote it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from pagevoo_console.cli import formats, words
from pagevoo_console.cli.call import call_of
from pagevoo_console.cli.columns import Right

if TYPE_CHECKING:
    from pagevoo_console.cli.paper import Paper

app = typer.Typer(help="The audit trail.")


@app.command("list")
def list_(
    context: typer.Context,
    tenant: Annotated[str | None, typer.Option(metavar="ID", help="Only about this tenant.")] = None,
    action: Annotated[str | None, typer.Option(metavar="A", help="Only this action, such as database.create.")] = None,
    limit: Annotated[int | None, typer.Option(min=0, help="At most so many, the newest.")] = None,
) -> None:
    """The trail, newest first."""
    call = call_of(context)
    total, events = call.console.audit.events(tenant=tenant, action=action, limit=limit)

    def show(paper: Paper) -> None:
        paper.table(
            [Right("#"), "At", "By", "Action", "Tenant", "Database", "Outcome", "Detail"],
            (
                (
                    one.seq, one.at, f"{one.actor}@{one.host}", one.action, one.tenant or "-", one.database or "-",
                    one.outcome.value, one.detail or "-",
                )
                for one in events
            ),
            styled=("Outcome",),
        )  # fmt: skip

    call.answer(words.listing("events", [words.event(one) for one in events], total), show)


@app.command()
def verify(context: typer.Context) -> None:
    """Prove that no entry was changed, removed or slipped in. Exit code 1 where one was."""
    call = call_of(context)
    found = call.console.audit.verify()
    text = (
        f"{formats.counted(found.checked, 'entry', 'entries')}, unbroken"
        f" (compared with {formats.counted(found.witnesses, 'backup')})"
        if found.ok
        else f"The trail is broken: {found.problem}"
    )
    call.answer(words.audit_verdict(found), lambda paper: paper.line(text))
    if not found.ok:
        raise typer.Exit(1)
