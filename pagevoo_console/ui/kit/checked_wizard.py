"""A wizard that looks once more before it acts: what was confirmed is what is done."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import TYPE_CHECKING, Any

from PySide6.QtWidgets import QWidget

from pagevoo_console.domain.job import Task
from pagevoo_console.ui.kit.runner import Runner
from pagevoo_console.ui.kit.task_wizard import PlanPage, TaskWizard
from pagevoo_console.ui.kit.wizard_pages import WizardPage

if TYPE_CHECKING:
    from pagevoo_console.services.console import Console


class CheckedWizard(TaskWizard):
    """Between the review and the button others may have worked on it: the plan is made once more then, and where it
    differs it is shown again and has to be confirmed again.
    """

    def __init__(
        self,
        console: Console,
        runner: Runner,
        title: str,
        pages: Sequence[WizardPage],
        review_page: PlanPage,
        task: Callable[[], Task],
        *,
        again: Callable[[Any], object],
        difference: Callable[[Any, Any], str],
        verb: str,
        is_dangerous: bool = True,
        parent: QWidget | None = None,
    ) -> None:
        """`again` makes the plan anew from the one that was read, in another thread; `difference` puts into a sentence
        how the two differ, empty where they are the same for their reader.
        """
        self.review_page = review_page
        self._lane = console.connection.master.name
        self._again = again
        self._difference = difference
        self._changed = ""
        self._is_checking = False
        super().__init__(
            console, runner, title, (*pages, review_page), task, verb=verb, is_dangerous=is_dangerous, parent=parent
        )

    def take_difference(self) -> str:
        """What has changed since the plan was last seen: told once, by the review that is made next."""
        changed, self._changed = self._changed, ""
        return changed

    def _finish(self) -> None:
        review = self.review_page.review
        if review is None or not self.review_page.is_complete or self._is_checking:
            return
        self._is_checking = True
        self.finish_button.setEnabled(False)
        self.runner.query(
            partial(self._again, review.result),
            partial(self._checked, review.result),
            lambda _error: self._ask_again(""),
            key="check",
            owner=self,
            lane=self._lane,
        )

    def _checked(self, reviewed: object, now: object) -> None:
        difference = self._difference(reviewed, now)
        if difference:
            self._ask_again(difference)
            return
        self._is_checking = False
        review = self.review_page.review
        if self.isVisible() and review is not None and review.result is reviewed:
            super()._finish()

    def _ask_again(self, difference: str) -> None:
        self._is_checking = False
        if self.isVisible() and self.flow.is_last:
            self._changed = difference
            self.review_page.enter()
