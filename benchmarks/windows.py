"""What the benchmarks of the window share: an application off screen, waiting, and knowing when a frame was painted."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Sequence
from typing import Any

from PySide6.QtCore import (
    QAbstractTableModel,
    QEvent,
    QEventLoop,
    QModelIndex,
    QObject,
    QPersistentModelIndex,
    Qt,
    QTimer,
)
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QWidget

Index = QModelIndex | QPersistentModelIndex
PATIENCE_MS = 120_000


def application() -> QApplication:
    """The application, drawing into memory unless a platform was named."""
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    existing = QApplication.instance()
    return existing if isinstance(existing, QApplication) else QApplication(["benchmarks"])


def wait_for(condition: Callable[[], bool], every_ms: int = 2) -> None:
    """Let the window live until the condition holds. Raises TimeoutError."""
    if condition():
        return
    loop, tick, limit = QEventLoop(), QTimer(), QTimer()
    tick.setInterval(every_ms)
    tick.timeout.connect(lambda: loop.quit() if condition() else None)
    limit.setSingleShot(True)
    limit.timeout.connect(loop.quit)
    tick.start()
    limit.start(PATIENCE_MS)
    loop.exec()
    if not condition():
        raise TimeoutError("the window did not come to what was waited for")


def rest(milliseconds: int) -> None:
    """Let the window live for so long."""
    loop = QEventLoop()
    QTimer.singleShot(milliseconds, loop.quit)
    loop.exec()


def show(widget: QWidget, width: int, height: int) -> None:
    """Show a window of that size and wait until it is on its screen."""
    widget.resize(width, height)
    widget.show()
    if not QTest.qWaitForWindowExposed(widget):
        raise TimeoutError("the window was not shown")
    rest(50)


class PaintWatch(QObject):
    """Calls `on_painted` when the next frame of one of these widgets has been painted after `arm`, once."""

    def __init__(self, widgets: Sequence[QWidget], on_painted: Callable[[], object]) -> None:
        super().__init__()
        self._widgets = widgets
        self._on_painted = on_painted
        self._is_armed = False
        for widget in widgets:
            widget.installEventFilter(self)

    def arm(self) -> None:
        self._is_armed = True

    def close(self) -> None:
        for widget in self._widgets:
            widget.removeEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if self._is_armed and event.type() == QEvent.Type.Paint:
            self._is_armed = False
            # The frame is still being painted: what comes of this timer comes after it.
            QTimer.singleShot(0, self._on_painted)
        return False


class NaiveModel(QAbstractTableModel):
    """The model that every tutorial shows: a list of rows, and a look at the role at each call."""

    def __init__(self, rows: Sequence[Sequence[str]], titles: Sequence[str]) -> None:
        super().__init__()
        self._rows = rows
        self._titles = titles

    def rowCount(self, parent: Index = QModelIndex()) -> int:
        return 0 if parent.isValid() else len(self._rows)

    def columnCount(self, parent: Index = QModelIndex()) -> int:
        return 0 if parent.isValid() else len(self._titles)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if role == Qt.ItemDataRole.DisplayRole:
            return self._rows[index.row()][index.column()]
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
        return None

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if orientation == Qt.Orientation.Horizontal and role == Qt.ItemDataRole.DisplayRole:
            return self._titles[section]
        return None


class OwnTime:
    """What a piece of work took: of the clock, and of this thread's own processor time; milliseconds."""

    def __init__(self) -> None:
        self._clock = time.perf_counter()
        self._own = time.thread_time()

    @property
    def elapsed(self) -> float:
        return (time.perf_counter() - self._clock) * 1000

    @property
    def own(self) -> float:
        return (time.thread_time() - self._own) * 1000
