"""The servers: a card for each, with its limits and how much of them is used."""

from __future__ import annotations

from PySide6.QtWidgets import QVBoxLayout, QWidget

from pagevoo_console.ui.context import Context
from pagevoo_console.ui.kit import format
from pagevoo_console.ui.kit.controls import button
from pagevoo_console.ui.kit.i18n import translate
from pagevoo_console.ui.kit.pages import CardGrid, PageHeader, ScrollPage
from pagevoo_console.ui.servers.server_card import ServerCard

NARROWEST = 380


class ServersView(QWidget):
    """Each card asks its own server on `refresh`, so that one that does not answer holds up no other."""

    def __init__(self, context: Context, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("serversView")
        self.cards = tuple(ServerCard(context, server) for server in context.console.server_health.servers())
        number = len(self.cards)
        counted = translate("servers", "1 server" if number == 1 else "{count} servers")
        self.header = PageHeader(
            translate("servers", "Servers"),
            translate("servers", "{count} · the limits, and how much of them is used").format(
                count=counted.format(count=format.count(number))
            ),
        )
        again = button(translate("servers", "Look again"), "refresh-cw", on_click=self.refresh)
        again.setObjectName("refreshServersButton")
        self.header.add_action(again)
        page, grid = ScrollPage(translate("servers", "Servers")), CardGrid(NARROWEST, most=2)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(page)
        page.parts.addWidget(self.header)
        page.parts.addWidget(grid)
        page.parts.addStretch(1)
        for card in self.cards:
            grid.add(card, wide=number == 1)

    def refresh(self) -> None:
        """Ask every server again; what is there stays in sight until the answer has come."""
        for card in self.cards:
            card.refresh()
