"""`quota`: what tenants use of their tier's limits."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from pagevoo_console.cli import formats, words
from pagevoo_console.cli.call import Call, call_of, show_steps
from pagevoo_console.cli.columns import Right
from pagevoo_console.cli.database import Id, newest_operation
from pagevoo_console.cli.refresh import look, refresh
from pagevoo_console.cli.tenant import show_quotas
from pagevoo_console.domain.errors import Unreachable
from pagevoo_console.domain.quota import Forecast, QuotaLevel, QuotaMetric, QuotaUsage
from pagevoo_console.domain.tenant import TenantQuery
from pagevoo_console.services.values import iso

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pagevoo_console.cli.paper import Paper
    from pagevoo_console.domain.platform import Platform
    from pagevoo_console.domain.sighting import TenantEntry

app = typer.Typer(help="Limits and what is used of them.")
ALARMING = (QuotaLevel.NEAR, QuotaLevel.OVER)


@app.command()
def show(context: typer.Context, tenant: Id) -> None:
    """What one tenant uses, and which features and tables take it, measured now."""
    call = call_of(context)
    found = call.console.quotas.report(tenant)
    document = {
        "tenant": tenant,
        **words.listing("quotas", [words.quota(one) for one in found.usages]),
        "tables": [words.table_usage(one, found.measured_at) for one in found.tables],
        "features": [words.feature_usage(one, found.measured_at) for one in found.features],
        "measured_at": iso(found.measured_at),
        "used_means": found.means,
    }

    def draw(paper: Paper) -> None:
        show_quotas(paper, found.usages)
        paper.line(f"Used: {found.means}")
        paper.heading("Features")
        paper.table(
            ["Feature", Right("Tables"), Right("Rows, about"), Right("Used"), "Exact"],
            (
                (
                    one.title, formats.count(one.tables), formats.count(one.rows_estimated), formats.size(one.used),
                    "yes" if one.exact else "no",
                )
                for one in found.features
            ),
        )  # fmt: skip
        paper.heading("Tables")
        paper.table(
            ["Table", "Feature", Right("Rows, about"), Right("Allocated"), Right("Used"), "Exact"],
            (
                (
                    one.name, one.feature, formats.count(one.rows_estimated), formats.size(one.allocated),
                    formats.size(one.used), "yes" if one.exact else "no",
                )
                for one in found.tables
            ),
        )  # fmt: skip

    call.answer(document, draw)


@app.command("list")
def list_(
    context: typer.Context,
    level: Annotated[list[QuotaLevel] | None, typer.Option(help="Only this level; may be repeated.")] = None,
    fail: Annotated[bool, typer.Option("--fail", help="Exit 1 if any is (without --level: near or over).")] = False,
    cached: Annotated[bool, typer.Option(help="Answer at once from what was last seen.")] = False,
) -> None:
    """What every tenant uses, the fullest first."""
    call = call_of(context)
    refresh(call, is_cached=cached)
    wanted = tuple(one.value for one in level or QuotaLevel)
    page = call.console.directory.page(TenantQuery(levels=wanted, sort="-used"))
    ahead = {} if cached else _forecasts(call, page.entries)
    listed = [(entry, usage) for entry in page.entries for usage in _usages(call.console.platform, entry, ahead)]
    document = words.listing(
        "quotas", [{"tenant": entry.id, "name": entry.name, **words.quota(usage)} for entry, usage in listed]
    )

    def draw(paper: Paper) -> None:
        paper.table(
            ["Id", "Name", "Tier", Right("Used"), Right("Limit"), Right("Share"), "Level", "Runs out", "Seen"],
            (
                (
                    entry.id, entry.name, entry.tier, formats.size(usage.used), formats.size(usage.limit),
                    formats.percent(usage.fraction), usage.level.value, formats.ahead(usage.forecast),
                    formats.age(entry.seen_at),
                )
                for entry, usage in listed
            ),
            styled=("Level",),
        )  # fmt: skip

    call.answer(document, draw)
    if fail and any(usage.level in (level or ALARMING) for _, usage in listed):
        raise typer.Exit(1)


@app.command()
def alerts(context: typer.Context) -> None:
    """Which tenants have crossed 80, 90 or 100 % of a limit, as `fleet tick` has told."""
    call = call_of(context)
    found = call.console.quota_alerts.open()

    def draw(paper: Paper) -> None:
        paper.table(
            ["Tenant", "Quota", Right("Threshold"), Right("Used"), Right("Limit"), "Since"],
            (
                (
                    one.tenant, one.quota, f"{one.threshold} %", formats.size(one.used), formats.size(one.limit),
                    formats.moment(one.raised_at),
                )
                for one in found
            ),
        )  # fmt: skip

    call.answer(words.listing("alerts", [words.alert(one) for one in found]), draw)


@app.command()
def enforce(
    context: typer.Context,
    tenant: Id,
    if_over: Annotated[
        bool, typer.Option("--if-over", help="Only if it is over its limit; it then thaws by itself.")
    ] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Say what would be done.")] = False,
) -> None:
    """Freeze a database: new rows are refused from every account; reading, changing and deleting work."""
    call = call_of(context)
    freezes = call.console.freezes
    plan = freezes.plan(tenant, if_over=if_over)
    document: dict[str, Any] = {
        "ok": True, "operation": None, "tenant": tenant, "database": plan.database, "tables": plan.tables,
        "message": plan.message, "quotas": [words.quota(one) for one in plan.usages],
    }  # fmt: skip
    if dry_run:
        steps = [words.step(step) for step in plan.steps]
        call.answer({**document, "dry_run": True, "steps": steps}, lambda paper: show_steps(paper, plan.steps))
        return
    frozen = call.work(lambda job: freezes.freeze(plan, job))
    look(call, tenant)
    if plan.steps:
        document["operation"] = newest_operation(call, tenant, "quota.enforce")
    document["frozen"] = None if frozen is None else words.freeze(frozen)
    said = "It is not over its limit: nothing was done" if frozen is None else frozen.sentence
    call.answer(document, lambda paper: paper.line(f"{plan.database}: {said}"))


@app.command()
def release(
    context: typer.Context,
    tenant: Id,
    compact: Annotated[bool, typer.Option("--compact", help="First give what was deleted back to the disk.")] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Say what would be done.")] = False,
) -> None:
    """Thaw a frozen database, whoever froze it; with --compact its tables are written anew first."""
    call = call_of(context)
    freezes = call.console.freezes
    plan = freezes.plan_release(tenant, compact=compact)
    document: dict[str, Any] = {
        "ok": True, "operation": None, "tenant": tenant, "database": plan.database, "compacts": plan.compacts,
        "largest_table": plan.largest_table, "warnings": list(plan.warnings),
    }  # fmt: skip

    def draw_plan(paper: Paper) -> None:
        for warning in plan.warnings:
            paper.line(warning)
        if plan.compacts:
            paper.line(f"The largest table takes {formats.size(plan.largest_table)}.")
        show_steps(paper, plan.steps)

    if dry_run:
        document |= {"dry_run": True, "steps": [words.step(step) for step in plan.steps]}
        call.answer({**document, "quotas": [words.quota(one) for one in plan.usages]}, draw_plan)
        return
    for warning in plan.warnings:
        call.output.note(f"Note: {warning}")
    measured = call.work(lambda job: freezes.release(plan, job))
    look(call, tenant)
    if plan.steps:
        document["operation"] = newest_operation(call, tenant, "quota.release")
    document |= {"frozen": None, "quotas": [words.quota(one) for one in measured]}

    def draw(paper: Paper) -> None:
        paper.line(f"{plan.database} takes new rows")
        show_quotas(paper, measured)

    call.answer(document, draw)


def _forecasts(call: Call, entries: Sequence[TenantEntry]) -> dict[tuple[str, str], Forecast]:
    """When they run out, by (tenant, quota); nothing where the master cannot be asked."""
    try:
        return call.console.quotas.forecasts(
            {entry.id: (entry.generation, entry.limit) for entry in entries if entry.generation is not None}
        )
    except Unreachable:
        return {}


def _usages(platform: Platform, entry: TenantEntry, ahead: dict[tuple[str, str], Forecast]) -> list[QuotaUsage]:
    """The quotas of size, out of what was last seen."""
    return [
        QuotaUsage(
            quota.name,
            entry.used,
            entry.limit,
            quota.unit,
            quota.title,
            measured_at=entry.seen_at,
            exact=entry.exact,
            forecast=ahead.get((entry.id, quota.name)),
        )
        for quota in platform.quotas
        if quota.metric is QuotaMetric.DATABASE_BYTES
    ]
