"""Deleting several databases: the list, how long they can be had back, and the count typed."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLineEdit, QSpinBox, QWidget

from pagevoo_console.domain.changes import Changes
from pagevoo_console.domain.deletion import DeletionPlan
from pagevoo_console.domain.job import Task
from pagevoo_console.domain.several_deletions import (
    PAUSE_SECONDS,
    SeveralDeletionsPlan,
    SeveralDeletionsRequest,
    SeveralDeletionsResult,
)
from pagevoo_console.domain.trash import DEFAULT_GRACE_DAYS, LONGEST_GRACE_DAYS
from pagevoo_console.ui.deletions.several_page import SeveralListPage
from pagevoo_console.ui.kit import format
from pagevoo_console.ui.kit.command_lines import command_line
from pagevoo_console.ui.kit.deletion_words import rows_in
from pagevoo_console.ui.kit.i18n import translate
from pagevoo_console.ui.kit.labels import plain_label
from pagevoo_console.ui.kit.messages import Message, MessageKind
from pagevoo_console.ui.kit.reviews import Confirmation, Review, ReviewStep
from pagevoo_console.ui.kit.runner import Runner
from pagevoo_console.ui.kit.task_wizard import PlanPage, TaskWizard
from pagevoo_console.ui.kit.tokens import Space, Text, Tone
from pagevoo_console.ui.kit.wizard_pages import WizardPage

if TYPE_CHECKING:
    from pagevoo_console.services.console import Console
    from pagevoo_console.services.jobs import JobContext


class KeepingPage(WizardPage):
    """How long all of them stay in the trash, and why they go. Backups are made of each, always."""

    def __init__(self, tenants: tuple[str, ...]) -> None:
        super().__init__(
            translate("delete", "The way back"),
            translate(
                "delete",
                "Each is backed up into its usual folder, the backup is restored into a scratch database and compared, "
                "and the database goes into the trash.",
            ),
        )
        self._tenants = tenants
        self.grace = QSpinBox()
        self.grace.setObjectName("graceDaysBox")
        self.grace.setRange(1, LONGEST_GRACE_DAYS)
        self.grace.setValue(DEFAULT_GRACE_DAYS)
        self.grace.setSuffix(translate("delete", " days"))
        self.grace.setAccessibleName(translate("delete", "How long they can be had back from the trash"))
        self.grace.valueChanged.connect(lambda _days: self.touch())
        self.reason = QLineEdit()
        self.reason.setObjectName("reasonEdit")
        self.reason.setPlaceholderText(translate("delete", "Why? It is written into the audit trail."))
        self.reason.setAccessibleName(translate("delete", "Reason"))
        self.reason.textChanged.connect(lambda _text: self.touch())
        stays = plain_label(self.grace.accessibleName(), Text.STRONG)
        stays.setBuddy(self.grace)
        why = plain_label(self.reason.accessibleName(), Text.STRONG)
        why.setBuddy(self.reason)
        self.body.addWidget(stays)
        self.body.addWidget(self.grace, alignment=Qt.AlignmentFlag.AlignLeft)
        self.body.addSpacing(Space.M)
        self.body.addWidget(why)
        self.body.addWidget(self.reason)

    @property
    def request(self) -> SeveralDeletionsRequest:
        """What was chosen. The usual time is left to the service, so that the command stays short."""
        days = self.grace.value()
        return SeveralDeletionsRequest(
            self._tenants,
            reason=self.reason.text().strip(),
            grace_days=None if days == DEFAULT_GRACE_DAYS else days,
            pause_seconds=PAUSE_SECONDS,
        )


class DeleteSeveralWizard(TaskWizard):
    """Leads to the deletion of several tenants' databases. The job's result is a Message with what came of it."""

    def __init__(
        self, console: Console, runner: Runner, tenants: tuple[str, ...], parent: QWidget | None = None
    ) -> None:
        self._console = console
        self.list_page = SeveralListPage(console, runner, tenants)
        self.keeping_page = KeepingPage(tenants)
        self.review_page = PlanPage(console, runner, self._review, title=translate("delete", "Confirm"))
        title = translate("delete", "Delete {count} databases").format(count=format.count(len(tenants)))
        super().__init__(
            console, runner, title, (self.list_page, self.keeping_page, self.review_page), self._task,
            verb=translate("delete", "Delete databases"), is_dangerous=True, parent=parent,
        )  # fmt: skip

    def _review(self) -> Callable[[], Review]:
        return partial(review_of_several, self._console, self.keeping_page.request)

    def _task(self) -> Task:
        review = self.review_page.review
        assert review is not None
        assert isinstance(review.result, SeveralDeletionsPlan)
        plan = review.result
        tenants = frozenset(one.request.tenant for one in plan.deletions)
        return Task(
            translate("delete", "Delete {count} databases").format(count=format.count(len(plan.deletions))),
            self._console.connection.master.name,
            partial(delete_several, self._console, plan),
            changes=lambda _message: Changes(tenants, frozenset({"trash", "backups", "operations", "audit"})),
        )


def review_of_several(console: Console, request: SeveralDeletionsRequest) -> Review:
    """The plan of several deletions, put into words. Blocks."""
    plan = console.several_deletions.plan(request)
    first, *rest = plan.deletions
    steps = [_step(first)]
    if rest:
        look = translate("delete", "Look at what came of it, and wait {seconds} seconds")
        told = translate("delete", "Cancel stops everything that has not begun. The first surprise stops the others.")
        steps.append(ReviewStep(look.format(seconds=format.count(PAUSE_SECONDS)), told, "list-checks"))
    steps += [_step(one) for one in rest]
    rows = translate("delete", "{count} rows").format(count=rows_in(plan.rows, is_exact=plan.rows_exact))
    facts = (
        (translate("delete", "Databases"), format.count(len(plan.deletions))),
        (translate("delete", "Together"), f"{format.tables(plan.tables)}, {rows}, {format.size(plan.size_bytes)}"),
        (translate("delete", "Websites that go offline"), format.count(len(plan.websites_unpublished))),
        (translate("delete", "Can be had back until"), format.moment(first.purge_after)),
    )
    prompt = translate("delete", "Type how many databases are deleted")
    if not plan.confirmation.isdigit():
        prompt = translate("delete", "Type how many databases are deleted, and the connection's name")
    return Review(plan, tuple(steps), facts, (), _command(console, plan), Confirmation(plan.confirmation, prompt))


def delete_several(console: Console, plan: SeveralDeletionsPlan, job: JobContext) -> Message:
    """Delete them, and say what came of it. Blocks."""
    return message_of_several(console.several_deletions.run(plan, plan.confirmation, job))


def message_of_several(done: SeveralDeletionsResult) -> Message:
    """How it went: who was deleted, and where it stopped and why."""
    count = format.count(len(done.done))
    if not done.surprise:
        title = translate("delete", "{count} databases are in the trash").format(count=count)
        return Message(MessageKind.GOOD, title, ", ".join(one.database for one in done.done))
    title = translate("delete", "Stopped at {tenant}: {count} databases are in the trash, {left} were not touched")
    return Message(
        MessageKind.WARNING,
        title.format(tenant=done.stopped_at, count=count, left=format.count(len(done.left))),
        done.surprise,
    )


def _step(plan: DeletionPlan) -> ReviewStep:
    title = translate("delete", "Back up, prove, and put {database} into the trash").format(database=plan.database.name)
    tenant = plan.request.tenant
    whom = f"{plan.tenant_name} ({tenant})" if plan.tenant_name else tenant
    tone = Tone.WARNING if plan.warnings else Tone.NEUTRAL
    return ReviewStep(title, ". ".join((whom, *(text.rstrip(".") for text in plan.warnings))), "trash-2", tone)


def _command(console: Console, plan: SeveralDeletionsPlan) -> str:
    count, _, connection = plan.confirmation.partition(" ")
    words = ["database", "delete", *(one.request.tenant for one in plan.deletions), "--confirm-count", count]
    if connection:
        words += ["--confirm-connection", connection]
    if plan.request.grace_days is not None:
        words += ["--grace", str(plan.request.grace_days)]
    if plan.request.reason:
        words += ["--reason", plan.request.reason]
    return command_line(console, *words)
