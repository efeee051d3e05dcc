"""Work in slices: one a turn of the loop, in order, at once where somebody wants to see it, and never after the end."""

import itertools
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QObject, QTimer
from pytestqt.qtbot import QtBot

from pagevoo_console.ui.kit.turns import Slices, Turns, loading


@pytest.fixture
def turns(qtbot: QtBot) -> Iterator[Turns]:
    owner = QObject()
    yield Turns(owner)
    owner.deleteLater()


def slices(done: list[str], *names: str) -> Slices:
    for name in names:
        done.append(name)
        yield None


def test_each_slice_has_a_turn_of_its_own_and_the_window_lives_between_two(turns: Turns, qtbot: QtBot) -> None:
    done: list[str] = []
    beat = QTimer()
    beat.timeout.connect(lambda: done.append("beat"))
    beat.start(0)

    turns.do(slices(done, "one", "two", "three"))
    with qtbot.waitSignal(turns.rested):
        pass

    places = [done.index(name) for name in ("one", "two", "three")]
    assert all("beat" in done[place + 1 : following] for place, following in itertools.pairwise(places))
    assert turns.is_idle


def test_works_are_done_one_after_the_other(turns: Turns, qtbot: QtBot) -> None:
    done: list[str] = []

    turns.do(slices(done, "a", "b"))
    turns.do(slices(done, "c"))
    with qtbot.waitSignal(turns.rested):
        pass

    assert done == ["a", "b", "c"]


def test_what_is_left_is_done_at_once_when_somebody_wants_to_see_it(turns: Turns) -> None:
    done: list[str] = []
    turns.do(slices(done, "a", "b", "c"))

    turns.finish()

    assert done == ["a", "b", "c"]
    assert turns.is_idle


def test_modules_are_loaded_aside_before_the_next_slice(
    turns: Turns, qtbot: QtBot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "loaded_aside.py").write_text("import threading\nTHREAD = threading.current_thread().name\n")
    monkeypatch.syspath_prepend(tmp_path)
    seen: list[str] = []

    def work() -> Slices:
        yield ("loaded_aside",)
        seen.append(sys.modules["loaded_aside"].THREAD)

    turns.do(work())
    with qtbot.waitSignal(turns.rested):
        pass

    assert seen == ["loading"]
    del sys.modules["loaded_aside"]


def test_finishing_while_modules_are_loaded_aside_waits_for_nothing(turns: Turns, qtbot: QtBot) -> None:
    done: list[str] = []

    def work() -> Slices:
        yield ("colorsys",)
        done.append("after")
        yield None

    turns.do(work())
    qtbot.waitUntil(lambda: not turns.is_idle)
    turns.finish()

    assert done == ["after"]
    qtbot.wait(50)
    assert turns.is_idle


def test_a_slice_that_fails_ends_its_work_and_no_other(turns: Turns, qtbot: QtBot) -> None:
    done: list[str] = []

    def work() -> Slices:
        yield None
        raise ValueError("broken")

    turns.do(work())
    turns.do(slices(done, "next"))
    with qtbot.captureExceptions() as caught:
        qtbot.waitUntil(lambda: turns.is_idle)

    assert [str(error) for _, error, _ in caught] == ["broken"]
    assert done == ["next"]


def test_nothing_is_done_after_the_window_has_closed(turns: Turns, qtbot: QtBot) -> None:
    done: list[str] = []
    turns.do(slices(done, "a", "b"))

    turns.stop()
    qtbot.wait(20)

    assert done == []


def test_modules_are_loaded_one_at_a_turn() -> None:
    assert list(loading(["colorsys", "json"])) == [None, None]
