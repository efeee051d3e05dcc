"""The main job through the real window, on a real database of each engine: one journey, gesture by gesture."""

from __future__ import annotations

import csv
import json
from collections.abc import Callable
from pathlib import Path

from tests.journeys.conftest import Platform
from tests.journeys.person import Person

OpenWindow = Callable[[], Person]


def create_database(person: Person, platform: Platform) -> None:
    person.finds_tenant("analyt", "Ada Lovelace")
    person.clicks("createDatabaseButton")
    person.clicks(f"website-{platform.website}")
    person.goes_on()
    person.ticks("lockConsentBox")
    person.goes_on()
    person.confirms()
    person.sees("manageDatabaseButton")


def test_a_customer_is_found_and_gets_a_database(at_window: OpenWindow, platform: Platform) -> None:
    person = at_window()
    create_database(person, platform)
    assert platform.asks(f"SELECT status, website_id FROM user_databases WHERE user_id = {platform.tenant}") == [
        ("active", int(platform.website))
    ]
    assert platform.asks("SELECT count(*) FROM installed_features", platform.database) == [(0,)]
    person.sees_text("Nothing could be brought back if this database were lost.")


def test_a_feature_is_installed(at_window: OpenWindow, platform: Platform) -> None:
    person = at_window()
    create_database(person, platform)
    person.clicks("feature.add.blog")
    person.goes_on()
    person.confirms()
    person.waits_for(
        lambda: platform.asks("SELECT feature_type FROM installed_features", platform.database) == [("blog",)],
        "the blog to be installed",
    )
    assert platform.asks("SELECT count(*) FROM blog_posts", platform.database) == [(0,)]


def test_a_database_is_backed_up_and_proved(at_window: OpenWindow, platform: Platform, tmp_path: Path) -> None:
    person = at_window()
    create_database(person, platform)
    person.clicks("backUpButton")
    person.types("backupFolderEdit", str(tmp_path / "backups"))
    person.ticks("proveBackupBox")
    person.goes_on()
    person.goes_on()
    person.confirms()
    person.waits_for(lambda: list(tmp_path.glob("backups/*.proof.json")) != [], "the proof")
    (manifest,) = tmp_path.glob("backups/*.manifest.json")
    told = json.loads(manifest.read_text())
    assert told["database"] == platform.database
    assert told["tables"]["installed_features"]["rows"] == 0
    person.sees_text("Proved")


def test_a_customers_rows_are_exported(at_window: OpenWindow, platform: Platform, tmp_path: Path) -> None:
    person = at_window()
    create_database(person, platform)
    platform.asks("INSERT INTO installed_features (feature_type) VALUES ('shop')", platform.database)
    person.opens_menu("manageDatabaseButton")
    person.chooses("tenant.export")
    person.clicks("format-csv")
    person.goes_on()
    person.goes_on()
    person.types("exportFolderEdit", str(tmp_path / "export"))
    while person.can_go_on():
        person.goes_on()
    person.confirms()
    person.waits_for(lambda: list(tmp_path.glob("export/**/manifest.json")) != [], "the export")
    (table,) = tmp_path.glob("export/**/*installed_features*.csv")
    with table.open(newline="", encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    assert [row["feature_type"] for row in rows] == ["shop"]


def test_a_database_is_deleted_only_when_its_name_is_typed(at_window: OpenWindow, platform: Platform) -> None:
    person = at_window()
    create_database(person, platform)
    platform.asks(f"UPDATE user_websites SET is_published = {'TRUE' if platform.master.engine != 'sqlite' else '1'}")
    person.opens_menu("manageDatabaseButton")
    person.chooses("database.delete")
    while person.can_go_on():
        person.goes_on()
    person.types("confirmNameEdit", platform.database[:-1])
    assert not person.can_confirm()
    person.types("confirmNameEdit", platform.database)
    person.confirms()
    person.waits_for(
        lambda: platform.asks(f"SELECT status FROM user_databases WHERE user_id = {platform.tenant}") == [("deleted",)],
        "the deletion",
    )
    assert platform.database not in platform.master.databases()
    ((published,),) = platform.asks(f"SELECT is_published FROM user_websites WHERE id = {platform.website}")
    assert not published
    person.sees("createDatabaseButton")


def test_a_backup_is_restored_over_the_live_database_once_its_name_is_typed(
    at_window: OpenWindow, platform: Platform, tmp_path: Path
) -> None:
    person = at_window()
    create_database(person, platform)
    platform.asks("INSERT INTO installed_features (feature_type) VALUES ('shop')", platform.database)
    person.clicks("backUpButton")
    person.types("backupFolderEdit", str(tmp_path / "backups"))
    person.goes_on()
    person.goes_on()
    person.confirms()
    person.waits_for(lambda: list(tmp_path.glob("backups/*.proof.json")) != [], "the proof")
    platform.asks("UPDATE installed_features SET feature_type = 'blog'", platform.database)
    person.finds_tenant("analyt", "Ada Lovelace")
    person.clicks("restoreButton")
    while person.can_go_on():
        person.goes_on()
    person.types("confirmNameEdit", platform.database[:-1])
    assert not person.can_confirm()
    person.types("confirmNameEdit", platform.database)
    person.confirms()
    person.waits_for(
        lambda: (
            platform.asks("SELECT kind, state FROM console_operations WHERE kind LIKE '%restore%'")
            == [("backup.restore", "done")]
        ),
        "the restore",
    )
    assert platform.asks("SELECT feature_type FROM installed_features", platform.database) == [("shop",)]
    assert platform.asks(f"SELECT status FROM user_databases WHERE user_id = {platform.tenant}") == [("active",)]
