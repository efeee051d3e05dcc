"""Isolation: one account serves all, or a tenant has one of its own that sees no other tenant."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import psycopg
import pymysql
import pytest

from pagevoo_console.domain.deletion import DeletionRequest
from pagevoo_console.domain.errors import Refused
from pagevoo_console.domain.finding import FindingKind
from pagevoo_console.services.accounts import ShownOnce, into_file
from pagevoo_console.services.jobs import JobContext
from tests.masters import EngineServer, ServerMasters, SqliteFolder
from tests.services.platform_world import World, folders_in, make_world
from tests.services.test_reconciliation import mend, only

SETTING = "INSERT INTO feature_settings (feature_type, setting_key, setting_value) VALUES ('core', 'a', '1')"
REFUSED = (pymysql.Error, psycopg.Error)


@pytest.fixture(params=["mysql", "postgresql"])
def world(request: pytest.FixtureRequest, pagevoo_home: Path) -> Iterator[World]:
    """A set-up Pagevoo on each engine that has accounts; those that a test makes are dropped after it."""
    fixture = "mariadb_server" if request.param == "mysql" else "postgresql_server"
    server = request.getfixturevalue(fixture)
    masters: EngineServer = ServerMasters(server)
    yield make_world(masters.make_master(), folders_in(pagevoo_home))
    masters.clean_up()


@pytest.fixture
def password_file(tmp_path: Path) -> Path:
    return tmp_path / "password"


def create(world: World, tenant: str, file: Path) -> str:
    """Give the tenant an account; returns its password."""
    console = world.console
    done = console.accounts.create(console.accounts.plan_creation(tenant), into_file(file), JobContext())
    assert done.is_isolated
    assert done.lacks == ()
    return file.read_text().strip()


def run_as(world: World, account: str, password: str, database: str, *statements: str) -> list[Any]:
    """Run statements as this account; the rows of the last one."""
    server = world.master.server
    assert server is not None
    connection: Any
    if world.master.engine == "mysql":
        connection = pymysql.connect(
            host=server.host, port=server.port, user=account, password=password, database=database, autocommit=True,
            ssl_disabled=True,
        )  # fmt: skip
    else:
        connection = psycopg.connect(
            host=server.host, port=server.port, user=account, password=password, dbname=database, autocommit=True
        )
    with closing(connection), connection.cursor() as cursor:
        for statement in statements:
            cursor.execute(statement)
        return list(cursor.fetchall()) if cursor.description is not None else []


def test_seed_s5_without_an_account_of_its_own_the_one_that_serves_all_is_named(world: World) -> None:
    tenant, _ = world.provisioned()

    shown = world.console.accounts.show(tenant)

    assert (shown.exists, shown.is_isolated) == (False, False)
    assert shown.serves_all == world.console.connection.master.user
    assert shown.name == f"pagevoo_t_{tenant}"


def test_seed_s5_an_account_works_in_its_own_database_and_reads_no_other(world: World, password_file: Path) -> None:
    mine, _ = world.provisioned()
    other, _ = world.provisioned()
    password = create(world, mine, password_file)
    account = f"pagevoo_t_{mine}"

    rows = run_as(
        world, account, password, world.name(mine), SETTING, "UPDATE feature_settings SET setting_value = '2'",
        "SELECT count(*) FROM feature_settings",
    )  # fmt: skip

    assert rows == [(1,)]
    with pytest.raises(REFUSED):
        run_as(world, account, password, world.name(other), "SELECT count(*) FROM feature_settings")
    with pytest.raises(REFUSED):
        run_as(world, account, password, world.master.name, "SELECT count(*) FROM users")
    for statement in ("CREATE TABLE mine (a INT)", "DROP TABLE feature_settings"):
        with pytest.raises(REFUSED):
            run_as(world, account, password, world.name(mine), statement)


def test_fault_86_an_account_reads_no_database_whose_name_its_own_matches_as_a_pattern(
    world: World, password_file: Path
) -> None:
    mine, _ = world.provisioned()
    alike = (world.name(mine).replace("_", "x"), world.name(f"{mine}0"))
    for name in alike:
        world.master.execute(f"CREATE DATABASE {name}")
        world.write("CREATE TABLE secrets (a INT)", database=name)
    password = create(world, mine, password_file)

    for name in alike:
        with pytest.raises(REFUSED):
            run_as(world, f"pagevoo_t_{mine}", password, name, "SELECT * FROM secrets")
    assert world.console.reconciliation.find().counts.get("wildcard_grant", 0) == 0


def test_tables_that_a_feature_brings_later_are_the_accounts_to_use_too(world: World, password_file: Path) -> None:
    mine, _ = world.provisioned()
    password = create(world, mine, password_file)

    world.console.features.install(world.console.features.plan_install(mine, ["blog"]), JobContext())

    assert run_as(world, f"pagevoo_t_{mine}", password, world.name(mine), "SELECT count(*) FROM blog_posts") == [(0,)]


def test_the_password_is_in_the_file_alone(world: World, password_file: Path) -> None:
    mine, _ = world.provisioned()
    password = create(world, mine, password_file)

    assert password_file.stat().st_mode & 0o777 == 0o600
    assert len(password) >= 32
    kept = world.write("SELECT plan, evidence FROM console_operations")
    trail = world.write("SELECT before_state, after_state, detail FROM console_audit_events")
    assert password not in repr((kept, trail))
    assert password not in (world.folders.state / "audit.jsonl").read_text()


def test_a_password_that_is_shown_once_is_the_accounts_and_is_kept_nowhere(world: World) -> None:
    mine, _ = world.provisioned()
    console, once = world.console, ShownOnce()

    console.accounts.create(console.accounts.plan_creation(mine), once.keep, JobContext())
    secret = once.take()

    assert secret is not None
    assert once.take() is None
    assert run_as(world, f"pagevoo_t_{mine}", secret.reveal(), world.name(mine), "SELECT 1") == [(1,)]
    kept = world.write("SELECT plan, evidence FROM console_operations")
    assert secret.reveal() not in repr((kept, once))


def test_creating_it_again_changes_nothing_and_what_it_lacks_is_given_again(
    world: World, password_file: Path, tmp_path: Path
) -> None:
    mine, _ = world.provisioned()
    password = create(world, mine, password_file)
    accounts = world.console.accounts

    assert accounts.plan_creation(mine).steps == ()

    if world.master.engine == "mysql":
        pattern = world.name(mine).replace("_", r"\_")
        world.master.execute(f"REVOKE DELETE ON `{pattern}`.* FROM pagevoo_t_{mine}@'%'")
    else:
        world.write(f"REVOKE DELETE ON feature_settings FROM pagevoo_t_{mine}", database=world.name(mine))
    assert accounts.show(mine).lacks != ()
    accounts.create(accounts.plan_creation(mine), into_file(tmp_path / "new"), JobContext())
    assert accounts.show(mine).lacks == ()
    with pytest.raises(REFUSED):
        run_as(world, f"pagevoo_t_{mine}", password, world.name(mine), "SELECT 1")


def test_an_account_that_is_removed_is_gone_and_its_tenants_rows_are_not(world: World, password_file: Path) -> None:
    mine, _ = world.provisioned()
    password = create(world, mine, password_file)
    run_as(world, f"pagevoo_t_{mine}", password, world.name(mine), SETTING)
    accounts = world.console.accounts

    left = accounts.remove(accounts.plan_removal(mine), JobContext())

    assert not left.exists
    assert world.write("SELECT count(*) FROM feature_settings", database=world.name(mine)) == [(1,)]
    assert accounts.plan_removal(mine).steps == ()
    with pytest.raises(REFUSED):
        run_as(world, f"pagevoo_t_{mine}", password, world.name(mine), "SELECT 1")


def test_an_account_that_outlives_its_database_is_a_finding_until_it_is_dropped(
    world: World, password_file: Path
) -> None:
    mine, _ = world.provisioned()
    create(world, mine, password_file)
    console = world.console
    console.deletions.run(console.deletions.plan(DeletionRequest(mine)), world.name(mine), JobContext())

    finding = only(console.reconciliation.find(), FindingKind.STALE_GRANT)
    assert finding.tenant == mine
    assert finding.repair.is_automatic
    mend(world, finding)

    assert console.reconciliation.find().findings == ()


def test_a_file_that_is_there_already_is_not_overwritten_and_nothing_is_created(
    world: World, password_file: Path
) -> None:
    mine, _ = world.provisioned()
    password_file.write_text("precious")

    with pytest.raises(Refused):
        create(world, mine, password_file)

    assert password_file.read_text() == "precious"
    assert not world.console.accounts.show(mine).exists
    assert world.console.operations.list(open_only=True) == ()


def test_on_sqlite_it_says_that_there_are_no_accounts(tmp_path: Path, pagevoo_home: Path) -> None:
    world = make_world(SqliteFolder(lambda: tmp_path).make_master(), folders_in(pagevoo_home))
    mine, _ = world.provisioned()

    assert "no accounts" in world.console.accounts.show(mine).why_not
    with pytest.raises(Refused) as refused:
        world.console.accounts.plan_creation(mine)
    assert refused.value.code == "no_accounts"


def test_an_account_goes_on_working_after_a_restore_and_does_not_get_at_what_was_replaced(
    world: World, password_file: Path
) -> None:
    tenant, _ = world.provisioned()
    name, account = world.name(tenant), f"pagevoo_t_{tenant}"
    password = create(world, tenant, password_file)
    backup = world.console.backups.create(tenant, JobContext())

    world.console.restores.run(world.console.restores.plan(backup, tenant), name, JobContext())

    assert run_as(world, account, password, name, SETTING, "SELECT count(*) FROM feature_settings") == [(1,)]
    shown = world.console.accounts.show(tenant)
    assert (shown.is_isolated, shown.lacks) == (True, ())
    (entry,) = world.console.trash.list(tenant)
    with pytest.raises(REFUSED):
        run_as(world, account, password, entry.name, "SELECT count(*) FROM feature_settings")
