"""Long work of the window's own thread, a slice at each turn of its loop, so that between two slices the window lives.

What can leave the thread goes through the runner. This is for what cannot: making widgets, and loading their modules.
"""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Iterable, Iterator
from importlib import import_module

from PySide6.QtCore import QObject, QTimer, Signal

Aside = tuple[str, ...]
Slices = Iterator[Aside | None]
"""Work that yields wherever it may be interrupted; names that it yields are modules it wants loaded aside first."""


def loading(names: Iterable[str]) -> Slices:
    """Load modules, one at a turn. Each should bring little along: name what it needs before it."""
    for name in names:
        import_module(name)
        yield None


class Turns(QObject):
    """Does works one after the other, each slice in a turn of its own.

    Modules that are loaded aside, in another thread, must not use Qt: its types are made when they are first named,
    and two threads could make the same one.

    Signals: rested() when nothing is left to do.
    """

    rested = Signal()
    _loaded = Signal(object)

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self._works: deque[Slices] = deque()
        self._aside: Aside | None = None
        self._timer = QTimer(self)
        self._timer.setInterval(0)
        self._timer.timeout.connect(self._turn)
        self._loaded.connect(self._go_on)

    @property
    def is_idle(self) -> bool:
        return not self._works

    def do(self, work: Slices) -> None:
        """Begin this work as soon as those before it have ended."""
        self._works.append(work)
        if self._aside is None:
            self._timer.start()

    def finish(self) -> None:
        """Do now, in one go, whatever is left: somebody wants to see it."""
        if self._aside is not None:
            self._go_on(self._aside)
        while self._works:
            for name in self._slice() or ():
                import_module(name)

    def stop(self) -> None:
        """Leave the rest undone: the window closes."""
        self._works.clear()
        self._timer.stop()

    def _turn(self) -> None:
        aside = self._slice()
        if aside:
            self._aside = aside
            self._timer.stop()
            threading.Thread(target=self._load, args=(aside,), name="loading", daemon=True).start()

    def _slice(self) -> Aside | None:
        work = self._works[0]
        try:
            return next(work)
        except StopIteration:
            self._end(work)
        except BaseException:
            self._end(work)
            raise
        return None

    def _end(self, work: Slices) -> None:
        if self._works and self._works[0] is work:
            self._works.popleft()
        if not self._works:
            self._timer.stop()
            self.rested.emit()

    def _load(self, names: Aside) -> None:
        """In another thread. What cannot be loaded fails again, and is told, where it is used."""
        try:
            for name in names:
                import_module(name)
        finally:
            self._loaded.emit(names)

    def _go_on(self, names: Aside) -> None:
        if self._aside is names:
            self._aside = None
            if self._works:
                self._timer.start()
