"""The testing checklist of Pagevoo's document, line by line: through the real window and through the command line.

On each platform one customer is served at the window and another by commands. What came of it is looked at through a
raw driver, and each rule is also tried by somebody who would like to get around it.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QApplication, QMenu

from tests.cli.calling import Desk
from tests.journeys.accounts import REFUSED, Account
from tests.journeys.clients import load
from tests.journeys.conftest import Customer, Platform
from tests.journeys.gestures import (
    begins_to_install,
    creates_database,
    deletes_database,
    goes_through_deletion,
    goes_to_the_end,
    installs,
    visits,
    waits_for_end,
)
from tests.journeys.person import Person
from tests.masters import EngineServer, ServerMasters

OpenWindow = Callable[[], Person]
pytestmark = pytest.mark.timeout(600)

CORE = {"installed_features", "feature_settings", "console_features"}
DOCUMENTED = {
    "blog": {"blog_posts", "blog_categories", "blog_tags", "blog_comments"},
    "shop": {"shop_products", "shop_categories", "shop_orders", "shop_order_items", "shop_carts"},
    "events": {"events", "event_categories", "event_rsvps"},
    "user_access": {"website_users", "website_roles", "website_permissions"},
}
SETTING = "INSERT INTO feature_settings (feature_type, setting_key) VALUES ('core', '{}')"
NASTY = (
    "'; DROP TABLE users; --",
    'a "quoted" \\ back\\slash',
    "line\nbreak\ttab\r\n",
    "naïve 日本 🦆 \u202e",
    "",
    "$$",
)


@pytest.fixture(params=["mysql", "postgresql"])
def engine_server(request: pytest.FixtureRequest) -> Iterator[EngineServer]:
    """A server of each kind; databases and tenants' accounts that a journey leaves behind are dropped after it."""
    server = request.getfixturevalue("mariadb_server" if request.param == "mysql" else "postgresql_server")
    masters = ServerMasters(server)
    yield masters
    masters.clean_up()


@pytest.fixture
def ada(platform: Platform) -> Customer:
    """Served at the window. She has two websites."""
    return platform.add_customer("Ada Byron", websites=2)


@pytest.fixture
def grace(platform: Platform) -> Customer:
    """Served by commands. She has two websites."""
    return platform.add_customer("Grace Hopper", websites=2)


def test_create_database_successfully(
    at_window: OpenWindow, platform: Platform, desk: Desk, ada: Customer, grace: Customer
) -> None:
    squatter = platform.add_customer("Joan Clarke")
    platform.asks(f"CREATE DATABASE {squatter.database}")
    platform.asks("CREATE TABLE secrets (a INT)", squatter.database)
    person = at_window()

    creates_database(person, ada)
    answer = desk.json("database", "create", grace.id, "--website", grace.website)

    assert (answer["database"]["name"], answer["database"]["state"]) == (grace.database, "active")
    for customer in (ada, grace):
        assert platform.registry(customer) == [("active", customer.website)]
        assert platform.tables(customer.database) == CORE
        assert platform.character_set(customer.database) in ("utf8mb4 utf8mb4_unicode_ci", "UTF8")
        assert platform.asks("SELECT count(*) FROM installed_features", customer.database) == [(0,)]
        assert not platform.is_published(customer.website)
    assert desk.refused("database", "create", squatter.id, "--website", grace.website, code=3) == "not_the_owner"
    assert desk.refused("database", "create", squatter.id, "--website", squatter.website, code=3) == "database_exists"
    assert platform.tables(squatter.database) == {"secrets"}
    assert platform.registry(squatter) == []
    assert platform.operations(squatter) == [("database.create", "abandoned")]


def test_install_feature_with_database(
    at_window: OpenWindow, platform: Platform, desk: Desk, ada: Customer, grace: Customer
) -> None:
    create(desk, ada, grace)
    person = at_window()

    installs(person, platform, ada, "blog")
    answer = desk.json("feature", "install", grace.id, "shop")

    assert (answer["installed"], bool(answer["operation"])) == (["shop"], True)
    for customer, feature in ((ada, "blog"), (grace, "shop")):
        assert platform.tables(customer.database) >= CORE | DOCUMENTED[feature]
        ((name, configuration, active, at),) = platform.asks(
            "SELECT feature_type, configuration, is_active, installed_at FROM installed_features", customer.database
        )
        assert (name, bool(active), at is not None) == (feature, True, True)
        assert (json.loads(configuration) if isinstance(configuration, str) else configuration) in ({}, [])
        again = desk.json("feature", "install", customer.id, feature)
        assert (again["operation"], again["already"]) == (None, [feature])
    person.sees_text("Blog: Installed")


def test_block_template_creation_when_database_active(
    at_window: OpenWindow, platform: Platform, desk: Desk, ada: Customer
) -> None:
    mine, other = ada.websites
    create(desk, ada)
    person = at_window()
    visits(person, ada)

    person.sees_text("A new template is blocked")
    person.sees_text(f"You have an active database for website {mine}:")
    person.sees_text("Locked, because the active database belongs to")
    person.sees("waySwitch")
    person.opens_menu(f"websiteMenu.{other}")
    person.chooses("website.publish")
    person.sees_text("Move the database to this website, or delete it, and this one can be published.")
    person.clicks("cancelButton")
    told = desk.call("--json", "tenant", "may", ada.id, "new_template", code=3).document["error"]
    assert told["code"] == "database_active"
    assert told["message"].startswith("You have an active database")
    assert f"database delete {ada.id} --confirm {ada.database}" in told["hint"]
    assert may_edit(desk, ada, mine)
    assert not may_edit(desk, ada, other)
    assert desk.refused("website", "publish", other, code=3) == "locked_to_website"
    assert not platform.is_published(other)

    person.clicks("wayDelete")
    goes_through_deletion(person, ada)
    person.sees("createDatabaseButton")

    person.waits_for(lambda: "A new template is blocked" not in person.screen(), "a new template to be allowed")
    assert desk.json("tenant", "may", ada.id, "new_template")["allowed"] is True
    assert may_edit(desk, ada, other)


def test_delete_database_successfully(
    at_window: OpenWindow, platform: Platform, desk: Desk, ada: Customer, grace: Customer
) -> None:
    create(desk, ada, grace)
    desk.json("feature", "install", grace.id, "blog")
    person = at_window()
    visits(person, ada)

    deletes_database(person, ada)
    wanted = ("database", "delete", grace.id)
    assert desk.refused(*wanted, code=3) == "confirmation_mismatch"
    assert desk.refused("--yes", *wanted, "--confirm", ada.database, code=3) == "confirmation_mismatch"
    assert platform.registry(grace) == [("active", grace.website)]
    desk.json(*wanted, "--confirm", grace.database)

    for customer in (ada, grace):
        assert customer.database not in platform.master.databases()
        assert platform.registry(customer) == [("deleted", customer.website)]
        ((gone,),) = platform.asks(f"SELECT deleted_at FROM user_databases WHERE user_id = {customer.id}")
        assert gone is not None
        (backup,) = desk.json("backup", "list", "--tenant", customer.id)["backups"]
        assert backup["verified_at"]
        assert Path(backup["path"]).is_file()
        assert desk.refused(*wanted[:2], customer.id, "--confirm", customer.database, code=3) == "database_required"
    assert desk.json("audit", "verify")["ok"] is True

    create(desk, grace)
    assert platform.registry(grace) == [("deleted", grace.website), ("active", grace.website)]
    assert platform.tables(grace.database) == CORE


def test_database_deletion_unpublishes_website(
    at_window: OpenWindow, platform: Platform, desk: Desk, ada: Customer, grace: Customer
) -> None:
    neighbour = platform.add_customer("Joan Clarke")
    for customer in (ada, grace, neighbour):
        desk.json("website", "publish", customer.website)
    person = at_window()
    visits(person, ada)
    person.opens_menu("manageDatabaseButton")
    person.chooses("database.delete")
    goes_to_the_end(person)
    person.clicks("cancelButton")
    desk.json("database", "delete", grace.id, "--dry-run")
    assert all(platform.is_published(customer.website) for customer in (ada, grace, neighbour))

    deletes_database(person, ada)
    desk.json("database", "delete", grace.id, "--confirm", grace.database)

    assert not platform.is_published(ada.website)
    assert not platform.is_published(grace.website)
    assert platform.is_published(neighbour.website)
    assert platform.registry(neighbour) == [("active", neighbour.website)]
    assert platform.tables(neighbour.database) == CORE


def test_cannot_create_second_database(
    at_window: OpenWindow, platform: Platform, desk: Desk, ada: Customer, grace: Customer
) -> None:
    person = at_window()
    visits(person, ada)
    person.clicks("createDatabaseButton")
    person.clicks(f"website-{ada.website}")
    person.goes_on()
    person.ticks("lockConsentBox")
    create(desk, ada, grace)

    person.goes_on()
    person.sees_text(f"User {ada.id} already has an active database: {ada.database}")
    assert not person.can_confirm()
    person.clicks("cancelButton")
    visits(person, grace)
    visits(person, ada)
    person.sees_text("A second database is blocked")
    person.opens_menu("manageDatabaseButton")
    assert "database.create" not in offered()
    assert "Create database…" not in person.screen()
    for website in grace.websites:
        assert desk.refused("database", "create", grace.id, "--website", website, code=3) == "database_exists"

    for customer in (ada, grace):
        assert platform.registry(customer) == [("active", customer.website)]
        with pytest.raises(REFUSED):
            desk.register(customer.id, customer.database, customer.websites[1])
        assert platform.registry(customer) == [("active", customer.website)]


def test_feature_installation_fails_without_database(
    at_window: OpenWindow, platform: Platform, desk: Desk, ada: Customer, grace: Customer
) -> None:
    publisher, tester = platform.add_customer("Joan Clarke"), platform.add_customer("Mary Keller")
    told = desk.call("--json", "feature", "install", grace.id, "blog", code=3).document["error"]
    assert told["code"] == "database_required"
    assert told["message"] == "Database required. Please publish website or create database first."
    assert f"database create {grace.id}" in told["hint"]
    person = at_window()

    begins_to_install(person, ada, "blog")
    person.sees_text("Database required. Please publish website or create database first.")
    person.clicks("cancelButton")
    for customer, way in ((publisher, "choosePublish"), (tester, "chooseCreateOnly")):
        begins_to_install(person, customer, "blog")
        person.clicks(way)
        person.ticks("lockConsentBox")
        person.goes_on()
        person.confirms()
        waits_for_end(person, platform, customer, "feature.install")

    for customer in (ada, grace):
        assert platform.registry(customer) == []
        assert customer.database not in platform.master.databases()
        assert platform.operations(customer) == []
    for customer in (publisher, tester):
        assert platform.registry(customer) == [("active", customer.website)]
        assert platform.tables(customer.database) >= CORE | DOCUMENTED["blog"]
        assert platform.asks("SELECT feature_type FROM installed_features", customer.database) == [("blog",)]
    assert platform.is_published(publisher.website)
    assert not platform.is_published(tester.website)


def test_migrations_run_correctly_on_user_database(
    at_window: OpenWindow, platform: Platform, desk: Desk, ada: Customer, grace: Customer
) -> None:
    create(desk, ada, grace)
    of_the_master = platform.tables()
    person = at_window()
    begins_to_install(person, ada, "events")
    person.confirms()
    desk.json("feature", "install", grace.id, "user_access")
    waits_for_end(person, platform, ada, "feature.install")

    assert platform.tables() == of_the_master
    assert not of_the_master & DOCUMENTED["events"]
    for customer, feature in ((ada, "events"), (grace, "user_access")):
        listed = {one["name"]: one for one in desk.json("feature", "list", customer.id)["features"]}
        assert (listed[feature]["state"], listed[feature]["revision"]) == ("installed", listed[feature]["head"])
        assert {name for name, one in listed.items() if one["state"] != "available"} == {feature}
        assert platform.tables(customer.database) == CORE | set(listed[feature]["tables"])
        assert set(listed[feature]["tables"]) >= DOCUMENTED[feature]
        assert platform.asks("SELECT feature_type FROM installed_features", customer.database) == [(feature,)]
        assert (listed[feature]["head"],) in platform.asks(
            "SELECT version_num FROM console_features", customer.database
        )
        assert desk.json("feature", "drift", customer.id)["differences"] == []
        before = platform.columns(customer.database)
        again = desk.json("feature", "install", customer.id, feature)
        assert (again["operation"], again["installed"]) == (None, [])
        assert platform.columns(customer.database) == before
        assert platform.operations(customer)[1:] == [("feature.install", "done")]
    visits(person, ada)
    person.clicks("driftButton")
    person.sees_text("No difference")


def test_database_isolation(
    at_window: OpenWindow, platform: Platform, desk: Desk, ada: Customer, grace: Customer, tmp_path: Path
) -> None:
    create(desk, ada, grace)
    for customer in (ada, grace):
        platform.asks(SETTING.format(f"of {customer.name}"), customer.database)
    alike = ada.database.replace("_", "x")
    platform.asks(f"CREATE DATABASE {alike}")
    platform.asks("CREATE TABLE feature_settings (feature_type VARCHAR(9), setting_key VARCHAR(9))", alike)
    person = at_window()
    visits(person, ada)

    assert platform.master.server is not None
    person.sees_text(f"One account, {platform.master.server.user}, serves all tenants")
    assert desk.json("account", "show", grace.id)["isolated"] is False
    person.clicks("createAccountButton")
    person.goes_on()
    person.clicks("finishButton")
    person.clicks("copyPasswordButton")
    passwords = {ada: QGuiApplication.clipboard().text()}
    person.clicks("closePasswordButton")
    person.sees_text(f"pagevoo_t_{ada.id} serves this database alone, and reads nothing of any other tenant.")
    for database, attempt in Account(platform, ada, passwords[ada]).attempts(grace, alike):
        assert Account(platform, ada, passwords[ada]).is_refused(attempt, database), (attempt, database)
    file = tmp_path / "password"
    assert desk.json("account", "create", grace.id, "--password-to", str(file))["isolated"] is True
    passwords[grace] = file.read_text().strip()

    for customer, other in ((ada, grace), (grace, ada)):
        account = Account(platform, customer, passwords[customer])
        assert account.runs("SELECT setting_key FROM feature_settings") == [(f"of {customer.name}",)]
        account.runs(
            SETTING.format("mine"), "UPDATE feature_settings SET setting_key = 'yours' WHERE setting_key = 'mine'",
            "DELETE FROM feature_settings WHERE setting_key = 'yours'",
        )  # fmt: skip
        assert account.is_refused("SELECT 1", other.database)
        for database, attempt in account.attempts(other, alike):
            assert account.is_refused(attempt, database), (attempt, database)
        assert account.sees() == {customer.database}
    for customer in (ada, grace):
        assert platform.asks("SELECT count(*) FROM feature_settings", customer.database) == [(1,)]


def test_export_database_backup_works(
    at_window: OpenWindow, platform: Platform, desk: Desk, ada: Customer, grace: Customer, tmp_path: Path
) -> None:
    create(desk, ada, grace)
    for customer in (ada, grace):
        desk.json("feature", "install", customer.id, "blog")
        for number, text in enumerate(NASTY):
            desk.write(
                "INSERT INTO blog_categories (name, slug, description) VALUES ({0}, {1}, {2})",
                f"of {customer.name}", f"slug-{number}", text, database=customer.database,
            )  # fmt: skip
    person = at_window()
    visits(person, ada)

    person.opens_menu("manageDatabaseButton")
    person.chooses("tenant.export")
    person.goes_on()
    person.goes_on()
    person.types("exportFolderEdit", str(tmp_path / ada.search / "export"))
    person.goes_on()
    person.confirms()
    person.waits_for(lambda: (tmp_path / ada.search / "export" / "manifest.json").is_file(), "the export")
    person.clicks("backUpButton")
    person.types("backupFolderEdit", str(tmp_path / ada.search / "backup"))
    person.ticks("proveBackupBox")
    person.goes_on()
    person.goes_on()
    person.confirms()
    person.waits_for(lambda: list(tmp_path.glob(f"{ada.search}/backup/*.proof.json")) != [], "the proof")
    person.sees_text("Proved")
    desk.json("tenant", "export", grace.id, "--to", str(tmp_path / grace.search / "export"), "--format", "sql")
    backup = desk.json("backup", "create", grace.id, "--to", str(tmp_path / grace.search / "backup"))["backup"]
    verdict = desk.json("backup", "verify", backup["id"])
    assert (verdict["ok"], all(table["matches"] for table in verdict["tables"])) == (True, True)

    for customer in (ada, grace):
        (dump,) = tmp_path.glob(f"{customer.search}/backup/*.sql.zst")
        exported = sorted(tmp_path.glob(f"{customer.search}/export/*.sql"))
        for copy, files in (("from_backup", (dump,)), ("from_export", exported)):
            load(platform.master, f"{copy}_{customer.id}", *files)
            for table in sorted(CORE | DOCUMENTED["blog"]):
                assert platform.rows(f"{copy}_{customer.id}", table) == platform.rows(customer.database, table), table
    assert len(platform.rows(f"from_export_{ada.id}", "blog_categories")) == len(NASTY)


def test_connection_switching_works_correctly(
    at_window: OpenWindow, platform: Platform, desk: Desk, ada: Customer, grace: Customer
) -> None:
    for customer in (ada, grace):
        desk.json("website", "publish", customer.website)
        desk.json("feature", "install", customer.id, "blog")
        platform.asks(SETTING.format(f"of {customer.name}"), customer.database)
    person = at_window()
    visits(person, ada)

    person.clicks(f"takeDatabase.{ada.websites[1]}")
    goes_through_deletion(person, ada)
    waits_for_end(person, platform, ada, "database.switch")
    person.sees(f"takeDatabase.{ada.website}")
    wanted = ("database", "switch", grace.id, "--website", grace.websites[1], "--confirm")
    assert desk.refused(*wanted, ada.database, code=3) == "confirmation_mismatch"
    assert desk.refused(*wanted[:4], ada.website, "--confirm", grace.database, code=3) == "not_the_owner"
    assert platform.registry(grace) == [("active", grace.website)]
    desk.json(*wanted, grace.database)

    for customer in (ada, grace):
        before, after = customer.websites
        assert platform.registry(customer) == [("deleted", before), ("active", after)]
        assert platform.tables(customer.database) == CORE
        assert platform.rows(customer.database, "feature_settings") == []
        assert not platform.is_published(before)
        assert not platform.is_published(after)
        assert may_edit(desk, customer, after)
        assert not may_edit(desk, customer, before)
        assert desk.refused("tenant", "may", customer.id, "new_template", code=3) == "database_active"
        (backup,) = desk.json("backup", "list", "--tenant", customer.id)["backups"]
        assert backup["verified_at"]
        assert backup["tables"].keys() >= DOCUMENTED["blog"]
        load(platform.master, f"before_{customer.id}", Path(backup["path"]))
        kept = platform.rows(f"before_{customer.id}", "feature_settings")
        assert f"of {customer.name}" in {key for _, _, key, *_ in kept}


def test_connection_switching_works_correctly_between_two_platforms(
    at_window: OpenWindow,
    platform: Platform,
    desk: Desk,
    ada: Customer,
    grace: Customer,
    engine_server: EngineServer,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Two masters on one server, and on the second somebody has Ada's id: what is hers stays hers."""
    create(desk, ada)
    platform.asks(SETTING.format("of Ada"), ada.database)
    there = Desk(engine_server.make_master())
    there.json("master", "init")
    second = Platform(there.master, ada.id, "")
    double = second.add_customer("Mallory Marlow", tenant=int(ada.id))
    second.add_customer("Oscar Outis")
    person = at_window()
    visits(person, ada)
    person.sees("manageDatabaseButton")

    assert there.json("tenant", "list", "--search", ada.search)["total"] == 0
    assert there.json("tenant", "show", double.id)["database"] is None
    for command in (
        ("database", "status", double.id),
        ("database", "delete", double.id, "--confirm", ada.database),
        ("feature", "install", double.id, "blog"),
        ("backup", "create", double.id),
        ("tenant", "export", double.id, "--to", "nowhere", "--format", "sql"),
        ("sql", double.id, "SELECT * FROM feature_settings"),
    ):
        assert there.refused(*command, code=3) == "database_required"
    assert there.refused("database", "create", double.id, "--website", double.website, code=3) == "database_exists"
    for name, value in there.master.environment.items():
        monkeypatch.setenv(name, value)
    stranger = at_window()
    visits(stranger, double)
    stranger.sees("createDatabaseButton")
    stranger.types("tenantSearch", ada.search)
    stranger.waits_for(lambda: stranger.text_of("tenantCount").startswith("0 "), "nobody")

    visits(person, grace)
    visits(person, ada)
    person.sees("manageDatabaseButton")
    assert desk.json("database", "status", ada.id)["state"] == "active"
    assert second.registry(double) == []
    assert platform.registry(ada) == [("active", ada.website)]
    assert [key for _, _, key, *_ in platform.rows(ada.database, "feature_settings")] == ["of Ada"]


def create(desk: Desk, *customers: Customer) -> None:
    """A database for the first website of each, by command."""
    for customer in customers:
        desk.json("database", "create", customer.id, "--website", customer.website)


def may_edit(desk: Desk, customer: Customer, website: str) -> bool:
    """Whether the platform's rules let a website be edited."""
    answer = desk.call("--json", "tenant", "may", customer.id, "edit_website", "--website", website, code=None)
    assert (answer.code, answer.code == 0 or answer.error_code) in ((0, True), (3, "locked_to_website"))
    return answer.code == 0


def offered() -> set[str]:
    """The entries of the menu that is open, which is closed again."""
    menu = QApplication.activePopupWidget()
    assert isinstance(menu, QMenu)
    names = {entry.objectName() for entry in menu.actions() if entry.isEnabled()}
    menu.close()
    return names
