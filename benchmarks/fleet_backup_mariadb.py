"""Backup of a fleet of small MariaDB tenants, against mariadb-dump and zstd two at a time."""

from __future__ import annotations

from benchmarks.backing_up import ROWS, compare, numbers
from benchmarks.figures import Figure
from benchmarks.fleets import fill
from benchmarks.options import Options, main
from benchmarks.processes import Program
from tests.servers import start_mariadb


def measure(options: Options) -> Figure:
    """Twelve tables each, by the local socket."""
    with start_mariadb(config={"innodb-buffer-pool-size": "512M"}) as server:
        fill(server, len(numbers(options)), rows=ROWS, full=10)
        command = (
            "mariadb-dump", "--no-defaults", f"--socket={server.socket}", f"--user={server.user}",
            "--single-transaction", "--quick", "--hex-blob",
        )  # fmt: skip
        program = Program("mariadb-dump", command, {"MYSQL_PWD": server.password})
        return compare("fleet_backup_mariadb", server, program, options)


if __name__ == "__main__":
    main(measure)
