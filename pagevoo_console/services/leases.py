"""Who may carry an operation out: its owner in its epoch, as long as nobody has taken it over.

The rule is restic's: whoever has lost the lease stops, and never goes on. A console that a laptop's sleep has stopped
wakes in the middle of a step; its session on the tenant's server is ended by whoever took over, and each transaction
that it begins on the master asks first whether the operation still is its own.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass

import sqlalchemy as sa

from pagevoo_console.domain.errors import Busy, ConsoleError, Failed, NotFound, Refused
from pagevoo_console.domain.operation import SILENT_SECONDS
from pagevoo_console.services.master import Master
from pagevoo_console.services.operation_rows import MASTER_CLOCK, OPEN, OPERATIONS
from pagevoo_console.services.values import as_time

BEAT_SECONDS = 20.0


@dataclass(frozen=True, slots=True)
class Lease:
    """What one console holds of one operation."""

    operation: int
    epoch: int


class Leases:
    """Keeps, checks and takes over leases on one master, for one owner. Safe to call from any thread."""

    def __init__(self, master: Master, owner: str) -> None:
        self._master = master
        self._owner = owner

    @contextmanager
    def keeping(self, lease: Lease) -> Iterator[None]:
        """Within, a thread gives a sign of life now and then, however long a step takes."""
        stopped = threading.Event()
        beating = threading.Thread(target=self._beat, args=(lease, stopped), name="heartbeat", daemon=True)
        beating.start()
        try:
            yield
        finally:
            stopped.set()

    @contextmanager
    def fencing(self, lease: Lease) -> Iterator[None]:
        """Within, no transaction of this thread on the master goes on once the lease is lost."""
        with self._master.asking_first(lambda session: self.ensure(session, lease)):
            yield

    def ensure(self, session: sa.Connection, lease: Lease) -> None:
        """Raise Failed (`lease_lost`) unless the lease is ours; it then is until the transaction ends."""
        query = sa.select(OPERATIONS.c.owner, OPERATIONS.c.epoch).where(OPERATIONS.c.id == lease.operation)
        row = session.execute(query.with_for_update()).first()
        if row is None or (row.owner, int(row.epoch)) != (self._owner, lease.epoch):
            by = "another console" if row is None else str(row.owner)
            raise Failed(
                f"Operation {lease.operation} was taken over by {by}, so this console stopped",
                code="lease_lost",
                hint="`operation list` shows how far it is. Nothing has to be done here.",
            )

    def seize(self, operation: int) -> str:
        """Become the owner of an open operation that has given no sign of life for SILENT_SECONDS; who had it before.

        Raises NotFound, Refused where it has ended, Busy where its console lives.
        """
        with self._master.writing() as session:
            query = sa.select(OPERATIONS, MASTER_CLOCK.label("clock")).where(OPERATIONS.c.id == operation)
            row = session.execute(query.with_for_update()).first()
            if row is None:
                raise NotFound(f"There is no operation {operation}", hint="`operation list` shows them.")
            if row.state not in OPEN:
                raise Refused(f"Operation {operation} is {row.state} already", code="ended")
            silent = silent_seconds(row.heartbeat_at, row.clock)
            if silent < SILENT_SECONDS:
                raise Busy(
                    f"Operation {operation} is at work: {row.owner} gave a sign of life {silent:.0f} seconds ago",
                    hint=f"It can be taken over when there was none for {SILENT_SECONDS:.0f} seconds.",
                )
            values = {"owner": self._owner, "epoch": int(row.epoch) + 1, "heartbeat_at": MASTER_CLOCK}
            session.execute(sa.update(OPERATIONS).where(OPERATIONS.c.id == operation).values(values))
            return str(row.owner)

    def _beat(self, lease: Lease, stopped: threading.Event) -> None:
        while not stopped.wait(BEAT_SECONDS):
            # A master that cannot be reached now is asked again; whoever works finds out by itself.
            with suppress(ConsoleError), self._master.writing() as session:
                session.execute(
                    sa.update(OPERATIONS)
                    .where(
                        OPERATIONS.c.id == lease.operation,
                        OPERATIONS.c.owner == self._owner,
                        OPERATIONS.c.epoch == lease.epoch,
                        OPERATIONS.c.state.in_(OPEN),
                    )
                    .values(heartbeat_at=MASTER_CLOCK)
                )


def silent_seconds(heartbeat: object, clock: object) -> float:
    """How long ago a sign of life was, both by the master's clock."""
    then, here = as_time(heartbeat), as_time(clock)
    return 0.0 if then is None or here is None else max(0.0, (here - then).total_seconds())
