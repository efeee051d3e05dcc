"""The window on a real master: what it shows, how one gets about, and what happens when the master goes away."""

from pathlib import Path
from typing import TypeVar

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QPushButton, QWidget
from pytestqt.qtbot import QtBot

from pagevoo_console.app import ensure_display
from pagevoo_console.domain.database import DatabaseState
from pagevoo_console.domain.errors import Failed
from pagevoo_console.domain.job import Task
from pagevoo_console.domain.tenant import TenantQuery
from pagevoo_console.services.jobs import JobContext
from pagevoo_console.ui.kit.questions import QuestionDialog
from pagevoo_console.ui.kit.states import View
from pagevoo_console.ui.main_window import MainWindow
from pagevoo_console.ui.workspace import Workspace
from tests.services.platform_world import World
from tests.ui.window.conftest import OpenWindow, at_rest

W = TypeVar("W", bound=QWidget)


def workspace(window: MainWindow) -> Workspace:
    assert window.workspace is not None
    return window.workspace


def child(parent: QWidget, name: str, kind: type[W] = QWidget) -> W:  # type: ignore[assignment]
    found = parent.findChild(kind, name)
    assert found is not None, name
    return found


def shown_names(window: MainWindow) -> list[str]:
    records = workspace(window).browser.records
    return [records.cell(row, 0).text for row in range(records.rowCount())]


def test_the_window_opens_on_the_fleet_and_lists_every_tenant(open_window: OpenWindow, world: World) -> None:
    world.add_tenant(name="Ada Lovelace")
    world.add_tenant(name="Grace Hopper")

    window = open_window(world)

    assert shown_names(window) == ["Ada Lovelace", "Grace Hopper"]
    assert workspace(window).room == "overview"
    assert workspace(window).overview.tenants.accessibleName().startswith("Users: 2")


def test_a_master_without_tenants_says_so_instead_of_showing_a_blank(open_window: OpenWindow, world: World) -> None:
    window = open_window(world)

    assert workspace(window).browser.states.view is View.EMPTY
    assert workspace(window).overview.states.view is View.EMPTY


def test_typing_finds_a_tenant_and_choosing_it_shows_its_page(
    open_window: OpenWindow, world: World, qtbot: QtBot
) -> None:
    world.add_tenant(name="Ada Lovelace")
    tenant, _ = world.add_tenant(name="Grace Hopper")
    window = open_window(world)
    browser = workspace(window).browser

    QTest.keyClicks(browser.search, "hopp")
    at_rest(qtbot, window)
    assert shown_names(window) == ["Grace Hopper"]
    QTest.keyClick(browser.search, Qt.Key.Key_Down)
    at_rest(qtbot, window)

    assert workspace(window).room == "tenant"
    assert workspace(window).page.tenant_id == tenant
    assert workspace(window).page.header.title.text() == "Grace Hopper"
    assert browser.count.text() == "1 of 2 users"


def test_a_search_that_finds_nobody_offers_to_clear_it(open_window: OpenWindow, world: World, qtbot: QtBot) -> None:
    world.add_tenant(name="Ada Lovelace")
    window = open_window(world)
    browser = workspace(window).browser

    QTest.keyClicks(browser.search, "nobody")
    at_rest(qtbot, window)
    assert browser.states.view is View.EMPTY
    clear = next(b for b in browser.states.findChildren(QPushButton) if b.text() == "Clear search and filters")
    QTest.mouseClick(clear, Qt.MouseButton.LeftButton)
    at_rest(qtbot, window)

    assert browser.records.rowCount() == 1
    assert browser.search.text() == ""


def test_a_page_shows_database_quota_features_and_that_nothing_was_backed_up(
    open_window: OpenWindow, world: World, qtbot: QtBot
) -> None:
    tenant, _ = world.provisioned()
    window = open_window(world)

    workspace(window).show_tenant(tenant)
    at_rest(qtbot, window)

    page = workspace(window).page
    assert page.tenant is not None
    assert page.tenant.database is not None
    assert page.tenant.database.state is DatabaseState.ACTIVE
    assert page.manage_button.accessibleName() == "Database active · Manage"
    assert not page.create_button.isVisible()
    assert workspace(window).status.states.view is View.CONTENT
    assert workspace(window).backups.states.view is View.EMPTY
    qtbot.waitUntil(lambda: page.findChild(QWidget, "feature.shop") is not None, timeout=10_000)
    assert child(page, "feature.shop").accessibleName() == "Shop: Available"


def test_test_connection_shows_every_layer(open_window: OpenWindow, world: World, qtbot: QtBot) -> None:
    tenant, _ = world.provisioned()
    window = open_window(world)
    workspace(window).show_tenant(tenant)
    at_rest(qtbot, window)

    QTest.mouseClick(workspace(window).status.check_button, Qt.MouseButton.LeftButton)
    at_rest(qtbot, window)

    steps = workspace(window).status.steps
    assert steps.isVisible()
    assert "Integrity: quick_check found nothing wrong" in steps.accessibleDescription()


def test_another_website_is_locked_and_the_page_says_why(open_window: OpenWindow, world: World, qtbot: QtBot) -> None:
    tenant, websites = world.add_tenant(websites=2)
    console = world.console
    console.databases.create(console.databases.plan_creation(tenant, websites[0]), JobContext())
    window = open_window(world)

    workspace(window).show_tenant(tenant)
    at_rest(qtbot, window)

    panel = child(workspace(window).page, "websitePanel", QWidget)
    told = [child.accessibleName() for child in panel.findChildren(QWidget) if "Locked" in child.accessibleName()]
    assert any("belongs to “Website 0”" in text for text in told)


def test_a_click_on_a_figure_of_the_overview_filters_the_list(
    open_window: OpenWindow, world: World, qtbot: QtBot
) -> None:
    world.provisioned()
    world.add_tenant(name="Without Database")
    window = open_window(world)

    link = child(workspace(window).overview, "share.state.none", QPushButton)
    QTest.mouseClick(link, Qt.MouseButton.LeftButton)
    at_rest(qtbot, window)

    assert shown_names(window) == ["Without Database"]
    assert workspace(window).browser.query == TenantQuery(states=("none",))


def test_the_palette_goes_to_a_tenant(open_window: OpenWindow, world: World, qtbot: QtBot) -> None:
    tenant, _ = world.add_tenant(name="Grace Hopper")
    window = open_window(world)

    window.open_palette()
    assert window.palette_ is not None
    QTest.keyClicks(window.palette_.field, "grace")
    at_rest(qtbot, window)
    assert window.palette_.titles[0] == "Grace Hopper"
    QTest.keyClick(window.palette_.field, Qt.Key.Key_Return)
    at_rest(qtbot, window)

    assert workspace(window).page.tenant_id == tenant


def test_a_finished_job_refreshes_the_page_it_touched(open_window: OpenWindow, world: World, qtbot: QtBot) -> None:
    tenant, websites = world.add_tenant()
    window = open_window(world)
    workspace(window).show_tenant(tenant)
    at_rest(qtbot, window)
    assert workspace(window).page.create_button.isVisible()

    databases = world.console.databases

    def create(context: JobContext) -> object:
        return databases.create(databases.plan_creation(tenant, websites[0]), context)

    window.runner.run(Task("Create database", "master", create, tenant))
    qtbot.waitUntil(lambda: workspace(window).page.manage_button.isVisible(), timeout=20_000)
    at_rest(qtbot, window)

    assert [message.title for message in window.toasts.shown] == ["Create database"]


def test_a_master_that_goes_away_leaves_what_was_seen_with_its_age(
    open_window: OpenWindow, world: World, qtbot: QtBot, tmp_path: Path
) -> None:
    tenant, _ = world.provisioned()
    window = open_window(world)
    workspace(window).show_tenant(tenant)
    at_rest(qtbot, window)
    assert window.actions_["backup.create"].isEnabled()
    master = Path(world.master.url.removeprefix("sqlite:///"))
    master.rename(tmp_path / "elsewhere")

    window.refresh()
    at_rest(qtbot, window)

    assert window.offline.isVisible()
    assert "What you see was read" in window.offline.accessibleDescription()
    assert len(shown_names(window)) == 1
    assert not window.actions_["backup.create"].isEnabled()
    (tmp_path / "elsewhere").rename(master)
    window.refresh()
    at_rest(qtbot, window)
    assert not window.offline.isVisible()
    assert window.actions_["backup.create"].isEnabled()


def test_fault_7_169_closing_with_a_running_job_asks_and_then_cancels(
    open_window: OpenWindow, world: World, qtbot: QtBot
) -> None:
    window = open_window(world)

    def work(context: JobContext) -> None:
        while True:
            context.check()

    window.runner.run(Task("Endless", "master", work))
    window.close()
    assert window.isVisible()
    question = window.findChild(QuestionDialog)
    assert question is not None
    with qtbot.waitSignal(window.closed, timeout=10_000):
        QTest.mouseClick(question.yes, Qt.MouseButton.LeftButton)

    assert not window.isVisible()
    assert window.jobs.active() == ()


def test_every_control_has_a_name_for_those_who_cannot_see_it(
    open_window: OpenWindow, world: World, qtbot: QtBot
) -> None:
    tenant, _ = world.provisioned()
    window = open_window(world)
    workspace(window).show_tenant(tenant)
    at_rest(qtbot, window)

    nameless = [
        f"{type(widget).__name__} {widget.objectName()}"
        for widget in window.findChildren(QWidget)
        if widget.focusPolicy() & Qt.FocusPolicy.TabFocus and widget.isVisible() and not widget.accessibleName()
    ]
    assert nameless == []


def test_without_a_display_the_window_says_so_and_ends() -> None:
    with pytest.raises(Failed) as caught:
        ensure_display({})

    assert caught.value.code == "no_display"
    assert caught.value.exit_code == 1
