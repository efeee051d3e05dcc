"""From the start of the process to the first painted frame of the window, against a script with a bare QMainWindow."""

from __future__ import annotations

import os
import subprocess
import sys
import time

from benchmarks.figures import Comparison, Figure, Spread, interleaved
from benchmarks.options import Options, main

GOAL = 1.2


def measure(options: Options) -> Figure:
    """Warm, off screen; ours goes the whole way through the command line, and its window is the real one."""
    environment = {
        "PATH": os.environ["PATH"],
        "HOME": str(options.directory),
        "XDG_CONFIG_HOME": str(options.directory / "config"),
        "PAGEVOO_HOME": str(options.directory),
        "QT_QPA_PLATFORM": "offscreen",
        "LC_ALL": "C.UTF-8",
    }

    spent: dict[str, list[float]] = {"console": [], "bare": []}

    def shown(which: str) -> float:
        command = [sys.executable, "-m", "benchmarks.painting", which, str(time.monotonic())]
        finished = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
        if finished.returncode:
            raise RuntimeError(f"the {which} window ended with {finished.returncode}:\n{finished.stderr}")
        elapsed, processor = map(float, finished.stdout.split())
        spent[which].append(processor)
        return elapsed

    if not options.is_smoke:
        interleaved(1, lambda: shown("console"), lambda: shown("bare"))
        for warm_up in spent.values():
            warm_up.clear()
    mine, other = interleaved(options.rounds, lambda: shown("console"), lambda: shown("bare"))
    return Figure(
        "first_frame",
        "spawn to first painted frame, warm",
        (
            Comparison(
                "first frame", Spread("ms", mine), "a bare QMainWindow", Spread("ms", other), GOAL, is_speed=False
            ),
            Comparison(
                "processor time until then",
                Spread("ms", tuple(spent["console"])),
                "a bare QMainWindow",
                Spread("ms", tuple(spent["bare"])),
                is_speed=False,
            ),
        ),
    )  # fmt: skip


if __name__ == "__main__":
    main(measure)
