"""Backing up: where to, and whether the backup is proved at once."""

from pathlib import Path

from PySide6.QtWidgets import QCheckBox

from pagevoo_console.domain.backup import Backup
from pagevoo_console.domain.job import JobState
from pagevoo_console.ui.backups.backup_wizard import BackupWizard
from pagevoo_console.ui.kit.runner import Runner
from pagevoo_console.ui.kit.states import View
from tests.services.platform_world import World
from tests.ui.wizard_driver import Driver


def test_a_backup_is_made_and_proved_in_the_usual_folder(world: World, runner: Runner, driver: Driver) -> None:
    tenant, _ = world.provisioned()
    wizard = driver.open(BackupWizard(world.console, runner, tenant))
    driver.go_on(wizard)
    command = driver.command(wizard)

    job = driver.finish(wizard)

    assert job.state is JobState.SUCCEEDED, job.error
    assert isinstance(job.result, Backup)
    assert job.result.path.parent == world.console.backups.folder(tenant)
    assert job.result.verified_at is not None
    assert command.endswith(f"backup create {tenant}")


def test_a_backup_goes_elsewhere_and_unproved_where_that_was_chosen(
    world: World, runner: Runner, driver: Driver, tmp_path: Path
) -> None:
    tenant, _ = world.provisioned()
    wizard = driver.open(BackupWizard(world.console, runner, tenant))
    driver.paste(wizard, "backupFolderEdit", str(tmp_path / "else where"))
    driver.find(wizard, QCheckBox, "proveBackupBox").click()
    driver.go_on(wizard)
    command = driver.command(wizard)

    result = driver.finish(wizard).result

    assert isinstance(result, Backup)
    assert result.path.parent == tmp_path / "else where"
    assert result.verified_at is None
    assert f"--to '{tmp_path}/else where'" in command


def test_without_a_database_there_is_nothing_to_back_up(world: World, runner: Runner, driver: Driver) -> None:
    tenant, _ = world.add_tenant()
    wizard = driver.open(BackupWizard(world.console, runner, tenant))
    driver.go_on(wizard)

    assert wizard.review_page.states.view is View.ERROR
    assert f"User {tenant} has no active database." in driver.texts(wizard)
    assert not wizard.finish_button.isEnabled()
