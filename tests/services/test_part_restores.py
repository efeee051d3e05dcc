"""One table, or some of its rows, out of a backup: exactly those, and nothing else."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from pagevoo_console.domain.errors import ConsoleError, NotFound, Refused, WrongUsage
from pagevoo_console.domain.piece import read_piece
from pagevoo_console.services.jobs import JobContext
from tests.faults.scenes import nothing_open
from tests.services.platform_world import World

ORDERS = (
    "CREATE TABLE customers (id INT PRIMARY KEY, name VARCHAR(40))",
    "CREATE TABLE orders (id INT PRIMARY KEY, customer INT, label VARCHAR(40),"
    " FOREIGN KEY (customer) REFERENCES customers (id) ON DELETE CASCADE)",
    "INSERT INTO customers VALUES (1, 'Ada'), (2, 'Zoë'), (3, '')",
    "INSERT INTO orders VALUES (10, 1, 'first'), (11, 1, 'second'), (12, 2, 'häßlich')",
)


def shop(world: World) -> tuple[str, str, str]:
    """A tenant with customers and their orders, the database, and a backup of it."""
    tenant, _ = world.provisioned()
    name = world.name(tenant)
    for statement in ORDERS:
        world.write(statement, database=name)
    return tenant, name, world.console.backups.create(tenant, JobContext()).id


def put_back(world: World, tenant: str, backup: str, table: str, *rows: str) -> dict[str, Any]:
    parts = world.console.part_restores
    plan = parts.plan(world.console.backups.get(backup), tenant, read_piece(table, rows))
    return parts.run(plan, world.name(tenant), JobContext())


def table(world: World, database: str, name: str) -> list[tuple[Any, ...]]:
    return [tuple(row) for row in world.write(f"SELECT * FROM {name} ORDER BY 1", database=database)]


def refusal(act: Callable[[], object]) -> ConsoleError:
    with pytest.raises(ConsoleError) as caught:
        act()
    return caught.value


def test_rows_come_back_by_their_keys_and_no_others(world: World) -> None:
    tenant, name, backup = shop(world)
    world.write("UPDATE customers SET name = 'changed'", database=name)
    world.write("INSERT INTO customers VALUES (4, 'new')", database=name)
    world.write("DELETE FROM orders WHERE id = 12", database=name)

    done = put_back(world, tenant, backup, "customers", "id=2", "id=3")

    assert (done["removed"], done["written"]) == (2, 2)
    assert table(world, name, "customers") == [(1, "changed"), (2, "Zoë"), (3, ""), (4, "new")]
    assert table(world, name, "orders") == [(10, 1, "first"), (11, 1, "second")], "no key cascaded"
    put_back(world, tenant, backup, "orders", "customer=2", "label=häßlich")
    assert len(table(world, name, "orders")) == 3
    safety = [one for one in world.console.backups.list(tenant) if one.id != backup]
    assert len(safety) == 2
    assert not [one for one in world.master.databases() if one.startswith("pagevoo_stage")]
    assert nothing_open(world)
    _, (told, *_) = world.console.audit.events(tenant=tenant, action="backup.restore_part")
    assert '"customer": ["2"]' in str(told.after) or '"customer":["2"]' in str(told.after)


def test_a_whole_table_comes_back_and_what_points_to_it_stays(world: World) -> None:
    tenant, name, backup = shop(world)
    world.write("DELETE FROM customers WHERE id = 3", database=name)
    world.write("UPDATE customers SET name = 'changed'", database=name)
    world.write("INSERT INTO customers VALUES (9, 'new')", database=name)
    world.write("UPDATE orders SET label = 'changed' WHERE id = 11", database=name)

    put_back(world, tenant, backup, "customers")

    assert table(world, name, "customers") == [(1, "Ada"), (2, "Zoë"), (3, "")]
    assert table(world, name, "orders") == [(10, 1, "first"), (11, 1, "changed"), (12, 2, "häßlich")]
    world.write("DELETE FROM customers WHERE id = 2", database=name)
    assert len(table(world, name, "orders")) == (3 if world.master.engine == "sqlite" else 2), "the key is there again"


def test_fault_111_a_key_that_would_point_nowhere_is_named_and_nothing_is_changed(world: World) -> None:
    tenant, name, backup = shop(world)
    world.write("INSERT INTO customers VALUES (9, 'new')", database=name)
    world.write("INSERT INTO orders VALUES (19, 9, 'of the new one')", database=name)
    before = table(world, name, "customers"), table(world, name, "orders")

    refused = refusal(lambda: put_back(world, tenant, backup, "customers"))

    assert refused.code == "keys_would_break"
    assert "orders" in refused.message
    assert (table(world, name, "customers"), table(world, name, "orders")) == before
    assert nothing_open(world)
    assert not [one for one in world.master.databases() if one.startswith("pagevoo_stage")]


def test_a_trigger_never_meddles_with_rows_that_come_back(world: World) -> None:
    tenant, name, _ = shop(world)
    engine = world.master.engine
    if engine == "postgresql":
        body = "BEGIN NEW.name = 'meddled'; RETURN NEW; END"
        world.write(f"CREATE FUNCTION meddle() RETURNS trigger LANGUAGE plpgsql AS $${body}$$", database=name)
        made = "CREATE TRIGGER meddling BEFORE INSERT ON customers FOR EACH ROW EXECUTE FUNCTION meddle()"
    elif engine == "mysql":
        made = "CREATE TRIGGER meddling BEFORE INSERT ON customers FOR EACH ROW SET NEW.name = 'meddled'"
    else:
        made = (
            "CREATE TRIGGER meddling AFTER INSERT ON customers BEGIN"
            " UPDATE customers SET name = 'meddled' WHERE id = NEW.id; END"
        )
    world.write(made, database=name)
    backup = world.console.backups.create(tenant, JobContext()).id
    world.write("UPDATE customers SET name = 'changed'", database=name)
    if engine == "mysql":
        refused = refusal(lambda: put_back(world, tenant, backup, "customers"))
        assert (refused.code, "meddling" in refused.message) == ("cannot_be_put_back", True)
        return

    put_back(world, tenant, backup, "customers", "id=1")

    assert table(world, name, "customers")[0] == (1, "Ada")
    world.write("INSERT INTO customers VALUES (7, 'later')", database=name)
    assert table(world, name, "customers")[-1] == (7, "meddled"), "it works again"


def test_what_is_not_there_and_what_differs_is_refused(world: World) -> None:
    tenant, name, backup = shop(world)
    other, _, _ = shop(world)
    parts, chosen = world.console.part_restores, world.console.backups.get(backup)

    def plan(table: str, *rows: str, whose: str = tenant) -> object:
        return parts.plan(chosen, whose, read_piece(table, rows))

    assert isinstance(refusal(lambda: plan("nothing")), NotFound)
    assert isinstance(refusal(lambda: plan("orders", "nothing=1")), NotFound)
    assert isinstance(refusal(lambda: plan("orders", "nothing")), WrongUsage)
    assert refusal(lambda: plan("orders", whose=other)).code == "other_tenant"
    assert isinstance(refusal(lambda: put_back(world, tenant, backup, "orders", "id=99")), NotFound)
    with pytest.raises(Refused) as refused:
        parts.run(parts.plan(chosen, tenant, read_piece("orders")), "orders", JobContext())
    assert refused.value.code == "confirmation_mismatch"
    world.write("ALTER TABLE orders ADD COLUMN late INT", database=name)
    assert refusal(lambda: put_back(world, tenant, backup, "orders")).code == "table_differs"
    assert nothing_open(world)
    assert not [one for one in world.master.databases() if one.startswith("pagevoo_stage")]
