"""Websites on a tenant's page: what is locked and why, the ways out, and each website's own menu."""

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractButton, QApplication, QLabel, QMenu, QRadioButton, QWidget
from pytestqt.qtbot import QtBot

from pagevoo_console.services.jobs import JobContext
from pagevoo_console.ui.kit.pills import BadgeView
from pagevoo_console.ui.kit.questions import QuestionDialog
from pagevoo_console.ui.kit.wizard import Wizard
from pagevoo_console.ui.main_window import MainWindow
from tests.services.platform_world import World
from tests.ui.window.conftest import OpenWindow, at_rest
from tests.ui.worlds import nameless


def with_database(world: World, websites: int = 2) -> tuple[str, list[str]]:
    tenant, made = world.add_tenant(websites=websites)
    world.console.databases.create(world.console.databases.plan_creation(tenant, made[0]), JobContext())
    return tenant, made


def page_of(window: MainWindow, tenant: str, qtbot: QtBot) -> QWidget:
    assert window.workspace is not None
    window.workspace.show_tenant(tenant)
    at_rest(qtbot, window)
    return window.workspace.page


def button(parent: QWidget, name: str) -> QAbstractButton:
    (found,) = [each for each in parent.findChildren(QAbstractButton, name) if each.isVisible()]
    return found


def texts(parent: QWidget) -> list[str]:
    return [label.text() for label in parent.findChildren(QLabel) if label.isVisible()]


def click(widget: QWidget, window: MainWindow, qtbot: QtBot) -> None:
    QTest.mouseClick(widget, Qt.MouseButton.LeftButton)
    at_rest(qtbot, window)


def wizard_over(window: MainWindow) -> Wizard:
    (found,) = [each for each in window.findChildren(Wizard) if each.isVisible()]
    return found


def menu_over(window: MainWindow) -> QMenu:
    shown = QApplication.activePopupWidget()
    assert isinstance(shown, QMenu)
    return shown


def offered(menu: QMenu) -> list[str]:
    return [action.objectName() for action in menu.actions() if not action.isSeparator()]


def test_a_blocked_template_and_a_second_database_are_told_with_the_ways_out(
    open_window: OpenWindow, world: World, qtbot: QtBot
) -> None:
    tenant, websites = with_database(world)
    window = open_window(world)
    page = page_of(window, tenant, qtbot)

    (box,) = [each for each in page.findChildren(QWidget, "lockBox") if each.isVisible()]
    said = texts(box)
    assert "A new template is blocked" in said
    assert any(text.startswith(f"You have an active database for website {websites[0]}:") for text in said)
    assert f"User {tenant} already has an active database: {world.name(tenant)}" in said
    assert nameless(box) == []
    click(button(box, "wayDelete"), window, qtbot)
    assert wizard_over(window).windowTitle() == f"Delete {world.name(tenant)}"
    wizard_over(window).reject()
    click(button(box, "waySwitch"), window, qtbot)
    assert wizard_over(window).windowTitle() == "Move the database"
    wizard_over(window).reject()


def test_without_a_database_features_are_blocked_and_publishing_or_creating_is_offered(
    open_window: OpenWindow, world: World, qtbot: QtBot
) -> None:
    tenant, _ = world.add_tenant()
    window = open_window(world)
    page = page_of(window, tenant, qtbot)

    assert f"User {tenant} has no active database." in texts(page)
    click(button(page, "wayPublish"), window, qtbot)
    assert wizard_over(window).windowTitle() == "Publish website"
    wizard_over(window).reject()
    click(button(page, "wayCreate"), window, qtbot)
    assert wizard_over(window).windowTitle() == "Create database"
    wizard_over(window).reject()


def test_each_website_shows_its_state_and_a_locked_one_takes_the_database_over(
    open_window: OpenWindow, world: World, qtbot: QtBot
) -> None:
    tenant, websites = with_database(world)
    world.write("UPDATE user_websites SET is_published = {0} WHERE id = {1}", True, int(websites[0]))
    window = open_window(world)
    page = page_of(window, tenant, qtbot)

    def badges(website: str) -> list[str]:
        (line,) = page.findChildren(QWidget, f"website.{website}")
        return [badge.badge.text for badge in line.findChildren(BadgeView)]

    assert badges(websites[0]) == ["Published", "Has the database"]
    assert badges(websites[1]) == ["Draft", "Locked"]
    click(button(page, f"takeDatabase.{websites[1]}"), window, qtbot)
    wizard = wizard_over(window)
    (chosen,) = [each for each in wizard.findChildren(QRadioButton) if each.isChecked()]
    assert chosen.objectName() == f"website-{websites[1]}"
    wizard.reject()


def test_a_websites_menu_offers_what_can_be_done_with_it_and_takes_it_in_hand(
    open_window: OpenWindow, world: World, qtbot: QtBot
) -> None:
    tenant, websites = with_database(world)
    world.write("UPDATE user_websites SET is_published = {0} WHERE id = {1}", True, int(websites[0]))
    window = open_window(world)
    page = page_of(window, tenant, qtbot)
    assert window.workspace is not None
    assert window.workspace.selection.website is not None
    assert window.workspace.selection.website.id == websites[0]

    QTest.keyClick(button(page, f"websiteMenu.{websites[1]}"), Qt.Key.Key_Space)
    menu = menu_over(window)
    assert offered(menu) == ["website.publish", "website.take_database", "database.switch", "website.delete"]
    assert window.workspace.selection.website.id == websites[1]
    menu.close()

    click(button(page, f"websiteMenu.{websites[0]}"), window, qtbot)
    menu = menu_over(window)
    assert offered(menu) == ["website.unpublish", "database.switch", "website.delete"]
    menu.close()


@pytest.mark.parametrize("answer", ["yesButton", "noButton"])
def test_unpublishing_asks_first_and_leaves_the_database(
    open_window: OpenWindow, world: World, qtbot: QtBot, answer: str
) -> None:
    tenant, (website,) = with_database(world, websites=1)
    world.write("UPDATE user_websites SET is_published = {0} WHERE id = {1}", True, int(website))
    window = open_window(world)
    page_of(window, tenant, qtbot)

    window.actions_.trigger("website.unpublish")
    (question,) = [each for each in window.findChildren(QuestionDialog) if each.isVisible()]
    click(button(question, answer), window, qtbot)
    qtbot.waitUntil(lambda: not window.jobs.active(), timeout=20_000)
    at_rest(qtbot, window)

    is_published = world.console.tenants.websites(tenant)[0].is_published
    assert is_published is (answer == "noButton")
    assert world.name(tenant) in world.master.databases()


def test_the_tier_can_be_changed_from_the_header_and_from_the_palette(
    open_window: OpenWindow, world: World, qtbot: QtBot
) -> None:
    tenant, _ = world.add_tenant()
    window = open_window(world)
    page = page_of(window, tenant, qtbot)

    click(button(page, "changeTierButton"), window, qtbot)
    assert wizard_over(window).windowTitle() == "Change tier"
    wizard_over(window).reject()
    entries = {entry.title: entry for entry in window.actions_.palette_entries()}
    assert {"Change tier…", "Publish website…", "Delete website…"} <= set(entries)
    assert "Move database to another website…" not in entries


def test_fault_91_92_a_hostile_website_name_is_shown_as_it_is(
    open_window: OpenWindow, world: World, qtbot: QtBot
) -> None:
    tenant, websites = with_database(world)
    world.write("UPDATE user_websites SET name = {0} WHERE id = {1}", "<b>Bold & Co</b>", int(websites[0]))
    window = open_window(world)
    page = page_of(window, tenant, qtbot)

    assert "<b>Bold & Co</b>" in texts(page)
    assert "Locked, because the active database belongs to “<b>Bold & Co</b>”." in texts(page)
