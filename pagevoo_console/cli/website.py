"""`website`: publishing, unpublishing and deleting a customer's website, with the database that belongs to it."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from pagevoo_console.cli import formats, words
from pagevoo_console.cli.call import Call, call_of, show_steps
from pagevoo_console.cli.refresh import look
from pagevoo_console.cli.trash import Grace
from pagevoo_console.domain.errors import WrongUsage
from pagevoo_console.domain.website import WebsiteDeletionPlan, WebsiteDeletionRequest, WebsiteResult

if TYPE_CHECKING:
    from pagevoo_console.cli.paper import Paper

app = typer.Typer(help="Customers' websites.")
Id = Annotated[str, typer.Argument(metavar="WID", help="The website.")]
DryRun = Annotated[bool, typer.Option("--dry-run", help="Say what would be done.")]


@app.command()
def publish(context: typer.Context, website: Id, dry_run: DryRun = False) -> None:
    """Put a website on the air; creates its database when there is none."""
    call = call_of(context)
    websites = call.console.websites
    plan = websites.plan_publish(website)
    if dry_run:
        document = {
            "ok": True, "operation": None, "dry_run": True, "website": words.website(plan.website),
            "creates_database": None if plan.creation is None else plan.creation.database,
            "steps": [words.step(step) for step in plan.steps],
        }  # fmt: skip
        call.answer(document, lambda paper: show_steps(paper, plan.steps))
        return
    done = call.work(lambda job: websites.publish(plan, job))
    look(call, plan.website.tenant)
    call.answer(_document(done), lambda paper: _show(paper, done))


@app.command()
def unpublish(context: typer.Context, website: Id) -> None:
    """Take a website off the air; its database and everything in it stays."""
    call = call_of(context)
    done = call.console.websites.unpublish(website)
    look(call, done.website.tenant)
    call.answer(_document(done), lambda paper: _show(paper, done))


@app.command()
def delete(
    context: typer.Context,
    website: Id,
    confirm: Annotated[str | None, typer.Option(metavar="NAME", help="The website's name, exactly.")] = None,
    with_database: Annotated[
        str | None, typer.Option(metavar="DATABASE_NAME", help="Delete its database too; the name, exactly.")
    ] = None,
    grace: Grace = None,
    backup_to: Annotated[Path | None, typer.Option(metavar="DIR", help="Where the database's backup goes.")] = None,
    no_backup: Annotated[bool, typer.Option("--no-backup", help="Make none; needs --reason.")] = False,
    reason: Annotated[str, typer.Option(metavar="TEXT", help="Why, for the audit trail.")] = "",
    dry_run: DryRun = False,
) -> None:
    """Delete a website with its pages; refused while it has a database, unless both go."""
    call = call_of(context)
    if no_backup and backup_to is not None:
        raise WrongUsage("--no-backup and --backup-to contradict each other")
    if with_database is None and (no_backup or backup_to is not None or grace is not None):
        raise WrongUsage(
            "--no-backup, --backup-to and --grace are about a database", hint="Add --with-database DATABASE_NAME."
        )
    websites = call.console.websites
    request = WebsiteDeletionRequest(website, with_database is not None, backup_to, no_backup, reason, grace)
    plan = websites.plan_deletion(request)
    if dry_run:
        planned: dict[str, Any] = {
            "ok": True, "operation": None, "dry_run": True, "website": words.website(plan.website),
            "rows": dict(plan.rows), "steps": [words.step(step) for step in plan.steps],
            "database": None if plan.deletion is None else words.tenant_database(plan.deletion.database),
            "warnings": [] if plan.deletion is None else list(plan.deletion.warnings),
        }  # fmt: skip
        call.answer(planned, lambda paper: _show_plan(paper, plan))
        return
    if confirm is None and call.is_attended:
        call.output.answer({}, lambda paper: _show_plan(paper, plan))
    confirmation = _confirmation(call, plan.website.name, confirm)
    done = call.work(lambda job: websites.delete(plan, confirmation, job, database_confirmation=with_database or ""))
    look(call, plan.website.tenant)
    document = {
        **_document(done),
        "deleted": True,
        "backup": done.backup,
        "backup_path": None if done.backup_path is None else str(done.backup_path),
    }

    def show(paper: Paper) -> None:
        paper.line(f"Website {plan.website.id} is deleted")
        if done.backup_path is not None:
            paper.line(f"The backup of its database: {done.backup_path}")

    call.answer(document, show)


def _confirmation(call: Call, name: str, given: str | None) -> str | None:
    """What was typed; None where nobody was asked, so that an empty name is only confirmed by an empty option."""
    if given is not None or not call.is_attended:
        return given
    return call.confirmation(name or "the empty name", None) or None


def _document(done: WebsiteResult) -> dict[str, Any]:
    return {
        "ok": True,
        "operation": done.operation,
        "website": words.website(done.website),
        "database": None if done.database is None else words.tenant_database(done.database),
    }


def _show(paper: Paper, done: WebsiteResult) -> None:
    state = "published" if done.website.is_published else "not published"
    paper.line(f"Website {done.website.id} ({done.website.name}) is {state}")
    if done.database is not None:
        paper.line(f"Database {done.database.name} is {done.database.state.value} on {done.database.server}")


def _show_plan(paper: Paper, plan: WebsiteDeletionPlan) -> None:
    paper.facts(
        [
            ("Website", f"{plan.website.id}  {plan.website.name}  {plan.website.domain or '-'}"),
            ("Published", "yes" if plan.website.is_published else "no"),
            *((table, f"{formats.count(rows)} rows") for table, rows in plan.rows.items()),
            *(
                [("Database", f"{plan.deletion.database.name}, {formats.size(plan.deletion.size_bytes)}")]
                if plan.deletion is not None
                else []
            ),
        ]
    )
    show_steps(paper, plan.steps)
