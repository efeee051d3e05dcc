"""`server`: the servers' limits, privileges and known problems."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from pagevoo_console.cli import finding_words as said
from pagevoo_console.cli import formats, words
from pagevoo_console.cli.call import call_of
from pagevoo_console.domain.errors import Unreachable

if TYPE_CHECKING:
    from pagevoo_console.cli.paper import Paper
    from pagevoo_console.domain.health import ServerHealth

app = typer.Typer(help="The servers themselves.")
IN_PART = 4


@app.callback()
def server() -> None:
    """The servers themselves."""


@app.command()
def status(
    context: typer.Context,
    name: Annotated[str | None, typer.Argument(metavar="NAME", help="One server; all where none is named.")] = None,
) -> None:
    """Limits and how much of them is used, privileges, character set, clock, and what the version is known for."""
    call = call_of(context)
    found = call.work(lambda job: call.console.server_health.look(name))
    unreached = [one for one in found if one.problem]
    if len(unreached) == len(found):
        raise Unreachable("; ".join(one.problem for one in found))
    document = words.listing("servers", [said.server_health(one) for one in found])

    def show(paper: Paper) -> None:
        for one in found:
            _show(paper, one)

    call.answer(document, show)
    if unreached:
        raise typer.Exit(IN_PART)


def _show(paper: Paper, found: ServerHealth) -> None:
    limits = found.limits
    if limits is None:
        paper.facts([("Server", f"{found.name} at {found.address}"), ("Problem", found.problem)])
        return
    most = "" if found.database_limit is None else f" of at most {found.database_limit}"
    sessions = "not counted"
    if limits.max_connections is not None:
        sessions = f"{limits.connections} of {limits.max_connections}, {limits.our_connections} of them ours"
    paper.facts(
        [
            ("Server", f"{found.name} at {found.address}"),
            ("Version", f"{found.product} {found.version}{', read-only' if found.is_read_only else ''}"),
            ("Databases of tenants", f"{found.databases}{most}"),
            ("Connections", sessions),
            ("Free on disk", limits.why_no_disk if limits.free_bytes is None else formats.size(limits.free_bytes)),
            ("Character set", f"{limits.charset} / {limits.collation}"),
            ("Missing privileges", ", ".join(found.missing_privileges) or "none"),
            *([("They are given by", found.grant_statement)] if found.grant_statement else []),
            ("Clock", f"{found.clock_skew or 0:+.1f} s"),
            *((one.title, one.advice) for one in found.known_problems),
            *(("Note", warning) for warning in found.warnings),
        ]
    )
