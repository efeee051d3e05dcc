"""`backup prune`: which backups are kept, and removing the others."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from pagevoo_console.cli import formats, words
from pagevoo_console.cli.call import call_of
from pagevoo_console.cli.columns import Right
from pagevoo_console.domain.place import read_place
from pagevoo_console.domain.retention import PrunePlan, RetentionPolicy

if TYPE_CHECKING:
    from pagevoo_console.cli.paper import Paper


def prune(
    context: typer.Context,
    tenant: Annotated[str | None, typer.Option(metavar="ID", help="Only this tenant's.")] = None,
    keep_last: Annotated[int | None, typer.Option(metavar="N", help="Keep the newest N.")] = None,
    keep_days: Annotated[int | None, typer.Option(metavar="N", help="Keep one of each of N days.")] = None,
    keep_weeks: Annotated[int | None, typer.Option(metavar="N", help="Keep one of each of N weeks.")] = None,
    keep_months: Annotated[int | None, typer.Option(metavar="N", help="Keep one of each of N months.")] = None,
    keep_years: Annotated[int | None, typer.Option(metavar="N", help="Keep one of each of N years.")] = None,
    place: Annotated[str | None, typer.Option(metavar="URL", help="Those in this place: s3://…")] = None,
    save: Annotated[bool, typer.Option("--save", help="Keep this policy for the platform instead.")] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Say what would go.")] = False,
) -> None:
    """Remove backups that the policy does not keep; never the newest proved one of a live database."""
    call = call_of(context)
    retention = call.console.retention
    given = {"last": keep_last, "days": keep_days, "weeks": keep_weeks, "months": keep_months, "years": keep_years}
    named = {name: number for name, number in given.items() if number is not None}
    policy = RetentionPolicy(**{**dict.fromkeys(given, 0), **named}) if named else None
    if save:
        chosen = policy or retention.policy()
        retention.set_policy(chosen)
        document = {"ok": True, "operation": None, "policy": chosen.text}
        return call.answer(document, lambda paper: paper.line(f"{call.console.platform.name} keeps {chosen.text}"))
    plan = retention.plan(tenant, policy, None if place is None else read_place(place))
    question = f"Remove {formats.counted(len(plan.removed), 'backup')}, {formats.size(plan.freed_bytes)}?"
    if not dry_run and plan.removed and call.agrees(question):
        plan = call.work(lambda job: retention.prune(plan, job))
        return call.answer(_document(plan, dry_run=False), lambda paper: _show(paper, plan, "Removed"))
    return call.answer(_document(plan, dry_run=dry_run), lambda paper: _show(paper, plan, "Would go"))


def _document(plan: PrunePlan, *, dry_run: bool) -> dict[str, object]:
    return {
        "ok": True, "operation": None, "dry_run": dry_run, "policy": plan.policy.text,
        "place": None if plan.place is None else plan.place.address,
        "removed": [words.backup(backup) for backup in plan.removed],
        "kept": [{"id": one.backup.id, "tenant": one.backup.tenant, "why": list(one.reasons)}
                 for one in plan.keepings if one.is_kept],
        "skipped": list(plan.skipped), "why_skipped": dict(plan.skipped), "freed_bytes": plan.freed_bytes,
    }  # fmt: skip


def _show(paper: Paper, plan: PrunePlan, word: str) -> None:
    paper.table(
        ["Id", "Tenant", "Made", Right("Size"), "Proved", "What becomes of it"],
        (
            (
                one.backup.id, one.backup.tenant, formats.moment(one.backup.created_at),
                formats.size(one.backup.size_bytes), formats.moment(one.backup.verified_at),
                f"kept: {', '.join(one.reasons)}" if one.is_kept else word.lower(),
            )
            for one in plan.keepings
        ),
    )  # fmt: skip
    for tenant, why in plan.skipped.items():
        paper.line(f"{tenant}: {why}")
    paper.line(f"{word}: {formats.counted(len(plan.removed), 'backup')}, {formats.size(plan.freed_bytes)}")
