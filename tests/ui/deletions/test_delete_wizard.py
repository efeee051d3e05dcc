"""Deleting a database: the measure of it, the backup, the typed name, and what is asked again."""

from dataclasses import replace
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QCheckBox, QLineEdit, QPushButton, QSpinBox

from pagevoo_console.domain.database import DatabaseState
from pagevoo_console.domain.deletion import DeletionPlan, DeletionRequest, DeletionResult
from pagevoo_console.domain.job import JobState
from pagevoo_console.services.jobs import JobContext
from pagevoo_console.ui.deletions.delete_wizard import DeleteDatabaseWizard
from pagevoo_console.ui.kit.deletion_words import what_changed
from pagevoo_console.ui.kit.pills import BadgeView
from pagevoo_console.ui.kit.runner import Runner
from pagevoo_console.ui.kit.states import View
from tests.services.platform_world import World
from tests.ui.wizard_driver import Driver


def opened(world: World, runner: Runner, driver: Driver, tenant: str) -> DeleteDatabaseWizard:
    return driver.open(DeleteDatabaseWizard(world.console, runner, tenant))


def at_the_review(world: World, runner: Runner, driver: Driver, tenant: str) -> DeleteDatabaseWizard:
    wizard = opened(world, runner, driver, tenant)
    driver.go_on(wizard)
    driver.go_on(wizard)
    return wizard


def publish(world: World, website: str) -> None:
    world.write("UPDATE user_websites SET is_published = {0} WHERE id = {1}", True, int(website))


def test_a_database_is_deleted_with_its_name_pasted_and_its_backup_kept(
    world: World, runner: Runner, driver: Driver
) -> None:
    tenant, website = world.provisioned()
    publish(world, website)
    wizard = at_the_review(world, runner, driver, tenant)

    assert wizard.windowTitle() == f"Delete {world.name(tenant)}"
    assert not wizard.finish_button.isEnabled()
    driver.paste(wizard, "confirmNameEdit", world.name(tenant))
    job = driver.finish(wizard)

    assert job.state is JobState.SUCCEEDED, job.error
    assert isinstance(job.result, DeletionResult)
    assert job.result.backup_path is not None
    assert world.console.backups.get(str(job.result.backup_path)).verified_at is not None
    shown = world.console.tenants.show(tenant).database
    assert shown is not None
    assert shown.state is DatabaseState.DELETED
    assert not world.console.tenants.websites(tenant)[0].is_published


def test_the_first_page_measures_what_will_be_gone(world: World, runner: Runner, driver: Driver) -> None:
    tenant, website = world.provisioned()
    publish(world, website)
    plan = world.console.deletions.plan(DeletionRequest(tenant))
    wizard = opened(world, runner, driver, tenant)

    texts = driver.texts(wizard)
    assert str(plan.tables) in texts
    assert f"site{website}.example" in texts
    assert "Ada Lovelace" in texts
    assert [badge.badge.text for badge in wizard.findChildren(BadgeView)] == ["Never backed up"]


@pytest.mark.parametrize("typed", ["", "pagevoo_website", " {name}", "{name} ", "{upper}"])
def test_the_button_waits_for_the_exact_name(world: World, runner: Runner, driver: Driver, typed: str) -> None:
    tenant, _ = world.provisioned()
    wizard = at_the_review(world, runner, driver, tenant)
    name = world.name(tenant)

    driver.paste(wizard, "confirmNameEdit", typed.format(name=name, upper=name.upper()))
    assert not wizard.finish_button.isEnabled()
    driver.paste(wizard, "confirmNameEdit", name)
    assert wizard.finish_button.isEnabled()


def test_every_step_of_the_plan_is_shown_with_the_command_that_does_the_same(
    world: World, runner: Runner, driver: Driver
) -> None:
    tenant, _ = world.provisioned()
    wizard = at_the_review(world, runner, driver, tenant)

    texts = driver.texts(wizard)
    steps = world.console.deletions.plan(DeletionRequest(tenant)).steps
    assert [f"{number}.  {step.title}" for number, step in enumerate(steps, 1)] == [
        text for text in texts if text.partition(".")[0].isdigit() and ".  " in text
    ][: len(steps)]
    assert driver.command(wizard).endswith(f"database delete {tenant} --confirm {world.name(tenant)}")


def test_cancel_is_what_enter_presses_and_nothing_is_deleted(world: World, runner: Runner, driver: Driver) -> None:
    tenant, _ = world.provisioned()
    wizard = at_the_review(world, runner, driver, tenant)
    driver.paste(wizard, "confirmNameEdit", world.name(tenant))

    QTest.keyClick(driver.find(wizard, QLineEdit, "confirmNameEdit"), Qt.Key.Key_Return)

    assert wizard.cancel_button.isDefault()
    assert driver.submitted == []
    assert world.name(tenant) in world.master.databases()


def test_a_backup_is_waived_only_behind_more_and_with_a_reason(world: World, runner: Runner, driver: Driver) -> None:
    tenant, _ = world.provisioned()
    wizard = opened(world, runner, driver, tenant)
    driver.go_on(wizard)

    assert not wizard.backup_page.waive.isVisible()
    driver.press(driver.find(wizard, QPushButton, "moreButton"))
    driver.find(wizard, QCheckBox, "waiveBackupBox").click()
    assert not wizard.next_button.isEnabled()
    driver.paste(wizard, "reasonEdit", "The customer asked for it")
    driver.go_on(wizard)

    told = "No backup is made: once the trash is emptied, the data is gone for good."
    assert told in driver.texts(wizard)
    assert "--no-backup --reason 'The customer asked for it'" in driver.command(wizard)
    driver.paste(wizard, "confirmNameEdit", world.name(tenant))
    assert driver.finish(wizard).state is JobState.SUCCEEDED
    assert world.console.backups.list(tenant) == ()


@pytest.mark.parametrize(
    ("days", "option", "is_kept"), [(7, "", True), (30, "--grace 30", True), (0, "--grace 0", False)]
)
def test_how_long_it_can_be_had_back_is_chosen_beside_the_backup(
    world: World, runner: Runner, driver: Driver, days: int, option: str, is_kept: bool
) -> None:
    tenant, _ = world.provisioned()
    wizard = opened(world, runner, driver, tenant)
    assert any("Last written to" in text for text in driver.texts(wizard))
    driver.go_on(wizard)
    driver.find(wizard, QSpinBox, "graceDaysBox").setValue(days)
    driver.go_on(wizard)

    assert wizard.plan is not None
    assert wizard.plan.is_kept is is_kept
    assert ("--grace" in driver.command(wizard)) is bool(option)
    assert option in driver.command(wizard)
    assert ("Can be had back until" in driver.texts(wizard)) is is_kept


def test_the_backup_goes_where_it_was_told(world: World, runner: Runner, driver: Driver, tmp_path: Path) -> None:
    tenant, _ = world.provisioned()
    wizard = opened(world, runner, driver, tenant)
    driver.go_on(wizard)
    driver.paste(wizard, "backupFolderEdit", "relative/folder")
    assert not wizard.next_button.isEnabled()
    driver.paste(wizard, "backupFolderEdit", str(tmp_path / "kept"))
    driver.go_on(wizard)
    driver.paste(wizard, "confirmNameEdit", world.name(tenant))

    result = driver.finish(wizard).result

    assert isinstance(result, DeletionResult)
    assert result.backup_path is not None
    assert result.backup_path.parent == tmp_path / "kept"


def test_fault_68_a_database_that_changed_since_the_review_is_asked_about_again(
    world: World, runner: Runner, driver: Driver
) -> None:
    tenant, _ = world.provisioned()
    wizard = at_the_review(world, runner, driver, tenant)
    driver.paste(wizard, "confirmNameEdit", world.name(tenant))
    world.write("CREATE TABLE written_meanwhile (id INTEGER)", database=world.name(tenant))

    driver.press(wizard.finish_button)

    assert driver.submitted == []
    assert wizard.isVisible()
    assert any(text.startswith("The database has changed since you looked:") for text in driver.texts(wizard))
    assert driver.find(wizard, QLineEdit, "confirmNameEdit").text() == ""
    assert not wizard.finish_button.isEnabled()
    driver.paste(wizard, "confirmNameEdit", world.name(tenant))
    assert driver.finish(wizard).state is JobState.SUCCEEDED


def test_fault_68_a_database_that_was_created_anew_meanwhile_is_asked_about_again(
    world: World, runner: Runner, driver: Driver
) -> None:
    tenant, website = world.provisioned()
    wizard = at_the_review(world, runner, driver, tenant)
    driver.paste(wizard, "confirmNameEdit", world.name(tenant))
    plan = world.console.deletions.plan(DeletionRequest(tenant))
    world.console.deletions.run(plan, world.name(tenant), JobContext())
    world.console.databases.create(world.console.databases.plan_creation(tenant, website), JobContext())

    driver.press(wizard.finish_button)

    assert driver.submitted == []
    assert any("it was deleted and created anew" in text for text in driver.texts(wizard))


def test_closing_while_it_is_checked_once_more_deletes_nothing(world: World, runner: Runner, driver: Driver) -> None:
    tenant, _ = world.provisioned()
    wizard = at_the_review(world, runner, driver, tenant)
    driver.paste(wizard, "confirmNameEdit", world.name(tenant))

    QTest.mouseClick(wizard.finish_button, Qt.MouseButton.LeftButton)
    wizard.reject()
    driver.settle()

    assert driver.submitted == []
    assert world.name(tenant) in world.master.databases()


def test_a_missing_database_needs_no_backup_and_says_so(world: World, runner: Runner, driver: Driver) -> None:
    tenant, _ = world.provisioned()
    assert world.master.directory is not None
    (world.master.directory / f"{world.name(tenant)}.db").unlink()
    wizard = opened(world, runner, driver, tenant)
    driver.go_on(wizard)

    assert "There is nothing to back up" in driver.texts(wizard)
    driver.go_on(wizard)
    driver.paste(wizard, "confirmNameEdit", world.name(tenant))
    assert driver.finish(wizard).state is JobState.SUCCEEDED


def test_fault_60_a_registry_row_that_names_another_database_stops_on_the_first_page(
    world: World, runner: Runner, driver: Driver
) -> None:
    tenant, _ = world.provisioned()
    world.write("UPDATE user_databases SET database_name = {0} WHERE user_id = {1}", "mysql", int(tenant))
    wizard = opened(world, runner, driver, tenant)

    assert wizard.measured_page.states.view is View.ERROR
    assert not wizard.next_button.isEnabled()


def test_what_changed_tells_news_from_a_live_websites_noise(world: World) -> None:
    tenant, _ = world.provisioned()
    plan = replace(world.console.deletions.plan(DeletionRequest(tenant)), rows=1000)

    def told(now: DeletionPlan) -> str:
        return what_changed(plan, now)

    assert told(plan) == ""
    assert told(replace(plan, rows=1010, sessions=3)) == ""
    assert "1,011 rows instead of 1,000" in told(replace(plan, rows=1011))
    assert "tables instead of" in told(replace(plan, tables=plan.tables + 1))
    assert "created anew" in told(replace(plan, database=replace(plan.database, generation="another")))
    assert "other steps" in told(replace(plan, steps=plan.steps[1:]))
