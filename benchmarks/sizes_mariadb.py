"""Sizes of a thousand MariaDB tenants at once, against `information_schema.tables` grouped."""

from __future__ import annotations

import time
from contextlib import closing

from benchmarks.figures import Comparison, Figure, Limit, Spread, interleaved
from benchmarks.fleets import batches, catalogue_sizes, database_of, fill, statistics
from benchmarks.options import Options, main
from benchmarks.reaching import session_on
from pagevoo_console.services.engines.mysql import MysqlEngine
from tests.servers import MariadbServer, start_mariadb

_QUIET_SECONDS = 5.0
_PATIENCE_SECONDS = 60.0


def measure(options: Options) -> Figure:
    """Both sides on open, warm sessions; whether they name the same databases and how far their figures are apart."""
    tenants = options.size(options.tenants, 1000, 5)
    engine = MysqlEngine()
    with start_mariadb(config={"innodb-buffer-pool-size": "256M"}) as server:
        fill(server, tenants)
        _settle(server, 0.2 if options.is_smoke else _QUIET_SECONDS)
        with closing(batches(server)) as peer, session_on(server) as session:

            def ours() -> float:
                begin = time.perf_counter()
                engine.sizes(session)
                return (time.perf_counter() - begin) * 1000

            def theirs() -> float:
                begin = time.perf_counter()
                catalogue_sizes(peer)
                return (time.perf_counter() - begin) * 1000

            interleaved(1, ours, theirs)
            mine, other = interleaved(options.rounds, ours, theirs)
            wanted = {database_of(tenant) for tenant in range(1, tenants + 1)}
            found = {name: size.allocated for name, size in engine.sizes(session).items() if name in wanted}
            catalogue = {name: size for name, size in catalogue_sizes(peer).items() if name in wanted}
    apart = [abs(found[name] - size) / size for name, size in catalogue.items() if name in found and size]
    return Figure(
        "sizes_mariadb",
        f"sizes of {tenants} tenants of 12 tables",
        (
            Comparison(
                f"sizes of {tenants} tenants",
                Spread("ms", mine),
                "information_schema.tables GROUP BY",
                Spread("ms", other),
                goal=50,
            ),
        ),
        (
            Limit("databases that either side leaves out", len(wanted - found.keys() & catalogue.keys()), "databases",
                  at_most=0),
            Limit("largest difference between the figures", 100 * max(apart, default=0.0), "%", at_most=1),
        ),
        (f"{sum(1 for each in apart if not each)} of {len(apart)} figures equal to the byte",),
    )  # fmt: skip


def _settle(server: MariadbServer, quiet_seconds: float) -> None:
    """Wait until the server's own statistics have followed the rows; nobody asks it to hurry."""
    deadline = time.monotonic() + _PATIENCE_SECONDS
    with closing(batches(server)) as connection:
        seen = list(statistics(connection))
        while time.monotonic() < deadline:
            time.sleep(quiet_seconds)
            before, seen = seen, list(statistics(connection))
            if seen == before:
                return


if __name__ == "__main__":
    main(measure)
