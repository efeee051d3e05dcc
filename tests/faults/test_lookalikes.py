"""Names that look like others: the window says whose database it is, and a server that folds case changes nothing."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from pagevoo_console.domain.deletion import DeletionRequest
from pagevoo_console.services.jobs import JobContext
from pagevoo_console.ui.deletions.delete_wizard import DeleteDatabaseWizard
from tests.faults.scenes import nothing_open
from tests.masters import ServerMasters
from tests.servers import MariadbServer, start_mariadb
from tests.services.platform_world import World, folders_in, make_world
from tests.ui.wizard_driver import Driver
from tests.ui.worlds import running, small_world


def test_fault_94_the_window_tells_two_customers_of_one_name_apart(
    qtbot: QtBot, tmp_path: Path, pagevoo_home: Path
) -> None:
    world = small_world(tmp_path)
    twins = [world.provisioned()[0] for _ in range(2)]
    seen = []
    with running() as runner:
        driver = Driver(qtbot, runner)
        for tenant in twins:
            wizard = driver.open(DeleteDatabaseWizard(world.console, runner, tenant))
            texts = driver.texts(wizard)
            plan = world.console.deletions.plan(DeletionRequest(tenant))
            for told in (f"User {tenant}", plan.tenant_email, world.name(tenant), plan.server_address):
                assert any(told in text for text in texts), told
            seen.append(texts)
            wizard.reject()
    assert seen[0] != seen[1]


@pytest.fixture
def folding_server() -> Iterator[MariadbServer]:
    """A MariaDB that keeps every name in lower case, as on Windows."""
    with start_mariadb(config={"lower_case_table_names": "1"}) as server:
        yield server


def test_fault_85_a_server_that_folds_case_serves_like_any_other(
    folding_server: MariadbServer, pagevoo_home: Path
) -> None:
    world: World = make_world(ServerMasters(folding_server).make_master(), folders_in(pagevoo_home))
    console = world.console
    tenant, _ = world.provisioned()
    console.features.install(console.features.plan_install(tenant, ["blog"]), JobContext())
    world.write("CREATE TABLE Written (Id INT PRIMARY KEY)", database=world.name(tenant))
    assert console.features.drift(tenant) == ()
    assert console.reconciliation.find().findings == ()

    done = console.deletions.run(console.deletions.plan(DeletionRequest(tenant)), world.name(tenant), JobContext())
    backup = console.backups.get(str(done.backup_path))
    console.restores.run(console.restores.plan(backup, tenant), None, JobContext())

    assert world.write("SELECT count(*) FROM written", database=world.name(tenant)) == [(0,)]
    assert nothing_open(world)
