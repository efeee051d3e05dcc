"""What the wizards of features share: a plan with the server it is for, its review, and the work that it becomes."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any, TypeVar, cast

from PySide6.QtWidgets import QWidget

from pagevoo_console.domain.changes import Changes
from pagevoo_console.domain.errors import Refused
from pagevoo_console.domain.job import Task
from pagevoo_console.ui.kit.i18n import translate
from pagevoo_console.ui.kit.reviews import Review
from pagevoo_console.ui.kit.runner import Runner
from pagevoo_console.ui.kit.task_wizard import PlanPage, TaskWizard
from pagevoo_console.ui.kit.wizard_pages import WizardPage

if TYPE_CHECKING:
    from pagevoo_console.services.console import Console
    from pagevoo_console.services.jobs import JobContext

P = TypeVar("P")
Facts = tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Planned:
    """One of the services' plans, the server that it will be carried out on, and whose it is."""

    plan: Any
    server: str
    tenant_name: str


class FeatureWizard(TaskWizard):
    """What is done to features in one go: pages, the plan, and the job that it becomes.

    `review` makes the plan's review, in another thread; its result is a Planned. `job_title` and `work` make the job of
    that.
    """

    def __init__(
        self,
        console: Console,
        runner: Runner,
        tenant_id: str,
        title: str,
        pages: Sequence[WizardPage],
        review: Callable[[], Review],
        *,
        verb: str,
        job_title: Callable[[Any], str],
        work: Callable[[Any, JobContext], Any],
        parent: QWidget | None = None,
    ) -> None:
        self._job_title = job_title
        self._work = work
        self.review_page = ActingPlanPage(console, runner, lambda: review)
        super().__init__(console, runner, title, (*pages, self.review_page), self._task, verb=verb, parent=parent)
        self.name_whom(lambda: console.tenants.show(tenant_id).name, console.connection.master.name)

    def _task(self) -> Task:
        assert self.review_page.review is not None
        found = cast("Planned", self.review_page.review.result)
        return task_of(found, self._job_title(found.plan), partial(self._work, found.plan))


class ActingPlanPage(PlanPage):
    """A review that cannot be confirmed where the plan has nothing to do."""

    @property
    def is_complete(self) -> bool:
        return super().is_complete and self.review is not None and bool(self.review.steps)


def planned(console: Console, tenant: str, kind: str, make: Callable[[], P]) -> Planned:
    """Make a plan; a refusal is noted in the trail. Blocks."""
    try:
        plan = make()
    except Refused as error:
        console.features.refused(tenant, error, kind)
        raise
    located = console.tenants.locate(tenant)
    return Planned(plan, located.server.name, located.tenant.name)


def facts_of(console: Console, found: Planned) -> Facts:
    """Whom it concerns, and where."""
    word = console.platform.words.tenant.capitalize()
    return (
        (f"{word} {found.plan.tenant}", found.tenant_name),
        (translate("features", "Database"), f"{found.plan.database} · {found.server}"),
    )


def backup_fact(console: Console, tenant: str) -> tuple[str, str]:
    """Where the backup goes that is made and proved first."""
    return (translate("features", "Backup"), str(console.backups.folder(tenant)))


def titles_of(console: Console) -> dict[str, str]:
    """The features' titles by their names, core's too."""
    core = console.lineages.get(console.platform.core_lineage)
    return {core.name: core.title, **{lineage.name: lineage.title for lineage in console.features.catalogue()}}


def task_of(found: Planned, title: str, work: Callable[[Any], Any]) -> Task:
    """The work of a plan on features, as a job of its server."""
    tenant = str(found.plan.tenant)
    touched = Changes(frozenset({tenant}), frozenset({"operations", "audit", "backups"}))
    return Task(title, found.server, work, tenant, lambda _result: touched)
