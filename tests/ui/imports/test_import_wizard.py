"""Importing a dump in the window: nothing happens before it was told, and a file that means harm leads nowhere."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtWidgets import QWidget

from pagevoo_console.domain.job import JobState
from pagevoo_console.ui.imports.import_wizard import ImportWizard
from pagevoo_console.ui.kit.runner import Runner
from pagevoo_console.ui.kit.states import View
from tests.faults.foreign_texts import foreign_text
from tests.services.platform_world import World
from tests.ui.wizard_driver import Driver


@pytest.fixture
def tenant(world: World) -> str:
    return world.provisioned()[0]


def opened(world: World, runner: Runner, driver: Driver, tenant: str, text: bytes, folder: Path) -> ImportWizard:
    """The wizard on the page that shows what is in the file."""
    file = folder / "shop.sql"
    file.write_bytes(text)
    wizard = driver.open(ImportWizard(world.console, runner, tenant))
    assert not wizard.next_button.isEnabled()
    driver.paste(wizard, "importFileEdit", str(file))
    driver.go_on(wizard)
    return wizard


def tables(world: World, tenant: str) -> set[str]:
    rows = world.write("SELECT name FROM sqlite_master WHERE type = 'table'", database=world.name(tenant))
    return {str(name) for (name,) in rows}


def test_a_file_is_shown_then_planned_and_imported_when_the_name_was_typed(
    world: World, runner: Runner, driver: Driver, tenant: str, tmp_path: Path
) -> None:
    wizard = opened(world, runner, driver, tenant, foreign_text("sqlite", "PRAGMA journal_mode = WAL;"), tmp_path)
    texts = driver.texts(wizard)
    assert any("1 table, about 2 rows" in text for text in texts)
    assert "PRAGMA journal_mode" in texts
    assert any("left out" in text for text in texts)
    driver.go_on(wizard)
    assert not wizard.finish_button.isEnabled()
    assert "backup import" in driver.command(wizard)
    assert f"--confirm {world.name(tenant)}" in driver.command(wizard)
    assert "goods" not in tables(world, tenant)
    driver.paste(wizard, "confirmNameEdit", world.name(tenant))
    assert driver.finish(wizard).state is JobState.SUCCEEDED
    assert "goods" in tables(world, tenant)


def test_fault_151_a_file_that_means_harm_is_told_and_leads_nowhere(
    world: World, runner: Runner, driver: Driver, tenant: str, tmp_path: Path
) -> None:
    wizard = opened(world, runner, driver, tenant, foreign_text("sqlite", "INSERT INTO a.b VALUES (1);"), tmp_path)
    assert not wizard.next_button.isEnabled()
    assert any("Rows for a.b" in text for text in driver.texts(wizard))
    assert wizard.findChildren(QWidget, "finding.leaves_database")


def test_what_is_no_dump_says_so_and_another_file_can_be_chosen(
    world: World, runner: Runner, driver: Driver, tenant: str, tmp_path: Path
) -> None:
    wizard = opened(world, runner, driver, tenant, b"Dear Sir,\n", tmp_path)
    assert wizard.xray_page.states.view is View.ERROR
    assert not wizard.next_button.isEnabled()
    (tmp_path / "shop.sql").write_bytes(foreign_text("sqlite"))
    driver.press(wizard.back_button)
    driver.go_on(wizard)
    assert wizard.next_button.isEnabled()


def test_markup_in_a_file_is_text(world: World, runner: Runner, driver: Driver, tenant: str, tmp_path: Path) -> None:
    body = "CREATE TABLE \"<b>bold</b>\" (a);\nATTACH '<img src=x>' AS y;"
    wizard = opened(world, runner, driver, tenant, foreign_text("sqlite", body), tmp_path)
    assert any("ATTACH" in text for text in driver.texts(wizard))
