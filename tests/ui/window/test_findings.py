"""Every line of what needs attention leads somewhere, and tenants are called by their names."""

from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QPushButton
from pytestqt.qtbot import QtBot

from pagevoo_console.ui.overview.findings import FindingsDialog
from tests.services.platform_world import World
from tests.ui.window.conftest import OpenWindow, at_rest
from tests.ui.window.test_main_window import child, workspace


def test_databases_without_an_owner_are_listed_with_their_place(
    open_window: OpenWindow, world: World, qtbot: QtBot
) -> None:
    tenant, _ = world.provisioned()
    world.write("DELETE FROM user_databases WHERE user_id = {0}", tenant)
    window = open_window(world)

    QTest.mouseClick(child(workspace(window).overview, "concern.orphans", QPushButton), Qt.MouseButton.LeftButton)
    dialog = window.findChild(FindingsDialog)
    assert dialog is not None
    cell = dialog.list.records.cell(0, 0)

    assert cell.text == world.name(tenant)
    assert cell.detail.endswith("no row of the registry names it")
    dialog.close()


def test_more_tenants_than_fit_are_listed_and_lead_to_their_pages(
    open_window: OpenWindow, world: World, qtbot: QtBot
) -> None:
    tenants = [world.add_tenant(name=f"Person {number}")[0] for number in range(8)]
    world.write("UPDATE user_websites SET is_published = 1")
    window = open_window(world)
    overview = workspace(window).overview

    link = child(overview, f"concern.published.{tenants[0]}", QPushButton)
    assert link.text() == f"Person 0 ({tenants[0]})"
    QTest.mouseClick(child(overview, "concern.published", QPushButton), Qt.MouseButton.LeftButton)
    dialog = window.findChild(FindingsDialog)
    assert dialog is not None
    assert dialog.list.records.rowCount() == 8
    QTest.keyClick(dialog.list, Qt.Key.Key_Down)
    QTest.keyClick(dialog.list, Qt.Key.Key_Return)
    at_rest(qtbot, window)

    assert workspace(window).page.tenant_id == tenants[1]
