"""The two ways out of the trash: having a database back, and purging it with its name typed."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING, Any, cast

from PySide6.QtWidgets import QWidget

from pagevoo_console.domain.changes import Changes
from pagevoo_console.domain.job import Task
from pagevoo_console.domain.trash import PurgePlan, TrashEntry, TrashResult, UndeletePlan
from pagevoo_console.ui.kit import format
from pagevoo_console.ui.kit.command_lines import command_line
from pagevoo_console.ui.kit.i18n import translate
from pagevoo_console.ui.kit.reviews import Confirmation, Review
from pagevoo_console.ui.kit.runner import Runner
from pagevoo_console.ui.kit.task_wizard import PlanPage, TaskWizard, plan_steps
from pagevoo_console.ui.kit.website_choice import WebsiteChoicePage, WebsiteChoices
from pagevoo_console.ui.kit.wizard_pages import WizardPage
from pagevoo_console.ui.trash.entry_page import what_happened

if TYPE_CHECKING:
    from pagevoo_console.domain.tenant import Website
    from pagevoo_console.services.console import Console
    from pagevoo_console.services.jobs import JobContext


class _WayOutWizard(TaskWizard):
    """Ends in a page with the plan that `review` words, and the job that `work` makes of it: a TrashResult."""

    def __init__(
        self,
        console: Console,
        runner: Runner,
        entry: TrashEntry,
        parent: QWidget | None,
        *,
        verb: str,
        title: str,
        review: Callable[[], Callable[[], Review]],
        work: Callable[[Any], Callable[[JobContext], TrashResult]],
        is_dangerous: bool = False,
        pages: tuple[WizardPage, ...] = (),
    ) -> None:
        self._work = work
        self.review_page = PlanPage(console, runner, review)
        self._title = title.format(database=entry.database)
        super().__init__(
            console, runner, self._title, (*pages, self.review_page), self._task, verb=verb, is_dangerous=is_dangerous,
            parent=parent,
        )  # fmt: skip
        self.set_subject(translate("trash", "Operation {number}").format(number=entry.operation))

    def _task(self) -> Task:
        assert self.review_page.review is not None
        plan = cast("UndeletePlan | PurgePlan", self.review_page.review.result)
        return Task(
            self._title, plan.entry.server, self._work(plan), plan.entry.tenant, lambda _result: _changes(plan.entry)
        )


class HomePage(WebsiteChoicePage):
    """The website that the database shall belong to, where its own is gone; any of the tenant's will do."""

    def __init__(self, console: Console, runner: Runner, entry: TrashEntry) -> None:
        text = translate("trash", "The {website} that the database belonged to is gone, or is somebody else's by now.")
        super().__init__(console, runner, entry.tenant, text.format(website=console.platform.words.website), None)

    def reason(self, website: Website, content: WebsiteChoices) -> str:
        return ""


class UndeleteWizard(_WayOutWizard):
    """Leads to a database under its old name, for another website where it `chooses` one.

    What was replaced takes the place of what is live, whose name is typed then.
    """

    def __init__(
        self,
        console: Console,
        runner: Runner,
        entry: TrashEntry,
        parent: QWidget | None = None,
        *,
        chooses: bool = False,
    ) -> None:
        self.home_page = HomePage(console, runner, entry) if chooses else None
        super().__init__(
            console, runner, entry, parent, verb=translate("trash", "Undelete"),
            title=translate("trash", "Undelete {database}"),
            review=lambda: partial(undelete_review, console, entry.operation, self._website),
            work=lambda plan: partial(console.trash.undelete, plan, confirmation=plan.entry.database),
            pages=() if self.home_page is None else (self.home_page,),
        )  # fmt: skip

    @property
    def _website(self) -> str | None:
        website = None if self.home_page is None else self.home_page.website
        return None if website is None else website.id


class PurgeWizard(_WayOutWizard):
    """Leads to the end of a database in the trash."""

    def __init__(self, console: Console, runner: Runner, entry: TrashEntry, parent: QWidget | None = None) -> None:
        super().__init__(
            console, runner, entry, parent, verb=translate("trash", "Purge"),
            title=translate("trash", "Purge {database}"),
            review=lambda: partial(purge_review, console, entry.operation), is_dangerous=True,
            work=lambda plan: partial(console.trash.purge, plan, plan.entry.database),
        )  # fmt: skip


def undelete_review(console: Console, operation: str, website: str | None = None) -> Review:
    """What undeleting would do, put into words. Blocks. Raises Refused where it cannot be."""
    plan = console.trash.plan_undelete(operation, website)
    word = console.platform.words.website.capitalize()
    if plan.replaces:
        command = command_line(console, "database", "undelete", operation, "--confirm", plan.entry.database)
        confirmation = Confirmation(
            plan.entry.database, translate("trash", "Type the name of the database to put this in its place")
        )
        return Review(plan, plan_steps(plan.steps), _facts(console, plan), plan.warnings, command, confirmation)
    facts = (*_facts(console, plan), (word, plan.website or translate("trash", "None")))
    option = () if website is None else ("--website", website)
    command = command_line(console, "database", "undelete", operation, *option)
    return Review(plan, plan_steps(plan.steps), facts, plan.warnings, command)


def purge_review(console: Console, operation: str) -> Review:
    """What purging would do, put into words. Blocks. Raises Refused where it is not in the trash any more."""
    plan = console.trash.plan_purge(operation)
    backup = plan.entry.backup_path or translate("trash", "None")
    return Review(
        plan,
        plan_steps(plan.steps),
        (*_facts(console, plan), (translate("trash", "Backup"), backup)),
        plan.warnings,
        command_line(console, "database", "purge", operation, "--confirm", plan.entry.database),
        Confirmation(plan.entry.database, translate("trash", "Type the name that the database had to purge it")),
    )


def _facts(console: Console, plan: UndeletePlan | PurgePlan) -> tuple[tuple[str, str], ...]:
    entry = plan.entry
    return (
        (f"{console.platform.words.tenant.capitalize()} {entry.tenant}", plan.tenant_name),
        (translate("trash", "Database"), entry.database),
        (translate("trash", "In the trash as"), f"{entry.name} · {entry.server}"),
        (what_happened(entry), f"{format.moment(entry.deleted_at)} · {entry.by}"),
        (translate("trash", "Can be had back until"), format.moment(entry.purge_after)),
    )


def _changes(entry: TrashEntry) -> Changes:
    return Changes(frozenset({entry.tenant}), frozenset({"trash", "backups", "operations", "audit"}))
