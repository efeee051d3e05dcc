"""All of the window without a mouse: the Tab key gets everywhere, and where it is can be seen."""

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractButton, QApplication, QWidget
from pytestqt.qtbot import QtBot

from pagevoo_console.ui.kit.theme import Scheme
from pagevoo_console.ui.kit.wizard import Wizard
from pagevoo_console.ui.main_window import MainWindow
from tests.services.platform_world import World
from tests.ui.window.conftest import OpenWindow, at_rest
from tests.ui.window.test_main_window import workspace


def tabbed(start: QWidget) -> list[QWidget]:
    """Where the Tab key leads until it comes round."""
    seen: list[QWidget] = []
    for _ in range(200):
        focused = QApplication.focusWidget()
        if focused is None or focused in seen:
            break
        seen.append(focused)
        QTest.keyClick(focused, Qt.Key.Key_Tab)
    return seen


def open_wizard(window: MainWindow, world: World, qtbot: QtBot) -> Wizard:
    tenant, _ = world.add_tenant(websites=2)
    workspace(window).context.doors.create_database(tenant)
    at_rest(qtbot, window)
    wizard = window.findChild(Wizard)
    assert wizard is not None
    wizard.activateWindow()
    qtbot.waitUntil(lambda: wizard.isActiveWindow() and wizard.focusWidget() is not None, timeout=5_000)
    return wizard


def test_a_tenants_page_is_reached_with_the_tab_key_alone(open_window: OpenWindow, world: World, qtbot: QtBot) -> None:
    tenant, _ = world.provisioned()
    window = open_window(world)
    workspace(window).show_tenant(tenant)
    at_rest(qtbot, window)
    window.activateWindow()
    window.focus_search()
    qtbot.waitUntil(lambda: QApplication.focusWidget() is not None, timeout=5_000)
    reached = {widget.objectName() for widget in tabbed(window)}

    assert {"tenantSearch", "tenantList", "manageDatabaseButton", "testConnectionButton", "backUpButton"} <= reached
    assert {"activityButton", "paletteButton", "room.overview", "installFeaturesButton"} <= reached


def test_a_wizard_goes_from_its_choice_to_its_verb_and_comes_round(
    open_window: OpenWindow, world: World, qtbot: QtBot
) -> None:
    wizard = open_wizard(open_window(world), world, qtbot)
    assert isinstance(wizard.focusWidget(), QAbstractButton)
    assert wizard.current_page.isAncestorOf(wizard.focusWidget())
    QTest.keyClick(wizard.focusWidget(), Qt.Key.Key_Space)
    order = tabbed(wizard)

    assert {"nextButton", "cancelButton"} <= {widget.objectName() for widget in order}
    assert all(wizard.isAncestorOf(widget) for widget in order)
    wizard.reject()


@pytest.mark.parametrize("scheme", [Scheme.LIGHT, Scheme.DARK])
def test_the_focus_is_seen_on_every_button_of_a_wizard(
    scheme: Scheme, open_window: OpenWindow, world: World, qtbot: QtBot
) -> None:
    window = open_window(world)
    window.theme.set_scheme(scheme)
    wizard = open_wizard(window, world, qtbot)
    buttons = [each for each in wizard.findChildren(QAbstractButton) if each.isVisible() and each.isEnabled()]

    for each in buttons:
        each.clearFocus()
        without = each.grab().toImage()
        each.setFocus(Qt.FocusReason.TabFocusReason)
        assert each.hasFocus(), each.accessibleName()
        assert each.grab().toImage() != without, f"{each.accessibleName()} looks the same"
    wizard.reject()
    window.theme.set_scheme(Scheme.SYSTEM)
