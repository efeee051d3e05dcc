"""`account`: whether a tenant is kept apart from the others, and an account of its own."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from pagevoo_console.cli import finding_words as said
from pagevoo_console.cli import words
from pagevoo_console.cli.call import Call, call_of, show_steps
from pagevoo_console.cli.database import Id, newest_operation

if TYPE_CHECKING:
    from pagevoo_console.cli.paper import Paper
    from pagevoo_console.domain.account import TenantAccount
    from pagevoo_console.services.accounts import AccountPlan

app = typer.Typer(help="Tenants' own accounts.")
Host = Annotated[str, typer.Option("--from", metavar="HOST", help="Where it logs in from (MariaDB, MySQL).")]
DryRun = Annotated[bool, typer.Option("--dry-run", help="Say what would be done.")]


@app.command()
def show(context: typer.Context, tenant: Id, host: Host = "%") -> None:
    """Whether the tenant has an account of its own, or one serves all."""
    call = call_of(context)
    found = call.console.accounts.show(tenant, host)
    call.answer(said.account(found), lambda paper: _show(paper, found))


@app.command()
def create(
    context: typer.Context,
    tenant: Id,
    host: Host = "%",
    password_to: Annotated[
        Path | None, typer.Option(metavar="FILE", help="A new file for its password, instead of the keyring.")
    ] = None,
    dry_run: DryRun = False,
) -> None:
    """An account with exactly the grants a website needs on its own database. Its password is never shown."""
    from pagevoo_console.services.accounts import into_file, into_keyring

    call = call_of(context)
    accounts = call.console.accounts
    plan = accounts.plan_creation(tenant, host)
    if dry_run:
        _tell_plan(call, plan)
        return
    keep = into_keyring(call.console.connections) if password_to is None else into_file(password_to.absolute())
    done = call.work(lambda job: accounts.create(plan, keep, job))
    document = {
        "ok": True,
        "operation": newest_operation(call, tenant, "account.create") if plan.steps else None,
        **said.account(done),
        "password": None if not plan.steps else str(password_to or "keyring"),
        "warnings": list(plan.warnings),
    }
    call.answer(document, lambda paper: _show(paper, done))


@app.command()
def remove(context: typer.Context, tenant: Id, host: Host = "%", dry_run: DryRun = False) -> None:
    """Drop a tenant's own account with its grants; the account that serves all serves it again."""
    call = call_of(context)
    accounts = call.console.accounts
    plan = accounts.plan_removal(tenant, host)
    if dry_run:
        _tell_plan(call, plan)
        return
    done = call.work(lambda job: accounts.remove(plan, job))
    document = {
        "ok": True,
        "operation": newest_operation(call, tenant, "account.remove") if plan.steps else None,
        **said.account(done),
    }
    call.answer(document, lambda paper: _show(paper, done))


def _tell_plan(call: Call, plan: AccountPlan) -> None:
    document: dict[str, Any] = {
        "ok": True, "operation": None, "dry_run": True, **said.account(plan.account),
        "steps": [words.step(step) for step in plan.steps], "statements": list(plan.statements),
        "warnings": list(plan.warnings),
    }  # fmt: skip

    def show(paper: Paper) -> None:
        _show(paper, plan.account)
        show_steps(paper, plan.steps)
        for line in (*plan.statements, *plan.warnings):
            paper.line(f"     {line}")

    call.answer(document, show)


def _show(paper: Paper, found: TenantAccount) -> None:
    paper.facts([("Database", f"{found.database} on {found.server}"), ("Isolation", said.note(found))])
