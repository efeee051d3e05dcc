"""A source of rows that are fetched a page at a time in another thread: what the directory of a large fleet needs."""

from __future__ import annotations

import time
from collections import OrderedDict
from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

from PySide6.QtCore import QObject

from pagevoo_console.ui.kit.runner import Runner

Row = TypeVar("Row")

PAGE = 128
KEPT_PAGES = 64
RETRY_SECONDS = 1.0


@dataclass(frozen=True)
class Page(Generic[Row]):
    """Some rows from a place on, and how many there are in all."""

    total: int
    rows: Sequence[Row]


class PagedSource(QObject, Generic[Row]):
    """Rows by pages of 128. `load(sort, offset, limit)` runs in another thread, where sort is a key, with a leading
    "-" for descending, or "" for the natural order.

    Made with its first page in hand, so that a table never flashes empty. `on_rows(start, rows)` is
    `RecordsModel.arrived`, and `on_error` is told when a page could not be had. Pages asked for last come first: a
    scroll through a million rows fetches where it stops, not everything in between.
    """

    def __init__(
        self,
        runner: Runner,
        load: Callable[[str, int, int], Page[Row]],
        first: Page[Row],
        *,
        identity: Callable[[Row], Hashable],
        on_rows: Callable[[int, Sequence[Row]], object],
        on_resorted: Callable[[], object],
        on_error: Callable[[Exception], object],
        sort: str = "",
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._runner = runner
        self._load = load
        self._identity = identity
        self._on_rows = on_rows
        self._on_resorted = on_resorted
        self._on_error = on_error
        self._sort = sort
        self._total = first.total
        self._pages: OrderedDict[int, Sequence[Row]] = OrderedDict({0: tuple(first.rows)})
        self._asked: int | None = None
        self._wanted: list[int] = []
        self._refused: dict[int, float] = {}

    def __len__(self) -> int:
        return self._total

    def rows(self, start: int, count: int) -> Sequence[Row] | None:
        """The rows of one page, None while it is being fetched. `start` is a multiple of 128."""
        number = start // PAGE
        page = self._pages.get(number)
        if page is not None:
            self._pages.move_to_end(number)
            return page[:count]
        if number != self._asked and time.monotonic() - self._refused.get(number, 0.0) > RETRY_SECONDS:
            self._want(number)
        return None

    def sort(self, key: str, *, descending: bool) -> None:
        wanted = ("-" if descending else "") + key
        if wanted == self._sort:
            return
        self._sort = wanted
        self._pages.clear()
        self._wanted.clear()
        self._refused.clear()
        self._asked = 0
        self._runner.query(
            lambda: self._load(wanted, 0, PAGE),
            self._resorted,
            lambda error: self._failed(0, error),
            key="sort",
            owner=self,
        )

    def position(self, key: Hashable) -> int | None:
        """Where that row stands among the pages in hand."""
        for number, page in self._pages.items():
            for place, row in enumerate(page):
                if self._identity(row) == key:
                    return number * PAGE + place
        return None

    def _want(self, number: int) -> None:
        if number in self._wanted:
            self._wanted.remove(number)
        self._wanted.append(number)
        del self._wanted[:-4]
        if self._asked is None:
            self._ask_next()

    def _ask_next(self) -> None:
        if not self._wanted:
            self._asked = None
            return
        number, sort = self._wanted.pop(), self._sort
        self._asked = number
        self._runner.query(
            lambda: self._load(sort, number * PAGE, PAGE),
            lambda page: self._arrived(number, sort, page),
            lambda error: self._failed(number, error),
            key="page",
            owner=self,
        )

    def _arrived(self, number: int, sort: str, page: Page[Row]) -> None:
        if sort != self._sort:
            return
        self._pages[number] = tuple(page.rows)
        while len(self._pages) > KEPT_PAGES:
            self._pages.popitem(last=False)
        self._asked = None
        self._on_rows(number * PAGE, page.rows)
        self._ask_next()

    def _failed(self, number: int, error: Exception) -> None:
        """A page that could not be had is not asked for again at once: painting asks many times a second."""
        self._asked = None
        self._refused[number] = time.monotonic()
        self._wanted.clear()
        self._on_error(error)

    def _resorted(self, page: Page[Row]) -> None:
        self._total = page.total
        self._pages[0] = tuple(page.rows)
        self._asked = None
        self._on_resorted()
        self._ask_next()
