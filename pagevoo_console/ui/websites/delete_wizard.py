"""Deleting a website: alone, or as one plan with the database that it has (edge case 1)."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING, cast

from PySide6.QtWidgets import QWidget

from pagevoo_console.domain.changes import Changes
from pagevoo_console.domain.job import Task
from pagevoo_console.domain.website import WebsiteDeletionPlan, WebsiteDeletionRequest
from pagevoo_console.ui.kit import format
from pagevoo_console.ui.kit.checked_wizard import CheckedWizard
from pagevoo_console.ui.kit.command_lines import command_line
from pagevoo_console.ui.kit.deletion_words import holds, is_missing, what_changed
from pagevoo_console.ui.kit.i18n import translate
from pagevoo_console.ui.kit.reviews import Confirmation, Review
from pagevoo_console.ui.kit.runner import Runner
from pagevoo_console.ui.kit.task_wizard import PlanPage, plan_steps
from pagevoo_console.ui.websites.gone_page import GonePage, named

if TYPE_CHECKING:
    from pagevoo_console.domain.tenant import Website
    from pagevoo_console.services.console import Console


class DeleteWebsiteWizard(CheckedWizard):
    """Leads to the end of a website. One that has a database goes with it, or not at all."""

    def __init__(self, console: Console, runner: Runner, website: Website, parent: QWidget | None = None) -> None:
        self._console = console
        self.gone_page = GonePage(console, runner, website)
        super().__init__(
            console,
            runner,
            translate("unsite", "Delete {name}").format(name=named(website)),
            (self.gone_page,),
            PlanPage(console, runner, self._review, title=translate("unsite", "Confirm")),
            self._task,
            again=lambda plan: console.websites.plan_deletion(plan.request),
            difference=difference,
            verb=translate("unsite", "Delete {website}").format(website=console.platform.words.website),
            parent=parent,
        )
        self.gone_page.both_wanted.connect(self._show_verb)
        self.name_whom(lambda: console.tenants.show(website.tenant).name, console.connection.master.name)

    def _show_verb(self) -> None:
        """Both go: the button says so."""
        verb = translate("unsite", "Delete {website} and database").format(website=self._console.platform.words.website)
        self.finish_button.setText(verb)
        self.finish_button.setAccessibleName(verb)

    def _review(self) -> Callable[[], Review]:
        return partial(review_of, self._console, self.gone_page.request, self.take_difference())

    def _task(self) -> Task:
        assert self.review_page.review is not None
        plan = cast(WebsiteDeletionPlan, self.review_page.review.result)
        site, deletion, websites = plan.website, plan.deletion, self._console.websites
        database = "" if deletion is None else deletion.database.name
        return Task(
            translate("unsite", "Delete {name}").format(name=named(site)),
            self._console.connection.master.name if deletion is None else deletion.database.server,
            lambda job: websites.delete(plan, site.name, job, database_confirmation=database),
            site.tenant,
            lambda _result: Changes(frozenset({site.tenant}), frozenset({"backups", "operations", "audit"})),
        )


def review_of(console: Console, request: WebsiteDeletionRequest, changed: str = "") -> Review:
    """The plan of a website's deletion, put into words. Blocks."""
    plan = console.websites.plan_deletion(request)
    words, site, deletion = console.platform.words, plan.website, plan.deletion
    command = ["website", "delete", site.id, "--confirm", site.name]
    facts = [
        (f"{words.website.capitalize()} {site.id}", f"{named(site)} · {site.domain or format.NOTHING}"),
        *((table, format.rows(rows)) for table, rows in plan.rows.items()),
    ]
    warnings = [changed] if changed else []
    shown = site.name or site.domain or site.id
    prompt = translate("unsite", "Type the name of the {website} to delete it")
    if deletion is not None:
        shown = deletion.database.name
        prompt = translate("unsite", "Type the name of the database to delete it and the {website}")
        command += ["--with-database", shown]
        facts += [
            (translate("unsite", "Database"), shown),
            (translate("unsite", "Holds"), holds(deletion)),
        ]
        if not is_missing(deletion):
            folder = request.backup_to or console.backups.folder(site.tenant)
            facts.append((translate("unsite", "Backup"), str(folder)))
        if request.backup_to is not None:
            command += ["--backup-to", str(request.backup_to)]
        warnings += deletion.warnings
    return Review(
        plan,
        plan_steps(plan.steps),
        tuple(facts),
        tuple(warnings),
        command_line(console, *command),
        Confirmation(shown, prompt.format(website=words.website)),
    )


def difference(reviewed: WebsiteDeletionPlan, now: WebsiteDeletionPlan) -> str:
    """How the plan differs from the one that was read; empty where it is the same for its reader."""
    if reviewed.deletion is not None and now.deletion is not None:
        changed = what_changed(reviewed.deletion, now.deletion)
        if changed:
            return changed
    before, after = reviewed.website, now.website
    if (before.name, before.tenant, before.is_published, reviewed.rows) != (
        after.name, after.tenant, after.is_published, now.rows,
    ):  # fmt: skip
        return translate("unsite", "What belongs to it has changed since you looked. Please confirm again.")
    return ""
