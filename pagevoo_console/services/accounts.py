"""Isolation: an account of a tenant's own, with exactly the grants a website needs on its own database.

While one account serves all, whoever has its password has every tenant. A password made here is random. It goes into
the keyring, into a file of its owner's alone, or is shown once to whoever asked for it in a window; it stands in no
output, no log, no plan and no trail.
"""

from __future__ import annotations

import os
import secrets
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from pagevoo_console.domain.account import TenantAccount
from pagevoo_console.domain.errors import Failed, Refused
from pagevoo_console.domain.operation import OperationKind, Step
from pagevoo_console.domain.server import Server
from pagevoo_console.services.connections import Connections
from pagevoo_console.services.engines.base import DatabaseEngine, OpenDatabase
from pagevoo_console.services.finding_facts import account_prefix
from pagevoo_console.services.jobs import JobContext
from pagevoo_console.services.master import Master
from pagevoo_console.services.operations import Operations, Procedure, Run
from pagevoo_console.services.secrets import Secret
from pagevoo_console.services.tenants import Located, Tenants, ensure_same

CREATE = OperationKind.CREATE_ACCOUNT.value
REMOVE = OperationKind.REMOVE_ACCOUNT.value
ANYWHERE = "%"

Keep = Callable[[Server, Secret], str]
"""Keeps a password for an account, and says where; raises Refused where it cannot."""


@dataclass(frozen=True, slots=True)
class AccountPlan:
    """What creating or removing an account would do. Reads only. `statements` name no password."""

    account: TenantAccount
    generation: str
    steps: tuple[Step, ...]
    statements: tuple[str, ...]
    warnings: tuple[str, ...] = ()

    def as_data(self) -> dict[str, Any]:
        return {
            "account": self.account.name, "host": self.account.host, "database": self.account.database,
            "generation": self.generation,
        }  # fmt: skip


class AccountCreation(Procedure):
    """Make it, grant, and give it its password last, so that nobody gets in before its limits stand."""

    kind = CREATE

    def __init__(self, connections: Connections, tenants: Tenants) -> None:
        self._connections = connections
        self._tenants = tenants
        self.keep: dict[str, Keep] = {}

    def steps(self, plan: dict[str, Any]) -> tuple[Step, ...]:
        return (
            Step("account", f"Create the account {plan['account']}, unable to log in"),
            Step("grant", f"Grant it what a website needs on {plan['database']}, and nothing else"),
            Step("password", "Give it a random password, and keep that where it was asked for"),
        )

    def perform(self, step: str, run: Run) -> None:
        ensure_same(self._tenants, run)
        administration = self._connections.engine(run.server).administration
        account, host = run.plan["account"], run.plan["host"]
        match step:
            case "account":
                administration.create_account(run.session, account, host)
            case "grant":
                administration.create_account(run.session, account, host)
                administration.grant_account(run.session, account, host, run.database, self._writing(run))
            case "password":
                self._set_password(run)
            case _:
                raise Failed(f"Creating an account has no step {step!r}")

    def finish(self, master: sa.Connection, run: Run) -> dict[str, Any]:
        return {"account": run.plan["account"], "host": run.plan["host"], "kept": run.evidence.get("kept")}

    def has_changed(self, run: Run) -> bool:
        return run.step != ""

    def undo(self, run: Run) -> None:
        self._connections.engine(run.server).administration.drop_account(
            run.session, run.plan["account"], run.plan["host"], run.database, self._writing(run)
        )

    def _set_password(self, run: Run) -> None:
        """Kept first: a password that nobody has is worse than one that is not valid yet."""
        keep = self.keep.get(run.tenant)
        if keep is None:
            raise Refused(
                "Nobody said where this account's password should be kept",
                code="no_place_for_password",
                hint=f"`account create {run.tenant}` takes this up, with --password-to FILE where there is no keyring.",
            )
        password = secrets.token_urlsafe(24)
        server = account_server(run.server, run.plan["account"])
        run.evidence["kept"] = keep(server, Secret(password))
        self._connections.engine(run.server).administration.set_password(
            run.session, run.plan["account"], run.plan["host"], password
        )

    def _writing(self, run: Run) -> OpenDatabase:
        return lambda name: self._connections.open(run.server, name, writable=True)


class AccountRemoval(Procedure):
    """Take its grants, and the account; what it owned goes to the database's owner."""

    kind = REMOVE

    def __init__(self, connections: Connections, tenants: Tenants) -> None:
        self._connections = connections
        self._tenants = tenants

    def steps(self, plan: dict[str, Any]) -> tuple[Step, ...]:
        return (Step("drop", f"Drop the account {plan['account']} with its grants"),)

    def perform(self, step: str, run: Run) -> None:
        ensure_same(self._tenants, run)
        self._connections.engine(run.server).administration.drop_account(
            run.session, run.plan["account"], run.plan["host"], run.database,
            lambda name: self._connections.open(run.server, name, writable=True),
        )  # fmt: skip

    def finish(self, master: sa.Connection, run: Run) -> dict[str, Any]:
        return {"removed": run.plan["account"], "host": run.plan["host"]}

    def has_changed(self, run: Run) -> bool:
        return run.step != ""

    def undo(self, run: Run) -> None:
        """Too late: its password is gone. `account create` makes another."""
        raise Refused("The account may be gone already; resume its removal", code="too_late")


class Accounts:
    """Shows, creates and removes tenants' own accounts. Safe to call from any thread."""

    def __init__(self, master: Master, connections: Connections, tenants: Tenants, operations: Operations) -> None:
        self._master = master
        self._connections = connections
        self._tenants = tenants
        self._operations = operations
        self._creation = AccountCreation(connections, tenants)
        self._removal = AccountRemoval(connections, tenants)
        operations.register(self._creation)
        operations.register(self._removal)

    def show(self, tenant: str, host: str = ANYWHERE) -> TenantAccount:
        """Whether the tenant has an account of its own, and what that lacks or reaches. Reads only."""
        return self._state(self._tenants.locate(tenant), host)

    def plan_creation(self, tenant: str, host: str = ANYWHERE) -> AccountPlan:
        """What `create` would do; no steps where there is nothing to do. Reads only.

        Raises Refused where the engine has no accounts, or ours may not make any.
        """
        located = self._tenants.locate(tenant)
        account = self._state(located, host)
        if account.why_not:
            raise Refused(account.why_not, code="no_accounts", hint="Use a server engine for tenants to be kept apart.")
        with self._connections.open(located.server) as session:
            if not located.engine.privileges(session)["create_user"]:
                raise Refused(
                    f"{located.server.user!r} may not create accounts on {located.server.name}",
                    code="missing_privilege",
                    hint="Grant it CREATE USER (MariaDB) or CREATEROLE (PostgreSQL).",
                )
            statements = located.engine.administration.account_statements(
                session, account.name, account.host, account.database
            )
        if account.reaches:
            raise Refused(
                f"{account.name} exists and reaches more than its own database: {', '.join(account.reaches)}",
                code="reaches_others",
                hint="Take those grants away, or remove the account, first.",
            )
        plan = AccountPlan(account, located.row.id, (), statements, located.engine.administration.account_warnings)
        if account.exists and not account.lacks and not self._is_left(tenant):
            return replace(plan, statements=(), warnings=())
        return replace(plan, steps=self._creation.steps(plan.as_data()))

    def create(self, plan: AccountPlan, keep: Keep, job: JobContext) -> TenantAccount:
        """Carry the plan out, or take up what a crash left of it; `keep` is handed the new password."""
        if plan.steps:
            self._creation.keep[plan.account.tenant] = keep
            try:
                self._run(CREATE, plan, job)
            finally:
                del self._creation.keep[plan.account.tenant]
        return self.show(plan.account.tenant, plan.account.host or ANYWHERE)

    def plan_removal(self, tenant: str, host: str = ANYWHERE) -> AccountPlan:
        """What `remove` would do; no steps where there is no such account. Reads only."""
        located = self._tenants.locate(tenant)
        account = self._state(located, host)
        plan = AccountPlan(account, located.row.id, (), ())
        return replace(plan, steps=self._removal.steps(plan.as_data())) if account.exists else plan

    def remove(self, plan: AccountPlan, job: JobContext) -> TenantAccount:
        """Carry the plan out."""
        if plan.steps:
            self._run(REMOVE, plan, job)
        return self.show(plan.account.tenant, plan.account.host or ANYWHERE)

    def _is_left(self, tenant: str) -> bool:
        """Whether a creation was left unfinished: its account may be whole on the server and have no password yet."""
        return any(left.kind == CREATE for left in self._operations.list(tenant=tenant, open_only=True))

    def _run(self, kind: str, plan: AccountPlan, job: JobContext) -> None:
        located = self._tenants.locate(plan.account.tenant)
        self._operations.run(
            kind, tenant=plan.account.tenant, database=plan.account.database, server=located.server,
            plan=plan.as_data(), job=job,
        )  # fmt: skip

    def _state(self, located: Located, host: str) -> TenantAccount:
        engine: DatabaseEngine = located.engine
        administration = engine.administration
        name = administration.account_name(account_prefix(self._master.platform), located.tenant.id)
        account = TenantAccount(
            located.tenant.id, located.database.name, located.server.name, name,
            host if administration.accounts_have_hosts else "", False, located.server.user,
            administration.account_problem() or "",
        )  # fmt: skip
        if account.why_not:
            return account
        with self._connections.open(located.server) as session:
            state = administration.account_state(
                session, name, account.host, account.database,
                lambda database: self._connections.open(located.server, database),
            )  # fmt: skip
        return replace(account, exists=state.exists, lacks=state.lacks, reaches=state.reaches)


def account_server(server: Server, account: str) -> Server:
    """The same server as this account logs in to it; its credential is the account's name."""
    return replace(server, user=account, credential=account)


def into_file(path: Path) -> Keep:
    """Keeps a password in a new file that its owner alone may read. Raises Refused where there is one already."""

    def keep(_server: Server, secret: Secret) -> str:
        try:
            number = os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600)
        except FileExistsError as error:
            raise Refused(f"{path} exists already", code="file_exists", hint="Name another file.") from error
        except OSError as error:
            raise Failed(f"{path} cannot be written: {error.strerror}", hint="Name another file.") from error
        with os.fdopen(number, "w", encoding="utf-8") as file:
            file.write(f"{secret.reveal()}\n")
            file.flush()
            os.fsync(file.fileno())
        return str(path)

    return keep


class ShownOnce:
    """Keeps a password in memory until it is shown, once. Kept by one thread, taken by another."""

    def __init__(self) -> None:
        self._secret: Secret | None = None

    def keep(self, _server: Server, secret: Secret) -> str:
        """Made to be a `Keep`."""
        self._secret = secret
        return "shown once"

    def take(self) -> Secret | None:
        """The password, None where there is none, and it is forgotten here."""
        secret, self._secret = self._secret, None
        return secret


def into_keyring(connections: Connections) -> Keep:
    """Keeps a password in the operating system's keyring. Raises Refused (`no_secret_store`) where there is none."""

    def keep(server: Server, secret: Secret) -> str:
        connections.keep_password(server, secret)
        return "keyring"

    return keep
