"""Puts the rooms into the window once a console is open: doors, actions, menus and the bars."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtGui import QKeySequence

from pagevoo_console.domain.server import ServerFacts, Tls
from pagevoo_console.domain.tenant import TenantQuery
from pagevoo_console.ui.context import Context, Doors, FeatureDoors
from pagevoo_console.ui.features import actions as feature_actions
from pagevoo_console.ui.fleet_watch import FleetWatch
from pagevoo_console.ui.keyboard_help import KeyboardHelp
from pagevoo_console.ui.kit.actions import Action, Selection
from pagevoo_console.ui.kit.environment import EnvironmentBar
from pagevoo_console.ui.kit.i18n import translate
from pagevoo_console.ui.kit.labels import menu_text
from pagevoo_console.ui.kit.palette import CommandPalette
from pagevoo_console.ui.kit.theme import Scheme
from pagevoo_console.ui.kit.turns import Slices
from pagevoo_console.ui.quotas import actions as quota_actions
from pagevoo_console.ui.quotas.alert_watch import AlertWatch
from pagevoo_console.ui.tenants import actions as tenant_actions
from pagevoo_console.ui.tenants.finder import TenantFinder
from pagevoo_console.ui.wizards import Wizards, room
from pagevoo_console.ui.workspace import OVERVIEW, Workspace

if TYPE_CHECKING:
    from pagevoo_console.services.console import Console
    from pagevoo_console.ui.main_window import MainWindow

AUDIT, OPERATIONS, ROWS = "audit", "operations", "rows"
FINDINGS, SERVERS, TRASH = "findings", "servers", "trash"
FLEET_BACKUPS, SCHEDULES = "fleet_backups", "schedules"
QUOTAS = "quotas"
DRIFT = "drift"
ENGINES = {"sqlite": "SQLite", "mysql": "MySQL / MariaDB", "postgresql": "PostgreSQL"}
_TLS = {Tls.OFF: "no TLS", Tls.REQUIRED: "TLS, not verified", Tls.VERIFIED: "TLS verified"}
Show = Callable[[], object]


def assemble(window: MainWindow, console: Console) -> Slices:
    """Everything that stands in a window on this console, a slice at a turn; `window.opened` tells that it is there."""
    window.console = console
    window.setWindowTitle(f"{console.connection.name} – Pagevoo Console")
    wizards = Wizards(console, window.runner, window, window.submitted)
    made: list[Workspace] = []

    def workspace() -> Workspace:
        return made[0]

    def show_rows(tenant: str) -> None:
        workspace().show_room(
            f"{ROWS}.{tenant}", lambda: room("inspection.sql_view", "SqlView")(console, window.runner, tenant)
        )

    def show_quotas(tenant: str) -> None:
        workspace().show_room(f"{QUOTAS}.{tenant}", lambda: room("quotas.details", "QuotaDetails")(context, tenant))

    def show_drift(tenant: str) -> None:
        workspace().show_room(f"{DRIFT}.{tenant}", lambda: room("features.drift_view", "DriftView")(context, tenant))

    doors = Doors(
        create_database=wizards.create_database,
        install_features=wizards.install_features,
        features=FeatureDoors(
            upgrade=wizards.upgrade_features,
            switch=wizards.switch_feature,
            uninstall=wizards.uninstall_feature,
            repair=wizards.repair_features,
            adopt=wizards.adopt_feature,
            drift=show_drift,
        ),
        back_up=wizards.back_up,
        verify=wizards.verify,
        restore=wizards.restore,
        import_dump=wizards.import_dump,
        delete_database=wizards.delete_database,
        delete_databases=wizards.delete_databases,
        export=wizards.export,
        inspect=show_rows,
        open_folder=wizards.open_folder,
        back_up_all=wizards.back_up_all,
        prove_all=wizards.prove_all,
        prune=wizards.prune,
        give_key=wizards.give_key,
        show_fleet_backups=lambda: show_fleet_backups(),
        show_schedules=lambda: show_schedules(),
        add_schedule=wizards.add_schedule,
        resume=wizards.resume,
        abandon=wizards.abandon,
        show_tenant=lambda tenant: workspace().show_tenant(tenant),
        show_tenants=lambda query: workspace().show_tenants(query),
        show_operations=lambda: show_operations(),
        show_findings=lambda: show_findings(),
        show_servers=lambda: show_servers(),
        look_daily=wizards.look_daily,
        create_account=wizards.create_account,
        remove_account=wizards.remove_account,
        publish_website=wizards.publish_website,
        unpublish_website=wizards.unpublish_website,
        delete_website=wizards.delete_website,
        switch_database=wizards.switch_database,
        change_tier=wizards.change_tier,
        freeze=wizards.freeze,
        release=wizards.release,
        show_quotas=show_quotas,
        manage=window.manage,
        manage_website=lambda below: window.manage(below, tenant_actions.WEBSITE_MENU),
        refresh=window.refresh,
    )
    context = wizards.context = Context(console, window.runner, window.messenger, doors)
    made.append(Workspace(context))
    window.stack.addWidget(workspace())
    yield from workspace().make_rooms()
    wizards.listed = lambda: workspace().browser.query

    def show_operations() -> None:
        workspace().show_room(
            OPERATIONS, lambda: room("jobs.operations_view", "OperationsView")(console, window.runner)
        )

    def show_findings() -> None:
        workspace().show_room(FINDINGS, lambda: room("fleet.findings_view", "FindingsView")(context, window.submitted))

    def show_servers() -> None:
        workspace().show_room(SERVERS, lambda: room("servers.servers_view", "ServersView")(context))

    def show_trash() -> None:
        workspace().show_room(TRASH, lambda: room("trash.trash_view", "TrashView")(context, window.submitted))

    def show_fleet_backups() -> None:
        workspace().show_room(FLEET_BACKUPS, lambda: room("fleet_backups.fleet_view", "FleetBackupsView")(context))

    def show_schedules() -> None:
        workspace().show_room(SCHEDULES, lambda: room("schedules.schedules_view", "SchedulesView")(context))

    def show_audit() -> None:
        workspace().show_room(AUDIT, lambda: room("audit.audit_view", "AuditView")(console, window.runner))

    rooms = _window_actions(window, workspace(), show_operations, show_audit, show_trash)
    for actions in (rooms, _tenant_actions(context)):
        for action in actions:
            window.actions_.add((action,))
            yield None
    yield from _fill_bars(window, workspace(), show_operations, show_audit)
    workspace().selected.connect(window.actions_.select)
    workspace().room_changed.connect(window.top.show_room)
    workspace().menu_wanted.connect(window.show_menu)
    workspace().feature_menu_wanted.connect(lambda place: window.show_menu(place, feature_actions.MENU))
    window.actions_.select(workspace().selection)
    window.top.show_room(OVERVIEW)
    window.palette_ = CommandPalette(window.actions_.palette_entries, TenantFinder(window, console), window.central)
    yield None
    window.workspace = workspace()
    window.restore_state()
    workspace().browser.refresh()
    workspace().overview.refresh()
    yield None
    _show(window, console)
    yield None
    watch = window.watch = FleetWatch(
        console, window.runner, lambda: window.isVisible() and not window.isMinimized(), window
    )
    watch.seen.connect(workspace().directory_changed)
    watch.seen.connect(AlertWatch(context, watch).look)
    watch.settled.connect(window.settled)
    window.news.listen_to_watch()
    watch.start()
    window.opened.emit(console)
    workspace().turns.do(workspace().make_page())


def _tenant_actions(context: Context) -> tuple[Action, ...]:
    """What is done to a tenant, in the order of its menu: what is about limits before what is rare or dangerous."""
    listed = [*tenant_actions.actions(context)]
    place = next(place for place, action in enumerate(listed) if action.id == "tenant.copy_id")
    listed[place:place] = quota_actions.actions(context)
    return (*listed, *feature_actions.actions(context))


def _show(window: MainWindow, console: Console) -> None:
    """The outline gives way to what has been made."""
    assert window.workspace is not None
    window.reserved.hide()
    window.environment.setVisible(True)
    show_environment(window.environment, console)
    window.menuBar().show()
    window.stack.setCurrentWidget(window.workspace)
    window.states.show_content()
    window.top.setEnabled(True)
    window.workspace.focus_search()
    status = console.master.status
    window.runner.query(
        lambda: status().server,
        lambda facts: show_environment(window.environment, console, facts),
        lambda _error: None,
        key="facts",
        owner=window,
        lane=console.connection.master.name,
    )


def show_environment(bar: EnvironmentBar, console: Console, facts: ServerFacts | None = None) -> None:
    """Which connection this is, and what its server says of itself where that is known."""
    connection, master = console.connection, console.connection.master
    engine = f"{facts.product} {facts.version}".strip() if facts is not None else ""
    parts = [connection.name, engine or ENGINES.get(master.engine, master.engine), master.address]
    if not master.directory:
        parts.append(translate("window", _TLS[master.effective_tls]))
    if facts is not None and facts.is_read_only:
        parts.append(translate("window", "the server is read-only"))
    bar.show_environment(connection.environment, "  ·  ".join(parts))


def _window_actions(
    window: MainWindow, workspace: Workspace, show_operations: Show, show_audit: Show, show_trash: Show
) -> tuple[Action, ...]:
    view, file, help_ = translate("window", "View"), translate("window", "File"), translate("window", "Help")
    return (
        Action("connection.manage", translate("window", "Connections…"), "plug", lambda _s: _connections(window), file,
               "Ctrl+Shift+O", keywords=("server", "login")),
        Action("settings.show", translate("window", "Preferences…"), "settings", lambda _s: _preferences(window), file,
               "Ctrl+,", keywords=("settings", "options", "backup folder")),
        Action("window.close", translate("window", "Quit"), "log-in", lambda _s: window.close(), file,
               QKeySequence.StandardKey.Quit, begins_group=True),
        Action("overview.show", translate("window", "Overview"), "layout-dashboard",
               lambda _s: workspace.show_overview(), view, "Alt+1", keywords=("home", "fleet", "dashboard")),
        Action("operations.show", translate("window", "Operations"), "list-checks", lambda _s: show_operations(), view,
               "Alt+2", keywords=("interrupted", "resume")),
        Action("audit.show", translate("window", "Audit trail"), "scroll-text", lambda _s: show_audit(), view, "Alt+3",
               keywords=("log", "history", "who")),
        Action("fleet.check", translate("window", "Registry check"), "clipboard-list",
               lambda _s: workspace.context.doors.show_findings(), view, "Alt+4",
               keywords=("reconcile", "orphan", "ghost", "contradiction", "repair")),
        Action("fleet.repair", translate("window", "Repair the chosen contradiction…"), "wrench",
               lambda _s: _in_findings(workspace, "repair_chosen"), applies_to=_is_in_findings,
               keywords=("reconcile", "mend")),
        Action("fleet.repair_all", translate("window", "Repair all safe contradictions…"), "shield-check",
               lambda _s: _in_findings(workspace, "repair_all"), applies_to=_is_in_findings,
               keywords=("reconcile", "mend")),
        Action("fleet.tick", translate("window", "Daily look…"), "calendar-check",
               lambda _s: workspace.context.doors.look_daily(), view, applies_to=lambda s: s.is_connected,
               keywords=("tick", "samples", "freeze", "thaw", "alerts", "timer")),
        Action("servers.show", translate("window", "Servers"), "server",
               lambda _s: workspace.context.doors.show_servers(), view, "Alt+5",
               keywords=("limits", "privileges", "connections", "disk", "grant", "version")),
        Action("trash.show", translate("window", "Trash"), "trash-2", lambda _s: show_trash(), view, "Alt+6",
               keywords=("deleted", "undelete", "purge", "certificate", "have back")),
        Action("fleet.backups", translate("window", "Everybody's backups"), "database-backup",
               lambda _s: workspace.context.doors.show_fleet_backups(), view, "Alt+7",
               keywords=("fleet", "proof", "verify", "failed")),
        Action("fleet.backup", translate("window", "Back everybody up…"), "database-backup",
               lambda s: workspace.context.doors.back_up_all(_several(s)), view, applies_to=lambda s: s.is_connected,
               keywords=("fleet", "all", "backup")),
        Action("fleet.verify", translate("window", "Prove everybody's backup…"), "shield-check",
               lambda s: workspace.context.doors.prove_all(_several(s)), view, applies_to=lambda s: s.is_connected,
               keywords=("fleet", "all", "restore", "verify")),
        Action("backup.prune", translate("window", "Prune backups…"), "archive",
               lambda _s: workspace.context.doors.prune(), view, applies_to=lambda s: s.is_connected,
               keywords=("retention", "keep", "remove", "old")),
        Action("schedules.show", translate("window", "Schedules"), "calendar",
               lambda _s: workspace.context.doors.show_schedules(), view, "Alt+8",
               keywords=("timer", "systemd", "cron", "nightly", "every day")),
        Action("backup.key", translate("window", "Give the key to encrypted backups…"), "key-round",
               lambda _s: workspace.context.doors.give_key(), keywords=("passphrase", "identity", "age", "decrypt")),
        Action("activity.toggle", translate("window", "Activity"), "activity", lambda _s: window.toggle_activity(),
               view, "Ctrl+Shift+A", begins_group=True, keywords=("jobs", "progress")),
        Action("palette.open", translate("window", "Go to anything…"), "command", lambda _s: window.open_palette(),
               view, "Ctrl+K", begins_group=True),
        Action("tenants.search", translate("window", "Search"), "search", lambda _s: window.focus_search(), view,
               QKeySequence.StandardKey.Find),
        Action("tenants.show_all", translate("window", "Clear search and filters"), "search-x",
               lambda _s: workspace.show_tenants(TenantQuery()), view, "Ctrl+Shift+F"),
        Action("window.refresh", translate("window", "Refresh"), "refresh-cw", lambda _s: window.refresh(), view, "F5",
               keywords=("reload",)),
        Action("theme.light", translate("window", "Light"), "sun", partial(_scheme, window, Scheme.LIGHT), view,
               begins_group=True, keywords=("theme", "colours")),
        Action("theme.dark", translate("window", "Dark"), "moon", partial(_scheme, window, Scheme.DARK), view,
               keywords=("theme", "colours", "night")),
        Action("theme.system", translate("window", "As the system"), "sliders-horizontal",
               partial(_scheme, window, Scheme.SYSTEM), view, keywords=("theme", "colours")),
        Action("help.keyboard", translate("window", "Keyboard"), "info",
               lambda _s: KeyboardHelp(window.actions_.shortcuts(), window).open(), help_, "F1",
               keywords=("shortcuts", "keys")),
    )  # fmt: skip


def _several(selection: Selection) -> tuple[str, ...]:
    """Who is chosen in the list, where that is more than one."""
    return tuple(tenant.id for tenant in selection.tenants) if len(selection.tenants) > 1 else ()


def _is_in_findings(selection: Selection) -> bool:
    return selection.room == FINDINGS and selection.is_connected


def _in_findings(workspace: Workspace, does: str) -> None:
    """What the registry check does with what is in hand there."""
    getattr(workspace.room_in_sight, does)()


def _scheme(window: MainWindow, scheme: Scheme, _selection: Selection) -> None:
    window.set_scheme(scheme)


def _connections(window: MainWindow) -> None:
    window.open_connections()


def _preferences(window: MainWindow) -> None:
    window.open_preferences()


def _fill_bars(window: MainWindow, workspace: Workspace, show_operations: Show, show_audit: Show) -> Slices:
    titles = (
        translate("window", "File"),
        translate("window", "View"),
        workspace.context.console.platform.words.tenant.capitalize(),
        feature_actions.menu_title(),
        translate("window", "Help"),
    )
    window.menuBar().hide()
    for title in titles:
        window.actions_.fill_menu(window.menuBar().addMenu(menu_text(title)))
        yield None
    top = window.top
    top.add_room(OVERVIEW, translate("window", "Overview"), "layout-dashboard", workspace.show_overview)
    top.add_room(OPERATIONS, translate("window", "Operations"), "list-checks", show_operations)
    top.add_room(AUDIT, translate("window", "Audit trail"), "scroll-text", show_audit)
    top.add_room(
        FINDINGS, translate("window", "Registry check"), "clipboard-list", workspace.context.doors.show_findings
    )
    top.add_room(SERVERS, translate("window", "Servers"), "server", workspace.context.doors.show_servers)
    top.add_jobs(window.toggle_activity)
    keys = window.actions_["palette.open"].shortcut().toString(QKeySequence.SequenceFormat.NativeText)
    top.add_palette(keys, window.open_palette)
