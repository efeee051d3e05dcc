"""The rows of a large list: keys in memory, pages fetched where one looks."""

from __future__ import annotations

from array import array
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime

import pytest
from PySide6.QtTest import QAbstractItemModelTester
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from pagevoo_console.domain.sighting import TenantEntry
from pagevoo_console.services.engines.catalogue import Engines
from pagevoo_console.services.jobs import JobRunner
from pagevoo_console.services.platforms.reader import Platforms
from pagevoo_console.ui.kit.records import LOADING, RecordsModel
from pagevoo_console.ui.kit.runner import Runner
from pagevoo_console.ui.tenants.columns import columns
from pagevoo_console.ui.tenants.source import KEPT_PAGES, PAGE, TenantSource

NOW = datetime(2026, 1, 15, tzinfo=UTC)
MANY = 100_000


def entry(key: int) -> TenantEntry:
    return TenantEntry(
        str(key), f"Tenant {key}", f"t{key}@example.org", "pro", "active", None, False, None, None, None, None, None,
        None, None, None, True, None, None, "", (), False, None, None, None, None,
    )  # fmt: skip


class Fetched:
    """Makes entries of keys and remembers how many it was asked for at once."""

    def __init__(self) -> None:
        self.counts: list[int] = []
        self.sorts: list[str] = []
        self.errors: list[Exception] = []
        self.fails = False

    def __call__(self, keys: Sequence[int]) -> tuple[TenantEntry | None, ...]:
        self.counts.append(len(keys))
        if self.fails:
            raise RuntimeError("the index is gone")
        return tuple(None if key == 13 else entry(key) for key in keys)


@pytest.fixture
def runner(qapp: QApplication) -> Iterator[Runner]:
    made = Runner(JobRunner())
    yield made
    made.close()
    made.jobs.close()


def model_of(runner: Runner, fetched: Fetched, keys: array[int]) -> RecordsModel[TenantEntry]:
    platform = Platforms(Engines()).get("pagevoo")
    made: list[RecordsModel[TenantEntry]] = []
    source = TenantSource(
        runner,
        keys,
        {},
        sort="id",
        fetch=fetched,
        on_rows=lambda start, rows: made[0].arrived(start, rows),
        on_sort=fetched.sorts.append,
        on_error=fetched.errors.append,
    )
    made.append(RecordsModel(columns(platform), source))
    source.setParent(made[0])
    return made[0]


def test_fault_177_a_hundred_thousand_tenants_cost_the_pages_that_are_looked_at(qtbot: QtBot, runner: Runner) -> None:
    fetched = Fetched()
    model = model_of(runner, fetched, array("q", range(MANY)))
    QAbstractItemModelTester(model, QAbstractItemModelTester.FailureReportingMode.Fatal)

    assert model.rowCount() == MANY
    assert model.cells(70_000)[0] == LOADING
    qtbot.waitUntil(lambda: runner.is_idle)

    assert model.cell(70_000, 0).text == "Tenant 70000"
    assert set(fetched.counts) <= {PAGE, MANY % PAGE}
    assert len(fetched.counts) < KEPT_PAGES


def test_a_tenant_that_has_gone_meanwhile_is_a_blank_row(qtbot: QtBot, runner: Runner) -> None:
    model = model_of(runner, Fetched(), array("q", [12, 13, 14]))

    model.cells(0)
    qtbot.waitUntil(lambda: runner.is_idle)

    assert [model.cell(row, 0).text for row in range(3)] == ["Tenant 12", LOADING.text, "Tenant 14"]


def test_the_same_order_again_is_not_asked_for(runner: Runner) -> None:
    fetched = Fetched()
    source = model_of(runner, fetched, array("q", [1, 2])).source

    source.sort("id", descending=False)
    source.sort("name", descending=True)
    source.sort("name", descending=True)

    assert fetched.sorts == ["-name"]


def test_a_page_that_cannot_be_had_is_told_and_asked_for_again(qtbot: QtBot, runner: Runner) -> None:
    fetched = Fetched()
    model = model_of(runner, fetched, array("q", [1, 2]))
    fetched.fails = True
    model.cells(0)
    qtbot.waitUntil(lambda: runner.is_idle)
    assert [str(error) for error in fetched.errors] == ["the index is gone"]

    fetched.fails = False
    model.cells(0)
    qtbot.waitUntil(lambda: runner.is_idle)

    assert model.cell(0, 0).text == "Tenant 1"
