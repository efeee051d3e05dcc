"""Work that takes time, on a thread of its own, so that Ctrl-C always reaches it: first politely, then at once."""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import Future
from typing import TypeVar

from pagevoo_console.cli.output import Output
from pagevoo_console.cli.reporting import Reporter
from pagevoo_console.domain.errors import Cancelled
from pagevoo_console.services.jobs import JobContext

T = TypeVar("T")


def work(output: Output, act: Callable[[JobContext], T]) -> T:
    """Do it with progress on stderr, and return what it returns.

    An interrupt asks it to stop, here and on the server, and waits until it has written down where it stands. A second
    one does not wait: what was begun is found again by `operation list`. Raises Cancelled, and whatever `act` raises.
    """
    with Reporter(output) as reporter:
        job = JobContext(reporter.progress, reporter.line)
        future: Future[T] = Future()
        threading.Thread(target=_run, args=(act, job, future), name="work", daemon=True).start()
        try:
            return future.result()
        except KeyboardInterrupt:
            reporter.line("Stopping; interrupt once more to stop at once")
            threading.Thread(target=job.cancel, name="cancel", daemon=True).start()
        try:
            return future.result()
        except KeyboardInterrupt:
            raise Cancelled(
                "Stopped at once", hint="`operation list` shows what was left unfinished; it can be resumed."
            ) from None


def _run(act: Callable[[JobContext], T], job: JobContext, future: Future[T]) -> None:
    try:
        future.set_result(act(job))
    except BaseException as error:  # noqa: BLE001 - whatever it was is raised again where it is waited for
        future.set_exception(error)
