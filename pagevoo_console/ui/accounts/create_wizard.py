"""Giving a tenant an account of its own: where its password goes, and the plan with everything that will be sent."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, cast

from PySide6.QtWidgets import QWidget

from pagevoo_console.domain.changes import Changes
from pagevoo_console.domain.errors import Refused
from pagevoo_console.domain.job import Task
from pagevoo_console.ui.accounts.password_dialog import PasswordHanding
from pagevoo_console.ui.accounts.password_page import ANYWHERE, PasswordPage, Place
from pagevoo_console.ui.kit.command_lines import command_line
from pagevoo_console.ui.kit.i18n import translate
from pagevoo_console.ui.kit.reviews import Review
from pagevoo_console.ui.kit.runner import Runner
from pagevoo_console.ui.kit.task_wizard import PlanPage, TaskWizard, plan_steps

if TYPE_CHECKING:
    from pagevoo_console.services.accounts import AccountPlan, Keep, ShownOnce
    from pagevoo_console.services.console import Console


class CreateAccountWizard(TaskWizard):
    """Leads to a tenant's own account. Its password is shown once, when the job has ended, or kept where chosen."""

    def __init__(self, console: Console, runner: Runner, tenant_id: str, parent: QWidget | None = None) -> None:
        self._console = console
        self._tenant = tenant_id
        self._once: ShownOnce | None = None
        self.password_page = PasswordPage(console, runner, tenant_id)
        self.review_page = PlanPage(console, runner, self._review)
        super().__init__(
            console,
            runner,
            translate("accounts", "Create an account of its own"),
            (self.password_page, self.review_page),
            self._task,
            verb=translate("accounts", "Create account"),
            parent=parent,
        )
        self.name_whom(lambda: console.tenants.show(tenant_id).name, console.connection.master.name)

    def _review(self) -> Callable[[], Review]:
        page = self.password_page
        return partial(review_of, self._console, self._tenant, page.host, page.place, page.file)

    def _task(self) -> Task:
        assert self.review_page.review is not None
        plan = cast("AccountPlan", self.review_page.review.result)
        accounts, keep, tenant = self._console.accounts, self._keep(), self._tenant
        return Task(
            translate("accounts", "Create the account {account}").format(account=plan.account.name),
            plan.account.server,
            lambda job: accounts.create(plan, keep, job),
            tenant,
            lambda _account: Changes(frozenset({tenant}), frozenset({"operations", "audit"})),
        )

    def _keep(self) -> Keep:
        from pagevoo_console.services.accounts import ShownOnce, into_file, into_keyring

        match self.password_page.place:
            case Place.KEYRING:
                return into_keyring(self._console.connections)
            case Place.FILE:
                return into_file(Path(self.password_page.file))
        self._once = ShownOnce()
        return self._once.keep

    def _submit(self, task: Task) -> None:
        assert self.review_page.review is not None
        plan = cast("AccountPlan", self.review_page.review.result)
        job = self.runner.run(task)
        if self._once is not None:
            window = self.parentWidget()
            PasswordHanding(self.runner, job.id, self._once, plan.account, window)
        self.submitted.emit(job)


def review_of(console: Console, tenant: str, host: str, place: Place, file: str) -> Review:
    """The plan of an account, put into words. Blocks."""
    plan = console.accounts.plan_creation(tenant, host or ANYWHERE)
    account = plan.account
    if not plan.steps:
        raise Refused(
            translate("accounts", "{account} has all that it needs already").format(account=account.name),
            code="nothing_to_do",
            hint=translate("accounts", "A new password is had by removing the account and creating it again."),
        )
    facts = [
        (translate("accounts", "Account"), account.name),
        (translate("accounts", "Database"), f"{account.database} · {account.server}"),
    ]
    if account.host:
        anywhere = translate("accounts", "Anywhere ({host})").format(host=account.host)
        facts.append((translate("accounts", "Logs in from"), anywhere if account.host == ANYWHERE else account.host))
    facts.append((translate("accounts", "Its password"), _place(place, file)))
    sent = {"account": plan.statements[0], "grant": "; ".join(plan.statements[1:])}
    steps = tuple(
        replace(shown, detail=sent.get(step.name, ""))
        for step, shown in zip(plan.steps, plan_steps(plan.steps), strict=True)
    )
    return Review(plan, steps, tuple(facts), plan.warnings, _command(console, tenant, host, place, file))


def _place(place: Place, file: str) -> str:
    return {
        Place.ONCE: translate("accounts", "Shown once, here, when it is made"),
        Place.KEYRING: translate("accounts", "Into this machine's keyring"),
        Place.FILE: file,
    }[place]


def _command(console: Console, tenant: str, host: str, place: Place, file: str) -> str:
    """The same on a command line, which shows no password and so has no way to show one once."""
    if place is Place.ONCE:
        return ""
    words = ["account", "create", tenant]
    if host and host != ANYWHERE:
        words += ["--from", host]
    if place is Place.FILE:
        words += ["--password-to", file]
    return command_line(console, *words)
