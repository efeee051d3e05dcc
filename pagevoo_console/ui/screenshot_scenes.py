"""How the window gets to each picture: by its doors, actions and buttons, as a person would get there."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field

from PySide6.QtCore import QItemSelectionModel, QPoint
from PySide6.QtWidgets import QAbstractButton, QApplication, QLineEdit, QPlainTextEdit, QSpinBox, QTabWidget, QWidget

from pagevoo_console.domain.errors import Failed
from pagevoo_console.domain.tenant import TenantQuery
from pagevoo_console.ui.accounts.password_dialog import PasswordDialog
from pagevoo_console.ui.context import Doors
from pagevoo_console.ui.features.panel import FeaturePanel
from pagevoo_console.ui.kit.pages import ScrollPage
from pagevoo_console.ui.kit.record_view import RecordView
from pagevoo_console.ui.kit.tokens import Space
from pagevoo_console.ui.main_window import MainWindow
from pagevoo_console.ui.screenshot_accounts import PASSWORD
from pagevoo_console.ui.screenshot_worlds import (
    HEALTHY,
    Worlds,
)
from pagevoo_console.ui.workspace import Workspace

PATIENCE = 60.0
QUIET_LOOKS, LOOK_SECONDS = 6, 0.01
"""A window is at rest when so many looks, so far apart, found nothing under way."""
LIST_WIDTH, USUAL_WIDTH = 620, 470


class Scene:
    """A window on its way to a picture."""

    def __init__(self, application: QApplication, window: MainWindow, worlds: Worlds) -> None:
        self._application = application
        self.window = window
        self.worlds = worlds

    @property
    def workspace(self) -> Workspace:
        assert self.window.workspace is not None
        return self.window.workspace

    @property
    def doors(self) -> Doors:
        return self.workspace.context.doors

    @property
    def in_sight(self) -> QWidget:
        """What is drawn: the dialog on top, or else the window."""
        return QApplication.activeModalWidget() or self.window

    def settle(self) -> None:
        """Let timers run out, every query come home and every job end. Raises Failed after a minute."""
        quiet = 0

        def is_quiet() -> bool:
            nonlocal quiet
            quiet = quiet + 1 if self.window.runner.is_idle and not self.window.jobs.active() else 0
            return quiet >= QUIET_LOOKS

        self.wait(is_quiet)

    def wait(self, is_done: Callable[[], bool]) -> None:
        until = time.monotonic() + PATIENCE
        while not is_done():
            if time.monotonic() > until:
                raise Failed("A view did not come to rest within a minute", hint="Try again when the machine is idle.")
            self._application.processEvents()
            time.sleep(LOOK_SECONDS)

    def wait_seconds(self, seconds: float) -> None:
        """Let a pause of the window run out, and what comes after it."""
        until = time.monotonic() + seconds
        self.wait(lambda: time.monotonic() > until)
        self.settle()

    def show_tenant(self, tenant: str) -> None:
        self.workspace.show_tenants(TenantQuery())
        self.workspace.show_tenant(tenant)
        self.settle()

    def trigger(self, action: str) -> None:
        self.window.actions_.trigger(action)
        self.settle()

    def press(self, name: str) -> None:
        """Press the button of that name in what is in sight."""
        found = next((each for each in self.in_sight.findChildren(QAbstractButton, name) if each.isVisible()), None)
        assert found is not None, name
        found.click()
        self.settle()

    def turn_to(self, name: str, tab: int) -> None:
        """Show one of the pages behind tabs."""
        tabs = self.in_sight.findChild(QTabWidget, name)
        assert tabs is not None, name
        tabs.setCurrentIndex(tab)
        self.settle()

    def set_number(self, name: str, number: int) -> None:
        """Put a figure into a field."""
        spin = self.in_sight.findChild(QSpinBox, name)
        assert spin is not None, name
        spin.setValue(number)
        self.settle()

    def type(self, name: str, text: str) -> None:
        field = self.in_sight.findChild(QLineEdit, name)
        assert field is not None, name
        field.setText(text)
        field.textEdited.emit(text)
        self.settle()

    def leave(self) -> None:
        """Close whatever stands over the window, and take away what it has told."""
        while (dialog := QApplication.activeModalWidget()) is not None:
            dialog.close()
            self._application.processEvents()
        if self.window.palette_ is not None and self.window.palette_.isVisible():
            self.window.palette_.close_()
        self.window.activity().hide()
        self.window.activateWindow()
        self.window.toasts.clear()
        self.workspace.splitter.setSizes([USUAL_WIDTH, self.workspace.splitter.width() - USUAL_WIDTH])


Arrange = Callable[[Scene], object]


@dataclass(frozen=True, slots=True)
class Picture:
    """One view: its file's name, and how the window gets there."""

    name: str
    arrange: Arrange = field(repr=False)


def at_tenant(tenant: str) -> Arrange:
    return lambda scene: scene.show_tenant(tenant)


def at_tenants(scene: Scene) -> None:
    """The list, wide enough for the tiers, beside a tenant's page."""
    scene.show_tenant(HEALTHY)
    scene.workspace.splitter.setSizes([LIST_WIDTH, scene.workspace.splitter.width() - LIST_WIDTH])


def without_tenants(scene: Scene) -> None:
    scene.workspace.show_overview()
    scene.workspace.show_tenants(TenantQuery(search="nobody is called this"))


def act(action: str, *then: Callable[[Scene], object]) -> Arrange:
    """What an action opens over a healthy tenant's page, and what is done there."""

    def arrange(scene: Scene) -> None:
        scene.show_tenant(HEALTHY)
        scene.trigger(action)
        for step in then:
            step(scene)

    return arrange


def in_wizard(door: str, tenant: str, *then: Callable[[Scene], object], extra: tuple[object, ...] = ()) -> Arrange:
    """A wizard over a tenant's page, and what is done in it."""

    def arrange(scene: Scene) -> None:
        scene.show_tenant(tenant)
        getattr(scene.doors, door)(tenant, *extra)
        scene.settle()
        for step in then:
            step(scene)

    return arrange


def choosing(*tenants: str) -> Arrange:
    """Several rows of the list chosen."""

    def arrange(scene: Scene) -> None:
        scene.show_tenant(tenants[0])
        browser = scene.workspace.browser
        keys = [scene.workspace.context.console.directory.key(tenant) for tenant in tenants]
        flags = QItemSelectionModel.SelectionFlag.Select | QItemSelectionModel.SelectionFlag.Rows
        for place in (browser.records.source.position(key) for key in keys if key is not None):
            assert place is not None
            browser.list.selectionModel().select(browser.records.index(place, 0), flags)
        scene.settle()

    return arrange


def deleting_several(*tenants: str, then: tuple[Callable[[Scene], object], ...] = ()) -> Arrange:
    """The wizard of several deletions, and what is done in it."""

    def arrange(scene: Scene) -> None:
        scene.doors.delete_databases(tenants)
        scene.settle()
        for step in then:
            step(scene)

    return arrange


def deleting_website(tenant: str, place: int, *then: Callable[[Scene], object]) -> Arrange:
    """The end of one of a tenant's websites, the first of which is number 0."""

    def arrange(scene: Scene) -> None:
        scene.show_tenant(tenant)
        assert scene.window.console is not None
        scene.doors.delete_website(scene.window.console.tenants.websites(tenant)[place])
        scene.settle()
        for step in then:
            step(scene)

    return arrange


def pressing_verb(scene: Scene) -> None:
    """Press what an empty or refused page offers."""
    verbs = [each for each in scene.in_sight.findChildren(QAbstractButton) if each.property("kind") == "primary"]
    next(each for each in verbs if each.isVisible() and not each.objectName()).click()
    scene.settle()


def pressing(name: str) -> Callable[[Scene], object]:
    return lambda scene: scene.press(name)


NEXT = pressing("nextButton")


WAY = (pressing("chooseCreateOnly"), pressing("lockConsentBox"))


def at_features(tenant: str) -> Arrange:
    """The feature manager, once everything is compared."""

    def arrange(scene: Scene) -> None:
        scene.show_tenant(tenant)
        panel = scene.window.findChild(FeaturePanel, "featurePanel")
        assert panel is not None
        scene.wait(lambda: panel.is_settled)
        scene.settle()
        scene.wait(lambda: panel.is_settled)
        area = next(each for each in scene.workspace.page.findChildren(ScrollPage) if each.isAncestorOf(panel))
        inside = area.widget()
        assert inside is not None
        area.verticalScrollBar().setValue(panel.mapTo(inside, QPoint(0, -Space.M)).y())

    return arrange


def at_feature(door: str, tenant: str, *arguments: object, then: tuple[Callable[[Scene], object], ...] = ()) -> Arrange:
    """What a door of the features leads to."""

    def arrange(scene: Scene) -> None:
        scene.show_tenant(tenant)
        getattr(scene.doors.features, door)(tenant, *arguments)
        scene.settle()
        for step in then:
            step(scene)

    return arrange


def through(door: str, *then: Callable[[Scene], object], of: tuple[object, ...] = ()) -> Arrange:
    """A wizard about the fleet, and what is done in it."""

    def arrange(scene: Scene) -> None:
        scene.workspace.show_overview()
        getattr(scene.doors, door)(*of)
        scene.settle()
        for step in then:
            step(scene)

    return arrange


def keeping_one(scene: Scene) -> None:
    """A policy that lets most backups go."""
    for name, number in (("last", 1), ("days", 0), ("weeks", 0), ("months", 0), ("years", 0)):
        scene.set_number(f"keep-{name}", number)
    scene.wait_seconds(0.4)


def restoring_lost(scene: Scene) -> None:
    """A backup from a file that is not there."""
    in_wizard("restore", HEALTHY, extra=(None,))(scene)
    scene.type("backupFileEdit", str(scene.worlds.folder / "lost.sql.zst"))
    scene.press("nextButton")
    scene.press("nextButton")


def look_at_rows(tenant: str, statement: str = "") -> Arrange:
    def arrange(scene: Scene) -> None:
        scene.show_tenant(tenant)
        scene.doors.inspect(tenant)
        scene.settle()
        if statement:
            editor = next(each for each in scene.window.findChildren(QPlainTextEdit, "sqlEditor") if each.isVisible())
            editor.setPlainText(statement)
            scene.press("runSqlButton")

    return arrange


def look_at_quotas(tenant: str) -> Arrange:
    """What takes the room of a tenant's database."""

    def arrange(scene: Scene) -> None:
        scene.show_tenant(tenant)
        scene.doors.show_quotas(tenant)
        scene.settle()

    return arrange


def in_palette(typed: str) -> Arrange:
    def arrange(scene: Scene) -> None:
        scene.workspace.show_tenants(TenantQuery())
        scene.window.open_palette()
        assert scene.window.palette_ is not None
        scene.window.palette_.field.setText(typed)

    return arrange


def after_verifying(tenant: str) -> Arrange:
    """The activity after a tenant's backups were verified."""

    def arrange(scene: Scene) -> None:
        scene.show_tenant(tenant)
        assert scene.window.console is not None
        for backup in scene.window.console.backups.list(tenant):
            scene.doors.verify(backup)
        scene.settle()

    return arrange


def at_activity(scene: Scene) -> None:
    scene.show_tenant(HEALTHY)
    scene.window.activity().show()


def testing_unreachable(scene: Scene) -> None:
    """A connection to a port where nobody listens, tested."""
    act("connection.manage")(scene)
    connections = scene.in_sight.findChild(RecordView, "connectionList")
    assert connections is not None
    connections.choose("workstation")
    scene.press("testConnectionButton")


def in_registry_check(*then: Callable[[Scene], object]) -> Arrange:
    """The registry check, and what is done there."""

    def arrange(scene: Scene) -> None:
        scene.trigger("fleet.check")
        for step in then:
            step(scene)

    return arrange


def in_trash(name: str) -> Arrange:
    """The trash, and what one of its buttons opens."""

    def arrange(scene: Scene) -> None:
        scene.trigger("trash.show")
        scene.settle()
        scene.press(name)

    return arrange


def at_repair(scene: Scene) -> None:
    """The plan of the gravest repair there is."""
    in_registry_check(pressing("repairButton"))(scene)
    forward = scene.in_sight.findChild(QAbstractButton, "nextButton")
    if forward is not None and forward.isVisible():
        scene.press("nextButton")


def testing_server(scene: Scene) -> None:
    """A server that does not answer, tested layer by layer."""
    scene.trigger("servers.show")
    scene.press("check.master")


def at_end_of_overview(scene: Scene) -> None:
    """The cards below what needs attention."""
    scene.workspace.show_overview()
    scene.settle()
    bar = scene.workspace.overview.findChildren(ScrollPage)[0].verticalScrollBar()
    bar.setValue(bar.maximum())


def password_of_account(scene: Scene) -> None:
    """The password of an account that was made a moment ago; the dialog closes once somebody has it."""
    scene.show_tenant(HEALTHY)
    assert scene.window.console is not None
    PasswordDialog(scene.window.console.accounts.show(HEALTHY), PASSWORD, scene.window).open()
    scene.press("passwordTakenBox")


def with_damaged_preferences(scene: Scene) -> None:
    assert scene.window.console is not None
    folders = scene.window.console.folders
    (folders.config / "settings.toml").write_text('theme = "dark\n', encoding="utf-8")
    act("settings.show")(scene)
