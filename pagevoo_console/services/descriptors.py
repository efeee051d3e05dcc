"""How many files this process may still open: with few, fewer tenants are worked on at a time, and none is lost."""

from __future__ import annotations

import os
import sys

FILES_EACH = 16
"""What work on one tenant has open at most: sessions with their logs, the dump, its folder, a lock, the journal."""
_UNKNOWN_USE = 64


def affordable(workers: int) -> int:
    """As many workers as the limit on open files bears, at least one."""
    spare = _spare()
    return max(1, workers if spare is None else min(workers, spare // FILES_EACH))


def _spare() -> int | None:
    """None where there is no limit to speak of."""
    if sys.platform == "win32":
        return None
    import resource

    most, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
    if most == resource.RLIM_INFINITY:
        return None
    try:
        used = len(os.listdir("/dev/fd"))
    except OSError:
        used = _UNKNOWN_USE
    return max(0, most - used)
