"""Two consoles at one tenant: exactly one wins."""

from __future__ import annotations

from functools import partial

import pytest

from pagevoo_console.domain.audit import Outcome
from pagevoo_console.domain.deletion import DeletionRequest
from pagevoo_console.services.jobs import JobContext
from tests.faults.killing import in_parallel
from tests.services.platform_world import World


def test_of_two_creations_exactly_one_wins(world: World, request: pytest.FixtureRequest) -> None:
    for _ in range(request.config.getoption("races")):
        tenant, (website,) = world.add_tenant()
        plan = world.console.databases.plan_creation(tenant, website)
        outcomes = in_parallel(partial(world.console.databases.create, plan, JobContext()), 2)
        assert sorted(outcomes) == [False, True]
        assert world.write("SELECT status FROM user_databases WHERE user_id = {0}", int(tenant)) == [("active",)]


def test_the_first_two_entries_of_a_trail_do_not_lock_each_other_out(world: World) -> None:
    assert world.write("SELECT seq FROM console_audit_head") == [(0,)]
    tenants = [world.add_tenant()[0] for _ in range(8)]
    for tenant in tenants:
        assert in_parallel(partial(noted, world, tenant), 2) == [True, True]
    assert world.console.audit.verify().ok
    assert world.write("SELECT count(*) FROM console_audit_events") == [(16,)]


def noted(world: World, tenant: str) -> None:
    with world.console.master.writing() as session:
        world.console.audit.append(session, "test", Outcome.DONE, tenant=tenant)


def test_of_two_deletions_exactly_one_runs(world: World) -> None:
    tenant, _ = world.provisioned()
    plan = world.console.deletions.plan(DeletionRequest(tenant))
    outcomes = in_parallel(partial(world.console.deletions.run, plan, world.name(tenant), JobContext()), 2)
    assert sorted(outcomes) == [False, True]
    assert world.write("SELECT status FROM user_databases WHERE user_id = {0}", int(tenant)) == [("deleted",)]
