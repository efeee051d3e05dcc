"""Several tenants in hand: who they are, and the one thing that is done to several at once."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QWidget

from pagevoo_console.domain.several_deletions import MOST_AT_ONCE
from pagevoo_console.domain.sighting import TenantEntry
from pagevoo_console.ui.context import Context
from pagevoo_console.ui.kit import format
from pagevoo_console.ui.kit.banners import Banner
from pagevoo_console.ui.kit.controls import ButtonKind, button
from pagevoo_console.ui.kit.i18n import translate
from pagevoo_console.ui.kit.messages import Message, MessageKind
from pagevoo_console.ui.kit.pages import Card, KeyValues, PageHeader, ScrollPage
from pagevoo_console.ui.tenants.actions import has_live_row
from pagevoo_console.ui.tenants.page import provisional


class SeveralPage(ScrollPage):
    """Shows those whose rows are chosen in the list. Too many of them are told by their number alone.

    Signals: delete_wanted(tuple of ids).
    """

    delete_wanted = Signal(object)

    def __init__(self, context: Context, parent: QWidget | None = None) -> None:
        super().__init__(translate("tenants", "Several are chosen"), parent)
        self._words = context.console.platform.words
        self.entries: tuple[TenantEntry, ...] = ()
        self.header = PageHeader("")
        self.delete = button(
            translate("tenants", "Delete databases…"), "trash-2", ButtonKind.DANGER,
            on_click=lambda: self.delete_wanted.emit(tuple(entry.id for entry in self.entries)),
        )  # fmt: skip
        self.delete.setObjectName("deleteSeveralButton")
        self.header.add_action(self.delete)
        self.banner = Banner()
        self.banner.setObjectName("severalMessage")
        self._card = Card(self._words.tenants.capitalize(), "users")
        for part in (self.header, self.banner, self._card):
            self.parts.addWidget(part)
        self.parts.addStretch(1)

    def show_entries(self, entries: tuple[TenantEntry, ...], count: int) -> None:
        """Show these; `count` is how many are chosen, more than `entries` where they are too many."""
        self.entries = entries
        self.header.set_title(
            f"{format.count(count)} {self._words.tenants}",
            translate("tenants", "Chosen in the list. Choose a single one to see its page."),
        )
        self._card.clear_body()
        self._card.setVisible(bool(entries))
        facts = KeyValues()
        without = 0
        for entry in entries:
            is_live = has_live_row(provisional(entry))
            without += not is_live
            held = f"{entry.database} · {format.size(entry.allocated)}"
            facts.add(entry.name or entry.id, held if is_live else translate("tenants", "No database"))
        self._card.add(facts)
        self.delete.setEnabled(bool(entries) and not without)
        self._tell(count, without)

    def _tell(self, count: int, without: int) -> None:
        """Why they cannot be deleted together, where they cannot."""
        if count > MOST_AT_ONCE:
            text = translate("tenants", "At most {count} are deleted at once. There is no way to delete all.")
            text = text.format(count=format.count(MOST_AT_ONCE))
        elif without:
            text = translate("tenants", "Not everybody who is chosen has a database.")
        else:
            self.banner.clear()
            return
        self.banner.show_message(Message(MessageKind.INFO, text))
