"""A call that a scheduler made: how it ended is written down, since nobody looks at it."""

from __future__ import annotations

from collections.abc import Callable

from pagevoo_console.domain.schedule import LastRun
from pagevoo_console.services.schedules import record_run
from pagevoo_console.services.settings import Folders
from pagevoo_console.services.values import now

_WORDS = {1: "failed", 2: "wrong usage", 3: "refused", 4: "some tenants failed", 5: "a server cannot be reached"}


def recorded(schedule: str, act: Callable[[], int]) -> int:
    """Do it, and keep when and how; returns the exit code."""
    began = now()
    code = act()
    record_run(Folders.of_this_user(), schedule, LastRun(began, now(), code, _WORDS.get(code, "")))
    return code
