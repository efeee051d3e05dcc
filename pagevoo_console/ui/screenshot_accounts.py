"""Accounts as a server answers for them, for pictures that are drawn where there is none: no account is ever made."""

from __future__ import annotations

from pagevoo_console.domain.account import TenantAccount
from pagevoo_console.domain.operation import Step
from pagevoo_console.services.accounts import ANYWHERE, AccountPlan, Accounts
from pagevoo_console.services.engines.mysql_accounts import PRIVILEGES
from pagevoo_console.services.tenants import Tenants

PASSWORD = "example-Kz3wQ9-xT7mVb2_hRf5LcN8"


class DrawnAccounts(Accounts):
    """One account serves all, but for the tenants that have one of their own."""

    def __init__(self, tenants: Tenants, owners: frozenset[str]) -> None:
        self._located_by = tenants
        self._owners = owners

    def show(self, tenant: str, host: str = ANYWHERE) -> TenantAccount:
        located = self._located_by.locate(tenant)
        return TenantAccount(
            tenant, located.database.name, located.server.name, f"pagevoo_t_{tenant}", host, tenant in self._owners,
            "pagevoo",
        )  # fmt: skip

    def plan_creation(self, tenant: str, host: str = ANYWHERE) -> AccountPlan:
        account = self.show(tenant, host)
        whom = f"'{account.name}'@'{host}'"
        pattern = account.database.replace("_", r"\_")
        statements = (
            f"CREATE USER {whom} IDENTIFIED BY …",
            f"GRANT {', '.join(PRIVILEGES)} ON `{pattern}`.* TO {whom}",
        )
        steps = (
            Step("account", f"Create the account {account.name}, unable to log in"),
            Step("grant", f"Grant it what a website needs on {account.database}, and nothing else"),
            Step("password", "Give it a random password, and keep that where it was asked for"),
        )
        return AccountPlan(account, "1", steps, statements)

    def plan_removal(self, tenant: str, host: str = ANYWHERE) -> AccountPlan:
        account = self.show(tenant, host)
        steps = (Step("drop", f"Drop the account {account.name} with its grants"),) if account.exists else ()
        return AccountPlan(account, "1", steps, ())
