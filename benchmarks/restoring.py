"""What both restore figures share: our load of our file in a fresh process, and `zstd -dc` of it into the client."""

from __future__ import annotations

import os
import subprocess
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from msgspec.structs import replace

from benchmarks.figures import Comparison, Figure, Limit, Spread, interleaved
from benchmarks.loading import Answer, Order
from benchmarks.options import Options
from benchmarks.processes import Program, carried_out
from benchmarks.reaching import by_socket, session_on
from benchmarks.tenants import DATABASE
from pagevoo_console.domain.backup import FileEntry, TableContent
from pagevoo_console.services.backup_files import new_dump
from pagevoo_console.services.engines.catalogue import Engines
from pagevoo_console.services.jobs import JobContext
from tests.servers import DatabaseServer

RESTORED = "restored"
PLAIN_MB = 64


@dataclass(frozen=True, slots=True)
class Way:
    """One way to load: its goal against the client, how many sessions it takes, and what the server is told before."""

    what: str
    goal: float
    connections: int = 1
    prepare: Callable[[], object] = lambda: None


def compare(name: str, server: DatabaseServer, client: Program, ways: Sequence[Way], options: Options) -> Figure:
    """Each way against the client with the very same file; what each restored is compared with the original."""
    dump = options.directory / "tenant.sql.zst"
    entry, content = _dumped(server, dump)
    order = Order(by_socket(server), server.password, RESTORED, str(dump), entry.size_bytes, entry.sha256)
    answers: dict[str, list[Answer]] = {way.what: [] for way in ways}
    compared: set[str] = set()

    def ours(way: Way) -> float:
        way.prepare()
        with _fresh(server, way.what, content, compared):
            answer = carried_out("loading", replace(order, connections=way.connections), Answer)
        answers[way.what].append(answer)
        return answer.seconds

    def theirs() -> float:
        with _fresh(server, client.name, content, compared):
            return _piped(client, dump)

    found = interleaved(options.rounds, theirs, *((lambda way=way: ours(way)) for way in ways))
    peer, *mine = (Spread("s", values) for values in found)
    return Figure(
        name,
        f"restore of {entry.size_bytes / 1e6:.0f} MB of .sql.zst",
        tuple(
            Comparison(way.what, spread, f"zstd -dc | {client.name}", peer, way.goal)
            for way, spread in zip(ways, mine, strict=True)
        ),
        (
            *(
                Limit(f"peak memory {what}", max(each.peak_mb for each in given), "MB", PLAIN_MB)
                for what, given in answers.items()
            ),
            Limit("of which imports", answers[ways[0].what][0].before_mb, "MB"),
            Limit("our own processor time", answers[ways[0].what][0].cpu_seconds, "s"),
        ),
        ("ours hashes the file first and looks at every count and warning, which the peer does not",),
    )


@contextmanager
def _fresh(server: DatabaseServer, who: str, content: dict[str, TableContent], compared: set[str]) -> Iterator[None]:
    """A database for one restore; what `who` restores first must be what was dumped."""
    server.drop(RESTORED)
    server.execute(f"CREATE DATABASE {RESTORED}")
    yield
    if who not in compared:
        if _content(server, RESTORED) != content:
            raise RuntimeError(f"what {who} restored is not what was dumped")
        compared.add(who)
    server.drop(RESTORED)


def _dumped(server: DatabaseServer, target: Path) -> tuple[FileEntry, dict[str, TableContent]]:
    with session_on(server, DATABASE) as session, new_dump(target.parent) as writer:
        facts = Engines().get(server.engine).dump(session, writer, JobContext())
        entry = writer.finish()
        writer.part.rename(target)
    return entry, facts.tables


def _content(server: DatabaseServer, database: str) -> dict[str, TableContent]:
    engine = Engines().get(server.engine)
    with session_on(server, database) as session:
        return {table.name: engine.content(session, table.name, JobContext()) for table in engine.tables(session)}


def _piped(client: Program, dump: Path) -> float:
    begin = time.perf_counter()
    environment = {"PATH": os.environ["PATH"], **client.environment}
    with subprocess.Popen(["zstd", "-dc", str(dump)], stdout=subprocess.PIPE) as unpacked:
        subprocess.run(
            [*client.command, RESTORED], stdin=unpacked.stdout, stdout=subprocess.DEVNULL, env=environment, check=True
        )
    return time.perf_counter() - begin
