"""`database trash`, `undelete`, `purge` and `certificate`: what comes after a deletion."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from pagevoo_console.cli import formats, words
from pagevoo_console.cli.call import Call, call_of, show_steps
from pagevoo_console.cli.columns import Right
from pagevoo_console.cli.refresh import look
from pagevoo_console.domain.trash import PurgePlan, TrashEntry, TrashResult, UndeletePlan
from pagevoo_console.services.values import iso, now

if TYPE_CHECKING:
    from pagevoo_console.cli.paper import Paper
    from pagevoo_console.domain.deletion import DeletionCertificate

Grace = Annotated[
    int | None,
    typer.Option(metavar="DAYS", help="How long it can be had back from the trash; 7 by default, 0 drops it at once."),
]
DeletionId = Annotated[
    str, typer.Argument(metavar="OPERATION", help="What put it there, as `database trash` lists it.")
]
DryRun = Annotated[bool, typer.Option("--dry-run", help="Say what would be done.")]


def add_to(app: typer.Typer) -> None:
    """Make these commands of a noun."""
    app.command("trash")(listed)
    app.command()(undelete)
    app.command()(purge)
    app.command()(certificate)


def listed(
    context: typer.Context,
    tenant: Annotated[str | None, typer.Option(metavar="ID", help="Only this tenant's.")] = None,
) -> None:
    """What was deleted or replaced, and can be had back until its grace period ends."""
    call = call_of(context)
    found = call.console.trash.list(tenant)
    document = words.listing("trash", [entry(one) for one in found])

    def show(paper: Paper) -> None:
        paper.table(
            [
                "Operation", "Tenant", "Database", "What", Right("Size"), "Since", "By", "Until", Right("Days left"),
            ],
            (
                (
                    one.operation, one.tenant, one.database, _what(one), formats.size(one.size_bytes),
                    formats.moment(one.deleted_at), one.by, formats.moment(one.purge_after), one.days_left(now()),
                )
                for one in found
            ),
        )  # fmt: skip

    call.answer(document, show)


def undelete(
    context: typer.Context,
    operation: DeletionId,
    website: Annotated[
        str | None, typer.Option(metavar="WID", help="The website it shall belong to, where its own is gone.")
    ] = None,
    confirm: Annotated[
        str | None, typer.Option(metavar="DATABASE_NAME", help="What is live, exactly, where it takes its place.")
    ] = None,
    grace: Grace = None,
    dry_run: DryRun = False,
) -> None:
    """Give a database back under its old name. What a restore replaced takes the live one's place again."""
    call = call_of(context)
    trash = call.console.trash
    plan = trash.plan_undelete(operation, website, grace)
    if dry_run:
        return call.answer(
            _planned(plan) | {"website": plan.website, "replaces": plan.replaces}, lambda paper: _show(paper, plan)
        )
    confirmation = confirm
    if plan.replaces:
        if confirm is None and call.is_attended:
            call.output.answer({}, lambda paper: _show(paper, plan))
        confirmation = call.confirmation(plan.entry.database, confirm)
    done = call.work(lambda job: trash.undelete(plan, job, confirmation))
    look(call, plan.entry.tenant)
    lines = [f"{plan.entry.database} is {'active' if plan.is_registered else 'there'} again", *plan.warnings]
    told: dict[str, Any] = {
        "undeleted": operation, "website": plan.website, "replaced": plan.replaces, "warnings": list(plan.warnings),
    }  # fmt: skip
    return _answer(call, done, told, lines)


def purge(
    context: typer.Context,
    operation: DeletionId,
    confirm: Annotated[
        str | None, typer.Option(metavar="DATABASE_NAME", help="The name that the database had, exactly.")
    ] = None,
    dry_run: DryRun = False,
) -> None:
    """Drop what is in the trash for good, before its time or after it. Resumes where a crash left it."""
    call = call_of(context)
    trash = call.console.trash
    plan = trash.plan_purge(operation)
    entry = plan.entry
    if dry_run:
        return call.answer(_planned(plan), lambda paper: _show(paper, plan))
    if confirm is None and call.is_attended:
        call.output.answer({}, lambda paper: _show(paper, plan))
    confirmation = call.confirmation(entry.database, confirm)
    done = call.work(lambda job: trash.purge(plan, confirmation, job))
    backup = [] if entry.backup_path is None else [f"Its backup: {entry.backup_path}"]
    told = {"purged": operation, "backup": entry.backup, "backup_path": entry.backup_path}
    return _answer(call, done, told, [f"{entry.database} is gone for good", *backup])


def certificate(
    context: typer.Context,
    operation: Annotated[str, typer.Argument(metavar="OPERATION", help="The deletion.")],
    to: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Write it there too: a page to print for .html, else JSON.")
    ] = None,
) -> None:
    """What a deletion did: what, how much, by whom, why, when, and the backup that is left."""
    call = call_of(context)
    certificates = call.console.certificates
    found = certificates.get(operation)
    if to is not None:
        certificates.save(found, to)
    document = {"ok": True, "operation": operation, "path": None if to is None else str(to.absolute()),
                "certificate": certificates.as_data(found)}  # fmt: skip
    call.answer(document, lambda paper: _show_certificate(paper, found, to))


def entry(found: TrashEntry) -> dict[str, Any]:
    """One entry of the trash, as JSON."""
    return {
        "operation": found.operation,
        "kind": found.kind,
        "replaced": found.is_replaced,
        "tenant": found.tenant,
        "database": found.database,
        "name": found.name,
        "server": found.server,
        "generation": found.generation,
        "website": found.website,
        "deleted_at": iso(found.deleted_at),
        "purge_after": iso(found.purge_after),
        "grace_days": found.grace_days,
        "days_left": found.days_left(now()),
        "size_bytes": found.size_bytes,
        "missing": found.is_missing,
        "by": found.by,
        "reason": found.reason,
        "backup": found.backup,
        "backup_path": found.backup_path,
        "state": found.state.value,
    }


def _what(found: TrashEntry) -> str:
    return "replaced" if found.is_replaced else "deleted"


def _answer(call: Call, done: TrashResult, told: dict[str, Any], lines: list[str]) -> None:
    """What came of a way out of the trash."""
    document = {
        "ok": True, "operation": done.operation, "tenant": done.entry.tenant, "database": done.entry.database, **told,
    }  # fmt: skip

    def show(paper: Paper) -> None:
        for line in lines:
            paper.line(line)

    call.answer(document, show)


def _planned(plan: UndeletePlan | PurgePlan) -> dict[str, Any]:
    return {
        "ok": True, "operation": None, "dry_run": True, "trash": entry(plan.entry),
        "tenant_name": plan.tenant_name, "steps": [words.step(step) for step in plan.steps],
        "warnings": list(plan.warnings),
    }  # fmt: skip


def _show(paper: Paper, plan: UndeletePlan | PurgePlan) -> None:
    found = plan.entry
    paper.facts(
        [
            ("Tenant", f"{found.tenant}  {plan.tenant_name}"),
            ("Database", f"{found.database} on {found.server}, {formats.size(found.size_bytes)}"),
            (_what(found).capitalize(), f"{formats.moment(found.deleted_at)} by {found.by}"),
            ("Can be had back", f"until {formats.moment(found.purge_after)}"),
            ("Backup", found.backup_path or "none"),
            *(("Warning", warning) for warning in plan.warnings),
        ]
    )
    show_steps(paper, plan.steps)


def _show_certificate(paper: Paper, found: DeletionCertificate, to: Path | None) -> None:
    paper.facts(
        [
            ("Tenant", f"{found.tenant}  {found.tenant_name}  {found.tenant_email}"),
            ("Database", f"{found.database} on {found.server}"),
            (
                "Held",
                f"{formats.counted(len(found.tables), 'table')}, {'' if found.rows_exact else 'about '}"
                f"{formats.counted(found.rows, 'row')}",
            ),
            ("Deleted", f"{formats.moment(found.deleted_at)} by {found.actor} at {found.host}"),
            ("Why", found.reason or "-"),
            ("Now", found.state),
            ("Backup", found.backup_path or "none"),
            ("SHA-256 of the backup", found.backup_sha256 or "-"),
            ("Entry in the trail", f"{found.audit_seq or '-'}  {found.audit_hash or ''}"),
            *([("Written to", str(to))] if to is not None else []),
        ]
    )
