"""A tenant's quotas in the window: how full, how it grew, what takes the room; and freezing and releasing it."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from contextlib import closing
from datetime import timedelta
from typing import TypeVar

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractButton, QApplication, QRadioButton, QWidget
from pytestqt.qtbot import QtBot

from pagevoo_console.domain.database import DatabaseState
from pagevoo_console.domain.quota import UsageSample
from pagevoo_console.services.jobs import JobContext
from pagevoo_console.services.values import now
from pagevoo_console.ui.kit.growth_chart import GrowthChart
from pagevoo_console.ui.kit.labels import PlainLabel
from pagevoo_console.ui.kit.record_view import RecordView
from pagevoo_console.ui.kit.states import View
from pagevoo_console.ui.kit.task_wizard import TaskWizard
from pagevoo_console.ui.main_window import MainWindow
from pagevoo_console.ui.quotas.details import QuotaDetails
from pagevoo_console.ui.quotas.frozen_banner import FrozenBanner
from pagevoo_console.ui.workspace import Workspace
from tests.services.limited_world import can_insert
from tests.services.platform_world import World
from tests.ui.window.conftest import OpenWindow, at_rest
from tests.ui.worlds import nameless

MB = 1_000_000
W = TypeVar("W", bound=QWidget)


def workspace(window: MainWindow) -> Workspace:
    assert window.workspace is not None
    return window.workspace


def find(parent: QWidget, name: str, kind: type[W]) -> W:
    found = [each for each in parent.findChildren(kind, name) if each.isVisible()]
    assert len(found) == 1, f"{name}: {len(found)} of them"
    return found[0]


def press(qtbot: QtBot, window: MainWindow, button: QAbstractButton) -> None:
    assert button.isEnabled(), button.text()
    QTest.mouseClick(button, Qt.MouseButton.LeftButton)
    at_rest(qtbot, window)


def page_of(qtbot: QtBot, window: MainWindow, tenant: str) -> None:
    workspace(window).show_tenant(tenant)
    at_rest(qtbot, window)


def details_of(qtbot: QtBot, window: MainWindow, tenant: str) -> QuotaDetails:
    page_of(qtbot, window, tenant)
    press(qtbot, window, find(window, "quotaDetailsButton", QAbstractButton))
    return find(window, "quotaDetails", QuotaDetails)


def sample(world: World, tenant: str, grow: Callable[[int], int], days: int = 30, limit: int = 50 * MB) -> None:
    """A sample a day up to yesterday; `grow` is told how many days are left until then."""
    generation = world.console.tenants.locate(tenant).row.id
    for left in range(days, 0, -1):
        moment = now() - timedelta(days=left)
        one = UsageSample(tenant, generation, "database_size", moment, grow(left), limit)
        with world.console.master.writing() as master:
            world.console.usage_samples.record(master, [one])
            world.console.quota_alerts.settle(master, [one])


def finish(qtbot: QtBot, window: MainWindow, *choices: str) -> list[str]:
    """Go through the wizard over the window, choosing these on its first page; what stands on its last."""
    wizard = window.findChild(TaskWizard)
    assert wizard is not None
    for name in choices:
        find(wizard, name, QRadioButton).click()
    press(qtbot, window, wizard.next_button)
    said = [label.text() for label in wizard.findChildren(PlainLabel) if label.isVisible()]
    press(qtbot, window, wizard.finish_button)
    qtbot.waitUntil(lambda: not window.jobs.active(), timeout=30_000)
    at_rest(qtbot, window)
    QApplication.sendPostedEvents(None, 52)
    return said


def test_the_panel_says_how_full_it_is_how_old_that_is_and_when_it_is_full(
    open_window: OpenWindow, world: World, qtbot: QtBot
) -> None:
    tenant, _ = world.provisioned("trial")
    sample(world, tenant, lambda left: 2 * MB + (30 - left) * 250_000)
    window = open_window(world)

    page_of(qtbot, window, tenant)

    panel = find(window, "quotaPanel", QWidget)
    assert find(panel, "quotaOutlook", PlainLabel).text().startswith("Full around ")
    assert find(panel, "quotaAge", PlainLabel).text() == "Measured just now, exact"


def test_without_samples_the_panel_says_that_nothing_can_be_foretold(
    open_window: OpenWindow, world: World, qtbot: QtBot
) -> None:
    tenant, _ = world.provisioned("trial")
    window = open_window(world)

    page_of(qtbot, window, tenant)

    assert find(window, "quotaOutlook", PlainLabel).text() == "Too few samples to look ahead: 0 of 5."


def test_details_show_growth_features_tables_and_alerts(open_window: OpenWindow, world: World, qtbot: QtBot) -> None:
    tenant, _ = world.provisioned("trial")
    world.console.features.install(world.console.features.plan_install(tenant, ["blog"]), JobContext())
    sample(world, tenant, lambda left: 46 * MB - left * 250_000)
    window = open_window(world)

    details = details_of(qtbot, window, tenant)

    (chart,) = details.findChildren(GrowthChart)
    assert chart.growth is not None
    assert len(chart.growth.samples) == 30
    assert chart.growth.limit == 50 * MB
    assert "The limit is 50 MB." in chart.accessibleDescription().replace("\u00a0", " ")
    features = find(details, "usageByFeature", RecordView)
    assert {features.records.cell(row, 0).text for row in range(features.records.rowCount())} == {
        "Core", "Blog", "Other",
    }  # fmt: skip
    tables = find(details, "usageByTable", RecordView)
    names = [tables.records.cell(row, 0).text for row in range(tables.records.rowCount())]
    assert "blog_posts" in names
    shares = [tables.records.cell(row, 3).fraction or 0.0 for row in range(tables.records.rowCount())]
    assert shares == sorted(shares, reverse=True)
    assert sum(shares) == pytest.approx(1.0)
    told = [label.text().replace("\u00a0", " ") for label in details.alerts.findChildren(PlainLabel)]
    assert "Database size: more than 90 % of the limit" in told
    assert nameless(details) == []


def test_a_stretch_of_time_can_be_chosen(open_window: OpenWindow, world: World, qtbot: QtBot) -> None:
    tenant, _ = world.provisioned("trial")
    sample(world, tenant, lambda left: 20 * MB - left * 10_000, days=60)
    window = open_window(world)
    details = details_of(qtbot, window, tenant)
    (chart,) = details.findChildren(GrowthChart)
    assert chart.growth is not None
    ninety = len(chart.growth.samples)

    press(qtbot, window, find(details, "stretch.30", QAbstractButton))

    assert (ninety, len(chart.growth.samples)) == (60, 29)


def test_details_without_samples_say_who_writes_them(open_window: OpenWindow, world: World, qtbot: QtBot) -> None:
    tenant, _ = world.provisioned("trial")
    window = open_window(world)

    details = details_of(qtbot, window, tenant)

    assert "No samples yet" in [label.text() for label in details.findChildren(PlainLabel) if label.isVisible()]
    assert find(details, "usageByTable", RecordView).records.rowCount() > 0


def test_details_of_a_missing_database_say_so_and_offer_to_measure_again(
    open_window: OpenWindow, world: World, qtbot: QtBot
) -> None:
    tenant, _ = world.provisioned("trial")
    path = next(world.folders.config.parent.parent.glob(f"**/{world.name(tenant)}.db"))
    window = open_window(world)
    page_of(qtbot, window, tenant)
    aside = path.rename(path.with_suffix(".aside"))

    workspace(window).context.doors.show_quotas(tenant)
    at_rest(qtbot, window)
    details = find(window, "quotaDetails", QuotaDetails)
    missing = details.states.view
    aside.rename(path)
    again = [each for each in details.states.findChildren(QAbstractButton) if each.text() == "Measure again"]
    press(qtbot, window, again[0])

    assert (missing, details.states.view) == (View.EMPTY, View.CONTENT)


def test_freezing_by_hand_refuses_rows_shows_since_when_and_by_whom_and_releasing_ends_it(
    open_window: OpenWindow, world: World, qtbot: QtBot
) -> None:
    tenant, _ = world.provisioned("trial")
    window = open_window(world)
    page_of(qtbot, window, tenant)
    assert can_insert(world, tenant)

    window.actions_.trigger("quota.freeze")
    at_rest(qtbot, window)
    said = finish(qtbot, window)

    assert "Write down who freezes it and why" in " ".join(said)
    assert not can_insert(world, tenant)
    page = workspace(window).page
    assert page.manage_button.accessibleName() == "Database frozen · Manage"
    banner = find(window, "frozenBanner", FrozenBanner)
    assert banner.message is not None
    assert f"by {world.console.audit.events(tenant=tenant)[1][0].actor}" in banner.message.title
    assert "It was frozen by hand." in banner.message.text
    assert workspace(window).browser.records.cell(0, 1).text == "Frozen"
    assert not window.actions_["feature.install"].isEnabled()
    assert window.actions_["backup.create"].isEnabled()

    assert banner.message.action is not None
    banner.message.action.run()
    at_rest(qtbot, window)
    finish(qtbot, window)

    assert not [each for each in window.findChildren(FrozenBanner) if each.isVisible()]
    assert page.tenant is not None
    assert page.tenant.database is not None
    assert page.tenant.database.state is DatabaseState.ACTIVE
    with closing(sqlite3.connect(next(world.folders.config.parent.parent.glob(f"**/{world.name(tenant)}.db")))) as raw:
        assert raw.execute("SELECT count(*) FROM sqlite_master WHERE type = 'trigger'").fetchone() == (0,)


def test_what_is_not_over_its_limit_cannot_be_frozen_for_it_and_what_is_not_frozen_not_released(
    open_window: OpenWindow, world: World, qtbot: QtBot
) -> None:
    tenant, _ = world.provisioned("trial")
    window = open_window(world)
    page_of(qtbot, window, tenant)

    workspace(window).context.doors.freeze(tenant)
    at_rest(qtbot, window)
    wizard = window.findChild(TaskWizard)
    assert wizard is not None
    can_freeze_at_limit = find(wizard, "freezeAtLimit", QRadioButton).isEnabled()
    shown = [label.text() for label in wizard.findChildren(PlainLabel) if label.isVisible()]
    wizard.reject()
    QApplication.sendPostedEvents(None, 52)
    workspace(window).context.doors.release(tenant, False)
    at_rest(qtbot, window)
    other = window.findChild(TaskWizard)
    assert other is not None
    can_release = find(other, "releaseAtOnce", QRadioButton).isEnabled()
    compacts = find(other, "releaseCompact", QRadioButton).isChecked()
    other.reject()

    assert not can_freeze_at_limit
    assert "What it cannot stop" in shown
    assert (can_release, compacts) == (False, True)
    assert not window.actions_["quota.release"].isEnabled()


def test_compacting_gives_the_room_of_deleted_rows_back(open_window: OpenWindow, world: World, qtbot: QtBot) -> None:
    tenant, _ = world.provisioned("trial")
    name = world.name(tenant)
    world.write("CREATE TABLE ballast (body BLOB)", database=name)
    world.write("INSERT INTO ballast VALUES (zeroblob(4000000))", database=name)
    world.write("DELETE FROM ballast", database=name)
    path = next(world.folders.config.parent.parent.glob(f"**/{name}.db"))
    before = path.stat().st_size
    window = open_window(world)
    page_of(qtbot, window, tenant)

    window.actions_.trigger("quota.compact")
    at_rest(qtbot, window)
    said = finish(qtbot, window)

    assert before > 4_000_000 > 1_000_000 > path.stat().st_size
    assert any(text.startswith("VACUUM writes the whole file anew.") for text in said)
