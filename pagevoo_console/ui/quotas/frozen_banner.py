"""The banner of a frozen database: since when, by whom and why, and the way out."""

from __future__ import annotations

from PySide6.QtWidgets import QWidget

from pagevoo_console.domain.database import DatabaseState
from pagevoo_console.domain.freeze import Freeze, FreezeReason
from pagevoo_console.domain.tenant import Tenant
from pagevoo_console.ui.context import Context
from pagevoo_console.ui.kit.banners import Banner
from pagevoo_console.ui.kit.i18n import translate
from pagevoo_console.ui.kit.messages import Message, MessageAction, MessageKind
from pagevoo_console.ui.quotas.words import frozen_text, frozen_title

NOT_WRITTEN = Freeze(None, FreezeReason.UNKNOWN, "")


class FrozenBanner(Banner):
    """Hidden while the tenant's database takes new rows."""

    def __init__(self, context: Context, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("frozenBanner")
        self._doors = context.doors

    def show_tenant(self, tenant: Tenant) -> None:
        """Say how this tenant's database is frozen, as far as that is known by now."""
        database = tenant.database
        if database is None or database.state is not DatabaseState.SUSPENDED:
            self.clear()
            return
        self.show_freeze(tenant.id, database.frozen or NOT_WRITTEN)

    def show_freeze(self, tenant: str, freeze: Freeze) -> None:
        """Say how it is frozen."""
        release = MessageAction(translate("quotas", "Release…"), lambda: self._doors.release(tenant, False))
        told = Message(MessageKind.WARNING, frozen_title(freeze), frozen_text(freeze), release)
        if self.message is None or (self.message.title, self.message.text) != (told.title, told.text):
            self.show_message(told)
