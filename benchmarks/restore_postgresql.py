"""Restore of one PostgreSQL tenant from our file, against `zstd -dc | psql` with the same file."""

from __future__ import annotations

from benchmarks.figures import Figure
from benchmarks.options import Options, main
from benchmarks.processes import Program
from benchmarks.restoring import Way, compare
from benchmarks.tenants import make_postgresql_tenant
from tests.servers import start_postgresql


def measure(options: Options) -> Figure:
    """By the local socket, each time into a new database, on a server that does not wait for its disk."""
    config = {"shared_buffers": "512MB", "autovacuum": "off", "max_wal_size": "4GB"}
    with start_postgresql(config=config) as server:
        make_postgresql_tenant(server, options.directory, options.size(options.megabytes, 150, 1))
        command = (
            "psql", "--no-psqlrc", "--quiet", f"--host={server.socket}", f"--port={server.port}",
            f"--username={server.user}", "--set=ON_ERROR_STOP=1", "--dbname",
        )  # fmt: skip
        client = Program("psql", command, {"PGPASSWORD": server.password})
        ways = (Way("one connection", 1.0), Way("two connections", 1.4, 2))
        return compare("restore_postgresql", server, client, ways, options)


if __name__ == "__main__":
    main(measure)
