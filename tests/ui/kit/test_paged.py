"""Rows that are fetched a page at a time, from a real SQLite in another thread."""

import sqlite3
import threading
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import QObject, Qt
from PySide6.QtTest import QAbstractItemModelTester
from pytestqt.qtbot import QtBot

from pagevoo_console.services.jobs import JobRunner
from pagevoo_console.ui.kit.paged import PAGE, Page, PagedSource
from pagevoo_console.ui.kit.records import LOADING, Column, Kind, RecordsModel
from pagevoo_console.ui.kit.runner import Runner

ROWS = 5_000
COLUMNS = [
    Column[tuple[int, str]]("id", "Id", 80, lambda row: str(row[0]), kind=Kind.NUMBER, sort_key="id"),
    Column[tuple[int, str]]("name", "Name", 80, lambda row: row[1], sort_key="name"),
]


class Directory:
    """A table of five thousand names, which counts how often it was asked and can refuse to answer."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.loads: list[tuple[str, int]] = []
        self.fails = False
        with closing(sqlite3.connect(path)) as database, database:
            database.execute("create table names (id integer primary key, name text)")
            database.executemany("insert into names values (?, ?)", [(n, f"n{ROWS - n:05}") for n in range(ROWS)])

    def load(self, sort: str, offset: int, limit: int) -> Page[tuple[int, str]]:
        self.loads.append((sort, offset))
        if self.fails:
            raise OSError("the disk is gone")
        assert threading.current_thread() is not threading.main_thread() or offset == 0
        order = {"": "id", "id": "id", "-id": "id desc", "name": "name", "-name": "name desc"}[sort]
        with closing(sqlite3.connect(self.path)) as database:
            rows = database.execute(f"select id, name from names order by {order} limit ? offset ?", (limit, offset))
            return Page(ROWS, rows.fetchall())


@pytest.fixture
def runner(qtbot: QtBot) -> Iterator[Runner]:
    jobs = JobRunner()
    made = Runner(jobs)
    yield made
    made.close()
    jobs.close()


@pytest.fixture
def directory(tmp_path: Path) -> Directory:
    return Directory(tmp_path / "names.db")


def model_over(directory: Directory, runner: Runner, errors: list[Exception], owner: QObject) -> RecordsModel[Any]:
    source: PagedSource[tuple[int, str]] = PagedSource(
        runner,
        directory.load,
        directory.load("", 0, PAGE),
        identity=lambda row: row[0],
        on_rows=lambda start, rows: model.arrived(start, rows),
        on_resorted=lambda: model.refresh(),
        on_error=errors.append,
        parent=owner,
    )
    model: RecordsModel[Any] = RecordsModel(COLUMNS, source, owner)
    return model


def test_a_page_far_away_arrives_and_is_shown(directory: Directory, runner: Runner, qtbot: QtBot) -> None:
    owner = QObject()
    model = model_over(directory, runner, [], owner)
    QAbstractItemModelTester(model, QAbstractItemModelTester.FailureReportingMode.Fatal, owner)

    before = model.cell(4_321, 0)
    with qtbot.waitSignal(model.dataChanged):
        pass

    assert before == LOADING
    assert model.cell(4_321, 0).text == "4321"
    assert model.rowCount() == ROWS


def test_a_fast_scroll_fetches_where_it_stops_rather_than_all_it_passes(
    directory: Directory, runner: Runner, qtbot: QtBot
) -> None:
    owner = QObject()
    model = model_over(directory, runner, [], owner)

    for row in range(0, ROWS, 50):
        model.cell(row, 0)
    qtbot.waitUntil(lambda: model.cell(4_950, 0) != LOADING)
    qtbot.waitUntil(lambda: runner.is_idle)

    assert len(directory.loads) <= 8


def test_sorting_is_the_sources_and_answers_with_the_first_page(
    directory: Directory, runner: Runner, qtbot: QtBot
) -> None:
    owner = QObject()
    model = model_over(directory, runner, [], owner)
    model.cell(1_000, 0)

    model.sort(1, Qt.SortOrder.DescendingOrder)
    qtbot.waitUntil(lambda: model.cell(0, 1).text == f"n{ROWS:05}")

    assert directory.loads[-1] == ("-name", 0)
    assert model.source.position(3) == 3
    assert model.source.position(4_999) is None


def test_a_page_that_cannot_be_had_is_told_and_asked_for_again_later(
    directory: Directory, runner: Runner, qtbot: QtBot
) -> None:
    owner = QObject()
    errors: list[Exception] = []
    model = model_over(directory, runner, errors, owner)

    directory.fails = True
    model.cell(2_000, 0)
    qtbot.waitUntil(lambda: len(errors) == 1)
    directory.fails = False
    qtbot.waitUntil(lambda: model.cell(2_000, 0).text == "2000")

    assert str(errors[0]) == "the disk is gone"


def test_a_source_that_went_away_is_not_called_any_more(directory: Directory, runner: Runner, qtbot: QtBot) -> None:
    owner = QObject()
    model = model_over(directory, runner, [], owner)
    model.cell(3_000, 0)
    owner.deleteLater()
    del model

    time.sleep(0.05)
    qtbot.waitUntil(lambda: runner.is_idle)

    assert len(directory.loads) == 2
