"""Work in a forked process that dies on purpose: at a failpoint, or when the clock says so.

Forking from a process that has everything imported makes a kill cost milliseconds instead of a start-up.
"""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from pagevoo_console.domain.errors import ConsoleError
from pagevoo_console.services.failpoints import VARIABLE

_REFUSED = 7
_BROKEN = 8


def killed_at(failpoint: str, work: Callable[[], object]) -> bool:
    """Do the work in a process that kills itself at the failpoint; whether it got there."""
    child = _forked(work, {VARIABLE: f"{failpoint}=kill"})
    _, status = os.waitpid(child, 0)
    return _died(status)


def killed_after(seconds: float, work: Callable[[], object]) -> bool:
    """Do the work in a process that is killed after so long; whether it was still at it."""
    child = _forked(work, {})
    time.sleep(seconds)
    os.kill(child, signal.SIGKILL)
    _, status = os.waitpid(child, 0)
    return os.WIFSIGNALED(status)


@dataclass
class Sleeper:
    """A process that has stopped in the middle of its work. `error` is the code it ended with, empty without one."""

    process: int
    told: int
    error: str = field(default="")

    def wake(self) -> None:
        """Let it go on, and wait for its end."""
        os.kill(self.process, signal.SIGCONT)
        os.waitpid(self.process, 0)
        self.process = 0
        self.error = os.read(self.told, 1000).decode()


@contextmanager
def asleep_at(failpoint: str, work: Callable[[], object]) -> Iterator[Sleeper]:
    """Within, a process does the work and has stopped at the failpoint, as on a laptop that sleeps."""
    told, tell = os.pipe()

    def told_work() -> None:
        try:
            work()
        except ConsoleError as error:
            os.write(tell, error.code.encode())
            raise

    sleeper = Sleeper(_forked(told_work, {VARIABLE: f"{failpoint}=stop"}), told)
    os.close(tell)
    try:
        _, status = os.waitpid(sleeper.process, os.WUNTRACED)
        assert os.WIFSTOPPED(status), f"it never came to {failpoint}"
        yield sleeper
    finally:
        os.close(told)
        if sleeper.process:
            os.kill(sleeper.process, signal.SIGKILL)
            os.waitpid(sleeper.process, 0)


def in_parallel(work: Callable[[], object], processes: int, failpoint: str | None = None) -> list[bool]:
    """The same work in several processes that begin together; for each whether it succeeded.

    A refusal counts as not succeeding; anything else that goes wrong fails the test.
    """
    read_end, write_end = os.pipe()

    def started() -> object:
        os.close(write_end)
        os.read(read_end, 1)
        return work()

    children = [_forked(started, {} if failpoint is None else {VARIABLE: failpoint}) for _ in range(processes)]
    os.close(read_end)
    os.close(write_end)
    outcomes = []
    for child in children:
        _, status = os.waitpid(child, 0)
        code = os.waitstatus_to_exitcode(status)
        assert code in (0, _REFUSED), f"a process ended with {code}"
        outcomes.append(code == 0)
    return outcomes


def at_once(works: Sequence[Callable[[], object]], failpoint: str, meeting: Path) -> list[bool]:
    """Different work in as many processes, held at the failpoint until all are there; for each whether it succeeded."""
    meeting.mkdir()
    children = [_forked(work, {VARIABLE: f"{failpoint}=meet:{len(works)}:{meeting}"}) for work in works]
    codes = [os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) for child in children]
    assert set(codes) <= {0, _REFUSED}, f"the processes ended with {codes}"
    assert len(list(meeting.iterdir())) == len(works), "they never met"
    return [code == 0 for code in codes]


def _died(status: int) -> bool:
    if os.WIFSIGNALED(status):
        assert os.WTERMSIG(status) == signal.SIGKILL
        return True
    code = os.waitstatus_to_exitcode(status)
    assert code in (0, _REFUSED), f"the process ended with {code}"
    return False


def _forked(work: Callable[[], object], environment: dict[str, str]) -> int:
    child = os.fork()
    if child:
        return child
    code = _BROKEN
    try:
        os.environ.update(environment)
        work()
        code = 0
    except ConsoleError as error:
        code = _REFUSED if error.exit_code == 3 else _BROKEN
        if code == _BROKEN:
            os.write(2, f"{type(error).__name__}: {error}\n".encode())
    except BaseException as error:
        os.write(2, f"{type(error).__name__}: {error}\n".encode())
    finally:
        os._exit(code)
