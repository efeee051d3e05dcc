"""`feature`: what a website can do, installed as a schema lineage of its own."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Annotated, Any, TypeVar

import typer

from pagevoo_console.cli import words
from pagevoo_console.cli.call import Call, call_of, show_steps
from pagevoo_console.cli.database import Id, newest_operation
from pagevoo_console.cli.refresh import look
from pagevoo_console.domain.errors import Refused

if TYPE_CHECKING:
    from pagevoo_console.cli.paper import Paper
    from pagevoo_console.domain.feature import Difference, Feature, Repair
    from pagevoo_console.domain.operation import Step
    from pagevoo_console.services.features import Features

P = TypeVar("P")
Json = dict[str, Any]
Names = Annotated[list[str], typer.Argument(metavar="NAME…", help="The features.")]
SomeNames = Annotated[
    list[str] | None, typer.Argument(metavar="[NAME…]", help="The features; all where none is named.")
]
Name = Annotated[str, typer.Argument(metavar="NAME", help="The feature.")]
DryRun = Annotated[bool, typer.Option("--dry-run", help="Say what would be done.")]

app = typer.Typer(help="Features of tenants' websites.")


@app.command("list")
def list_(context: typer.Context, tenant: Id) -> None:
    """The state of each feature in a tenant's database, and what the platform's own migrations wrote down there."""
    call = call_of(context)
    features = call.console.features
    found, migrations = features.list(tenant), features.migrations(tenant)
    document = {**words.listing("features", [words.feature(one) for one in found]), "laravel": list(migrations)}

    def show(paper: Paper) -> None:
        _show(paper, found)
        for name in migrations:
            paper.line(f"Laravel migration: {name}")

    call.answer(document, show)


@app.command()
def install(
    context: typer.Context,
    tenant: Id,
    names: Names,
    rehearse: Annotated[bool, typer.Option("--rehearse", help="Back up, and try it on a copy first.")] = False,
    dry_run: DryRun = False,
) -> None:
    """Install features and what they require; what is installed already is left alone."""
    call = call_of(context)
    plan = _planned(
        call, tenant, "feature.install", lambda features: features.plan_install(tenant, names, rehearse=rehearse)
    )
    facts = {
        "already": list(plan.already), "tables": list(plan.tables), "required": list(plan.required),
    }  # fmt: skip
    if dry_run:
        _answer_plan(call, {"install": list(plan.features), **facts}, plan.steps)
        return
    found = call.work(lambda job: call.console.features.install(plan, job))
    _answer_many(call, tenant, "feature.install", {"installed": list(plan.features), **facts}, plan.features, found)


@app.command()
def upgrade(context: typer.Context, tenant: Id, names: SomeNames = None, dry_run: DryRun = False) -> None:
    """Bring features, and core, to their newest revision; tables that stand are backed up before they are altered."""
    call = call_of(context)
    plan = _planned(call, tenant, "feature.upgrade", lambda features: features.plan_upgrade(tenant, names or ()))
    facts = {
        "already": list(plan.already),
        "revisions": [
            {"feature": name, "revision": step.name, "title": step.title} for name, step in plan.revisions
        ],
    }  # fmt: skip
    if dry_run:
        _answer_plan(call, {"upgrade": list(plan.features), "backup": plan.needs_backup, **facts}, plan.steps)
        return
    found = call.work(lambda job: call.console.features.upgrade(plan, job))
    _answer_many(call, tenant, "feature.upgrade", {"upgraded": list(plan.features), **facts}, plan.features, found)


@app.command()
def disable(context: typer.Context, tenant: Id, name: Name, dry_run: DryRun = False) -> None:
    """Switch a feature off. Its tables and all they hold stay."""
    _switch(call_of(context), tenant, "feature.disable", lambda one: one.plan_disable(tenant, name), dry_run)


@app.command()
def enable(context: typer.Context, tenant: Id, name: Name, dry_run: DryRun = False) -> None:
    """Switch a feature on again."""
    _switch(call_of(context), tenant, "feature.enable", lambda one: one.plan_enable(tenant, name), dry_run)


@app.command()
def uninstall(
    context: typer.Context,
    tenant: Id,
    name: Name,
    confirm: Annotated[str | None, typer.Option(metavar="NAME", help="The feature's name, exactly.")] = None,
    dry_run: DryRun = False,
) -> None:
    """Back up, prove, and drop the feature's own tables. Resumes where a crash left it."""
    call = call_of(context)
    plan = _planned(call, tenant, "feature.uninstall", lambda features: features.plan_uninstall(tenant, name))
    facts = {"tables": list(plan.tables), "rows_estimated": plan.rows}
    if dry_run:
        _answer_plan(call, facts, plan.steps)
        return
    if confirm is None and call.is_attended:
        call.output.answer({}, lambda paper: show_steps(paper, plan.steps))
    confirmation = call.confirmation(name, confirm)
    found = call.work(lambda job: call.console.features.uninstall(plan, confirmation, job))
    _answer_one(call, tenant, "feature.uninstall", facts, plan.steps, found)


@app.command()
def drift(context: typer.Context, tenant: Id) -> None:
    """How tables, rows and revisions differ from what the installed revisions say."""
    call = call_of(context)
    found = call.console.features.drift(tenant)

    def show(paper: Paper) -> None:
        _show_differences(paper, found)
        if any(one.is_repairable for one in found):
            paper.line("`feature repair` mends what it can; --dry-run shows how.")

    call.answer({"differences": [words.difference(one) for one in found]}, show)


@app.command()
def repair(context: typer.Context, tenant: Id, names: SomeNames = None, dry_run: DryRun = False) -> None:
    """Mend what has drifted where no value is lost; nothing is dropped that should not be there."""
    call = call_of(context)
    plan = _planned(call, tenant, "feature.repair", lambda features: features.plan_repair(tenant, names or ()))
    facts: Json = {"repairs": [_repair(one) for one in plan.repairs]}
    if dry_run:
        left = [words.difference(one) for one in plan.left]
        document = _plan({**facts, "left": left, "backup": plan.needs_backup}, plan.steps)

        def show_plan(paper: Paper) -> None:
            _show_repairs(paper, plan.repairs)
            _show_differences(paper, plan.left)
            show_steps(paper, plan.steps)

        call.answer(document, show_plan)
        return
    left_now = call.work(lambda job: call.console.features.repair(plan, job))
    look(call, tenant)
    document = {
        **_done(call, tenant, "feature.repair", plan.steps),
        **facts,
        "left": [words.difference(one) for one in left_now],
    }
    call.answer(document, lambda paper: _show_differences(paper, left_now))


@app.command()
def adopt(context: typer.Context, tenant: Id, name: Name, dry_run: DryRun = False) -> None:
    """Take over tables that the platform's own migrations made: compare them, add what they lack, record them."""
    call = call_of(context)
    plan = _planned(call, tenant, "feature.adopt", lambda features: features.plan_adopt(tenant, name))
    facts: Json = {
        "tables": list(plan.tables), "repairs": [_repair(one) for one in plan.repairs],
        "differences": [words.difference(one) for one in plan.differences], "laravel": list(plan.laravel),
    }  # fmt: skip
    if dry_run:
        call.answer(_plan({**facts, "backup": plan.needs_backup}, plan.steps), lambda paper: _show_adoption(
            paper, plan.repairs, plan.differences, plan.steps
        ))  # fmt: skip
        return
    found = call.work(lambda job: call.console.features.adopt(plan, job))
    _answer_one(call, tenant, "feature.adopt", facts, plan.steps, found)


def _planned(call: Call, tenant: str, kind: str, plan: Callable[[Features], P]) -> P:
    """The plan; a refusal is noted in the trail."""
    features = call.console.features
    try:
        return plan(features)
    except Refused as error:
        features.refused(tenant, error, kind)
        raise


def _switch(call: Call, tenant: str, kind: str, plan: Callable[[Features], Any], dry_run: bool) -> None:
    planned = _planned(call, tenant, kind, plan)
    if dry_run:
        _answer_plan(call, {}, planned.steps)
        return
    found = call.work(lambda job: call.console.features.switch(planned, job))
    _answer_one(call, tenant, kind, {}, planned.steps, found)


def _plan(facts: Json, steps: Sequence[Step]) -> Json:
    return {"ok": True, "operation": None, "dry_run": True, **facts, "steps": [words.step(step) for step in steps]}


def _answer_plan(call: Call, facts: Json, steps: Sequence[Step]) -> None:
    call.answer(_plan(facts, steps), lambda paper: show_steps(paper, steps))


def _done(call: Call, tenant: str, kind: str, acted: Sequence[object]) -> Json:
    return {"ok": True, "operation": newest_operation(call, tenant, kind) if acted else None}


def _answer_one(call: Call, tenant: str, kind: str, facts: Json, steps: Sequence[Step], found: Feature) -> None:
    look(call, tenant)
    document = {**_done(call, tenant, kind, steps), **facts, "feature": words.feature(found)}
    call.answer(document, lambda paper: paper.line(f"{found.title} is {found.state.value}"))


def _answer_many(
    call: Call, tenant: str, kind: str, facts: Json, names: Sequence[str], found: tuple[Feature, ...]
) -> None:
    """Every feature as it is now; `feature` is the one that was meant, where it was one."""
    look(call, tenant)
    meant = [one for one in found if one.name in (names or facts["already"])]
    document = {
        **_done(call, tenant, kind, names),
        **facts,
        "feature": words.feature(meant[0]) if len(meant) == 1 else None,
        "features": [words.feature(one) for one in found],
    }
    call.answer(document, lambda paper: _show(paper, found))


def _repair(one: Repair) -> Json:
    return {
        "feature": one.feature,
        "differences": [words.difference(difference) for difference in one.differences],
        "statements": list(one.statements),
        "alters": one.alters,
    }


def _show(paper: Paper, features: tuple[Feature, ...]) -> None:
    paper.table(
        ["Name", "Title", "State", "Tables"],
        ((one.name, one.title, one.state.value, ", ".join(one.tables)) for one in features),
        styled=("State",),
    )


def _show_differences(paper: Paper, found: Sequence[Difference]) -> None:
    if not found:
        paper.line("No difference")
        return
    paper.table(
        ["Table", "Kind", "Detail", "Mendable"],
        ((one.table, one.kind, one.detail, "yes" if one.is_repairable else one.why) for one in found),
    )


def _show_repairs(paper: Paper, repairs: Sequence[Repair]) -> None:
    for one in repairs:
        for difference in one.differences:
            paper.line(f"{difference.table}: {difference.detail}")
        for statement in one.statements:
            paper.line(f"    {' '.join(statement.split())}")


def _show_adoption(
    paper: Paper, repairs: Sequence[Repair], differences: Sequence[Difference], steps: Sequence[Step]
) -> None:
    _show_repairs(paper, repairs)
    _show_differences(paper, differences)
    show_steps(paper, steps)
