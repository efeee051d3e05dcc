"""Where proofs are made: on the backup's own server, and not kept from it by what others left there."""

from __future__ import annotations

from dataclasses import replace

import pytest

from pagevoo_console.domain.errors import Refused
from pagevoo_console.services.connections import Connections
from pagevoo_console.services.console import Console
from pagevoo_console.services.engines.base import SessionOptions
from pagevoo_console.services.engines.catalogue import Engines
from pagevoo_console.services.jobs import JobContext
from pagevoo_console.services.scratch import PREFIX, scratch_database
from pagevoo_console.services.secrets import Secret, Secrets
from tests.servers import PostgresqlServer
from tests.services.engines.postgresql_place import PostgresqlPlace
from tests.services.platform_world import World


def test_what_another_account_left_keeps_nobody_from_a_scratch_database(postgresql_server: PostgresqlServer) -> None:
    place = PostgresqlPlace(postgresql_server)
    left = f"{PREFIX}{place.new_name().encode().hex()[-16:]}"
    place.names.append(left)
    with place.engine.open(place.server, place.password, None, SessionOptions(writable=True)) as session:
        place.engine.create_database(session, left, f"scratch:{left}")
    session.engine.dispose()
    role = place.new_role("CREATEDB")
    secrets = Secrets()
    secrets.remember(role, Secret(postgresql_server.password))
    connections = Connections(Engines(), secrets)
    try:
        with scratch_database(connections, role) as scratch, connections.open(role, scratch) as session:
            assert session.exec_driver_sql("SELECT 1").scalar() == 1
        assert left in postgresql_server.databases()
        assert scratch not in postgresql_server.databases()
    finally:
        place.drop_all()


def test_a_backup_is_proved_on_the_server_that_it_came_from(world: World) -> None:
    tenant, _ = world.provisioned()
    backups = world.console.backups
    manifest = backups.manifest(backups.create(tenant, JobContext()))
    master = world.console.connection.master
    first, second = replace(master, name="first"), replace(master, name="second")
    two = Console(
        replace(world.console.connection, tenant_servers=(first, second)),
        world.console.platform, world.console.connections, world.console.lineages, world.folders,
    )  # fmt: skip

    assert two.backups.server_for(replace(manifest, server="second")) == second
    assert two.backups.server_for(replace(manifest, server="gone")) == first
    with pytest.raises(Refused):
        two.backups.server_for(replace(manifest, engine="oracle"))
