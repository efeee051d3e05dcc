"""Restoring: which backup, what each target allows, and the name that is typed before a live database is replaced."""

import pytest
from PySide6.QtWidgets import QLineEdit, QPushButton, QRadioButton, QToolButton

from pagevoo_console.domain.backup import Backup
from pagevoo_console.domain.database import DatabaseState
from pagevoo_console.domain.deletion import DeletionRequest
from pagevoo_console.domain.job import JobState
from pagevoo_console.domain.place import Place
from pagevoo_console.services.backup_files import remove
from pagevoo_console.services.jobs import JobContext
from pagevoo_console.services.settings import Settings
from pagevoo_console.ui.backups.restore_wizard import RestoreWizard
from pagevoo_console.ui.kit.runner import Runner
from pagevoo_console.ui.kit.states import View
from tests.services.platform_world import World
from tests.ui.wizard_driver import Driver

PUT = "INSERT INTO feature_settings (feature_type, setting_key, setting_value) VALUES ({0}, {1}, {2})"


@pytest.fixture
def tenant(world: World) -> str:
    return world.provisioned()[0]


@pytest.fixture
def backup(world: World, tenant: str) -> Backup:
    """A backup with one setting in it; the live database gets another one afterwards."""
    world.write(PUT, "core", "first", '"kept"', database=world.name(tenant))
    made = world.console.backups.create(tenant, JobContext())
    world.write(PUT, "core", "second", '"lost"', database=world.name(tenant))
    return made


def settings(world: World, database: str) -> list[str]:
    return [str(key) for (key,) in world.write("SELECT setting_key FROM feature_settings", database=database)]


def delete(world: World, tenant: str) -> None:
    plan = world.console.deletions.plan(DeletionRequest(tenant))
    world.console.deletions.run(plan, world.name(tenant), JobContext())


def test_a_live_database_is_replaced_after_its_name_was_typed(
    world: World, runner: Runner, driver: Driver, tenant: str, backup: Backup
) -> None:
    wizard = driver.open(RestoreWizard(world.console, runner, tenant, backup.id))
    assert driver.find(wizard, QRadioButton, f"backup-{backup.id}").isChecked()
    driver.go_on(wizard)
    assert driver.find(wizard, QRadioButton, "restoreReplace").isChecked()
    assert not driver.find(wizard, QRadioButton, "restoreRevive").isEnabled()
    driver.go_on(wizard)

    assert not wizard.finish_button.isEnabled()
    assert wizard.cancel_button.isDefault()
    assert f"--confirm {world.name(tenant)}" in driver.command(wizard)
    assert settings(world, world.name(tenant)) == ["first", "second"]
    driver.paste(wizard, "confirmNameEdit", world.name(tenant))
    job = driver.finish(wizard)

    assert job.state is JobState.SUCCEEDED, job.error
    assert settings(world, world.name(tenant)) == ["first"]


def test_some_rows_of_a_table_are_put_back_and_the_others_stay(
    world: World, runner: Runner, driver: Driver, tenant: str, backup: Backup
) -> None:
    world.write("DELETE FROM feature_settings WHERE setting_key = 'first'", database=world.name(tenant))
    wizard = driver.open(RestoreWizard(world.console, runner, tenant, backup.id))
    driver.go_on(wizard)
    driver.press(driver.find(wizard, QRadioButton, "restorePart"))
    fields = wizard.target_page.part_fields
    fields.table.setCurrentText("feature_settings")
    fields.rows.setPlainText("setting_key")
    assert not wizard.next_button.isEnabled()
    fields.rows.setPlainText("setting_key=first")
    driver.go_on(wizard)

    assert "--table feature_settings --rows setting_key=first" in driver.command(wizard)
    driver.paste(wizard, "confirmNameEdit", world.name(tenant))
    job = driver.finish(wizard)

    assert job.state is JobState.SUCCEEDED, job.error
    assert sorted(settings(world, world.name(tenant))) == ["first", "second"]


def test_a_backup_is_restored_beside_and_nothing_live_is_touched(
    world: World, runner: Runner, driver: Driver, tenant: str, backup: Backup
) -> None:
    wizard = driver.open(RestoreWizard(world.console, runner, tenant))
    driver.go_on(wizard)
    driver.press(driver.find(wizard, QRadioButton, "restoreBeside"))
    driver.paste(wizard, "restoreIntoEdit", "looked_into")
    driver.go_on(wizard)

    assert "--into looked_into" in driver.command(wizard)
    assert wizard.findChildren(QLineEdit, "confirmNameEdit") == []
    job = driver.finish(wizard)

    assert job.state is JobState.SUCCEEDED, job.error
    assert settings(world, "looked_into") == ["first"]
    assert settings(world, world.name(tenant)) == ["first", "second"]


def test_a_deleted_database_is_brought_back(
    world: World, runner: Runner, driver: Driver, tenant: str, backup: Backup
) -> None:
    delete(world, tenant)
    wizard = driver.open(RestoreWizard(world.console, runner, tenant, backup.id))
    driver.go_on(wizard)
    assert not driver.find(wizard, QRadioButton, "restoreReplace").isEnabled()
    assert driver.find(wizard, QRadioButton, "restoreRevive").isChecked()
    driver.go_on(wizard)

    job = driver.finish(wizard)

    assert job.state is JobState.SUCCEEDED, job.error
    shown = world.console.tenants.show(tenant).database
    assert shown is not None
    assert shown.state is DatabaseState.ACTIVE
    assert settings(world, world.name(tenant)) == ["first"]


def test_seed_s7_a_backup_of_an_earlier_database_can_only_go_beside(
    world: World, runner: Runner, driver: Driver, tenant: str, backup: Backup
) -> None:
    delete(world, tenant)
    website = world.console.tenants.websites(tenant)[0].id
    world.console.databases.create(world.console.databases.plan_creation(tenant, website), JobContext())
    wizard = driver.open(RestoreWizard(world.console, runner, tenant, backup.id))
    driver.go_on(wizard)

    assert not driver.find(wizard, QRadioButton, "restoreReplace").isEnabled()
    assert not driver.find(wizard, QRadioButton, "restoreRevive").isEnabled()
    assert driver.find(wizard, QRadioButton, "restoreBeside").isChecked()


def test_a_name_that_is_a_tenants_own_is_refused_in_place(
    world: World, runner: Runner, driver: Driver, tenant: str, backup: Backup
) -> None:
    wizard = driver.open(RestoreWizard(world.console, runner, tenant, backup.id))
    driver.go_on(wizard)
    driver.press(driver.find(wizard, QRadioButton, "restoreBeside"))
    driver.paste(wizard, "restoreIntoEdit", "pagevoo_website_77")
    driver.go_on(wizard)

    assert wizard.review_page.states.view is View.ERROR
    assert not wizard.finish_button.isEnabled()


def test_a_backup_is_taken_from_a_file(
    world: World, runner: Runner, driver: Driver, tenant: str, backup: Backup
) -> None:
    wizard = driver.open(RestoreWizard(world.console, runner, tenant))
    wizard.choice_page.file.clear()
    driver.paste(wizard, "backupFileEdit", str(backup.path))
    driver.press(driver.find(wizard, QRadioButton, "backupFromFile"))
    driver.go_on(wizard)
    driver.go_on(wizard)

    assert str(backup.path) in driver.command(wizard)
    assert wizard.review_page.review is not None


def test_a_file_that_is_no_backup_is_told_in_place(world: World, runner: Runner, driver: Driver, tenant: str) -> None:
    wizard = driver.open(RestoreWizard(world.console, runner, tenant))
    assert not wizard.next_button.isEnabled()
    driver.paste(wizard, "backupFileEdit", "/nowhere/at_all.sql.zst")
    wizard.choice_page.touch()
    driver.go_on(wizard)
    driver.go_on(wizard)

    assert wizard.review_page.states.view is View.ERROR


def test_a_backup_in_a_place_is_looked_for_and_restored(
    world: World, runner: Runner, driver: Driver, tenant: str, backup: Backup, storage_credentials: str
) -> None:
    place = Place("backups", f"restored-{tenant}")
    Settings(world.folders).change(backup_places=(place.address,))
    wizard = driver.open(RestoreWizard(world.console, runner, tenant))
    driver.press(driver.find(wizard, QPushButton, "lookInPlaceButton"))
    assert "There is no whole backup of this database there." in driver.texts(wizard)
    url = world.console.places.send(backup, place, JobContext())
    remove(backup)
    driver.press(driver.find(wizard, QPushButton, "lookInPlaceButton"))
    wizard.findChild(QToolButton, f"verifyPlaced-{backup.id}").click()  # type: ignore[union-attr]
    driver.qtbot.waitUntil(lambda: not runner.jobs.active(), timeout=60_000)
    driver.qtbot.wait(50)
    driver.settle()
    assert world.console.placed_backups.get(url).verified_at is not None
    for card in wizard.findChildren(QRadioButton, f"backup-{backup.id}"):
        if wizard.choice_page.placed.isAncestorOf(card):
            card.click()
    driver.go_on(wizard)
    driver.go_on(wizard)
    assert "Bring the backup to this machine" in "\n".join(driver.texts(wizard))
    assert f"backup restore {url} --tenant {tenant}" in driver.command(wizard)
    driver.paste(wizard, "confirmNameEdit", world.name(tenant))

    job = driver.finish(wizard)

    assert job.state is JobState.SUCCEEDED, job.error
    assert settings(world, world.name(tenant)) == ["first"]
    assert storage_credentials
