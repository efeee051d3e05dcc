"""A MariaDB database with events, sequences and history, from its backup through its deletion and back."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from pagevoo_console.domain.deletion import DeletionRequest
from pagevoo_console.services.backups import compare
from pagevoo_console.services.jobs import JobContext
from tests.masters import ServerMasters
from tests.servers import MariadbServer
from tests.services.platform_world import World, folders_in, make_world

LIVELY = (
    "CREATE SEQUENCE numbers",
    "CREATE TABLE drawn (id INT PRIMARY KEY DEFAULT NEXTVAL(numbers), label VARCHAR(50))",
    "CREATE TABLE past (id INT PRIMARY KEY, v INT) WITH SYSTEM VERSIONING",
    "INSERT INTO drawn (label) VALUES ('one'), ('two')",
    "INSERT INTO past VALUES (1, 1)",
    "UPDATE past SET v = 2",
    "CREATE EVENT nightly ON SCHEDULE EVERY 1 DAY DO DELETE FROM drawn",
    "CREATE EVENT off ON SCHEDULE EVERY 1 DAY DISABLE DO DELETE FROM drawn",
)
STATES = "SELECT EVENT_NAME, STATUS FROM information_schema.EVENTS WHERE EVENT_SCHEMA = DATABASE() ORDER BY 1"


@pytest.fixture
def lively(mariadb_server: MariadbServer, pagevoo_home: Path) -> Iterator[World]:
    masters = ServerMasters(mariadb_server)
    yield make_world(masters.make_master(), folders_in(pagevoo_home))
    masters.clean_up()


def test_events_work_again_only_when_the_database_is_its_owners_again(lively: World) -> None:
    tenant, _ = lively.provisioned()
    name = lively.name(tenant)
    for statement in LIVELY:
        lively.write(statement, database=name)
    console = lively.console
    backup = console.backups.create(tenant, JobContext())
    verdict = console.backups.verify(backup, JobContext())
    assert verdict.ok, verdict.problems

    lively.write("SELECT SETVAL(numbers, 7777)", database=name)
    server = console.tenants.locate(tenant).server
    with console.connections.open(server, name) as session:
        _, problems = compare(
            console.connections.engine(server), session, console.backups.manifest(backup), JobContext()
        )
    assert problems == ("sequence numbers: not what they were",)
    console.restores.run(console.restores.plan(backup, tenant), name, JobContext())
    assert lively.write(STATES, database=name) == [("nightly", "ENABLED"), ("off", "DISABLED")]
    assert lively.write("SELECT COUNT(*) FROM past FOR SYSTEM_TIME ALL", database=name) == [(2,)]
    lively.write("INSERT INTO drawn (label) VALUES ('three')", database=name)

    console.restores.run(console.restores.plan(backup, tenant, into="copy_beside"), None, JobContext())
    assert lively.write(STATES, database="copy_beside") == [("nightly", "SLAVESIDE_DISABLED"), ("off", "DISABLED")]
    lively.write("DROP DATABASE copy_beside")

    console.deletions.run(console.deletions.plan(DeletionRequest(tenant, grace_days=0)), name, JobContext())
    console.restores.run(console.restores.plan(backup, tenant), None, JobContext())
    assert lively.write(STATES, database=name) == [("nightly", "ENABLED"), ("off", "DISABLED")]
    assert lively.write("SELECT label FROM drawn ORDER BY id", database=name) == [("one",), ("two",)]
