"""Two consoles at one tenant: exactly one wins."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path

import pytest

from pagevoo_console.domain.audit import Outcome
from pagevoo_console.domain.deletion import DeletionRequest
from pagevoo_console.services.jobs import JobContext
from tests.faults.killing import at_once, in_parallel
from tests.services.platform_world import World

ARRIVING = "database.create.arriving"


def test_of_two_creations_exactly_one_wins(world: World, request: pytest.FixtureRequest, tmp_path: Path) -> None:
    for number in range(request.config.getoption("races")):
        tenant, (website,) = world.add_tenant()
        plan = world.console.databases.plan_creation(tenant, website)
        creation = partial(world.console.databases.create, plan, JobContext())
        outcomes = at_once([creation, creation], ARRIVING, tmp_path / str(number))
        assert sorted(outcomes) == [False, True]
        assert world.write("SELECT status FROM user_databases WHERE user_id = {0}", int(tenant)) == [("active",)]


def test_rule_1_of_two_that_publish_or_create_for_one_user_exactly_one_wins(
    world: World, request: pytest.FixtureRequest, tmp_path: Path
) -> None:
    for number in range(request.config.getoption("races")):
        tenant, (first, second) = world.add_tenant(websites=2)
        other = second if number % 2 else first
        publishing = _publishing(world, first)
        against = _creation(world, tenant, other) if number % 3 else _publishing(world, other)

        outcomes = at_once([publishing, against], ARRIVING, tmp_path / str(number))

        assert sorted(outcomes) == [False, True]
        ((bound, status),) = world.write(
            "SELECT website_id, status FROM user_databases WHERE user_id = {0}", int(tenant)
        )
        assert status == "active"
        query = "SELECT id FROM user_websites WHERE user_id = {0} AND is_published = {1}"
        assert world.write(query, int(tenant), True) in ([], [(bound,)])
        assert world.console.operations.list(tenant=tenant, open_only=True) == ()


def test_the_first_two_entries_of_a_trail_do_not_lock_each_other_out(world: World) -> None:
    assert world.write("SELECT seq FROM console_audit_head") == [(0,)]
    tenants = [world.add_tenant()[0] for _ in range(8)]
    for tenant in tenants:
        assert in_parallel(partial(_noted, world, tenant), 2) == [True, True]
    assert world.console.audit.verify().ok
    assert world.write("SELECT count(*) FROM console_audit_events") == [(16,)]


def test_fault_50_of_two_deletions_exactly_one_runs(
    world: World, request: pytest.FixtureRequest, tmp_path: Path
) -> None:
    for number in range(max(1, request.config.getoption("races") // 20)):
        tenant, _ = world.provisioned()
        plan = world.console.deletions.plan(DeletionRequest(tenant))
        deletion = partial(world.console.deletions.run, plan, world.name(tenant), JobContext())
        outcomes = at_once([deletion, deletion], "database.delete.arriving", tmp_path / str(number))
        assert sorted(outcomes) == [False, True]
        assert world.write("SELECT status FROM user_databases WHERE user_id = {0}", int(tenant)) == [("deleted",)]


def test_of_two_switches_to_different_websites_exactly_one_runs(world: World, tmp_path: Path) -> None:
    tenant, (first, second, third) = world.add_tenant(websites=3)
    world.console.databases.create(world.console.databases.plan_creation(tenant, first), JobContext())

    works = [_switching(world, tenant, website) for website in (second, third)]
    outcomes = at_once(works, "database.switch.arriving", tmp_path / "meeting")

    assert sorted(outcomes) == [False, True]
    winner = second if outcomes[0] else third
    rows = world.write("SELECT website_id, status FROM user_databases WHERE user_id = {0} ORDER BY id", int(tenant))
    assert rows == [(int(first), "deleted"), (int(winner), "active")]


def _creation(world: World, tenant: str, website: str) -> Callable[[], object]:
    databases = world.console.databases
    return partial(databases.create, databases.plan_creation(tenant, website), JobContext())


def _publishing(world: World, website: str) -> Callable[[], object]:
    websites = world.console.websites
    return partial(websites.publish, websites.plan_publish(website), JobContext())


def _switching(world: World, tenant: str, website: str) -> Callable[[], object]:
    switches = world.console.switches
    return partial(switches.run, switches.plan(tenant, website), world.name(tenant), JobContext())


def _noted(world: World, tenant: str) -> None:
    with world.console.master.writing() as session:
        world.console.audit.append(session, "test", Outcome.DONE, tenant=tenant)
