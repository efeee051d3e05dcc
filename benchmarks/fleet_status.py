"""The status of a thousand MariaDB tenants, looked at afresh, against a loop of `mariadb` clients that ask the same."""

from __future__ import annotations

import os
import subprocess
import time
from contextlib import closing

from benchmarks.figures import Comparison, Figure, Limit, Spread, interleaved
from benchmarks.fleets import FIRST_TENANT, batches, database_of, fill, run
from benchmarks.options import Options, main
from pagevoo_console.domain.database import DatabaseState
from pagevoo_console.services.jobs import JobContext
from tests.masters import ServerMasters
from tests.servers import MariadbServer, start_mariadb
from tests.services.platform_world import World, folders_in, make_world

_TABLES = 4


def measure(options: Options) -> Figure:
    """Ours reads registry, databases, sizes and features of all; a client is asked for one database's at a time."""
    tenants = options.size(options.tenants, 1000, 5)
    with start_mariadb(config={"innodb-buffer-pool-size": "256M"}) as server:
        fill(server, tenants, tables=_TABLES, rows=50)
        _record_revisions(server, tenants)
        world = make_world(ServerMasters(server).make_master(), folders_in(options.directory))
        _register(server, world.master.name, tenants)

        def ours() -> float:
            begin = time.perf_counter()
            world.console.sightings.scan(JobContext(), features=True)
            world.console.directory.summary()
            return (time.perf_counter() - begin) * 1000

        def theirs() -> float:
            begin = time.perf_counter()
            for tenant in range(FIRST_TENANT, FIRST_TENANT + tenants):
                _ask(server, database_of(tenant))
            return (time.perf_counter() - begin) * 1000

        interleaved(1, ours)
        mine, other = interleaved(min(options.rounds, 3), ours, theirs)
        left_out = tenants - world.console.directory.summary().by_state.get(DatabaseState.ACTIVE.value, 0)
        found = _looked_for(world)
    return Figure(
        "fleet_status",
        f"state, size and features of {tenants} tenants",
        (
            Comparison(
                f"fleet status of {tenants} tenants", Spread("ms", mine), "a mariadb client for each",
                Spread("ms", other), goal=20,
            ),
        ),
        (Limit("tenants left out", left_out, "tenants", at_most=0),),
        (f"fleet reconcile looks through them in {found:.0f} ms",),
    )  # fmt: skip


def _record_revisions(server: MariadbServer, tenants: int) -> None:
    """What an installed core leaves in each database."""
    with closing(batches(server)) as connection:
        for tenant in range(FIRST_TENANT, FIRST_TENANT + tenants):
            table = f"{database_of(tenant)}.console_features"
            run(
                connection,
                [
                    f"CREATE TABLE {table} (version_num VARCHAR(190) PRIMARY KEY)",
                    f"INSERT INTO {table} VALUES ('core_0002')",
                ],
            )


def _register(server: MariadbServer, master: str, tenants: int) -> None:
    """As many users, each with a website and a live row, in three statements."""
    numbers = range(FIRST_TENANT, FIRST_TENANT + tenants)
    with closing(batches(server, master)) as connection:
        run(
            connection,
            [
                f"INSERT INTO {table} VALUES {', '.join(row.format(number) for number in numbers)}"
                for table, row in (
                    ("users (id, name, email, tier)", "({0}, 'Ada', 'user{0}@example.org', 'pro')"),
                    ("user_websites (id, user_id, name)", "({0}, {0}, 'Shop')"),
                    ("user_databases (user_id, website_id, database_name)", "({0}, {0}, 'pagevoo_website_{0}')"),
                )
            ],
        )


def _ask(server: MariadbServer, database: str) -> None:
    """What a script asks of one tenant: is it there, how large is it, which features has it."""
    query = (
        "SELECT COUNT(*), SUM(data_length + index_length) FROM information_schema.tables"
        f" WHERE table_schema = '{database}'; SELECT feature_type, is_active FROM installed_features"
    )
    subprocess.run(
        ["mariadb", "--no-defaults", f"--socket={server.socket}", f"--user={server.user}", "-N", "-e", query, database],
        env={**os.environ, "MYSQL_PWD": server.password}, check=True, stdout=subprocess.DEVNULL,
    )  # fmt: skip


def _looked_for(world: World) -> float:
    begin = time.perf_counter()
    world.console.reconciliation.find()
    return (time.perf_counter() - begin) * 1000


if __name__ == "__main__":
    main(measure)
