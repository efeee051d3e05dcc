r"""Grants on MariaDB: `_` and `%` stand for any character, and a grant outlives the database that it was made for."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pymysql
import pytest

from pagevoo_console.domain.finding import FindingKind
from pagevoo_console.services.jobs import JobContext
from tests.masters import ServerMasters
from tests.servers import MariadbServer, fresh_id
from tests.services.contradictions import Contradictions, adopted_world
from tests.services.platform_world import World, folders_in
from tests.services.test_reconciliation import mend, only, seen


@pytest.fixture
def planted(mariadb_server: MariadbServer, pagevoo_home: Path) -> Iterator[Contradictions]:
    """An adopted platform on MariaDB; the accounts that a test makes are dropped after it."""
    masters = ServerMasters(mariadb_server)
    yield Contradictions(adopted_world(masters.make_master(), folders_in(pagevoo_home)))
    masters.clean_up()


def grants(world: World, account: str) -> set[str]:
    """What the account may do on databases, as the server writes it."""
    rows = world.master.execute(f"SHOW GRANTS FOR '{account}'@'%'")
    return {str(line).partition(" TO ")[0] for (line,) in rows if " ON *.* " not in str(line)}


def as_account(world: World, account: str, statement: str) -> object:
    """Run a statement as this account, whose password is x."""
    server = world.master.server
    assert server is not None
    connection = pymysql.connect(
        host=server.host, port=server.port, user=account, password="x", autocommit=True, ssl_disabled=True
    )
    try:
        with connection.cursor() as cursor:
            cursor.execute(statement)
            return cursor.fetchall()
    finally:
        connection.close()


def test_fault_86_a_grant_with_a_wildcard_lets_its_account_into_another_database_until_it_is_mended(
    planted: Contradictions,
) -> None:
    world, account = planted.world, planted.wildcard_grant()
    name = world.name(account.removeprefix("app"))
    alike = name.replace("_", "X", 1)
    world.master.execute(f"CREATE DATABASE {alike}", f"CREATE TABLE {alike}.secrets (a INT)")
    assert as_account(world, account, f"SELECT * FROM {alike}.secrets") == ()
    assert seen(world) == planted.planted
    finding = only(world.console.reconciliation.find(), FindingKind.WILDCARD_GRANT)
    assert alike in finding.evidence
    assert finding.repair.is_automatic

    mend(world, finding)

    with pytest.raises(pymysql.Error):
        as_account(world, account, f"SELECT * FROM {alike}.secrets")
    assert as_account(world, account, f"SHOW TABLES FROM {name}") == ()
    assert grants(world, account) == {f"GRANT SELECT, INSERT ON `{name.replace('_', chr(92) + '_')}`.*"}
    planted.planted.subtract([("wildcard_grant", name)])
    assert seen(world) == +planted.planted


def test_a_mended_grant_is_taken_back_as_it_was(planted: Contradictions) -> None:
    world, account = planted.world, planted.wildcard_grant()
    before = grants(world, account)
    done = mend(world, only(world.console.reconciliation.find(), FindingKind.WILDCARD_GRANT))
    assert grants(world, account) != before

    world.console.reconciliation.undo(str(done.operation), JobContext())

    assert grants(world, account) == before


def test_a_grant_that_outlived_its_database_is_taken_away_with_its_grant_option(planted: Contradictions) -> None:
    world, account = planted.world, planted.stale_grant()
    assert seen(world) == planted.planted

    mend(world, only(world.console.reconciliation.find(), FindingKind.STALE_GRANT))

    assert grants(world, account) == set()


def test_the_platforms_own_grant_on_all_tenants_is_narrowed_to_them_and_not_to_one(planted: Contradictions) -> None:
    world, account = planted.world, f"app{fresh_id()}"
    planted.healthy()
    world.master.execute(
        f"CREATE USER {account}@'%' IDENTIFIED BY 'x'", f"GRANT SELECT ON `pagevoo_website_%`.* TO {account}@'%'"
    )
    finding = only(world.console.reconciliation.find(), FindingKind.WILDCARD_GRANT)
    assert finding.repair.is_automatic

    mend(world, finding)

    assert grants(world, account) == {r"GRANT SELECT ON `pagevoo\_website\_%`.*"}
    assert seen(world) == planted.planted


def test_a_grant_that_means_one_tenant_and_by_its_percent_sign_others_is_a_choice(planted: Contradictions) -> None:
    world, account, tenant = planted.world, f"app{fresh_id()}", planted.healthy()
    name = world.name(tenant)
    pattern = name.replace("_", r"\_") + "%"
    world.master.execute(f"CREATE DATABASE {name}9 CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci")
    world.master.execute(
        f"CREATE USER {account}@'%' IDENTIFIED BY 'x'", f"GRANT SELECT ON `{pattern}`.* TO {account}@'%'"
    )
    finding = only(world.console.reconciliation.find(), FindingKind.WILDCARD_GRANT)
    assert f"{name}9" in finding.evidence
    assert finding.repair.is_choice

    mend(world, finding)

    assert grants(world, account) == {f"GRANT SELECT ON `{pattern.removesuffix('%')}`.*"}


def test_grants_that_are_escaped_or_no_tenants_business_are_not_findings(planted: Contradictions) -> None:
    world, account, tenant = planted.world, f"app{fresh_id()}", planted.healthy()
    name = world.name(tenant).replace("_", r"\_")
    world.master.execute(
        f"CREATE USER {account}@'%' IDENTIFIED BY 'x'",
        f"GRANT SELECT ON `{name}`.* TO {account}@'%'",
        f"GRANT SELECT ON `pagevoo\\_website\\_%`.* TO {account}@'%'",
        f"GRANT SELECT ON `some_other_thing`.* TO {account}@'%'",
        f"GRANT SELECT ON {world.master.name}.* TO {account}@'%'",
    )

    assert seen(world) == planted.planted


def test_an_account_whose_name_holds_quotes_is_mended_by_that_name(planted: Contradictions) -> None:
    world, name = planted.world, planted.world.name(planted.healthy())
    world.master.execute("CREATE USER `app'@'x`@'%' IDENTIFIED BY 'x'", f"GRANT SELECT ON {name}.* TO `app'@'x`@'%'")

    mend(world, only(world.console.reconciliation.find(), FindingKind.WILDCARD_GRANT))

    ((pattern,),) = world.master.execute("SELECT Db FROM mysql.db WHERE User = 'app''@''x'")
    assert pattern == name.replace("_", r"\_")


def test_a_database_of_another_character_set_is_found_and_its_new_tables_are_right_again(
    planted: Contradictions,
) -> None:
    world, tenant = planted.world, planted.wrong_charset()
    assert seen(world) == planted.planted

    mend(world, only(world.console.reconciliation.find(), FindingKind.WRONG_CHARSET))

    world.write("CREATE TABLE fresh (a VARCHAR(10))", database=world.name(tenant))
    ((collation,),) = world.master.execute(
        "SELECT TABLE_COLLATION FROM information_schema.TABLES WHERE TABLE_NAME = 'fresh'"
        f" AND TABLE_SCHEMA = '{world.name(tenant)}'"
    )
    assert collation == "utf8mb4_unicode_ci"
