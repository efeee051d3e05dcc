"""Deleting several: the list, the count that is typed, and what came of it."""

import pytest
from PySide6.QtWidgets import QLineEdit, QSpinBox

from pagevoo_console.domain.job import JobState
from pagevoo_console.ui.deletions import several_wizard
from pagevoo_console.ui.deletions.several_wizard import DeleteSeveralWizard
from pagevoo_console.ui.kit.messages import Message, MessageKind
from pagevoo_console.ui.kit.runner import Runner
from pagevoo_console.ui.kit.states import View
from tests.services.platform_world import World
from tests.ui.wizard_driver import Driver


def opened(world: World, runner: Runner, driver: Driver, *tenants: str) -> DeleteSeveralWizard:
    return driver.open(DeleteSeveralWizard(world.console, runner, tenants))


def at_the_review(world: World, runner: Runner, driver: Driver, *tenants: str) -> DeleteSeveralWizard:
    wizard = opened(world, runner, driver, *tenants)
    driver.go_on(wizard)
    driver.go_on(wizard)
    return wizard


@pytest.fixture(autouse=True)
def hurry(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(several_wizard, "PAUSE_SECONDS", 0)


def test_several_are_deleted_once_their_count_is_typed(world: World, runner: Runner, driver: Driver) -> None:
    one, two = world.provisioned()[0], world.provisioned()[0]
    wizard = opened(world, runner, driver, one, two)
    shown = "\n".join(driver.texts(wizard))
    assert world.name(one) in shown
    assert world.name(two) in shown
    driver.go_on(wizard)
    driver.find(wizard, QSpinBox, "graceDaysBox").setValue(3)
    driver.find(wizard, QLineEdit, "reasonEdit").setText("moved away")
    driver.go_on(wizard)

    for wrong in ("", "1", "3", world.name(one)):
        driver.paste(wizard, "confirmNameEdit", wrong)
        assert not wizard.finish_button.isEnabled()
    expected = f"database delete {one} {two} --confirm-count 2 --grace 3 --reason 'moved away'"
    assert driver.command(wizard).endswith(expected)
    driver.paste(wizard, "confirmNameEdit", "2")
    job = driver.finish(wizard)

    assert job.state is JobState.SUCCEEDED, job.error
    assert isinstance(job.result, Message)
    assert job.result.kind is MessageKind.GOOD
    assert {entry.grace_days for entry in world.console.trash.list()} == {3}
    assert {entry.tenant for entry in world.console.trash.list()} == {one, two}


def test_where_it_stops_the_message_says_at_whom_and_why(world: World, runner: Runner, driver: Driver) -> None:
    one, two = world.provisioned()[0], world.provisioned()[0]
    wizard = at_the_review(world, runner, driver, one, two)
    world.write("CREATE TABLE slipped_in (id INT PRIMARY KEY)", database=world.name(two))
    driver.paste(wizard, "confirmNameEdit", "2")

    job = driver.finish(wizard)

    assert isinstance(job.result, Message)
    assert job.result.kind is MessageKind.WARNING
    assert two in job.result.title
    assert "tables instead of" in job.result.text
    assert world.name(two) in world.master.databases()


def test_somebody_who_cannot_be_deleted_keeps_all_of_them(world: World, runner: Runner, driver: Driver) -> None:
    one, _ = world.provisioned()
    never, _ = world.add_tenant()

    wizard = opened(world, runner, driver, one, never)

    assert wizard.list_page.states.view is View.ERROR
    assert never in "\n".join(driver.texts(wizard))
    assert not wizard.next_button.isEnabled()
