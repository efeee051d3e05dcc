"""A wizard about one tenant that ends in a job: it asks, shows the plan, and hands the work to the runner."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QWidget

from pagevoo_console.domain.job import Task
from pagevoo_console.domain.operation import Step
from pagevoo_console.ui.kit.i18n import translate
from pagevoo_console.ui.kit.reviews import Review, ReviewStep
from pagevoo_console.ui.kit.runner import Runner
from pagevoo_console.ui.kit.tokens import Tone
from pagevoo_console.ui.kit.wizard import Wizard
from pagevoo_console.ui.kit.wizard_pages import Failed, Reviewed, ReviewPage, WizardPage

if TYPE_CHECKING:
    from pagevoo_console.services.console import Console

_ICONS = {
    "create": "database",
    "core": "layers",
    "tables": "table-2",
    "record": "check",
    "backup": "database-backup",
    "safety": "database-backup",
    "verify": "shield-check",
    "compare": "list-checks",
    "unwritten": "list-checks",
    "unpublish": "globe",
    "quiesce": "lock",
    "reopen": "lock-open",
    "stage": "archive-restore",
    "swap": "refresh-cw",
    "clean": "trash-2",
    "drop": "trash-2",
    "trash": "trash-2",
    "purge": "trash-2",
    "back": "archive-restore",
    "freeze": "snowflake",
    "thaw": "sun",
    "compact": "archive",
    "publish": "globe",
    "website": "globe",
    "finish": "check",
    "tier": "layers",
    "disable": "circle-pause",
    "enable": "circle-play",
    "account": "user-plus",
    "grant": "shield-check",
    "password": "key-round",
    "mend": "wrench",
}


class TaskWizard(Wizard):
    """Asks about one tenant and, on its verb, runs the task that `task` makes of what was reviewed.

    Signals: submitted(Job), when the work was handed to the runner; the wizard is closed by then.
    """

    submitted = Signal(object)

    def __init__(
        self,
        console: Console,
        runner: Runner,
        title: str,
        pages: Sequence[WizardPage],
        task: Callable[[], Task],
        *,
        verb: str,
        is_dangerous: bool = False,
        parent: QWidget | None = None,
    ) -> None:
        connection = console.connection
        super().__init__(
            title,
            pages,
            task,
            verb=verb,
            is_dangerous=is_dangerous,
            environment=connection.environment,
            place=f"{connection.name} · {connection.master.address}",
            parent=parent,
        )
        self.runner = runner
        self.setObjectName(type(self).__name__)
        self.accepted_request.connect(self._submit)

    def name_whom(self, find: Callable[[], str], lane: str) -> None:
        """Show below the title what `find` answers; called in another thread. It stays away where that fails."""
        self.runner.query(find, self.set_subject, lambda _error: None, key="subject", owner=self, lane=lane)

    def _submit(self, task: Task) -> None:
        self.submitted.emit(self.runner.run(task))


class PlanPage(ReviewPage):
    """A review whose plan is made by the services, in another thread.

    `make` is called in the window's thread, gathers what was chosen, and answers the work that makes the review. Plans
    begin at the master, whose lane they wait in.
    """

    def __init__(
        self,
        console: Console,
        runner: Runner,
        make: Callable[[], Callable[[], Review]],
        *,
        title: str = "",
        explanation: str = "",
    ) -> None:
        super().__init__(
            title or translate("wizard", "Review"),
            self._ask,
            explanation=explanation
            or translate("wizard", "Nothing has been changed yet. This is what will be done, in this order."),
        )
        self._runner = runner
        self._lane = console.connection.master.name
        self._make = make

    def _ask(self, deliver: Reviewed, failed: Failed) -> None:
        self._runner.query(self._make(), deliver, failed, key="review", owner=self, lane=self._lane)


def plan_steps(steps: Sequence[Step]) -> tuple[ReviewStep, ...]:
    """A plan's steps as the review shows them; what cannot be undone says so."""
    return tuple(
        ReviewStep(
            step.title,
            translate("wizard", "This cannot be undone.") if step.is_destructive else "",
            next((_ICONS[part] for part in step.name.split(":") if part in _ICONS), "arrow-right"),
            Tone.DANGER if step.is_destructive else Tone.NEUTRAL,
        )
        for step in steps
    )
