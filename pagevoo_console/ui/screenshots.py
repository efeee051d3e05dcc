"""Pictures of every main view, filled, empty and failed, light and dark, drawn from a fresh demo without a display."""

from __future__ import annotations

import os
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from PySide6.QtWidgets import QApplication, QWidget

from pagevoo_console.demo.platform import DemoPlatform, create_demo
from pagevoo_console.domain.errors import Failed
from pagevoo_console.domain.server import Environment
from pagevoo_console.domain.tenant import TenantQuery
from pagevoo_console.services.settings import HOME_VARIABLE
from pagevoo_console.services.start import StartOptions, open_console
from pagevoo_console.ui.application import make_application
from pagevoo_console.ui.kit import theme
from pagevoo_console.ui.kit.theme import Scheme
from pagevoo_console.ui.main_window import MainWindow
from pagevoo_console.ui.workspace import Workspace

SIZE = (1440, 900)
TENANTS = 40
PATIENCE = 60.0
HEALTHY, PARTLY, BROKEN, WITHOUT, INTERRUPTED = "1", "4", "6", "9", "24"

Arrange = Callable[[MainWindow], QWidget | None]


@dataclass(frozen=True, slots=True)
class Picture:
    """One view: its file's name, and how the window gets there. `arrange` may hand back a dialog to be drawn."""

    name: str
    arrange: Arrange


def render(directory: Path, tenants: int = TENANTS) -> list[Path]:
    """Draw every view into a folder, such as `tenants-filled-light.png`; returns the files in order.

    Raises Failed when a view does not come to rest within a minute.
    """
    application = make_application()
    colours = theme.install(application)
    directory.mkdir(parents=True, exist_ok=True)
    made: list[Path] = []
    with tempfile.TemporaryDirectory() as folder, _home(Path(folder) / "home"):
        demo = create_demo(Path(folder) / "demo", tenants)
        broken = DemoPlatform(f"sqlite:///{folder}/gone/nowhere.db", demo.platform)
        window = _window(application, colours, demo)
        for picture in PICTURES:
            made += _draw(application, colours, window, picture, directory)
        _leave(application, window)
        window = _window(application, colours, broken)
        made += _draw(application, colours, window, Picture("window-failed", lambda _window: None), directory)
        _leave(application, window)
    colours.set_scheme(Scheme.SYSTEM)
    return made


def _workspace(window: MainWindow) -> Workspace:
    assert window.workspace is not None
    return window.workspace


def _overview(window: MainWindow) -> None:
    _workspace(window).show_overview()


def _tenant(tenant: str) -> Arrange:
    def arrange(window: MainWindow) -> None:
        _workspace(window).show_tenants(TenantQuery())
        _workspace(window).show_tenant(tenant)

    return arrange


def _query(query: TenantQuery) -> Arrange:
    def arrange(window: MainWindow) -> None:
        _workspace(window).show_overview()
        _workspace(window).show_tenants(query)

    return arrange


def _palette(window: MainWindow) -> None:
    _workspace(window).show_tenants(TenantQuery())
    window.open_palette()


def _keyboard(window: MainWindow) -> QWidget | None:
    assert window.palette_ is not None
    window.palette_.close_()
    window.actions_.trigger("help.keyboard")
    return QApplication.activeModalWidget()


def _triggered(action: str, tenant: str = HEALTHY) -> Arrange:
    """What an action opens over a tenant's page."""

    def arrange(window: MainWindow) -> QWidget | None:
        _workspace(window).show_tenant(tenant)
        application = QApplication.instance()
        assert isinstance(application, QApplication)
        _settle(application, window)
        window.actions_.trigger(action)
        return QApplication.activeModalWidget()

    return arrange


PICTURES = (
    Picture("overview-filled", _overview),
    Picture("tenants-filled", _query(TenantQuery())),
    Picture("tenants-empty", _query(TenantQuery(search="nobody is called this"))),
    Picture("tenant-filled", _tenant(HEALTHY)),
    Picture("tenant-empty", _tenant(WITHOUT)),
    Picture("tenant-failed", _tenant(BROKEN)),
    Picture("tenant-interrupted", _tenant(INTERRUPTED)),
    Picture("operations-filled", _triggered("operations.show")),
    Picture("audit-filled", _triggered("audit.show")),
    Picture("create-filled", _triggered("database.create", WITHOUT)),
    Picture("install-filled", _triggered("feature.install", PARTLY)),
    Picture("backup-filled", _triggered("backup.create")),
    Picture("restore-empty", _triggered("backup.restore")),
    Picture("export-filled", _triggered("tenant.export")),
    Picture("delete-filled", _triggered("database.delete")),
    Picture("connections-filled", _triggered("connection.manage")),
    Picture("preferences-filled", _triggered("settings.show")),
    Picture("palette-filled", _palette),
    Picture("keyboard-filled", _keyboard),
)


def _window(application: QApplication, colours: theme.Theme, demo: DemoPlatform) -> MainWindow:
    window = MainWindow(colours)
    window.resize(*SIZE)
    window.show()
    options = StartOptions(master_url=demo.master_url, platform=demo.platform, environment=Environment.DEMO)
    rounds: list[bool] = []
    window.opened.connect(lambda _console: rounds.append(False))
    window.open(lambda: open_console(options))
    _wait(application, lambda: bool(rounds))
    window.settled.connect(lambda: rounds.append(True))
    _wait(application, lambda: any(rounds) and window.runner.is_idle)
    return window


def _draw(
    application: QApplication, colours: theme.Theme, window: MainWindow, picture: Picture, directory: Path
) -> Iterator[Path]:
    shown = picture.arrange(window)
    _settle(application, window)
    shown = shown or QApplication.activeModalWidget() or window
    for scheme in (Scheme.LIGHT, Scheme.DARK):
        colours.set_scheme(scheme)
        _settle(application, window)
        path = directory / f"{picture.name}-{scheme}.png"
        if not shown.grab().save(str(path)):
            raise Failed(f"{path} cannot be written", code="disk_error", hint="Check the folder and the disk's room.")
        yield path
    if shown is not window:
        shown.close()


def _settle(application: QApplication, window: MainWindow) -> None:
    """Let timers of searches and layouts run out, and every query come home."""
    until = time.monotonic() + 0.3
    _wait(application, lambda: time.monotonic() > until and window.runner.is_idle)


def _wait(application: QApplication, is_done: Callable[[], bool]) -> None:
    until = time.monotonic() + PATIENCE
    while not is_done():
        if time.monotonic() > until:
            raise Failed("A view did not come to rest within a minute", hint="Try again when the machine is idle.")
        application.processEvents()
        time.sleep(0.005)


def _leave(application: QApplication, window: MainWindow) -> None:
    window.close()
    window.deleteLater()
    application.processEvents()


@contextmanager
def _home(folder: Path) -> Iterator[None]:
    """A home of the console's own, so that pictures show nothing of this machine's user."""
    before = os.environ.get(HOME_VARIABLE)
    os.environ[HOME_VARIABLE] = str(folder)
    try:
        yield
    finally:
        if before is None:
            del os.environ[HOME_VARIABLE]
        else:
            os.environ[HOME_VARIABLE] = before
