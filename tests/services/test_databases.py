"""Where a new database goes: a server takes as many as the platform allows, and no more."""

from __future__ import annotations

from dataclasses import replace

import pytest

from pagevoo_console.domain.deletion import DeletionRequest
from pagevoo_console.domain.errors import Refused
from pagevoo_console.services.console import Console
from pagevoo_console.services.jobs import JobContext
from tests.services.platform_world import World


def with_room_for(world: World, databases: int) -> World:
    """The same master with so many databases a server (MAX_USER_DATABASES_PER_SERVER)."""
    console = world.console
    lifecycle = replace(console.platform.lifecycle, max_databases_per_server=databases)
    small = Console(
        console.connection, replace(console.platform, lifecycle=lifecycle), console.connections, console.lineages,
        console.folders,
    )  # fmt: skip
    return World(small, world.master, world.folders)


def test_a_server_that_holds_as_many_databases_as_it_may_takes_no_more(world: World) -> None:
    small = with_room_for(world, 1)
    small.provisioned()
    tenant, (website,) = small.add_tenant()

    with pytest.raises(Refused) as caught:
        small.console.databases.plan_creation(tenant, website)
    with pytest.raises(Refused, match="holds 1 of at most 1 tenant database"):
        small.console.websites.plan_publish(website)

    assert caught.value.code == "server_full"
    assert "MAX_USER_DATABASES_PER_SERVER" in caught.value.hint
    assert small.name(tenant) not in small.master.databases()
    larger = with_room_for(world, 2)
    made = larger.console.databases.create(larger.console.databases.plan_creation(tenant, website), JobContext())
    assert made.name == small.name(tenant)


def test_a_backup_of_an_earlier_database_of_the_same_name_never_replaces_the_one_there_is(world: World) -> None:
    tenant, website = world.provisioned()
    earlier = world.console.backups.create(tenant, JobContext())
    deletions = world.console.deletions
    deletions.run(
        deletions.plan(DeletionRequest(tenant, no_backup=True, reason="a test")), world.name(tenant), JobContext()
    )
    databases = world.console.databases
    databases.create(databases.plan_creation(tenant, website), JobContext())

    with pytest.raises(Refused, match="of an earlier database of the same name") as caught:
        world.console.restores.plan(earlier, tenant)

    assert caught.value.code == "older_generation"
    rows = world.write("SELECT id FROM user_databases WHERE status = {0}", "deleted")
    assert [str(number) for (number,) in rows] == [world.console.backups.manifest(earlier).generation]
