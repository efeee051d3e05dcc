"""`tenant`: finding a customer, seeing how they are, and taking a portable copy of what is theirs."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from pagevoo_console.cli import formats, words
from pagevoo_console.cli.call import Call, call_of
from pagevoo_console.cli.columns import Right
from pagevoo_console.cli.output import is_terminal
from pagevoo_console.cli.refresh import look, refresh
from pagevoo_console.domain.database import DatabaseSize, DatabaseState
from pagevoo_console.domain.errors import ConsoleError, Refused, WrongUsage
from pagevoo_console.domain.export import ExportFormat, ExportRequest
from pagevoo_console.domain.tenant import SORT_KEYS, TenantQuery

if TYPE_CHECKING:
    from pagevoo_console.cli.paper import Paper
    from pagevoo_console.domain.feature import Feature
    from pagevoo_console.domain.quota import QuotaUsage
    from pagevoo_console.domain.tenant import Tenant
    from pagevoo_console.domain.tier import TierPlan

app = typer.Typer(help="Customers of the platform.")
TERMINAL_ROWS = 100
ACTIONS = (
    "new_template", "create_database", "install_feature", "edit_website", "publish_website", "delete_website",
)  # fmt: skip
STATES = (*(state.value for state in DatabaseState), "none")


@app.command("list")
def list_(
    context: typer.Context,
    search: Annotated[str, typer.Option(help="Any part of id, e-mail, name, domain or database.")] = "",
    tier: Annotated[list[str] | None, typer.Option(help="Only this tier; may be repeated.")] = None,
    state: Annotated[list[str] | None, typer.Option(help=f"Only databases in this state: {', '.join(STATES)}.")] = None,
    sort: Annotated[str, typer.Option(help=f"{', '.join(SORT_KEYS)}; with - before it, descending.")] = "id",
    limit: Annotated[int | None, typer.Option(min=0, help="At most so many.")] = None,
    offset: Annotated[int, typer.Option(min=0, help="Leave out so many first.")] = 0,
    cached: Annotated[bool, typer.Option(help="Answer at once from what was last seen.")] = False,
) -> None:
    """Find tenants."""
    call = call_of(context)
    _ensure_known("tier", tier, [one.name for one in call.console.platform.tiers])
    _ensure_known("state", state, STATES)
    if sort.removeprefix("-") not in SORT_KEYS:
        raise WrongUsage(f"Tenants cannot be sorted by {sort!r}", hint=f"Sort by one of: {', '.join(SORT_KEYS)}.")
    refresh(call, is_cached=cached, features=True)
    if limit is None and not call.output.is_json and is_terminal(sys.stdout):
        limit = TERMINAL_ROWS
    page = call.console.directory.page(
        TenantQuery(
            search=search, tiers=tuple(tier or ()), states=tuple(state or ()), sort=sort, limit=limit, offset=offset
        )
    )
    document = words.listing("tenants", [words.entry(entry) for entry in page.entries], page.total)

    def show(paper: Paper) -> None:
        paper.table(
            ["Id", "Name", "E-mail", "Tier", "Domain", "State", Right("Size"), "Level", "Features", "Backup"],
            (
                (
                    entry.id, entry.name, entry.email, entry.tier, entry.domain or "-",
                    "-" if entry.state is None else entry.state.value, formats.size(entry.allocated),
                    "-" if entry.level is None else entry.level.value, ", ".join(entry.features) or "-",
                    formats.age(entry.backup_at),
                )
                for entry in page.entries
            ),
            styled=("State", "Level"),
        )  # fmt: skip
        shown = len(page.entries)
        paper.line(f"{shown} of {page.total}" if shown < page.total else f"{page.total} in all")

    call.answer(document, show)


@app.command()
def show(context: typer.Context, tenant: Annotated[str, typer.Argument(metavar="ID")]) -> None:
    """One tenant, seen on the server itself: database, websites, features, quotas, backups."""
    call = call_of(context)
    console = call.console
    found = console.tenants.show(tenant)
    websites = console.tenants.websites(tenant)
    features, quotas = _measured(call, found)
    backups = console.backups.list(tenant)
    locks = console.rules.of(tenant)
    document = {
        **words.tenant(found),
        "websites": [words.website(one) for one in websites],
        "features": [words.feature(one) for one in features],
        "quotas": [words.quota(one) for one in quotas if one.used is not None],
        "quotas_not_measured": [words.quota_not_measured(one) for one in quotas if one.used is None],
        "backups": [words.backup(one) for one in backups],
        "locks": [words.lock(one) for one in locks],
    }
    database = found.database

    def draw(paper: Paper) -> None:
        paper.facts(
            [
                ("Id", found.id), ("Name", found.name), ("E-mail", found.email), ("Tier", found.tier),
                ("Status", found.status), ("Since", formats.moment(found.created_at)),
            ]
        )  # fmt: skip
        paper.heading("Database")
        if database is None:
            paper.line("None. Please publish a website or create a database first.")
        else:
            paper.facts(
                [
                    ("Name", database.name), ("State", database.state.value), ("Engine", database.engine),
                    ("Server", database.server), ("Size", formats.size(database.size_bytes)),
                    ("Locked to website", found.locked_to_website or "none"),
                    *([("Note", database.note)] if database.note else []),
                ]
            )  # fmt: skip
        paper.heading("Websites")
        paper.table(
            ["Id", "Name", "Domain", "Published", "Database"],
            ((one.id, one.name, one.domain or "-", _yes(one.is_published), _yes(one.has_database)) for one in websites),
        )
        closed = [one for one in locks if not one.allowed]
        if closed:
            paper.heading("Not now")
            paper.table(["Action", "Why", "Way out"], ((one.action, one.why, one.way_out) for one in closed))
        paper.heading("Features")
        paper.table(["Feature", "State"], ((one.title, one.state.value) for one in features), styled=("State",))
        paper.heading("Quotas")
        show_quotas(paper, quotas)
        paper.heading("Backups")
        paper.table(
            ["Id", "Made", Right("Size"), "Proved"],
            (
                (one.id, formats.moment(one.created_at), formats.size(one.size_bytes), formats.moment(one.verified_at))
                for one in backups
            ),
        )

    call.answer(document, draw)


@app.command("tier")
def change_tier(
    context: typer.Context,
    tenant: Annotated[str, typer.Argument(metavar="ID")],
    tier: Annotated[str, typer.Argument(metavar="TIER", help="The tier to change to.")],
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Say what would be done.")] = False,
) -> None:
    """Change a customer's tier. Features that it lacks are switched off and keep their data."""
    call = call_of(context)
    changes = call.console.tier_changes
    plan = changes.plan(tenant, tier)
    if dry_run:
        call.answer(words.tier_plan(plan), lambda paper: _show_tier(paper, plan))
        return
    done = call.work(lambda job: changes.run(plan, job))
    look(call, tenant)
    document = {**words.tier_plan(plan), "dry_run": False, "operation": done.operation}
    call.answer(document, lambda paper: _show_tier(paper, plan))


@app.command()
def may(
    context: typer.Context,
    tenant: Annotated[str, typer.Argument(metavar="ID")],
    action: Annotated[str, typer.Argument(metavar="ACTION", help=f"One of: {', '.join(ACTIONS)}.")],
    website: Annotated[str | None, typer.Option(metavar="WID", help="Which website the action is about.")] = None,
) -> None:
    """Whether the platform's rules let a customer do something now. Exit code 3, with the reason, where they do not."""
    call = call_of(context)
    lock = call.console.rules.may(tenant, action, website)
    if not lock.allowed:
        raise Refused(lock.why, code=lock.code, hint=lock.way_out)
    call.answer({"ok": True, **words.lock(lock)}, lambda paper: paper.line(f"{lock.action}: allowed"))


@app.command()
def export(
    context: typer.Context,
    tenant: Annotated[str, typer.Argument(metavar="ID")],
    to: Annotated[Path, typer.Option(metavar="DIR", help="A folder that is not there yet, or is empty.")],
    form: Annotated[ExportFormat, typer.Option("--format", help="How each table is written.")],
    tables: Annotated[str, typer.Option(metavar="A,B", help="Only these tables.")] = "",
    raw: Annotated[bool, typer.Option("--raw", help="CSV: leave cells that look like formulas as they are.")] = False,
) -> None:
    """A portable copy of everything that is this tenant's: one file a table, and a manifest."""
    call = call_of(context)
    wanted = tuple(name for name in tables.split(",") if name)
    request = ExportRequest(tenant, to, form, wanted, spreadsheet_safe=not raw)
    exports = call.console.exports
    done = call.work(lambda job: exports.run(request, job))
    document = {
        "ok": True,
        "operation": None,
        "tenant": tenant,
        "directory": str(done.directory),
        "format": form.value,
        "files": [str(path) for path in done.files],
        "tables": dict(done.tables),
        "size_bytes": done.size_bytes,
    }
    call.answer(
        document,
        lambda paper: paper.line(
            f"{formats.counted(sum(done.tables.values()), 'row')} of {formats.counted(len(done.tables), 'table')}, "
            f"{formats.size(done.size_bytes)}, in {done.directory}"
        ),
    )


def _show_tier(paper: Paper, plan: TierPlan) -> None:
    paper.facts(
        [
            ("Tier", f"{plan.from_tier} to {plan.to_tier}"),
            ("Switched off", ", ".join(plan.titles[name] for name in plan.disables) or "nothing"),
            ("Switched on again", ", ".join(plan.titles[name] for name in plan.enables) or "nothing"),
            *(("Warning", warning) for warning in plan.warnings),
        ]
    )
    if plan.breaks:
        paper.heading("Over the new limits")
        show_quotas(paper, plan.breaks)
    paper.heading("To tell the customer")
    paper.line(plan.message)


def show_quotas(paper: Paper, quotas: tuple[QuotaUsage, ...]) -> None:
    """What is used of each limit."""
    paper.table(
        ["Quota", Right("Used"), Right("Limit"), Right("Share"), "Level", "Runs out"],
        (
            (
                one.title or one.quota, formats.size(one.used),
                "unlimited" if one.limit is None else formats.size(one.limit),
                formats.percent(one.fraction), "not measured yet" if one.used is None else one.level.value,
                formats.ahead(one.forecast),
            )
            for one in quotas
        ),
        styled=("Level",),
    )  # fmt: skip


def _measured(call: Call, found: Tenant) -> tuple[tuple[Feature, ...], tuple[QuotaUsage, ...]]:
    """Features and quotas out of the database; quotas whose use is unknown where it cannot be asked."""
    from pagevoo_console.services.quotas import usages

    console = call.console
    nothing = usages(console.tiers.platform(), found.tier, DatabaseSize(0) if found.database is None else None)
    if found.database is None or found.database.state not in (DatabaseState.ACTIVE, DatabaseState.SUSPENDED):
        return (), nothing
    try:
        return console.features.list(found.id), console.quotas.show(found.id)
    except ConsoleError as error:
        call.output.note(f"Warning: {error.message}")
        return (), nothing


def _ensure_known(what: str, given: list[str] | None, known: list[str] | tuple[str, ...]) -> None:
    for one in given or ():
        if one not in known:
            raise WrongUsage(f"There is no {what} {one!r}", hint=f"There are: {', '.join(known)}.")


def _yes(is_so: bool) -> str:
    return "yes" if is_so else "no"
