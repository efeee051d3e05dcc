"""The window: its outline is painted at once, the rest is made after that, and the rooms meet in it.

What is slow to import or to make is named where it is used: the first frame needs none of it, and the rest comes a
slice at a turn (`ui.kit.turns`), so that the window never stands still.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, TypeVar

from PySide6.QtCore import QByteArray, QPoint, QSettings, QTimer, Signal
from PySide6.QtGui import QCloseEvent, QGuiApplication
from PySide6.QtWidgets import QApplication, QDockWidget, QMainWindow, QStackedWidget, QVBoxLayout, QWidget

from pagevoo_console.ui import kept
from pagevoo_console.ui.kit.grounds import DARK_GROUNDS, LIGHT_GROUNDS, is_dark
from pagevoo_console.ui.kit.i18n import translate
from pagevoo_console.ui.kit.turns import Slices, Turns, loading
from pagevoo_console.ui.outline import LIST_WIDTH, NARROWEST_LIST, RESERVED_HEIGHT, Outline, TopOutline, ground

if TYPE_CHECKING:
    from pagevoo_console.services.console import Console
    from pagevoo_console.services.jobs import JobRunner
    from pagevoo_console.ui.fleet_watch import FleetWatch
    from pagevoo_console.ui.kit.actions import ActionSet
    from pagevoo_console.ui.kit.banners import Banner
    from pagevoo_console.ui.kit.environment import EnvironmentBar
    from pagevoo_console.ui.kit.messages import Messenger
    from pagevoo_console.ui.kit.palette import CommandPalette
    from pagevoo_console.ui.kit.runner import Runner
    from pagevoo_console.ui.kit.states import StateStack
    from pagevoo_console.ui.kit.theme import Scheme, Theme
    from pagevoo_console.ui.kit.toasts import ToastStack
    from pagevoo_console.ui.news import News
    from pagevoo_console.ui.top_bar import TopBar
    from pagevoo_console.ui.workspace import Workspace

Opening = Callable[[], "Console"]
Chosen = TypeVar("Chosen", str, int)
SIZE = (1280, 820)
UNSEEN_MS = 1000
"""After so long it goes on behind a window that nobody looks at."""


class MainWindow(QMainWindow):
    """Shows itself first, furnishes itself, and opens the console after that, in another thread.

    Everything but `console`, `workspace`, `watch` and `palette_` is there once it is furnished; those four are None
    until a console is open.

    Signals: furnished(), when a console can be opened; opened(Console); settled() after each look at the whole fleet;
    closed(), when every job has ended.
    """

    furnished = Signal()
    opened = Signal(object)
    settled = Signal()
    closed = Signal()

    jobs: JobRunner
    runner: Runner
    messenger: Messenger
    actions_: ActionSet
    environment: EnvironmentBar
    top: TopBar
    offline: Banner
    toasts: ToastStack
    states: StateStack
    theme: Theme
    stack: QStackedWidget
    news: News

    def __init__(self, theme: Theme | None = None, settings: QSettings | None = None) -> None:
        """Without a `theme` the window puts on the one that was chosen last, as soon as it has been painted."""
        super().__init__()
        self._given_theme = theme
        self._settings = settings
        self._opening: Opening | None = None
        self._has_begun = False
        self._is_furnished = False
        self.is_closing = False
        self._dock: QDockWidget | None = None
        self.console: Console | None = None
        self.workspace: Workspace | None = None
        self.watch: FleetWatch | None = None
        self.palette_: CommandPalette | None = None
        self.turns = Turns(self)
        self.setWindowTitle("Pagevoo Console")
        self.setObjectName("mainWindow")
        self.resize(*SIZE)
        self.setMinimumSize(860, 560)
        colours = DARK_GROUNDS if self._begins_dark() else LIGHT_GROUNDS
        self.central = ground(colours["canvas"])
        self.bars = QVBoxLayout(self.central)
        self.bars.setContentsMargins(0, 0, 0, 0)
        self.bars.setSpacing(0)
        self.reserved = ground(colours["canvas"], height=RESERVED_HEIGHT)
        self._top_outline = TopOutline(colours)
        self._outline = Outline(colours, max(NARROWEST_LIST, min(self._chosen("list_width", LIST_WIDTH), SIZE[0])))
        self.bars.addWidget(self.reserved)
        self.bars.addWidget(self._top_outline)
        self.bars.addWidget(self._outline, 1)
        self.setCentralWidget(self.central)
        self._outline.painted.connect(self._begin)
        self._unseen = QTimer(self)
        self._unseen.setSingleShot(True)
        self._unseen.timeout.connect(self._begin)
        self._unseen.start(UNSEEN_MS)

    # --- being furnished --------------------------------------------------------------------------------------------

    def _begin(self) -> None:
        """The outline is on the screen."""
        if self._unseen.isActive():
            self._unseen.stop()
        if not self._has_begun and not self.is_closing:
            self._has_begun = True
            self.turns.do(self._furnish())

    def _furnish(self) -> Slices:
        from pagevoo_console.ui import modules

        yield modules.PLAIN
        yield from loading(modules.FRAME)
        yield from self._make_frame()
        yield from loading(modules.ROOMS)
        self._is_furnished = True
        self.furnished.emit()
        if self._opening is not None:
            self.open(self._opening)

    def _make_frame(self) -> Slices:
        from pagevoo_console.domain.server import Environment
        from pagevoo_console.services.jobs import JobRunner
        from pagevoo_console.ui.kit import theme
        from pagevoo_console.ui.kit.actions import ActionSet
        from pagevoo_console.ui.kit.banners import Banner
        from pagevoo_console.ui.kit.environment import EnvironmentBar
        from pagevoo_console.ui.kit.messages import Messenger
        from pagevoo_console.ui.kit.runner import Runner
        from pagevoo_console.ui.kit.states import StateStack
        from pagevoo_console.ui.kit.toasts import ToastStack
        from pagevoo_console.ui.news import News
        from pagevoo_console.ui.top_bar import TopBar

        application = QApplication.instance()
        assert isinstance(application, QApplication)
        chosen = self._chosen("scheme", "")
        scheme = theme.Scheme(chosen) if chosen in set(theme.Scheme) else theme.Scheme.SYSTEM
        self.theme = self._given_theme or theme.install(application, scheme)
        yield None
        self.jobs = JobRunner()
        self.runner = Runner(self.jobs, self)
        self.messenger = Messenger(self)
        self.actions_ = ActionSet(self)
        yield None
        self.environment = EnvironmentBar(Environment.LOCAL, translate("window", "Opening…"))
        self.environment.setVisible(False)
        self.top = TopBar(self)
        self.top.setEnabled(False)
        self.offline = Banner()
        self.offline.setObjectName("offlineBanner")
        self.offline.retried.connect(self.refresh)
        yield None
        self.stack = QStackedWidget()
        self.states = StateStack(self.stack, outline=self._outline)
        self.states.show_loading(translate("window", "Opening the connection…"), at_once=True)
        self.bars.replaceWidget(self._top_outline, self.top)
        self._top_outline.deleteLater()
        self.bars.insertWidget(0, self.environment)
        self.bars.addWidget(self.offline)
        self.bars.addWidget(self.states, 1)
        self.toasts = ToastStack(self.messenger, self.central)
        self.news = News(self)
        yield None

    # --- opening ----------------------------------------------------------------------------------------------------

    def open(self, opening: Opening) -> None:
        """Open a console by calling `opening` in another thread, and show it; as soon as the window is furnished."""
        self._opening = opening
        if not self._is_furnished:
            return
        self.states.show_loading(translate("window", "Opening the connection…"), at_once=True)
        self.runner.query(opening, self._console_opened, self._not_opened, key="open", owner=self)

    def _console_opened(self, console: Console) -> None:
        from pagevoo_console.ui.assembly import assemble

        self.turns.do(assemble(self, console))

    def _not_opened(self, error: Exception) -> None:
        opening = self._opening
        self.states.show_error(error, None if opening is None else lambda: self.open(opening))

    @property
    def is_idle(self) -> bool:
        """True when everything is made and no query is under way."""
        return self._is_furnished and self.turns.is_idle and self.runner.is_idle

    # --- what everybody may ask of the window -----------------------------------------------------------------------

    def refresh(self) -> None:
        """Look at everything again, on the servers too."""
        if self.workspace is not None and self.watch is not None:
            self.workspace.refresh()
            self.watch.look()

    def open_palette(self) -> None:
        if self.palette_ is not None:
            self.palette_.open()

    def focus_search(self) -> None:
        if self.workspace is not None:
            self.workspace.focus_search()

    def set_scheme(self, scheme: Scheme) -> None:
        """Wear these colours from now on, next time too."""
        self.theme.set_scheme(scheme)
        if self.console is not None:
            folders = self.console.folders
            self.runner.query(lambda: kept.keep_scheme(folders, scheme), lambda _kept: None, key="scheme", owner=self)

    def show_menu(self, place: QPoint | None = None, menu: tuple[str, ...] | None = None) -> None:
        """What can be done with the tenant in hand, or those of the actions that are named."""
        from PySide6.QtGui import QCursor

        from pagevoo_console.ui.tenants.actions import MENU

        self.actions_.context_menu(menu or MENU, self).popup(place or QCursor.pos())

    def manage(self, below: QWidget, menu: tuple[str, ...] | None = None) -> None:
        self.show_menu(below.mapToGlobal(QPoint(0, below.height())), menu)

    def submitted(self, job: object) -> None:
        """A wizard handed in a job: show where it can be followed."""
        self.activity().show()

    def activity(self) -> QDockWidget:
        """The dock of jobs, made when it is first wanted."""
        if self._dock is None:
            from PySide6.QtCore import Qt

            from pagevoo_console.ui.wizards import room

            self._dock = QDockWidget(translate("window", "Activity"), self)
            self._dock.setObjectName("activityDock")
            panel = room("jobs.activity_panel", "ActivityPanel")(self.runner)
            panel.close_wanted.connect(self._dock.hide)
            self._dock.setWidget(panel)
            self._dock.setTitleBarWidget(panel.head)
            self._dock.hide()
            self.addDockWidget(Qt.DockWidgetArea.BottomDockWidgetArea, self._dock)
            self.restoreDockWidget(self._dock)
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
            manager(saved, self.runner, self, on_open=lambda connection: kept.open_beside(connection.name)).open()

        self.runner.query(lambda: kept.saved_connections(console), show, key="connections", owner=self)

    def open_preferences(self) -> None:
        """What a person has chosen."""
        from pagevoo_console.ui.wizards import room

        assert self.console is not None
        folders, places, keys = self.console.folders, self.console.places, self.console.backups.keys

        def show(settings: object) -> None:
            preferences = room("settings.preferences", "PreferencesDialog")
            shortcuts = self.actions_.shortcuts()
            preferences(
                settings, self.theme, self, runner=self.runner, shortcuts=shortcuts, places=places, keys=keys
            ).open()

        self.runner.query(lambda: kept.settings(folders), show, key="preferences", owner=self)

    def show_bug(self, error: BaseException) -> None:
        """Our own fault: a report that can be copied."""
        from pagevoo_console.ui.kit.questions import BugReportDialog

        BugReportDialog(error, self).open()

    # --- closing ----------------------------------------------------------------------------------------------------

    def closeEvent(self, event: QCloseEvent) -> None:
        if self.is_closing:
            event.ignore()
            return
        running = self.jobs.active() if self._is_furnished else ()
        if running:
            from pagevoo_console.ui.jobs.job_texts import what_closing_cancels
            from pagevoo_console.ui.kit.questions import Question, ask

            event.ignore()
            question = Question(
                translate("window", "Jobs are still running"),
                what_closing_cancels(len(running)),
                translate("window", "Cancel them and close"),
                is_dangerous=True,
                way_out=translate("window", "Keep working"),
            )
            ask(question, self._close, self)
            return
        event.accept()
        self._leave()

    def _close(self) -> None:
        """Cancel everything, wait without freezing, and go."""
        self.is_closing = True
        self.setEnabled(False)
        for job in self.jobs.active():
            self.runner.cancel(job.id)
        timer = QTimer(self)
        timer.setInterval(50)

        def look() -> None:
            if not self.jobs.active():
                timer.stop()
                self.is_closing = False
                self.setEnabled(True)
                self.close()

        timer.timeout.connect(look)
        timer.start()

    def _leave(self) -> None:
        self.is_closing = True
        self.turns.stop()
        self._save_state()
        if self.watch is not None:
            self.watch.stop()
        if self.workspace is not None:
            self.workspace.turns.stop()
        if self._is_furnished:
            self.runner.close()
            self.jobs.close(wait=False)
        self.closed.emit()

    def _save_state(self) -> None:
        if self._settings is None:
            return
        self._settings.setValue("geometry", self.saveGeometry())
        if self._is_furnished:
            self._settings.setValue("scheme", self.theme.scheme.value)
        if self.workspace is not None:
            self._settings.setValue("list_width", self.workspace.splitter.sizes()[0])
            self._settings.setValue("splitter", self.workspace.splitter.saveState())
            from pagevoo_console.ui import window_places

            window_places.keep(self._settings, self, self.workspace.browser.list)

    def restore_geometry(self) -> None:
        """Where the window was, before it is shown."""
        saved = None if self._settings is None else self._settings.value("geometry")
        if isinstance(saved, QByteArray):
            self.restoreGeometry(saved)

    def restore_state(self) -> None:
        """How the list and the activity stood, and the colours that were chosen, once there is a console."""
        if self._settings is None or self.workspace is None:
            return
        from pagevoo_console.ui import window_places

        saved = self._settings.value("splitter")
        if isinstance(saved, QByteArray):
            self.workspace.splitter.restoreState(saved)
        window_places.put_back(self._settings, self, self.workspace.browser.list, self.activity)
        assert self.console is not None
        folders = self.console.folders
        self.runner.query(
            lambda: kept.chosen_scheme(folders), self.theme.set_scheme, lambda _error: None, key="scheme", owner=self
        )

    def _begins_dark(self) -> bool:
        """By what was chosen when the window was last open, else as the system is."""
        chosen = self._chosen("scheme", "")
        return is_dark(QGuiApplication.palette()) if chosen not in ("light", "dark") else chosen == "dark"

    def _chosen(self, key: str, usual: Chosen) -> Chosen:
        """What was kept under a key; the usual where it is nothing of that kind."""
        kept_there = None if self._settings is None else self._settings.value(key)
        try:
            return usual if kept_there is None else type(usual)(kept_there)
        except (TypeError, ValueError):
            return usual
