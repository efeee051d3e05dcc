"""The saved connections: to add, change, test and remove, with their passwords in the keyring and nowhere else."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QDialog, QFileDialog, QHBoxLayout, QVBoxLayout, QWidget

from pagevoo_console.domain.changes import Changes
from pagevoo_console.domain.job import JobEvent, JobState, Task
from pagevoo_console.domain.server import Connection, Server
from pagevoo_console.ui.connections import work
from pagevoo_console.ui.connections.connection_list import ConnectionList, environment_badge
from pagevoo_console.ui.connections.drafts import ConnectionDraft, draft_of
from pagevoo_console.ui.connections.form import ConnectionForm
from pagevoo_console.ui.connections.servers import ServerDialog, TenantServers
from pagevoo_console.ui.connections.work import Checked, Imported, Listed, Password, Surroundings
from pagevoo_console.ui.kit.banners import Banner
from pagevoo_console.ui.kit.check_steps import CheckSteps
from pagevoo_console.ui.kit.controls import ButtonKind, button, rule
from pagevoo_console.ui.kit.i18n import translate
from pagevoo_console.ui.kit.labels import plain_label
from pagevoo_console.ui.kit.messages import Message, MessageKind, message_of
from pagevoo_console.ui.kit.pages import Ground, PageHeader, ScrollPage, clear, column, row, section_title
from pagevoo_console.ui.kit.pills import Badge, BadgeView
from pagevoo_console.ui.kit.questions import Question, ask
from pagevoo_console.ui.kit.runner import LOCAL, Runner
from pagevoo_console.ui.kit.states import Emptiness, StateStack
from pagevoo_console.ui.kit.tokens import Space, Tone

if TYPE_CHECKING:
    from pagevoo_console.services.saved_connections import SavedConnections

TESTS = "connection test"
CHANGED = Changes(kinds=frozenset({"connections"}))


class ConnectionManager(QDialog):
    """List at the left, the chosen connection at the right. `on_open` gets a connection that is to be worked on."""

    def __init__(
        self,
        store: SavedConnections,
        runner: Runner,
        parent: QWidget | None = None,
        *,
        on_open: Callable[[Connection], object] | None = None,
    ) -> None:
        super().__init__(parent)
        self.setObjectName("connectionManager")
        self.setWindowTitle(translate("connections", "Connections"))
        self.setModal(True)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.resize(1040, 720)
        self._store, self._runner, self._on_open = store, runner, on_open
        self._surroundings: Surroundings | None = None
        self._shown: Connection | None = None
        self._default = ""
        self._is_dirty = False
        self._pending: dict[int, Callable[[JobEvent], object]] = {}
        self.list = ConnectionList()
        self.list.record_chosen.connect(self._chosen)
        self.states = StateStack(self.list)
        self.form = ConnectionForm()
        self.form.changed.connect(self._touched)
        self.servers = TenantServers()
        self.servers.add_wanted.connect(self._ask_server)
        self.servers.remove_wanted.connect(self._ask_server_away)
        self.banner = Banner()
        self.banner.setObjectName("connectionMessage")
        self._make_buttons()
        self._arrange()
        runner.job_event.connect(self._job_event)
        runner.query(lambda: work.look_around(store), self._looked_around, self._failed, key="around", owner=self)
        self.states.show_loading()
        self.reload()

    # --- reading ----------------------------------------------------------------------------------------------------

    def reload(self, choose: str = "") -> None:
        """Read the saved connections again and show that one, or the one in hand."""
        wanted = choose or (self._shown.name if self._shown is not None else "")
        self._runner.query(
            lambda: work.listed(self._store), lambda found: self._listed(found, wanted), self._not_listed,
            key="list", owner=self,
        )  # fmt: skip

    @property
    def is_dirty(self) -> bool:
        """Whether something was typed that is not saved."""
        return self._is_dirty

    def _listed(self, read: Listed, wanted: str) -> None:
        found, self._default = read.connections, read.default
        self.list.show_connections(found, read.default)
        if not found:
            text = translate("connections", "Add one, or import the .env of your platform.")
            self.states.show_empty(Emptiness(translate("connections", "No saved connections"), text, "plug"))
            self.begin_new()
            return
        self.states.show_content()
        if self._is_dirty:
            return
        if not wanted or not self.list.choose(wanted):
            self.list.choose(found[0].name)
        self._show_badges()
        self._enable()
        self.list.setFocus()

    def _not_listed(self, error: Exception) -> None:
        self.states.show_error(error, self.reload)

    def _looked_around(self, surroundings: Surroundings) -> None:
        self._surroundings = surroundings
        self.form.set_platforms(surroundings.platforms)
        self.form.keyring_note.setText(self._keyring_note())

    def _keyring_note(self) -> str:
        if self._surroundings is None:
            return ""
        if self._surroundings.keyring_is_usable:
            text = translate("connections", "The password is kept in the keyring of this machine ({name}).")
            return text.format(name=self._surroundings.keyring)
        text = translate("connections", "The password will be asked for each time: there is no keyring. {why}.")
        return text.format(why=self._surroundings.why)

    @property
    def _has_keyring(self) -> bool:
        return self._surroundings is not None and self._surroundings.keyring_is_usable

    # --- choosing and editing ---------------------------------------------------------------------------------------

    def begin_new(self, draft: ConnectionDraft | None = None, password: Password | None = None) -> None:
        """An empty form, or one that was filled elsewhere, for a connection that is not saved yet."""
        self.list.clearSelection()
        self._show(None, draft or ConnectionDraft())
        if draft is not None:
            self._touched()
        if password is not None:
            self.form.server.password.setText(password.reveal())
        self.form.name.setFocus()

    def _chosen(self, connection: Connection | None) -> None:
        if connection is None or (self._shown is not None and connection.name == self._shown.name and self._is_dirty):
            return
        if not self._is_dirty:
            self._show(connection, draft_of(connection))
            return
        asked = ask(_leaving(), lambda: self._show(connection, draft_of(connection)), self)
        asked.rejected.connect(self._back_to_shown)

    def _back_to_shown(self) -> None:
        if self._shown is None or not self.list.choose(self._shown.name):
            self.list.clearSelection()

    def _show(self, connection: Connection | None, draft: ConnectionDraft) -> None:
        self._shown, self._is_dirty = connection, False
        self._runner.drop("test", self)
        self.banner.clear()
        clear(self._results)
        is_new = connection is None
        self.form.show_draft(draft, is_new=is_new)
        self.servers.show_connection(connection)
        title = translate("connections", "New connection") if connection is None else connection.name
        self._header.set_title(title, "" if connection is None else connection.master.address)
        self._show_badges()
        self._enable()

    def _show_badges(self) -> None:
        badges = [] if self._shown is None else [BadgeView(environment_badge(self._shown.environment))]
        if self._is_default:
            badges.append(BadgeView(Badge(translate("connections", "Default"), Tone.NEUTRAL, "check")))
        self._header.set_badges(*badges)

    @property
    def _is_default(self) -> bool:
        return self._shown is not None and self._shown.name == self._default

    def _touched(self) -> None:
        self._is_dirty = True
        self._enable()

    def _enable(self) -> None:
        self.save.setEnabled(self._is_dirty)
        self.remove.setEnabled(self._shown is not None)
        self.make_default.setEnabled(self._shown is not None and not self._is_default)
        self.open_connection.setEnabled(self._shown is not None and not self._is_dirty)
        self.test.setEnabled(True)
        self.test.setText(translate("connections", "Test"))

    # --- changing ---------------------------------------------------------------------------------------------------

    def _typed(self) -> tuple[Connection, Password] | None:
        """The connection of the form and the password typed; None, with the wrong fields marked, where any are."""
        draft = self.form.draft()
        problems = draft.problems()
        self.form.show_problems(problems)
        return None if problems else (draft.connection(), self.form.server.typed_password())

    def _save(self) -> None:
        typed = self._typed()
        if typed is None:
            return
        connection, password = typed
        is_new, has_keyring = self._shown is None, self._has_keyring
        self.save.setEnabled(False)
        title = translate("connections", "Save connection {name}").format(name=connection.name)
        self._run(
            title,
            lambda _job: work.save(self._store, connection, password, is_new=is_new, has_keyring=has_keyring),
            self._saved,
        )

    def _saved(self, connection: Connection) -> None:
        self._show(connection, draft_of(connection))
        self._say(translate("connections", "{name} is saved").format(name=connection.name))
        self.reload(connection.name)

    def _make_default(self) -> None:
        if self._shown is not None:
            name = self._shown.name
            title = translate("connections", "Make {name} the default connection").format(name=name)
            self._run(title, lambda _job: self._store.set_default(name), lambda _nothing: self.reload(name))

    def _ask_remove(self) -> None:
        shown = self._shown
        if shown is None:
            return
        question = Question(
            translate("connections", "Remove the connection {name}?").format(name=shown.name),
            translate("connections", "Its passwords are removed from the keyring. Nothing on its servers changes."),
            translate("connections", "Remove"),
            is_dangerous=True,
        )
        title = translate("connections", "Remove connection {name}").format(name=shown.name)
        remove = partial(self._store.remove, shown.name)
        ask(question, lambda: self._run(title, lambda _job: remove(), self._removed), self)

    def _removed(self, _nothing: object) -> None:
        self._shown, self._is_dirty = None, False
        self.reload()

    def _ask_server(self) -> None:
        if self._shown is not None:
            dialog = ServerDialog(self._shown.master.engine, self._keyring_note(), self)
            dialog.chosen.connect(self._add_server)
            dialog.open()

    def _add_server(self, server: Server, password: Password) -> None:
        if self._shown is None:
            return
        name, has_keyring = self._shown.name, self._has_keyring
        title = translate("connections", "Add server {server} to {name}").format(server=server.name, name=name)
        self._run(
            title,
            lambda _job: work.add_server(self._store, name, server, password, has_keyring=has_keyring),
            self._servers_changed,
        )

    def _ask_server_away(self, server: str) -> None:
        if self._shown is None:
            return
        name = self._shown.name
        question = Question(
            translate("connections", "Remove the server {server}?").format(server=server),
            translate("connections", "The console will not find the tenants there any more. The server is untouched."),
            translate("connections", "Remove"),
            is_dangerous=True,
        )
        title = translate("connections", "Remove server {server} from {name}").format(server=server, name=name)
        ask(
            question,
            lambda: self._run(title, lambda _job: work.remove_server(self._store, name, server), self._servers_changed),
            self,
        )

    def _servers_changed(self, connection: Connection) -> None:
        self._is_dirty = False
        self._saved(connection)

    def _run(self, title: str, does: Callable[[object], object], then: Callable[..., object]) -> None:
        job = self._runner.run(Task(title, LOCAL, does, changes=lambda _result: CHANGED))
        self._pending[job.id] = lambda event: self._ended(event, then)

    def _job_event(self, event: JobEvent) -> None:
        if event.job.state.is_final and event.job.id in self._pending:
            self._pending.pop(event.job.id)(event)

    def _ended(self, event: JobEvent, then: Callable[..., object]) -> None:
        if event.job.state is JobState.SUCCEEDED:
            then(event.job.result)
        elif event.job.error is not None:
            self._failed(event.job.error)

    # --- testing and importing --------------------------------------------------------------------------------------

    def _test(self) -> None:
        typed = self._typed()
        if typed is None:
            return
        connection, password = typed
        self.banner.clear()
        clear(self._results)
        self._results.addWidget(plain_label(translate("connections", "Testing…"), muted=True))
        self.test.setEnabled(False)
        self.test.setText(translate("connections", "Testing…"))
        self._runner.query(
            lambda: work.check(self._store, connection, password), self._tested, self._failed,
            key="test", owner=self, lane=TESTS,
        )  # fmt: skip

    def _tested(self, found: Sequence[Checked]) -> None:
        self._enable()
        clear(self._results)
        for one in found:
            self._results.addWidget(section_title(f"{one.name} · {one.address}"))
            steps = CheckSteps()
            steps.show_result(one.result)
            self._results.addWidget(steps)
        self._page.verticalScrollBar().setValue(0)

    def _ask_env(self) -> None:
        dialog = QFileDialog(self, translate("connections", "Import a platform's .env"))
        dialog.setFileMode(QFileDialog.FileMode.ExistingFile)
        dialog.setOption(QFileDialog.Option.DontUseNativeDialog, False)
        dialog.fileSelected.connect(lambda path: self.import_env(Path(path)))
        dialog.finished.connect(dialog.deleteLater)
        dialog.open()

    def import_env(self, file: Path) -> None:
        """Fill the form with what a platform's `.env` describes; nothing is saved until somebody says so."""
        platform = self.form.draft().platform if self._shown is None else ConnectionDraft().platform
        self._runner.query(
            lambda: work.import_env(file, platform), self._imported, self._failed, key="import", owner=self
        )

    def _imported(self, imported: Imported) -> None:
        self.begin_new(draft_of(imported.connection), imported.password)
        text = translate("connections", "Look through the form, test it, and save it.")
        kind = MessageKind.WARNING if imported.warnings else MessageKind.INFO
        title = translate("connections", "The file was read")
        self.banner.show_message(Message(kind, title, "\n".join((*imported.warnings, text))))

    # --- saying -----------------------------------------------------------------------------------------------------

    def _say(self, title: str) -> None:
        self.banner.show_message(Message(MessageKind.GOOD, title))

    def _failed(self, error: BaseException) -> None:
        clear(self._results)
        self._enable()
        self.banner.show_message(message_of(error))

    def _open(self) -> None:
        if self._shown is not None and self._on_open is not None:
            self._on_open(self._shown)
            self.accept()

    # --- the pieces -------------------------------------------------------------------------------------------------

    def _make_buttons(self) -> None:
        self.new = button(translate("connections", "Add"), "plus", on_click=self._begin_new)
        self.new.setObjectName("addConnectionButton")
        self.env = button(translate("connections", "Import .env…"), "upload", on_click=self._ask_env)
        self.env.setObjectName("importEnvButton")
        self.remove = button(
            translate("connections", "Remove…"), "trash-2", ButtonKind.QUIET, on_click=self._ask_remove
        )
        self.remove.setObjectName("removeConnectionButton")
        self.test = button(translate("connections", "Test"), "plug-zap", on_click=self._test)
        self.test.setObjectName("testConnectionButton")
        self.save = button(translate("connections", "Save"), kind=ButtonKind.PRIMARY, on_click=self._save)
        self.save.setObjectName("saveConnectionButton")
        self.make_default = button(
            translate("connections", "Make default"), kind=ButtonKind.QUIET, on_click=self._make_default,
            hint=translate("connections", "The console opens it where no connection is named"),
        )  # fmt: skip
        self.make_default.setObjectName("makeDefaultButton")
        self.open_connection = button(
            translate("connections", "Open in a new window"), "log-in", on_click=self._open,
            hint=translate("connections", "Each connection has a window of its own, so that nobody mixes them up"),
        )  # fmt: skip
        self.open_connection.setObjectName("openConnectionButton")
        self.open_connection.setVisible(self._on_open is not None)
        self.leave = button(translate("connections", "Close"), on_click=self.reject)

    def _begin_new(self) -> None:
        if self._is_dirty:
            ask(_leaving(), lambda: self.begin_new(), self)
        else:
            self.begin_new()

    def _arrange(self) -> None:
        self._header = PageHeader("")
        self._results = QVBoxLayout()
        self._results.setSpacing(Space.S)
        self._page = ScrollPage(translate("connections", "Connection"))
        self._page.parts.addWidget(self._header)
        self._page.parts.addWidget(self.banner)
        self._page.parts.addLayout(self._results)
        self._page.parts.addWidget(self.form)
        self._page.parts.addWidget(rule())
        self._page.parts.addWidget(section_title(translate("connections", "Tenant servers")))
        self._page.parts.addWidget(self.servers)
        self._page.parts.addStretch(1)
        tools = row(self.new, self.env, None, margins=(Space.M, Space.S, Space.M, Space.S))
        left = column(tools, rule(), (self.states, 1), spacing=0, ground=Ground.SURFACE)
        left.setFixedWidth(400)
        foot = row(
            self.remove, self.make_default, None, self.test, self.save, self.open_connection, self.leave,
            margins=(Space.M, Space.S, Space.M, Space.S),
        )  # fmt: skip
        right = column((self._page, 1), rule(), foot, spacing=0)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addWidget(left)
        layout.addWidget(rule(vertical=True))
        layout.addWidget(right, 1)


def _leaving() -> Question:
    return Question(
        translate("connections", "Leave without saving?"),
        translate("connections", "What was changed in the form is lost."),
        translate("connections", "Discard"),
        way_out=translate("connections", "Keep editing"),
    )
