"""Backing up: where to, for whom it is encrypted, and whether it is proved at once."""

from pathlib import Path

import obstore
import pytest
from PySide6.QtWidgets import QCheckBox, QComboBox, QRadioButton

from pagevoo_console.domain.backup import Backup
from pagevoo_console.domain.encryption import SealMethod
from pagevoo_console.domain.job import JobState
from pagevoo_console.domain.place import Place
from pagevoo_console.services.encryption import new_identity
from pagevoo_console.services.settings import Settings
from pagevoo_console.ui.backups.backup_wizard import BackupWizard
from pagevoo_console.ui.kit.runner import Runner
from pagevoo_console.ui.kit.states import View
from tests.services.platform_world import World
from tests.ui.wizard_driver import Driver

WORDS = "four words nobody guesses"


def test_a_backup_is_made_and_proved_in_the_usual_folder(world: World, runner: Runner, driver: Driver) -> None:
    tenant, _ = world.provisioned()
    wizard = driver.open(BackupWizard(world.console, runner, tenant))
    assert not driver.find(wizard, QRadioButton, "toPlace").isEnabled(), "no place is saved"
    driver.go_on(wizard)
    assert driver.find(wizard, QRadioButton, "sealNone").isChecked()
    driver.go_on(wizard)
    command = driver.command(wizard)

    job = driver.finish(wizard)

    assert job.state is JobState.SUCCEEDED, job.error
    assert isinstance(job.result, Backup)
    assert job.result.path.parent == world.console.backups.folder(tenant)
    assert job.result.verified_at is not None
    assert not job.result.encrypted
    assert command.endswith(f"backup create {tenant}")


def test_a_backup_goes_elsewhere_and_unproved_where_that_was_chosen(
    world: World, runner: Runner, driver: Driver, tmp_path: Path
) -> None:
    tenant, _ = world.provisioned()
    wizard = driver.open(BackupWizard(world.console, runner, tenant))
    driver.paste(wizard, "backupFolderEdit", str(tmp_path / "else where"))
    driver.find(wizard, QCheckBox, "proveBackupBox").click()
    driver.go_on(wizard)
    driver.go_on(wizard)
    command = driver.command(wizard)

    result = driver.finish(wizard).result

    assert isinstance(result, Backup)
    assert result.path.parent == tmp_path / "else where"
    assert result.verified_at is None
    assert f"--to '{tmp_path}/else where'" in command


def test_a_passphrase_is_typed_twice_and_never_shown(world: World, runner: Runner, driver: Driver) -> None:
    tenant, _ = world.provisioned()
    wizard = driver.open(BackupWizard(world.console, runner, tenant))
    driver.go_on(wizard)
    driver.find(wizard, QRadioButton, "sealPassphrase").click()
    assert "the backup is lost" in "\n".join(driver.texts(wizard))
    for first, second in (("", ""), ("short", "short"), (WORDS, ""), (WORDS, WORDS[:-1])):
        wizard.seal_page.passphrase.setText(first)
        wizard.seal_page.again.setText(second)
        wizard.seal_page.again.textEdited.emit(second)
        assert not wizard.next_button.isEnabled(), (first, second)
    wizard.seal_page.again.setText(WORDS)
    wizard.seal_page.again.textEdited.emit(WORDS)
    driver.go_on(wizard)
    told = "\n".join(driver.texts(wizard))
    assert "Open the encrypted file again and compare" in told
    assert "--passphrase-stdin" in told
    assert WORDS not in told

    result = driver.finish(wizard).result

    assert isinstance(result, Backup)
    assert result.seal is not None
    assert result.seal.method is SealMethod.PASSPHRASE
    assert result.verified_at is not None
    assert result.path.read_bytes().startswith(b"age-encryption.org/v1\n-> scrypt")


def test_whom_the_preferences_name_is_ticked_and_nothing_is_made_in_clear(
    world: World, runner: Runner, driver: Driver
) -> None:
    tenant, _ = world.provisioned()
    usual, other = new_identity()[0], new_identity()[0]
    world.console.backups.keys.set_usual([usual])
    wizard = driver.open(BackupWizard(world.console, runner, tenant))
    driver.go_on(wizard)
    assert not driver.find(wizard, QRadioButton, "sealNone").isEnabled()
    assert driver.find(wizard, QCheckBox, f"recipient-{usual}").isChecked()
    wizard.seal_page.another.setText("age1nonsense")
    wizard.seal_page.another.textEdited.emit("age1nonsense")
    driver.go_on(wizard)
    assert wizard.review_page.states.view is View.ERROR
    driver.press(wizard.back_button)
    wizard.seal_page.another.setText(other)
    wizard.seal_page.another.textEdited.emit(other)
    driver.go_on(wizard)

    result = driver.finish(wizard).result

    assert isinstance(result, Backup)
    assert result.seal is not None
    assert result.seal.recipients == (usual, other)


def test_a_copy_is_sent_to_a_saved_place_with_its_proof(
    world: World, runner: Runner, driver: Driver, storage_credentials: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    tenant, _ = world.provisioned()
    place = Place("backups", f"window-{tenant}")
    Settings(world.folders).change(backup_places=(place.address,))
    wizard = driver.open(BackupWizard(world.console, runner, tenant))
    driver.find(wizard, QRadioButton, "toPlace").click()
    assert driver.find(wizard, QComboBox, "placeCombo").currentText() == place.address
    driver.go_on(wizard)
    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:1")
    driver.go_on(wizard)
    assert wizard.review_page.states.view is View.ERROR, "a place that cannot be reached is told before the dump"
    monkeypatch.setenv("AWS_ENDPOINT_URL", storage_credentials)
    driver.press(wizard.back_button)
    driver.go_on(wizard)
    assert driver.command(wizard).endswith(f"--to {place.address}")

    job = driver.finish(wizard)

    assert job.state is JobState.SUCCEEDED, job.error
    found = obstore.list(world.console.places._store(place), prefix=place.prefix).collect()
    assert len(found) == 3, "the dump, its manifest and its proof"
    (there,) = world.console.placed_backups.list(place)
    assert there.verified_at is not None


def test_without_a_database_there_is_nothing_to_back_up(world: World, runner: Runner, driver: Driver) -> None:
    tenant, _ = world.add_tenant()
    wizard = driver.open(BackupWizard(world.console, runner, tenant))
    driver.go_on(wizard)
    driver.go_on(wizard)

    assert wizard.review_page.states.view is View.ERROR
    assert f"User {tenant} has no active database." in driver.texts(wizard)
    assert not wizard.finish_button.isEnabled()
