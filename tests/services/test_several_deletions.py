"""Several deletions by one typed count: the first alone, then the others, and none after a surprise."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import partial

import pytest

from pagevoo_console.domain.database import DatabaseState
from pagevoo_console.domain.errors import Cancelled, ConsoleError, Refused, WrongUsage
from pagevoo_console.domain.server import Environment
from pagevoo_console.domain.several_deletions import (
    MOST_AT_ONCE,
    SeveralDeletionsPlan,
    SeveralDeletionsRequest,
    SeveralDeletionsResult,
)
from pagevoo_console.services.jobs import JobContext
from tests.faults.killing import in_parallel, killed_at
from tests.faults.scenes import nothing_open
from tests.services.platform_world import World


def planned(world: World, *tenants: str) -> SeveralDeletionsPlan:
    return world.console.several_deletions.plan(SeveralDeletionsRequest(tenants, pause_seconds=0))


def delete(world: World, *tenants: str) -> SeveralDeletionsResult:
    plan = planned(world, *tenants)
    return world.console.several_deletions.run(plan, plan.confirmation, JobContext())


def refusal(act: Callable[[], object]) -> ConsoleError:
    with pytest.raises(ConsoleError) as caught:
        act()
    assert caught.value.hint
    return caught.value


def alive(world: World, *tenants: str) -> list[bool]:
    return [world.name(tenant) in world.master.databases() for tenant in tenants]


def test_several_are_listed_first_and_each_can_be_had_back(world: World) -> None:
    one, two = world.provisioned()[0], world.provisioned()[0]
    bystander, _ = world.provisioned()
    plan = planned(world, one, two)
    assert [each.request.tenant for each in plan.deletions] == [one, two]
    assert plan.tables == sum(each.tables for each in plan.deletions) > 0
    assert plan.size_bytes > 0
    assert plan.confirmation == "2"
    assert alive(world, one, two) == [True, True]

    done = world.console.several_deletions.run(plan, "2", JobContext())

    assert [each.tenant for each in done.done] == [one, two]
    assert (done.surprise, done.left, done.stopped_at) == ("", (), None)
    assert alive(world, one, two) == [False, False]
    assert {entry.operation for entry in world.console.trash.list()} == {each.operation for each in done.done}
    for each in done.done:
        assert world.console.backups.get(str(each.backup_path)).verified_at is not None
    world.console.trash.undelete(world.console.trash.plan_undelete(done.done[1].operation), JobContext())
    assert alive(world, one, two, bystander) == [False, True, True]
    assert nothing_open(world)


def test_another_count_deletes_nothing_and_is_in_the_trail(world: World) -> None:
    one, two = world.provisioned()[0], world.provisioned()[0]
    plan = planned(world, one, two)

    for typed in ("", "1", "3", " 2", "2 ", "two", "02", "2 test"):
        error = refusal(partial(world.console.several_deletions.run, plan, typed, JobContext()))
        assert (error.code, error.exit_code) == ("confirmation_mismatch", 3)

    assert alive(world, one, two) == [True, True]
    assert world.console.audit.events(tenant=two, action="database.delete")[0] == 8
    assert nothing_open(world)


def test_in_production_the_connection_is_typed_too(world: World) -> None:
    tenant, _ = world.provisioned()
    console = world.console
    console.master.connection = replace(console.connection, environment=Environment.PRODUCTION)
    plan = planned(world, tenant)
    assert plan.confirmation == "1 test"
    assert refusal(lambda: console.several_deletions.run(plan, "1", JobContext())).code == "confirmation_mismatch"
    assert alive(world, tenant) == [True]


def test_what_cannot_be_meant_is_refused_before_anything_is_looked_at(world: World) -> None:
    tenant, _ = world.provisioned()
    several = world.console.several_deletions
    many = tuple(str(number) for number in range(MOST_AT_ONCE + 1))
    assert refusal(lambda: several.plan(SeveralDeletionsRequest(many))).code == "too_many"
    assert refusal(lambda: several.plan(SeveralDeletionsRequest((tenant,), grace_days=0))).code == "grace_required"
    assert isinstance(refusal(lambda: planned(world, tenant, tenant)), WrongUsage)
    with pytest.raises(ConsoleError) as caught:
        planned(world, tenant, "987654321")
    assert caught.value.code == "not_found"
    never, _ = world.add_tenant()
    error = refusal(lambda: planned(world, tenant, never))
    assert error.code == "several_refused"
    assert never in error.message
    assert alive(world, tenant) == [True]


def test_the_first_surprise_stops_all_that_would_follow(world: World) -> None:
    one, two, three = (world.provisioned()[0] for _ in range(3))
    plan = planned(world, one, two, three)
    world.write("CREATE TABLE slipped_in (id INT PRIMARY KEY)", database=world.name(two))

    done = world.console.several_deletions.run(plan, "3", JobContext())

    assert [each.tenant for each in done.done] == [one]
    assert (done.stopped_at, done.left) == (two, (three,))
    assert "instead of" in done.surprise
    assert alive(world, one, two, three) == [False, True, True]
    assert nothing_open(world)


def test_where_the_first_one_fails_nothing_was_deleted(world: World) -> None:
    one, two = world.provisioned()[0], world.provisioned()[0]
    plan = planned(world, one, two)
    world.write("CREATE TABLE slipped_in (id INT PRIMARY KEY)", database=world.name(one))

    error = refusal(lambda: world.console.several_deletions.run(plan, "2", JobContext()))

    assert isinstance(error, Refused)
    assert error.code == "plan_changed"
    assert alive(world, one, two) == [True, True]


def test_after_the_first_one_there_is_time_to_cancel(world: World) -> None:
    one, two = world.provisioned()[0], world.provisioned()[0]
    plan = world.console.several_deletions.plan(SeveralDeletionsRequest((one, two), pause_seconds=600))
    job = JobContext(on_line=lambda line: job.cancel() if "follow in 600 seconds" in line else None)

    with pytest.raises(Cancelled, match=f"Deleted until then: {one}$"):
        world.console.several_deletions.run(plan, "2", job)

    assert alive(world, one, two) == [False, True]
    assert nothing_open(world)


def test_two_consoles_with_the_same_list_delete_each_once(world: World) -> None:
    one, two = world.provisioned()[0], world.provisioned()[0]

    outcomes = in_parallel(lambda: delete(world, one, two), 2)

    assert sorted(outcomes) == [False, True]
    assert alive(world, one, two) == [False, False]
    assert sorted(entry.tenant for entry in world.console.trash.list()) == sorted([one, two])
    assert nothing_open(world)


def test_the_same_list_given_again_after_a_kill_takes_up_the_rest(world: World) -> None:
    one, two, three = (world.provisioned()[0] for _ in range(3))
    delete(world, one)
    assert killed_at("database.delete.after.trash", lambda: delete(world, one, two, three))
    assert alive(world, two, three) == [False, True]

    plan = planned(world, one, two, three)
    assert list(plan.skipped) == [one]
    done = world.console.several_deletions.run(plan, "2", JobContext())

    assert [each.tenant for each in done.done] == [two, three]
    assert done.surprise == ""
    assert len(world.console.trash.list()) == 3
    shown = world.console.tenants.show(two).database
    assert shown is not None
    assert shown.state is DatabaseState.DELETED
    assert refusal(lambda: planned(world, one, two, three)).code == "nothing_left"
    assert nothing_open(world)
