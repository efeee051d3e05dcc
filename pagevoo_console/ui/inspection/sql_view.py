"""A look into one tenant's rows: one statement that reads, its answer, and nothing that could change a thing."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import Qt
from PySide6.QtGui import QAction, QGuiApplication, QKeyEvent
from PySide6.QtWidgets import QComboBox, QMenu, QSplitter, QVBoxLayout, QWidget

from pagevoo_console.domain.errors import Cancelled
from pagevoo_console.domain.text import visible
from pagevoo_console.ui.inspection.editor import SqlEditor
from pagevoo_console.ui.inspection.result_grid import ResultGrid
from pagevoo_console.ui.inspection.values import as_csv, as_json, as_tsv
from pagevoo_console.ui.kit import format
from pagevoo_console.ui.kit.banners import Banner
from pagevoo_console.ui.kit.controls import ButtonKind, button, rule
from pagevoo_console.ui.kit.i18n import translate
from pagevoo_console.ui.kit.labels import menu_text, plain_label
from pagevoo_console.ui.kit.messages import Message, MessageKind, message_of
from pagevoo_console.ui.kit.pages import Ground, PageHeader, column, row
from pagevoo_console.ui.kit.pills import Badge, BadgeView
from pagevoo_console.ui.kit.runner import Runner
from pagevoo_console.ui.kit.states import Emptiness, StateStack
from pagevoo_console.ui.kit.tenant_names import Names, named, names_of
from pagevoo_console.ui.kit.tokens import Space

if TYPE_CHECKING:
    from pagevoo_console.services.console import Console
    from pagevoo_console.services.engines.base import SqlAnswer
    from pagevoo_console.services.jobs import JobContext

LIMITS = (100, 1_000, 10_000)
USUAL_LIMIT = 1_000
CANCELLING = "sql cancel"
LONGEST_TITLE = 80
Format = Callable[[Sequence[str], Sequence[Sequence[Any]]], str]


class SqlView(QWidget):
    """The statement above, the answer below. Statements run on the tenant's server, read-only, and can be stopped."""

    def __init__(self, console: Console, runner: Runner, tenant_id: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("sqlView")
        self._console, self._runner, self._tenant = console, runner, tenant_id
        self._job: JobContext | None = None
        self._asked = ""
        self.grid: ResultGrid | None = None
        self.header = PageHeader(
            translate("inspection", "Rows"),
            _about(tenant_id, {}),
        )
        self.header.set_badges(BadgeView(Badge(translate("inspection", "Read-only"), icon="lock")))
        self.editor = SqlEditor()
        self.editor.run_wanted.connect(self.run)
        self.editor.stop_wanted.connect(self.stop)
        self.banner = Banner()
        self.banner.setObjectName("sqlMessage")
        self._make_controls()
        self._answer = QWidget()
        self._answer_layout = QVBoxLayout(self._answer)
        self._answer_layout.setContentsMargins(0, 0, 0, 0)
        self.states = StateStack(self._answer)
        self._arrange()
        self._show_nothing()
        self._enable()
        directory = console.directory
        runner.query(lambda: names_of(directory, (tenant_id,)), self._names_arrived, key="names", owner=self)

    @property
    def is_running(self) -> bool:
        """Whether a statement is under way."""
        return self._job is not None

    def run(self) -> None:
        """Run what is selected in the editor, or all of it."""
        from pagevoo_console.services.jobs import JobContext

        statement = self.editor.statement
        if not statement or self._job is not None:
            return
        job = self._job = JobContext()
        self._asked = statement
        limit = int(self.limit.currentData())
        inspection, tenant = self._console.inspection, self._tenant
        self.editor.remember(statement)
        self._fill_history()
        self.banner.clear()
        self.status.setText(translate("inspection", "Running…"))
        self.states.show_loading(translate("inspection", "The server is still at it…"), self.stop)
        self._runner.query(
            lambda: inspection.read(tenant, statement, job, limit),
            lambda answer: self._answered(job, answer),
            lambda error: self._failed(job, error),
            key="sql",
            owner=self,
            lane=f"sql {tenant}",
        )
        self._enable()

    def stop(self) -> None:
        """Ask the server to stop. The answer says whether it did."""
        job = self._job
        if job is not None and not job.is_cancelled:
            self.status.setText(translate("inspection", "Stopping…"))
            self.stop_button.setEnabled(False)
            self._runner.query(job.cancel, _nothing, key="cancel", owner=self, lane=CANCELLING)

    def _names_arrived(self, names: Names) -> None:
        self.header.set_title(translate("inspection", "Rows"), _about(self._tenant, names))

    # --- answers ----------------------------------------------------------------------------------------------------

    def _answered(self, job: JobContext, answer: SqlAnswer) -> None:
        if job is not self._job:
            return
        self._job = None
        self._clear_answer()
        self.grid = ResultGrid(answer.columns, answer.rows)
        self._answer_layout.addWidget(self.grid)
        count = format.count(len(answer.rows))
        elapsed = format.duration(answer.elapsed_ms / 1000)
        if answer.elapsed_ms < 1000:
            elapsed = f"{format.locale().toString(answer.elapsed_ms, 'f', 1)}{format.FIXED}ms"
        text = f"{format.rows(len(answer.rows))}, {elapsed}"
        if answer.truncated:
            text = translate("inspection", "The first {count} rows, there are more; {time}").format(
                count=count, time=elapsed
            )
        self.status.setText(text)
        if answer.rows:
            self.states.show_content()
        else:
            about = translate("inspection", "The statement ran, and nothing fits it.")
            self.states.show_empty(Emptiness(translate("inspection", "No rows"), about, "search-x"))
        self._enable()

    def _failed(self, job: JobContext, error: Exception) -> None:
        """Errors stand at the statement, and the answer of before stays."""
        if job is not self._job:
            return
        self._job = None
        if isinstance(error, Cancelled) or job.is_cancelled:
            text = translate("inspection", "The server was asked to stop, and did.")
            self.banner.show_message(Message(MessageKind.INFO, translate("inspection", "Stopped"), text))
        else:
            self.banner.show_message(message_of(error))
        self.status.setText("")
        if self.grid is not None:
            self.states.show_content()
        else:
            self._show_nothing()
        self._enable()
        self.editor.setFocus()

    def _show_nothing(self) -> None:
        about = translate("inspection", "Write a SELECT, SHOW, EXPLAIN or WITH and press Ctrl+Enter.")
        self.states.show_empty(Emptiness(translate("inspection", "No answer yet"), about, "table-2"))

    def _clear_answer(self) -> None:
        if self.grid is not None:
            self._answer_layout.removeWidget(self.grid)
            self.grid.deleteLater()
            self.grid = None

    # --- copying and history ----------------------------------------------------------------------------------------

    def copy_as(self, written: Format) -> None:
        """Put the chosen rows on the clipboard, all where none are chosen."""
        if self.grid is not None:
            QGuiApplication.clipboard().setText(written(self.grid.columns, self.grid.chosen_rows()))

    def _fill_history(self) -> None:
        self.history_menu.clear()
        for statement in reversed(self.editor.history[-20:]):
            title = " ".join(statement.split())
            shown = title if len(title) <= LONGEST_TITLE else title[:LONGEST_TITLE] + "…"
            action = QAction(menu_text(visible(shown)), self.history_menu)
            action.triggered.connect(lambda _checked=False, text=statement: self._take(text))
            self.history_menu.addAction(action)

    def _take(self, statement: str) -> None:
        self.editor.selectAll()
        self.editor.insertPlainText(statement)
        self.editor.setFocus()

    # --- the pieces -------------------------------------------------------------------------------------------------

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape and self.is_running:
            self.stop()
            return
        super().keyPressEvent(event)

    def _enable(self) -> None:
        self.run_button.setEnabled(not self.is_running)
        self.stop_button.setEnabled(self.is_running)
        self.copy_button.setEnabled(self.grid is not None and not self.is_running)
        self.history_button.setEnabled(bool(self.editor.history))

    def _make_controls(self) -> None:
        self.run_button = button(
            translate("inspection", "Run"), "play", ButtonKind.PRIMARY, on_click=self.run,
            hint=translate("inspection", "Run the statement (Ctrl+Enter)"),
        )  # fmt: skip
        self.run_button.setObjectName("runSqlButton")
        self.stop_button = button(
            translate("inspection", "Stop"), "circle-stop", on_click=self.stop,
            hint=translate("inspection", "Ask the server to stop (Esc)"),
        )  # fmt: skip
        self.stop_button.setObjectName("stopSqlButton")
        self.limit = QComboBox()
        self.limit.setObjectName("sqlLimitCombo")
        self.limit.setAccessibleName(translate("inspection", "Most rows"))
        for limit in LIMITS:
            text = translate("inspection", "At most {count} rows").format(count=format.count(limit))
            self.limit.addItem(text, limit)
        self.limit.setCurrentIndex(LIMITS.index(USUAL_LIMIT))
        self.history_menu = QMenu(self)
        self.history_button = button(translate("inspection", "History"), "history", ButtonKind.QUIET)
        self.history_button.setObjectName("sqlHistoryButton")
        self.history_button.clicked.connect(lambda: _popup(self.history_menu, self.history_button))
        self.copy_menu = QMenu(self)
        for title, written in (("TSV", as_tsv), ("CSV", as_csv), ("JSON", as_json)):
            action = QAction(translate("inspection", "Copy as {format}").format(format=title), self.copy_menu)
            action.setObjectName(f"copyAs{title.title()}")
            action.triggered.connect(lambda _checked=False, chosen=written: self.copy_as(chosen))
            self.copy_menu.addAction(action)
        self.copy_button = button(translate("inspection", "Copy"), "copy", ButtonKind.QUIET)
        self.copy_button.setObjectName("copySqlButton")
        self.copy_button.clicked.connect(lambda: _popup(self.copy_menu, self.copy_button))
        self.status = plain_label("", muted=True)
        self.status.setObjectName("sqlStatus")

    def _arrange(self) -> None:
        tools = row(self.run_button, self.stop_button, self.limit, self.history_button, None)
        above = column(
            self.header, (self.editor, 1), self.banner, tools,
            margins=(Space.L, Space.M + Space.XS, Space.L, Space.S), spacing=Space.S + Space.XS,
        )  # fmt: skip
        foot = row(self.status, None, self.copy_button, margins=(Space.L, Space.XS, Space.M, Space.XS))
        below = column((self.states, 1), rule(), foot, spacing=0, ground=Ground.SURFACE)
        self.split = QSplitter(Qt.Orientation.Vertical)
        self.split.setObjectName("sqlSplitter")
        self.split.setChildrenCollapsible(False)
        self.split.addWidget(above)
        self.split.addWidget(below)
        self.split.setSizes([280, 460])
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self.split)
        self.setFocusProxy(self.editor)


def _about(tenant: str, names: Names) -> str:
    text = translate("inspection", "{tenant} · every statement is noted in the audit trail")
    return text.format(tenant=named(tenant, names))


def _nothing(_answer: object) -> None:
    """A cancel has no answer of its own; the statement's own tells."""


def _popup(menu: QMenu, below: QWidget) -> None:
    menu.popup(below.mapToGlobal(below.rect().bottomLeft()))
