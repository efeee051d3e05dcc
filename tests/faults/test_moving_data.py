"""Data and transactions that move under us: exported whole or not at all, written whole or not at all."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from contextlib import closing, suppress
from typing import Any

import pytest
import sqlalchemy as sa

from pagevoo_console.domain.audit import Outcome
from pagevoo_console.domain.errors import DEADLOCK, Busy, Cancelled, ConsoleError
from pagevoo_console.domain.job import Progress
from pagevoo_console.services.jobs import JobContext
from tests.faults.scenes import LIVE, files_in, load, note, nothing_open, published_tenant, truth
from tests.faults.wires import masters, proxy, server, world
from tests.masters import EngineServer
from tests.servers import DatabaseServer
from tests.services.platform_world import World, folders_in, make_world

__all__ = ["masters", "proxy", "server", "world"]

HASTE = {"mysql": "SET SESSION lock_wait_timeout = 1", "postgresql": "SET lock_timeout = '300ms'"}


@pytest.fixture
def any_world(engine_server: EngineServer, pagevoo_home: Any) -> World:
    return make_world(engine_server.make_master(), folders_in(pagevoo_home))


def in_haste(world: World, tenant: str, statement: str) -> None:
    """What a tenant's own program does meanwhile; where the engine makes it wait, it gives up soon."""
    with closing(world.master.raw(world.name(tenant))) as connection:
        cursor = connection.cursor()
        if world.master.engine in HASTE:
            cursor.execute(HASTE[world.master.engine])
        else:
            connection.execute("PRAGMA busy_timeout = 300")
        with suppress(Exception):
            cursor.execute(statement)


@pytest.mark.parametrize("statement", ["DROP TABLE zz_last", "DELETE FROM zz_last", "ALTER TABLE zz_last ADD b INT"])
def test_fault_38_39_40_a_table_that_goes_during_an_export_is_whole_in_the_backup_or_not_in_it(
    any_world: World, statement: str
) -> None:
    world = any_world
    tenant = published_tenant(world)
    name = world.name(tenant)
    load(world, tenant, 400_000)
    world.write("CREATE TABLE zz_last (id INT PRIMARY KEY)", database=name)
    world.write("INSERT INTO zz_last VALUES (1), (2)", database=name)
    done: list[str] = []

    def meddle(_: Progress) -> None:
        if not done:
            done.append(statement)
            in_haste(world, tenant, statement)

    backup = world.console.backups.create(tenant, JobContext(on_progress=meddle))

    assert done
    assert backup.tables.get("zz_last") in (None, 0, 2)
    assert backup.tables["feature_settings"] == 1
    verdict = world.console.backups.verify(backup, JobContext())
    assert (verdict.ok, verdict.problems) == (True, ())


def test_fault_35_a_value_that_does_not_fit_is_an_error_and_never_cut(any_world: World) -> None:
    world = any_world
    if world.master.engine == "sqlite":
        kind, value = "TEXT CHECK (length(small) <= 4)", "'kept'"
    else:
        kind, value = "VARCHAR(4)", "'kept'"
    tenant = published_tenant(world)
    name = world.name(tenant)
    world.write(f"CREATE TABLE narrow (id INT PRIMARY KEY, small {kind})", database=name)
    world.write(f"INSERT INTO narrow VALUES (1, {value})", database=name)
    located = world.console.tenants.locate(tenant)
    for statement in (
        "UPDATE narrow SET small = 'longer than four' WHERE id = 1",
        "INSERT INTO narrow VALUES (2, 'longer than four')",
    ):
        with (
            pytest.raises(ConsoleError),
            world.console.connections.open(located.server, name, writable=True) as session,
        ):
            session.execute(sa.text(statement))
    assert [tuple(row) for row in world.write("SELECT id, small FROM narrow", database=name)] == [(1, "kept")]


def test_fault_35_a_value_that_a_server_would_turn_into_nothing_is_an_error(
    world: World, server: DatabaseServer
) -> None:
    """MariaDB makes NULL of what grows beyond a packet, and warns, unless its session is strict."""
    tenant = published_tenant(world)
    name = world.name(tenant)
    located = world.console.tenants.locate(tenant)
    body = "LONGTEXT" if server.engine == "mysql" else "TEXT"
    grow = "CONCAT(body, REPEAT('x', 20000000))" if server.engine == "mysql" else "body || chr(0)"
    world.write(f"CREATE TABLE wide (id INT PRIMARY KEY, body {body})", database=name)
    world.write("INSERT INTO wide VALUES (1, 'kept')", database=name)
    with (
        pytest.raises(ConsoleError),
        world.console.connections.open(located.server, name, writable=True) as session,
    ):
        session.exec_driver_sql(f"UPDATE wide SET body = {grow}")
    assert [tuple(row) for row in world.write("SELECT id, body FROM wide", database=name)] == [(1, "kept")]


def test_fault_37_a_deadlock_is_undone_and_the_whole_transaction_is_tried_again(
    world: World, server: DatabaseServer
) -> None:
    """Two transactions take two rows the other way round; whoever is thrown out, both have happened at the end."""
    first, second = (world.add_tenant()[0] for _ in range(2))
    console = world.console
    attempts: list[int] = []
    met = threading.Barrier(2, timeout=20)

    def rename(name: str, order: tuple[str, str]) -> Callable[[sa.Connection], None]:
        tried: list[int] = []

        def work(session: sa.Connection) -> None:
            tried.append(1)
            attempts.append(1)
            for number, tenant in enumerate(order):
                session.execute(
                    sa.text("UPDATE users SET name = :name WHERE id = :id"), {"name": name, "id": int(tenant)}
                )
                if number == 0 and len(tried) == 1:
                    met.wait()
            console.audit.append(session, "test.rename", Outcome.DONE, detail=name)

        return work

    other = threading.Thread(target=console.master.unit, args=(rename("other", (second, first)),))
    other.start()
    console.master.unit(rename("ours", (first, second)))
    other.join(30)

    assert len(attempts) > 2, "nobody was thrown out"
    told = [event.detail for event in console.audit.events(action="test.rename")[1]]
    assert sorted(told, key=str) == ["other", "ours"]
    assert console.audit.verify().ok


def test_fault_37_a_deadlock_that_does_not_end_is_told_after_three_attempts(world: World) -> None:
    attempts: list[int] = []

    def work(_: sa.Connection) -> None:
        attempts.append(1)
        raise Busy("thrown out", code=DEADLOCK)

    with pytest.raises(Busy):
        world.console.master.unit(work)
    assert len(attempts) == 3


def test_fault_42_a_dump_that_stops_in_the_middle_does_not_hold_the_servers_clean_up_for_ever(
    world: World, server: DatabaseServer
) -> None:
    tenant = published_tenant(world)
    load(world, tenant, 300_000)
    limits: list[object] = []
    ask = {
        "mysql": "SELECT @@SESSION.wait_timeout",
        "postgresql": "SELECT setting::int / 1000 FROM pg_settings WHERE name = 'idle_in_transaction_session_timeout'",
    }[server.engine]
    located = world.console.tenants.locate(tenant)
    with world.console.connections.open(located.server, world.name(tenant), read_timeout=None) as session:
        limits.append(session.exec_driver_sql(ask).scalar())
    assert all(isinstance(limit, int) and 0 < limit <= 28_800 for limit in limits)

    seen: list[int] = []
    holding = {
        "mysql": "SELECT count(*) FROM information_schema.innodb_trx",
        "postgresql": "SELECT count(*) FROM pg_stat_activity WHERE state LIKE 'idle in transaction%'"
        " OR (backend_xmin IS NOT NULL AND pid <> pg_backend_pid())",
    }[server.engine]
    world.console.backups.create(tenant, JobContext(on_progress=lambda _: seen.append(server.execute(holding)[0][0])))
    assert max(seen) > 0, "it reads from one snapshot"
    deadline = time.monotonic() + 10
    # InnoDB tells of its transactions from a copy, which it does not renew for who asks again within 0.1 s.
    held = 1
    while held and time.monotonic() < deadline:
        time.sleep(0.2)
        held = server.execute(holding)[0][0]
    assert held == 0
    assert files_in(world.console.backups.folder(tenant))
    assert truth(world, tenant) == LIVE
    assert nothing_open(world)


def test_fault_76_a_thousand_tables_are_backed_up_with_progress_and_can_be_cancelled(any_world: World) -> None:
    world = any_world
    count = {"sqlite": 1000, "mysql": 120, "postgresql": 300}[world.master.engine]
    tenant = published_tenant(world)
    note(world, tenant, "one more")
    with closing(world.master.raw(world.name(tenant))) as connection:
        cursor = connection.cursor()
        for number in range(count):
            cursor.execute(f"CREATE TABLE many_{number} (id INT PRIMARY KEY)")
    seen: list[Progress] = []
    backup = world.console.backups.create(tenant, JobContext(on_progress=seen.append))
    assert len([name for name in backup.tables if name.startswith("many_")]) == count
    assert len(seen) > 2
    assert max(one.done for one in seen) > min(one.done for one in seen)
    assert any(one.total for one in seen)

    stopping: list[float] = []

    def cancel(progress: Progress) -> None:
        if progress.done and not stopping:
            stopping.append(time.monotonic())
            job.cancel()

    job = JobContext(on_progress=cancel)
    with pytest.raises(Cancelled):
        world.console.backups.create(tenant, job)
    assert time.monotonic() - stopping[0] < 2
    assert len(world.console.backups.list(tenant)) == 1
    assert nothing_open(world)


def test_fault_76_the_time_that_is_left_is_estimated_from_all_the_tables_that_are_behind() -> None:
    seen: list[Progress] = []
    job = JobContext(on_progress=seen.append)
    job.progress("Dumping the first", 0, 100, "rows")
    time.sleep(0.1)
    job.progress("Dumping the second", 50, 100, "rows")

    assert seen[-1].remaining_seconds == pytest.approx(0.1, rel=0.5)
    job.progress("Comparing", 0, 10, "tables")
    assert seen[-1].remaining_seconds is None
