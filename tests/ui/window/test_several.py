"""Several rows chosen in the list: who they are, and the one thing that is done to several at once."""

from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractButton, QWidget
from pytestqt.qtbot import QtBot

from pagevoo_console.domain.several_deletions import MOST_AT_ONCE
from pagevoo_console.ui.deletions.several_wizard import DeleteSeveralWizard
from pagevoo_console.ui.main_window import MainWindow
from pagevoo_console.ui.tenants.several_page import SeveralPage
from pagevoo_console.ui.workspace import Workspace
from tests.services.platform_world import World
from tests.ui.window.conftest import OpenWindow, at_rest
from tests.ui.worlds import nameless

CTRL, SHIFT = Qt.KeyboardModifier.ControlModifier, Qt.KeyboardModifier.ShiftModifier
NONE = Qt.KeyboardModifier.NoModifier


def click(window: MainWindow, qtbot: QtBot, row: int, held: Qt.KeyboardModifier = NONE) -> None:
    shown = workspace(window).browser.list
    place = shown.visualRect(shown.model().index(row, 0)).center()
    QTest.mouseClick(shown.viewport(), Qt.MouseButton.LeftButton, held, place)
    at_rest(qtbot, window)


def workspace(window: MainWindow) -> Workspace:
    assert window.workspace is not None
    return window.workspace


def page(window: MainWindow) -> SeveralPage:
    shown = workspace(window).room_in_sight
    assert isinstance(shown, SeveralPage)
    return shown


def button(parent: QWidget, name: str) -> QAbstractButton:
    (found,) = [each for each in parent.findChildren(QAbstractButton, name) if each.isVisible()]
    return found


def test_several_rows_lead_to_their_deletion_and_one_row_back_to_its_page(
    open_window: OpenWindow, world: World, qtbot: QtBot
) -> None:
    tenants = {world.provisioned()[0] for _ in range(3)}
    window = open_window(world)

    click(window, qtbot, 0)
    assert workspace(window).room == "tenant"
    click(window, qtbot, 2, CTRL)
    assert [entry.id in tenants for entry in page(window).entries] == [True, True]
    assert page(window).header.title.text() == "2 users"
    assert nameless(page(window)) == []
    click(window, qtbot, 2, SHIFT)
    click(window, qtbot, 0, SHIFT)
    assert {entry.id for entry in page(window).entries} == tenants
    assert window.actions_["database.delete"].isEnabled()
    assert not window.actions_["backup.create"].isEnabled()
    workspace(window).browser.refresh()
    at_rest(qtbot, window)
    assert {entry.id for entry in page(window).entries} == tenants

    button(page(window), "deleteSeveralButton").click()
    at_rest(qtbot, window)
    (wizard,) = [each for each in window.findChildren(DeleteSeveralWizard) if each.isVisible()]
    assert wizard.list_page.content is not None
    assert {plan.request.tenant for plan in wizard.list_page.content.deletions} == tenants
    wizard.reject()

    click(window, qtbot, 1)
    assert workspace(window).room == "tenant"
    assert workspace(window).page.tenant_id in tenants
    assert len(window.workspace.browser.list.selected_records() if window.workspace else ()) == 1


def test_without_a_database_or_too_many_there_is_nothing_to_press(
    open_window: OpenWindow, world: World, qtbot: QtBot
) -> None:
    world.provisioned()
    for _ in range(MOST_AT_ONCE):
        world.add_tenant()
    window = open_window(world)

    click(window, qtbot, 0)
    click(window, qtbot, 1, CTRL)
    assert not button(page(window), "deleteSeveralButton").isEnabled()
    assert not window.actions_["database.delete"].isEnabled()
    QTest.keyClick(workspace(window).browser.list, Qt.Key.Key_A, CTRL)
    at_rest(qtbot, window)
    assert page(window).header.title.text() == f"{MOST_AT_ONCE + 1} users"
    assert page(window).entries == ()
    assert not button(page(window), "deleteSeveralButton").isEnabled()

    workspace(window).show_overview()
    at_rest(qtbot, window)
    assert workspace(window).room == "overview"
