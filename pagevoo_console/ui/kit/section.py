"""A card about one tenant that loads by itself: its own loading, empty and failed state, and no flicker on refresh."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Callable
from typing import Generic, TypeVar

from PySide6.QtWidgets import QWidget

from pagevoo_console.ui.kit.pages import Card
from pagevoo_console.ui.kit.runner import Runner
from pagevoo_console.ui.kit.states import Emptiness, StateStack

Content = TypeVar("Content")


class Section(Card, Generic[Content]):
    """Shows one tenant's content of one kind. `fetch` runs in another thread, `present` in the window's.

    `lane` is that of the server which is asked, or tells the lane of a tenant's own server; it is called in another
    thread then. A refresh leaves what is there in sight until the answer has come.
    """

    def __init__(
        self, title: str, icon_name: str, runner: Runner, lane: str | Callable[[str], str],
        parent: QWidget | None = None,
    ) -> None:  # fmt: skip
        super().__init__(title, icon_name, parent=parent)
        self._runner = runner
        self.lane = lane
        self.tenant = ""
        self.inside = QWidget()
        self.states = StateStack(self.inside)
        self.add(self.states)

    def show_tenant(self, tenant: str) -> None:
        """Turn to a tenant; turning to the same one again is a refresh."""
        if tenant != self.tenant:
            self.tenant = tenant
            self.states.show_loading()
        self.refresh()

    def refresh(self) -> None:
        tenant, lane = self.tenant, self.lane
        if not tenant:
            return
        if isinstance(lane, str):
            self._ask(tenant, lane)
        else:
            self._runner.query(
                lambda: lane(tenant), lambda found: self._ask(tenant, found), self._failed, key="section", owner=self
            )

    def _ask(self, tenant: str, lane: str) -> None:
        self._runner.query(
            lambda: self.fetch(tenant), self._arrived, self._failed, key="section", owner=self, lane=lane
        )

    @abstractmethod
    def fetch(self, tenant: str) -> Content:
        """Read the content. Called in another thread: it touches no widget."""

    @abstractmethod
    def present(self, content: Content) -> Emptiness | None:
        """Put the content into `inside`, or say why there is none."""

    def emptiness_of(self, error: Exception) -> Emptiness | None:
        """Why there is nothing, for errors that only say so; None for those that are failures."""
        return None

    def _arrived(self, content: Content) -> None:
        emptiness = self.present(content)
        if emptiness is None:
            self.states.show_content()
        else:
            self.states.show_empty(emptiness)

    def _failed(self, error: Exception) -> None:
        emptiness = self.emptiness_of(error)
        if emptiness is None:
            self.states.show_error(error, self._again)
        else:
            self.states.show_empty(emptiness)

    def _again(self) -> None:
        self.states.show_loading()
        self.refresh()
