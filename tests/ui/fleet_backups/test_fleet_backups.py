"""Everybody's backups: whom, how, one result a tenant, failed ones with their words and another try."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtTest import QAbstractItemModelTester
from PySide6.QtWidgets import QCheckBox, QRadioButton
from pytestqt.qtbot import QtBot

from pagevoo_console.domain.errors import Cancelled
from pagevoo_console.domain.fleet_backup import FleetWork
from pagevoo_console.domain.job import JobState
from pagevoo_console.domain.tenant import TenantQuery
from pagevoo_console.services import encryption, fleet_workers
from pagevoo_console.services.encryption import new_identity
from pagevoo_console.services.jobs import JobContext
from pagevoo_console.ui.fleet_backups import pages
from pagevoo_console.ui.fleet_backups.fleet_view import FleetBackupsView
from pagevoo_console.ui.fleet_backups.rows import Filter
from pagevoo_console.ui.fleet_backups.wizards import FleetBackupWizard, FleetVerifyWizard
from pagevoo_console.ui.kit import seal_choice
from pagevoo_console.ui.kit.messages import Message
from pagevoo_console.ui.kit.runner import Runner
from pagevoo_console.ui.kit.states import View
from tests.services.platform_world import World
from tests.ui.rooms import Hands
from tests.ui.wizard_driver import Driver
from tests.ui.worlds import nameless


@pytest.fixture
def hands(world: World, runner: Runner, qtbot: QtBot) -> Hands:
    return Hands(world, runner, qtbot)


def place(world: World, tenant: str) -> Path:
    return Path(world.console.connection.master.directory) / f"{world.name(tenant)}.db"


def seen(world: World) -> None:
    """The directory holds everybody."""
    world.console.sightings.read_registry()
    world.console.sightings.scan(JobContext())


def test_everybody_is_backed_up_and_who_failed_can_be_tried_again(world: World, runner: Runner, driver: Driver) -> None:
    tenants = [world.provisioned()[0] for _ in range(3)]
    broken = tenants[1]
    seen(world)
    place(world, broken).rename(place(world, broken).with_suffix(".away"))
    again: list[tuple[str, ...]] = []
    recipient = new_identity()[0]
    wizard = driver.open(FleetBackupWizard(world.console, runner, (), TenantQuery(), again.append))
    assert driver.find(wizard, QRadioButton, "crowd-everybody").isChecked()
    assert driver.find(wizard, QRadioButton, "crowd-never")
    driver.go_on(wizard)
    driver.find(wizard, QCheckBox, "proveAllBox").click()
    assert nameless(wizard) == []
    driver.go_on(wizard)
    driver.find(wizard, QRadioButton, "sealRecipients").click()
    wizard.seal_page.another.setText(recipient)
    wizard.seal_page.another.textEdited.emit(recipient)
    driver.go_on(wizard)
    told = "\n".join(driver.texts(wizard))
    assert "Everybody · 3 users" in told
    assert f"fleet backup --recipient {recipient} --prove" in driver.command(wizard)

    job = driver.finish(wizard)

    assert job.state is JobState.SUCCEEDED, job.error
    message = job.result
    assert isinstance(message, Message)
    assert message.text.startswith("2 done · 1 failed")
    assert f"({broken})" in message.text
    assert message.action is not None
    message.action.run()
    assert again == [(broken,)]
    made = {backup.tenant: backup for backup in world.console.backups.list()}
    assert sorted(made) == sorted(set(tenants) - {broken})
    assert all(backup.encrypted and backup.verified_at for backup in made.values())
    last = world.console.fleet_backups.last(FleetWork.BACKUP)
    assert last is not None
    assert (sorted(last.done), list(last.failed)) == (sorted(made), [broken])


def test_the_view_shows_each_with_what_came_of_it(hands: Hands, world: World) -> None:
    good, broken, bare = (world.provisioned()[0] for _ in range(3))
    seen(world)
    fleet = world.console.fleet_backups
    place(world, broken).rename(place(world, broken).with_suffix(".away"))
    fleet.backup(fleet.plan((good, broken)), JobContext(), prove=True)
    seen(world)
    view = hands.show(FleetBackupsView(hands.context))
    view.refresh()
    hands.settle()
    QAbstractItemModelTester(view.records, QAbstractItemModelTester.FailureReportingMode.Fatal, view)

    lines = {view.records.record(row).entry.id: row for row in range(3)}  # type: ignore[union-attr]
    assert view.records.cell(lines[good], 4).text == "Backed up"
    assert view.records.cell(lines[good], 3).text == "Proved"
    assert view.records.cell(lines[broken], 4).text == "Backup failed"
    assert view.records.cell(lines[bare], 4).text == "Not in it"
    assert view.records.cell(lines[bare], 3).text == "Never backed up"
    assert "1 database could not be backed up" in hands.texts(view)
    assert nameless(view) == []
    view.narrow(Filter.FAILED)
    assert view.records.rowCount() == 1
    assert fleet.last(FleetWork.BACKUP).failed[broken] in hands.texts(view)  # type: ignore[union-attr]
    hands.press(view, "tryThisAgainButton")
    hands.press(view, "proveAllButton")
    assert hands.opened == [("back_up_all", (broken,)), ("prove_all", ())]
    view.narrow(Filter.UNPROVED)
    assert view.states.view is View.EMPTY
    place(world, broken).with_suffix(".away").rename(place(world, broken))
    world.console.backups.create(broken, JobContext())
    seen(world)
    view.narrow(Filter.ALL)
    view.refresh()
    hands.settle()
    assert "could not be backed up" not in hands.texts(view), "who was backed up since is not told of any more"


def test_a_run_that_was_cut_off_is_told_of_with_the_way_on(hands: Hands, world: World) -> None:
    for _ in range(3):
        world.provisioned()
    seen(world)
    fleet = world.console.fleet_backups
    job = JobContext(on_progress=lambda progress: job.cancel() if progress.done else None)
    with pytest.raises(Cancelled):
        fleet.backup(fleet.plan(), job, workers=1)
    (last,) = world.folders.state.rglob("last-backup.json")
    last.unlink()  # as where the process was killed
    view = hands.show(FleetBackupsView(hands.context))
    view.refresh()
    hands.settle()
    assert "has not got to its end" in hands.texts(view)

    hands.press(view, "goOnButton")

    assert hands.opened == [("back_up_all", ())]


def test_the_failed_ones_are_offered_and_a_cut_off_run_is_gone_on_with(
    world: World, runner: Runner, driver: Driver
) -> None:
    first, second = (world.provisioned()[0] for _ in range(2))
    seen(world)
    away = place(world, second).with_suffix(".away")
    place(world, second).rename(away)
    fleet = world.console.fleet_backups
    fleet.backup(fleet.plan(), JobContext())
    away.rename(place(world, second))
    wizard = driver.open(FleetBackupWizard(world.console, runner, (second,), TenantQuery(), lambda _all: None))
    assert driver.find(wizard, QRadioButton, "crowd-chosen").isChecked()
    driver.find(wizard, QRadioButton, "crowd-everybody").click()
    for _ in range(3):
        driver.go_on(wizard)
    assert "whom it did is left out" in "\n".join(driver.texts(wizard))

    driver.finish(wizard)

    assert {backup.tenant for backup in world.console.backups.list()} == {first, second}
    assert len(world.console.backups.list(first)) == 1, "who is done is not done twice"


def test_newest_backups_are_proved_and_one_that_does_not_hold_is_named(
    world: World, runner: Runner, driver: Driver
) -> None:
    good, damaged = (world.provisioned()[0] for _ in range(2))
    world.console.backups.create(good, JobContext())
    spoilt = world.console.backups.create(damaged, JobContext())
    spoilt.path.write_bytes(spoilt.path.read_bytes()[:-1] + b"x")
    seen(world)
    wizard = driver.open(FleetVerifyWizard(world.console, runner, (), TenantQuery(), lambda _all: None))
    driver.go_on(wizard)
    driver.go_on(wizard)
    assert driver.command(wizard).endswith("fleet verify")

    job = driver.finish(wizard)

    assert isinstance(job.result, Message)
    assert "1 done · 1 failed" in job.result.text
    assert f"({damaged})" in job.result.text
    assert [backup.tenant for backup in world.console.backups.list() if backup.verified_at] == [good]


def test_where_nobody_has_a_database_there_is_nobody_to_choose(world: World, runner: Runner, driver: Driver) -> None:
    world.add_tenant()
    seen(world)
    wizard = driver.open(FleetBackupWizard(world.console, runner, (), TenantQuery(), lambda _all: None))
    assert not wizard.next_button.isEnabled()


def test_what_the_window_says_of_limits_is_what_the_services_hold() -> None:
    assert (pages.USUAL_WORKERS, pages.SESSIONS_EACH) == (fleet_workers.WORKERS, fleet_workers.SESSIONS_EACH)
    assert seal_choice.SHORTEST_PASSPHRASE == encryption.SHORTEST_PASSPHRASE
