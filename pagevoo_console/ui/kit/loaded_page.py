"""A wizard's page that has to ask first: its own loading, empty and failed state, inside the wizard's frame."""

from __future__ import annotations

from abc import abstractmethod
from typing import Generic, TypeVar

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QAbstractButton, QVBoxLayout

from pagevoo_console.ui.kit.pages import ScrollPage
from pagevoo_console.ui.kit.runner import Runner
from pagevoo_console.ui.kit.states import Emptiness, StateStack
from pagevoo_console.ui.kit.tokens import Space
from pagevoo_console.ui.kit.wizard_pages import WizardPage

Content = TypeVar("Content")


class LoadedPage(WizardPage, Generic[Content]):
    """Asks once, when it first comes up, and keeps what was chosen when one comes back. `parts` takes its widgets.

    It is incomplete until the answer has come; afterwards `is_ready` decides.
    """

    def __init__(self, title: str, explanation: str, runner: Runner, lane: str) -> None:
        super().__init__(title, explanation)
        self._runner = runner
        self._lane = lane
        self.content: Content | None = None
        self._inside = ScrollPage(title)
        self.parts: QVBoxLayout = self._inside.parts
        self.parts.setContentsMargins(0, 0, Space.S, 0)
        self.parts.setSpacing(Space.S + Space.HAIR)
        self.states = StateStack(self._inside)
        self.body.addWidget(self.states, 1)
        outer = self.layout()
        assert isinstance(outer, QVBoxLayout)
        outer.takeAt(outer.count() - 1)
        outer.setStretchFactor(self.body, 1)

    @abstractmethod
    def fetch(self) -> Content:
        """Read what the page needs. Called in another thread: it touches no widget."""

    @abstractmethod
    def present(self, content: Content) -> Emptiness | None:
        """Fill `parts`, or say why there is nothing to fill them with."""

    def emptiness_of(self, error: Exception) -> Emptiness | None:
        """What to offer for errors that only say that something has to be done first; None for those that failed."""
        return None

    @property
    def is_ready(self) -> bool:
        """Whether one may go on, once there is content."""
        return True

    @property
    def is_complete(self) -> bool:
        return self.content is not None and self.is_ready

    def enter(self) -> None:
        if self.content is None:
            self.load()

    def load(self) -> None:
        """Ask, or ask again."""
        self.content = None
        self.states.show_loading()
        self._runner.query(self.fetch, self._arrived, self._failed, key="page", owner=self, lane=self._lane)

    def _arrived(self, content: Content) -> None:
        emptiness = self.present(content)
        if emptiness is None:
            self.content = content
            self.states.show_content()
            self._focus_first()
        else:
            self.states.show_empty(emptiness)
        self.completeness_changed.emit()

    def _failed(self, error: Exception) -> None:
        emptiness = self.emptiness_of(error)
        if emptiness is None:
            self.states.show_error(error, self.load, self.ways(error))
        else:
            self.states.show_empty(emptiness, self.ways(error))

    def _focus_first(self) -> None:
        """The hands go to what is chosen already, or to the first thing that can be chosen."""
        buttons = [each for each in self._inside.findChildren(QAbstractButton) if each.isEnabled()]
        first = next((each for each in buttons if each.isChecked()), next(iter(buttons), None))
        if first is not None:
            first.setFocus(Qt.FocusReason.OtherFocusReason)
