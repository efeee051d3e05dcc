"""Export of one MariaDB tenant without any client program, against mariadb-dump."""

from __future__ import annotations

from benchmarks.exporting import Goals, compare
from benchmarks.figures import Figure
from benchmarks.options import Options, main
from benchmarks.processes import Program
from benchmarks.tenants import DATABASE, LOADING, make_mariadb_tenant
from tests.servers import start_mariadb


def measure(options: Options) -> Figure:
    """On one connection; both sides by the local socket, to a file in the same folder."""
    with start_mariadb(config={**LOADING, "innodb-buffer-pool-size": "768M"}) as server:
        make_mariadb_tenant(server, options.directory, options.size(options.megabytes, 300, 1))
        command = (
            "mariadb-dump", "--no-defaults", f"--socket={server.socket}", f"--user={server.user}",
            "--single-transaction", "--quick", "--hex-blob", DATABASE,
        )  # fmt: skip
        peer = Program("mariadb-dump", command, {"MYSQL_PWD": server.password})
        return compare("export_mariadb", server, peer, Goals(plain=0.7, zstd=1.15, encrypted=1.15), options)


if __name__ == "__main__":
    main(measure)
