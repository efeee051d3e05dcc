"""Throw-away accounts: what they leave behind belongs to the right one, and none of them stays."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from pagevoo_console.domain.deletion import DeletionRequest
from pagevoo_console.domain.errors import Refused
from pagevoo_console.services.guests import PREFIX, NoGuest
from pagevoo_console.services.jobs import JobContext
from tests.faults.killing import killed_at
from tests.faults.test_artefacts import forge
from tests.masters import ServerMasters
from tests.servers import DatabaseServer, PostgresqlServer
from tests.services.platform_world import World, folders_in, make_world

SERVERS = pytest.mark.parametrize("served", ["mysql", "postgresql"], indirect=True)
LIMITED = {
    "mysql": (
        "CREATE USER limited IDENTIFIED BY '{password}'",
        "GRANT SELECT, INSERT, UPDATE, DELETE, CREATE, DROP, ALTER, INDEX, REFERENCES, TRIGGER, LOCK TABLES, EVENT,"
        " CREATE VIEW, SHOW VIEW, CREATE ROUTINE, ALTER ROUTINE, EXECUTE, PROCESS, RELOAD, CREATE TEMPORARY TABLES,"
        " CONNECTION ADMIN ON *.* TO limited",
    ),
    "postgresql": (
        "CREATE ROLE limited LOGIN CREATEDB PASSWORD '{password}'",
        "GRANT pg_signal_backend, pg_read_all_stats TO limited",
        "GRANT CREATE ON SCHEMA public TO limited",
        "GRANT ALL ON ALL TABLES IN SCHEMA public TO limited",
        "GRANT ALL ON ALL SEQUENCES IN SCHEMA public TO limited",
    ),
}
LETTING_IN = {
    "mysql": ("GRANT CREATE USER ON *.* TO limited WITH GRANT OPTION",),
    "postgresql": ("ALTER ROLE limited CREATEROLE",),
}
"""What an account needs beyond that to make others, and yet may not do everything."""
DEFINED = "CREATE DEFINER = `kee'per`@`10.%`"
PROGRAMS = (
    "CREATE TABLE notes (id INT PRIMARY KEY, label VARCHAR(20))",
    "CREATE VIEW seen AS SELECT label FROM notes",
    "CREATE TRIGGER `written` BEFORE INSERT ON `notes` FOR EACH ROW SET NEW.label = UPPER(NEW.label)",
    "CREATE PROCEDURE asked() SELECT count(*) FROM seen",
    "CREATE EVENT `daily` ON SCHEDULE EVERY 1 DAY ON COMPLETION PRESERVE ENABLE DO DELETE FROM notes",
)


@pytest.fixture
def served(request: pytest.FixtureRequest, pagevoo_home: Path) -> Iterator[World]:
    """A Pagevoo on the server asked for."""
    kind = "mariadb_server" if request.param == "mysql" else "postgresql_server"
    masters = ServerMasters(request.getfixturevalue(kind))
    yield make_world(masters.make_master(), folders_in(pagevoo_home))
    masters.clean_up()


def server_of(world: World) -> DatabaseServer:
    assert world.master.server is not None
    return world.master.server


def guests(world: World) -> list[str]:
    return [login for login in server_of(world).logins() if PREFIX in login]


def limited(world: World) -> World:
    """The same master by an account that may make databases and no accounts."""
    server, master = server_of(world), world.master
    statements = (statement.format(password=server.password) for statement in LIMITED[server.engine])
    server.execute(*statements, database=master.name)
    return make_world(replace(master, url=server.url(master.name, "limited")), world.folders)


@pytest.mark.parametrize("served", ["mysql"], indirect=True)
def test_fault_118_what_a_guest_makes_has_us_as_its_definer_and_its_events_rest(served: World) -> None:
    server, connection = server_of(served), served.console.connection.master
    with server.new_database("staged") as staged:
        with served.console.guests.session(connection, staged, "4711") as session:
            for statement in PROGRAMS:
                session.exec_driver_sql(statement)
            assert len(guests(served)) == 1
        assert guests(served) == []
        definers = server.execute(
            f"SELECT DEFINER FROM information_schema.VIEWS WHERE TABLE_SCHEMA = '{staged}'"
            f" UNION ALL SELECT DEFINER FROM information_schema.TRIGGERS WHERE TRIGGER_SCHEMA = '{staged}'"
            f" UNION ALL SELECT DEFINER FROM information_schema.ROUTINES WHERE ROUTINE_SCHEMA = '{staged}'"
            f" UNION ALL SELECT DEFINER FROM information_schema.EVENTS WHERE EVENT_SCHEMA = '{staged}'"
        )
        assert {str(definer).partition("@")[0] for (definer,) in definers} == {"root"}
        assert len(definers) == 4
        rows = server.execute(f"SELECT STATUS FROM information_schema.EVENTS WHERE EVENT_SCHEMA = '{staged}'")
        assert rows == [("SLAVESIDE_DISABLED",)]
        server.execute("INSERT INTO notes VALUES (1, 'loud')", database=staged)
        assert server.execute("SELECT label FROM seen", database=staged) == [("LOUD",)]


@pytest.mark.parametrize("served", ["mysql"], indirect=True)
def test_fault_118_who_defined_a_program_does_so_after_a_restore_and_after_the_trash(served: World) -> None:
    server, console = server_of(served), served.console
    tenant, _ = served.provisioned()
    name = served.name(tenant)
    server.execute("CREATE USER `kee'per`@`10.%`", "SET GLOBAL event_scheduler = OFF")
    for statement in PROGRAMS:
        kept = statement if statement.startswith("CREATE TABLE") else statement.replace("CREATE", DEFINED, 1)
        server.execute(kept, database=name)
    backup = console.backups.create(tenant, JobContext())
    server.execute("CREATE VIEW mine AS SELECT 1 AS one", database=name)

    restored = console.restores.run(console.restores.plan(backup, tenant), name, JobContext())

    assert restored["loaded_by"] == "a throw-away account"
    (entry,) = console.trash.list(tenant)
    assert definers(served, name) == dict.fromkeys(("seen", "written", "asked", "daily"), "kee'per@10.%")
    assert definers(served, entry.name) == definers(served, name) | {"mine": "root@%"}
    deletion = console.deletions.plan(DeletionRequest(tenant))
    deleted = console.deletions.run(deletion, name, JobContext())
    console.trash.undelete(console.trash.plan_undelete(deleted.operation), JobContext())
    assert set(definers(served, name).values()) == {"kee'per@10.%"}
    rows = server.execute(f"SELECT STATUS FROM information_schema.EVENTS WHERE EVENT_SCHEMA = '{name}'")
    assert rows == [("ENABLED",)]


def definers(world: World, database: str) -> dict[str, str]:
    rows = server_of(world).execute(
        f"SELECT TABLE_NAME, DEFINER FROM information_schema.VIEWS WHERE TABLE_SCHEMA = '{database}'"
        f" UNION ALL SELECT TRIGGER_NAME, DEFINER FROM information_schema.TRIGGERS WHERE TRIGGER_SCHEMA = '{database}'"
        f" UNION ALL SELECT ROUTINE_NAME, DEFINER FROM information_schema.ROUTINES WHERE ROUTINE_SCHEMA = '{database}'"
        f" UNION ALL SELECT EVENT_NAME, DEFINER FROM information_schema.EVENTS WHERE EVENT_SCHEMA = '{database}'"
    )
    return {str(name): str(definer) for name, definer in rows}


def test_what_a_guest_makes_belongs_to_who_owns_the_live_database(postgresql_server: PostgresqlServer) -> None:
    masters = ServerMasters(postgresql_server)
    try:
        world = make_world(masters.make_master(), folders_in(Path("/nowhere")), initialise=False)
        connection = world.console.connection.master
        postgresql_server.execute("CREATE ROLE shopkeeper", "CREATE DATABASE live OWNER shopkeeper")
        postgresql_server.execute("CREATE DATABASE staged")
        with world.console.guests.session(connection, "staged", "4711", like="live") as session:
            session.exec_driver_sql("CREATE SCHEMA inner_rooms")
            session.exec_driver_sql("CREATE TABLE inner_rooms.notes (id serial)")
            session.exec_driver_sql("SELECT lo_create(4711)")
        owners = postgresql_server.execute(
            "SELECT DISTINCT pg_get_userbyid(owner) FROM (SELECT relowner FROM pg_class WHERE relname LIKE 'notes%'"
            " UNION ALL SELECT nspowner FROM pg_namespace WHERE nspname = 'inner_rooms'"
            " UNION ALL SELECT lomowner FROM pg_largeobject_metadata"
            " UNION ALL SELECT datdba FROM pg_database WHERE datname = 'staged') AS t(owner)",
            database="staged",
        )
        assert owners == [("shopkeeper",)]
        assert guests(world) == []
    finally:
        masters.clean_up()


@SERVERS
def test_fault_5_6_a_guest_that_a_crash_left_is_swept_and_one_of_another_master_is_not(served: World) -> None:
    console, server = served.console, server_of(served)
    connection = console.connection.master
    tenant, _ = served.provisioned()
    backup = console.backups.create(tenant, JobContext())
    theirs = make_world(ServerMasters(server).make_master(), served.folders).console

    assert killed_at("guest.made", lambda: restore(served, tenant, backup.id))
    assert theirs.guests.sweep(connection) == ()
    assert len(guests(served)) == 1
    assert len(console.guests.sweep(connection)) == 1

    assert killed_at("guest.loaded", lambda: console.backups.verify(backup, JobContext()))
    assert len(guests(served)) == 1
    assert len(theirs.guests.sweep(connection)) == 1
    assert guests(served) == []
    (left_open,) = console.operations.list(tenant=tenant, open_only=True)
    console.operations.abandon(left_open.id, JobContext())
    assert console.backups.verify(backup, JobContext()).ok
    assert not [name for name in server.databases() if name.startswith("pagevoo_stage")]


@SERVERS
def test_where_no_account_can_be_made_a_restore_says_so_and_carries_out_the_masters_own_files_alone(
    served: World,
) -> None:
    small = limited(served)
    console = small.console
    tenant, _ = small.provisioned()
    backup = console.backups.create(tenant, JobContext())
    plan = console.restores.plan(backup, tenant)
    assert any("may not make accounts" in warning for warning in plan.warnings)

    done = console.restores.run(plan, small.name(tenant), JobContext())

    assert "throw-away account" in done["loaded_by"]
    assert console.backups.verify(backup, JobContext()).ok
    forge(backup, id=f"{backup.id}x")
    with pytest.raises(Refused) as refused:
        console.backups.verify(console.backups.get(str(backup.path)), JobContext())
    assert refused.value.code == "no_guest"
    with pytest.raises(NoGuest), console.guests.session(console.connection.master, small.name(tenant), "4711"):
        pytest.fail("a session without an account")


@SERVERS
def test_fault_69_an_account_that_may_make_others_and_not_everything_restores_by_a_guest(served: World) -> None:
    small = limited(served)
    server_of(served).execute(*LETTING_IN[served.master.engine])
    console = small.console
    tenant, _ = small.provisioned()
    backup = console.backups.create(tenant, JobContext())
    plan = console.restores.plan(backup, tenant)
    assert not any("may not make accounts" in warning for warning in plan.warnings)

    done = console.restores.run(plan, small.name(tenant), JobContext())

    assert done["loaded_by"] == "a throw-away account"
    assert console.backups.verify(backup, JobContext()).ok
    assert console.features.drift(tenant) == ()
    (entry,) = console.trash.list(tenant)
    undelete = console.trash.plan_undelete(entry.operation)
    console.trash.undelete(undelete, JobContext(), entry.database)
    assert guests(served) == []


def restore(world: World, tenant: str, backup: str) -> object:
    restores = world.console.restores
    return restores.run(restores.plan(world.console.backups.get(backup), tenant), world.name(tenant), JobContext())
