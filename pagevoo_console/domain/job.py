"""Work off the screen's thread: lane, progress, cancel, end."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any

from pagevoo_console.domain.changes import NOTHING, Changes


class JobState(StrEnum):
    QUEUED = "queued"
    RUNNING = "running"
    CANCELLING = "cancelling"
    SUCCEEDED = "succeeded"
    FAILED = "failed"
    CANCELLED = "cancelled"

    @property
    def is_final(self) -> bool:
        return self in (JobState.SUCCEEDED, JobState.FAILED, JobState.CANCELLED)


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a job is. `done` and `total` count `unit`s ("rows", "bytes", "steps"); `total` is None where unknown.

    `remaining_seconds` is an estimate from the rate so far, None until there is one.
    """

    title: str
    done: int = 0
    total: int | None = None
    unit: str = ""
    remaining_seconds: float | None = None

    @property
    def fraction(self) -> float | None:
        if not self.total:
            return None
        return min(1.0, self.done / self.total)


@dataclass(frozen=True, slots=True)
class Task:
    """Work to be done: `work` is called with the job's context in a worker thread and returns the result.

    Tasks of one `lane` (a server's name) share that lane's few workers. `changes` turns a result into what was touched.
    """

    title: str
    lane: str
    work: Callable[..., Any]
    tenant: str | None = None
    changes: Callable[[Any], Changes] = field(default=lambda _result: NOTHING)


@dataclass(frozen=True, slots=True)
class Job:
    """A task that was handed in, as it stands now. Times are UTC."""

    id: int
    title: str
    lane: str
    tenant: str | None
    state: JobState
    progress: Progress | None
    created_at: datetime
    finished_at: datetime | None = None
    result: Any = None
    error: BaseException | None = None


@dataclass(frozen=True, slots=True)
class JobEvent:
    """Something happened to a job. Sent from worker threads; the window crosses over in one place."""

    job: Job
    line: str | None = None
    changes: Changes = NOTHING
