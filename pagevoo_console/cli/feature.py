"""`feature`: what a website can do, installed as a schema lineage of its own."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from pagevoo_console.cli import words
from pagevoo_console.cli.call import call_of, show_steps
from pagevoo_console.cli.database import Id, newest_operation
from pagevoo_console.cli.refresh import look
from pagevoo_console.domain.errors import Refused

if TYPE_CHECKING:
    from pagevoo_console.cli.paper import Paper
    from pagevoo_console.domain.feature import Feature

app = typer.Typer(help="Features of tenants' websites.")


@app.command("list")
def list_(context: typer.Context, tenant: Id) -> None:
    """The state of each feature in a tenant's database."""
    call = call_of(context)
    found = call.console.features.list(tenant)
    document = words.listing("features", [words.feature(one) for one in found])
    call.answer(document, lambda paper: _show(paper, found))


@app.command()
def install(
    context: typer.Context,
    tenant: Id,
    names: Annotated[list[str], typer.Argument(metavar="NAME…", help="The features.")],
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Say what would be done.")] = False,
) -> None:
    """Install features; what is installed already is left alone."""
    call = call_of(context)
    features = call.console.features
    try:
        plan = features.plan_install(tenant, names)
    except Refused as error:
        features.refused(tenant, error)
        raise
    if dry_run:
        planned = {
            "ok": True, "operation": None, "dry_run": True, "install": list(plan.features),
            "already": list(plan.already), "tables": list(plan.tables),
            "steps": [words.step(step) for step in plan.steps],
        }  # fmt: skip
        call.answer(planned, lambda paper: show_steps(paper, plan.steps))
        return
    found = call.work(lambda job: features.install(plan, job))
    look(call, tenant)
    document = {
        "ok": True,
        "operation": newest_operation(call, tenant, "feature.install") if plan.features else None,
        "installed": list(plan.features),
        "already": list(plan.already),
        "features": [words.feature(one) for one in found],
    }
    call.answer(document, lambda paper: _show(paper, found))


@app.command()
def drift(context: typer.Context, tenant: Id) -> None:
    """How the installed tables differ from what they should be."""
    call = call_of(context)
    found = call.console.features.drift(tenant)

    def show(paper: Paper) -> None:
        if not found:
            paper.line("No difference")
            return
        paper.table(["Table", "Kind", "Detail"], ((one.table, one.kind, one.detail) for one in found))

    call.answer({"differences": [words.difference(one) for one in found]}, show)


def _show(paper: Paper, features: tuple[Feature, ...]) -> None:
    paper.table(
        ["Name", "Title", "State", "Tables"],
        ((one.name, one.title, one.state.value, ", ".join(one.tables)) for one in features),
        styled=("State",),
    )
