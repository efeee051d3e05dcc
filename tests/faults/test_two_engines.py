"""The master on one server and the tenants on another of a different kind: nothing mixes the two up."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from pagevoo_console.domain.deletion import DeletionRequest
from pagevoo_console.services.connections import Connections
from pagevoo_console.services.console import Console
from pagevoo_console.services.engines.catalogue import Engines
from pagevoo_console.services.jobs import JobContext
from pagevoo_console.services.lineages import Lineages
from pagevoo_console.services.secrets import Secret, Secrets
from pagevoo_console.services.server_url import parse_master_url
from tests.faults.scenes import nothing_open
from tests.masters import ServerMasters
from tests.servers import MariadbServer, PostgresqlServer
from tests.services.platform_world import World, folders_in, make_world


@pytest.fixture(params=["mysql", "postgresql"])
def apart(
    request: pytest.FixtureRequest, mariadb_server: MariadbServer, postgresql_server: PostgresqlServer,
    pagevoo_home: Path,
) -> Iterator[tuple[World, World]]:  # fmt: skip
    """A console whose master is on one engine and whose tenants are on the other; and the other, to look at."""
    homes = [ServerMasters(mariadb_server), ServerMasters(postgresql_server)]
    ours, theirs = homes if request.param == "mysql" else homes[::-1]
    world = make_world(ours.make_master(), folders_in(pagevoo_home))
    beside = theirs.make_master()
    tenants = replace(parse_master_url(beside.url)[0], name="tenants")
    secrets = Secrets()
    secrets.remember(world.console.connection.master, Secret(world.master.password or ""))
    secrets.remember(tenants, Secret(beside.password or ""))
    connection = replace(world.console.connection, tenant_servers=(tenants,))
    connections = Connections(Engines(), secrets)
    world.console = Console(connection, world.console.platform, connections, Lineages(), world.folders)
    yield world, World(world.console, beside, world.folders)
    for home in homes:
        home.clean_up()


def test_fault_63_a_tenants_database_lives_and_dies_on_another_engine_than_the_master(
    apart: tuple[World, World],
) -> None:
    world, beside = apart
    console = world.console
    tenant, website = world.provisioned()
    name = world.name(tenant)
    world.write("UPDATE user_websites SET is_published = {0} WHERE id = {1}", True, int(website))
    assert (name in world.master.databases(), name in beside.master.databases()) == (False, True)

    console.features.install(console.features.plan_install(tenant, ["blog"]), JobContext())
    assert console.features.drift(tenant) == ()
    assert beside.write("SELECT feature_type FROM installed_features", database=name) == [("blog",)]
    assert console.reconciliation.find().findings == ()
    done = console.deletions.run(console.deletions.plan(DeletionRequest(tenant)), name, JobContext())

    assert name not in beside.master.databases()
    assert world.write("SELECT status FROM user_databases WHERE user_id = {0}", int(tenant)) == [("deleted",)]
    assert world.write("SELECT count(*) FROM user_websites WHERE id = {0} AND is_published", int(website)) == [(0,)]
    backup = console.backups.get(str(done.backup_path))
    console.restores.run(console.restores.plan(backup, tenant), None, JobContext())
    assert beside.write("SELECT feature_type FROM installed_features", database=name) == [("blog",)]
    assert nothing_open(world)
