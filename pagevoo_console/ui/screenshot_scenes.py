"""How the window gets to each picture: by its doors, actions and buttons, as a person would get there."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field

from PySide6.QtCore import QPoint
from PySide6.QtWidgets import QAbstractButton, QApplication, QLineEdit, QPlainTextEdit, QWidget

from pagevoo_console.domain.errors import Failed
from pagevoo_console.domain.tenant import TenantQuery
from pagevoo_console.ui.context import Doors
from pagevoo_console.ui.features.panel import FeaturePanel
from pagevoo_console.ui.kit.pages import ScrollPage
from pagevoo_console.ui.kit.record_view import RecordView
from pagevoo_console.ui.kit.tokens import Space
from pagevoo_console.ui.main_window import MainWindow
from pagevoo_console.ui.screenshot_worlds import (
    ADOPTABLE,
    DAMAGED_BACKUP,
    DRIFTED,
    EMPTIED,
    GARBLED,
    HEALTHY,
    INTERRUPTED,
    MISSING,
    NEAR,
    NO_WEBSITE,
    NOT_A_DATABASE,
    OUTDATED,
    OVER,
    PARTLY,
    SYSTEM_DATABASE,
    WITHOUT,
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


def _tenant(tenant: str) -> Arrange:
    return lambda scene: scene.show_tenant(tenant)


def _tenants(scene: Scene) -> None:
    """The list, wide enough for the tiers, beside a tenant's page."""
    scene.show_tenant(HEALTHY)
    scene.workspace.splitter.setSizes([LIST_WIDTH, scene.workspace.splitter.width() - LIST_WIDTH])


def _no_tenants(scene: Scene) -> None:
    scene.workspace.show_overview()
    scene.workspace.show_tenants(TenantQuery(search="nobody is called this"))


def _action(action: str, *then: Callable[[Scene], object]) -> Arrange:
    """What an action opens over a healthy tenant's page, and what is done there."""

    def arrange(scene: Scene) -> None:
        scene.show_tenant(HEALTHY)
        scene.trigger(action)
        for step in then:
            step(scene)

    return arrange


def _wizard(door: str, tenant: str, *then: Callable[[Scene], object], extra: tuple[object, ...] = ()) -> Arrange:
    """A wizard over a tenant's page, and what is done in it."""

    def arrange(scene: Scene) -> None:
        scene.show_tenant(tenant)
        getattr(scene.doors, door)(tenant, *extra)
        scene.settle()
        for step in then:
            step(scene)

    return arrange


def _delete_website(tenant: str, place: int, *then: Callable[[Scene], object]) -> Arrange:
    """The end of one of a tenant's websites, the first of which is number 0."""

    def arrange(scene: Scene) -> None:
        scene.show_tenant(tenant)
        assert scene.window.console is not None
        scene.doors.delete_website(scene.window.console.tenants.websites(tenant)[place])
        scene.settle()
        for step in then:
            step(scene)

    return arrange


def _press_verb(scene: Scene) -> None:
    """Press what an empty or refused page offers."""
    verbs = [each for each in scene.in_sight.findChildren(QAbstractButton) if each.property("kind") == "primary"]
    next(each for each in verbs if each.isVisible() and not each.objectName()).click()
    scene.settle()


def _press(name: str) -> Callable[[Scene], object]:
    return lambda scene: scene.press(name)


_NEXT = _press("nextButton")


_WAY = (_press("chooseCreateOnly"), _press("lockConsentBox"))


def _features(tenant: str) -> Arrange:
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


def _feature(door: str, tenant: str, *arguments: object, then: tuple[Callable[[Scene], object], ...] = ()) -> Arrange:
    """What a door of the features leads to."""

    def arrange(scene: Scene) -> None:
        scene.show_tenant(tenant)
        getattr(scene.doors.features, door)(tenant, *arguments)
        scene.settle()
        for step in then:
            step(scene)

    return arrange


def _restore_lost(scene: Scene) -> None:
    """A backup from a file that is not there."""
    _wizard("restore", HEALTHY, extra=(None,))(scene)
    scene.type("backupFileEdit", str(scene.worlds.folder / "lost.sql.zst"))
    scene.press("nextButton")
    scene.press("nextButton")


def _rows(tenant: str, statement: str = "") -> Arrange:
    def arrange(scene: Scene) -> None:
        scene.show_tenant(tenant)
        scene.doors.inspect(tenant)
        scene.settle()
        if statement:
            editor = next(each for each in scene.window.findChildren(QPlainTextEdit, "sqlEditor") if each.isVisible())
            editor.setPlainText(statement)
            scene.press("runSqlButton")

    return arrange


def _quotas(tenant: str) -> Arrange:
    """What takes the room of a tenant's database."""

    def arrange(scene: Scene) -> None:
        scene.show_tenant(tenant)
        scene.doors.show_quotas(tenant)
        scene.settle()

    return arrange


def _palette(typed: str) -> Arrange:
    def arrange(scene: Scene) -> None:
        scene.workspace.show_tenants(TenantQuery())
        scene.window.open_palette()
        assert scene.window.palette_ is not None
        scene.window.palette_.field.setText(typed)

    return arrange


def _verifying(tenant: str) -> Arrange:
    """The activity after a tenant's backups were verified."""

    def arrange(scene: Scene) -> None:
        scene.show_tenant(tenant)
        assert scene.window.console is not None
        for backup in scene.window.console.backups.list(tenant):
            scene.doors.verify(backup)
        scene.settle()

    return arrange


def _activity(scene: Scene) -> None:
    scene.show_tenant(HEALTHY)
    scene.window.activity().show()


def _unreachable(scene: Scene) -> None:
    """A connection to a port where nobody listens, tested."""
    _action("connection.manage")(scene)
    connections = scene.in_sight.findChild(RecordView, "connectionList")
    assert connections is not None
    connections.choose("workstation")
    scene.press("testConnectionButton")


def _check(*then: Callable[[Scene], object]) -> Arrange:
    """The registry check, and what is done there."""

    def arrange(scene: Scene) -> None:
        scene.trigger("fleet.check")
        for step in then:
            step(scene)

    return arrange


def _in_trash(name: str) -> Arrange:
    """The trash, and what one of its buttons opens."""

    def arrange(scene: Scene) -> None:
        scene.trigger("trash.show")
        scene.settle()
        scene.press(name)

    return arrange


def _repair(scene: Scene) -> None:
    """The plan of the gravest repair there is."""
    _check(_press("repairButton"))(scene)
    forward = scene.in_sight.findChild(QAbstractButton, "nextButton")
    if forward is not None and forward.isVisible():
        scene.press("nextButton")


def _servers_failed(scene: Scene) -> None:
    """A server that does not answer, tested layer by layer."""
    scene.trigger("servers.show")
    scene.press("check.master")


def _damaged_preferences(scene: Scene) -> None:
    assert scene.window.console is not None
    folders = scene.window.console.folders
    (folders.config / "settings.toml").write_text('theme = "dark\n', encoding="utf-8")
    _action("settings.show")(scene)


_JOINED = """SELECT o.order_number, o.status, o.grand_total, c.email
  FROM shop_orders AS o
  JOIN shop_customers AS c ON c.id = o.customer_id
 ORDER BY o.id DESC"""

FULL = (
    Picture("activity-empty", _activity),
    Picture("overview-filled", lambda scene: scene.workspace.show_overview()),
    Picture("tenants-filled", _tenants),
    Picture("tenants-empty", _no_tenants),
    Picture("tenant-filled", _tenant(HEALTHY)),
    Picture("tenant-empty", _tenant(WITHOUT)),
    Picture("tenant-failed", _tenant(MISSING)),
    Picture("tenant-interrupted", _tenant(INTERRUPTED)),
    Picture("operations-filled", lambda scene: scene.trigger("operations.show")),
    Picture("trash-filled", lambda scene: scene.trigger("trash.show")),
    Picture("trash-undelete", _in_trash("undeleteButton")),
    Picture("trash-purge", _in_trash("purgeButton")),
    Picture("audit-filled", lambda scene: scene.trigger("audit.show")),
    Picture("findings-filled", lambda scene: scene.trigger("fleet.check")),
    Picture("findings-repair", _repair),
    Picture("findings-all", _check(_press("repairAllButton"))),
    Picture("servers-filled", lambda scene: scene.trigger("servers.show")),
    Picture("rows-filled", _rows(HEALTHY, _JOINED)),
    Picture("rows-empty", _rows(PARTLY)),
    Picture("rows-failed", _rows(GARBLED, "DELETE FROM shop_orders")),
    Picture("create-filled", _wizard("create_database", WITHOUT)),
    Picture("create-review", _wizard("create_database", WITHOUT, _NEXT, _press("lockConsentBox"), _NEXT)),
    Picture("create-empty", _wizard("create_database", NO_WEBSITE)),
    Picture("create-failed", _wizard("create_database", HEALTHY)),
    Picture("install-filled", _wizard("install_features", PARTLY, extra=((),))),
    Picture("install-review", _wizard("install_features", PARTLY, _NEXT, extra=(("blog",),))),
    Picture("install-empty", _wizard("install_features", WITHOUT, extra=((),))),
    Picture("install-failed", _wizard("install_features", MISSING, extra=((),))),
    Picture("features-filled", _features(HEALTHY)),
    Picture("features-outdated", _features(OUTDATED)),
    Picture("features-drifted", _features(DRIFTED)),
    Picture("features-empty", _features(WITHOUT)),
    Picture("features-failed", _features(MISSING)),
    Picture("install-database", _wizard("install_features", WITHOUT, _NEXT, *_WAY, extra=(("shop",),))),
    Picture("install-first", _wizard("install_features", WITHOUT, _NEXT, *_WAY, _NEXT, extra=(("shop",),))),
    Picture("upgrade-review", _feature("upgrade", OUTDATED, ("shop",))),
    Picture("upgrade-empty", _feature("upgrade", HEALTHY, ())),
    Picture("disable-filled", _feature("switch", HEALTHY, "shop", False)),
    Picture("uninstall-review", _feature("uninstall", HEALTHY, "shop")),
    Picture("uninstall-failed", _feature("uninstall", ADOPTABLE, "blog")),
    Picture("repair-filled", _feature("repair", DRIFTED, ())),
    Picture("repair-review", _feature("repair", DRIFTED, (), then=(_NEXT,))),
    Picture("repair-empty", _feature("repair", HEALTHY, ())),
    Picture("repair-failed", _feature("repair", MISSING, ())),
    Picture("adopt-filled", _feature("adopt", ADOPTABLE, "blog")),
    Picture("adopt-review", _feature("adopt", ADOPTABLE, "blog", then=(_NEXT,))),
    Picture("adopt-empty", _feature("adopt", PARTLY, "blog")),
    Picture("drift-filled", _feature("drift", DRIFTED)),
    Picture("drift-empty", _feature("drift", HEALTHY)),
    Picture("drift-failed", _feature("drift", MISSING)),
    Picture("backup-filled", _wizard("back_up", HEALTHY)),
    Picture("backup-review", _wizard("back_up", HEALTHY, _NEXT)),
    Picture("backup-failed", _wizard("back_up", MISSING, _NEXT)),
    Picture("restore-filled", _wizard("restore", HEALTHY, extra=(None,))),
    Picture("restore-review", _wizard("restore", HEALTHY, _NEXT, _NEXT, extra=(None,))),
    Picture("restore-empty", _wizard("restore", PARTLY, extra=(None,))),
    Picture("restore-failed", _restore_lost),
    Picture("export-filled", _wizard("export", HEALTHY)),
    Picture("export-review", _wizard("export", HEALTHY, _NEXT, _NEXT, _NEXT)),
    Picture("export-empty", _wizard("export", EMPTIED, _NEXT)),
    Picture("export-failed", _wizard("export", MISSING, _NEXT)),
    Picture("delete-filled", _wizard("delete_database", HEALTHY)),
    Picture("delete-review", _wizard("delete_database", HEALTHY, _NEXT, _NEXT)),
    Picture("delete-empty", _wizard("delete_database", MISSING)),
    Picture("delete-failed", _wizard("delete_database", INTERRUPTED)),
    Picture("frozen-filled", _tenant(OVER)),
    Picture("frozen-quotas", _quotas(OVER)),
    Picture("quotas-filled", _quotas(NEAR)),
    Picture("quotas-empty", _quotas(PARTLY)),
    Picture("quotas-failed", _quotas(MISSING)),
    Picture("freeze-filled", _wizard("freeze", NEAR)),
    Picture("freeze-review", _wizard("freeze", NEAR, _NEXT)),
    Picture("freeze-failed", _wizard("freeze", MISSING)),
    Picture("release-filled", _wizard("release", OVER, extra=(True,))),
    Picture("release-review", _wizard("release", OVER, _NEXT, extra=(True,))),
    Picture("release-failed", _wizard("release", MISSING, extra=(False,))),
    Picture("websites-filled", _tenant(PARTLY)),
    Picture("publish-filled", _wizard("publish_website", WITHOUT, _NEXT, extra=(None,))),
    Picture(
        "publish-review", _wizard("publish_website", WITHOUT, _NEXT, _press("lockConsentBox"), _NEXT, extra=(None,))
    ),
    Picture("publish-empty", _wizard("publish_website", NO_WEBSITE, extra=(None,))),
    Picture("publish-failed", _wizard("publish_website", PARTLY, extra=(None,))),
    Picture("unpublish-filled", _action("website.unpublish")),
    Picture("website-delete-filled", _delete_website(HEALTHY, 1)),
    Picture("website-delete-review", _delete_website(HEALTHY, 1, _NEXT)),
    Picture("website-delete-failed", _delete_website(HEALTHY, 0)),
    Picture("website-delete-both", _delete_website(HEALTHY, 0, _press_verb)),
    Picture("website-delete-plan", _delete_website(HEALTHY, 0, _press_verb, _NEXT)),
    Picture("switch-filled", _wizard("switch_database", PARTLY, extra=(None,))),
    Picture("switch-loss", _wizard("switch_database", HEALTHY, _NEXT, extra=(None,))),
    Picture("switch-review", _wizard("switch_database", HEALTHY, _NEXT, _NEXT, extra=(None,))),
    Picture("switch-empty", _wizard("switch_database", DAMAGED_BACKUP, extra=(None,))),
    Picture("switch-failed", _wizard("switch_database", SYSTEM_DATABASE, extra=(None,))),
    Picture("tier-filled", _wizard("change_tier", HEALTHY, extra=("brochure",))),
    Picture("tier-changes", _wizard("change_tier", HEALTHY, _NEXT, extra=("brochure",))),
    Picture("tier-review", _wizard("change_tier", HEALTHY, _NEXT, _NEXT, extra=("brochure",))),
    Picture("tier-empty", _wizard("change_tier", PARTLY, _NEXT, extra=("trial",))),
    Picture("tier-failed", _wizard("change_tier", NOT_A_DATABASE, _NEXT, extra=("pro",))),
    Picture("connections-filled", _action("connection.manage")),
    Picture("connections-failed", _unreachable),
    Picture("preferences-filled", _action("settings.show")),
    Picture("preferences-failed", _damaged_preferences),
    Picture("palette-filled", _palette("")),
    Picture("palette-empty", _palette("nobody is called this")),
    Picture("keyboard-filled", _action("help.keyboard")),
    Picture("activity-filled", _verifying(HEALTHY)),
    Picture("activity-failed", _verifying(DAMAGED_BACKUP)),
)
"""On the demo, in this order: the activity fills as pictures are taken."""

EMPTY = (
    Picture("overview-empty", lambda scene: scene.workspace.show_overview()),
    Picture("findings-empty", lambda scene: scene.trigger("fleet.check")),
    Picture("servers-empty", lambda scene: scene.trigger("servers.show")),
    Picture("operations-empty", lambda scene: scene.trigger("operations.show")),
    Picture("trash-empty", lambda scene: scene.trigger("trash.show")),
    Picture("audit-empty", lambda scene: scene.trigger("audit.show")),
    Picture("connections-empty", lambda scene: scene.trigger("connection.manage")),
)
"""On a master that was set up a moment ago."""


def _offline(scene: Scene) -> None:
    scene.workspace.show_tenant(HEALTHY)
    scene.window.refresh()


AWAY = (
    Picture("window-offline", _offline),
    Picture("findings-failed", lambda scene: scene.trigger("fleet.check")),
    Picture("servers-failed", _servers_failed),
    Picture("operations-failed", lambda scene: scene.trigger("operations.show")),
    Picture("trash-failed", lambda scene: scene.trigger("trash.show")),
    Picture("audit-failed", lambda scene: scene.trigger("audit.show")),
)
"""In a window whose master goes away once it is open."""

ABSENT = (Picture("window-failed", lambda _scene: None),)
"""In a window whose master was never there: list and overview both say so."""
