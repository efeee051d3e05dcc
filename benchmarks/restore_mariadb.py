"""Restore of one MariaDB tenant from our file, against `zstd -dc | mariadb` with the same file."""

from __future__ import annotations

from collections.abc import Callable

from benchmarks.figures import Figure
from benchmarks.options import Options, main
from benchmarks.processes import Program
from benchmarks.restoring import Way, compare
from benchmarks.tenants import LOADING, make_mariadb_tenant
from tests.servers import start_mariadb


def measure(options: Options) -> Figure:
    """By the local socket, each time into a new database, on a server that flushes its log once a second."""
    with start_mariadb(config={**LOADING, "innodb-buffer-pool-size": "512M"}) as server:
        make_mariadb_tenant(server, options.directory, options.size(options.megabytes, 150, 1))
        command = ("mariadb", "--no-defaults", f"--socket={server.socket}", f"--user={server.user}")
        client = Program("mariadb", command, {"MYSQL_PWD": server.password})

        def allow(loading: str) -> Callable[[], object]:
            return lambda: server.execute(f"SET GLOBAL local_infile = {loading}")

        ways = (
            Way("INSERT, one connection", 1.1, 1, allow("OFF")),
            Way("INSERT, two connections", 1.5, 2, allow("OFF")),
            Way("LOAD DATA, one connection", 1.1, 1, allow("ON")),
            Way("LOAD DATA, two connections", 2, 2, allow("ON")),
        )
        return compare("restore_mariadb", server, client, ways, options)


if __name__ == "__main__":
    main(measure)
