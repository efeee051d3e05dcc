"""One connect to MariaDB, against PyMySQL without TLS and as it comes."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable
from typing import Any

import pymysql

from benchmarks.figures import Comparison, Figure, Spread, interleaved
from benchmarks.options import Options, main
from benchmarks.reaching import by_tcp
from pagevoo_console.domain.server import Server, Tls
from pagevoo_console.services.engines.base import SessionOptions
from pagevoo_console.services.engines.mysql import MysqlEngine
from tests.servers import MariadbServer, make_tls_files, start_mariadb


def measure(options: Options) -> Figure:
    """Connect and close over TCP on loopback; each value is the median of as many connects in a row."""
    engine = MysqlEngine()
    times = options.size(None, 40, 2)
    few = options.size(None, 10, 1)
    tls = make_tls_files(options.directory / "tls")
    with start_mariadb(tls=tls) as server:
        plain = by_tcp(server, Tls.OFF)
        safe = by_tcp(server, Tls.VERIFIED, str(tls.authority))

        def ours(where: Server) -> Callable[[], float]:
            return lambda: _typical(times, lambda: engine.connect(where, server.password, None, SessionOptions()))

        def bare() -> float:
            return _typical(times, lambda: _pymysql(server, ssl_disabled=True))

        def default() -> float:
            return _typical(few, lambda: _pymysql(server))

        def verified() -> float:
            return _typical(few, lambda: _pymysql(server, ssl_ca=str(tls.authority), ssl_verify_identity=True))

        works = (ours(plain), ours(safe), bare, default, verified)
        interleaved(1, *works)
        found = [Spread("ms", values) for values in interleaved(options.rounds, *works)]
    without, protected, bare_found, default_found, verified_found = found
    return Figure(
        "connect_mariadb",
        "connect, set up the session, close",
        (
            Comparison("without TLS", without, "PyMySQL ssl_disabled", bare_found, goal=1.5, is_speed=False),
            Comparison(
                "TLS verified, cached context", protected, "PyMySQL ssl_disabled", bare_found, is_speed=False
            ),
            Comparison("TLS verified, cached context", protected, "PyMySQL as it comes", default_found),
            Comparison("TLS verified, cached context", protected, "PyMySQL verifying", verified_found),
        ),
        notes=("ours also sets eight session variables in one more round trip, which PyMySQL leaves unset",),
    )  # fmt: skip


def _typical(times: int, connect: Callable[[], Any]) -> float:
    """Milliseconds of one connect, the median of so many."""
    taken = []
    for _ in range(times):
        begin = time.perf_counter()
        connection = connect()
        taken.append((time.perf_counter() - begin) * 1000)
        connection.close()
    return statistics.median(taken)


def _pymysql(server: MariadbServer, **settings: Any) -> pymysql.Connection[Any]:
    return pymysql.connect(
        host=server.host, port=server.port, user=server.user, password=server.password, charset="utf8mb4", **settings
    )


if __name__ == "__main__":
    main(measure)
