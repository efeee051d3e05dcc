"""Keeps what is known of the fleet fresh: reads registry and servers on start, and once a minute while looked at."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QTimer, Signal

from pagevoo_console.services.jobs import JobContext
from pagevoo_console.ui.kit.runner import Runner

if TYPE_CHECKING:
    from pagevoo_console.services.console import Console

EVERY_MS = 60_000


class FleetWatch(QObject):
    """Quiet queries in the background; nothing of it is shown as a job.

    Signals: seen() when the directory holds something newer; offline(Exception) when the master does not answer;
    online() when it does; settled() when a whole round has ended, well or not.
    """

    seen = Signal()
    offline = Signal(object)
    online = Signal()
    settled = Signal()

    def __init__(
        self, console: Console, runner: Runner, is_looked_at: Callable[[], bool], parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self._console = console
        self._runner = runner
        self._is_looked_at = is_looked_at
        self._lane = console.connection.master.name
        self._is_scanning = False
        self._context: JobContext | None = None
        self._timer = QTimer(self)
        self._timer.setInterval(EVERY_MS)
        self._timer.timeout.connect(self._tick)

    def start(self) -> None:
        """Begin, and go on every minute."""
        self._timer.start()
        self.look()

    def look(self) -> None:
        """Read the registry, then look at every server; a round that is under way is not doubled."""
        if self._is_scanning:
            return
        self._is_scanning = True
        self._runner.query(
            self._console.sightings.read_registry, self._registry_read, self._failed, key="watch", owner=self,
            lane=self._lane,
        )  # fmt: skip

    def look_at(self, tenants: frozenset[str]) -> None:
        """Something was done to these tenants: look at them again."""
        sightings = self._console.sightings

        def look() -> None:
            for tenant in sorted(tenants):
                sightings.look(tenant)

        self._runner.query(look, lambda _nothing: self.seen.emit(), self._failed, owner=self, lane=self._lane)

    def stop(self) -> None:
        """The window is closing."""
        self._timer.stop()
        if self._context is not None:
            self._context.cancel()

    def _tick(self) -> None:
        if self._is_looked_at():
            self.look()

    def _registry_read(self, _tenants: int) -> None:
        self.online.emit()
        self.seen.emit()
        context = self._context = JobContext()
        sightings = self._console.sightings
        self._runner.query(
            lambda: sightings.scan(context, features=True), lambda _nothing: self._scanned(), self._failed,
            key="scan", owner=self, lane=self._lane,
        )  # fmt: skip

    def _scanned(self) -> None:
        self._is_scanning = False
        self.seen.emit()
        self.settled.emit()

    def _failed(self, error: Exception) -> None:
        self._is_scanning = False
        self.offline.emit(error)
        self.settled.emit()
