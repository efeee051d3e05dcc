"""Work off the caller's thread: lanes, progress with an estimate, and a cancel that reaches the server.

A lane is a server's name: its tasks share few workers, so that one slow server neither starves the others nor is
flooded by us. The window crosses over to its own thread in `ui.kit.runner` and nowhere else.
"""

from __future__ import annotations

import itertools
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from pagevoo_console.domain.changes import NOTHING
from pagevoo_console.domain.errors import Cancelled, ConsoleError
from pagevoo_console.domain.job import Job, JobEvent, JobState, Progress, Task

WORKERS_PER_LANE = 2
INSIST_SECONDS = 0.5


class JobContext:
    """What running work is handed: it reports here and asks here whether it should stop. Safe from any thread."""

    def __init__(
        self,
        on_progress: Callable[[Progress], None] | None = None,
        on_line: Callable[[str], None] | None = None,
    ) -> None:
        self._on_progress = on_progress
        self._on_line = on_line
        self._cancelled = threading.Event()
        self._guard = threading.Lock()
        self._cancellers: list[Callable[[], None]] = []
        self._unit = ""
        self._done = 0
        self._base = 0
        self._began = time.monotonic()

    @property
    def is_cancelled(self) -> bool:
        return self._cancelled.is_set()

    def progress(self, title: str, done: int = 0, total: int | None = None, unit: str = "") -> None:
        """Say how far the work is; raises Cancelled when somebody wants it to stop.

        What counts the same unit further is one stretch of work, whatever it is called: time is estimated from all of
        it.
        """
        self.check()
        now = time.monotonic()
        if unit != self._unit or done < self._done:
            self._unit, self._base, self._began = unit, done, now
        self._done = done
        remaining = None
        if total and done > self._base and now > self._began:
            remaining = (now - self._began) / (done - self._base) * max(0, total - done)
        if self._on_progress is not None:
            self._on_progress(Progress(title, done, total, unit, remaining))

    def line(self, text: str) -> None:
        """Add a line to the job's log."""
        if self._on_line is not None:
            self._on_line(text)

    def check(self) -> None:
        """Raise Cancelled when somebody wants the work to stop. Called between rows, tables and steps."""
        if self._cancelled.is_set():
            raise Cancelled("Cancelled", hint="What was begun has been written down; it can be resumed or abandoned.")

    @contextmanager
    def on_cancel(self, canceller: Callable[[], None]) -> Iterator[None]:
        """While inside, a cancel also calls this (from another thread): it stops the statement on the server."""
        with self._guard:
            self._cancellers.append(canceller)
        try:
            self.check()
            yield
        except ConsoleError as error:
            if self.is_cancelled and not isinstance(error, Cancelled):
                raise Cancelled("Cancelled", hint="The session was given up, since the server went on.") from error
            raise
        finally:
            with self._guard:
                self._cancellers.remove(canceller)

    def cancel(self) -> None:
        """Ask the work to stop, here and on the server."""
        self._cancelled.set()
        if self._stop_on_server():
            threading.Thread(target=self._insist, name="insist", daemon=True).start()

    def _stop_on_server(self) -> bool:
        """Stop whatever statements run now; False when the work has left all places where any could."""
        with self._guard:
            cancellers = list(self._cancellers)
        for canceller in cancellers:
            canceller()
        return bool(cancellers)

    def _insist(self) -> None:
        """A statement that began only after it was stopped would run on: stop it again until the work has left."""
        time.sleep(INSIST_SECONDS)
        while self._stop_on_server():
            time.sleep(INSIST_SECONDS)


class JobRunner:
    """Runs tasks in their lanes. Subscribers are called from worker threads with JobEvents, in order for each job."""

    def __init__(self, workers_per_lane: int = WORKERS_PER_LANE) -> None:
        self._workers_per_lane = workers_per_lane
        self._lanes: dict[str, ThreadPoolExecutor] = {}
        self._guard = threading.Lock()
        self._numbers = itertools.count(1)
        self._jobs: dict[int, Job] = {}
        self._contexts: dict[int, JobContext] = {}
        self._subscribers: list[Callable[[JobEvent], None]] = []
        self._is_closed = False

    def subscribe(self, subscriber: Callable[[JobEvent], None]) -> Callable[[], None]:
        """Call `subscriber` with every event from now on; returns what ends it."""
        with self._guard:
            self._subscribers.append(subscriber)

        def unsubscribe() -> None:
            with self._guard:
                if subscriber in self._subscribers:
                    self._subscribers.remove(subscriber)

        return unsubscribe

    def submit(self, task: Task) -> Job:
        """Queue the task in its lane; returns at once."""
        with self._guard:
            if self._is_closed:
                raise Cancelled("The console is closing")
            number = next(self._numbers)
            lane = self._lanes.get(task.lane)
            if lane is None:
                lane = ThreadPoolExecutor(self._workers_per_lane, thread_name_prefix=f"lane-{task.lane}")
                self._lanes[task.lane] = lane
            job = Job(number, task.title, task.lane, task.tenant, JobState.QUEUED, None, datetime.now(UTC))
            self._jobs[number] = job
            self._contexts[number] = JobContext(
                on_progress=lambda progress: self._update(number, progress=progress),
                on_line=lambda line: self._update(number, line=line),
            )
        self._publish(JobEvent(job))
        lane.submit(self._run, number, task)
        return job

    def jobs(self) -> tuple[Job, ...]:
        """Every job of this session, newest last."""
        with self._guard:
            return tuple(self._jobs.values())

    def job(self, number: int) -> Job:
        with self._guard:
            return self._jobs[number]

    def active(self) -> tuple[Job, ...]:
        return tuple(job for job in self.jobs() if not job.state.is_final)

    def cancel(self, number: int) -> None:
        """Ask a job to stop. Returns at once; the job's end says whether it did."""
        with self._guard:
            job = self._jobs[number]
            context = self._contexts.get(number)
        if context is None or job.state.is_final:
            return
        self._update(number, state=JobState.CANCELLING)
        threading.Thread(target=context.cancel, name=f"cancel-{number}", daemon=True).start()

    def close(self, *, wait: bool = True) -> None:
        """Take no more tasks, cancel what runs, and wait until each has written down where it stands."""
        with self._guard:
            self._is_closed = True
            contexts = list(self._contexts.values())
            lanes = list(self._lanes.values())
        for context in contexts:
            context.cancel()
        for lane in lanes:
            lane.shutdown(wait=wait, cancel_futures=True)

    def _run(self, number: int, task: Task) -> None:
        with self._guard:
            context = self._contexts[number]
        if context.is_cancelled:
            self._finish(number, JobState.CANCELLED, error=Cancelled("Cancelled before it began"))
            return
        self._update(number, state=JobState.RUNNING)
        try:
            result = task.work(context)
        except Cancelled as error:
            self._finish(number, JobState.CANCELLED, error=error)
        except BaseException as error:  # noqa: BLE001 - whatever it was belongs to the job, and the lane goes on
            self._finish(number, JobState.FAILED, error=error)
        else:
            self._finish(number, JobState.SUCCEEDED, result=result, task=task)

    def _update(
        self, number: int, *, state: JobState | None = None, progress: Progress | None = None, line: str | None = None
    ) -> None:
        with self._guard:
            job = self._jobs[number]
            if job.state.is_final or (state is JobState.RUNNING and job.state is JobState.CANCELLING):
                return
            job = replace(job, state=state or job.state, progress=progress or job.progress)
            self._jobs[number] = job
        self._publish(JobEvent(job, line))

    def _finish(
        self,
        number: int,
        state: JobState,
        *,
        result: Any = None,
        error: BaseException | None = None,
        task: Task | None = None,
    ) -> None:
        with self._guard:
            job = replace(self._jobs[number], state=state, result=result, error=error, finished_at=datetime.now(UTC))
            self._jobs[number] = job
            del self._contexts[number]
        self._publish(JobEvent(job, changes=task.changes(result) if task is not None else NOTHING))

    def _publish(self, event: JobEvent) -> None:
        with self._guard:
            subscribers = list(self._subscribers)
        for subscriber in subscribers:
            subscriber(event)
