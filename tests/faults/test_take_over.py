"""A console that fell asleep in the middle of its work: another takes over, and the one that lost it stops."""

from __future__ import annotations

import pytest

from pagevoo_console.domain.errors import Busy, ConsoleError, Failed, Refused
from pagevoo_console.domain.job import Progress
from pagevoo_console.domain.operation import OperationState
from pagevoo_console.services.jobs import JobContext
from tests.faults.killing import asleep_at
from tests.faults.scenes import DELETED, LIVE, delete, nothing_open, other_console, published_tenant, truth
from tests.services.platform_world import World

LOST = {"lease_lost", "lock_lost", "unreachable"}


def long_ago(world: World) -> None:
    """As if every sign of life had been given an hour ago and more."""
    world.write("UPDATE console_operations SET heartbeat_at = '2026-01-01 00:00:00'")


@pytest.mark.parametrize("step", ["unpublish", "trash"])
def test_fault_8_29_50_a_console_that_slept_is_taken_over_and_stops(world: World, step: str) -> None:
    tenant = published_tenant(world)
    desk = other_console(world)
    with asleep_at(f"database.delete.before.{step}", lambda: delete(world, tenant)) as sleeper:
        (operation,) = desk.console.operations.list(tenant=tenant, open_only=True)
        assert (operation.state, operation.is_silent) == (OperationState.RUNNING, False)
        with pytest.raises(Busy) as busy:
            delete(desk, tenant)
        assert f"by {operation.owner} is at work" in busy.value.message
        assert "since " in busy.value.message
        with pytest.raises(Busy) as alive:
            desk.console.operations.take_over(operation.id, JobContext())
        assert "gave a sign of life" in alive.value.message

        long_ago(world)
        with pytest.raises(Busy) as silent:
            delete(desk, tenant)
        assert f"`operation take-over {operation.id}`" in silent.value.hint
        assert desk.console.operations.get(operation.id).is_silent
        desk.console.operations.take_over(operation.id, JobContext())
        assert truth(world, tenant) == DELETED
        entries = world.write("SELECT count(*) FROM console_audit_events")

        sleeper.wake()

    assert sleeper.error in LOST
    assert truth(world, tenant) == DELETED
    assert desk.console.operations.get(operation.id).state is OperationState.DONE
    assert world.write("SELECT count(*) FROM console_audit_events") >= entries
    assert nothing_open(world)


def test_fault_8_what_was_taken_over_and_taken_back_is_not_done_by_the_one_that_slept(world: World) -> None:
    tenant = published_tenant(world)
    desk = other_console(world)
    with asleep_at("database.delete.before.unpublish", lambda: delete(world, tenant)) as sleeper:
        long_ago(world)
        (operation,) = desk.console.operations.list(tenant=tenant, open_only=True)
        with pytest.raises(Refused, match="on purpose"):
            desk.console.operations.take_over(operation.id, JobContext(on_line=_refuse))
        assert truth(world, tenant) == LIVE
        sleeper.wake()

    assert sleeper.error in LOST
    assert truth(world, tenant) == LIVE
    assert nothing_open(world)


def test_fault_8_no_transaction_on_the_master_is_begun_by_one_that_was_taken_over_within_a_step(world: World) -> None:
    tenant = published_tenant(world)
    desk = other_console(world)
    codes: list[str] = []

    def lose(_: Progress) -> None:
        if codes:
            return
        long_ago(world)
        (operation,) = desk.console.operations.list(tenant=tenant, open_only=True)
        with pytest.raises(Refused, match="on purpose"):
            desk.console.operations.take_over(operation.id, JobContext(on_line=_refuse))
        with pytest.raises(Failed) as caught, world.console.master.writing():
            codes.append("it was begun")
        codes.append(caught.value.code)

    with pytest.raises(ConsoleError) as ended:
        delete(world, tenant, JobContext(on_progress=lose))

    assert codes == ["lease_lost"]
    assert ended.value.code in LOST
    assert truth(world, tenant) == LIVE
    assert nothing_open(world)


def test_a_console_that_lives_gives_signs_of_life_however_long_a_step_takes(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("pagevoo_console.services.leases.BEAT_SECONDS", 0.05)
    tenant = published_tenant(world)
    desk = other_console(world)
    seen: list[bool] = []

    def wait(_: str) -> None:
        if not seen:
            long_ago(world)
            for _attempt in range(200):
                (operation,) = desk.console.operations.list(tenant=tenant, open_only=True)
                seen.append(operation.is_silent)
                if not operation.is_silent:
                    break

    delete(world, tenant, JobContext(on_line=wait))

    assert seen
    assert not seen[-1]
    assert truth(world, tenant) == DELETED
    assert nothing_open(world)


def test_what_has_ended_is_not_taken_over(world: World) -> None:
    tenant = published_tenant(world)
    delete(world, tenant)
    (operation,) = [one for one in world.console.operations.list(tenant=tenant) if one.kind == "database.delete"]

    with pytest.raises(Refused) as refused:
        world.console.operations.take_over(operation.id, JobContext())

    assert refused.value.code == "ended"


def _refuse(_: str) -> None:
    raise Refused("It stops on purpose", code="on_purpose")
