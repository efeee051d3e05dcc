"""Servers and networks that fail in the middle: nothing hangs, nothing half made stays, nothing is dropped blindly."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable

import pytest
import sqlalchemy as sa

from pagevoo_console.domain.deletion import DeletionRequest
from pagevoo_console.domain.errors import Cancelled, ConsoleError, Unreachable
from pagevoo_console.domain.job import Progress
from pagevoo_console.domain.operation import OperationState
from pagevoo_console.services.jobs import JobContext
from tests.fault_proxy import FaultProxy
from tests.faults.scenes import DELETED, LIVE, delete, files_in, load, nothing_open, published_tenant, truth
from tests.faults.wires import masters, proxy, server, two_servers, world
from tests.servers import DatabaseServer
from tests.services.platform_world import World

__all__ = ["masters", "proxy", "server", "two_servers", "world"]


def seconds_of(work: Callable[[], object]) -> float:
    began = time.monotonic()
    work()
    return time.monotonic() - began


def kill_our_session(server: DatabaseServer) -> int:
    """End the session that holds the tenant's lock, as an administrator or a time limit would; how many there were."""
    if server.engine == "mysql":
        found = server.execute("SELECT id FROM information_schema.processlist WHERE id <> CONNECTION_ID()")
        end = "KILL CONNECTION {}"
    else:
        found = server.execute("SELECT pid FROM pg_locks WHERE locktype = 'advisory' AND granted")
        end = "SELECT pg_terminate_backend({})"
    for (number,) in found:
        server.execute(end.format(number))
    return len(found)


@pytest.mark.parametrize("carried", [0, 700_000])
def test_fault_24_a_connection_cut_in_the_middle_of_a_dump_leaves_no_file(
    world: World, proxy: FaultProxy, carried: int
) -> None:
    tenant = published_tenant(world)
    load(world, tenant, 1_000_000)
    cuts = iter([carried])

    def cut(_: Progress) -> None:
        for count in cuts:
            proxy.cut_after(count)

    with pytest.raises(Unreachable):
        world.console.backups.create(tenant, JobContext(on_progress=cut))
    proxy.pass_through()
    assert files_in(world.console.backups.folder(tenant)) == []
    assert truth(world, tenant) == LIVE
    assert world.console.backups.create(tenant, JobContext())
    assert nothing_open(world)


def test_fault_22_a_server_that_accepts_and_never_greets_is_given_up_in_time(world: World, proxy: FaultProxy) -> None:
    tenant = published_tenant(world)
    proxy.stall()

    def ask() -> None:
        with pytest.raises(Unreachable):
            world.console.tenants.show(tenant)

    assert seconds_of(ask) < 15
    proxy.pass_through()
    assert world.console.tenants.show(tenant).database is not None


def test_fault_21_a_server_frozen_during_a_statement_is_given_up_in_time(world: World, server: DatabaseServer) -> None:
    located = world.console.tenants.locate(published_tenant(world))

    def ask() -> None:
        with world.console.connections.open(located.server, located.database.name, read_timeout=1.0) as session:
            server.pause()
            session.execute(sa.text("SELECT 1"))

    def ask_in_vain() -> None:
        with pytest.raises(Unreachable):
            ask()

    try:
        assert seconds_of(ask_in_vain) < 15
    finally:
        server.resume()


def test_fault_21_a_cancel_is_heard_though_the_server_is_frozen(world: World, server: DatabaseServer) -> None:
    tenant = published_tenant(world)
    load(world, tenant, 1_000_000)
    frozen = threading.Event()

    def freeze(progress: Progress) -> None:
        if not frozen.is_set() and progress.done:
            server.pause()
            frozen.set()

    job = JobContext(on_progress=freeze)

    def cancel() -> None:
        frozen.wait(30)
        job.cancel()

    canceller = threading.Thread(target=cancel)
    canceller.start()

    def back_up() -> None:
        with pytest.raises((Cancelled, Unreachable)):
            world.console.backups.create(tenant, job)

    try:
        assert seconds_of(back_up) < 45
        assert frozen.is_set()
    finally:
        frozen.set()
        server.resume()
        canceller.join()
    assert files_in(world.console.backups.folder(tenant)) == []
    assert truth(world, tenant) == LIVE


@pytest.mark.parametrize("step", ["verify", "quiesce", "trash"])
def test_fault_28_29_a_deletion_that_lost_its_lock_destroys_nothing_and_can_be_resumed(
    world: World, server: DatabaseServer, step: str
) -> None:
    tenant = published_tenant(world)
    plan = world.console.deletions.plan(DeletionRequest(tenant))
    (title,) = [one.title for one in plan.steps if one.name == step]
    killed: list[int] = []

    def kill(line: str) -> None:
        if line == title:
            killed.append(kill_our_session(server))

    with pytest.raises(ConsoleError) as caught:
        world.console.deletions.run(plan, world.name(tenant), JobContext(on_line=kill))
    assert killed, repr(caught.value)
    assert killed[0]
    assert caught.value.code in ("lock_lost", "unreachable")
    left = truth(world, tenant)
    assert left.has_database
    assert left.registry == ("active",)
    assert left.rows == {"kept"}
    assert world.console.audit.verify().ok
    newest = world.console.audit.events(tenant=tenant, action="database.delete", limit=1)[1][0]
    assert newest.outcome in ("failed", "unknown")

    for operation in world.console.operations.list(tenant=tenant, open_only=True):
        world.console.operations.resume(operation.id, JobContext())
    if truth(world, tenant) != DELETED:
        assert truth(world, tenant) == LIVE
        delete(world, tenant)
    assert truth(world, tenant) == DELETED
    assert nothing_open(world)


def test_a_server_that_goes_away_just_before_the_move_keeps_the_database(world: World, proxy: FaultProxy) -> None:
    tenant = published_tenant(world)
    plan = world.console.deletions.plan(DeletionRequest(tenant))
    (last,) = [one.title for one in plan.steps if one.name == "trash"]

    def refuse(line: str) -> None:
        if line == last:
            proxy.refuse()

    with pytest.raises(ConsoleError):
        world.console.deletions.run(plan, world.name(tenant), JobContext(on_line=refuse))
    assert truth(world, tenant).has_database
    proxy.pass_through()
    (operation,) = world.console.operations.list(tenant=tenant, open_only=True)
    world.console.operations.resume(operation.id, JobContext())
    assert truth(world, tenant) == DELETED
    assert nothing_open(world)


@pytest.mark.parametrize("step", ["backup", "trash"])
def test_fault_62_without_the_master_nothing_happens_on_the_tenants_server(
    two_servers: World, proxy: FaultProxy, step: str
) -> None:
    world = two_servers
    tenant = published_tenant(world)
    plan = world.console.deletions.plan(DeletionRequest(tenant))
    (title,) = [one.title for one in plan.steps if one.name == step]

    def refuse(line: str) -> None:
        if line == title:
            proxy.refuse()

    with pytest.raises(ConsoleError):
        world.console.deletions.run(plan, world.name(tenant), JobContext(on_line=refuse))
    assert truth(world, tenant).has_database
    with pytest.raises(Unreachable):
        delete(world, tenant)
    proxy.pass_through()
    (operation,) = world.console.operations.list(tenant=tenant, open_only=True)
    assert operation.state is OperationState.INTERRUPTED
    world.console.operations.resume(operation.id, JobContext())
    assert truth(world, tenant) == DELETED
    assert nothing_open(world)
