"""Places where tests make the process die, fail or hang, to see that nothing is lost.

`PAGEVOO_FAIL="database.delete.after.drop=kill"` names a failpoint and what happens there: `kill` (SIGKILL to
ourselves), `raise` (an error), or `hang` (until killed). Several are separated by commas. `python -O` removes them.
"""

from __future__ import annotations

import os
import signal
import time

from pagevoo_console.domain.errors import Failed

VARIABLE = "PAGEVOO_FAIL"


def failpoint(name: str) -> None:
    """Do what the environment asks for at this place; nothing unless a test asked."""
    if not __debug__ or VARIABLE not in os.environ:
        return
    wanted = dict(entry.partition("=")[::2] for entry in os.environ[VARIABLE].split(",") if entry)
    match wanted.get(name):
        case "kill":
            os.kill(os.getpid(), signal.SIGKILL)
        case "raise":
            raise Failed(f"Failpoint {name} was reached", code="failpoint")
        case "hang":
            while True:
                time.sleep(1)
        case _:
            return
