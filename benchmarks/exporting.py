"""What both export figures share: our dump in a fresh process, the peer's program and `zstd` in theirs, in turns."""

from __future__ import annotations

import os
import subprocess
import time
from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from benchmarks.dumping import Answer, Order
from benchmarks.figures import Comparison, Figure, Limit, Spread, interleaved
from benchmarks.options import Options
from benchmarks.processes import Program, carried_out
from benchmarks.reaching import by_socket
from benchmarks.tenants import DATABASE
from pagevoo_console.services.encryption import new_identity
from tests.servers import DatabaseServer

PLAIN_MB, ZSTD_MB = 64, 140
_ZSTD = ("zstd", "-3", "-q", "-c")


@dataclass(frozen=True, slots=True)
class Goals:
    """How many times as fast as the peer; None where there is no goal."""

    plain: float
    zstd: float
    encrypted: float


def compare(name: str, server: DatabaseServer, peer: Program, goals: Goals, options: Options) -> Figure:
    """Plain to a file, compressed with level 3, and encrypted, each against the peer's; the checksums on their own."""
    answers: dict[str, list[Answer]] = {kind: [] for kind in ("plain", "zstd", "encrypted", "content")}
    sizes: dict[str, float] = {}
    recipient, _ = new_identity()
    pipes = {"plain": (), "zstd": (_ZSTD,), "encrypted": (_ZSTD, ("age", "--recipient", recipient))}

    def ours(kind: str) -> float:
        answer = _ours(server, kind, options.directory, recipient)
        answers[kind].append(answer)
        return answer.seconds

    def theirs(kind: str) -> float:
        target = options.directory / "peer.sql"
        seconds = piped((peer.command, *pipes[kind]), peer.environment, target)
        sizes[kind] = target.stat().st_size / 1e6
        target.unlink()
        return seconds

    works = (
        lambda: ours("plain"),
        lambda: theirs("plain"),
        lambda: ours("zstd"),
        lambda: theirs("zstd"),
        lambda: ours("encrypted"),
        lambda: theirs("encrypted"),
        lambda: ours("content"),
    )
    if not options.is_smoke:
        theirs("plain")
    plain, peer_plain, zstd, peer_zstd, encrypted, peer_encrypted, content = (
        Spread("s", values) for values in interleaved(options.rounds, *works)
    )
    megabytes = answers["plain"][0].size_mb
    return Figure(
        name,
        f"export of a tenant of {megabytes:.0f} MB of SQL",
        (
            Comparison("plain", plain, peer.name, peer_plain, goals.plain),
            Comparison("zstd -3", zstd, f"{peer.name} | zstd -3", peer_zstd, goals.zstd),
            Comparison("encrypted", encrypted, f"{peer.name} | zstd -3 | age", peer_encrypted, goals.encrypted),
            Comparison("checksums of every table, alone", content, peer.name, peer_plain),
        ),
        (
            Limit("peak memory plain", _peak(answers["plain"]), "MB", PLAIN_MB),
            Limit("peak memory zstd", _peak(answers["zstd"]), "MB", ZSTD_MB),
            Limit("peak memory encrypted", _peak(answers["encrypted"]), "MB", ZSTD_MB),
            Limit("of which imports", answers["plain"][0].before_mb, "MB"),
            Limit("our own processor time, plain", _median(each.cpu_seconds for each in answers["plain"]), "s"),
            Limit("flush and reading back, in zstd", _median(each.finish_seconds for each in answers["zstd"]), "s"),
        ),
        (
            f"ours {megabytes:.0f} MB plain, {answers['zstd'][0].size_mb:.0f} MB zstd; the peer's {sizes['plain']:.0f}"
            f" and {sizes['zstd']:.0f} MB",
            "ours without the interpreter's start and imports, with login, checksums of all rows and the schema read"
            " twice; zstd also flushed to the disk, read back and compared, encrypted also opened again, which the"
            " peer's is not",
        ),
    )


def _peak(answers: list[Answer]) -> float:
    return max(answer.peak_mb for answer in answers)


def _median(values: object) -> float:
    return Spread("s", tuple(values)).median  # type: ignore[arg-type]


def _ours(server: DatabaseServer, kind: str, directory: Path, recipient: str) -> Answer:
    is_sealed = kind == "encrypted"
    order = Order(
        by_socket(server), server.password, DATABASE, "zstd" if is_sealed else kind, str(directory),
        recipient if is_sealed else "",
    )  # fmt: skip
    answer = carried_out("dumping", order, Answer)
    (directory / "ours.sql").unlink(missing_ok=True)
    return answer


def piped(commands: Sequence[Sequence[str]], environment: Mapping[str, str], target: Path) -> float:
    """Seconds that these programs take, one behind the other, into a file. The first gets the environment."""
    begin = time.perf_counter()
    with target.open("wb") as file, ExitStack() as stack:
        source: IO[bytes] | None = None
        running = []
        for command in commands:
            is_last = command is commands[-1]
            process = stack.enter_context(
                subprocess.Popen(
                    command, stdin=source, stdout=file if is_last else subprocess.PIPE,
                    env={"PATH": os.environ["PATH"], **environment},
                )
            )  # fmt: skip
            if source is not None:
                source.close()
            source = process.stdout
            running.append(process)
        for command, process in zip(commands, running, strict=True):
            if process.wait():
                raise RuntimeError(f"{command[0]} ended with {process.returncode}")
    return time.perf_counter() - begin
