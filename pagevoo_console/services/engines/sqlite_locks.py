"""Advisory locks of a folder of SQLite files: locked files, each of one session until it lets go, ends or loses it.

Whoever takes a lock away unlinks its file: the one who held it goes on holding a file without a name, and finds that
out by comparing. A process that is writing at that moment cannot be fenced off from its own file.
"""

from __future__ import annotations

import os
import time
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import filelock

_ATTEMPTS = 5
_PAUSE_SECONDS = 0.02


@dataclass(frozen=True, slots=True)
class HeldLock:
    """A lock that a session holds, and which file that was when it got it."""

    lock: filelock.BaseFileLock
    device: int
    inode: int

    @property
    def is_held(self) -> bool:
        """Whether the file of that name still is the one that is locked."""
        try:
            found = os.stat(self.lock.lock_file, follow_symlinks=False)
        except FileNotFoundError:
            return False
        return self.lock.is_locked and (found.st_dev, found.st_ino) == (self.device, self.inode)

    def release(self) -> None:
        self.lock.release(force=True)


def take(path: Path) -> HeldLock | None:
    """Lock this file, made where it is missing; None where another session keeps it locked. Raises OSError."""
    for attempt in range(_ATTEMPTS):
        if attempt:
            time.sleep(_PAUSE_SECONDS)
        lock = filelock.FileLock(path, mode=0o600, thread_local=False)
        with suppress(filelock.Timeout):
            lock.acquire(blocking=False)
            found = os.stat(path, follow_symlinks=False)
            return HeldLock(lock, found.st_dev, found.st_ino)
    return None


def is_free(path: Path) -> bool:
    """Whether nobody keeps this file locked; a look, though it locks the file for an instant. Raises OSError."""
    if not path.exists():
        return True
    lock = filelock.FileLock(path, mode=0o600, thread_local=False)
    try:
        lock.acquire(blocking=False)
    except filelock.Timeout:
        return False
    lock.release(force=True)
    return True


def take_away(path: Path) -> None:
    """Take the lock from whoever holds it. Raises OSError."""
    path.unlink(missing_ok=True)
