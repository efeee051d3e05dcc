"""`database delete ID ID…`: several at once, by a typed count."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import typer

from pagevoo_console.cli import formats, words
from pagevoo_console.cli.columns import Right
from pagevoo_console.cli.refresh import look
from pagevoo_console.domain.several_deletions import PAUSE_SECONDS, SeveralDeletionsPlan, SeveralDeletionsResult
from pagevoo_console.services.values import iso

if TYPE_CHECKING:
    from pagevoo_console.cli.call import Call
    from pagevoo_console.cli.paper import Paper
    from pagevoo_console.domain.deletion import DeletionResult
    from pagevoo_console.domain.several_deletions import SeveralDeletionsRequest

PAUSE_HELP = f"Several: how long to wait after the first one, {PAUSE_SECONDS} by default."


def delete_several(
    call: Call, request: SeveralDeletionsRequest, count: int | None, connection: str | None, dry_run: bool
) -> None:
    """Show the list; delete those on it where the count is confirmed. Exit code 4 where it stopped on the way."""
    several = call.console.several_deletions
    plan = several.plan(request)
    if dry_run:
        call.answer(_planned(plan), lambda paper: _show(paper, plan))
        return
    given = None if count is None else " ".join([str(count), *([] if connection is None else [connection])])
    if given is None and call.is_attended:
        call.output.answer({}, lambda paper: _show(paper, plan))
    confirmation = call.confirmation(plan.confirmation, given)
    done = call.work(lambda job: several.run(plan, confirmation, job))
    for one in done.done:
        look(call, one.tenant)
    call.answer(_result(done), lambda paper: _show_result(paper, done))
    if done.surprise:
        raise typer.Exit(4)


def deleted(done: DeletionResult) -> dict[str, Any]:
    """One deletion that was carried out, as JSON."""
    return {
        "operation": done.operation,
        "tenant": done.tenant,
        "database": done.database,
        "backup": done.backup,
        "backup_path": None if done.backup_path is None else str(done.backup_path),
        "trash": done.trash,
        "purge_after": iso(done.purge_after),
    }


def _planned(plan: SeveralDeletionsPlan) -> dict[str, Any]:
    return {
        "ok": True, "operation": None, "dry_run": True, "count": len(plan.deletions),
        "confirmation": plan.confirmation, "tables": plan.tables, "rows": plan.rows, "rows_exact": plan.rows_exact,
        "size_bytes": plan.size_bytes, "sessions": plan.sessions,
        "websites_unpublished": list(plan.websites_unpublished),
        "deletions": [words.deletion_plan(one) for one in plan.deletions],
        "skipped": list(plan.skipped), "why_skipped": dict(plan.skipped),
    }  # fmt: skip


def _result(done: SeveralDeletionsResult) -> dict[str, Any]:
    return {
        "ok": not done.surprise, "operation": None, "done": [deleted(one) for one in done.done],
        "failed": [{"tenant": done.stopped_at, "error": done.surprise}] if done.surprise else [],
        "left": list(done.left), "skipped": list(done.skipped), "why_skipped": dict(done.skipped),
    }  # fmt: skip


def _show(paper: Paper, plan: SeveralDeletionsPlan) -> None:
    paper.table(
        ["Tenant", "Name", "Database", Right("Tables"), Right("Rows"), Right("Size"), "Last written to",
         Right("Sessions"), "Newest proved backup"],
        (
            (
                one.request.tenant, one.tenant_name, one.database.name, one.tables, one.rows,
                formats.size(one.size_bytes), formats.moment(one.radius.last_write), one.sessions,
                formats.moment(one.newest_proved_backup),
            )
            for one in plan.deletions
        ),
    )  # fmt: skip
    first = plan.deletions[0]
    paper.facts(
        [
            ("Together", f"{formats.counted(len(plan.deletions), 'database')}, "
             f"{formats.counted(plan.tables, 'table')}, {'' if plan.rows_exact else 'about '}"
             f"{formats.counted(plan.rows, 'row')}, {formats.size(plan.size_bytes)}"),
            ("First, and alone", f"{first.database.name} of {first.request.tenant}"),
            ("Can be had back", f"until {formats.moment(first.purge_after)}" if first.is_kept else "by their backups"),
            *((f"{one.request.tenant}", warning) for one in plan.deletions for warning in one.warnings),
            *((f"{tenant}, left out", why) for tenant, why in plan.skipped.items()),
        ]
    )  # fmt: skip


def _show_result(paper: Paper, done: SeveralDeletionsResult) -> None:
    for one in done.done:
        back = f"; `database undelete {one.operation}` has it back" if one.trash is not None else ""
        paper.line(f"{one.database} is deleted{back}")
    if done.surprise:
        paper.line(f"Stopped at {done.stopped_at}: {done.surprise}")
        if done.left:
            paper.line(f"Not touched: {', '.join(done.left)}")
