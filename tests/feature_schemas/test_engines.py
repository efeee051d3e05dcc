"""The lineages on SQLite, MariaDB and PostgreSQL: what revisions make, what the platform's own statements meet."""

import os
import subprocess
import sys

import pytest
import sqlalchemy as sa

from pagevoo_console.services.lineage_files import schema_dir
from pagevoo_console.services.lineages import Lineages
from tests.feature_schemas.databases import LINEAGES, definitions, opened
from tests.masters import EngineServer, MasterHandle, ServerMasters
from tests.servers import MariadbServer


@pytest.fixture(scope="module")
def lineages() -> Lineages:
    return Lineages()


def made_with(engine_server: EngineServer, lineages: Lineages, name: str) -> MasterHandle:
    """A database with the tables of one lineage and of what it requires."""
    made = engine_server.make_master()
    with opened(made) as connection:
        lineages.upgrade(connection, name)
    return made


@pytest.fixture
def master(engine_server: EngineServer, lineages: Lineages) -> MasterHandle:
    return made_with(engine_server, lineages, "pagevoo_master")


@pytest.fixture
def trail(engine_server: EngineServer, lineages: Lineages) -> MasterHandle:
    return made_with(engine_server, lineages, "console")


def test_revisions_and_metadata_make_the_same_tables(engine_server: EngineServer, lineages: Lineages) -> None:
    by_revisions, by_metadata = engine_server.make_master(), engine_server.make_master("pagevoo_other")
    with opened(by_revisions) as connection:
        for name in LINEAGES:
            lineages.upgrade(connection, name)
    with opened(by_metadata) as connection:
        for name in LINEAGES:
            lineages.metadata(name).create_all(connection)
    made = definitions(by_revisions)
    assert made.pop("console_features")
    assert made == definitions(by_metadata)


def test_nothing_has_drifted_and_nothing_is_missing_right_after_an_install(
    engine_server: EngineServer, lineages: Lineages
) -> None:
    made = engine_server.make_master()
    with opened(made) as connection:
        for name in LINEAGES:
            lineages.upgrade(connection, name)
        for name in LINEAGES:
            assert lineages.drift(connection, name) == ()
            assert lineages.misfits(connection, name) == ()
            assert lineages.missing_tables(connection, name) == ()


def test_up_down_and_up_again_leaves_nothing_behind(engine_server: EngineServer, lineages: Lineages) -> None:
    three = ("console", "core", "blog")
    made = engine_server.make_master()
    with opened(made) as connection:
        for name in three:
            lineages.upgrade(connection, name)
    first = definitions(made)
    with opened(made) as connection:
        for name in reversed(three):
            lineages.downgrade(connection, name)
        assert sa.inspect(connection).get_table_names() == ["console_features"]
        assert lineages.installed(connection) == {}
        for name in three:
            lineages.upgrade(connection, name)
    assert definitions(made) == first


def test_the_platforms_own_inserts_work_with_given_ids_and_without(master: MasterHandle) -> None:
    master.execute(
        "INSERT INTO users(id, name, email, tier) VALUES (42, 'Ada', 'ada@example.org', 'niche')",
        "INSERT INTO user_websites(id, user_id, name) VALUES (7, 42, 'Ada''s')",
        "INSERT INTO user_databases(user_id, website_id, database_name, status)"
        " VALUES (42, 7, 'pagevoo_website_42', 'active')",
        "INSERT INTO users(name, email) VALUES ('Same', 'ada@example.org')",
        "INSERT INTO settings(setting_key) VALUES ('theme')",
    )
    ((tier, created_at),) = master.execute("SELECT tier, created_at FROM users WHERE name = 'Same'")
    assert tier == "trial"
    assert created_at
    ((domain, is_published, created_at),) = master.execute("SELECT domain, is_published, created_at FROM user_websites")
    assert (domain, bool(is_published)) == (None, False)
    assert created_at
    rows = master.execute("SELECT live_user, server, deleted_at FROM user_databases")
    assert [tuple(row) for row in rows] == [(42, None, None)]


def test_a_user_has_one_live_database_and_any_number_of_deleted_ones(master: MasterHandle) -> None:
    registry = "INSERT INTO user_databases(user_id, database_name, status) VALUES (1, 'pagevoo_website_1', '{}')"
    master.execute("INSERT INTO users(id, name) VALUES (1, 'Ada')", registry.format("deleted"))
    master.execute(registry.format("deleted"), registry.format("active"))
    with pytest.raises(Exception, match="live_user"):
        master.execute(registry.format("active"))
    master.execute("UPDATE user_databases SET status = 'deleted'", registry.format("active"))
    rows = master.execute("SELECT status, live_user FROM user_databases ORDER BY id")
    assert [tuple(row) for row in rows] == [("deleted", None), ("deleted", None), ("deleted", None), ("active", 1)]


def test_a_registry_row_has_one_of_two_states(master: MasterHandle) -> None:
    master.execute("INSERT INTO users(id, name) VALUES (1, 'Ada')")
    with pytest.raises(Exception, match=r"status|Data truncated"):
        master.execute("INSERT INTO user_databases(user_id, status) VALUES (1, 'suspended')")


def test_a_website_may_go_and_the_registry_row_stays_for_audit(master: MasterHandle) -> None:
    foreign_keys = ["PRAGMA foreign_keys = ON"] if master.engine == "sqlite" else []
    master.execute(
        *foreign_keys,
        "INSERT INTO users(id, name) VALUES (1, 'Ada')",
        "INSERT INTO user_websites(id, user_id) VALUES (5, 1)",
        "INSERT INTO user_databases(user_id, website_id, status) VALUES (1, 5, 'deleted')",
        "DELETE FROM user_websites",
    )
    assert [tuple(row) for row in master.execute("SELECT user_id, website_id FROM user_databases")] == [(1, None)]


def test_one_live_operation_a_target_and_targets_differ_by_case(trail: MasterHandle) -> None:
    begin = (
        "INSERT INTO console_operations(kind, tenant, target, state, created_at)"
        " VALUES ('database.delete', '{0}', '{0}', '{1}', '2026-01-01 00:00:00')"
    )
    trail.execute(begin.format("a", "done"), begin.format("a", "abandoned"), begin.format("a", "failed"))
    trail.execute(begin.format("A", "running"))
    with pytest.raises(Exception, match="live_target"):
        trail.execute(begin.format("a", "running"))
    rows = trail.execute("SELECT live_target, epoch FROM console_operations ORDER BY id")
    assert [tuple(row) for row in rows] == [(None, 1), (None, 1), ("a", 1), ("A", 1)]


def test_the_audit_trail_has_one_head(trail: MasterHandle) -> None:
    trail.execute(f"INSERT INTO console_audit_head(id, seq, hash) VALUES (1, 0, '{'0' * 64}')")
    with pytest.raises(Exception, match=r"(?i)console_audit_head|constraint"):
        trail.execute(f"INSERT INTO console_audit_head(id, seq, hash) VALUES (2, 0, '{'0' * 64}')")


def test_the_platforms_feature_installer_can_write_its_row(engine_server: EngineServer, lineages: Lineages) -> None:
    tenant = made_with(engine_server, lineages, "core")
    yes = "true" if tenant.engine == "postgresql" else "1"
    tenant.execute(
        "INSERT INTO installed_features(feature_type, configuration, is_active, installed_at)"
        f" VALUES ('shop', '[]', {yes}, '2026-01-01 12:00:00')",
        "INSERT INTO installed_features(feature_type) VALUES ('blog')",
        "INSERT INTO feature_settings(feature_type, setting_key) VALUES ('blog', 'title')",
    )
    rows = tenant.execute("SELECT feature_type, is_active, installed_at IS NULL FROM installed_features ORDER BY id")
    assert [(name, bool(active), bool(empty)) for name, active, empty in rows] == [
        ("shop", True, False),
        ("blog", True, False),
    ]


def test_a_shop_sells_and_its_orders_outlive_products_and_customers(
    engine_server: EngineServer, lineages: Lineages
) -> None:
    tenant = made_with(engine_server, lineages, "shop")
    foreign_keys = ["PRAGMA foreign_keys = ON"] if tenant.engine == "sqlite" else []
    tenant.execute(
        *foreign_keys,
        "INSERT INTO shop_customers(id, email) VALUES (1, 'ada@example.org')",
        "INSERT INTO shop_products(id, name, slug, price) VALUES (1, 'Bread', 'bread', 3.5)",
        "INSERT INTO shop_orders(id, order_number, customer_id, email, grand_total)"
        " VALUES (1, 'A-1', 1, 'ada@example.org', 7)",
        "INSERT INTO shop_order_items(order_id, product_id, product_name, quantity, unit_price, line_total)"
        " VALUES (1, 1, 'Bread', 2, 3.5, 7)",
        "DELETE FROM shop_customers",
        "DELETE FROM shop_products",
    )
    rows = tenant.execute(
        "SELECT product_name, quantity, line_total, currency FROM shop_order_items"
        " JOIN shop_orders ON shop_orders.id = order_id WHERE product_id IS NULL AND customer_id IS NULL"
    )
    assert [tuple(row) for row in rows] == [("Bread", 2, 7, "EUR")]


def test_on_mariadb_a_revision_is_one_statement_with_its_keys_inside(
    mariadb_server: MariadbServer, lineages: Lineages
) -> None:
    masters = ServerMasters(mariadb_server)
    statements: list[str] = []
    with opened(masters.make_master()) as connection:
        sa.event.listen(
            connection.engine,
            "before_cursor_execute",
            lambda _connection, _cursor, statement, *_: statements.append(statement.strip()),
        )
        revisions = lineages.upgrade(connection, "shop")
        indexes = {index["name"] for index in sa.inspect(connection).get_indexes("shop_orders")}
    masters.clean_up()
    changes = [statement for statement in statements if statement.startswith(("CREATE", "ALTER"))]
    assert len(changes) == len(revisions) + len(["console_features"])
    assert all(statement.startswith("CREATE TABLE") for statement in changes)
    assert indexes >= {"shop_orders_email_idx", "shop_orders_status_placed_at_idx"}


def test_the_stock_alembic_command_makes_what_the_console_makes(
    engine_server: EngineServer, lineages: Lineages
) -> None:
    ours, stock = engine_server.make_master(), engine_server.make_master("pagevoo_stock")
    with opened(ours) as connection:
        lineages.upgrade(connection, "contact_form")
    url = sa.make_url(stock.url).set(password=stock.password or None).render_as_string(hide_password=False)
    command = [sys.executable, "-m", "alembic", "-c", str(schema_dir() / "alembic.ini"), "upgrade", "contact_form@head"]
    done = subprocess.run(command, env=os.environ | {"DATABASE_URL": url}, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert definitions(stock) == definitions(ours)
    with opened(stock) as connection:
        assert lineages.installed(connection) == {"core": "core_0002", "contact_form": "contact_form_0004"}
        assert lineages.upgrade(connection, "contact_form") == ()
