"""Many tenants on MariaDB and fifty contradictions among them: all found, none invented, every one mended."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import pymysql
import pytest
from pymysql.constants import CLIENT

from pagevoo_console.domain.finding import FindingKind
from tests.conftest import TOLD
from tests.masters import ServerMasters
from tests.servers import MariadbServer, fresh_ids, start_mariadb
from tests.services.contradictions import Contradictions, adopted_world
from tests.services.platform_world import World, folders_in
from tests.services.test_reconciliation import mend_everything, seen

PLANTED = {
    FindingKind.ORPHAN: 3, FindingKind.GHOST: 4, FindingKind.UNDEAD: 3, FindingKind.SHARED: 4,
    FindingKind.WRONG_OWNER: 4, FindingKind.TWO_ACTIVE: 4, FindingKind.NO_SUCH_TENANT: 3,
    FindingKind.WEBSITE_OF_ANOTHER: 4, FindingKind.PUBLISHED_WITHOUT_DATABASE: 4, FindingKind.LEFTOVER: 3,
}  # fmt: skip
NAMES = ("mysql", "../../etc/passwd", "x" * 70, "pagevoo_website_")


@pytest.fixture
def own_server() -> Iterator[MariadbServer]:
    """One of its own, so that nobody has to drop a thousand databases afterwards."""
    with start_mariadb() as server:
        yield server


def fill(server: MariadbServer, master: str, tenants: int) -> None:
    """As many healthy tenants, each with a published website and a database, in a few round trips."""
    numbers = fresh_ids(tenants)
    connection = pymysql.connect(
        unix_socket=server.socket, user=server.user, password=server.password, database=master, autocommit=True,
        client_flag=CLIENT.MULTI_STATEMENTS, ssl_disabled=True,
    )  # fmt: skip
    statements = [
        f"CREATE DATABASE pagevoo_website_{number} CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci"
        for number in numbers
    ]
    for table, columns, row in (
        ("users", "id, name, email, tier", "({0}, 'Ada', 'user{0}@example.org', 'pro')"),
        ("user_websites", "id, user_id, name, domain, is_published", "({0}, {0}, 'Shop', 'site{0}.example', 1)"),
        ("user_databases", "user_id, website_id, database_name", "({0}, {0}, 'pagevoo_website_{0}')"),
    ):
        statements.append(
            f"INSERT INTO {table} ({columns}) VALUES {', '.join(row.format(number) for number in numbers)}"
        )
    with closing(connection), connection.cursor() as cursor:
        cursor.execute("; ".join(statements))
        while cursor.nextset():
            pass


def plant_fifty(world: World, server: MariadbServer, tenants: int) -> Contradictions:
    """The two that the console itself has to make a database for come first: a thousand is what a server may hold."""
    contradictions = Contradictions(world)
    contradictions.adoptable()
    contradictions.adoptable()
    fill(server, world.master.name, tenants)
    for kind, count in PLANTED.items():
        for _ in range(count):
            contradictions.plants[kind]()
    for name in NAMES:
        contradictions.foreign_name(name)
    for _ in range(3):
        contradictions.wildcard_grant()
        contradictions.stale_grant()
    contradictions.wrong_charset()
    return contradictions


@pytest.mark.timeout(900)
def test_fifty_contradictions_among_many_tenants_are_all_found_and_mended(
    own_server: MariadbServer, pagevoo_home: Path, request: pytest.FixtureRequest,
    record_property: Callable[[str, object], None],
) -> None:  # fmt: skip
    tenants = request.config.getoption("fleet")
    world = adopted_world(ServerMasters(own_server).make_master(), folders_in(pagevoo_home))
    contradictions = plant_fifty(world, own_server, tenants)
    assert contradictions.planted.total() == 50

    begin = time.monotonic()
    found = seen(world)
    taken = time.monotonic() - begin

    assert found == contradictions.planted

    begin = time.monotonic()
    mend_everything(world)
    mended = time.monotonic() - begin
    record_property(TOLD, f"{tenants} tenants; 50 found in {taken:.1f} s, mended in {mended:.1f} s")

    assert world.console.reconciliation.find().findings == ()
    assert world.console.operations.list(open_only=True) == ()
    assert world.console.audit.verify().ok
