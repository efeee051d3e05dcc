"""Work in progress on the disk: under a hidden name, with a lock beside it that is held for as long as somebody works.

A process that dies lets go of its lock by that alone: this is how what it left is told from what is being written.
"""

from __future__ import annotations

import os
import re
import secrets
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from enum import StrEnum
from pathlib import Path

from filelock import FileLock, Timeout


class PartKind(StrEnum):
    """What is being written; the value is how its hidden names begin."""

    DUMP = ".pagevoo-"
    EXPORT = ".pagevoo-export-"


def new_part(directory: Path, kind: PartKind) -> Path:
    """A name that nobody uses. Makes nothing."""
    return directory / f"{kind}{secrets.token_hex(8)}.part"


@contextmanager
def holding(part: Path) -> Iterator[None]:
    """Let nobody take the part for abandoned as long as the block runs. Raises OSError where no lock can be made."""
    lock = _lock_of(part)
    with FileLock(lock):
        try:
            yield
        finally:
            lock.unlink(missing_ok=True)


def sweep(directory: Path, kind: PartKind, remove: Callable[[Path], object]) -> None:
    """Have `remove` take away each part in this folder that nobody living holds, and what belongs to it.

    What belongs to another user of the machine, and cannot be removed, is left to them.
    """
    pattern = re.compile(rf"({re.escape(kind)}[0-9a-f]{{16}}\.part)(\..*)?")
    found = (pattern.fullmatch(name) for name in os.listdir(directory))
    for name in sorted({match[1] for match in found if match is not None}):
        part = directory / name
        try:
            with FileLock(_lock_of(part), timeout=0):
                remove(part)
                _lock_of(part).unlink(missing_ok=True)
        except (Timeout, PermissionError):
            continue


def _lock_of(part: Path) -> Path:
    return part.with_name(f"{part.name}.lock")
