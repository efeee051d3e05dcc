"""The one crossing between threads: work leaves the window's thread here, and what comes of it arrives here.

Reading is `query`: parallel, newest wins by key, never shown as a job. Changing is `run`: a job, with progress and
cancel.
"""

from __future__ import annotations

import threading
import weakref
from collections.abc import Callable, Hashable
from dataclasses import dataclass
from queue import SimpleQueue
from types import MethodType
from typing import Any, TypeVar

import shiboken6
from PySide6.QtCore import QObject, Qt, QThread, QTimer, Signal

from pagevoo_console.domain.job import Job, JobEvent, JobState, Task
from pagevoo_console.services.jobs import JobRunner

Result = TypeVar("Result")
Handler = Callable[[Any], object]

PROGRESS_MS = 100
THREADS_PER_LANE = 4
LOCAL = "local"


def assert_gui_thread() -> None:
    """Widgets live in one thread. Anything else is our own fault, and found at once rather than at random."""
    if not QThread.isMainThread():
        raise RuntimeError("The window was touched from another thread; go through ui.kit.runner.")


class _Lane:
    """A few daemon threads for one server, so that a frozen one neither blocks the others nor keeps us from leaving."""

    def __init__(self, name: str) -> None:
        self._name = name
        self._waiting: SimpleQueue[Callable[[], None] | None] = SimpleQueue()
        self._threads: list[threading.Thread] = []
        self._idle = threading.Semaphore(0)

    def submit(self, work: Callable[[], None]) -> None:
        if not self._idle.acquire(blocking=False) and len(self._threads) < THREADS_PER_LANE:
            thread = threading.Thread(target=self._serve, name=f"query-{self._name}-{len(self._threads)}", daemon=True)
            self._threads.append(thread)
            thread.start()
        self._waiting.put(work)

    def close(self) -> None:
        for _ in self._threads:
            self._waiting.put(None)

    def _serve(self) -> None:
        while (work := self._waiting.get()) is not None:
            work()
            self._idle.release()


@dataclass(slots=True)
class _Query:
    """What waits for an answer. Only ever touched in the window's thread, but for `is_dropped`."""

    on_result: Callable[[], Handler | None]
    on_error: Callable[[], Handler | None] | None
    key: Hashable | None
    owner: weakref.ref[QObject] | None
    is_dropped: bool = False

    @property
    def is_wanted(self) -> bool:
        if self.is_dropped:
            return False
        if self.owner is None:
            return True
        owner = self.owner()
        return owner is not None and shiboken6.isValid(owner)


class Runner(QObject):
    """Hands work to other threads and brings results back. Made and used in the window's thread.

    Signals: job_event(JobEvent), every change of a job, progress and log lines at most every 100 ms;
    query_failed(Exception), for queries that named no handler of their own.
    """

    job_event = Signal(object)
    query_failed = Signal(object)
    _answered = Signal(object, object, object)
    _woken = Signal()

    def __init__(self, jobs: JobRunner, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._jobs = jobs
        self._lanes: dict[str, _Lane] = {}
        self._newest: dict[Hashable, _Query] = {}
        self._waiting = 0
        self._guard = threading.Lock()
        self._is_closed = False
        self._events: list[JobEvent] = []
        self._states: dict[int, JobState] = {}
        self._tick = QTimer(self)
        self._tick.setInterval(PROGRESS_MS)
        self._tick.timeout.connect(self._drain)
        self._answered.connect(self._deliver, Qt.ConnectionType.QueuedConnection)
        self._woken.connect(self._drain, Qt.ConnectionType.QueuedConnection)
        self._unsubscribe = jobs.subscribe(self._on_job_event)

    @property
    def jobs(self) -> JobRunner:
        return self._jobs

    @property
    def is_idle(self) -> bool:
        """True when no query is under way."""
        return self._waiting == 0

    def query(
        self,
        work: Callable[[], Result],
        on_result: Callable[[Result], object],
        on_error: Callable[[Exception], object] | None = None,
        *,
        key: Hashable | None = None,
        owner: QObject | None = None,
        lane: str = LOCAL,
    ) -> None:
        """Call `work` in another thread and `on_result` or `on_error` with what came of it in this one.

        A later query of the same owner and key replaces this one. Nothing is delivered once the owner is gone.
        `lane` is a server's name where the work waits for that server.
        """
        assert_gui_thread()
        scope = None if key is None else (id(owner) if owner is not None else 0, key)
        waiting = _Query(
            _held(on_result),
            None if on_error is None else _held(on_error),
            scope,
            None if owner is None else weakref.ref(owner),
        )
        if scope is not None:
            replaced = self._newest.get(scope)
            if replaced is not None:
                replaced.is_dropped = True
            self._newest[scope] = waiting
        self._waiting += 1
        self._lanes.setdefault(lane, _Lane(lane)).submit(lambda: self._work(waiting, work))

    def drop(self, key: Hashable, owner: QObject | None = None) -> None:
        """Forget what was asked under this key: whoever asked has moved on."""
        asked = self._newest.pop((id(owner) if owner is not None else 0, key), None)
        if asked is not None:
            asked.is_dropped = True

    def run(self, task: Task) -> Job:
        """Hand a task to the job runner. How it goes and ends arrives as `job_event`."""
        assert_gui_thread()
        return self._jobs.submit(task)

    def cancel(self, job_id: int) -> None:
        """Ask a job to stop, here and on its server."""
        assert_gui_thread()
        self._jobs.cancel(job_id)

    def close(self) -> None:
        """Deliver nothing from now on, and let the threads end by themselves. The job runner is closed by its owner."""
        with self._guard:
            self._is_closed = True
        self._unsubscribe()
        self._tick.stop()
        for lane in self._lanes.values():
            lane.close()

    def _work(self, waiting: _Query, work: Callable[[], Any]) -> None:
        """In a worker thread: do it, unless nobody waits for it any more."""
        result, error = None, None
        if not (waiting.is_dropped or self._is_closed):
            try:
                result = work()
            except Exception as raised:  # noqa: BLE001 - every error is delivered to whoever asked
                error = raised
        with self._guard:
            if not self._is_closed:
                self._answered.emit(waiting, result, error)

    def _deliver(self, waiting: _Query, result: Any, error: Exception | None) -> None:
        assert_gui_thread()
        self._waiting -= 1
        if waiting.key is not None and self._newest.get(waiting.key) is waiting:
            del self._newest[waiting.key]
        if self._is_closed or not waiting.is_wanted:
            return
        if error is None:
            handler = waiting.on_result()
            if handler is not None:
                handler(result)
        elif waiting.on_error is None:
            self.query_failed.emit(error)
        else:
            handler = waiting.on_error()
            if handler is not None:
                handler(error)

    def _on_job_event(self, event: JobEvent) -> None:
        """In a worker thread: changes of state wake the window, progress and lines wait for the next tick."""
        with self._guard:
            if self._is_closed:
                return
            number = event.job.id
            is_news = self._states.get(number) is not event.job.state
            self._states[number] = event.job.state
            last = self._events[-1] if self._events else None
            if not is_news and event.line is None and last is not None and last.line is None and last.job.id == number:
                self._events[-1] = event
            else:
                self._events.append(event)
            if is_news:
                self._woken.emit()

    def _drain(self) -> None:
        assert_gui_thread()
        with self._guard:
            events, self._events = self._events, []
            under_way = any(not state.is_final for state in self._states.values())
        if under_way and not self._tick.isActive():
            self._tick.start()
        elif not under_way:
            self._tick.stop()
        for event in events:
            self.job_event.emit(event)


def _held(handler: Handler) -> Callable[[], Handler | None]:
    """Hold a method weakly, so that a pending answer does not keep its widget alive; anything else as it is."""
    if isinstance(handler, MethodType):
        return weakref.WeakMethod(handler)
    return lambda: handler
