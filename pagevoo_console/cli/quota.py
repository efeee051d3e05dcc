"""`quota`: what tenants use of their tier's limits."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from pagevoo_console.cli import formats, words
from pagevoo_console.cli.call import call_of
from pagevoo_console.cli.columns import Right
from pagevoo_console.cli.database import Id
from pagevoo_console.cli.refresh import refresh
from pagevoo_console.cli.tenant import show_quotas
from pagevoo_console.domain.quota import QuotaLevel, QuotaMetric, QuotaUsage
from pagevoo_console.domain.tenant import TenantQuery

if TYPE_CHECKING:
    from pagevoo_console.cli.paper import Paper
    from pagevoo_console.domain.platform import Platform
    from pagevoo_console.domain.sighting import TenantEntry

app = typer.Typer(help="Limits and what is used of them.")
ALARMING = (QuotaLevel.NEAR, QuotaLevel.OVER)


@app.command()
def show(context: typer.Context, tenant: Id) -> None:
    """What one tenant uses, measured now."""
    call = call_of(context)
    found = call.console.quotas.show(tenant)
    document = {"tenant": tenant, **words.listing("quotas", [words.quota(one) for one in found])}
    call.answer(document, lambda paper: show_quotas(paper, found))


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
    listed = [(entry, usage) for entry in page.entries for usage in _usages(call.console.platform, entry)]
    document = words.listing(
        "quotas", [{"tenant": entry.id, "name": entry.name, **words.quota(usage)} for entry, usage in listed]
    )

    def draw(paper: Paper) -> None:
        paper.table(
            ["Id", "Name", "Tier", Right("Used"), Right("Limit"), Right("Share"), "Level", "Seen"],
            (
                (
                    entry.id, entry.name, entry.tier, formats.size(usage.used), formats.size(usage.limit),
                    formats.percent(usage.fraction), usage.level.value, formats.age(entry.seen_at),
                )
                for entry, usage in listed
            ),
            styled=("Level",),
        )  # fmt: skip

    call.answer(document, draw)
    if fail and any(usage.level in (level or ALARMING) for _, usage in listed):
        raise typer.Exit(1)


def _usages(platform: Platform, entry: TenantEntry) -> list[QuotaUsage]:
    """The quotas of size, out of what was last seen."""
    return [
        QuotaUsage(
            quota.name, entry.used, entry.limit, quota.unit, quota.title, measured_at=entry.seen_at, exact=entry.exact
        )
        for quota in platform.quotas
        if quota.metric is QuotaMetric.DATABASE_BYTES
    ]
