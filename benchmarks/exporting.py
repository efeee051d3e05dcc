"""What both export figures share: our dump in a fresh process, the peer's program and `zstd` in theirs, in turns."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import msgspec

from benchmarks.dumping import Answer, Order
from benchmarks.figures import Comparison, Figure, Limit, Spread, interleaved
from benchmarks.options import Options
from benchmarks.reaching import by_socket
from benchmarks.tenants import DATABASE
from tests.servers import DatabaseServer

PLAIN_MB, ZSTD_MB = 64, 140


@dataclass(frozen=True, slots=True)
class Peer:
    """The engine's own program: its name, how it writes the database to stdout, and what it needs to log in."""

    name: str
    command: Sequence[str]
    environment: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Goals:
    """How many times as fast as the peer; None where there is no goal."""

    plain: float
    zstd: float


def compare(name: str, server: DatabaseServer, peer: Peer, goals: Goals, options: Options) -> Figure:
    """Plain to a file and compressed with level 3, each against the peer's; and the checksums on their own."""
    answers: dict[str, list[Answer]] = {"plain": [], "zstd": [], "content": []}
    sizes: dict[str, float] = {}

    def ours(kind: str) -> float:
        answer = _ours(server, kind, options.directory)
        answers[kind].append(answer)
        return answer.seconds

    def theirs(*, compressed: bool) -> float:
        target = options.directory / "peer.sql"
        seconds = _theirs(peer, target, compressed=compressed)
        sizes["zstd" if compressed else "plain"] = target.stat().st_size / 1e6
        target.unlink()
        return seconds

    works = (
        lambda: ours("plain"),
        lambda: theirs(compressed=False),
        lambda: ours("zstd"),
        lambda: theirs(compressed=True),
        lambda: ours("content"),
    )
    if not options.is_smoke:
        theirs(compressed=False)
    plain, peer_plain, zstd, peer_zstd, content = (
        Spread("s", values) for values in interleaved(options.rounds, *works)
    )
    megabytes = answers["plain"][0].size_mb
    return Figure(
        name,
        f"export of a tenant of {megabytes:.0f} MB of SQL",
        (
            Comparison("plain", plain, peer.name, peer_plain, goals.plain),
            Comparison("zstd -3", zstd, f"{peer.name} | zstd -3", peer_zstd, goals.zstd),
            Comparison("checksums of every table, alone", content, peer.name, peer_plain),
        ),
        (
            Limit("peak memory plain", _peak(answers["plain"]), "MB", PLAIN_MB),
            Limit("peak memory zstd", _peak(answers["zstd"]), "MB", ZSTD_MB),
            Limit("of which imports", answers["plain"][0].before_mb, "MB"),
            Limit("our own processor time, plain", _median(each.cpu_seconds for each in answers["plain"]), "s"),
            Limit("flush and reading back, in zstd", _median(each.finish_seconds for each in answers["zstd"]), "s"),
        ),
        (
            f"ours {megabytes:.0f} MB plain, {answers['zstd'][0].size_mb:.0f} MB zstd; the peer's {sizes['plain']:.0f}"
            f" and {sizes['zstd']:.0f} MB",
            "ours without the interpreter's start and imports, with login, checksums of all rows and the schema read"
            " twice; zstd also flushed to the disk, read back and compared, which the peer's is not",
        ),
    )


def _peak(answers: list[Answer]) -> float:
    return max(answer.peak_mb for answer in answers)


def _median(values: object) -> float:
    return Spread("s", tuple(values)).median  # type: ignore[arg-type]


def _ours(server: DatabaseServer, kind: str, directory: Path) -> Answer:
    order = Order(by_socket(server), server.password, DATABASE, kind, str(directory))
    with subprocess.Popen(
        [sys.executable, "-m", "benchmarks.dumping"], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        process.stdin.write(msgspec.json.encode(order) + b"\n")
        process.stdin.flush()
        process.stdout.readline()
        process.stdin.write(b"begin\n")
        process.stdin.flush()
        answer = process.stdout.readline()
    if process.returncode:
        raise RuntimeError(f"our dump ended with {process.returncode}")
    (directory / "ours.sql").unlink(missing_ok=True)
    return msgspec.json.decode(answer, type=Answer)


def _theirs(peer: Peer, target: Path, *, compressed: bool) -> float:
    environment = {"PATH": os.environ["PATH"], **peer.environment}
    begin = time.perf_counter()
    with target.open("wb") as file:
        if not compressed:
            subprocess.run(peer.command, stdout=file, env=environment, check=True)
            return time.perf_counter() - begin
        with subprocess.Popen(peer.command, stdout=subprocess.PIPE, env=environment) as dump:
            subprocess.run(["zstd", "-3", "-q", "-c"], stdin=dump.stdout, stdout=file, check=True)
        if dump.returncode:
            raise RuntimeError(f"{peer.name} ended with {dump.returncode}")
    return time.perf_counter() - begin
