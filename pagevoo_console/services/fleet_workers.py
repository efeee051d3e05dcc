"""One piece of work for each of many tenants: several at a time, no more on a server than it bears."""

from __future__ import annotations

import hashlib
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from contextlib import contextmanager, suppress

import sqlalchemy as sa

from pagevoo_console.domain.errors import Busy, Cancelled, ConsoleError
from pagevoo_console.domain.fleet_backup import FleetResult
from pagevoo_console.domain.server import Server
from pagevoo_console.services.connections import Connections
from pagevoo_console.services.descriptors import affordable
from pagevoo_console.services.jobs import JobContext
from pagevoo_console.services.master import Master

WORKERS = 2
SESSIONS_EACH = 4
"""What one tenant's backup or proof opens at most at a time: the lock, the work itself, the master, a scratch one."""
PATIENCE_SECONDS = (0.5, 2.0, 5.0)
"""How long a server that has no room for another session is given before it is asked again."""

Work = Callable[[str, JobContext], object]


class TenantJob(JobContext):
    """A tenant's share of a job of many: stops when that one does, and leaves the progress to it."""

    def __init__(self, whole: JobContext, tenant: str) -> None:
        super().__init__()
        self._whole = whole
        self._tenant = tenant

    @property
    def is_cancelled(self) -> bool:
        return self._whole.is_cancelled

    def progress(self, title: str, done: int = 0, total: int | None = None, unit: str = "") -> None:
        self._whole.check()

    def line(self, text: str) -> None:
        self._whole.line(f"{self._tenant}: {text}")

    def check(self) -> None:
        self._whole.check()

    @contextmanager
    def on_cancel(self, canceller: Callable[[], None]) -> Iterator[None]:
        with self._whole.on_cancel(canceller):
            yield


class FleetWorkers:
    """Spreads work over tenants. Safe to call from any thread."""

    def __init__(self, master: Master, connections: Connections) -> None:
        self._master = master
        self._connections = connections

    @contextmanager
    def alone(self, what: str) -> Iterator[None]:
        """Hold a lock on the master's server for as long as the block; it goes with our session when we die.

        Raises Busy while another console does the same.
        """
        engine, server = self._master.engine, self._master.connection.master
        wanted = f"{what}\0{self._master.platform.name}\0{self._master.connection.master_database}"
        key = "pagevoo_fleet_" + hashlib.sha256(wanted.encode()).hexdigest()[:40]
        with self._connections.open(server, writable=True, read_timeout=None) as session:
            if not engine.try_lock(session, key):
                raise Busy(f"Another {what} is at work", hint="One at a time: wait until it has ended.")
            try:
                yield
            finally:
                with suppress(ConsoleError, sa.exc.DBAPIError):
                    engine.unlock(session, key)

    def budget(self, server: Server, workers: int, connections: int | None = None) -> int:
        """How many tenants of a server are worked on at a time: their sessions take half of what it has to spare.

        `connections` is how many sessions they may take at most, if somebody said so.
        """
        if connections is not None:
            workers = max(1, min(workers, connections // SESSIONS_EACH))
        try:
            with self._connections.open(server) as session:
                limits = self._connections.engine(server).administration.limits(session)
        except ConsoleError:
            return 1
        if limits.max_connections is None:
            return workers
        spare = limits.max_connections - (limits.connections or 0)
        return max(1, min(workers, spare // 2 // SESSIONS_EACH))

    def each(
        self, title: str, tenants: Sequence[tuple[str, Server]], work: Work, job: JobContext, result: FleetResult,
        *, workers: int, keep: Callable[[str], object], connections: int | None = None,
    ) -> None:  # fmt: skip
        """Do it for each; who failed stops nobody else. `keep` is told of each that is done, in this thread.

        Raises Cancelled once those that were at it have stopped; the result holds what was done until then.
        """
        servers = {server.name: server for _, server in tenants}
        budgets = {
            name: threading.Semaphore(self.budget(server, workers, connections)) for name, server in servers.items()
        }
        with ThreadPoolExecutor(affordable(workers), thread_name_prefix="fleet") as pool:
            tasks = {
                pool.submit(self._one, tenant, budgets[server.name], work, job): tenant for tenant, server in tenants
            }
            cancelled: Cancelled | None = None
            for number, task in enumerate(as_completed(tasks), 1):
                tenant = tasks[task]
                try:
                    task.result()
                    result.done.append(tenant)
                    keep(tenant)
                    if cancelled is None:
                        job.progress(title, number, len(tasks), "tenants")
                except Cancelled as error:
                    cancelled = error
                except Busy as error:
                    result.skipped[tenant] = error.message
                except ConsoleError as error:
                    result.failed[tenant] = error.message
        if cancelled is not None:
            raise cancelled

    def _one(self, tenant: str, budget: threading.Semaphore, work: Work, job: JobContext) -> None:
        job.check()
        with budget:
            for patience in (*PATIENCE_SECONDS, None):
                try:
                    work(tenant, TenantJob(job, tenant))
                    return
                except ConsoleError as error:
                    if error.code != "too_many_connections" or patience is None:
                        raise
                    time.sleep(patience)
                    job.check()
