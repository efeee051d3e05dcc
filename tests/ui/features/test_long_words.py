"""With words two fifths longer than English nothing of the feature manager's own is cut off."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from PySide6.QtWidgets import QApplication, QCheckBox, QRadioButton, QWidget
from pytestqt.qtbot import QtBot

from pagevoo_console.ui.features.panel import FeaturePanel
from pagevoo_console.ui.kit.wizard import Wizard
from pagevoo_console.ui.main_window import MainWindow
from tests.services.platform_world import World
from tests.ui.clipping import NotedLongWords
from tests.ui.features.conftest import Blog
from tests.ui.window.conftest import at_rest, open_window
from tests.ui.window.test_long_words import still_cut_off

__all__ = ["open_window"]

OpenWindow = Callable[[World], MainWindow]


@pytest.fixture
def words(qapp: QApplication) -> Iterator[NotedLongWords]:
    made = NotedLongWords()
    qapp.installTranslator(made)
    yield made
    qapp.removeTranslator(made)


def walk(shown: Wizard, window: MainWindow, words: NotedLongWords, qtbot: QtBot) -> list[str]:
    """What is cut off on any of its pages."""
    found = still_cut_off(qtbot, shown, words)
    while not shown.flow.is_last:
        for choice in (*shown.findChildren(QRadioButton), *shown.findChildren(QCheckBox, "lockConsentBox")):
            choice.setChecked(choice.isVisible())
        assert shown.next_button.isEnabled(), shown.current_page.title
        shown.next_button.click()
        at_rest(qtbot, window)
        found += still_cut_off(qtbot, shown, words)
    return found


@pytest.mark.parametrize("gesture", ["upgrade", "uninstall", "repair", "adopt", "first"])
def test_no_wizard_of_features_cuts_anything_off(
    gesture: str, words: NotedLongWords, open_window: OpenWindow, blog: Blog, qtbot: QtBot
) -> None:
    if gesture == "adopt":
        blog.give_to_laravel()
    if gesture == "upgrade":
        blog.set_back()
    elif gesture != "uninstall":
        blog.harm()
    window = open_window(blog.world)
    assert window.workspace is not None
    doors = window.workspace.context.doors
    match gesture:
        case "first":
            tenant, _ = blog.world.add_tenant("pro", 2, "Grace Hopper")
            doors.install_features(tenant, ("blog",))
        case "upgrade":
            doors.features.upgrade(blog.tenant, ("blog",))
        case "uninstall":
            doors.features.uninstall(blog.tenant, "blog")
        case "repair":
            doors.features.repair(blog.tenant, ())
        case _:
            doors.features.adopt(blog.tenant, "blog")
    at_rest(qtbot, window)
    shown = window.findChild(Wizard)
    assert shown is not None

    assert walk(shown, window, words, qtbot) == []
    assert shown.height() <= window.height()
    shown.reject()


def test_neither_the_cards_nor_the_drift_cut_anything_off(
    words: NotedLongWords, open_window: OpenWindow, blog: Blog, qtbot: QtBot
) -> None:
    blog.harm()
    window = open_window(blog.world)
    assert window.workspace is not None
    window.workspace.show_tenant(blog.tenant)
    at_rest(qtbot, window)
    panel = window.findChild(FeaturePanel)
    assert panel is not None
    qtbot.waitUntil(lambda: panel.is_settled, timeout=20_000)
    at_rest(qtbot, window)
    qtbot.waitUntil(lambda: panel.is_settled and panel.cards["blog"].drift.isVisible(), timeout=20_000)
    panel.cards["blog"].fold.click()

    assert still_cut_off(qtbot, panel, words) == []
    window.workspace.context.doors.features.drift(blog.tenant)
    at_rest(qtbot, window)
    place = window.findChild(QWidget, "driftView")
    assert place is not None
    assert still_cut_off(qtbot, place, words) == []
