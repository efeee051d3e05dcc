"""The one crossing between threads, with real threads and a real job runner."""

import gc
import threading
import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from PySide6.QtCore import QObject
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from pagevoo_console.domain.errors import Cancelled, Unreachable
from pagevoo_console.domain.job import JobEvent, JobState, Task
from pagevoo_console.services.jobs import JobContext, JobRunner
from pagevoo_console.ui.kit.runner import Runner, assert_gui_thread


@pytest.fixture
def jobs() -> Iterator[JobRunner]:
    runner = JobRunner()
    yield runner
    runner.close()


@pytest.fixture
def runner(qtbot: QtBot, jobs: JobRunner) -> Iterator[Runner]:
    made = Runner(jobs)
    yield made
    made.close()
    made.deleteLater()


def idle(runner: Runner) -> Callable[[], bool]:
    return lambda: runner.is_idle


def test_work_is_done_elsewhere_and_its_result_arrives_here(runner: Runner, qtbot: QtBot) -> None:
    results: list[tuple[str, int, bool]] = []

    runner.query(
        lambda: threading.current_thread().name,
        lambda name: results.append((name, 1, threading.current_thread() is threading.main_thread())),
    )
    qtbot.waitUntil(idle(runner))

    assert len(results) == 1
    assert results[0][0].startswith("query-local")
    assert results[0][2]


def test_an_error_goes_to_whoever_asked_or_to_the_window(runner: Runner, qtbot: QtBot) -> None:
    def fail() -> None:
        raise Unreachable("eu-1 does not answer")

    errors: list[Exception] = []
    unclaimed: list[Exception] = []
    runner.query_failed.connect(unclaimed.append)

    runner.query(fail, lambda _result: None, errors.append)
    runner.query(fail, lambda _result: None)
    qtbot.waitUntil(idle(runner))

    assert [str(error) for error in (*errors, *unclaimed)] == ["eu-1 does not answer"] * 2


def test_the_newest_question_of_a_key_wins_even_when_an_older_answer_comes_later(runner: Runner, qtbot: QtBot) -> None:
    first_may_answer = threading.Event()
    answers: list[str] = []

    def slow() -> str:
        first_may_answer.wait(5)
        return "first"

    runner.query(slow, answers.append, key="search")
    runner.query(lambda: "second", answers.append, key="search")
    runner.query(lambda: "another key", answers.append, key="size")
    qtbot.waitUntil(lambda: len(answers) == 2)
    first_may_answer.set()
    qtbot.waitUntil(idle(runner))

    assert sorted(answers) == ["another key", "second"]


def test_two_widgets_may_use_the_same_key(runner: Runner, qtbot: QtBot) -> None:
    one, other = QObject(), QObject()
    answers: list[str] = []

    runner.query(lambda: "one", answers.append, key="page", owner=one)
    runner.query(lambda: "other", answers.append, key="page", owner=other)
    qtbot.waitUntil(idle(runner))

    assert sorted(answers) == ["one", "other"]


def test_fault_167_nothing_is_delivered_to_a_widget_that_is_gone(runner: Runner, qtbot: QtBot) -> None:
    may_answer = threading.Event()
    delivered: list[str] = []

    class View(QWidget):
        def show_result(self, result: bool) -> None:
            delivered.append("method")

    deleted, dropped = View(), View()
    alive = QWidget()
    qtbot.addWidget(alive)
    runner.query(lambda: may_answer.wait(5), lambda _result: delivered.append("deleted"), owner=deleted)
    runner.query(lambda: may_answer.wait(5), dropped.show_result, owner=dropped)
    runner.query(lambda: may_answer.wait(5), lambda _result: delivered.append("alive"), owner=alive)
    deleted.deleteLater()
    del dropped
    gc.collect()
    qtbot.wait(10)
    may_answer.set()
    qtbot.waitUntil(idle(runner))

    assert delivered == ["alive"]


def test_what_was_dropped_is_not_delivered(runner: Runner, qtbot: QtBot) -> None:
    answers: list[str] = []

    runner.query(lambda: "x", answers.append, key="search")
    runner.drop("search")
    qtbot.waitUntil(idle(runner))

    assert answers == []


def test_a_frozen_server_holds_up_nobody_else(runner: Runner, qtbot: QtBot) -> None:
    thaw = threading.Event()
    answers: list[str] = []

    for _ in range(20):
        runner.query(lambda: thaw.wait(10), lambda _result: None, lane="frozen")
    runner.query(lambda: "local", answers.append)
    qtbot.waitUntil(lambda: answers == ["local"], timeout=2000)
    thaw.set()
    qtbot.waitUntil(idle(runner))

    assert sum(thread.name.startswith("query-frozen") for thread in threading.enumerate()) <= 4


def test_nothing_arrives_after_closing(jobs: JobRunner, qtbot: QtBot) -> None:
    runner = Runner(jobs)
    may_answer = threading.Event()
    answers: list[Any] = []

    runner.query(lambda: may_answer.wait(5), answers.append)
    runner.close()
    may_answer.set()
    qtbot.wait(50)

    assert answers == []


def test_fault_168_the_window_is_guarded_against_other_threads(runner: Runner) -> None:
    raised: list[BaseException] = []

    def touch() -> None:
        for forbidden in (assert_gui_thread, lambda: runner.query(list, list), lambda: runner.cancel(1)):
            try:
                forbidden()
            except RuntimeError as error:
                raised.append(error)

    thread = threading.Thread(target=touch)
    thread.start()
    thread.join()

    assert len(raised) == 3


def test_a_job_tells_its_whole_story_in_this_thread(runner: Runner, qtbot: QtBot) -> None:
    events: list[tuple[JobEvent, bool]] = []
    runner.job_event.connect(
        lambda event: events.append((event, threading.current_thread() is threading.main_thread()))
    )

    def work(context: JobContext) -> str:
        context.line("one table")
        context.progress("Tables", 1, 2)
        return "done"

    job = runner.run(Task("Back up", "eu-1", work))
    qtbot.waitUntil(lambda: bool(events) and events[-1][0].job.state.is_final)

    told = [event.job.state for event, _ in events]
    assert told[0] is JobState.QUEUED
    assert told[-1] is JobState.SUCCEEDED
    assert [event.line for event, _ in events if event.line] == ["one table"]
    assert {event.job.id for event, _ in events} == {job.id}
    assert all(here for _, here in events)
    assert events[-1][0].job.result == "done"


def test_a_flood_of_progress_reaches_the_window_a_few_times_a_second(runner: Runner, qtbot: QtBot) -> None:
    events: list[JobEvent] = []
    runner.job_event.connect(events.append)

    def work(context: JobContext) -> None:
        end = time.monotonic() + 0.5
        done = 0
        while time.monotonic() < end:
            done += 1
            context.progress("Rows", done)

    runner.run(Task("Export", "eu-1", work))
    qtbot.waitUntil(lambda: bool(events) and events[-1].job.state.is_final, timeout=5000)

    progressed = [event for event in events if event.job.state is JobState.RUNNING and event.job.progress]
    assert 1 <= len(progressed) <= 8
    assert events[-1].job.progress is not None
    assert events[-1].job.progress.done > 100


def test_a_cancelled_job_says_so(runner: Runner, qtbot: QtBot) -> None:
    ends: list[JobEvent] = []
    runner.job_event.connect(lambda event: ends.append(event) if event.job.state.is_final else None)
    has_begun = threading.Event()

    def work(context: JobContext) -> None:
        has_begun.set()
        while True:
            context.check()
            time.sleep(0.005)

    job = runner.run(Task("Export", "eu-1", work))
    assert has_begun.wait(5)
    runner.cancel(job.id)
    qtbot.waitUntil(lambda: bool(ends))

    assert ends[0].job.state is JobState.CANCELLED
    assert isinstance(ends[0].job.error, Cancelled)


def test_a_thousand_questions_of_a_view_that_comes_and_goes_leave_nothing_behind(runner: Runner, qtbot: QtBot) -> None:
    answered: list[int] = []
    for number in range(1000):
        view = QWidget()
        runner.query(lambda number=number: number, answered.append, key="x", owner=view)  # type: ignore[misc]
        if number % 2:
            view.deleteLater()
    qtbot.waitUntil(idle(runner), timeout=10_000)

    assert len(answered) <= 1000
    assert runner._newest == {}
