"""The benchmarks run, next to nothing at a time, and each says its figure as a ratio against a peer in one line."""

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from benchmarks.__main__ import NAMES
from benchmarks.figures import Comparison, Figure, Limit, Spread, figure_of, interleaved, percentile

ROOT = Path(__file__).parents[2]


def run_benchmarks(*arguments: str) -> "subprocess.CompletedProcess[str]":
    environment = {**os.environ, "QT_QPA_PLATFORM": "offscreen", "COLUMNS": "150"}
    command = [sys.executable, "-m", *arguments]
    return subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)


@pytest.mark.parametrize("name", NAMES)
def test_a_benchmark_says_its_ratio_in_one_line(name: str) -> None:
    finished = run_benchmarks(f"benchmarks.{name}", "--smoke")

    assert finished.returncode == 0, finished.stderr
    assert re.fullmatch(rf"{name}: .*\d+\.\d\d× (as fast as|the time of) .*; load \d+\.\d\d\n", finished.stdout)


def test_every_file_that_measures_is_on_the_list() -> None:
    measuring = {path.stem for path in (ROOT / "benchmarks").glob("*.py") if "main(measure)" in path.read_text()}

    assert measuring == set(NAMES)


def test_the_table_and_the_json_hold_the_same_figure() -> None:
    table = run_benchmarks("benchmarks", "first_frame", "--smoke")
    answer = run_benchmarks("benchmarks", "first_frame", "--smoke", "--json")

    assert "a bare QMainWindow" in table.stdout
    assert [figure["name"] for figure in json.loads(answer.stdout)["figures"]] == ["first_frame"]


def test_an_unknown_benchmark_is_wrong_usage() -> None:
    assert run_benchmarks("benchmarks", "teleport").returncode == 2


def test_a_figure_survives_json() -> None:
    spread = Spread("ms", (1.0, 3.0, 2.0))
    figure = Figure(
        "f", "work", (Comparison("c", spread, "peer", spread, 0.5),), (Limit("l", 3, "MB", 2),), ("n",), 1.0
    )

    assert figure_of(json.loads(json.dumps(figure.as_json()))) == figure


def test_speed_wants_at_least_its_goal_and_time_at_most() -> None:
    fast, slow = Spread("ms", (10.0,)), Spread("ms", (20.0,))

    assert Comparison("c", fast, "peer", slow, 2.0).is_met is True
    assert Comparison("c", slow, "peer", fast, 2.0).is_met is False
    assert Comparison("c", fast, "peer", slow, 0.5, is_speed=False).is_met is True
    assert Comparison("c", slow, "peer", fast, 1.9, is_speed=False).is_met is False


def test_rounds_take_turns_at_who_begins() -> None:
    calls: list[str] = []

    def work(name: str) -> float:
        calls.append(name)
        return float(len(calls))

    found = interleaved(2, lambda: work("ours"), lambda: work("peer"))

    assert calls == ["ours", "peer", "peer", "ours"]
    assert found == [(1.0, 4.0), (2.0, 3.0)]


def test_a_percentile_is_one_of_the_values() -> None:
    assert percentile([5.0, 1.0, 2.0, 4.0, 3.0], 0.95) == 5.0
    assert percentile(list(map(float, range(100))), 0.5) == 50.0
