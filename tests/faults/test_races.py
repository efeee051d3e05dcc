"""Two consoles at one tenant: exactly one wins."""

from __future__ import annotations

from functools import partial

import pytest

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


def test_of_two_deletions_exactly_one_runs(world: World) -> None:
    tenant, _ = world.provisioned()
    plan = world.console.deletions.plan(DeletionRequest(tenant))
    outcomes = in_parallel(partial(world.console.deletions.run, plan, world.name(tenant), JobContext()), 2)
    assert sorted(outcomes) == [False, True]
    assert world.write("SELECT status FROM user_databases WHERE user_id = {0}", int(tenant)) == [("deleted",)]
