"""A window on a small Pagevoo of SQLite files, with people written by a raw driver."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from pagevoo_console.services.start import StartOptions, open_console
from pagevoo_console.ui.kit import theme
from pagevoo_console.ui.main_window import MainWindow
from tests.masters import SqliteFolder
from tests.services.platform_world import World, folders_in, make_world

OpenWindow = Callable[[World], MainWindow]


@pytest.fixture
def world(tmp_path: Path) -> World:
    """A master with its tables and nobody in it."""
    return make_world(SqliteFolder(lambda: tmp_path).make_master(), folders_in(tmp_path / "home"))


@pytest.fixture
def open_window(qtbot: QtBot, qapp: QApplication) -> Iterator[OpenWindow]:
    """Opens a window on a world and waits until it has looked at everything."""
    made: list[MainWindow] = []

    def open_on(world: World) -> MainWindow:
        window = MainWindow(theme.install(qapp))
        made.append(window)
        window.resize(1280, 820)
        window.show()
        with qtbot.waitSignal(window.opened, timeout=20_000):
            window.open(lambda: open_console(StartOptions(master_url=world.master.url)))
        with qtbot.waitSignal(window.settled, timeout=20_000):
            pass
        at_rest(qtbot, window)
        return window

    yield open_on
    for window in made:
        window.close()
        window.jobs.close()
        window.deleteLater()
    qapp.processEvents()


def at_rest(qtbot: QtBot, window: MainWindow) -> None:
    """Wait until everything is made, asked and laid out, with time for the pause after typing."""
    qtbot.wait(80)
    qtbot.waitUntil(lambda: window.is_idle, timeout=20_000)
    qtbot.wait(10)
