"""Exporting: the format, which tables, the folder, and what is written."""

from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QCheckBox, QRadioButton

from pagevoo_console.domain.export import ExportResult
from pagevoo_console.domain.job import JobState
from pagevoo_console.ui.exports.export_wizard import ExportWizard
from pagevoo_console.ui.kit.runner import Runner
from pagevoo_console.ui.kit.states import View
from tests.services.platform_world import World
from tests.ui.wizard_driver import Driver


def test_all_tables_are_written_into_the_folder(world: World, runner: Runner, driver: Driver, tmp_path: Path) -> None:
    tenant, _ = world.provisioned()
    wizard = driver.open(ExportWizard(world.console, runner, tenant))
    driver.press(driver.find(wizard, QRadioButton, "format-jsonl"))
    driver.go_on(wizard)
    driver.go_on(wizard)
    driver.paste(wizard, "exportFolderEdit", str(tmp_path / "out"))
    driver.go_on(wizard)
    command = driver.command(wizard)

    job = driver.finish(wizard)

    assert job.state is JobState.SUCCEEDED, job.error
    assert isinstance(job.result, ExportResult)
    assert job.result.directory == tmp_path / "out"
    assert {table.name for table in world.console.exports.tables(tenant)} == set(job.result.tables)
    assert command.endswith(f"tenant export {tenant} --to {tmp_path / 'out'} --format jsonl")


def test_only_the_ticked_tables_are_written(world: World, runner: Runner, driver: Driver, tmp_path: Path) -> None:
    tenant, _ = world.provisioned()
    wizard = driver.open(ExportWizard(world.console, runner, tenant))
    driver.go_on(wizard)
    page = wizard.tables_page
    driver.press(driver.find(wizard, QRadioButton, "someTables"))
    page._tick(Qt.CheckState.Unchecked)
    assert not wizard.next_button.isEnabled()
    item = page.list.findItems("feature_settings", Qt.MatchFlag.MatchExactly)[0]
    item.setCheckState(0, Qt.CheckState.Checked)
    driver.go_on(wizard)
    driver.paste(wizard, "exportFolderEdit", str(tmp_path / "out"))
    driver.go_on(wizard)

    assert "--tables feature_settings" in driver.command(wizard)
    result = driver.finish(wizard).result

    assert isinstance(result, ExportResult)
    assert set(result.tables) == {"feature_settings"}


def test_cells_are_made_safe_for_spreadsheets_unless_somebody_says_otherwise(
    world: World, runner: Runner, driver: Driver, tmp_path: Path
) -> None:
    tenant, _ = world.provisioned()
    wizard = driver.open(ExportWizard(world.console, runner, tenant))
    safe = driver.find(wizard, QCheckBox, "spreadsheetSafeBox")
    assert not safe.isEnabled()
    driver.press(driver.find(wizard, QRadioButton, "format-csv"))
    assert safe.isEnabled()
    assert safe.isChecked()
    safe.click()
    driver.go_on(wizard)
    driver.go_on(wizard)
    driver.paste(wizard, "exportFolderEdit", str(tmp_path / "out"))
    driver.go_on(wizard)

    assert driver.command(wizard).endswith("--raw")
    assert "A cell that looks like a formula may be run by the spreadsheet that opens it." in driver.texts(wizard)


def test_a_folder_that_holds_something_is_refused_in_place(
    world: World, runner: Runner, driver: Driver, tmp_path: Path
) -> None:
    tenant, _ = world.provisioned()
    (tmp_path / "full").mkdir()
    (tmp_path / "full" / "file").touch()
    wizard = driver.open(ExportWizard(world.console, runner, tenant))
    driver.go_on(wizard)
    driver.go_on(wizard)
    driver.paste(wizard, "exportFolderEdit", str(tmp_path / "full"))
    driver.go_on(wizard)

    assert wizard.review_page.states.view is View.ERROR
    assert f"{tmp_path / 'full'} is not empty" in driver.texts(wizard)
    assert not wizard.finish_button.isEnabled()


def test_without_a_database_there_is_nothing_to_export(world: World, runner: Runner, driver: Driver) -> None:
    tenant, _ = world.add_tenant()
    wizard = driver.open(ExportWizard(world.console, runner, tenant))
    driver.go_on(wizard)

    assert wizard.tables_page.states.view is View.ERROR
    assert not wizard.next_button.isEnabled()
