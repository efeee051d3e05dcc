"""With words two fifths longer than English, as German has them, nothing of the window's own is cut off."""

import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtWidgets import QApplication, QCheckBox, QDialog, QPushButton, QWidget
from pytestqt.qtbot import QtBot

from pagevoo_console.services.jobs import JobContext
from pagevoo_console.ui.kit.long_words import lengthened
from pagevoo_console.ui.kit.wizard import Wizard
from pagevoo_console.ui.main_window import MainWindow
from tests.services.platform_world import World
from tests.services.test_schedules import CRONTAB, stand_in
from tests.ui.clipping import NotedLongWords, cut_off
from tests.ui.window.conftest import OpenWindow, at_rest


@pytest.fixture
def words(qapp: QApplication) -> Iterator[NotedLongWords]:
    made = NotedLongWords()
    qapp.installTranslator(made)
    yield made
    qapp.removeTranslator(made)


def still_cut_off(qtbot: QtBot, place: QWidget, words: NotedLongWords) -> list[str]:
    """What is cut off once everything has found its place."""
    until = time.monotonic() + 3
    while (found := cut_off(place, words)) and time.monotonic() < until:
        qtbot.wait(50)
    return found


def test_words_grow_by_two_fifths_and_fields_stay_as_they_are() -> None:
    assert lengthened("Continue") == "Coontiinuue"
    assert lengthened("{count} tables") == "{count} taaablees"
    assert lengthened("Backups (*.sql.zst)") == "Baaackuups (*.sql.zst)"


@pytest.mark.parametrize(
    "room",
    [
        "overview",
        "tenant",
        "without",
        "operations",
        "audit",
        "fleet.check",
        "servers",
        "rows",
        "frozen",
        "quotas",
        "fleet.backups",
        "schedules",
        "several",
    ],
)
def test_no_room_cuts_anything_off(
    room: str, words: NotedLongWords, open_window: OpenWindow, world: World, qtbot: QtBot
) -> None:
    tenant, _ = world.provisioned()
    without, _ = world.add_tenant("trial", 2, "Grace Hopper")
    job = JobContext()
    world.console.backups.prove(world.console.backups.create(tenant, job), job)
    if room in ("frozen", "quotas"):
        world.console.fleet_tick.run(job)
        world.console.freezes.freeze(world.console.freezes.plan(tenant), job)
    window = open_window(world)
    workspace = window.workspace
    assert workspace is not None
    if room == "fleet.check":
        world.write("UPDATE user_websites SET is_published = 1")
        world.write("UPDATE user_databases SET database_name = 'mysql'")
        window.actions_.trigger(room)
    elif room == "fleet.backups":
        console = world.console
        console.fleet_backups.backup(console.fleet_backups.plan((tenant, "nobody")), job)
        window.actions_.trigger(room)
    elif room == "several":
        workspace.browser.list.selectAll()
    elif room in ("operations", "audit", "servers", "schedules"):
        window.actions_.trigger(f"{room}.show")
    elif room != "overview":
        workspace.show_tenant(without if room == "without" else tenant)
        at_rest(qtbot, window)
        if room == "rows":
            workspace.context.doors.inspect(tenant)
        elif room == "quotas":
            workspace.context.doors.show_quotas(tenant)
    at_rest(qtbot, window)

    assert still_cut_off(qtbot, window, words) == []


WIZARDS: dict[str, str] = {
    "create": "create_database", "install": "install_features", "backup": "back_up", "restore": "restore",
    "export": "export", "delete": "delete_database", "publish": "publish_website", "tier": "change_tier",
    "freeze": "freeze", "release": "release", "delete_several": "delete_databases",
}  # fmt: skip


@pytest.mark.parametrize("wizard", WIZARDS)
def test_no_wizard_cuts_anything_off(
    wizard: str, words: NotedLongWords, open_window: OpenWindow, world: World, qtbot: QtBot
) -> None:
    tenant, _ = world.add_tenant() if wizard in ("create", "publish") else world.provisioned()
    if wizard == "restore":
        world.console.backups.create(tenant, JobContext())
    window = open_window(world)
    assert window.workspace is not None
    extra = {
        "install": (("shop",),), "restore": (None,), "publish": (None,), "tier": ("trial",), "release": (True,),
    }.get(wizard, ())  # fmt: skip
    whom = (tenant,) if wizard == "delete_several" else tenant
    getattr(window.workspace.context.doors, WIZARDS[wizard])(whom, *extra)
    see_every_page(window, words, qtbot)


@pytest.mark.parametrize("wizard", ["prune", "back_up_all", "prove_all", "add_schedule"])
def test_no_wizard_about_everybody_cuts_anything_off(
    wizard: str,
    words: NotedLongWords,
    open_window: OpenWindow,
    world: World,
    qtbot: QtBot,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    stand_in(tmp_path, monkeypatch, "crontab", CRONTAB.replace("{file}", str(tmp_path / "table")))
    tenant, _ = world.provisioned()
    for _ in range(5):
        world.console.backups.create(tenant, JobContext())
    window = open_window(world)
    assert window.workspace is not None
    arguments = ((),) if wizard in ("back_up_all", "prove_all") else ()
    getattr(window.workspace.context.doors, wizard)(*arguments)
    see_every_page(window, words, qtbot)


@pytest.mark.parametrize("wizard", ["repair", "retire", "repair_all"])
def test_no_repair_cuts_anything_off(
    wizard: str, words: NotedLongWords, open_window: OpenWindow, world: World, qtbot: QtBot
) -> None:
    tenant, _ = world.provisioned()
    status = "deleted" if wizard == "retire" else "active"
    world.write("UPDATE user_databases SET status = {0}, deleted_at = created_at", status)
    if wizard != "retire":
        world.write("UPDATE user_databases SET website_id = NULL, database_name = {0}", world.name(f"{tenant}0"))
        world.add_tenant()
        world.write("UPDATE user_websites SET is_published = 1")
    window = open_window(world)
    window.actions_.trigger("fleet.check")
    at_rest(qtbot, window)
    window.actions_.trigger("fleet.repair_all" if wizard == "repair_all" else "fleet.repair")
    see_every_page(window, words, qtbot)


@pytest.mark.parametrize("wizard", ["switch", "delete_website", "delete_both"])
def test_no_wizard_about_websites_cuts_anything_off(
    wizard: str, words: NotedLongWords, open_window: OpenWindow, world: World, qtbot: QtBot
) -> None:
    tenant, websites = world.add_tenant(websites=2)
    console = world.console
    console.databases.create(console.databases.plan_creation(tenant, websites[0]), JobContext())
    window = open_window(world)
    assert window.workspace is not None
    doors = window.workspace.context.doors
    if wizard == "switch":
        doors.switch_database(tenant, websites[1])
    else:
        doors.delete_website(console.tenants.websites(tenant)[wizard == "delete_website"])
    at_rest(qtbot, window)
    if wizard == "delete_both":
        shown = window.findChild(Wizard)
        assert shown is not None
        assert still_cut_off(qtbot, shown, words) == []
        (both,) = [each for each in shown.current_page.findChildren(QPushButton) if each.property("kind") == "primary"]
        both.click()
    see_every_page(window, words, qtbot)


def see_every_page(window: MainWindow, words: NotedLongWords, qtbot: QtBot) -> None:
    """Go through the wizard over this window: nothing of any page is cut off."""
    at_rest(qtbot, window)
    shown = window.findChild(Wizard)
    assert shown is not None

    found = still_cut_off(qtbot, shown, words)
    while not shown.flow.is_last:
        for consent in shown.findChildren(QCheckBox, "lockConsentBox"):
            consent.setChecked(True)
        assert shown.next_button.isEnabled(), shown.current_page.title
        shown.next_button.click()
        at_rest(qtbot, window)
        found += still_cut_off(qtbot, shown, words)

    assert found == []
    assert shown.height() <= window.height()
    shown.reject()


@pytest.mark.parametrize("action", ["connection.manage", "settings.show", "help.keyboard"])
def test_no_dialog_cuts_anything_off(
    action: str, words: NotedLongWords, open_window: OpenWindow, world: World, qtbot: QtBot
) -> None:
    window = open_window(world)
    window.actions_.trigger(action)
    at_rest(qtbot, window)
    (shown,) = [each for each in window.findChildren(QDialog) if each.isVisible()]

    assert still_cut_off(qtbot, shown, words) == []
    close(shown)


def close(dialog: QWidget) -> None:
    dialog.close()
    QApplication.processEvents()
