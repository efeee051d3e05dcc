"""One dump of ours, in a process of its own."""

from __future__ import annotations

import time
from pathlib import Path

import msgspec

from benchmarks.processes import peak_mb, serve
from benchmarks.reaching import opened
from pagevoo_console.domain.server import Server
from pagevoo_console.services.backup_files import new_dump
from pagevoo_console.services.encryption import for_recipients
from pagevoo_console.services.engines.base import Sink
from pagevoo_console.services.engines.catalogue import Engines
from pagevoo_console.services.jobs import JobContext

_BUFFER = 1024 * 1024


class Order(msgspec.Struct, frozen=True):
    """What to do: `plain` and `zstd` write into `directory`, `content` reads every table's checksum.

    With a `recipient`, `zstd` is sealed for it.
    """

    server: Server
    password: str
    database: str
    kind: str
    directory: str
    recipient: str = ""


class Answer(msgspec.Struct, frozen=True):
    """How it went: seconds from login to end, those of `finish` among them, and of this process's own processor time;
    the most memory it held, and what it held before it began, in megabytes of 1 000 000 bytes.
    """

    seconds: float
    finish_seconds: float
    cpu_seconds: float
    peak_mb: float
    before_mb: float
    size_mb: float


def carry_out(order: Order) -> Answer:
    before, cpu = peak_mb(), time.process_time()
    begin = time.perf_counter()
    finish_seconds, size = _work(order)
    seconds = time.perf_counter() - begin
    return Answer(seconds, finish_seconds, time.process_time() - cpu, peak_mb(), before, size / 1e6)


def _work(order: Order) -> tuple[float, int]:
    directory = Path(order.directory)
    if order.kind == "content":
        return 0.0, _contents(order)
    if order.kind == "plain":
        target = directory / "ours.sql"
        with target.open("wb", buffering=_BUFFER) as file:
            _dump(order, file)
        return 0.0, target.stat().st_size
    sealing = for_recipients([order.recipient]) if order.recipient else None
    with new_dump(directory, sealing) as writer:
        _dump(order, writer)
        begin = time.perf_counter()
        size = writer.finish().size_bytes
        return time.perf_counter() - begin, size


def _dump(order: Order, sink: Sink) -> None:
    with opened(order.server, order.password, order.database) as session:
        Engines().get(order.server.engine).dump(session, sink, JobContext())


def _contents(order: Order) -> int:
    """Every table's checksum, by the road that compares a restored copy with a manifest."""
    engine, size = Engines().get(order.server.engine), 0
    with opened(order.server, order.password, order.database) as session:
        for table in engine.tables(session):
            engine.content(session, table.name, JobContext())
            size += table.size_bytes
    return size


def _log_in(order: Order) -> None:
    with opened(order.server, order.password, order.database):
        return


if __name__ == "__main__":
    serve(Order, _log_in, carry_out)
