"""The activity: real jobs of a real runner, as somebody sees them."""

import threading
from collections.abc import Callable, Iterator

import pytest
from PySide6.QtCore import QEvent, QObject
from PySide6.QtWidgets import QLabel, QPlainTextEdit, QWidget
from pytestqt.qtbot import QtBot

from pagevoo_console.domain.errors import Failed
from pagevoo_console.domain.job import JobState, Progress, Task
from pagevoo_console.services.jobs import JobContext, JobRunner
from pagevoo_console.ui.jobs.activity_panel import ActivityPanel
from pagevoo_console.ui.jobs.job_texts import progress_text, summary
from pagevoo_console.ui.kit.runner import Runner
from pagevoo_console.ui.kit.states import View


@pytest.fixture
def runner(qtbot: QtBot) -> Iterator[Runner]:
    jobs = JobRunner()
    made = Runner(jobs)
    yield made
    made.close()
    jobs.close()


@pytest.fixture
def panel(qtbot: QtBot, runner: Runner) -> ActivityPanel:
    made = ActivityPanel(runner)
    qtbot.addWidget(made)
    made.resize(700, 300)
    made.show()
    return made


def task(work: Callable[[JobContext], object], title: str = "Back up", tenant: str | None = "42") -> Task:
    return Task(title, "master", work, tenant)


def state_of(panel: ActivityPanel, job: int) -> JobState | None:
    shown = panel.row_of(job)
    return None if shown is None else shown.job.state


def test_with_no_jobs_the_panel_says_so(panel: ActivityPanel) -> None:
    assert panel.states.view is View.EMPTY
    assert panel.summary == ("No jobs running", 0)


def test_the_newest_job_stands_on_top_and_the_summary_counts_them(
    panel: ActivityPanel, runner: Runner, qtbot: QtBot
) -> None:
    gate = threading.Event()
    told: list[tuple[str, int]] = []
    panel.summary_changed.connect(lambda text, count: told.append((text, count)))

    numbers = [runner.run(task(lambda _job: gate.wait(5), f"Job {place}")).id for place in range(3)]
    qtbot.waitUntil(lambda: panel.summary == ("2 running, 1 waiting", 3))
    tops = [panel.row_of(number).mapTo(panel, panel.rect().topLeft()).y() for number in numbers]  # type: ignore[union-attr]
    gate.set()
    qtbot.waitUntil(lambda: panel.summary == ("No jobs running", 0))

    assert tops == sorted(tops, reverse=True)
    assert panel.shown() == tuple(reversed(numbers))
    assert told[-1] == ("No jobs running", 0)


def test_progress_is_told_with_unit_share_and_estimate() -> None:
    text = progress_text(Progress("Copying", 1200, 5000, "rows", 12.0)).replace("\u00a0", " ")

    assert text == "Copying · 1,200 of 5,000 rows · 24 % · about 12 s left"


def test_bytes_are_told_as_sizes() -> None:
    text = progress_text(Progress("Packing", 2_500_000, 5_000_000, "bytes")).replace("\u00a0", " ")

    assert text == "Packing · 2.5 MB of 5.0 MB · 50 %"


def test_a_cancelled_job_says_cancelling_until_it_has_stopped(
    panel: ActivityPanel, runner: Runner, qtbot: QtBot
) -> None:
    asked, may_stop = threading.Event(), threading.Event()

    def work(job: JobContext) -> None:
        with job.on_cancel(asked.set):
            may_stop.wait(5)
        job.check()

    number = runner.run(task(work)).id
    qtbot.waitUntil(lambda: state_of(panel, number) is JobState.RUNNING)
    shown = panel.row_of(number)
    assert shown is not None
    shown.cancel.click()
    qtbot.waitUntil(lambda: shown.cancel.text() == "Cancelling…")
    assert not shown.cancel.isEnabled()
    assert asked.wait(5)
    may_stop.set()
    qtbot.waitUntil(lambda: state_of(panel, number) is JobState.CANCELLED)

    assert shown.cancel.isHidden()
    assert shown.head.accessibleName() == "Back up, 42: Cancelled"


def test_the_log_unfolds_with_what_was_written_before_and_follows(
    panel: ActivityPanel, runner: Runner, qtbot: QtBot
) -> None:
    gate = threading.Event()

    def work(job: JobContext) -> None:
        job.line("first")
        gate.wait(5)
        job.line("mysql://root:hunter2@db/x")

    number = runner.run(task(work)).id
    qtbot.waitUntil(lambda: (row := panel.row_of(number)) is not None and row.lines == ("first",))
    shown = panel.row_of(number)
    assert shown is not None
    shown.unfold.click()
    gate.set()
    qtbot.waitUntil(lambda: state_of(panel, number) is JobState.SUCCEEDED)

    log = shown.findChild(QPlainTextEdit, "jobLog")
    assert isinstance(log, QPlainTextEdit)
    assert log.toPlainText() == "first\nmysql://root:…@db/x"


def test_a_failure_stays_with_what_to_do_next_until_it_is_dismissed(
    panel: ActivityPanel, runner: Runner, qtbot: QtBot
) -> None:
    def fail(_job: JobContext) -> None:
        raise Failed("The dump of <b>shop</b> stopped", hint="Free some disk space; password=hunter2")

    number = runner.run(task(fail)).id
    runner.run(task(lambda _job: None))
    qtbot.waitUntil(lambda: panel.summary == ("1 failed", 0))
    panel.clear_finished.click()
    shown = panel.row_of(number)
    assert shown is not None
    problem = shown.findChild(QWidget, "jobProblem")
    assert problem is not None
    texts = [label.text() for label in problem.findChildren(QLabel)]

    assert panel.shown() == (number,)
    assert "The dump of <b>shop</b> stopped" in texts
    assert "Free some disk space; password=…" in texts

    shown.dismiss.click()
    qtbot.waitUntil(lambda: panel.states.view is View.EMPTY)
    assert panel.summary == ("No jobs running", 0)


def test_a_hundred_jobs_in_progress_lay_nothing_out(panel: ActivityPanel, runner: Runner, qtbot: QtBot) -> None:
    marks = {done: threading.Event() for done in (100, 500, 900, 1000)}
    begun = threading.Semaphore(0)

    def work(job: JobContext) -> None:
        job.progress("Copying", 1, 1000, "rows")
        begun.release()
        for done, mark in marks.items():
            mark.wait(10)
            job.progress("Copying", done, 1000, "rows")

    jobs = [runner.run(Task(f"Job {place}", f"server{place}", work)) for place in range(100)]
    for _ in jobs:
        assert begun.acquire(timeout=10)
    qtbot.waitUntil(lambda: panel.summary == ("100 running", 100))
    first = panel.row_of(jobs[0].id)
    assert first is not None
    qtbot.wait(250)

    class Watch(QObject):
        laid_out = 0

        def eventFilter(self, watched: QObject, event: QEvent) -> bool:
            self.laid_out += event.type() == QEvent.Type.LayoutRequest
            return False

    watch = Watch()
    for widget in (panel, *panel.findChildren(QWidget)):
        widget.installEventFilter(watch)
    for done in (100, 500, 900):
        marks[done].set()
        text = f"{done} of"
        qtbot.waitUntil(lambda wanted=text: wanted in first.head.status)  # type: ignore[misc]
    qtbot.wait(250)
    assert watch.laid_out == 0
    marks[1000].set()
    qtbot.waitUntil(lambda: panel.summary[1] == 0, timeout=10_000)
    assert len(panel.shown()) == 50


def test_the_summary_names_only_what_there_is() -> None:
    assert summary([JobState.SUCCEEDED, JobState.FAILED, JobState.QUEUED]) == ("1 waiting, 1 failed", 1)
