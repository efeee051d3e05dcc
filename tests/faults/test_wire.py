"""Wires that lie, servers that restart or are exchanged behind their name: looked at again before anything else."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from pagevoo_console.domain.errors import ConsoleError, Refused
from pagevoo_console.domain.job import Progress
from pagevoo_console.domain.operation import OperationState
from pagevoo_console.services.jobs import JobContext
from tests.fault_proxy import FaultProxy
from tests.faults.gestures import Gesture, Installation
from tests.faults.scenes import (
    DELETED,
    LIVE,
    delete,
    files_in,
    load,
    nothing_open,
    published_tenant,
    title_of,
    truth,
    when,
)
from tests.faults.wires import masters, proxy, server, tenants_behind, world
from tests.servers import DatabaseServer, MariadbServer, PostgresqlServer
from tests.services.platform_world import World

__all__ = ["masters", "proxy", "server", "tenants_behind", "world"]


class OtherCluster(PostgresqlServer):
    """One that was not copied from where the others were, which are the same to PostgreSQL."""

    _INITIAL = (*PostgresqlServer._INITIAL, "--wal-segsize=1")


OTHER = {"mysql": MariadbServer, "postgresql": OtherCluster}


@pytest.mark.parametrize("place", [300_001])
def test_fault_25_a_bit_that_is_flipped_on_the_way_is_an_error_or_fails_the_proof(
    world: World, proxy: FaultProxy, place: int
) -> None:
    tenant = published_tenant(world)
    load(world, tenant, 500_000)
    places = iter([place])

    def flip(progress: Progress) -> None:
        for one in places:
            proxy.flip_after(one)

    try:
        backup = world.console.backups.create(tenant, JobContext(on_progress=flip))
    except ConsoleError:
        proxy.pass_through()
        assert files_in(world.console.backups.folder(tenant)) == []
    else:
        proxy.pass_through()
        verdict = world.console.backups.verify(backup, JobContext())
        assert not verdict.ok
        assert verdict.problems
    assert list(places) == []
    assert truth(world, tenant) == LIVE
    assert world.console.backups.verify(world.console.backups.create(tenant, JobContext()), JobContext()).ok


@pytest.mark.parametrize("count", [0, 60])
def test_fault_26_a_deletion_whose_answers_are_cut_off_looks_again_and_is_finished(
    world: World, proxy: FaultProxy, count: int
) -> None:
    """The statement arrives and is carried out; what came of it never reaches us."""
    tenant = published_tenant(world)
    job = when(title_of(world, tenant, "trash"), lambda: proxy.cut_after(count))
    with pytest.raises(ConsoleError):
        delete(world, tenant, job)
    proxy.pass_through()
    left = truth(world, tenant)
    open_ones = world.console.operations.list(tenant=tenant, open_only=True)
    assert left == LIVE or open_ones, "half done, and nobody knows"

    for operation in open_ones:
        world.console.operations.resume(operation.id, JobContext())
    if truth(world, tenant) != DELETED:
        assert truth(world, tenant) == LIVE
        delete(world, tenant)
    assert truth(world, tenant) == DELETED
    assert nothing_open(world)


@pytest.mark.parametrize("count", [300])
def test_fault_26_an_installation_whose_answers_are_cut_off_looks_again_and_is_finished(
    world: World, proxy: FaultProxy, count: int
) -> None:
    scene = Installation(world)
    tried: list[str] = []

    def cut(line: str) -> None:
        tried.append(line)
        if len(tried) == 1:
            proxy.cut_after(count)

    plan = world.console.features.plan_install(scene.tenant, ["blog"])
    with pytest.raises(ConsoleError):
        world.console.features.install(plan, JobContext(on_line=cut))
    proxy.pass_through()

    Gesture.finish(scene)


def test_fault_27_a_statement_that_is_given_up_does_not_go_on_at_the_server(
    world: World, server: DatabaseServer
) -> None:
    """A table that somebody reads keeps a DROP waiting; when we are told no, nothing of ours still waits there."""
    tenant = published_tenant(world)
    name = world.name(tenant)
    located = world.console.tenants.locate(tenant)
    waiting = {
        "mysql": "SELECT count(*) FROM information_schema.processlist WHERE info LIKE '%feature_settings%'"
        " AND id <> CONNECTION_ID()",
        "postgresql": "SELECT count(*) FROM pg_stat_activity WHERE query LIKE 'DROP TABLE%' AND state = 'active'",
    }[server.engine]
    reader = server.admin_connection(name)
    try:
        cursor = reader.cursor()
        cursor.execute("BEGIN")
        cursor.execute("SELECT * FROM feature_settings")
        cursor.fetchall()
        with (
            pytest.raises(ConsoleError),
            world.console.connections.open(located.server, name, writable=True, read_timeout=1.0) as session,
        ):
            session.exec_driver_sql("DROP TABLE feature_settings")
        assert server.execute(waiting) in ([(0,)], ((0,),))
        cursor.execute("ROLLBACK")
    finally:
        reader.close()
    assert truth(world, tenant) == LIVE


@pytest.mark.parametrize("step", ["trash"])
def test_fault_30_a_server_that_restarts_between_two_steps_loses_nothing(
    world: World, server: DatabaseServer, step: str
) -> None:
    tenant = published_tenant(world)
    with pytest.raises(ConsoleError):
        delete(world, tenant, when(title_of(world, tenant, step), server.restart))
    assert truth(world, tenant).rows == {"kept"}
    for operation in world.console.operations.list(tenant=tenant, open_only=True):
        world.console.operations.resume(operation.id, JobContext())
    if truth(world, tenant) != DELETED:
        assert truth(world, tenant) == LIVE
        delete(world, tenant)
    assert truth(world, tenant) == DELETED
    assert nothing_open(world)


def test_fault_31_an_operation_is_not_gone_on_with_on_another_server_behind_the_same_name(
    tenants_behind: World, server: DatabaseServer, proxy: FaultProxy
) -> None:
    """What has failed over has older data: to mark a database deleted that is only missing there would lose it."""
    world = tenants_behind
    tenant = published_tenant(world)
    with OTHER[server.engine]() as other:
        other.execute(f"CREATE DATABASE {world.name(tenant)}")
        lead = when(title_of(world, tenant, "trash"), lambda: proxy.lead_to((other.host, other.port)))
        with pytest.raises(ConsoleError):
            delete(world, tenant, lead)
        (operation,) = world.console.operations.list(tenant=tenant, open_only=True)
        attempts: tuple[Callable[[str, JobContext], object], ...] = (
            world.console.operations.resume,
            world.console.operations.take_over,
        )
        world.write("UPDATE console_operations SET heartbeat_at = '2026-01-01 00:00:00'")
        for attempt in attempts:
            with pytest.raises(Refused) as refused:
                attempt(operation.id, JobContext())
            assert refused.value.code == "other_server"
        assert world.name(tenant) in other.databases()
        assert truth(world, tenant).has_database
        assert truth(world, tenant).registry == ("active",)

        proxy.lead_to((server.host, server.port))
    (operation,) = world.console.operations.list(tenant=tenant, open_only=True)
    assert operation.state is OperationState.INTERRUPTED
    world.console.operations.resume(operation.id, JobContext())
    assert truth(world, tenant) == DELETED
    assert nothing_open(world)


def test_fault_49_a_version_that_was_never_tested_is_named(
    world: World, server: DatabaseServer, proxy: FaultProxy
) -> None:
    def told() -> set[str]:
        (health,) = world.console.server_health.look()
        return {problem.code for problem in health.known_problems}

    assert "not_tested" not in told()
    old, new = {"mysql": (b"10.11.", b"12.99."), "postgresql": (b"15.", b"99.")}[server.engine]
    proxy.alter(old, new)

    assert "not_tested" in told()
