"""The window: painted at once, filled when a console has been opened, and the one place where the rooms meet."""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import TYPE_CHECKING

from PySide6.QtCore import QByteArray, QPoint, QProcess, QSettings, Qt, QTimer, Signal
from PySide6.QtGui import QCloseEvent, QCursor
from PySide6.QtWidgets import QDockWidget, QMainWindow, QStackedWidget, QVBoxLayout, QWidget

from pagevoo_console.domain.deletion import DeletionResult
from pagevoo_console.domain.errors import ConsoleError
from pagevoo_console.domain.job import Job, JobEvent, JobState
from pagevoo_console.domain.server import Environment, Tls
from pagevoo_console.services.jobs import JobRunner
from pagevoo_console.ui.kit import format
from pagevoo_console.ui.kit.actions import ActionSet
from pagevoo_console.ui.kit.banners import Banner
from pagevoo_console.ui.kit.environment import EnvironmentBar
from pagevoo_console.ui.kit.i18n import translate
from pagevoo_console.ui.kit.messages import Message, MessageAction, MessageKind, Messenger, message_of
from pagevoo_console.ui.kit.palette import CommandPalette, Deliver, PaletteEntry
from pagevoo_console.ui.kit.questions import BugReportDialog, Question, ask
from pagevoo_console.ui.kit.runner import Runner
from pagevoo_console.ui.kit.states import StateStack
from pagevoo_console.ui.kit.theme import Scheme, Theme
from pagevoo_console.ui.kit.toasts import ToastStack
from pagevoo_console.ui.top_bar import TopBar

if TYPE_CHECKING:
    from pagevoo_console.services.console import Console
    from pagevoo_console.services.settings import Folders
    from pagevoo_console.ui.fleet_watch import FleetWatch
    from pagevoo_console.ui.workspace import Workspace

Opening = Callable[[], "Console"]
STATE_VERSION = 1
SIZE = (1280, 820)
ENGINES = {"sqlite": "SQLite", "mysql": "MySQL / MariaDB", "postgresql": "PostgreSQL"}
_TLS = {Tls.OFF: "no TLS", Tls.REQUIRED: "TLS, not verified", Tls.VERIFIED: "TLS verified"}


class MainWindow(QMainWindow):
    """Shows itself first and opens the console after that, in another thread.

    Signals: opened(Console); settled() after each look at the whole fleet; closed(), when every job has ended.
    """

    opened = Signal(object)
    settled = Signal()
    closed = Signal()

    def __init__(self, theme: Theme, settings: QSettings | None = None) -> None:
        super().__init__()
        self._theme = theme
        self._settings = settings
        self._opening: Opening | None = None
        self._is_closing = False
        self.console: Console | None = None
        self.workspace: Workspace | None = None
        self._watch: FleetWatch | None = None
        self.palette_: CommandPalette | None = None
        self.setWindowTitle("Pagevoo Console")
        self.setObjectName("mainWindow")
        self.jobs = JobRunner()
        self.runner = Runner(self.jobs, self)
        self.messenger = Messenger(self)
        self.actions_ = ActionSet(self)
        self.environment = EnvironmentBar(Environment.LOCAL, translate("window", "Opening…"))
        self.top = TopBar(self)
        self.offline = Banner()
        self.offline.setObjectName("offlineBanner")
        self.offline.retried.connect(self.refresh)
        self._stack = QStackedWidget()
        self._states = StateStack(self._stack)
        central = self._central = QWidget()
        layout = QVBoxLayout(central)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        for part in (self.environment, self.top, self.offline):
            layout.addWidget(part)
        layout.addWidget(self._states, 1)
        self.setCentralWidget(central)
        self.toasts = ToastStack(self.messenger, central)
        self._dock: QDockWidget | None = None
        self.resize(*SIZE)
        self.setMinimumSize(860, 560)
        self.runner.job_event.connect(self._job_event)
        self.runner.query_failed.connect(self._query_failed)
        self.top.setEnabled(False)
        self.environment.setVisible(False)
        self._states.show_loading(translate("window", "Opening the connection…"))

    # --- opening ----------------------------------------------------------------------------------------------------

    def open(self, opening: Opening) -> None:
        """Open a console by calling `opening` in another thread, and show it."""
        self._opening = opening
        self._states.show_loading(translate("window", "Opening the connection…"))
        self.runner.query(opening, self._console_opened, self._not_opened, key="open", owner=self)

    def _console_opened(self, console: Console) -> None:
        from pagevoo_console.ui.assembly import assemble

        self.console = console
        connection = console.connection
        self.environment.setVisible(True)
        self._show_environment()
        self.setWindowTitle(f"{connection.name} – Pagevoo Console")
        self.workspace, self._watch = assemble(self, console)
        self._stack.addWidget(self.workspace)
        self._stack.setCurrentWidget(self.workspace)
        self._states.show_content()
        self.top.setEnabled(True)
        self.palette_ = CommandPalette(self.actions_.palette_entries, self._provide, self._central)
        self._restore_state()
        self.workspace.overview.refresh()
        self.workspace.browser.refresh()
        self.workspace.browser.search.setFocus(Qt.FocusReason.OtherFocusReason)
        self._watch.seen.connect(self.workspace.directory_changed)
        self._watch.offline.connect(self._went_offline)
        self._watch.online.connect(self._came_online)
        self._watch.settled.connect(self.settled)
        self._watch.start()
        status = console.master.status
        self.runner.query(
            lambda: status().server,
            lambda facts: self._show_environment(facts.product, facts.version, facts.is_read_only),
            lambda _error: None,
            key="facts",
            owner=self,
            lane=connection.master.name,
        )
        folders = console.folders
        if self._settings is not None:
            self.runner.query(
                lambda: _chosen_scheme(folders), self._theme.set_scheme, lambda _error: None, key="scheme", owner=self
            )
        self.opened.emit(console)

    def _not_opened(self, error: Exception) -> None:
        opening = self._opening
        self._states.show_error(error, None if opening is None else lambda: self.open(opening))

    def _show_environment(self, product: str = "", version: str = "", is_read_only: bool = False) -> None:
        assert self.console is not None
        connection, master = self.console.connection, self.console.connection.master
        engine = f"{product} {version}".strip() or ENGINES.get(master.engine, master.engine)
        parts = [connection.name, engine, master.address]
        if not master.directory:
            parts.append(translate("window", _TLS[master.effective_tls]))
        if is_read_only:
            parts.append(translate("window", "the server is read-only"))
        self.environment.show_environment(connection.environment, "  ·  ".join(parts))

    # --- what everybody may ask of the window -----------------------------------------------------------------------

    def refresh(self) -> None:
        """Look at everything again, on the servers too."""
        if self.workspace is not None and self._watch is not None:
            self.workspace.refresh()
            self._watch.look()

    def open_palette(self) -> None:
        if self.palette_ is not None:
            self.palette_.open()

    def focus_search(self) -> None:
        if self.workspace is not None:
            self.workspace.browser.search.setFocus(Qt.FocusReason.ShortcutFocusReason)
            self.workspace.browser.search.selectAll()

    def set_scheme(self, scheme: Scheme) -> None:
        """Wear these colours from now on, next time too."""
        self._theme.set_scheme(scheme)
        if self.console is not None:
            folders = self.console.folders
            self.runner.query(lambda: _keep_scheme(folders, scheme), lambda _kept: None, key="scheme", owner=self)

    @property
    def theme(self) -> Theme:
        return self._theme

    def show_menu(self, place: QPoint | None = None) -> None:
        """What can be done with the tenant in hand."""
        from pagevoo_console.ui.tenants.actions import MENU

        self.actions_.context_menu(MENU, self).popup(place or QCursor.pos())

    def manage(self, below: QWidget) -> None:
        self.show_menu(below.mapToGlobal(QPoint(0, below.height())))

    def submitted(self, job: object) -> None:
        """A wizard handed in a job: show where it can be followed."""
        self.activity().show()

    def activity(self) -> QDockWidget:
        """The dock of jobs, made when it is first wanted."""
        if self._dock is None:
            from pagevoo_console.ui.wizards import room

            self._dock = QDockWidget(translate("window", "Activity"), self)
            self._dock.setObjectName("activityDock")
            self._dock.setWidget(room("jobs.activity_panel", "ActivityPanel")(self.runner))
            self._dock.hide()
            self.addDockWidget(Qt.DockWidgetArea.BottomDockWidgetArea, self._dock)
        return self._dock

    def toggle_activity(self) -> None:
        dock = self.activity()
        dock.setVisible(not dock.isVisible())

    def open_connections(self) -> None:
        """The saved connections."""
        from pagevoo_console.ui.wizards import room

        assert self.console is not None
        console = self.console

        def show(saved: object) -> None:
            manager = room("connections.connection_manager", "ConnectionManager")
            manager(saved, self.runner, self, on_open=lambda connection: _open_beside(connection.name)).open()

        self.runner.query(lambda: _saved_connections(console), show, key="connections", owner=self)

    def open_preferences(self) -> None:
        """What a person has chosen."""
        from pagevoo_console.ui.wizards import room

        assert self.console is not None
        folders = self.console.folders

        def show(settings: object) -> None:
            preferences = room("settings.preferences", "PreferencesDialog")
            shortcuts = self.actions_.shortcuts()
            preferences(settings, self._theme, self, runner=self.runner, shortcuts=shortcuts).open()

        self.runner.query(lambda: _settings(folders), show, key="preferences", owner=self)

    def show_bug(self, error: BaseException) -> None:
        """Our own fault: a report that can be copied."""
        BugReportDialog(error, self).open()

    # --- what happens -----------------------------------------------------------------------------------------------

    def _job_event(self, event: JobEvent) -> None:
        self.top.show_jobs(len(self.jobs.active()))
        job = event.job
        if not job.state.is_final or event.line is not None or self._is_closing:
            return
        if job.state is JobState.SUCCEEDED:
            self.messenger.post(self._success(job))
        elif job.error is not None:
            self.messenger.post(_failure(job))
            if not isinstance(job.error, ConsoleError):
                self.show_bug(job.error)
        changes = event.changes
        touched = changes.tenants | ({job.tenant} if job.tenant else frozenset())
        if self.workspace is None or self._watch is None:
            return
        self.workspace.take_up(changes)
        if job.tenant and job.tenant == self.workspace.page.tenant_id and not changes.touches(job.tenant):
            self.workspace.page.refresh()
        if changes.everything:
            self._watch.look()
        elif touched:
            self._watch.look_at(frozenset(touched))

    def _success(self, job: Job) -> Message:
        action = None
        result = job.result
        if isinstance(result, DeletionResult) and result.backup is not None and self.workspace is not None:
            restore = self.workspace.context.doors.restore
            action = MessageAction(translate("window", "Restore…"), lambda: restore(result.tenant, result.backup))
        took = (job.finished_at - job.created_at).total_seconds() if job.finished_at is not None else None
        text = translate("window", "Done in {time}.").format(time=format.duration(took))
        return Message(MessageKind.GOOD, job.title, text, action)

    def _query_failed(self, error: Exception) -> None:
        self.messenger.failed(error)
        if not isinstance(error, ConsoleError):
            self.show_bug(error)

    def _went_offline(self, error: Exception) -> None:
        assert self.console is not None
        assert self.workspace is not None
        self.workspace.set_connected(False)
        directory = self.console.directory

        def show(seen_at: object) -> None:
            told = message_of(error)
            text = told.text
            if seen_at is not None:
                last = translate("window", "What you see was read {age}.").format(age=format.age(seen_at))  # type: ignore[arg-type]
                text = f"{last} {text}".strip()
            if seen_at is not None:
                self.offline.show_message(
                    Message(MessageKind.WARNING, told.title, text, details=told.details), can_retry=True
                )
            elif self.workspace is not None:
                self.workspace.browser.states.show_error(error, self.refresh)
                self.workspace.overview.states.show_error(error, self.refresh)

        self.runner.query(lambda: directory.registry_at, show, lambda _error: show(None), key="offline", owner=self)

    def _came_online(self) -> None:
        assert self.workspace is not None
        self.offline.clear()
        self.workspace.set_connected(True)

    def _provide(self, typed: str, deliver: Deliver) -> None:
        """Tenants for the command palette."""
        from pagevoo_console.domain.tenant import TenantQuery

        assert self.console is not None
        directory = self.console.directory
        query = TenantQuery(search=typed, limit=12)

        def show(page: object) -> None:
            entries = page.entries  # type: ignore[attr-defined]
            deliver([self._entry_for(entry.id, entry.name, entry.email, entry.domain) for entry in entries])

        self.runner.query(lambda: directory.page(query), show, key="palette", owner=self)

    def _entry_for(self, tenant: str, name: str, email: str, domain: str | None) -> PaletteEntry:
        def go() -> None:
            if self.workspace is not None:
                self.workspace.show_tenant(tenant)

        detail = " · ".join(part for part in (email, domain, f"ID {tenant}") if part)
        return PaletteEntry(name.strip() or email or tenant, go, detail, "user")

    # --- closing ----------------------------------------------------------------------------------------------------

    def closeEvent(self, event: QCloseEvent) -> None:
        if self._is_closing:
            event.ignore()
            return
        running = self.jobs.active()
        if running:
            event.ignore()
            question = Question(
                translate("window", "Jobs are still running"),
                translate("window", "{count} jobs are cancelled before the window closes. What they began is written "
                          "down and can be resumed or abandoned.").format(count=format.count(len(running))),
                translate("window", "Cancel them and close"),
                is_dangerous=True,
                way_out=translate("window", "Keep working"),
            )  # fmt: skip
            ask(question, self._close, self)
            return
        event.accept()
        self._leave()

    def _close(self) -> None:
        """Cancel everything, wait without freezing, and go."""
        self._is_closing = True
        self.setEnabled(False)
        for job in self.jobs.active():
            self.runner.cancel(job.id)
        timer = QTimer(self)
        timer.setInterval(50)

        def look() -> None:
            if not self.jobs.active():
                timer.stop()
                self._is_closing = False
                self.setEnabled(True)
                self.close()

        timer.timeout.connect(look)
        timer.start()

    def _leave(self) -> None:
        self._is_closing = True
        self._save_state()
        if self._watch is not None:
            self._watch.stop()
        self.runner.close()
        self.jobs.close(wait=False)
        self.closed.emit()

    def _save_state(self) -> None:
        if self._settings is None:
            return
        self._settings.setValue("geometry", self.saveGeometry())
        self._settings.setValue("state", self.saveState(STATE_VERSION))
        if self.workspace is not None:
            self._settings.setValue("splitter", self.workspace.splitter.saveState())
            self._settings.setValue("list", self.workspace.browser.list.horizontalHeader().saveState())

    def restore_geometry(self) -> None:
        """Where the window was, before it is shown."""
        saved = None if self._settings is None else self._settings.value("geometry")
        if isinstance(saved, QByteArray):
            self.restoreGeometry(saved)

    def _restore_state(self) -> None:
        if self._settings is None or self.workspace is None:
            return
        saved = self._settings.value("splitter")
        if isinstance(saved, QByteArray):
            self.workspace.splitter.restoreState(saved)


def _keep_scheme(folders: Folders, scheme: Scheme) -> None:
    """In another thread: write down which colours were chosen."""
    from pagevoo_console.services.settings import Settings
    from pagevoo_console.services.settings import Theme as Colours

    Settings(folders).change(theme=Colours(scheme.value))


def _chosen_scheme(folders: Folders) -> Scheme:
    """In another thread: the colours that were chosen before."""
    from pagevoo_console.services.settings import Settings

    return Scheme(Settings(folders).load().preferences.theme.value)


def _saved_connections(console: Console) -> object:
    """In another thread: the store of saved connections, over this console's own passwords."""
    from pagevoo_console.services.saved_connections import SavedConnections
    from pagevoo_console.services.secrets import Secrets

    return SavedConnections(console.folders.config, Secrets())


def _open_beside(connection: str) -> None:
    """Open another connection in a window of its own: two environments never share one."""
    QProcess.startDetached(sys.executable, ["-m", "pagevoo_console", "--connection", connection])


def _settings(folders: Folders) -> object:
    from pagevoo_console.services.settings import Settings

    return Settings(folders)


def _failure(job: Job) -> Message:
    assert job.error is not None
    told = message_of(job.error)
    if job.state is JobState.CANCELLED:
        return Message(MessageKind.INFO, f"{job.title}: {told.title}", told.text)
    text = f"{told.title}. {told.text}" if told.text else told.title
    return Message(told.kind, translate("window", "{title} failed").format(title=job.title), text, details=told.details)
