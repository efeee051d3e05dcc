"""What somebody has arranged is there again the next time."""

from pathlib import Path

from PySide6.QtCore import QSettings, Qt
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from pagevoo_console.services.start import StartOptions, open_console
from pagevoo_console.ui.kit import theme
from pagevoo_console.ui.kit.arrangement import arrange, arrangement_of
from pagevoo_console.ui.main_window import MainWindow
from pagevoo_console.ui.workspace import Workspace
from tests.services.platform_world import World
from tests.ui.window.conftest import OpenWindow, at_rest


def session(qtbot: QtBot, qapp: QApplication, world: World, settings: QSettings) -> MainWindow:
    window = MainWindow(theme.install(qapp), settings)
    window.resize(1440, 900)
    window.show()
    with qtbot.waitSignal(window.opened, timeout=20_000):
        window.open(lambda: open_console(StartOptions(master_url=world.master.url)))
    with qtbot.waitSignal(window.settled, timeout=20_000):
        pass
    at_rest(qtbot, window)
    return window


def leave(window: MainWindow, qapp: QApplication) -> None:
    window.close()
    window.jobs.close()
    window.deleteLater()
    qapp.processEvents()


def workspace(window: MainWindow) -> Workspace:
    assert window.workspace is not None
    return window.workspace


def test_columns_sorting_splitter_and_activity_are_as_they_were_left(
    qtbot: QtBot, qapp: QApplication, world: World, tmp_path: Path
) -> None:
    world.add_tenant(name="Ada Lovelace")
    world.add_tenant(name="Grace Hopper")
    settings = QSettings(str(tmp_path / "window.ini"), QSettings.Format.IniFormat)
    window = session(qtbot, qapp, world, settings)
    listed = workspace(window).browser.list
    listed.setColumnWidth(2, 171)
    listed.horizontalHeader().moveSection(1, 2)
    listed.sortByColumn(0, Qt.SortOrder.DescendingOrder)
    workspace(window).splitter.setSizes([520, 900])
    window.activity().show()
    at_rest(qtbot, window)
    sizes = workspace(window).splitter.sizes()
    leave(window, qapp)

    again = session(qtbot, qapp, world, settings)
    listed = workspace(again).browser.list
    at_rest(qtbot, again)

    assert listed.columnWidth(2) == 171
    assert listed.horizontalHeader().visualIndex(1) == 2
    assert listed.records.sorted_by == (0, True)
    assert [listed.records.cell(row, 0).text for row in range(2)] == ["Grace Hopper", "Ada Lovelace"]
    assert workspace(again).splitter.sizes() == sizes
    assert again.activity().isVisible()
    leave(again, qapp)


def test_an_activity_that_was_closed_stays_closed(
    qtbot: QtBot, qapp: QApplication, world: World, tmp_path: Path
) -> None:
    settings = QSettings(str(tmp_path / "window.ini"), QSettings.Format.IniFormat)
    window = session(qtbot, qapp, world, settings)
    window.activity().show()
    window.activity().hide()
    leave(window, qapp)

    again = session(qtbot, qapp, world, settings)

    assert not again.activity().isVisible()
    leave(again, qapp)


def test_an_arrangement_nobody_can_read_changes_nothing(open_window: OpenWindow, world: World) -> None:
    listed = workspace(open_window(world)).browser.list
    before = arrangement_of(listed)

    for kept in (None, b"\x00", "", "{", "[]", '{"widths": 3, "order": "state", "sort": ["nobody", true]}',
                 '{"widths": {"gone": 5, "state": "wide"}, "order": ["gone", 7], "sort": [1]}'):  # fmt: skip
        arrange(listed, kept)

    assert arrangement_of(listed) == before
