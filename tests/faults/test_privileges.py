"""Accounts that may not do everything: refused by name, nothing half done; an account that only reads can work."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from pagevoo_console.domain.errors import ConsoleError, Refused
from pagevoo_console.domain.tenant import TenantQuery
from pagevoo_console.services.jobs import JobContext
from tests.faults.scenes import LIVE, delete, files_in, nothing_open, published_tenant, truth
from tests.masters import ServerMasters
from tests.servers import PASSWORD, DatabaseServer
from tests.services.platform_world import World, folders_in, make_world

TENANTS = "`pagevoo\\_website\\_%`.*"


class Accounts:
    """Makes accounts that see a world's master and tenants, each with less than everything."""

    def __init__(self, server: DatabaseServer, world: World) -> None:
        self.server = server
        self.world = world
        self.made: list[str] = []

    def new(self, on_master: str, on_tenants: str, on_server: str = "") -> tuple[str, World]:
        """An account on MariaDB with these privileges; its name, and the world as it sees it."""
        name = self.server.fresh_name("clerk")
        self.made.append(name)
        self.server.execute(f"CREATE USER {name} IDENTIFIED BY '{PASSWORD}'")
        for privileges, where in (
            (on_master, f"{self.world.master.name}.*"), (on_tenants, TENANTS), (on_server, "*.*"),
        ):  # fmt: skip
            if privileges:
                self.server.execute(f"GRANT {privileges} ON {where} TO {name}")
        return name, self.seen_by(name)

    def new_role(self, options: str = "") -> tuple[str, World]:
        """A role on PostgreSQL that owns nothing and may read and write the master; its name, and its world."""
        name = self.server.fresh_name("clerk")
        self.made.append(name)
        self.server.execute(f"CREATE ROLE {name} LOGIN PASSWORD '{PASSWORD}' {options}")
        self.server.execute(
            f"GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO {name}",
            f"GRANT USAGE ON ALL SEQUENCES IN SCHEMA public TO {name}",
            database=self.world.master.name,
        )
        return name, self.seen_by(name)

    def seen_by(self, name: str) -> World:
        master = replace(self.world.master, url=self.server.url(self.world.master.name, user=name))
        return make_world(master, self.world.folders, initialise=False)

    def drop_all(self, databases: set[str]) -> None:
        for name in self.made:
            if self.server.engine == "postgresql":
                self.server.execute(f"REASSIGN OWNED BY {name} TO {self.server.user}")
                for database in databases:
                    self.server.execute(f"DROP OWNED BY {name}", database=database)
                self.server.execute(f"DROP ROLE {name}")
            else:
                self.server.execute(f"DROP USER {name}")


@pytest.fixture(params=["mysql", "postgresql"])
def accounts(request: pytest.FixtureRequest, pagevoo_home: Path) -> Iterator[Accounts]:
    """Accounts on each real server in turn, before a set-up Pagevoo."""
    name = {"mysql": "mariadb_server", "postgresql": "postgresql_server"}[request.param]
    server: DatabaseServer = request.getfixturevalue(name)
    masters = ServerMasters(server)
    accounts = Accounts(server, make_world(masters.make_master(), folders_in(pagevoo_home)))
    yield accounts
    accounts.drop_all(accounts.world.master.databases())
    masters.clean_up()


def all_but_drop(accounts: Accounts, tenant: str) -> World:
    """An account that may do everything to tenant databases except drop them."""
    if accounts.server.engine == "mysql":
        rights = "SELECT, INSERT, UPDATE, DELETE, CREATE, ALTER, INDEX, LOCK TABLES, TRIGGER, SHOW VIEW, CREATE VIEW"
        scratch = "`pagevoo\\_scratch\\_%`.*"
        name, world = accounts.new("ALL", rights, "PROCESS, CONNECTION ADMIN")
        accounts.server.execute(f"GRANT ALL ON {scratch} TO {name}")
        return world
    name, world = accounts.new_role("CREATEDB")
    accounts.server.execute(
        f"GRANT SELECT ON ALL TABLES IN SCHEMA public TO {name}",
        f"GRANT SELECT ON ALL SEQUENCES IN SCHEMA public TO {name}",
        database=accounts.world.name(tenant),
    )
    return world


def without_create(accounts: Accounts) -> World:
    """An account that may write the master and make no database."""
    if accounts.server.engine == "mysql":
        return accounts.new("ALL", "SELECT")[1]
    return accounts.new_role()[1]


def some_tables(accounts: Accounts, tenant: str) -> World:
    """An account that sees one of the tenant's tables."""
    database = accounts.world.name(tenant)
    if accounts.server.engine == "mysql":
        name, world = accounts.new("ALL", "")
        accounts.server.execute(f"GRANT SELECT ON {database}.feature_settings TO {name}")
        return world
    name, world = accounts.new_role()
    accounts.server.execute(f"GRANT SELECT ON feature_settings TO {name}", database=database)
    return world


def without_audit(accounts: Accounts, tenant: str) -> World:
    """An account that may do everything, except write into the trail."""
    master = accounts.world.master
    if accounts.server.engine == "mysql":
        name, world = accounts.new("SELECT", "ALL", "PROCESS, CONNECTION ADMIN")
        for table in accounts.server.execute("SHOW TABLES", database=master.name):
            if table[0] != "console_audit_events":
                accounts.server.execute(f"GRANT ALL ON {master.name}.{table[0]} TO {name}")
        return world
    name, world = accounts.new_role("CREATEDB")
    accounts.server.execute(f"REVOKE INSERT ON console_audit_events FROM {name}", database=master.name)
    accounts.server.execute(f"GRANT ALL ON ALL TABLES IN SCHEMA public TO {name}", database=accounts.world.name(tenant))
    return world


def reading_only(accounts: Accounts, tenant: str) -> World:
    """A support account: SELECT on the master and on tenants, and nothing else."""
    if accounts.server.engine == "mysql":
        return accounts.new("SELECT", "SELECT")[1]
    name, world = accounts.new_role()
    accounts.server.execute(
        f"REVOKE INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public FROM {name}",
        f"REVOKE USAGE ON ALL SEQUENCES IN SCHEMA public FROM {name}",
        database=accounts.world.master.name,
    )
    accounts.server.execute(
        f"GRANT SELECT ON ALL TABLES IN SCHEMA public TO {name}", database=accounts.world.name(tenant)
    )
    return world


def test_fault_69_without_drop_a_deletion_leaves_the_tenant_live(accounts: Accounts) -> None:
    tenant = published_tenant(accounts.world)
    clerk = all_but_drop(accounts, tenant)
    with pytest.raises(ConsoleError) as caught:
        delete(clerk, tenant)
    assert caught.value.exit_code in (1, 3)
    assert caught.value.hint
    assert truth(accounts.world, tenant).has_database
    for operation in accounts.world.console.operations.list(open_only=True):
        accounts.world.console.operations.resume(operation.id, JobContext())
    if truth(accounts.world, tenant).has_database:
        assert truth(accounts.world, tenant) == LIVE
        delete(accounts.world, tenant)
    assert not truth(accounts.world, tenant).has_database
    assert nothing_open(accounts.world)


def test_fault_69_without_create_no_database_is_begun(accounts: Accounts) -> None:
    tenant, (website,) = accounts.world.add_tenant()
    clerk = without_create(accounts)
    before = accounts.world.master.databases()
    plan = clerk.console.databases.plan_creation(tenant, website)
    with pytest.raises(ConsoleError) as caught:
        clerk.console.databases.create(plan, JobContext())
    assert caught.value.exit_code == 3
    assert accounts.world.master.databases() == before
    assert accounts.world.write("SELECT id FROM user_databases WHERE user_id = {0}", int(tenant)) == []
    assert nothing_open(accounts.world)


def test_fault_70_a_database_that_is_seen_in_part_is_not_backed_up(accounts: Accounts) -> None:
    tenant = published_tenant(accounts.world)
    clerk = some_tables(accounts, tenant)
    with pytest.raises(ConsoleError) as caught:
        clerk.console.backups.create(tenant, JobContext())
    assert caught.value.exit_code in (1, 3)
    assert files_in(accounts.world.console.backups.folder(tenant)) == []
    assert nothing_open(accounts.world)


def test_fault_66_what_cannot_be_audited_is_not_done(accounts: Accounts) -> None:
    tenant = published_tenant(accounts.world)
    empty, (website,) = accounts.world.add_tenant()
    clerk = without_audit(accounts, tenant)
    console = clerk.console
    before = accounts.world.master.databases()
    attempts = (
        lambda: delete(clerk, tenant),
        lambda: console.databases.create(console.databases.plan_creation(empty, website), JobContext()),
        lambda: console.features.install(console.features.plan_install(tenant, ["blog"]), JobContext()),
        lambda: console.backups.create(tenant, JobContext()),
    )
    for attempt in attempts:
        with pytest.raises(Refused) as caught:
            attempt()
        assert caught.value.code == "not_audited"
    assert truth(accounts.world, tenant) == LIVE
    assert accounts.world.master.databases() == before
    assert files_in(accounts.world.console.backups.folder(tenant)) == []
    installed = accounts.world.write("SELECT * FROM installed_features", database=accounts.world.name(tenant))
    assert installed == []
    assert nothing_open(accounts.world)


def test_an_account_that_only_reads_can_look_at_everything(accounts: Accounts) -> None:
    tenant = published_tenant(accounts.world)
    console = reading_only(accounts, tenant).console
    shown = console.tenants.show(tenant)
    assert shown.database is not None
    assert shown.database.state == "active"
    assert console.databases.check(tenant).reachable
    assert {feature.name for feature in console.features.list(tenant)} >= {"blog", "shop"}
    assert console.features.drift(tenant) == ()
    assert console.quotas.show(tenant)
    assert console.backups.list(tenant) == ()
    assert all(not operation.is_open for operation in console.operations.list())
    assert console.audit.verify().ok
    (answer,) = console.inspection.read(tenant, "SELECT setting_key FROM feature_settings", JobContext()).rows
    assert answer == ("kept",)
    console.sightings.scan(JobContext())
    assert [entry.id for entry in console.directory.page(TenantQuery(search="Ada")).entries] == [tenant]
    with pytest.raises(ConsoleError):
        delete(accounts.seen_by(accounts.made[-1]), tenant)
    assert truth(accounts.world, tenant) == LIVE


def test_fault_77_a_wrong_password_is_sent_once_however_often_it_is_needed(accounts: Accounts) -> None:
    tenant = published_tenant(accounts.world)
    master = replace(accounts.world.master, password="wrong")
    stranger = make_world(master, accounts.world.folders, initialise=False)
    for _ in range(3):
        with pytest.raises(ConsoleError) as caught:
            stranger.console.tenants.show(tenant)
        assert caught.value.exit_code == 5
    assert "not tried again" in caught.value.message
