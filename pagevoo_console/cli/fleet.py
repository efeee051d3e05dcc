"""`fleet`: all tenants at once."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from pagevoo_console.cli import formats, words
from pagevoo_console.cli.call import Call, call_of
from pagevoo_console.cli.fleet_backup import backup, verify
from pagevoo_console.cli.reconcile import reconcile
from pagevoo_console.cli.refresh import refresh
from pagevoo_console.domain.errors import AccessDenied, MissingPrivilege, Unreachable

if TYPE_CHECKING:
    from pagevoo_console.cli.paper import Paper

app = typer.Typer(help="The whole platform.")
app.command()(reconcile)
app.command()(backup)
app.command()(verify)


@app.callback()
def fleet() -> None:
    """The whole platform."""


@app.command()
def status(
    context: typer.Context,
    cached: Annotated[bool, typer.Option(help="Answer at once from what was last seen.")] = False,
) -> None:
    """The fleet in figures, and what needs attention."""
    call = call_of(context)
    refresh(call, is_cached=cached, features=True)
    found = call.console.directory.summary()
    findings = None if cached else _findings(call)
    trash = None if cached else _trash(call)

    def show(paper: Paper) -> None:
        paper.facts(
            [
                ("Tenants", formats.count(found.tenants)),
                ("Databases", f"{formats.count(found.databases)}, {formats.size(found.size_bytes)}"),
                ("By state", ", ".join(f"{number} {state}" for state, number in found.by_state.items()) or "none"),
                ("Over quota", _some(found.over)),
                ("Near quota", _some(found.near)),
                ("Missing", _some(found.missing)),
                *([("In the trash", formats.count(trash))] if trash is not None else []),
                ("Unreachable", _some(found.unreachable)),
                ("Outdated", _some(found.outdated)),
                ("Orphans", _some(tuple(orphan.name for orphan in found.orphans))),
                ("Published without database", _some(found.published_without_database)),
                ("Never backed up", formats.count(found.without_backup)),
                *((f"Server {one.name}", one.problem or "answers") for one in found.servers),
                *(
                    [("Contradictions", ", ".join(f"{number} {kind}" for kind, number in findings.items()) or "none")]
                    if findings is not None
                    else []
                ),
            ]
        )

    call.answer({**words.fleet(found), "findings": findings, "trash": trash}, show)


@app.command()
def tick(
    context: typer.Context,
    tenants: Annotated[str, typer.Option(metavar="A,B", help="Only these tenants.")] = "",
    workers: Annotated[int, typer.Option(min=1, max=64, help="How many databases are looked at at a time.")] = 4,
    freeze: Annotated[
        bool | None, typer.Option("--freeze/--no-freeze", help="Freeze who is over; the default is the platform's.")
    ] = None,
) -> None:
    """The daily part: samples, alerts, freezing who is over a limit and thawing who is well below again."""
    call = call_of(context)
    wanted = tuple(dict.fromkeys(name for name in tenants.split(",") if name)) or None
    ticking = call.console.fleet_tick
    done = call.work(lambda job: ticking.run(job, tenants=wanted, workers=workers, freezes=freeze))
    document = {
        "ok": not (done.failed or done.unpurged),
        "operation": None,
        "done": done.done,
        "failed": [{"tenant": tenant, "error": error} for tenant, error in done.failed.items()],
        "skipped": list(done.skipped),
        "alerts": [words.alert(one) for one in done.alerts],
        "frozen": done.frozen,
        "thawed": done.thawed,
        "purged": done.purged,
        "unpurged": [{"operation": operation, "error": error} for operation, error in done.unpurged.items()],
    }

    def show(paper: Paper) -> None:
        paper.facts(
            [
                ("Looked at", formats.count(len(done.done))), ("Frozen", _some(tuple(done.frozen))),
                ("Thawed", _some(tuple(done.thawed))), ("Skipped", _some(tuple(done.skipped))),
                ("Failed", _some(tuple(done.failed))), ("Purged", _some(tuple(done.purged))),
            ]
        )  # fmt: skip
        for one in done.alerts:
            paper.line(f"{one.tenant} has reached {one.threshold} % of its limit of {formats.size(one.limit)}")
        for tenant, error in done.failed.items():
            paper.line(f"{tenant}: {error}")
        for operation, error in done.unpurged.items():
            paper.line(f"Operation {operation} stays in the trash: {error}")

    call.answer(document, show)
    if done.failed or done.unpurged:
        raise typer.Exit(4)


def _findings(call: Call) -> dict[str, int] | None:
    """How many contradictions `fleet reconcile` would find of each kind, None where it cannot look."""
    try:
        return call.work(lambda job: call.console.reconciliation.find()).counts
    except (Unreachable, AccessDenied, MissingPrivilege):
        return None


def _trash(call: Call) -> int | None:
    """How many databases are in the trash, None where the master cannot be asked."""
    try:
        return call.console.trash.count()
    except (Unreachable, AccessDenied, MissingPrivilege):
        return None


def _some(names: tuple[str, ...], shown: int = 20) -> str:
    rest = len(names) - shown
    return (", ".join(names[:shown]) + (f" and {rest} more" if rest > 0 else "")) or "none"
