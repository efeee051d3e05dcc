"""Moving the one database to another website: which one, what is lost by it, and the plan with the name typed."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, cast

from PySide6.QtWidgets import QWidget

from pagevoo_console.domain.changes import Changes
from pagevoo_console.domain.job import Task
from pagevoo_console.domain.switch import SwitchPlan
from pagevoo_console.ui.kit.checked_wizard import CheckedWizard
from pagevoo_console.ui.kit.command_lines import command_line
from pagevoo_console.ui.kit.deletion_words import holds, is_missing, what_changed, who_and_where
from pagevoo_console.ui.kit.i18n import translate
from pagevoo_console.ui.kit.reviews import Confirmation, Review, ReviewStep
from pagevoo_console.ui.kit.runner import Runner
from pagevoo_console.ui.kit.task_wizard import PlanPage, plan_steps
from pagevoo_console.ui.switches.loss_page import LossPage
from pagevoo_console.ui.switches.target_page import TargetPage

if TYPE_CHECKING:
    from pagevoo_console.services.console import Console


class SwitchWizard(CheckedWizard):
    """Leads from one website to another (Pagevoo rule 5). `website_id` is chosen beforehand."""

    def __init__(
        self,
        console: Console,
        runner: Runner,
        tenant_id: str,
        website_id: str | None = None,
        parent: QWidget | None = None,
    ) -> None:
        self._console = console
        self._tenant = tenant_id
        self.target_page = TargetPage(console, runner, tenant_id, website_id)
        self.loss_page = LossPage(console, runner, tenant_id, lambda: self.target_page.website)
        super().__init__(
            console,
            runner,
            translate("switch", "Move the database"),
            (self.target_page, self.loss_page),
            PlanPage(console, runner, self._review, title=translate("switch", "Confirm")),
            self._task,
            again=lambda plan: console.switches.plan(
                tenant_id, plan.to_website.id, plan.deletion.request.backup_to, publish=plan.publish
            ),
            difference=difference,
            verb=translate("switch", "Delete and create anew"),
            parent=parent,
        )
        self.name_whom(lambda: console.tenants.show(tenant_id).name, console.connection.master.name)

    def _review(self) -> Callable[[], Review]:
        website = self.target_page.website
        assert website is not None
        return partial(
            review_of, self._console, self._tenant, website.id, self.loss_page.place.backup_to,
            self.loss_page.publishes, self.take_difference(),
        )  # fmt: skip

    def _task(self) -> Task:
        assert self.review_page.review is not None
        plan = cast(SwitchPlan, self.review_page.review.result)
        tenant, database = self._tenant, plan.deletion.database
        title = translate("switch", "Move {database} to {name}")
        return Task(
            title.format(database=database.name, name=plan.to_website.name or plan.to_website.id),
            database.server,
            partial(self._console.switches.run, plan, database.name),
            tenant,
            lambda _result: Changes(frozenset({tenant}), frozenset({"backups", "operations", "audit"})),
        )


def review_of(
    console: Console, tenant: str, website: str, backup_to: Path | None, publish: bool = False, changed: str = ""
) -> Review:
    """The plan of a switch, put into words. Blocks."""
    plan = console.switches.plan(tenant, website, backup_to, publish=publish)
    deletion, target = plan.deletion, plan.to_website
    names = {site.id: site.name for site in console.tenants.websites(tenant)}
    before = names.get(plan.from_website or "") or plan.from_website or translate("switch", "no website any more")
    command = ["database", "switch", tenant, "--website", website, "--confirm", deletion.database.name]
    if backup_to is not None:
        command += ["--backup-to", str(backup_to)]
    if publish:
        command.append("--publish")
    folder = str(backup_to or console.backups.folder(tenant))
    facts = (
        *who_and_where(console, deletion),
        (translate("switch", "From"), before),
        (translate("switch", "To"), f"{target.name} · {target.domain or translate('switch', 'no domain')}"),
        (translate("switch", "Is lost"), holds(deletion)),
        (translate("switch", "Install anew"), ", ".join(plan.features) or translate("switch", "No feature is active")),
        *(((translate("switch", "Backup"), folder),) if not is_missing(deletion) else ()),
    )
    return Review(
        plan,
        (
            *plan_steps(plan.steps),
            *(() if publish else (_entering(),)),
        ),
        facts,
        (*((changed,) if changed else ()), *plan.warnings),
        command_line(console, *command),
        Confirmation(
            deletion.database.name,
            translate("switch", "Type the name of the database to delete it and create it anew, empty"),
        ),
    )


def _entering() -> ReviewStep:
    return ReviewStep(translate("switch", "Enter the new database in the registry as active"), icon="check")


def difference(reviewed: SwitchPlan, now: SwitchPlan) -> str:
    """How the plan differs from the one that was read; empty where it is the same for its reader."""
    changed = what_changed(reviewed.deletion, now.deletion)
    if changed:
        return changed
    if (reviewed.from_website, reviewed.features, reviewed.steps) != (now.from_website, now.features, now.steps):
        return translate("switch", "The database has changed since you looked. Please confirm again.")
    return ""
