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
    """Connect and close over TCP on loopback, all sides in turns; a round's value is the median of its connects."""
    engine = MysqlEngine()
    times = options.size(None, 25, 2)
    tls = make_tls_files(options.directory / "tls")
    with start_mariadb(tls=tls) as server:
        plain = by_tcp(server, Tls.OFF)
        safe = by_tcp(server, Tls.VERIFIED, str(tls.authority))

        def ours(where: Server) -> Callable[[], float]:
            return lambda: _taken(lambda: engine.connect(where, server.password, None, SessionOptions()))

        def theirs(**settings: Any) -> Callable[[], float]:
            return lambda: _taken(lambda: _pymysql(server, **settings))

        works = (
            ours(plain),
            ours(safe),
            theirs(ssl_disabled=True),
            theirs(),
            theirs(ssl_ca=str(tls.authority), ssl_verify_identity=True),
        )
        interleaved(1, *works)
        rounds = [[statistics.median(each) for each in interleaved(times, *works)] for _ in range(options.rounds)]
    found = [Spread("ms", tuple(values)) for values in zip(*rounds, strict=True)]
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


def _taken(connect: Callable[[], Any]) -> float:
    """Milliseconds of one connect."""
    begin = time.perf_counter()
    connection = connect()
    taken = (time.perf_counter() - begin) * 1000
    connection.close()
    return taken


def _pymysql(server: MariadbServer, **settings: Any) -> pymysql.Connection[Any]:
    return pymysql.connect(
        host=server.host, port=server.port, user=server.user, password=server.password, charset="utf8mb4", **settings
    )


if __name__ == "__main__":
    main(measure)
