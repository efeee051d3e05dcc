"""Edge case 3: who stops answering, and who is back, is told in the trail once, whoever looks and however often."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from functools import partial
from pathlib import Path

import pytest

from pagevoo_console.domain.audit import AuditEvent, Outcome
from pagevoo_console.domain.database import DatabaseState
from pagevoo_console.domain.deletion import DeletionRequest
from pagevoo_console.services.connection_news import AT_MOST
from pagevoo_console.services.connections import Connections
from pagevoo_console.services.console import Console
from pagevoo_console.services.engines.catalogue import Engines
from pagevoo_console.services.jobs import JobContext
from pagevoo_console.services.secrets import Secret, Secrets
from tests.fault_proxy import FaultProxy
from tests.faults.killing import killed_at
from tests.masters import ServerMasters, SqliteFolder
from tests.servers import MariadbServer, PostgresqlServer
from tests.services.platform_world import World, folders_in, make_world

FAILED, RESTORED = "connection.failed", "connection.restored"


@pytest.fixture
def files(tmp_path: Path, pagevoo_home: Path) -> World:
    """A platform on SQLite, whose tenants' files can be damaged."""
    return make_world(SqliteFolder(lambda: tmp_path).make_master(), folders_in(pagevoo_home))


@pytest.fixture(params=["mysql", "postgresql"])
def masters(
    request: pytest.FixtureRequest, mariadb_server: MariadbServer, postgresql_server: PostgresqlServer
) -> Iterator[ServerMasters]:
    found = ServerMasters(mariadb_server if request.param == "mysql" else postgresql_server)
    yield found
    found.clean_up()


def scan(world: World, *, features: bool = True) -> None:
    world.console.sightings.scan(JobContext(), features=features)


def told(world: World, action: str) -> tuple[AuditEvent, ...]:
    return world.console.audit.events(action=action)[1]


def restarted(world: World) -> World:
    """The same platform before a console that has just been started."""
    console = world.console
    again = Console(console.connection, console.platform, console.connections, console.lineages, console.folders)
    return World(again, world.master, world.folders)


def test_edge_case_3_a_server_that_stops_answering_and_is_back_is_told_once_each(
    masters: ServerMasters, fault_proxy: type[FaultProxy], pagevoo_home: Path
) -> None:
    world = make_world(masters.make_master(), folders_in(pagevoo_home))
    tenant, _ = world.provisioned()
    world.write("UPDATE user_databases SET server = {0}", "second")
    console, master = world.console, world.console.connection.master
    proxy = fault_proxy((master.host, master.port))
    second = replace(master, name="second", host=proxy.host, port=proxy.port, socket="")
    secrets = Secrets()
    for server in (master, second):
        secrets.remember(server, Secret(world.master.password))
    both = replace(console.connection, tenant_servers=(master, second))
    connections = Connections(Engines(), secrets)
    world.console = Console(both, console.platform, connections, console.lineages, world.folders)
    scan(world)
    assert told(world, FAILED) == ()

    proxy.refuse()
    for _ in range(2):
        scan(world)
        scan(restarted(world), features=False)

    (event,) = told(world, FAILED)
    assert (event.outcome, event.tenant) == (Outcome.FAILED, None)
    assert event.detail is not None
    assert event.detail.startswith("second does not answer, the databases of 1 tenant are out of reach: ")
    assert '"server":"second","tenants":1' in str(event.after)
    entry = world.console.directory.entry(tenant)
    assert entry is not None
    assert entry.state is DatabaseState.UNREACHABLE
    assert told(world, RESTORED) == ()

    proxy.pass_through()
    for _ in range(2):
        scan(restarted(world), features=False)
        scan(world)

    (back,) = told(world, RESTORED)
    assert (back.outcome, back.detail) == (Outcome.DONE, "second answers again")
    assert len(told(world, FAILED)) == 1
    assert world.console.audit.verify().ok


def test_a_database_that_cannot_be_read_any_more_is_told_once_and_so_is_its_return(files: World) -> None:
    tenant, _ = files.provisioned()
    scan(files)
    path = damage(files, tenant)

    for _ in range(2):
        scan(files)
        scan(restarted(files), features=False)

    (event,) = told(files, FAILED)
    assert (event.tenant, event.database, event.outcome) == (tenant, files.name(tenant), Outcome.FAILED)
    assert event.detail
    path.rename(path.with_suffix(""))
    scan(restarted(files))
    scan(files)
    (back,) = told(files, RESTORED)
    assert (back.tenant, back.detail) == (tenant, "It answers again")


def test_the_daily_tick_tells_as_a_look_does(files: World) -> None:
    tenant, _ = files.provisioned()
    files.console.fleet_tick.run(JobContext())
    damage(files, tenant)
    for _ in range(2):
        files.console.fleet_tick.run(JobContext())
    assert [event.tenant for event in told(files, FAILED)] == [tenant]


def test_what_a_first_look_finds_broken_is_no_change(files: World) -> None:
    tenant, _ = files.provisioned()
    damage(files, tenant)
    scan(files)
    scan(files)
    assert told(files, FAILED) == ()


def test_a_database_that_is_being_worked_on_is_not_called_out_of_reach(files: World) -> None:
    tenant, _ = files.provisioned()
    scan(files)
    deletions = files.console.deletions
    plan = deletions.plan(DeletionRequest(tenant))
    delete = partial(deletions.run, plan, files.name(tenant), JobContext())
    assert killed_at("database.delete.after.quiesce", delete)
    damage(files, tenant)
    scan(files)
    assert told(files, FAILED) == ()


def test_many_databases_at_once_are_one_entry(files: World) -> None:
    tenants = [files.provisioned()[0] for _ in range(AT_MOST + 1)]
    scan(files)
    for tenant in tenants:
        damage(files, tenant)

    scan(files)
    scan(files)

    (event,) = told(files, FAILED)
    assert (event.tenant, event.database) == (None, None)
    assert event.detail is not None
    assert event.detail.startswith(f"{AT_MOST + 1} databases of master; the first: ")


def damage(world: World, tenant: str) -> Path:
    """Overwrite a tenant's file; returns where the whole one is kept, to be renamed back."""
    assert world.master.directory is not None
    path = world.master.directory / f"{world.name(tenant)}.db"
    kept = path.with_suffix(".db.whole")
    path.rename(kept)
    path.write_bytes(b"this is no database" * 500)
    return kept
