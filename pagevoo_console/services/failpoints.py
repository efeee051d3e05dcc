"""Places where tests make the process die, fail or hang, to see that nothing is lost.

`PAGEVOO_FAIL="database.delete.after.drop=kill"` names a failpoint and what happens there: `kill` (SIGKILL to
ourselves), `stop` (SIGSTOP, as a laptop that sleeps), `raise` (an error), `hang` (until killed), or `meet:2:FOLDER`
(until two processes are there). Several are separated by commas. `python -O` removes them.
"""

from __future__ import annotations

import os
import signal
import time
from pathlib import Path

from pagevoo_console.domain.errors import Failed

VARIABLE = "PAGEVOO_FAIL"
MEETING_SECONDS = 60.0


def failpoint(name: str) -> None:
    """Do what the environment asks for at this place; nothing unless a test asked."""
    if not __debug__ or VARIABLE not in os.environ:
        return
    wanted = dict(entry.partition("=")[::2] for entry in os.environ[VARIABLE].split(",") if entry)
    match wanted.get(name):
        case "kill":
            os.kill(os.getpid(), signal.SIGKILL)
        case "stop":
            os.kill(os.getpid(), signal.SIGSTOP)
        case "raise":
            raise Failed(f"Failpoint {name} was reached", code="failpoint")
        case "hang":
            while True:
                time.sleep(1)
        case str() as meeting if meeting.startswith("meet:"):
            _, processes, folder = meeting.split(":", 2)
            _meet(int(processes), Path(folder))
        case _:
            return


def _meet(processes: int, folder: Path) -> None:
    """Wait until so many processes are here, so that they go on at the same moment."""
    (folder / str(os.getpid())).touch()
    deadline = time.monotonic() + MEETING_SECONDS
    while len(list(folder.iterdir())) < processes:
        if time.monotonic() > deadline:
            raise Failed(f"Nobody else came to {folder}", code="failpoint")
        time.sleep(0.001)
