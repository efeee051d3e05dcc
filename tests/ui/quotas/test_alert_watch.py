"""Crossed limits are told once, when the window's own look or a tick has found a new one."""

from __future__ import annotations

from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from pagevoo_console.services.jobs import JobContext
from pagevoo_console.ui.main_window import MainWindow
from tests.services.platform_world import World
from tests.ui.window.conftest import OpenWindow, at_rest


def grow(world: World, tenant: str, megabytes: int) -> None:
    name = world.name(tenant)
    world.write("CREATE TABLE IF NOT EXISTS ballast (body BLOB)", database=name)
    world.write(f"INSERT INTO ballast VALUES (zeroblob({megabytes} * 1000000))", database=name)


def told(window: MainWindow) -> list[tuple[str, str]]:
    return [(logged.message.title, logged.message.text.replace("\u00a0", " ")) for logged in window.messenger.log]


def look_again(qtbot: QtBot, window: MainWindow) -> None:
    with qtbot.waitSignal(window.settled, timeout=20_000):
        window.refresh()
    at_rest(qtbot, window)


def test_what_the_window_sees_crossing_is_told_once_and_stands_in_the_overview(
    open_window: OpenWindow, world: World, qtbot: QtBot
) -> None:
    tenant, _ = world.provisioned("trial")
    window = open_window(world)
    before = told(window)

    grow(world, tenant, 46)
    look_again(qtbot, window)
    first = told(window)
    look_again(qtbot, window)

    assert before == []
    ((title, text),) = first
    assert title == f"Ada Lovelace ({tenant})"
    assert text.startswith("Database size: more than 90 % of the limit: 46 MB of 50 MB")
    assert told(window) == first
    assert [message.title for message in window.toasts.shown] == [title]
    assert window.workspace is not None
    names = [each.accessibleName() for each in window.workspace.overview.findChildren(QWidget)]
    assert "1 user near the quota. More than 90 % of the tier's limit is used." in names


def test_what_a_tick_has_frozen_is_told_and_counted(open_window: OpenWindow, world: World, qtbot: QtBot) -> None:
    tenant, _ = world.provisioned("trial")
    window = open_window(world)

    grow(world, tenant, 51)
    world.console.fleet_tick.run(JobContext())
    look_again(qtbot, window)

    assert [text.split(":")[1].strip() for _, text in told(window)] == ["the limit was reached"]
    assert window.workspace is not None
    names = [each.accessibleName() for each in window.workspace.overview.findChildren(QWidget)]
    assert any(name.startswith("1 frozen database") for name in names)


def test_several_at_once_are_one_message_that_names_some(open_window: OpenWindow, world: World, qtbot: QtBot) -> None:
    tenants = [world.provisioned("trial")[0] for _ in range(4)]
    window = open_window(world)

    for tenant in tenants:
        grow(world, tenant, 41)
    look_again(qtbot, window)

    ((title, text),) = told(window)
    assert title == "4 users have crossed a limit"
    assert text.splitlines()[-1] == "and 1 more"
    assert len(text.splitlines()) == 4
