"""What is said of a job: how far it is, how it ended, and all jobs in one line. All pure; no widget needed."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime

from pagevoo_console.domain.job import Job, JobState, Progress
from pagevoo_console.domain.text import visible
from pagevoo_console.ui.kit import format
from pagevoo_console.ui.kit.i18n import translate

SEPARATOR = " · "


def progress_text(progress: Progress) -> str:
    """Such as `Copying tables · 1,200 of 5,000 rows · 24 % · about 12 s left`."""
    parts = [visible(progress.title)]
    if progress.total:
        sentence = translate("jobs", "{done} of {total}")
        if progress.unit == "bytes":
            figures = sentence.format(done=format.size(progress.done), total=format.size(progress.total))
        else:
            figures = sentence.format(
                done=format.count(progress.done), total=format.amount(progress.total, unit_word(progress.unit))
            )
        parts += [figures, format.percent(progress.fraction)]
    elif progress.done:
        parts.append(format.amount(progress.done, unit_word(progress.unit)))
    if progress.remaining_seconds is not None and progress.remaining_seconds >= 1:
        parts.append(translate("jobs", "about {time} left").format(time=format.duration(progress.remaining_seconds)))
    return SEPARATOR.join(parts)


def unit_word(unit: str) -> str:
    """A unit in the language of the window; one that we have no word for as the work has it."""
    words = {
        "rows": translate("jobs", "rows"),
        "steps": translate("jobs", "steps"),
        "tables": translate("jobs", "tables"),
        "files": translate("jobs", "files"),
        "databases": translate("jobs", "databases"),
    }
    return words.get(unit, unit)


def status_text(job: Job) -> str:
    """The second line of a job: where it is while it runs, how it ended afterwards."""
    match job.state:
        case JobState.QUEUED:
            return translate("jobs", "Waits for its turn on {lane}").format(lane=visible(job.lane))
        case JobState.CANCELLING:
            return translate("jobs", "Cancelling… The server is being asked to stop.")
        case JobState.RUNNING:
            return translate("jobs", "Starting…") if job.progress is None else progress_text(job.progress)
        case JobState.SUCCEEDED:
            return SEPARATOR.join((_finished(job), _took(job)))
        case JobState.FAILED:
            return translate("jobs", "Failed after {time}").format(time=_took(job))
        case JobState.CANCELLED:
            return translate("jobs", "Cancelled after {time}").format(time=_took(job))


def spoken(job: Job, word: str) -> str:
    """What a screen reader says of a job."""
    tenant = f", {visible(job.tenant)}" if job.tenant else ""
    return f"{visible(job.title)}{tenant}: {word}"


def summary(states: Iterable[JobState]) -> tuple[str, int]:
    """All jobs in a few words for the status bar, and how many are under way."""
    known = list(states)
    active = sum(not state.is_final for state in known)
    waiting = known.count(JobState.QUEUED)
    failed = known.count(JobState.FAILED)
    parts = []
    if active > waiting:
        parts.append(translate("jobs", "{count} running").format(count=format.count(active - waiting)))
    if waiting:
        parts.append(translate("jobs", "{count} waiting").format(count=format.count(waiting)))
    if failed:
        parts.append(translate("jobs", "{count} failed").format(count=format.count(failed)))
    return ", ".join(parts) or translate("jobs", "No jobs running"), active


def _finished(job: Job) -> str:
    return translate("jobs", "Finished {moment}").format(moment=format.moment(job.finished_at))


def _took(job: Job) -> str:
    end = job.finished_at or datetime.now(UTC)
    return format.duration((end - job.created_at).total_seconds())


def what_closing_cancels(jobs: int) -> str:
    """What the window asks before it is closed with so many jobs under way."""
    if jobs == 1:
        return translate("jobs", "One job is cancelled before the window closes. What it began is written down and "
                         "can be resumed or abandoned.")  # fmt: skip
    text = translate("jobs", "{count} jobs are cancelled before the window closes. What they began is written down "
                     "and can be resumed or abandoned.")  # fmt: skip
    return text.format(count=format.count(jobs))
