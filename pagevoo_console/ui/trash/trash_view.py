"""The trash: what was deleted or replaced and can be had back, with how long it stays."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFileDialog, QWidget

from pagevoo_console.domain.errors import ConsoleError
from pagevoo_console.domain.job import JobEvent
from pagevoo_console.domain.trash import TrashEntry
from pagevoo_console.ui.context import Context
from pagevoo_console.ui.kit import format
from pagevoo_console.ui.kit.banners import Banner
from pagevoo_console.ui.kit.controls import button
from pagevoo_console.ui.kit.i18n import translate
from pagevoo_console.ui.kit.list_and_page import list_and_page
from pagevoo_console.ui.kit.messages import Message, MessageAction, MessageKind, message_of
from pagevoo_console.ui.kit.pages import PageHeader
from pagevoo_console.ui.kit.record_view import RecordView
from pagevoo_console.ui.kit.records import Column, Kind, ListSource, RecordsModel
from pagevoo_console.ui.kit.states import Emptiness, View
from pagevoo_console.ui.kit.task_wizard import TaskWizard
from pagevoo_console.ui.kit.tenant_names import Names, named, names_of
from pagevoo_console.ui.trash.entry_page import EntryPage, days_badge, what_happened
from pagevoo_console.ui.trash.way_out_wizards import PurgeWizard, UndeleteWizard

if TYPE_CHECKING:
    from collections.abc import Callable


class TrashView(QWidget):
    """A list above, the chosen database below. Reads the master and the servers when `refresh` is called."""

    def __init__(
        self, context: Context, on_submitted: Callable[[object], object], parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self.setObjectName("trashView")
        self._context = context
        self._on_submitted = on_submitted
        self._names: dict[str, str] = {}
        self._seen: tuple[TrashEntry, ...] | None = None
        self.header = PageHeader(translate("trash", "Trash"))
        again = button(translate("trash", "Refresh"), "refresh-cw", on_click=self.refresh)
        again.setObjectName("refreshTrashButton")
        self.header.add_action(again)
        self.banner = Banner()
        self.banner.setObjectName("trashMessage")
        self.records: RecordsModel[TrashEntry] = RecordsModel(columns(self._names), _source(()))
        self.list = RecordView(self.records, translate("trash", "Trash"), row_height=48)
        self.list.setObjectName("trashList")
        self.list.record_chosen.connect(self._show)
        self.page = EntryPage()
        self.page.undelete_wanted.connect(self.undelete)
        self.page.purge_wanted.connect(self.purge)
        self.page.certificate_wanted.connect(self._ask_where)
        self.split, self.states = list_and_page(
            self, "trashSplitter", self.header, self.banner, records=self.list, page=self.page, heights=(260, 380)
        )
        context.runner.job_event.connect(self._job_event)
        self.states.show_loading()

    @property
    def entry(self) -> TrashEntry | None:
        """The one in hand."""
        return self.list.current_record() if self.states.view is View.CONTENT else None

    def refresh(self) -> None:
        """Read the trash again; what is there stays in sight until the answer has come."""
        console = self._context.console

        def read() -> tuple[tuple[TrashEntry, ...], Names]:
            found = console.trash.list()
            return found, names_of(console.directory, (one.tenant for one in found))

        self._context.runner.query(
            read, self._arrived, self._failed, key="trash", owner=self, lane=self._context.master_lane
        )

    def undelete(self, entry: TrashEntry) -> TaskWizard:
        """Open the way back; where its website is gone, it leads on to one that asks for another."""
        console, runner = self._context.console, self._context.runner
        wizard = UndeleteWizard(console, runner, entry, self.window())

        def choose() -> None:
            wizard.reject()
            self._open(UndeleteWizard(console, runner, entry, self.window(), chooses=True))

        def ways(error: BaseException) -> tuple[MessageAction, ...]:
            if not isinstance(error, ConsoleError) or error.code != "website_gone":
                return ()
            title = translate("trash", "Choose another {website}…").format(website=console.platform.words.website)
            return (MessageAction(title, choose, "wayWebsite"),)

        wizard.offer_ways(ways)
        return self._open(wizard)

    def purge(self, entry: TrashEntry) -> TaskWizard:
        """Open the way to its end."""
        return self._open(PurgeWizard(self._context.console, self._context.runner, entry, self.window()))

    def save_certificate(self, entry: TrashEntry, path: Path) -> None:
        """Write the deletion's certificate: a page to print for .html, else JSON."""
        certificates = self._context.console.certificates
        self._context.runner.query(
            lambda: certificates.save(certificates.get(entry.operation), path),
            lambda _none: self._saved(path),
            lambda error: self.banner.show_message(message_of(error)),
            key="certificate",
            owner=self,
            lane=self._context.master_lane,
        )

    def _open(self, wizard: TaskWizard) -> TaskWizard:
        wizard.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        wizard.submitted.connect(self._on_submitted)
        wizard.open()
        return wizard

    def _ask_where(self, entry: TrashEntry) -> None:
        dialog = QFileDialog(self, translate("trash", "Save certificate"))
        dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
        dialog.setNameFilters([translate("trash", "Page to print (*.html)"), translate("trash", "JSON (*.json)")])
        dialog.setDefaultSuffix("html")
        dialog.selectFile(f"deletion-{entry.database}-{entry.operation}.html")
        dialog.fileSelected.connect(lambda path: self.save_certificate(entry, Path(path)))
        dialog.finished.connect(dialog.deleteLater)
        dialog.open()

    def _saved(self, path: Path) -> None:
        text = translate("trash", "The certificate is in {path}").format(path=path)
        self.banner.show_message(Message(MessageKind.GOOD, text))

    def _arrived(self, read: tuple[tuple[TrashEntry, ...], Names]) -> None:
        found, names = read
        self._names.update(names)
        self.states.show_online()
        about = (
            translate("trash", "Databases that can be had back: {count}").format(count=format.count(len(found)))
            if found
            else translate("trash", "Nothing is in it")
        )
        self.header.set_title(translate("trash", "Trash"), about)
        if not found:
            self._seen = found
            text = translate("trash", "What is deleted or replaced stays here for a while, and can be had back.")
            self.states.show_empty(Emptiness(translate("trash", "The trash is empty"), text, "trash-2"))
            return
        chosen = self.list.current_record()
        if found != self._seen:
            self._seen = found
            self.records.set_source(_source(found))
        self.states.show_content()
        if chosen is None or not self.list.choose(chosen.operation):
            self.list.choose(found[0].operation)
        self._show(self.list.current_record())

    def _failed(self, error: Exception) -> None:
        if self.states.view is View.CONTENT:
            self.states.banner.show_message(message_of(error))
        else:
            self.states.show_error(error, self._again)

    def _again(self) -> None:
        self.states.show_loading()
        self.refresh()

    def _show(self, entry: TrashEntry | None) -> None:
        if entry is not None:
            self.page.show_entry(entry, named(entry.tenant, self._names), datetime.now(UTC))

    def _job_event(self, event: JobEvent) -> None:
        if event.job.state.is_final and self.isVisible():
            self.refresh()


def columns(names: Names) -> tuple[Column[TrashEntry], ...]:
    """What is shown of an entry in the list; tenants by their names as far as those are known by then."""
    return (
        Column(
            "database",
            translate("trash", "Database"),
            220,
            lambda one: one.database,
            detail=lambda one: named(one.tenant, names),
            stretch=True,
            sort_key="database",
        ),
        Column(
            "left",
            translate("trash", "Stays"),
            140,
            lambda one: days_badge(one, datetime.now(UTC)).text,
            Kind.BADGE,
            badge=lambda one: days_badge(one, datetime.now(UTC)),
            sort_key="left",
        ),
        Column(
            "size", translate("trash", "Size"), 100, lambda one: format.size(one.size_bytes), Kind.NUMBER,
            sort_key="size",
        ),
        Column(
            "deleted",
            translate("trash", "Since"),
            130,
            lambda one: format.age(one.deleted_at),
            Kind.MUTED,
            detail=what_happened,
            sort_key="deleted",
            hint=lambda one: format.moment(one.deleted_at),
        ),
    )  # fmt: skip


def _source(entries: tuple[TrashEntry, ...]) -> ListSource[TrashEntry]:
    return ListSource(
        entries,
        identity=lambda one: one.operation,
        sort_values={
            "database": lambda one: one.database,
            "left": lambda one: one.purge_after,
            "size": lambda one: one.size_bytes or 0,
            "deleted": lambda one: one.deleted_at,
        },
    )
