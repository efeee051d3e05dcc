"""What both fleet backups share: our own work on many small tenants, and the engine's program two at a time."""

from __future__ import annotations

import os
import shutil
import subprocess
import time
from collections.abc import Callable, Sequence
from pathlib import Path

from benchmarks.figures import Comparison, Figure, Limit, Spread, interleaved
from benchmarks.fleets import FIRST_TENANT, database_of
from benchmarks.options import Options
from benchmarks.processes import Program
from pagevoo_console.services.jobs import JobContext
from tests.masters import ServerMasters
from tests.servers import DatabaseServer
from tests.services.platform_world import World, folders_in, make_world

ROWS = 800
"""Of the one full table of each tenant: about half a megabyte of SQL."""

_SCRIPT = '"$@" "$0" | zstd -3 -q -c >"$0.sql.zst"'
_REGISTERED = (
    ("users (id, name, email, tier)", "({0}, 'Ada', 'user{0}@example.org', 'pro')"),
    ("user_websites (id, user_id, name)", "({0}, {0}, 'Shop')"),
    ("user_databases (user_id, website_id, database_name)", "({0}, {0}, 'pagevoo_website_{0}')"),
)


def numbers(options: Options) -> range:
    """The ids of the tenants."""
    return range(FIRST_TENANT, FIRST_TENANT + options.size(options.tenants, 300, 4))


def compare(name: str, server: DatabaseServer, program: Program, options: Options) -> Figure:
    """Both into a folder each, two at a time, compressed with level 3. The tenants' databases are there already."""
    tenants = numbers(options)
    world = make_world(ServerMasters(server).make_master(), folders_in(options.directory))
    for table, row in _REGISTERED:
        server.execute(
            f"INSERT INTO {table} VALUES {', '.join(row.format(number) for number in tenants)}",
            database=world.master.name,
        )

    def ours() -> float:
        return _timed(options.directory / "ours", lambda folder: _back_up(world, folder, len(tenants)))

    def theirs() -> float:
        names = [database_of(number) for number in tenants]
        return _timed(options.directory / "theirs", lambda folder: _loop(program, names, folder))

    interleaved(1, ours)
    mine, other = interleaved(options.rounds, ours, theirs)
    each = 1000 / len(tenants)
    return Figure(
        name,
        f"backup of {len(tenants)} small tenants",
        (
            Comparison(
                f"backup of {len(tenants)} tenants", Spread("s", mine), f"xargs -P2 {program.name} | zstd -3",
                Spread("s", other), goal=2,
            ),
        ),
        (
            Limit("a tenant", Spread("s", mine).median * each, "ms"),
            Limit("a tenant of the peer's", Spread("s", other).median * each, "ms"),
        ),
        (
            "ours with a lock, an entry in the list and in the trail, a checksum of each table, a manifest, all of it"
            " flushed to the disk and read back",
        ),
    )  # fmt: skip


def _timed(folder: Path, work: Callable[[Path], object]) -> float:
    folder.mkdir()
    begin = time.perf_counter()
    work(folder)
    seconds = time.perf_counter() - begin
    shutil.rmtree(folder)
    return seconds


def _back_up(world: World, folder: Path, tenants: int) -> None:
    backups = world.console.fleet_backups
    result = backups.backup(backups.plan(anew=True), JobContext(), to=folder)
    if len(result.done) != tenants or len(list(folder.glob("*.manifest.json"))) != tenants:
        raise RuntimeError(f"{len(result.done)} of {tenants} tenants were backed up: {result.failed or result.skipped}")


def _loop(program: Program, names: Sequence[str], folder: Path) -> None:
    command = ["xargs", "-P2", "-I{}", "sh", "-c", _SCRIPT, "{}", *program.command]
    subprocess.run(
        command, input="\n".join(names), text=True, cwd=folder, check=True,
        env={"PATH": os.environ["PATH"], **program.environment},
    )  # fmt: skip
    if len(list(folder.glob("*.sql.zst"))) != len(names):
        raise RuntimeError(f"{program.name} left somebody out")
