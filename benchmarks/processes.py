"""Work of ours in a process of its own, so that its memory and time hold nothing of anybody else.

The process reads its order as a line of JSON on stdin, imports what it takes and says `ready`; on the next line it sets
to work, and answers with a line of JSON.
"""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

import msgspec

Order = TypeVar("Order", bound=msgspec.Struct)
Answer = TypeVar("Answer", bound=msgspec.Struct)


@dataclass(frozen=True, slots=True)
class Program:
    """A program of the engine's own: its name, how it is called on a database, and what it needs to log in."""

    name: str
    command: Sequence[str]
    environment: Mapping[str, str]


def carried_out(module: str, order: msgspec.Struct, kind: type[Answer]) -> Answer:
    """What a fresh process of this module of the benchmarks answers to an order."""
    with subprocess.Popen(
        [sys.executable, "-m", f"benchmarks.{module}"], stdin=subprocess.PIPE, stdout=subprocess.PIPE
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
        raise RuntimeError(f"benchmarks.{module} ended with {process.returncode}")
    return msgspec.json.decode(answer, type=kind)


def serve(kind: type[Order], prepare: Callable[[Order], object], work: Callable[[Order], msgspec.Struct]) -> None:
    """The other end of `carried_out`; `prepare` is what is not measured."""
    order = msgspec.json.decode(sys.stdin.readline(), type=kind)
    prepare(order)
    print("ready", flush=True)
    sys.stdin.readline()
    print(msgspec.json.encode(work(order)).decode(), flush=True)


def peak_mb() -> float:
    """The most memory this process has held; what `getrusage` says begins with that of the process that began us."""
    status = Path("/proc/self/status").read_text()
    line = next(line for line in status.splitlines() if line.startswith("VmHWM:"))
    return int(line.split()[1]) * 1024 / 1e6
