"""Rights that go in the middle, servers without room or trust in us: stopped, told, gone on with when it is mended."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from pagevoo_console.domain.errors import AccessDenied, ConsoleError, Failed
from pagevoo_console.services.jobs import JobContext
from tests.faults.scenes import DELETED, LIVE, delete, load, nothing_open, published_tenant, title_of, truth, when
from tests.faults.small_disk import small_disk
from tests.faults.test_privileges import Accounts, accounts
from tests.masters import ServerMasters, SqliteFolder
from tests.servers import PASSWORD, DatabaseServer, MariadbServer
from tests.services.platform_world import World, folders_in, make_world

__all__ = ["accounts"]

TENANTS = "`pagevoo\\_website\\_%`.*"


def full_clerk(accounts: Accounts, tenant: str) -> tuple[str, World]:
    """An account that may do everything that a deletion needs; its name, and its world."""
    server, database = accounts.server, accounts.world.name(tenant)
    if server.engine == "mysql":
        name, world = accounts.new("ALL", "ALL", "PROCESS, CONNECTION ADMIN, CREATE, DROP")
        server.execute(f"GRANT ALL ON `pagevoo\\_%`.* TO {name}")
        return name, world
    name, world = accounts.new_role("CREATEDB")
    server.execute(f"GRANT pg_signal_backend TO {name}", f"ALTER DATABASE {database} OWNER TO {name}")
    own(server, database, name)
    return name, world


def own(server: DatabaseServer, database: str, name: str) -> None:
    """Make a role the owner of everything in a database."""
    for (table,) in server.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public'", database=database):
        server.execute(f"ALTER TABLE {table} OWNER TO {name}", database=database)


def test_fault_72_a_right_that_is_taken_away_in_the_middle_stops_a_deletion_until_it_is_given_back(
    accounts: Accounts,
) -> None:
    server = accounts.server
    tenant = published_tenant(accounts.world)
    database = accounts.world.name(tenant)
    name, clerk = full_clerk(accounts, tenant)
    if server.engine == "mysql":
        take = [f"REVOKE ALL ON `pagevoo\\_%`.* FROM {name}", f"REVOKE ALL ON {TENANTS} FROM {name}"]
        give = f"GRANT ALL ON `pagevoo\\_%`.* TO {name}"
    else:
        take = [f"ALTER DATABASE {database} OWNER TO postgres"]
        give = f"ALTER DATABASE {database} OWNER TO {name}"

    with pytest.raises(ConsoleError) as caught:
        delete(clerk, tenant, when(title_of(clerk, tenant, "trash"), lambda: server.execute(*take)))

    assert caught.value.hint
    left = truth(accounts.world, tenant)
    assert left.has_database
    assert left.registry == ("active",)
    assert left.rows == {"kept"}
    server.execute(give)
    for operation in clerk.console.operations.list(open_only=True):
        clerk.console.operations.resume(operation.id, JobContext())
    if truth(accounts.world, tenant) != DELETED:
        assert truth(accounts.world, tenant) == LIVE
        delete(clerk, tenant)
    assert truth(accounts.world, tenant) == DELETED
    assert nothing_open(accounts.world)


@pytest.fixture
def logging_masters() -> Iterator[ServerMasters]:
    """A MariaDB that writes a binary log, as one does that is replicated."""
    with MariadbServer(config={"log-bin": "binlog", "server-id": "1"}) as server:
        yield ServerMasters(server)


def test_fault_74_a_server_that_mistrusts_triggers_is_named_with_its_setting_and_the_live_database_stays(
    logging_masters: ServerMasters, pagevoo_home: Path
) -> None:
    server = logging_masters.server
    world = make_world(logging_masters.make_master(), folders_in(pagevoo_home))
    tenant = published_tenant(world)
    name = world.name(tenant)
    world.write(
        "CREATE TRIGGER watch BEFORE UPDATE ON feature_settings FOR EACH ROW SET NEW.setting_value = NEW.setting_value",
        database=name,
    )
    server.execute(f"CREATE USER clerk IDENTIFIED BY '{PASSWORD}'", "GRANT ALL ON `pagevoo\\_%`.* TO clerk")
    server.execute("GRANT PROCESS, CONNECTION ADMIN ON *.* TO clerk")
    clerk = make_world(replace(world.master, url=server.url(world.master.name, user="clerk")), world.folders, False)
    backup = clerk.console.backups.create(tenant, JobContext())

    attempts: tuple[Callable[[], object], ...] = (
        lambda: clerk.console.backups.verify(backup, JobContext()),
        lambda: clerk.console.restores.run(clerk.console.restores.plan(backup, tenant), name, JobContext()),
    )
    for attempt in attempts:
        with pytest.raises(ConsoleError) as caught:
            attempt()
        assert "log_bin_trust_function_creators" in caught.value.hint
    assert truth(world, tenant) == LIVE
    assert nothing_open(world)

    server.execute("SET GLOBAL log_bin_trust_function_creators = 1")
    assert clerk.console.backups.verify(backup, JobContext()).ok


def test_fault_75_without_room_for_a_scratch_database_a_proof_says_so_and_nothing_else_happens(
    tmp_path: Path, pagevoo_home: Path
) -> None:
    with small_disk(tmp_path / "disk", 9_000_000) as folder:
        world = make_world(SqliteFolder(lambda: folder).make_master(), folders_in(pagevoo_home))
        tenant = published_tenant(world)
        load(world, tenant, 900_000)
        backup = world.console.backups.create(tenant, JobContext())
        (folder / "ballast").write_bytes(b"x" * room(folder, 300_000))

        verdict = world.console.backups.verify(backup, JobContext())
        assert not verdict.ok
        assert verdict.problems
        with pytest.raises(Failed):
            delete(world, tenant)
        assert truth(world, tenant) == LIVE
        assert nothing_open(world)
        assert [name for name in world.master.databases() if "scratch" in name or "stage" in name] == []

        (folder / "ballast").unlink()
        assert world.console.backups.verify(backup, JobContext()).ok


def room(folder: Path, left: int) -> int:
    """How many bytes fill a disk up to so many."""
    return shutil.disk_usage(folder).free - left


def test_fault_77_a_password_that_changes_in_the_middle_of_a_fleets_backup_locks_nobody_out(
    accounts: Accounts,
) -> None:
    server = accounts.server
    tenants = [published_tenant(accounts.world) for _ in range(4)]
    name, clerk = full_clerk(accounts, tenants[0])
    if server.engine == "postgresql":
        server.execute(f"ALTER ROLE {name} SUPERUSER")
    change = f"ALTER {'USER' if server.engine == 'mysql' else 'ROLE'} {name}"
    change += " IDENTIFIED BY 'another'" if server.engine == "mysql" else " PASSWORD 'another'"
    fleet = clerk.console.fleet_backups
    changed: list[str] = []

    def on_progress(_: object) -> None:
        if not changed:
            changed.append(change)
            server.execute(change)

    before = refusals(server)
    try:
        result = fleet.backup(fleet.plan(tenants), JobContext(on_progress=on_progress), workers=1)
    except AccessDenied:
        result = None
    assert changed
    assert refusals(server) - before <= 4
    if result is not None:
        assert sorted([*result.done, *result.failed]) == sorted(tenants)
        assert all("password" in why or "let" in why for why in result.failed.values())
    assert len(accounts.world.console.backups.list()) >= 1


def refusals(server: DatabaseServer) -> int:
    """How many logins the server has refused so far."""
    if server.engine == "mysql":
        return int(server.execute("SHOW GLOBAL STATUS LIKE 'Access_denied_errors'")[0][1])
    return server.log.read_text(errors="replace").count("password authentication failed")
