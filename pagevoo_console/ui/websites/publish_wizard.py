"""Publishing a website: which one, what it means where that creates its database, and what will be done."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING, cast

from PySide6.QtWidgets import QWidget

from pagevoo_console.domain.changes import Changes
from pagevoo_console.domain.database import DatabaseState
from pagevoo_console.domain.job import Task
from pagevoo_console.ui.kit import format
from pagevoo_console.ui.kit.command_lines import command_line
from pagevoo_console.ui.kit.i18n import translate
from pagevoo_console.ui.kit.reviews import Review
from pagevoo_console.ui.kit.runner import Runner
from pagevoo_console.ui.kit.task_wizard import PlanPage, TaskWizard, plan_steps
from pagevoo_console.ui.kit.website_choice import WebsiteChoicePage, WebsiteChoices
from pagevoo_console.ui.websites.meaning_page import MeaningPage

if TYPE_CHECKING:
    from pagevoo_console.domain.tenant import Website
    from pagevoo_console.services.console import Console
    from pagevoo_console.services.websites import PublishPlan


class PublishPage(WebsiteChoicePage):
    """Chooses what is put on the air. While a database is active, only its own website can be."""

    def __init__(self, console: Console, runner: Runner, tenant: str, preselected: str | None) -> None:
        text = translate("publish", "Published, it is to be seen by the whole world under its domain.")
        super().__init__(console, runner, tenant, text, preselected)

    def reason(self, website: Website, content: WebsiteChoices) -> str:
        if website.is_published and (website.has_database or content.bound is not None):
            return translate("publish", "It is published.")
        lock = content.locks.get(f"publish_website:{website.id}")
        if lock is None or lock.allowed:
            return ""
        if content.bound is None:
            return lock.why
        text = translate(
            "publish",
            "Locked, because the active database belongs to “{name}”. Move the database to this {website}, or delete "
            "it, and this one can be published.",
        )
        return text.format(name=content.bound.name, website=self._console.platform.words.website)


class PublishWebsiteWizard(TaskWizard):
    """Leads to a website on the air, with a database where it has none yet. `website_id` is chosen beforehand."""

    def __init__(
        self,
        console: Console,
        runner: Runner,
        tenant_id: str,
        website_id: str | None = None,
        parent: QWidget | None = None,
    ) -> None:
        self._console = console
        self.website_page = PublishPage(console, runner, tenant_id, website_id)
        self.meaning_page = MeaningPage(console, runner, lambda: self.website_page.website)
        self.review_page = PlanPage(console, runner, self._review)
        title = translate("publish", "Publish {website}").format(website=console.platform.words.website)
        super().__init__(
            console,
            runner,
            title,
            (self.website_page, self.meaning_page, self.review_page),
            self._task,
            verb=translate("publish", "Publish"),
            parent=parent,
        )
        self.name_whom(lambda: console.tenants.show(tenant_id).name, console.connection.master.name)

    def _review(self) -> Callable[[], Review]:
        website = self.website_page.website
        assert website is not None
        return partial(review_of, self._console, website.id)

    def _task(self) -> Task:
        assert self.review_page.review is not None
        plan, lane = cast("tuple[PublishPlan, str]", self.review_page.review.result)
        tenant = plan.website.tenant
        return Task(
            translate("publish", "Publish {name}").format(name=plan.website.name or plan.website.id),
            lane,
            partial(self._console.websites.publish, plan),
            tenant,
            lambda _result: Changes(frozenset({tenant}), frozenset({"operations", "audit"})),
        )


def review_of(console: Console, website: str) -> Review:
    """The plan of a publication and the server it waits for, put into words. Blocks."""
    plan = console.websites.plan_publish(website)
    tenant = console.tenants.show(plan.website.tenant)
    words = console.platform.words
    lane = console.connection.master.name
    database: tuple[tuple[str, str], ...] = ()
    if plan.creation is not None:
        lane = plan.creation.server
        engine = format.engine(plan.creation.engine)
        database = (
            (translate("publish", "New database"), plan.creation.database),
            (translate("publish", "Server"), f"{plan.creation.server} · {engine}"),
        )
    elif tenant.database is not None and tenant.database.state is not DatabaseState.DELETED:
        lane = tenant.database.server
        database = ((translate("publish", "Database"), tenant.database.name),)
    facts = (
        (f"{words.tenant.capitalize()} {tenant.id}", tenant.name),
        (
            words.website.capitalize(),
            f"{plan.website.name} · {plan.website.domain or translate('publish', 'no domain')}",
        ),
        *database,
    )
    warnings = () if plan.steps else (translate("publish", "It is published already: nothing is left to do."),)
    return Review(
        (plan, lane), plan_steps(plan.steps), facts, warnings, command_line(console, "website", "publish", website)
    )
