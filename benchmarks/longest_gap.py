"""The longest gap of the window's thread while a thousand databases are scanned and a backup runs, against rest."""

from __future__ import annotations

import time
from typing import NamedTuple

from PySide6.QtCore import Qt, QTimer

from benchmarks.directories import console_in
from benchmarks.figures import Comparison, Figure, Limit, Spread, percentile
from benchmarks.fleets import batches, database_of, fill, run
from benchmarks.options import Options, main
from benchmarks.reaching import by_socket
from benchmarks.tenants import LOADING, make_mariadb_tenant
from benchmarks.windows import OwnTime, application, rest, wait_for
from pagevoo_console.domain.job import Task
from pagevoo_console.services.console import Console
from pagevoo_console.services.jobs import JobContext
from pagevoo_console.ui.kit import theme
from pagevoo_console.ui.main_window import MainWindow
from tests.servers import MariadbServer, start_mariadb

MASTER = "pagevoo_core"
BEAT_MS = 4
LONGEST_MS, P99_MS = 33, 16


class Gap(NamedTuple):
    """How long one heartbeat came after the one before, and how much of that was the thread's own work; milliseconds.

    The rest it waited: for the next heartbeat, for a core, or for another thread to let go of the interpreter.
    """

    length: float
    own: float


class Pulse:
    """A heartbeat of the window's thread."""

    def __init__(self) -> None:
        self.gaps: list[Gap] = []
        self._measured = OwnTime()
        self._timer = QTimer()
        self._timer.setTimerType(Qt.TimerType.PreciseTimer)
        self._timer.setInterval(BEAT_MS)
        self._timer.timeout.connect(self._beat)

    def start(self) -> None:
        self.gaps = []
        self._measured = OwnTime()
        self._timer.start()

    def stop(self) -> list[Gap]:
        self._timer.stop()
        return self.gaps

    def _beat(self) -> None:
        self.gaps.append(Gap(self._measured.elapsed, self._measured.own))
        self._measured = OwnTime()


def measure(options: Options) -> Figure:
    """The real main window on a MariaDB fleet; scans follow each other for as long as the backup of one tenant runs."""
    tenants = options.size(options.tenants, 1000, 5)
    megabytes = options.size(options.megabytes, 100, 1)
    theme.install(applied := application())
    with start_mariadb(config={**LOADING, "innodb-buffer-pool-size": "512M"}) as server:
        console = _fleet(options, server, tenants, megabytes)
        window = MainWindow(theme.install(applied))
        window.show()
        pulse = Pulse()
        pulse.start()
        window.open(lambda: console)
        wait_for(lambda: window.workspace is not None and window.is_idle, 50)
        opening = pulse.stop()
        rest(100)
        busy: list[list[Gap]] = []
        idle: list[list[Gap]] = []
        for _ in range(options.rounds):
            begin = time.perf_counter()
            busy.append(_under_load(window, console, pulse))
            idle.append(_at_rest(pulse, time.perf_counter() - begin))
        window.close()
        wait_for(lambda: not window.isVisible(), 20)
        window.jobs.close()
    gaps = [gap for each in busy for gap in each]
    lengths = [gap.length for gap in gaps]
    return Figure(
        "longest_gap",
        f"the window's thread while {tenants} databases are scanned and one of {megabytes} MB is backed up",
        (
            Comparison(
                "longest gap", _longest(busy), "the window at rest", _longest(idle), is_speed=False,
            ),
        ),
        (
            Limit("longest of all rounds", max(lengths), "ms", LONGEST_MS),
            Limit("p99", percentile(lengths, 0.99), "ms", P99_MS),
            Limit("longest work of the thread's own", max(gap.own for gap in gaps), "ms"),
            Limit("p99 at rest", percentile([gap.length for each in idle for gap in each], 0.99), "ms"),
            Limit("longest while the window is filled for the first time", max(gap.length for gap in opening), "ms"),
            Limit("of the thread's own work then", max(gap.own for gap in opening), "ms"),
        ),
        (f"{len(gaps)} heartbeats of {BEAT_MS} ms under load",),
    )  # fmt: skip


def _longest(rounds: list[list[Gap]]) -> Spread:
    return Spread("ms", tuple(max(gap.length for gap in gaps) for gaps in rounds))


def _fleet(options: Options, server: MariadbServer, tenants: int, megabytes: int) -> Console:
    """Tenants with small databases, registered in a master; the first one has a large one."""
    fill(server, tenants, tables=3, rows=200)
    make_mariadb_tenant(server, options.directory, megabytes, database_of(1))
    server.execute(f"CREATE DATABASE {MASTER}")
    console = console_in(options.directory / "home", by_socket(server), server.password, MASTER)
    console.master.init()
    connection = batches(server, MASTER)
    run(
        connection,
        [
            "INSERT INTO users (id, name, email, tier) SELECT seq, CONCAT('Person ', seq),"
            f" CONCAT('person', seq, '@example.org'), 'pro' FROM seq_1_to_{tenants}",
            "INSERT INTO user_websites (id, user_id, name, domain) SELECT seq, seq, CONCAT('Site ', seq),"
            f" CONCAT('site', seq, '.example') FROM seq_1_to_{tenants}",
            "INSERT INTO user_databases (user_id, website_id, database_name, status) SELECT seq, seq,"
            f" CONCAT('pagevoo_website_', seq), 'active' FROM seq_1_to_{tenants}",
        ],
    )
    connection.close()
    return console


def _under_load(window: MainWindow, console: Console, pulse: Pulse) -> list[Gap]:
    """The gaps while a backup runs and scans follow each other."""

    def back_up(context: JobContext) -> object:
        return console.backups.create("1", context)

    pulse.start()
    job = window.runner.run(Task("Back up", console.connection.master.name, back_up, "1"))
    while not window.jobs.job(job.id).state.is_final:
        window.refresh()
        rest(50)
        wait_for(lambda: window.runner.is_idle or window.jobs.job(job.id).state.is_final, 50)
    wait_for(lambda: window.runner.is_idle, 50)
    rest(200)
    gaps = pulse.stop()
    ended = window.jobs.job(job.id)
    if ended.error is not None:
        raise ended.error
    return gaps


def _at_rest(pulse: Pulse, seconds: float) -> list[Gap]:
    pulse.start()
    rest(round(min(seconds, 5.0) * 1000))
    return pulse.stop()


if __name__ == "__main__":
    main(measure)
