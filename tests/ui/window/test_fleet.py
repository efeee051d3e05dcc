"""The rooms of the fleet and a tenant's account, reached through the window."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLabel, QPushButton
from pytestqt.qtbot import QtBot

from pagevoo_console.ui.accounts.account_line import AccountLine
from pagevoo_console.ui.fleet.findings_view import FindingsView
from pagevoo_console.ui.kit.states import View
from pagevoo_console.ui.kit.task_wizard import TaskWizard
from tests.services.platform_world import World
from tests.ui.window.conftest import OpenWindow, at_rest
from tests.ui.window.test_main_window import child, workspace


def test_what_needs_attention_leads_to_the_registry_check_and_a_repair_there_mends_it(
    open_window: OpenWindow, world: World, qtbot: QtBot
) -> None:
    tenant, _ = world.add_tenant()
    world.write("UPDATE user_websites SET is_published = 1")
    window = open_window(world)
    assert not window.actions_["fleet.repair_all"].isEnabled()

    QTest.mouseClick(
        child(workspace(window).overview, "concern.contradictions", QPushButton), Qt.MouseButton.LeftButton
    )
    at_rest(qtbot, window)
    view = window.findChild(FindingsView)
    assert view is not None
    assert view.records.rowCount() == 1
    window.actions_.trigger("fleet.repair")
    at_rest(qtbot, window)
    wizard = window.findChild(TaskWizard)
    assert wizard is not None
    wizard.finish_button.click()
    qtbot.waitUntil(lambda: view.states.view is View.EMPTY, timeout=20_000)
    at_rest(qtbot, window)

    assert world.write("SELECT is_published FROM user_websites WHERE user_id = {0}", int(tenant)) == [(0,)]
    assert workspace(window).overview.findChild(QPushButton, "concern.contradictions") is None


def test_the_servers_are_a_click_from_the_overview(open_window: OpenWindow, world: World, qtbot: QtBot) -> None:
    window = open_window(world)

    QTest.mouseClick(child(workspace(window).overview, "serverLimitsButton", QPushButton), Qt.MouseButton.LeftButton)
    at_rest(qtbot, window)

    assert workspace(window).room == "servers"


def test_the_card_of_the_database_says_who_can_log_in(open_window: OpenWindow, world: World, qtbot: QtBot) -> None:
    tenant, _ = world.provisioned()
    window = open_window(world)

    workspace(window).show_tenant(tenant)
    at_rest(qtbot, window)
    line = workspace(window).status.findChild(AccountLine)

    assert line is not None
    assert line.isVisible()
    assert any("SQLite has no accounts" in label.text() for label in line.findChildren(QLabel))
    assert window.actions_["account.create"].isEnabled()
