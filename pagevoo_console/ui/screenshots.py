"""Pictures of every view, filled, empty and failed, light and dark, drawn from a fresh demo without a display."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from PySide6.QtWidgets import QApplication

from pagevoo_console.demo.platform import DemoPlatform
from pagevoo_console.domain.errors import Failed
from pagevoo_console.services.start import open_console
from pagevoo_console.ui.application import make_application
from pagevoo_console.ui.kit import theme
from pagevoo_console.ui.kit.small_png import save_small
from pagevoo_console.ui.kit.theme import Scheme
from pagevoo_console.ui.main_window import MainWindow
from pagevoo_console.ui.screenshot_accounts import DrawnAccounts
from pagevoo_console.ui.screenshot_pictures import ABSENT, AWAY, EMPTY, FULL, SERVED
from pagevoo_console.ui.screenshot_scenes import Picture, Scene
from pagevoo_console.ui.screenshot_worlds import OWN_ACCOUNT, Worlds, options_of, worlds

SIZE = (1440, 900)
TENANTS = 40


def render(directory: Path, tenants: int = TENANTS) -> list[Path]:
    """Draw every view into a folder, such as `tenants-filled-light.png`; returns the files in order.

    One demo serves all pictures, and one window those of a scheme: to change the colours of a window that is full
    takes longer than to open another. Raises Failed when a view does not come to rest within a minute.
    """
    application = make_application()
    colours = theme.install(application)
    directory.mkdir(parents=True, exist_ok=True)
    made: list[Path] = []
    with worlds(tenants) as all_worlds:
        for scheme in (Scheme.LIGHT, Scheme.DARK):
            colours.set_scheme(scheme)
            for paths in _of_one_scheme(application, colours, all_worlds, directory):
                made.append(paths)
    colours.set_scheme(Scheme.SYSTEM)
    return made


def _of_one_scheme(application: QApplication, colours: theme.Theme, made: Worlds, directory: Path) -> Iterator[Path]:
    with made.home("home"):
        with _open(application, colours, made, made.full) as scene:
            for picture in FULL:
                yield _draw(scene, picture, directory, colours)
        with _open(application, colours, made, made.full) as scene:
            assert scene.window.console is not None
            scene.window.console.accounts = DrawnAccounts(scene.window.console.tenants, frozenset({OWN_ACCOUNT}))
            for picture in SERVED:
                yield _draw(scene, picture, directory, colours)
        with _open(application, colours, made, made.full) as scene, made.master_away():
            for picture in AWAY:
                yield _draw(scene, picture, directory, colours)
    with made.home("empty-home"):
        with _open(application, colours, made, made.empty) as scene:
            for picture in EMPTY:
                yield _draw(scene, picture, directory, colours)
        with _open(application, colours, made, made.absent) as scene:
            for picture in ABSENT:
                yield _draw(scene, picture, directory, colours)


@contextmanager
def _open(application: QApplication, colours: theme.Theme, made: Worlds, demo: DemoPlatform) -> Iterator[Scene]:
    """A window on a platform that has looked at everything once."""
    window = MainWindow(colours)
    window.resize(*SIZE)
    window.show()
    scene, rounds = Scene(application, window, made), list[bool]()
    window.opened.connect(lambda _console: rounds.append(False))
    window.settled.connect(lambda: rounds.append(True))
    options = options_of(demo)
    window.open(lambda: open_console(options))
    scene.wait(lambda: any(rounds))
    scene.settle()
    try:
        yield scene
    finally:
        window.close()
        window.deleteLater()
        application.processEvents()


def _draw(scene: Scene, picture: Picture, directory: Path, colours: theme.Theme) -> Path:
    picture.arrange(scene)
    scene.settle()
    path = directory / f"{picture.name}-{colours.scheme}.png"
    if not save_small(scene.in_sight.grab().toImage(), path):
        raise Failed(f"{path} cannot be written", code="disk_error", hint="Check the folder and the disk's room.")
    scene.leave()
    return path
