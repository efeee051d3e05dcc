"""Pruning: a policy with a live preview, a typed count, and never the last proved backup."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from PySide6.QtTest import QAbstractItemModelTester
from PySide6.QtWidgets import QCheckBox, QComboBox, QLineEdit

from pagevoo_console.domain.backup import Backup
from pagevoo_console.domain.job import JobState
from pagevoo_console.domain.place import Place
from pagevoo_console.domain.retention import RetentionPolicy
from pagevoo_console.services import backup_files
from pagevoo_console.services.jobs import JobContext
from pagevoo_console.services.settings import Settings
from pagevoo_console.services.values import iso, now
from pagevoo_console.ui.backups.prune_wizard import PruneWizard
from pagevoo_console.ui.kit.messages import Message
from pagevoo_console.ui.kit.runner import Runner
from pagevoo_console.ui.kit.states import View
from tests.services.platform_world import World
from tests.ui.wizard_driver import Driver
from tests.ui.worlds import nameless


def aged(world: World, tenant: str, days: float, *, proved: bool = False) -> Backup:
    """A backup that was made so many days ago, by its manifest."""
    backups = world.console.backups
    path = backups.manifest_path(backups.create(tenant, JobContext()))
    manifest = replace(backup_files.read_manifest(path), created_at=iso(now() - timedelta(days=days)) or "")
    path.write_bytes(backup_files._encode(manifest))
    backup = backup_files.describe(path)
    world.console.backup_index.add(backup)
    return backups.prove(backup, JobContext()) if proved else backup


def keep(wizard: PruneWizard, driver: Driver, **wanted: int) -> None:
    for name, spin in wizard.policy_page.spins.items():
        spin.setValue(wanted.get(name, 0))
    driver.qtbot.wait(300)
    driver.settle()


def test_what_goes_is_seen_at_once_and_removed_once_its_number_is_typed(
    world: World, runner: Runner, driver: Driver
) -> None:
    tenant, _ = world.provisioned()
    old, proved, new = aged(world, tenant, 9), aged(world, tenant, 5, proved=True), aged(world, tenant, 1)
    wizard = driver.open(PruneWizard(world.console, runner))
    page = wizard.policy_page
    QAbstractItemModelTester(page.records, QAbstractItemModelTester.FailureReportingMode.Fatal, page)
    assert {name: spin.value() for name, spin in page.spins.items()} == {
        "last": 3, "days": 7, "weeks": 5, "months": 12, "years": 3,
    }  # fmt: skip
    assert page.told.text().startswith("0 would go"), "the usual policy keeps all three"
    assert not wizard.next_button.isEnabled()
    assert nameless(wizard) == []
    keep(wizard, driver)
    assert page.states.view is View.EMPTY, "a policy that keeps nothing is none"
    keep(wizard, driver, last=1)
    assert page.told.text().startswith("1 would go")
    assert {page.records.cell(row, 3).text for row in range(3)} == {
        "Would go", "The last proved one", "One of the newest",
    }  # fmt: skip
    driver.find(wizard, QCheckBox, "savePolicyBox").click()
    driver.go_on(wizard)
    assert "backup prune --keep-last=1" in driver.command(wizard)
    assert world.console.retention.policy() == RetentionPolicy(), "nothing is kept before the verb"
    field = driver.find(wizard, QLineEdit, "confirmNameEdit")
    for wrong in ("", "2", "one"):
        field.setText(wrong)
        assert not wizard.finish_button.isEnabled()
    field.setText("1")

    job = driver.finish(wizard)

    assert job.state is JobState.SUCCEEDED, job.error
    assert isinstance(job.result, Message)
    assert job.result.text.startswith("1 removed")
    assert {one.id for one in world.console.backups.list(tenant)} == {proved.id, new.id}
    assert not old.path.exists()
    assert world.console.retention.policy() == RetentionPolicy(1, 0, 0, 0, 0)


def test_a_place_is_pruned_by_itself(world: World, runner: Runner, driver: Driver, storage_credentials: str) -> None:
    assert storage_credentials
    tenant, _ = world.provisioned()
    place = Place("backups", f"pruned-from-the-window-{tenant}")
    Settings(world.folders).change(backup_places=(place.address,))
    for days in (9, 1):
        world.console.places.send(aged(world, tenant, days), place, JobContext())
    wizard = driver.open(PruneWizard(world.console, runner))
    combo = driver.find(wizard, QComboBox, "prunePlaceCombo")
    combo.setCurrentIndex(combo.findText(place.address))
    keep(wizard, driver, last=1)
    driver.go_on(wizard)
    assert f"--place {place.address}" in driver.command(wizard)
    driver.paste(wizard, "confirmNameEdit", "1")

    job = driver.finish(wizard)

    assert job.state is JobState.SUCCEEDED, job.error
    assert len(world.console.placed_backups.list(place)) == 1
    assert len(world.console.backups.list(tenant)) == 2


def test_without_backups_there_is_nothing_to_prune(world: World, runner: Runner, driver: Driver) -> None:
    wizard = driver.open(PruneWizard(world.console, runner))
    assert wizard.policy_page.states.view is View.EMPTY
    assert not wizard.next_button.isEnabled()
