"""The list of tenants: search as you type, filters, sorting, and a table that holds only what is in sight."""

from __future__ import annotations

from array import array
from dataclasses import dataclass, replace
from datetime import datetime

from PySide6.QtCore import QItemSelectionModel, QModelIndex, Qt, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QVBoxLayout, QWidget

from pagevoo_console.domain.several_deletions import MOST_AT_ONCE
from pagevoo_console.domain.sighting import FleetSummary, TenantEntry
from pagevoo_console.domain.tenant import TenantQuery
from pagevoo_console.ui.context import Context
from pagevoo_console.ui.kit import format
from pagevoo_console.ui.kit.controls import SearchField, rule
from pagevoo_console.ui.kit.i18n import translate
from pagevoo_console.ui.kit.labels import plain_label
from pagevoo_console.ui.kit.pages import Ground, column
from pagevoo_console.ui.kit.record_view import RecordView
from pagevoo_console.ui.kit.records import RecordsModel
from pagevoo_console.ui.kit.states import Emptiness, StateStack
from pagevoo_console.ui.kit.tokens import Space, Text
from pagevoo_console.ui.tenants.columns import SHOWN_FROM, columns
from pagevoo_console.ui.tenants.filters import FilterBar
from pagevoo_console.ui.tenants.source import PAGE, Pages, TenantSource

FIRST_KEYS = 200
ROW_HEIGHT = 50


@dataclass(frozen=True)
class Found:
    """What a reading of the directory brought: the keys, the pages in sight, and when the registry was last read."""

    keys: array[int]
    pages: Pages
    is_all: bool
    registry_at: datetime | None


class TenantBrowser(QWidget):
    """Shows what the directory knows of every tenant, a hundred or a hundred thousand of them.

    Signals: chosen(TenantEntry) when another row becomes current; several_chosen(tuple of TenantEntry, count) when more
    than one row is, with none of them where they are too many; opened(TenantEntry) on Enter or double click;
    menu_wanted(QPoint), in screen coordinates; loaded(registry_at or None) after each reading of the directory.
    """

    chosen = Signal(object)
    several_chosen = Signal(object, int)
    opened = Signal(object)
    menu_wanted = Signal(object)
    loaded = Signal(object)

    def __init__(self, context: Context, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._context = context
        self._query = TenantQuery()
        self._current_key: int | None = None
        self._is_several = False
        self._several_keys: tuple[int, ...] = ()
        self._is_restoring = False
        self._wanted_tenant = ""
        words = context.console.platform.words
        self.search = SearchField(
            translate("tenants", "Search {tenants}: name, e-mail, domain, id…").format(tenants=words.tenants)
        )
        self.search.setObjectName("tenantSearch")
        self.search.searched.connect(self._searched)
        self.search.moved_on.connect(self._to_list)
        self.filters = FilterBar(context.console.platform)
        self.filters.changed.connect(self._filtered)
        self._source = self._made(Found(array("q"), {}, True, None), self._query.sort)
        self.records = RecordsModel(columns(context.console.platform), self._source, self)
        self.list = RecordView(self.records, words.tenants.capitalize(), row_height=ROW_HEIGHT, many=True)
        self.list.setObjectName("tenantList")
        self.list.record_chosen.connect(self._chosen)
        self.list.selectionModel().selectionChanged.connect(lambda _now, _before: self._selection_changed())
        self.list.record_opened.connect(self.opened)
        self.list.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        self.list.customContextMenuRequested.connect(
            lambda place: self.menu_wanted.emit(self.list.viewport().mapToGlobal(place))
        )
        self.states = StateStack(self.list)
        self.count = plain_label("", Text.CAPTION, muted=True)
        self.count.setObjectName("tenantCount")
        margins = (Space.M, Space.S + Space.XS, Space.M, Space.S)
        top = column(self.search, self.filters, spacing=Space.S, margins=margins, ground=Ground.SURFACE)
        below = column(self.count, margins=(Space.M, Space.XS, Space.M, Space.XS), ground=Ground.SURFACE)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        for part in (top, rule()):
            layout.addWidget(part)
        layout.addWidget(self.states, 1)
        layout.addWidget(rule())
        layout.addWidget(below)
        self._total: int | None = None
        self.states.show_loading(translate("tenants", "Reading the registry…"))

    @property
    def query(self) -> TenantQuery:
        """What the list shows now."""
        return self._query

    @property
    def current(self) -> TenantEntry | None:
        record = self.list.current_record()
        return record if isinstance(record, TenantEntry) else None

    def refresh(self) -> None:
        """Read the directory again; what is in sight stays in sight until the answer is there."""
        self._read(self._pages_in_sight(), None)

    def show_query(self, query: TenantQuery) -> None:
        """Show the tenants a query asks for, in search field and filters too."""
        self.search.blockSignals(True)
        self.search.setText(query.search)
        self.search.blockSignals(False)
        self.filters.choose(query.tiers, query.states, query.levels, query.backups)
        self._ask(replace(query, sort=self._query.sort))

    def show_counts(self, summary: FleetSummary) -> None:
        """How many tenants there are in all, and of each kind."""
        self._total = summary.tenants
        self.filters.show_counts(summary)
        self._show_count(is_all=True)

    def go_to(self, tenant: str) -> None:
        """Make a tenant's row current, if it is among those shown."""
        self._wanted_tenant = tenant
        directory = self._context.console.directory
        self._context.runner.query(lambda: directory.key(tenant), self._go_to_key, key="go", owner=self)

    def clear_choice(self) -> None:
        """No tenant is current any more."""
        self._current_key = None
        self._is_several, self._several_keys = False, ()
        self._is_restoring = True
        self.list.clearSelection()
        self.list.selectionModel().clearCurrentIndex()
        self._is_restoring = False

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        for place, declared in enumerate(self.records.columns):
            self.list.setColumnHidden(place, self.width() < SHOWN_FROM.get(declared.key, 0))

    # --- asking -----------------------------------------------------------------------------------------------------

    def _searched(self, text: str) -> None:
        if text != self._query.search:
            self._ask(replace(self._query, search=text))

    def _filtered(self) -> None:
        bar = self.filters
        self._ask(
            replace(
                self._query,
                tiers=bar.tiers.chosen,
                states=bar.states.chosen,
                levels=bar.levels.chosen,
                backups=bar.backups.chosen,
            )
        )

    def _sorted(self, sort: str) -> None:
        self._ask(replace(self._query, sort=sort))

    def _ask(self, query: TenantQuery) -> None:
        self._query = query
        if not len(self._source):
            self.states.show_loading()
        self._read((0,), FIRST_KEYS, to_top=True)

    def _read(self, pages: tuple[int, ...], limit: int | None, *, to_top: bool = False) -> None:
        query, directory = self._query, self._context.console.directory

        def read() -> Found:
            keys = directory.keys(query, limit)
            found = {number: directory.entries(keys[number * PAGE : (number + 1) * PAGE]) for number in pages}
            return Found(keys, found, limit is None or len(keys) < limit, directory.registry_at)

        self._context.runner.query(
            read, lambda found: self._arrived(found, to_top=to_top), self._failed, key="list", owner=self
        )

    def _pages_in_sight(self) -> tuple[int, ...]:
        first, last = max(0, self.list.rowAt(0)), self.list.rowAt(self.list.viewport().height() - 1)
        last = len(self._source) - 1 if last < 0 else last
        return tuple(range(first // PAGE, max(first, last) // PAGE + 1))

    # --- showing ----------------------------------------------------------------------------------------------------

    def _made(self, found: Found, sort: str) -> TenantSource:
        directory = self._context.console.directory
        return TenantSource(
            self._context.runner,
            found.keys,
            found.pages,
            sort=sort,
            fetch=directory.entries,
            on_rows=lambda start, rows: self.records.arrived(start, rows),
            on_sort=self._sorted,
            on_error=self._failed,
            parent=self,
        )

    def _arrived(self, found: Found, *, to_top: bool) -> None:
        bar = self.list.verticalScrollBar()
        place = 0 if to_top else bar.value()
        old, self._source = self._source, self._made(found, self._query.sort)
        self._is_restoring = True
        self.records.set_source(self._source)
        old.deleteLater()
        if self._current_key is not None:
            self.list.choose(self._current_key)
        self._choose_several()
        bar.setValue(place)
        self._is_restoring = False
        if self._is_several:
            self._selection_changed()
        self._show_state(found)
        self._show_count(is_all=found.is_all)
        self.loaded.emit(found.registry_at)
        if not found.is_all:
            self._read(self._pages_in_sight(), None)
        elif self._wanted_tenant:
            self.go_to(self._wanted_tenant)

    def _show_state(self, found: Found) -> None:
        words = self._context.console.platform.words
        if len(found.keys):
            self.states.show_content()
        elif self._query.search or self.filters.is_filtering:
            title = translate("tenants", "No {tenant} matches").format(tenant=words.tenant)
            if self._query.search:
                title += f" “{self._query.search}”"
            verb = translate("tenants", "Clear search and filters")
            self.states.show_empty(Emptiness(title, "", "search-x", verb, self._clear))
        elif found.registry_at is not None:
            title = translate("tenants", "There are no {tenants} yet").format(tenants=words.tenants)
            self.states.show_empty(
                Emptiness(title, translate("tenants", "They appear here when they sign up."), "users")
            )

    def _show_count(self, *, is_all: bool) -> None:
        words, shown = self._context.console.platform.words, len(self._source)
        if not is_all or (not self._total and not shown):
            text = ""
        elif self._total is None or shown == self._total:
            text = f"{format.count(shown)} {words.tenant if shown == 1 else words.tenants}"
        else:
            text = translate("tenants", "{shown} of {total} {tenants}").format(
                shown=format.count(shown), total=format.count(self._total), tenants=words.tenants
            )
        self.count.setText(text)

    def _failed(self, error: Exception) -> None:
        self.states.show_error(error, self.refresh)

    def _chosen(self, record: TenantEntry | None) -> None:
        if self._is_restoring or record is None:
            return
        self._wanted_tenant = ""
        self._current_key = self._source.keys[self.list.currentIndex().row()]
        row = self.list.currentIndex().row()
        if not self._is_several or not self.list.selectionModel().isRowSelected(row, QModelIndex()):
            self.chosen.emit(record)

    def _selection_changed(self) -> None:
        """Rows are counted before they are looked at: whoever chooses all of a hundred thousand waits for nothing."""
        if self._is_restoring:
            return
        chosen = self.list.selectionModel().selection()
        count = sum(chosen.at(number).height() for number in range(chosen.size()))
        was_several, self._is_several, self._several_keys = self._is_several, count > 1, ()
        if count > MOST_AT_ONCE:
            self.several_chosen.emit((), count)
        elif count > 1:
            rows = sorted(index.row() for index in self.list.selectionModel().selectedRows())
            self._several_keys = tuple(self._source.keys[row] for row in rows)
            entries = tuple(self.list.selected_records())
            self.several_chosen.emit(entries if len(entries) == count else (), count)
        elif was_several and self.current is not None:
            self.chosen.emit(self.current)

    def _choose_several(self) -> None:
        """Those that were chosen before the directory was read again, as far as they are shown."""
        flags = QItemSelectionModel.SelectionFlag.Select | QItemSelectionModel.SelectionFlag.Rows
        for key in self._several_keys:
            position = self._source.position(key)
            if position is not None:
                self.list.selectionModel().select(self.records.index(position, 0), flags)

    def _go_to_key(self, key: int | None) -> None:
        self._is_restoring = True
        self._is_several, self._several_keys = False, ()
        if key is None or not self.list.choose(key):
            self.clear_choice()
        else:
            self._wanted_tenant = ""
        self._current_key = key
        self._is_restoring = False

    def _clear(self) -> None:
        self.show_query(TenantQuery())

    def _to_list(self) -> None:
        self.list.setFocus(Qt.FocusReason.OtherFocusReason)
        if not self.list.currentIndex().isValid() and self.records.rowCount():
            self.list.selectRow(0)
