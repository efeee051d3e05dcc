"""Loading two tables at a time: a second session reads the same dump again and takes what the first has not taken.

A dump is one stream, and nobody knows beforehand what is in it: so both read all of it, which costs little, and a table
belongs to whoever comes to it first.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor, wait
from contextlib import ExitStack, contextmanager
from types import TracebackType

import sqlalchemy as sa

from pagevoo_console.domain.errors import Cancelled, ConsoleError
from pagevoo_console.services.engines.base import Companions, Source
from pagevoo_console.services.jobs import JobContext

WORTHWHILE_BYTES = 2 * 1024 * 1024
"""Of SQL: a smaller dump is loaded before a second session has logged in."""


class LoadTables:
    """Who loads which table, and how far all of them are. Safe to call from any thread."""

    def __init__(self, job: JobContext) -> None:
        self._job = job
        self._guard = threading.Lock()
        self._taken: set[str] = set()
        self._rows = 0
        self._is_over = False
        self._cut: Callable[[], None] | None = None

    @property
    def are_begun(self) -> bool:
        return bool(self._taken)

    def take(self, table: str) -> bool:
        """Whether the table is the caller's from now on."""
        self._job.check()
        with self._guard:
            if self._is_over:
                raise Cancelled("The other session has given up")
            if table in self._taken:
                return False
            self._taken.add(table)
            return True

    def loaded(self, table: str, rows: int) -> None:
        """Say that so many rows more are in a table. Raises Cancelled where nobody wants the rest."""
        with self._guard:
            self._rows += rows
            total, is_over = self._rows, self._is_over
        if is_over:
            raise Cancelled("The other session has given up")
        self._job.progress(f"Loading {table}", total, None, "rows")

    @contextmanager
    def cutting(self, cut: Callable[[], None]) -> Iterator[None]:
        """While inside, `give_up` and a cancelled job end this session by `cut`."""
        with self._job.on_cancel(cut):
            with self._guard:
                self._cut = cut
            try:
                yield
            finally:
                with self._guard:
                    self._cut = None

    def give_up(self) -> None:
        """Have the second session end at once, whatever it does."""
        with self._guard:
            self._is_over = True
            if self._cut is not None:
                self._cut()


Follow = Callable[[sa.Connection, Source, LoadTables], None]
"""A second session's share of the work."""


class SecondWorker:
    """A thread with the second session, from the moment at which that is worthwhile; over when its block is."""

    def __init__(self, companions: Companions | None, tables: LoadTables, follow: Follow) -> None:
        self._companions = companions
        self._tables = tables
        self._follow = follow
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="load")
        self._work: Future[None] | None = None

    def __enter__(self) -> SecondWorker:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        if kind is not None:
            self._tables.give_up()
        if self._work is not None:
            wait([self._work])
        self._thread.shutdown()

    def is_worthwhile(self, bytes_read: int) -> bool:
        """Whether it should begin, now that so much of the dump was read."""
        return self._companions is not None and self._work is None and bytes_read >= WORTHWHILE_BYTES

    def begin(self) -> None:
        """Begin, with everything committed that the other session must see."""
        if self._companions is not None:
            self._work = self._thread.submit(self._run, self._companions)

    def join(self) -> None:
        """Wait until it has loaded what it took, and raise what went wrong there. From then on it takes nothing."""
        self._companions = None
        if self._work is not None:
            self._work.result()

    def _run(self, companions: Companions) -> None:
        with ExitStack() as stack:
            try:
                session = stack.enter_context(companions.open_session())
            except ConsoleError:
                return
            source = stack.enter_context(companions.open_source())
            self._follow(session, source, self._tables)
