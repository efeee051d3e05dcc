"""What stands in the window once a console is open: the list of tenants, and beside it a tenant's page or the fleet."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QSplitter, QStackedWidget, QVBoxLayout, QWidget

from pagevoo_console.domain.changes import Changes
from pagevoo_console.domain.feature import Feature
from pagevoo_console.domain.sighting import TenantEntry
from pagevoo_console.domain.tenant import Tenant, TenantQuery, Website
from pagevoo_console.ui.accounts.account_line import AccountLine
from pagevoo_console.ui.backups.panel import BackupPanel
from pagevoo_console.ui.context import Context
from pagevoo_console.ui.databases.status_panel import StatusPanel
from pagevoo_console.ui.features.panel import FeaturePanel
from pagevoo_console.ui.kit.actions import Selection
from pagevoo_console.ui.kit.pages import column
from pagevoo_console.ui.kit.tokens import Space
from pagevoo_console.ui.kit.turns import Slices, Turns
from pagevoo_console.ui.outline import LIST_WIDTH, NARROWEST_LIST
from pagevoo_console.ui.overview.view import OverviewView
from pagevoo_console.ui.quotas.frozen_banner import FrozenBanner
from pagevoo_console.ui.quotas.panel import QuotaPanel
from pagevoo_console.ui.tenants.activity_panel import ActivityPanel
from pagevoo_console.ui.tenants.browser import TenantBrowser
from pagevoo_console.ui.tenants.page import LIVE, TenantPage, provisional
from pagevoo_console.ui.tenants.several_page import SeveralPage
from pagevoo_console.ui.tenants.websites_panel import WebsitePanel

OVERVIEW, TENANT, SEVERAL = "overview", "tenant", "several"


class Workspace(QWidget):
    """Composes the rooms, and knows which of them is in sight.

    Signals: selected(Selection) when something else is in hand; room_changed(name); menu_wanted(QPoint);
    feature_menu_wanted(QPoint) for the feature in hand.
    """

    selected = Signal(object)
    room_changed = Signal(str)
    menu_wanted = Signal(object)
    feature_menu_wanted = Signal(object)

    browser: TenantBrowser
    overview: OverviewView
    status: StatusPanel
    backups: BackupPanel

    def __init__(self, context: Context, parent: QWidget | None = None) -> None:
        """The frame alone: `make_rooms` puts the list and the overview into it, `make_page` a tenant's page."""
        super().__init__(parent)
        self.context = context
        self.turns = Turns(self)
        self._is_connected = True
        self._page: TenantPage | None = None
        self._several: SeveralPage | None = None
        self._website: Website | None = None
        self._feature: Feature | None = None
        self._rooms: dict[str, QWidget] = {}
        self._room = OVERVIEW
        self.splitter = QSplitter(Qt.Orientation.Horizontal, self)
        self.splitter.setObjectName("workspaceSplitter")
        self._stack = QStackedWidget(self.splitter)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self.splitter)

    def make_rooms(self) -> Slices:
        """The list and the overview, each put where it belongs as soon as it is there: every move styles it anew."""
        self.browser = TenantBrowser(self.context)
        yield None
        self.browser.setMinimumWidth(NARROWEST_LIST)
        self.splitter.insertWidget(0, self.browser)
        self.splitter.setStretchFactor(0, 0)
        self.splitter.setStretchFactor(1, 1)
        self.splitter.setSizes([LIST_WIDTH, 2 * LIST_WIDTH])
        self.splitter.setChildrenCollapsible(False)
        yield None
        self.overview = OverviewView(self.context)
        yield None
        self._rooms[OVERVIEW] = self.overview
        self._stack.addWidget(self.overview)
        self.browser.chosen.connect(self._chosen)
        self.browser.several_chosen.connect(self._several_chosen)
        self.browser.opened.connect(self._opened)
        self.browser.menu_wanted.connect(self.menu_wanted)
        self.overview.summarised.connect(self.browser.show_counts)
        yield None

    def make_page(self) -> Slices:
        """The tenant's page, a card at a turn."""
        context = self.context
        self.status = StatusPanel(context)
        account = AccountLine(context)
        self.status.add_below(account)
        yield None
        self.backups = BackupPanel(context)
        yield None
        quotas, websites = QuotaPanel(context), WebsitePanel(context)
        websites.chosen.connect(self._website_chosen)
        yield None
        features, activity = FeaturePanel(context), ActivityPanel(context)
        features.feature_taken.connect(self._feature_taken)
        features.menu_wanted.connect(self.feature_menu_wanted)
        yield None
        cards = [
            (self.status, False),
            (column(quotas, websites, None, spacing=Space.M), False),
            (features, True),
            (self.backups, False),
            (activity, False),
        ]
        parts = (account, quotas, websites, features, self.backups, activity)
        page = TenantPage(context, self.status, parts, cards, FrozenBanner(context))
        page.tenant_changed.connect(self._tenant_changed)
        yield None
        self._rooms[TENANT] = page
        self._stack.addWidget(page)
        self._page = page

    @property
    def page(self) -> TenantPage:
        """The page of a tenant. What of it has not been made by now is made at once."""
        self.turns.finish()
        assert self._page is not None
        return self._page

    @property
    def tenant_id(self) -> str:
        """Whose page was last looked at; empty where none was."""
        return "" if self._page is None else self._page.tenant_id

    @property
    def room(self) -> str:
        """The name of the room in sight."""
        return self._room

    @property
    def room_in_sight(self) -> QWidget:
        return self._rooms[self._room]

    @property
    def selection(self) -> Selection:
        if self._several is not None and self._room == SEVERAL:
            tenants = tuple(provisional(entry) for entry in self._several.entries)
            return Selection(self._room, tenants, is_connected=self._is_connected)
        tenant = self.page.tenant if self._room == TENANT else None
        website = self._website if tenant is not None else None
        feature = self._feature if tenant is not None else None
        return Selection(
            self._room, () if tenant is None else (tenant,), website, feature=feature, is_connected=self._is_connected
        )

    def set_connected(self, is_connected: bool) -> None:
        """Whether the master answers: without it nothing can be changed."""
        if is_connected != self._is_connected:
            self._is_connected = is_connected
            self.selected.emit(self.selection)

    def show_tenant(self, tenant: str) -> None:
        """Go to a tenant by its id."""
        self.page.show_id(tenant)
        self.browser.go_to(tenant)
        self._enter(TENANT)

    def show_tenants(self, query: TenantQuery) -> None:
        """Show the tenants of a query in the list, and put the keyboard there."""
        self.browser.show_query(query)
        self.browser.list.setFocus(Qt.FocusReason.OtherFocusReason)

    def focus_search(self) -> None:
        """Put the keyboard into the search field."""
        self.browser.search.setFocus(Qt.FocusReason.ShortcutFocusReason)
        self.browser.search.selectAll()

    def show_overview(self) -> None:
        self.browser.clear_choice()
        self._enter(OVERVIEW)

    def show_room(self, name: str, make: Callable[[], QWidget]) -> None:
        """Show a room of the fleet, made when it is first wanted."""
        if name not in self._rooms:
            self._rooms[name] = make()
            self._stack.addWidget(self._rooms[name])
        self.browser.clear_choice()
        self._enter(name)
        self._refresh_room()

    def refresh(self) -> None:
        """Read what is in sight again."""
        self.browser.refresh()
        self.overview.refresh()
        if self._room != OVERVIEW:
            self._refresh_room()

    def directory_changed(self) -> None:
        """The directory holds something newer."""
        self.browser.refresh()
        self.overview.refresh()

    def take_up(self, changes: Changes) -> None:
        """Something was done: refresh what it touched."""
        if self._room == TENANT and changes.touches(self.page.tenant_id):
            self.page.refresh()
        elif self._room not in (TENANT, OVERVIEW):
            self._refresh_room()
        self.overview.refresh()

    def _refresh_room(self) -> None:
        refresh: Any = getattr(self._rooms[self._room], "refresh", None)
        if refresh is not None:
            refresh()

    def _chosen(self, entry: TenantEntry) -> None:
        page = self.page
        self.backups.set_has_database(_has_database(provisional(entry)))
        page.show_entry(entry)
        self._enter(TENANT)

    def _several_chosen(self, entries: tuple[TenantEntry, ...], count: int) -> None:
        if self._several is None:
            self._several = SeveralPage(self.context)
            self._several.delete_wanted.connect(self.context.doors.delete_databases)
            self._rooms[SEVERAL] = self._several
            self._stack.addWidget(self._several)
        self._several.show_entries(entries, count)
        self._enter(SEVERAL)

    def _opened(self, entry: TenantEntry) -> None:
        if self.tenant_id != entry.id:
            self._chosen(entry)
        self._enter(TENANT)
        self.page.take_focus()

    def _tenant_changed(self, tenant: Tenant) -> None:
        self.backups.set_has_database(_has_database(tenant))
        self.selected.emit(self.selection)

    def _website_chosen(self, website: Website | None) -> None:
        self._website = website
        self.selected.emit(self.selection)

    def _feature_taken(self, feature: Feature | None) -> None:
        if feature != self._feature:
            self._feature = feature
            self.selected.emit(self.selection)

    def _enter(self, name: str) -> None:
        self._room = name
        self._stack.setCurrentWidget(self._rooms[name])
        self.room_changed.emit(name)
        self.selected.emit(self.selection)


def _has_database(tenant: Tenant) -> bool:
    return tenant.database is not None and tenant.database.state in LIVE
