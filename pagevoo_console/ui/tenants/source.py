"""The rows of the tenant list: the keys of all of them in memory, and of the tenants themselves only some pages."""

from __future__ import annotations

from array import array
from collections import OrderedDict
from collections.abc import Callable, Hashable, Mapping, Sequence
from typing import cast

from PySide6.QtCore import QObject

from pagevoo_console.domain.sighting import TenantEntry
from pagevoo_console.ui.kit.runner import Runner

PAGE = 128
KEPT_PAGES = 32

Fetch = Callable[[Sequence[int]], Sequence[TenantEntry | None]]
Pages = Mapping[int, Sequence[TenantEntry | None]]


class TenantSource(QObject):
    """A RecordSource over the directory's keys, 8 bytes a tenant. Pages that are not in hand are fetched by `fetch` in
    another thread, those asked for last first; `on_rows` is told when they have come.
    """

    def __init__(
        self,
        runner: Runner,
        keys: array[int],
        pages: Pages,
        *,
        sort: str,
        fetch: Fetch,
        on_rows: Callable[[int, Sequence[TenantEntry]], object],
        on_sort: Callable[[str], object],
        on_error: Callable[[Exception], object],
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self.keys = keys
        self._runner = runner
        self._sort = sort
        self._fetch = fetch
        self._on_rows = on_rows
        self._on_sort = on_sort
        self._on_error = on_error
        self._pages: OrderedDict[int, Sequence[TenantEntry]] = OrderedDict()
        for number, entries in pages.items():
            self._keep(number, entries)
        self._asked: int | None = None
        self._wanted: list[int] = []

    def __len__(self) -> int:
        return len(self.keys)

    def rows(self, start: int, count: int) -> Sequence[TenantEntry] | None:
        number = start // PAGE
        page = self._pages.get(number)
        if page is not None:
            self._pages.move_to_end(number)
            return page[:count]
        if number != self._asked:
            if number in self._wanted:
                self._wanted.remove(number)
            self._wanted.append(number)
            del self._wanted[:-4]
            if self._asked is None:
                self._ask_next()
        return None

    def sort(self, key: str, *, descending: bool) -> None:
        wanted = ("-" if descending else "") + key
        if wanted != self._sort:
            self._sort = wanted
            self._on_sort(wanted)

    def position(self, key: Hashable) -> int | None:
        """Where the tenant of that directory key stands."""
        try:
            return self.keys.index(cast(int, key))
        except ValueError:
            return None

    def _ask_next(self) -> None:
        if not self._wanted:
            self._asked = None
            return
        number = self._asked = self._wanted.pop()
        keys, fetch = self.keys[number * PAGE : (number + 1) * PAGE], self._fetch
        self._runner.query(
            lambda: fetch(keys), lambda rows: self._arrived(number, rows), self._failed, key="page", owner=self
        )

    def _arrived(self, number: int, rows: Sequence[TenantEntry | None]) -> None:
        self._keep(number, rows)
        self._asked = None
        self._on_rows(number * PAGE, self._pages[number])
        self._ask_next()

    def _failed(self, error: Exception) -> None:
        self._asked = None
        self._wanted.clear()
        self._on_error(error)

    def _keep(self, number: int, rows: Sequence[TenantEntry | None]) -> None:
        """A tenant that has gone meanwhile stays a blank row until the list is read again."""
        self._pages[number] = cast(Sequence[TenantEntry], tuple(rows))
        while len(self._pages) > KEPT_PAGES:
            self._pages.popitem(last=False)
