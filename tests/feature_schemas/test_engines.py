"""The lineages on SQLite, MariaDB and PostgreSQL: what revisions make, what the platform's own statements meet."""

import os
import subprocess
import sys

import pytest
import sqlalchemy as sa

from pagevoo_console.services.lineage_files import schema_dir
from pagevoo_console.services.lineages import Lineages
from tests.feature_schemas.databases import FEATURES, LINEAGES, definitions, opened
from tests.masters import EngineServer, MasterHandle, ServerMasters
from tests.servers import MariadbServer

REMOVABLE = ("console", "core", *FEATURES)


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
    made = engine_server.make_master()
    with opened(made) as connection:
        for name in REMOVABLE:
            lineages.upgrade(connection, name)
    first = definitions(made)
    with opened(made) as connection:
        for name in reversed(REMOVABLE):
            lineages.downgrade(connection, name)
        assert sa.inspect(connection).get_table_names() == ["console_features"]
        assert lineages.installed(connection) == {}
        for name in REMOVABLE:
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


def with_foreign_keys(tenant: MasterHandle, *statements: str) -> list[tuple[object, ...]]:
    """The rows of the last statement, in a session that minds foreign keys, as the console's do."""
    foreign_keys = ["PRAGMA foreign_keys = ON"] if tenant.engine == "sqlite" else []
    return [tuple(row) for row in tenant.execute(*foreign_keys, *statements)]


def test_a_start_is_sold_once_a_seat_until_its_booking_is_cancelled(
    engine_server: EngineServer, lineages: Lineages
) -> None:
    tenant = made_with(engine_server, lineages, "booking")
    book = (
        "INSERT INTO bookings(reference, resource_id, service_name, customer_name, customer_email, starts_at, ends_at,"
        " seat, status) VALUES ('{}', 1, 'Haircut', 'Ada', 'ada@example.org', '2026-05-04 09:00:00',"
        " '2026-05-04 10:00:00', {}, 'confirmed')"
    )
    with_foreign_keys(
        tenant, "INSERT INTO booking_resources(id, name) VALUES (1, 'Chair')", book.format("A", 1), book.format("B", 2)
    )
    with pytest.raises(Exception, match="live_resource_id"):
        with_foreign_keys(tenant, book.format("C", 1))
    cancel = "UPDATE bookings SET status = 'cancelled' WHERE reference = 'A'"
    select = "SELECT reference, live_resource_id FROM bookings ORDER BY reference"
    rows = with_foreign_keys(tenant, cancel, book.format("C", 1), select)
    assert rows == [("A", None), ("B", 1), ("C", 1)]
    with pytest.raises(Exception, match=r"(?i)foreign key"):
        with_foreign_keys(tenant, "DELETE FROM booking_resources")


def test_weekly_hours_lie_within_a_day_of_the_week(engine_server: EngineServer, lineages: Lineages) -> None:
    tenant = made_with(engine_server, lineages, "booking")
    hours = "INSERT INTO booking_availability(resource_id, weekday, starts_minute, ends_minute) VALUES (1, {}, {}, {})"
    with_foreign_keys(tenant, "INSERT INTO booking_resources(id, name) VALUES (1, 'Chair')", hours.format(7, 0, 1440))
    for wrong in ((0, 540, 600), (1, 600, 540), (1, 1380, 1500)):
        with pytest.raises(Exception, match="booking_availability_"):
            with_foreign_keys(tenant, hours.format(*wrong))


def test_who_answers_an_event_twice_has_one_answer(engine_server: EngineServer, lineages: Lineages) -> None:
    tenant = made_with(engine_server, lineages, "events")
    answer = "INSERT INTO event_rsvps(event_id, name, email, check_in_code) VALUES (1, 'Ada', 'ada@example.org', '{}')"
    event = (
        "INSERT INTO events(id, title, slug, starts_at, ends_at)"
        " VALUES (1, 'Reading', 'reading', '2026-05-04 18:00:00', '2026-05-04 20:00:00')"
    )
    with_foreign_keys(tenant, event, answer.format("a"))
    with pytest.raises(Exception, match=r"event_rsvps.*email"):
        with_foreign_keys(tenant, answer.format("b"))
    assert with_foreign_keys(tenant, "DELETE FROM events", "SELECT * FROM event_rsvps") == []


def test_a_like_and_a_share_have_one_target(engine_server: EngineServer, lineages: Lineages) -> None:
    tenant = made_with(engine_server, lineages, "social_platform")
    with opened(tenant) as connection:
        lineages.upgrade(connection, "file_hoster")
    with_foreign_keys(
        tenant,
        "INSERT INTO social_platform_profiles(id, handle, display_name) VALUES (1, 'ada', 'Ada'), (2, 'bob', 'Bob')",
        "INSERT INTO social_posts(id, profile_id) VALUES (1, 1)",
        "INSERT INTO social_comments(id, post_id, profile_id, content) VALUES (1, 1, 2, 'Nice')",
        "INSERT INTO social_likes(profile_id, post_id) VALUES (2, 1)",
        "INSERT INTO social_likes(profile_id, comment_id) VALUES (1, 1)",
        "INSERT INTO social_follows(follower_id, followed_id) VALUES (2, 1)",
    )
    for statement, name in (
        ("INSERT INTO social_likes(profile_id, post_id, comment_id) VALUES (1, 1, 1)", "social_likes"),
        ("INSERT INTO social_likes(profile_id) VALUES (1)", "social_likes"),
        ("INSERT INTO social_likes(profile_id, post_id) VALUES (2, 1)", "social_likes"),
        ("INSERT INTO social_follows(follower_id, followed_id) VALUES (1, 1)", "social_follows"),
        ("INSERT INTO file_hoster_shares(token) VALUES ('x')", "file_hoster_shares"),
    ):
        with pytest.raises(Exception, match=name):
            with_foreign_keys(tenant, statement)
    delete = "DELETE FROM social_platform_profiles WHERE id = 1"
    assert with_foreign_keys(tenant, delete, "SELECT profile_id FROM social_likes") == []


def test_a_member_who_goes_takes_sessions_along_and_leaves_the_attempts(
    engine_server: EngineServer, lineages: Lineages
) -> None:
    tenant = made_with(engine_server, lineages, "user_access")
    with_foreign_keys(
        tenant,
        "INSERT INTO website_users(id, email) VALUES (1, 'ada@example.org')",
        "INSERT INTO website_roles(id, name, slug) VALUES (1, 'Member', 'member')",
        "INSERT INTO user_access_user_roles(user_id, role_id, granted_by) VALUES (1, 1, 1)",
        "INSERT INTO user_access_sessions(user_id, token_hash, expires_at) VALUES (1, 'a', '2026-05-04 18:00:00')",
        "INSERT INTO user_access_login_attempts(user_id, email, outcome) VALUES (1, 'ada@example.org', 'success')",
        "DELETE FROM website_users",
    )
    assert with_foreign_keys(tenant, "SELECT * FROM user_access_sessions") == []
    assert with_foreign_keys(tenant, "SELECT * FROM user_access_user_roles") == []
    attempts = with_foreign_keys(tenant, "SELECT user_id, email FROM user_access_login_attempts")
    assert attempts == [(None, "ada@example.org")]


def test_a_folder_or_channel_that_goes_leaves_files_and_videos_behind(
    engine_server: EngineServer, lineages: Lineages
) -> None:
    tenant = made_with(engine_server, lineages, "file_hoster")
    with opened(tenant) as connection:
        lineages.upgrade(connection, "video_sharing")
    with_foreign_keys(
        tenant,
        "INSERT INTO file_hoster_folders(id, name) VALUES (1, 'Photos')",
        "INSERT INTO file_hoster_folders(id, parent_id, name) VALUES (2, 1, 'Summer')",
        "INSERT INTO hosted_files(id, folder_id, name, storage_key, public_token) VALUES (1, 2, 'a.jpg', 'k', 't')",
        "INSERT INTO video_sharing_channels(id, name, slug) VALUES (1, 'Ours', 'ours')",
        "INSERT INTO videos(id, channel_id, title, slug, storage_key) VALUES (1, 1, 'Film', 'film', 'v')",
        "DELETE FROM file_hoster_folders WHERE id = 1",
        "DELETE FROM video_sharing_channels",
    )
    assert with_foreign_keys(tenant, "SELECT id, folder_id FROM hosted_files") == [(1, None)]
    assert with_foreign_keys(tenant, "SELECT id, channel_id FROM videos") == [(1, None)]
    assert with_foreign_keys(tenant, "SELECT * FROM file_hoster_folders") == []


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
