"""`master`: the platform's master database and the console's own tables in it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import typer

from pagevoo_console.cli import words
from pagevoo_console.cli.call import call_of

if TYPE_CHECKING:
    from pagevoo_console.cli.paper import Paper

app = typer.Typer(help="The platform's master database.")


@app.command()
def init(context: typer.Context) -> None:
    """Create the platform's master tables where missing, and the console's own. Adopts what exists and fits."""
    call = call_of(context)
    done = call.console.master.init()
    document = {"ok": True, "operation": None, "created": list(done.created), "adopted": list(done.adopted)}

    def show(paper: Paper) -> None:
        paper.line(f"Created: {', '.join(done.created) or 'nothing, it was all there'}")
        if done.adopted:
            paper.line(f"Adopted: {', '.join(done.adopted)}")

    call.answer(document, show)


@app.command()
def status(context: typer.Context) -> None:
    """Revision, missing tables, privileges and server."""
    call = call_of(context)
    found = call.console.master.status()
    server = call.console.connection.master
    document = {
        "revision": found.revision,
        "head": found.head,
        "missing_tables": list(found.missing_tables),
        "misfits": [words.difference(one) for one in found.misfits],
        "privileges": dict(found.privileges),
        "server": words.server_facts(found.server, server),
    }

    def show(paper: Paper) -> None:
        paper.facts(
            [
                ("Server", f"{found.server.product} {found.server.version} at {server.address}"),
                ("Database", call.console.connection.master_database),
                ("Revision", f"{found.revision or 'none'} (newest is {found.head})"),
                ("Missing tables", ", ".join(found.missing_tables) or "none"),
                ("Misfits", "; ".join(f"{one.table}: {one.detail}" for one in found.misfits) or "none"),
                *((f"May {name.replace('_', ' ')}", "yes" if may else "no") for name, may in found.privileges.items()),
                *(("Warning", warning) for warning in found.server.warnings),
            ]
        )

    call.answer(document, show)
