"""A keystroke in the search field, until its results are painted, in the window's own list of tenants."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

from PySide6.QtCore import QSortFilterProxyModel
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QTableView

from benchmarks.directories import console_in, fill_directory, rows
from benchmarks.figures import Comparison, Figure, Limit, Spread, interleaved, percentile
from benchmarks.options import Options, main
from benchmarks.windows import NaiveModel, OwnTime, PaintWatch, application, show, wait_for
from pagevoo_console.services.jobs import JobRunner
from pagevoo_console.ui.context import Context, Doors, FeatureDoors
from pagevoo_console.ui.kit import theme
from pagevoo_console.ui.kit.messages import Messenger
from pagevoo_console.ui.kit.runner import Runner
from pagevoo_console.ui.outline import LIST_WIDTH
from pagevoo_console.ui.tenants.browser import TenantBrowser

WORDS = ("marino", "bakery-pe", "4711", "bauer42", "qzx")
"""Typed a letter at a time: names, a domain, an id, and something that nobody is called."""

SIZE = (LIST_WIDTH, 700)
PEER_ROWS = 100_000
OWN_MS, FIRST_MS = 16, 30


@dataclass(frozen=True, slots=True)
class Stroke:
    """One keystroke, in milliseconds: this thread's own time until its first results were painted and until all of it
    was done, and the clock's time until the first results were painted.
    """

    own: float
    own_in_all: float
    first: float


def measure(options: Options) -> Figure:
    """Each letter is typed when the list has come to rest; the peer filters all columns of its own 100 000 rows."""
    count = options.size(options.rows, 100_000, 2_000)
    words = WORDS[:1] if options.is_smoke else WORDS
    strokes: list[Stroke] = []
    applied = application()
    theme.install(applied)
    begin = time.perf_counter()
    with _browser(options.directory, count) as typist:
        filled = time.perf_counter() - begin
        peer = _Peer(min(count, PEER_ROWS))

        def ours() -> float:
            typed = []
            for word in words:
                typist.clear()
                typed += [typist.stroke(letter) for letter in word]
            strokes.extend(typed)
            return percentile([stroke.own for stroke in typed], 0.5)

        mine, other = interleaved(options.rounds, ours, peer.stroke)
        peer.close()
    own = [stroke.own for stroke in strokes]
    return Figure(
        "keystroke",
        f"a keystroke with {count} tenants in the directory",
        (
            Comparison(
                f"keystroke, {count} tenants, the window's thread",
                Spread("ms", mine),
                f"QSortFilterProxyModel, {min(count, PEER_ROWS)} rows",
                Spread("ms", other),
                goal=50,
            ),
        ),
        (
            Limit("p95 of the thread's own time to the repaint", percentile(own, 0.95), "ms", OWN_MS),
            Limit("p95 of it until the whole list is in", percentile([s.own_in_all for s in strokes], 0.95), "ms"),
            Limit("median to first results", percentile([s.first for s in strokes], 0.5), "ms", FIRST_MS),
            Limit("p95 to first results", percentile([s.first for s in strokes], 0.95), "ms", FIRST_MS),
        ),
        (f"{len(strokes)} keystrokes", f"the directory was filled in {filled:.1f} s"),
    )


class _Typist:
    """Types into the browser and waits for what comes of it."""

    def __init__(self, browser: TenantBrowser, runner: Runner) -> None:
        self._browser = browser
        self._runner = runner
        self._has_answer = False
        self._measured = OwnTime()
        self._painted: list[tuple[float, float]] = []
        self._watch = PaintWatch([browser.list.viewport(), browser.states], self._note_painted)
        browser.loaded.connect(self._answered)

    def clear(self) -> None:
        """Empty the field, without measuring it."""
        if self._browser.search.text():
            self._has_answer = False
            self._browser.search.clear()
            wait_for(self._is_at_rest)

    def stroke(self, letter: str) -> Stroke:
        """Type one letter."""
        self._has_answer = False
        self._painted.clear()
        self._measured = OwnTime()
        QTest.keyClicks(self._browser.search, letter)
        wait_for(self._is_painted)
        own, first = self._painted[0]
        wait_for(self._is_at_rest)
        return Stroke(own, self._measured.own, first)

    def close(self) -> None:
        self._watch.close()

    def _answered(self) -> None:
        if not self._has_answer and self._browser.query.search == self._browser.search.text():
            self._has_answer = True
            self._watch.arm()

    def _note_painted(self) -> None:
        self._painted.append((self._measured.own, self._measured.elapsed))

    def _is_painted(self) -> bool:
        return bool(self._painted)

    def _is_at_rest(self) -> bool:
        return self._has_answer and self._runner.is_idle


class _Peer:
    """What every tutorial does: a naive model, a filtering proxy over all its columns, a table."""

    def __init__(self, count: int) -> None:
        model_rows = [(row.name, row.email, row.domain or "", row.id) for row in rows(count)]
        self._model = NaiveModel(model_rows, ("Name", "E-mail", "Domain", "Id"))
        self._proxy = QSortFilterProxyModel()
        self._proxy.setSourceModel(self._model)
        self._proxy.setFilterKeyColumn(-1)
        self._table = QTableView()
        self._table.setModel(self._proxy)
        show(self._table, *SIZE)

    def stroke(self) -> float:
        """A word's third letter; the model begins with all rows each time."""
        self._proxy.setFilterFixedString("")
        self._table.viewport().repaint()
        measured = OwnTime()
        self._proxy.setFilterFixedString(WORDS[0][:3])
        self._table.viewport().repaint()
        return measured.own

    def close(self) -> None:
        self._table.close()


@contextmanager
def _browser(home: Path, count: int) -> Iterator[_Typist]:
    """The window's list of tenants over a directory with so many of them, shown and at rest."""
    console = console_in(home)
    fill_directory(console, count)
    jobs = JobRunner()
    runner = Runner(jobs)
    nowhere: dict[str, Any] = {field.name: _nowhere for field in fields(Doors)}
    nowhere["features"] = FeatureDoors(**{field.name: _nowhere for field in fields(FeatureDoors)})
    doors = Doors(**nowhere)
    browser = TenantBrowser(Context(console, runner, Messenger(), doors))
    browser.show_counts(console.directory.summary())
    show(browser, *SIZE)
    typist = _Typist(browser, runner)
    browser.refresh()
    wait_for(lambda: browser.records.rowCount() == count and runner.is_idle)
    try:
        yield typist
    finally:
        typist.close()
        browser.close()
        runner.close()
        jobs.close()


def _nowhere(*_arguments: object) -> None:
    """Where the doors of this list lead: nobody goes through them here."""


if __name__ == "__main__":
    main(measure)
