"""Export of one PostgreSQL tenant without any client program, against pg_dump."""

from __future__ import annotations

from benchmarks.exporting import Goals, compare
from benchmarks.figures import Figure
from benchmarks.options import Options, main
from benchmarks.processes import Program
from benchmarks.tenants import DATABASE, make_postgresql_tenant
from tests.servers import start_postgresql


def measure(options: Options) -> Figure:
    """On one connection; both sides by the local socket, to a file in the same folder."""
    with start_postgresql(config={"shared_buffers": "512MB", "autovacuum": "off"}) as server:
        make_postgresql_tenant(server, options.directory, options.size(options.megabytes, 300, 1))
        command = ("pg_dump", f"--host={server.socket}", f"--port={server.port}", f"--username={server.user}", DATABASE)
        peer = Program("pg_dump", command, {"PGPASSWORD": server.password})
        return compare("export_postgresql", server, peer, Goals(plain=1.15, zstd=1.0, encrypted=1.0), options)


if __name__ == "__main__":
    main(measure)
