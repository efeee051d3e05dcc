"""`database`: making a tenant's database, looking at it, deleting it safely, and having it back."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from pagevoo_console.cli import formats, trash, words
from pagevoo_console.cli.call import Call, call_of, show_steps
from pagevoo_console.cli.refresh import look
from pagevoo_console.cli.several_deletions import PAUSE_HELP, delete_several, deleted
from pagevoo_console.domain.deletion import DeletionPlan, DeletionRequest
from pagevoo_console.domain.errors import WrongUsage
from pagevoo_console.domain.server import CheckLayer, CheckResult
from pagevoo_console.domain.several_deletions import PAUSE_SECONDS, SeveralDeletionsRequest
from pagevoo_console.domain.switch import SwitchPlan

if TYPE_CHECKING:
    from pagevoo_console.cli.paper import Paper

app = typer.Typer(help="Tenants' databases.")
SERVER_LAYERS = frozenset({CheckLayer.NAME, CheckLayer.TCP, CheckLayer.TLS, CheckLayer.LOGIN, "folder"})
Id = Annotated[str, typer.Argument(metavar="ID", help="The tenant.")]


@app.command()
def create(
    context: typer.Context,
    tenant: Id,
    website: Annotated[str, typer.Option(metavar="WID", help="The website that the database is for.")],
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Say what would be done.")] = False,
) -> None:
    """Create a tenant's database; takes up what an interrupted creation left."""
    call = call_of(context)
    console = call.console
    plan = console.databases.plan_creation(tenant, website)
    if dry_run:
        planned = {
            "ok": True, "operation": None, "dry_run": True, "database": plan.database, "server": plan.server,
            "steps": [words.step(step) for step in plan.steps],
        }  # fmt: skip
        call.answer(planned, lambda paper: show_steps(paper, plan.steps))
        return
    database = call.work(lambda job: console.databases.create(plan, job))
    look(call, tenant)
    document = {
        "ok": True,
        "operation": newest_operation(call, tenant, "database.create"),
        "tenant": tenant,
        "database": words.tenant_database(database),
    }
    call.answer(document, lambda paper: paper.line(f"{database.name} is {database.state.value} on {database.server}"))


@app.command()
def status(context: typer.Context, tenant: Id) -> None:
    """A tenant's database as the server sees it now."""
    call = call_of(context)
    found = call.console.databases.status(tenant)

    def show(paper: Paper) -> None:
        paper.facts(
            [
                ("Name", found.name), ("State", found.state.value), ("Engine", found.engine),
                ("Server", found.server), ("Size", formats.size(found.size_bytes)),
                ("Created", formats.moment(found.created_at)), ("Website", found.website or "none"),
                *([("Deleted", formats.moment(found.deleted_at))] if found.deleted_at else []),
                *([("Note", found.note)] if found.note else []),
            ]
        )  # fmt: skip

    call.answer(words.tenant_database(found), show)


@app.command()
def check(context: typer.Context, tenant: Id) -> None:
    """Test the connection, from name resolution to privileges. Exit code 5 where the server cannot be reached."""
    call = call_of(context)
    found = call.console.databases.check(tenant)
    call.answer(words.check(found), lambda paper: show_check(paper, found))
    raise typer.Exit(check_exit_code(found))


@app.command()
def delete(
    context: typer.Context,
    tenants: Annotated[list[str], typer.Argument(metavar="ID…", help="The tenant, or several of them.")],
    confirm: Annotated[str | None, typer.Option(metavar="DATABASE_NAME", help="The database's name, exactly.")] = None,
    confirm_count: Annotated[int | None, typer.Option(metavar="N", help="Several: how many go, exactly.")] = None,
    confirm_connection: Annotated[
        str | None, typer.Option(metavar="NAME", help="Several, in production: the connection's name, too.")
    ] = None,
    grace: trash.Grace = None,
    backup_to: Annotated[Path | None, typer.Option(metavar="DIR", help="Where the backup goes.")] = None,
    no_backup: Annotated[bool, typer.Option("--no-backup", help="Make none; needs --reason.")] = False,
    reason: Annotated[str, typer.Option(metavar="TEXT", help="Why, for the audit trail.")] = "",
    pause: Annotated[int, typer.Option(metavar="SECONDS", min=0, max=3600, help=PAUSE_HELP)] = PAUSE_SECONDS,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Say what would be done.")] = False,
) -> None:
    """Back up, prove, unpublish, put out of reach and into the trash, mark deleted. Resumes where a crash left it.

    Several go one after the other, the first alone and looked at; the first surprise stops the others.
    """
    call = call_of(context)
    if no_backup and backup_to is not None:
        raise WrongUsage("--no-backup and --backup-to contradict each other")
    if len(tenants) > 1 or confirm_count is not None:
        if no_backup or confirm is not None:
            raise WrongUsage(
                f"{'--no-backup' if no_backup else '--confirm'} is for one database",
                hint="Several are confirmed by --confirm-count, and backed up always.",
            )
        request = SeveralDeletionsRequest(tuple(tenants), backup_to, reason, grace, pause)
        return delete_several(call, request, confirm_count, confirm_connection, dry_run)
    (tenant,) = tenants
    deletions = call.console.deletions
    plan = deletions.plan(DeletionRequest(tenant, backup_to, no_backup, reason, grace))
    if dry_run:
        document = {"ok": True, "operation": None, "dry_run": True, **words.deletion_plan(plan)}
        return call.answer(document, lambda paper: _show_plan(paper, plan))
    if confirm is None and call.is_attended:
        call.output.answer({}, lambda paper: _show_plan(paper, plan))
    confirmation = call.confirmation(plan.database.name, confirm)
    done = call.work(lambda job: deletions.run(plan, confirmation, job))
    look(call, tenant)

    def show(paper: Paper) -> None:
        paper.line(f"{done.database} is deleted")
        if done.purge_after is not None:
            until = formats.moment(done.purge_after)
            paper.line(f"It can be had back until {until}: `database undelete {done.operation}`")
        if done.backup_path is not None:
            paper.line(f"Its backup: {done.backup_path}")

    return call.answer({"ok": True, **deleted(done)}, show)


@app.command()
def switch(
    context: typer.Context,
    tenant: Id,
    website: Annotated[str, typer.Option(metavar="WID", help="The website to move to.")],
    confirm: Annotated[
        str | None, typer.Option(metavar="DATABASE_NAME", help="The name of the database that goes, exactly.")
    ] = None,
    backup_to: Annotated[Path | None, typer.Option(metavar="DIR", help="Where the backup goes.")] = None,
    publish: Annotated[bool, typer.Option("--publish", help="Publish that website in the end.")] = False,
    grace: trash.Grace = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Say what would be done.")] = False,
) -> None:
    """Move to another website: back up, prove, delete, unpublish, create anew. Resumes where a crash left it."""
    call = call_of(context)
    switches = call.console.switches
    plan = switches.plan(tenant, website, backup_to, grace, publish=publish)
    if dry_run:
        planned = {
            **words.deletion_plan(plan.deletion), "ok": True, "operation": None, "dry_run": True,
            "from_website": plan.from_website, "to_website": plan.to_website.id, "features": list(plan.features),
            "publish": plan.publish, "steps": [words.step(step) for step in plan.steps],
            "warnings": list(plan.warnings),
        }  # fmt: skip
        call.answer(planned, lambda paper: _show_switch(paper, plan))
        return
    if confirm is None and call.is_attended:
        call.output.answer({}, lambda paper: _show_switch(paper, plan))
    confirmation = call.confirmation(plan.deletion.database.name, confirm)
    done = call.work(lambda job: switches.run(plan, confirmation, job))
    look(call, tenant)
    document = {
        "ok": True,
        "operation": done.operation,
        "tenant": done.tenant,
        "website": done.website,
        "published": done.is_published,
        "database": None if done.database is None else words.tenant_database(done.database),
        "backup": done.backup,
        "backup_path": None if done.backup_path is None else str(done.backup_path),
        "features": list(plan.features),
    }

    def show(paper: Paper) -> None:
        paper.line(f"{plan.deletion.database.name} belongs to website {done.website} now, and is empty")
        if done.is_published:
            paper.line(f"Website {done.website} is published")
        if plan.features:
            paper.line(f"May be installed anew: {', '.join(plan.features)}")
        if done.backup_path is not None:
            paper.line(f"The backup of what was there: {done.backup_path}")

    call.answer(document, show)


def _show_switch(paper: Paper, plan: SwitchPlan) -> None:
    _show_plan(paper, plan.deletion, steps=False)
    paper.facts(
        [
            ("From", f"website {plan.from_website or 'none'}"),
            ("To", f"website {plan.to_website.id}  {plan.to_website.name}"),
            ("Data of", ", ".join(plan.features) or "no feature"),
        ]
    )
    show_steps(paper, plan.steps)


def show_check(paper: Paper, found: CheckResult) -> None:
    """The layers of a check, and what to do."""
    paper.table(
        ["Layer", "Holds", "Seen"], ((one.layer, "yes" if one.ok else "no", one.detail) for one in found.steps),
        styled=("Holds",),
    )  # fmt: skip
    if found.problem:
        paper.line(found.problem)
        paper.line(found.hint or "")
    elif found.latency_ms is not None:
        paper.line(f"{found.server_version}, {found.latency_ms:.1f} ms")


def check_exit_code(found: CheckResult) -> int:
    """5 where the server or the login fails, 1 where the database does, 0 where it can be reached."""
    if found.reachable:
        return 0
    failed = next((one.layer for one in found.steps if not one.ok), CheckLayer.TCP.value)
    return 5 if failed in SERVER_LAYERS else 1


def newest_operation(call: Call, tenant: str, kind: str) -> str | None:
    """The id of the operation that has just ended."""
    found = call.console.operations.list(tenant=tenant, limit=20)
    return next((operation.id for operation in found if operation.kind == kind), None)


def _show_plan(paper: Paper, plan: DeletionPlan, *, steps: bool = True) -> None:
    paper.facts(
        [
            ("Tenant", f"{plan.request.tenant}  {plan.tenant_name}  {plan.tenant_email}"),
            ("Database", f"{plan.database.name} on {plan.server_address}"),
            (
                "Holds",
                f"{formats.counted(plan.tables, 'table')}, {'' if plan.radius.rows_exact else 'about '}"
                f"{formats.counted(plan.rows, 'row')}, {formats.size(plan.size_bytes)}",
            ),
            ("Last written to", formats.moment(plan.radius.last_write)),
            ("Newest proved backup", formats.moment(plan.newest_proved_backup)),
            (
                "Can be had back",
                f"until {formats.moment(plan.purge_after)}" if plan.is_kept else "no, but for its backup",
            ),
            *(("Warning", warning) for warning in plan.warnings),
        ]
    )
    if steps:
        show_steps(paper, plan.steps)


trash.add_to(app)
