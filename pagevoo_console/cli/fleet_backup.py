"""`fleet backup` and `fleet verify`: everybody's, one result a tenant."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from pagevoo_console.cli import formats
from pagevoo_console.cli.backup_opening import IdentityFile, PassphraseStdin, passphrase_of_stdin, use_keys
from pagevoo_console.cli.backup_place import place_of
from pagevoo_console.cli.call import Call, call_of

if TYPE_CHECKING:
    from pagevoo_console.cli.paper import Paper
    from pagevoo_console.domain.backup import Backup
    from pagevoo_console.domain.fleet_backup import FleetPlan, FleetResult
    from pagevoo_console.services.jobs import JobContext
    from pagevoo_console.services.places import Place, Places

Tenants = Annotated[str, typer.Option(metavar="A,B", help="Only these tenants.")]
Workers = Annotated[int, typer.Option(min=1, max=64, help="How many tenants are worked on at a time.")]
Connections = Annotated[
    int | None, typer.Option(min=4, metavar="N", help="How many sessions a server is asked for at most.")
]
DryRun = Annotated[bool, typer.Option("--dry-run", help="Say whom it would be done for.")]


def backup(
    context: typer.Context,
    tenants: Tenants = "",
    workers: Workers = 2,
    connections: Connections = None,
    to: Annotated[str | None, typer.Option(metavar="DIR|URL", help="Where they go: a folder, or s3://…")] = None,
    recipient: Annotated[
        list[str] | None, typer.Option(metavar="AGE_KEY", help="Encrypt for this public key; can be given again.")
    ] = None,
    passphrase_stdin: PassphraseStdin = False,
    prove: Annotated[bool, typer.Option("--prove", help="Restore and compare each right away.")] = False,
    anew: Annotated[bool, typer.Option("--anew", help="Begin with everybody, whatever an earlier run did.")] = False,
    dry_run: DryRun = False,
) -> None:
    """Back up every tenant's database; takes up an interrupted run where it stopped. Exit code 4 where some failed."""
    call = call_of(context)
    fleet = call.console.fleet_backups
    passphrase = passphrase_of_stdin() if passphrase_stdin else None
    sealing = call.console.backups.keys.sealing(recipient or (), passphrase)
    place = place_of(to)
    folder = None if to is None or place is not None else Path(to)
    plan = fleet.plan(wanted(tenants), anew=anew)
    if dry_run:
        return _plan(call, plan)
    send = None
    if place is not None:
        places = call.console.places
        places.ensure_usable(place)
        send = partial(_send, places, place)
    done = call.work(
        lambda job: fleet.backup(
            plan, job, workers=workers, to=folder, sealing=sealing, prove=prove, send=send, connections=connections
        )
    )
    return _result(call, done, "Backed up")


def _send(places: Places, place: Place, made: Backup, job: JobContext) -> str:
    return places.send(made, place, job)


def verify(
    context: typer.Context,
    tenants: Tenants = "",
    workers: Workers = 2,
    connections: Connections = None,
    quick: Annotated[bool, typer.Option("--quick", help="Compare checksums only.")] = False,
    again: Annotated[bool, typer.Option("--again", help="Prove what was proved before, too.")] = False,
    identity: IdentityFile = None,
    passphrase_stdin: PassphraseStdin = False,
    dry_run: DryRun = False,
) -> None:
    """Restore and compare every tenant's newest backup that was not proved yet. Exit code 4 where some do not hold."""
    call = call_of(context)
    use_keys(call, identity, passphrase_stdin)
    fleet = call.console.fleet_backups
    plan = fleet.plan_verification(wanted(tenants), again=again or quick)
    if dry_run:
        return _plan(call, plan)
    done = call.work(lambda job: fleet.verify(plan, job, workers=workers, quick=quick, connections=connections))
    return _result(call, done, "Hold")


def wanted(tenants: str) -> tuple[str, ...] | None:
    """The tenants of an option, None for all."""
    return tuple(dict.fromkeys(name for name in tenants.split(",") if name)) or None


def _plan(call: Call, plan: FleetPlan) -> None:
    document = {
        "ok": True, "operation": None, "dry_run": True, "tenants": list(plan.tenants), **_others(plan),
        "taken_up": None if plan.taken_up is None else plan.taken_up.isoformat().replace("+00:00", "Z"),
    }  # fmt: skip

    def show(paper: Paper) -> None:
        paper.line(f"{formats.counted(len(plan.tenants), 'tenant')}: {', '.join(plan.tenants) or 'none'}")
        if plan.taken_up is not None:
            paper.line(f"An unfinished run of {formats.moment(plan.taken_up)} is taken up")
        _show_others(paper, plan)

    call.answer(document, show)


def _result(call: Call, done: FleetResult, word: str) -> None:
    document = {"ok": not done.failed, "operation": None, "done": sorted(done.done), **_others(done)}

    def show(paper: Paper) -> None:
        paper.facts([(word, len(done.done)), ("Failed", len(done.failed)), ("Skipped", len(done.skipped))])
        _show_others(paper, done)

    call.answer(document, show)
    if done.failed:
        raise typer.Exit(4)


def _others(found: FleetPlan | FleetResult) -> dict[str, Any]:
    return {
        "failed": [{"tenant": tenant, "error": error} for tenant, error in found.failed.items()],
        "skipped": list(found.skipped),
        "why_skipped": dict(found.skipped),
    }


def _show_others(paper: Paper, found: FleetPlan | FleetResult) -> None:
    for tenant, why in (*found.failed.items(), *found.skipped.items()):
        paper.line(f"{tenant}: {why}")
