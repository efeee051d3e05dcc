"""What may not be loaded before the window has been painted, and how it comes from its outline to its rooms."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from PySide6.QtCore import QSettings
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from pagevoo_console.services.start import StartOptions, open_console
from pagevoo_console.ui import modules
from pagevoo_console.ui.kit import theme
from pagevoo_console.ui.kit.states import View
from pagevoo_console.ui.kit.tokens import DARK, LIGHT, Colours
from pagevoo_console.ui.main_window import MainWindow
from pagevoo_console.ui.outline import Outline
from tests.services.platform_world import World

PAINT = """
import json, os, sys
from PySide6.QtCore import QEvent, QObject, QTimer
from PySide6.QtWidgets import QApplication, QWidget

def tell():
    print(json.dumps(sorted(sys.modules)), flush=True)
    os._exit(0)

class Watch(QObject):
    def eventFilter(self, watched, event):
        if event.type() == QEvent.Type.Paint and isinstance(watched, QWidget):
            tell()
        return False

application = QApplication([])
watch = Watch()
application.installEventFilter(watch)
from pagevoo_console.cli.main import main
main(sys.argv[1:])
"""
HEAVY = ("sqlalchemy", "alembic", "pymysql", "psycopg", "sqlite3", "keyring", "sqlglot", "tomlkit", "msgspec",
         "typer", "rich", "pydantic", "asyncio")  # fmt: skip
LIGHT_OF_OURS = {
    "pagevoo_console.app", "pagevoo_console.cli.global_options", "pagevoo_console.cli.main",
    "pagevoo_console.cli.output", "pagevoo_console.cli.window",
    "pagevoo_console.domain.errors", "pagevoo_console.domain.text",
    "pagevoo_console.ui.application", "pagevoo_console.ui.kept", "pagevoo_console.ui.kit.grounds",
    "pagevoo_console.ui.kit.i18n", "pagevoo_console.ui.kit.turns", "pagevoo_console.ui.main_window",
    "pagevoo_console.ui.outline",
}  # fmt: skip
PACKAGES = {f"pagevoo_console{name}" for name in ("", ".cli", ".domain", ".ui", ".ui.kit")}


def loaded_at_first_paint(home: Path, *arguments: str) -> set[str]:
    """The modules of a fresh process at the moment in which its window, opened by this command line, is painted."""
    finished = subprocess.run(
        [sys.executable, "-c", PAINT, *arguments],
        env={**os.environ, "QT_QPA_PLATFORM": "offscreen", "PAGEVOO_HOME": str(home), "HOME": str(home)},
        capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip
    assert finished.returncode == 0, finished.stderr
    return set(json.loads(finished.stdout.splitlines()[-1]))


def test_the_window_is_painted_before_anything_slow_is_loaded(tmp_path: Path) -> None:
    loaded = loaded_at_first_paint(tmp_path, "--master-url", f"sqlite:///{tmp_path}/nothing.db", "--yes")

    assert loaded.isdisjoint(HEAVY)
    assert {name for name in loaded if name.startswith("pagevoo_console")} - PACKAGES == LIGHT_OF_OURS


def test_each_module_that_is_loaded_in_a_turn_brings_little_along() -> None:
    program = f"""
import sys
from importlib import import_module
from pagevoo_console.ui import main_window
for name in {modules.PLAIN!r}:
    import_module(name)
assert not [name for name in sys.modules if name.startswith("pagevoo_console.ui.kit.runner")]
for name in {modules.FRAME + modules.ROOMS!r}:
    before = set(sys.modules)
    import_module(name)
    brought = [m for m in set(sys.modules) - before if m.startswith("pagevoo_console") and m.count(".") > 2]
    print(name, *brought)
"""
    finished = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False)
    assert finished.returncode == 0, finished.stderr
    brought = {line.split()[0]: line.split()[1:] for line in finished.stdout.splitlines()}

    assert {name: names for name, names in brought.items() if len(names) > 4} == {}


def test_modules_that_are_loaded_aside_know_nothing_of_qt() -> None:
    program = f"""
import sys
from importlib import import_module
for name in {modules.PLAIN!r}:
    import_module(name)
print("PySide6" in sys.modules)
"""
    finished = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False)

    assert finished.stdout.strip() == "False", finished.stderr


def test_nothing_of_ours_is_left_to_load_when_a_console_is_shown() -> None:
    """But for wizards and rooms that are loaded when they are first opened."""
    named = {*modules.PLAIN, *modules.FRAME, *modules.ROOMS}
    program = f"""
import sys
from importlib import import_module
import pagevoo_console.ui.main_window
for name in {modules.PLAIN + modules.FRAME + modules.ROOMS!r}:
    import_module(name)
print(*[m for m in sys.modules if m.startswith("pagevoo_console.ui.") and getattr(sys.modules[m], "__file__", "")
        and not sys.modules[m].__file__.endswith("__init__.py")])
"""
    finished = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False)
    assert finished.returncode == 0, finished.stderr
    unnamed = {name for name in finished.stdout.split() if name not in named} - LIGHT_OF_OURS

    assert len(unnamed) < 5, f"not in ui/modules.py: {sorted(unnamed)}"


@pytest.mark.parametrize(("kept", "colours"), [("dark", DARK), ("light", LIGHT)])
def test_the_outline_wears_the_colours_that_were_chosen_last(
    qtbot: QtBot, qapp: QApplication, tmp_path: Path, kept: str, colours: Colours
) -> None:
    settings = QSettings(str(tmp_path / "window.ini"), QSettings.Format.IniFormat)
    settings.setValue("scheme", kept)
    window = MainWindow(settings=settings)
    qtbot.addWidget(window)

    picture = window.grab().toImage()

    assert picture.pixelColor(picture.width() - 4, picture.height() - 4).name() == colours.canvas
    assert picture.pixelColor(4, picture.height() - 4).name() == colours.surface
    window.close()


@pytest.mark.parametrize(("key", "value"), [("scheme", "purple"), ("list_width", "wide"), ("list_width", "-5")])
def test_settings_that_make_no_sense_are_as_if_nothing_was_kept(
    qtbot: QtBot, qapp: QApplication, tmp_path: Path, key: str, value: str
) -> None:
    settings = QSettings(str(tmp_path / "window.ini"), QSettings.Format.IniFormat)
    settings.setValue(key, value)
    window = MainWindow(settings=settings)

    with qtbot.waitSignal(window.furnished, timeout=20_000):
        window.show()

    window.close()
    window.deleteLater()


def test_a_window_that_nobody_looks_at_opens_its_console_all_the_same(
    qtbot: QtBot, qapp: QApplication, world: World
) -> None:
    window = MainWindow(theme.install(qapp))

    with qtbot.waitSignal(window.opened, timeout=20_000):
        window.open(lambda: open_console(StartOptions(master_url=world.master.url)))

    window.close()
    window.deleteLater()


def test_the_outline_stays_in_sight_until_the_rooms_are_there(qtbot: QtBot, qapp: QApplication, world: World) -> None:
    window = MainWindow(theme.install(qapp))
    window.show()
    outline = window.findChild(Outline)
    assert outline is not None
    hidden: list[str] = []
    watched = [window.furnished, window.opened]
    window.furnished.connect(lambda: None if outline.isVisible() else hidden.append("furnished"))
    with qtbot.waitSignals(watched, timeout=20_000):
        window.open(lambda: open_console(StartOptions(master_url=world.master.url)))

    assert hidden == []
    assert not outline.isVisible()
    assert window.states.view is View.CONTENT
    qtbot.waitUntil(lambda: window.is_idle, timeout=20_000)
    window.close()
    window.deleteLater()


@pytest.mark.parametrize("turns", [0, 3, 40])
def test_a_window_can_be_closed_while_it_is_furnished(qtbot: QtBot, qapp: QApplication, turns: int) -> None:
    window = MainWindow(theme.install(qapp))
    window.show()
    for _ in range(turns):
        QTest.qWait(1)

    with qtbot.waitSignal(window.closed, timeout=5_000):
        window.close()
    QTest.qWait(50)

    assert not window.isVisible()
    assert window.turns.is_idle
    window.deleteLater()
