"""Removing a tenant's own account: who is locked out by that, and the plan."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, cast

from PySide6.QtWidgets import QWidget

from pagevoo_console.domain.changes import Changes
from pagevoo_console.domain.errors import Refused
from pagevoo_console.domain.job import Task
from pagevoo_console.ui.kit.command_lines import command_line
from pagevoo_console.ui.kit.i18n import translate
from pagevoo_console.ui.kit.reviews import Review
from pagevoo_console.ui.kit.runner import Runner
from pagevoo_console.ui.kit.task_wizard import PlanPage, TaskWizard, plan_steps

if TYPE_CHECKING:
    from pagevoo_console.services.accounts import AccountPlan
    from pagevoo_console.services.console import Console


class RemoveAccountWizard(TaskWizard):
    """Leads to the removal of a tenant's own account; the account that serves all serves it again."""

    def __init__(self, console: Console, runner: Runner, tenant_id: str, parent: QWidget | None = None) -> None:
        self._console = console
        self._tenant = tenant_id
        self.review_page = PlanPage(console, runner, lambda: partial(review_of, console, tenant_id))
        super().__init__(
            console,
            runner,
            translate("accounts", "Remove its own account"),
            (self.review_page,),
            self._task,
            verb=translate("accounts", "Remove account"),
            is_dangerous=True,
            parent=parent,
        )
        self.name_whom(lambda: console.tenants.show(tenant_id).name, console.connection.master.name)

    def _task(self) -> Task:
        assert self.review_page.review is not None
        plan = cast("AccountPlan", self.review_page.review.result)
        accounts, tenant = self._console.accounts, self._tenant
        return Task(
            translate("accounts", "Remove the account {account}").format(account=plan.account.name),
            plan.account.server,
            lambda job: accounts.remove(plan, job),
            tenant,
            lambda _account: Changes(frozenset({tenant}), frozenset({"operations", "audit"})),
        )


def review_of(console: Console, tenant: str) -> Review:
    """The plan of a removal, put into words. Blocks."""
    plan = console.accounts.plan_removal(tenant)
    account = plan.account
    if not plan.steps:
        raise Refused(
            account.why_not or translate("accounts", "There is no account {account}").format(account=account.name),
            code="nothing_to_do",
            hint=translate("accounts", "{account} serves all tenants, this one too.").format(
                account=account.serves_all or translate("accounts", "One account")
            ),
        )
    facts = (
        (translate("accounts", "Account"), account.name),
        (translate("accounts", "Database"), f"{account.database} · {account.server}"),
    )
    warning = translate(
        "accounts",
        "Whoever logs in with it is locked out at once. The website has to use {account} again, which opens every "
        "tenant's database.",
    ).format(account=account.serves_all)
    command = command_line(console, "account", "remove", tenant)
    return Review(plan, plan_steps(plan.steps), facts, (warning,), command)
