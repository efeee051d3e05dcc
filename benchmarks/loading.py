"""One restore of ours, in a process of its own: a dump's file is hashed, then loaded into an empty database."""

from __future__ import annotations

import time
from contextlib import AbstractContextManager
from datetime import UTC, datetime
from pathlib import Path

import msgspec
import sqlalchemy as sa

from benchmarks.processes import peak_mb, serve
from benchmarks.reaching import opened
from pagevoo_console.domain.backup import Backup
from pagevoo_console.domain.server import Server
from pagevoo_console.services.backup_files import opening_dump
from pagevoo_console.services.engines.base import Companions
from pagevoo_console.services.engines.catalogue import Engines
from pagevoo_console.services.jobs import JobContext


class Order(msgspec.Struct, frozen=True):
    """What to load where, and of what size and SHA-256 the file must be."""

    server: Server
    password: str
    database: str
    dump: str
    size_bytes: int
    sha256: str
    connections: int = 1


class Answer(msgspec.Struct, frozen=True):
    """Seconds from opening the file to the last statement, and of this process's own processor time; the most memory
    it held, and what it held before it began, in megabytes of 1 000 000 bytes.
    """

    seconds: float
    cpu_seconds: float
    peak_mb: float
    before_mb: float


def carry_out(order: Order) -> Answer:
    before, cpu = peak_mb(), time.process_time()
    begin = time.perf_counter()
    engine = Engines().get(order.server.engine)

    def open_session() -> AbstractContextManager[sa.Connection]:
        return opened(order.server, order.password, order.database, writable=True)

    with opening_dump(_backup(order)) as open_source, open_source() as source, open_session() as session:
        companions = Companions(open_session, open_source) if order.connections > 1 else None
        engine.load(session, source, JobContext(), companions)
    return Answer(time.perf_counter() - begin, time.process_time() - cpu, peak_mb(), before)


def _backup(order: Order) -> Backup:
    return Backup(
        "benchmark", "1", order.database, "1", Path(order.dump), order.size_bytes, datetime.now(UTC), order.sha256,
        False, None, {},
    )  # fmt: skip


def _log_in(order: Order) -> None:
    with opened(order.server, order.password, order.database, writable=True):
        return


if __name__ == "__main__":
    serve(Order, _log_in, carry_out)
