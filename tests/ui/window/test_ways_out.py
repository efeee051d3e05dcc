"""What is refused offers the way out as a button, and the button leads there."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtWidgets import QAbstractButton, QApplication, QWidget
from pytestqt.qtbot import QtBot

import pagevoo_console.services
from pagevoo_console.domain.errors import Busy, Failed, Refused
from pagevoo_console.domain.job import Task
from pagevoo_console.services.jobs import JobContext
from pagevoo_console.ui.kit.task_wizard import TaskWizard
from pagevoo_console.ui.main_window import MainWindow
from pagevoo_console.ui.ways_out import WAYS, way_out_of_work, ways_out
from tests.services.platform_world import World
from tests.ui.window.conftest import OpenWindow, at_rest
from tests.ui.window.test_main_window import workspace
from tests.ui.worlds import nameless


def wizard_over(window: MainWindow) -> TaskWizard:
    (shown,) = [one for one in window.findChildren(TaskWizard) if one.isVisible()]
    return shown


def offered(place: QWidget) -> list[str]:
    """The ways out in sight, from left to right."""
    found = [one for one in place.findChildren(QAbstractButton) if one.objectName().startswith("way")]
    return [one.objectName() for one in found if one.isVisible()]


def take(window: MainWindow, name: str, qtbot: QtBot) -> None:
    (way,) = [one for one in wizard_over(window).findChildren(QAbstractButton, name) if one.isVisible()]
    way.click()
    at_rest(qtbot, window)
    QApplication.processEvents()


def test_a_second_database_is_refused_with_moving_and_deleting_a_click_away(
    open_window: OpenWindow, world: World, qtbot: QtBot
) -> None:
    tenant, _ = world.provisioned()
    window = open_window(world)
    workspace(window).context.doors.create_database(tenant)
    at_rest(qtbot, window)
    assert offered(wizard_over(window)) == ["waySwitch", "wayDelete"]
    assert nameless(wizard_over(window)) == []

    take(window, "wayDelete", qtbot)

    assert wizard_over(window).windowTitle() == f"Delete {world.name(tenant)}"


def test_without_a_database_a_plan_leads_to_publishing_or_creating(
    open_window: OpenWindow, world: World, qtbot: QtBot
) -> None:
    tenant, _ = world.add_tenant()
    window = open_window(world)
    doors = workspace(window).context.doors
    for name, title in (("wayPublish", "Publish website"), ("wayCreate", "Create database")):
        doors.delete_database(tenant)
        at_rest(qtbot, window)
        assert offered(wizard_over(window)) == ["wayPublish", "wayCreate"]
        take(window, name, qtbot)
        assert wizard_over(window).windowTitle() == title
        wizard_over(window).reject()
    doors.features.drift(tenant)
    at_rest(qtbot, window)
    assert offered(workspace(window).room_in_sight) == ["wayPublish", "wayCreate"]


def test_a_website_with_the_database_may_have_it_moved_before(
    open_window: OpenWindow, world: World, qtbot: QtBot
) -> None:
    tenant, _ = world.provisioned()
    window = open_window(world)
    (website,) = world.console.tenants.websites(tenant)
    workspace(window).context.doors.delete_website(website)
    at_rest(qtbot, window)

    take(window, "waySwitch", qtbot)

    assert wizard_over(window).windowTitle() == "Move the database"


def test_who_is_gone_meanwhile_leads_to_reading_everything_again(
    open_window: OpenWindow, world: World, qtbot: QtBot
) -> None:
    tenant, _ = world.add_tenant()
    window = open_window(world)
    assert workspace(window).browser.records.rowCount() == 1
    world.write("DELETE FROM user_websites")
    world.write("DELETE FROM users")
    workspace(window).context.doors.delete_database(tenant)
    at_rest(qtbot, window)
    assert offered(wizard_over(window)) == ["wayRefresh"]

    take(window, "wayRefresh", qtbot)

    assert not [one for one in window.findChildren(TaskWizard) if one.isVisible()]
    qtbot.waitUntil(lambda: workspace(window).browser.records.rowCount() == 0, timeout=20_000)


def test_a_job_that_finds_somebody_at_work_leads_to_the_operations(
    open_window: OpenWindow, world: World, qtbot: QtBot
) -> None:
    tenant, _ = world.provisioned()
    window = open_window(world)

    def freeze(_job: JobContext) -> None:
        raise Busy("Somebody is at work")

    window.runner.run(Task("Freeze", "master", freeze, tenant))
    qtbot.waitUntil(lambda: bool(window.messenger.log), timeout=20_000)
    told = window.messenger.log[-1].message
    assert told.title == "Freeze failed"
    assert told.action is not None
    assert told.action.title == "Show operations"

    told.action.run()
    at_rest(qtbot, window)

    assert workspace(window).room == "operations"


def test_nobody_is_offered_what_needs_a_tenant_where_there_is_none_nor_a_way_out_of_a_bug(
    open_window: OpenWindow, world: World
) -> None:
    context = workspace(open_window(world)).context
    refusal = Refused("There is one", code="database_exists")
    assert ways_out(context, refusal, "") == ()
    assert [way.name for way in ways_out(context, refusal, "7", but=("switch",))] == ["wayDelete"]
    for error in (Failed("It did not work"), ValueError("database_exists")):
        assert ways_out(context, error, "7") == ()
        assert way_out_of_work(context, error, "7") is None


def test_what_stops_work_offers_a_way_that_deletes_nothing(open_window: OpenWindow, world: World) -> None:
    context = workspace(open_window(world)).context
    for code, name in (
        ("database_exists", "wayFindings"),
        ("locked_to_website", None),
        ("database_required", "wayPublish"),
        ("busy", "wayOperations"),
    ):
        way = way_out_of_work(context, Refused("No", code=code), "7")
        assert (None if way is None else way.name) == name


@pytest.mark.parametrize("code", sorted(WAYS))
def test_every_refusal_of_the_table_is_one_that_the_services_know(code: str) -> None:
    folder = Path(pagevoo_console.services.__path__[0])
    domain = (folder.parent / "domain").glob("*.py")
    assert any(f'"{code}"' in file.read_text() for file in (*folder.rglob("*.py"), *domain))
