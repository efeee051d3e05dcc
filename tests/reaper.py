"""Ends what a test process started, however that process ended.

Run as a child with the read end of a pipe on its standard input. The pipe closes when the test process closes it or
dies, be it of `kill -9`; then every server below the folder is killed and the folder removed. Standard library only,
started with `-I -S`.
"""

import contextlib
import os
import shutil
import signal
import sys
from pathlib import Path


def status(pid: int) -> tuple[str, int] | None:
    """The state letter of a process and its parent's id; None when it is gone."""
    try:
        fields = Path(f"/proc/{pid}/stat").read_text(errors="replace").rpartition(")")[2].split()
    except OSError:
        return None
    return fields[0], int(fields[1])


def family(pid: int) -> list[int]:
    """The process and its direct children, since PostgreSQL's back ends outlive a parent that was stopped."""
    everyone = [int(entry.name) for entry in Path("/proc").iterdir() if entry.name.isdigit()]
    return [pid, *(other for other in everyone if (seen := status(other)) is not None and seen[1] == pid)]


def signal_family(pid: int, number: signal.Signals) -> None:
    """Sends the signal to the process and its children; those already gone are passed over."""
    for member in family(pid):
        with contextlib.suppress(ProcessLookupError):
            os.kill(member, number)


def main(directory: Path) -> None:
    """Waits for the end of standard input, then cleans up."""
    sys.stdin.buffer.read()
    for record in directory.glob("*/*.reap"):
        signal_family(int(record.read_text()), signal.SIGKILL)
    shutil.rmtree(directory, ignore_errors=True)


if __name__ == "__main__":
    for ignored in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(ignored, signal.SIG_IGN)
    main(Path(sys.argv[1]))
