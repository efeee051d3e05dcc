"""Everything about one tenant on one screen. Each part loads by itself, beside the others."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QVBoxLayout, QWidget

from pagevoo_console.domain.database import DatabaseState, TenantDatabase
from pagevoo_console.domain.operation import Operation, OperationState
from pagevoo_console.domain.sighting import TenantEntry
from pagevoo_console.domain.tenant import Tenant
from pagevoo_console.ui.context import Context
from pagevoo_console.ui.kit.controls import ButtonKind, button, copy_button, icon_button
from pagevoo_console.ui.kit.i18n import translate
from pagevoo_console.ui.kit.labels import menu_text
from pagevoo_console.ui.kit.pages import CardGrid, PageHeader, ScrollPage
from pagevoo_console.ui.kit.pills import BadgeView, state_badge
from pagevoo_console.ui.tenants.columns import tier_of
from pagevoo_console.ui.tenants.interrupted import InterruptedBanner

LIVE = frozenset({DatabaseState.ACTIVE, DatabaseState.SUSPENDED, DatabaseState.UNREACHABLE, DatabaseState.MISSING})


class StatusView(Protocol):
    """The card of the database, as the page needs it."""

    def show_loading(self) -> None: ...

    def show_error(self, error: Exception) -> None: ...

    def show_status(self, tenant: Tenant, entry: TenantEntry | None) -> None: ...


class Notice(Protocol):
    """A banner about the tenant in hand; it hides itself where there is nothing to say."""

    def show_tenant(self, tenant: Tenant) -> None: ...


class Part(Protocol):
    """A card that loads what it shows of a tenant by itself."""

    def show_tenant(self, tenant: str) -> None: ...


def provisional(entry: TenantEntry) -> Tenant:
    """The tenant as the directory knew it, to act on until the master has answered."""
    database = None
    if entry.database is not None and entry.state is not None:
        database = TenantDatabase(
            entry.database, entry.engine or "", entry.server or "", entry.generation or "", entry.state,
            website=entry.locked_to_website, created_at=entry.database_created_at, size_bytes=entry.allocated,
            note=entry.note, frozen=entry.frozen,
        )  # fmt: skip
    return Tenant(
        entry.id, entry.name, entry.email, entry.tier, entry.status, entry.locked_to_website, database, entry.created_at
    )


class TenantPage(QWidget):
    """The page of one tenant: a header, banners for what was interrupted, and cards.

    `parts` load by themselves; `cards` are what stands on the page, each with whether it takes a whole row; a `notice`
    is a widget that is told of the tenant as soon as anything is known.

    Signals: tenant_changed(Tenant) when more is known of the tenant in hand.
    """

    tenant_changed = Signal(object)

    def __init__(
        self,
        context: Context,
        status: StatusView,
        parts: Sequence[Part],
        cards: Sequence[tuple[QWidget, bool]],
        notice: Notice | None = None,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self.setObjectName("tenantPage")
        self._context = context
        self._status = status
        self._parts = tuple(parts)
        self._notice = notice
        self._tenant: Tenant | None = None
        self._entry: TenantEntry | None = None
        self.header = PageHeader("")
        self.create_button = button(
            translate("tenants", "Create database…"), "database", ButtonKind.PRIMARY,
            on_click=lambda: context.doors.create_database(self.tenant_id),
        )  # fmt: skip
        self.create_button.setObjectName("createDatabaseButton")
        self.manage_button = button("", "chevron-down", on_click=lambda: context.doors.manage(self.manage_button))
        self.manage_button.setObjectName("manageDatabaseButton")
        self.manage_button.setLayoutDirection(Qt.LayoutDirection.RightToLeft)
        self.header.add_action(self.manage_button)
        self.header.add_action(self.create_button)
        self.interrupted = InterruptedBanner(context)
        self._scroll = ScrollPage(translate("tenants", "Tenant"))
        # Each is put into place before it is filled: whatever moves to another parent is styled anew with all it holds.
        grid = CardGrid(most=2)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self._scroll)
        for part in (self.header, self.interrupted, notice, grid):
            if isinstance(part, QWidget):
                self._scroll.parts.addWidget(part)
        self._scroll.parts.addStretch(1)
        for card, is_wide in cards:
            grid.add(card, wide=is_wide)

    @property
    def tenant_id(self) -> str:
        return "" if self._tenant is None else self._tenant.id

    @property
    def tenant(self) -> Tenant | None:
        """The tenant in hand, as far as it is known by now."""
        return self._tenant

    def show_entry(self, entry: TenantEntry) -> None:
        """Turn to a tenant of the list: what the directory knows at once, the rest as it arrives."""
        self._entry = entry
        self._turn_to(provisional(entry))

    def show_id(self, tenant: str) -> None:
        """Turn to a tenant by its id, wherever it came from."""
        directory = self._context.console.directory
        self._entry = None
        self._turn_to(Tenant(tenant, "", "", "", "", None, None))
        self._context.runner.query(lambda: directory.entry(tenant), self._entry_arrived, key="entry", owner=self)

    def refresh(self) -> None:
        """Read everything again; what is there stays in sight."""
        tenant = self.tenant_id
        if not tenant:
            return
        console = self._context.console
        self._context.runner.query(
            lambda: (console.tenants.show(tenant), console.directory.entry(tenant)),
            self._arrived,
            self._failed,
            key="tenant",
            owner=self,
            lane=self._context.master_lane,
        )
        self._context.runner.query(
            lambda: console.operations.list(tenant=tenant, open_only=True),
            self._operations_arrived,
            lambda _error: self.interrupted.clear(),
            key="operations",
            owner=self,
            lane=self._context.master_lane,
        )
        for part in self._parts:
            part.show_tenant(tenant)

    def take_focus(self) -> None:
        """Put the keyboard on the page."""
        target = self.create_button if self.create_button.isVisible() else self.manage_button
        target.setFocus(Qt.FocusReason.OtherFocusReason)

    def _turn_to(self, tenant: Tenant) -> None:
        if tenant.id != self.tenant_id:
            self._scroll.verticalScrollBar().setValue(0)
            self.interrupted.clear()
            self._status.show_loading()
        self._tenant = tenant
        self._show_header()
        self.refresh()

    def _entry_arrived(self, entry: TenantEntry | None) -> None:
        if entry is not None and entry.id == self.tenant_id and self._entry is None:
            self._entry = entry
            self._tenant = provisional(entry)
            self._show_header()

    def _arrived(self, read: tuple[Tenant, TenantEntry | None]) -> None:
        tenant, entry = read
        self._tenant, self._entry = tenant, entry
        self._show_header()
        self._status.show_status(tenant, entry)
        self.tenant_changed.emit(tenant)

    def _failed(self, error: Exception) -> None:
        self._status.show_error(error)

    def _operations_arrived(self, operations: tuple[Operation, ...]) -> None:
        stopped = (OperationState.INTERRUPTED, OperationState.FAILED)
        self.interrupted.show_operation(next((found for found in operations if found.state in stopped), None))

    def _show_header(self) -> None:
        tenant = self._tenant
        if tenant is None:
            return
        word = self._context.console.platform.words.tenant.capitalize()
        identity = translate("tenants", "ID {id}").format(id=tenant.id)
        title = tenant.name.strip() or tenant.email or f"{word} {tenant.id}"
        self.header.set_title(title, " · ".join(part for part in (tenant.email, identity) if part))
        badges: list[QWidget] = []
        if tenant.tier:
            badges.append(BadgeView(tier_of(self._context.console.platform, tenant.tier)))
            if self._context.console.platform.tiers:
                change = icon_button(
                    "pencil", translate("tenants", "Change tier…"),
                    lambda: self._context.doors.change_tier(tenant.id, None),
                )  # fmt: skip
                change.setObjectName("changeTierButton")
                badges.append(change)
        if tenant.database is not None and tenant.database.state is DatabaseState.SUSPENDED:
            badges.append(BadgeView(state_badge(DatabaseState.SUSPENDED)))
        badges.append(copy_button(lambda: tenant.id, translate("tenants", "id")))
        self.header.set_badges(*badges)
        if self._notice is not None:
            self._notice.show_tenant(tenant)
        database = tenant.database
        has_database = database is not None and database.state is not DatabaseState.DELETED
        self.create_button.setVisible(not has_database and bool(tenant.tier))
        self.manage_button.setVisible(has_database)
        if database is not None:
            text = translate("tenants", "Database {state} · Manage").format(
                state=state_badge(database.state).text.lower()
            )
            self.manage_button.setText(menu_text(text))
            self.manage_button.setAccessibleName(text)
