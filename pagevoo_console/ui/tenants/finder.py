"""Tenants for the command palette, as they are found while somebody types."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pagevoo_console.domain.sighting import TenantEntry
from pagevoo_console.domain.tenant import TenantQuery
from pagevoo_console.ui.kit.palette import Deliver, PaletteEntry

if TYPE_CHECKING:
    from pagevoo_console.services.console import Console
    from pagevoo_console.ui.main_window import MainWindow

MOST = 12


class TenantFinder:
    """What the palette asks: called with what is typed, it delivers entries that go to the tenants."""

    def __init__(self, window: MainWindow, console: Console) -> None:
        self._window = window
        self._directory = console.directory

    def __call__(self, typed: str, deliver: Deliver) -> None:
        directory, query = self._directory, TenantQuery(search=typed, limit=MOST)
        self._window.runner.query(
            lambda: directory.page(query),
            lambda page: deliver([self._entry_for(entry) for entry in page.entries]),
            key="palette",
            owner=self._window,
        )

    def _entry_for(self, entry: TenantEntry) -> PaletteEntry:
        def go() -> None:
            if self._window.workspace is not None:
                self._window.workspace.show_tenant(entry.id)

        detail = " · ".join(part for part in (entry.email, entry.domain, f"ID {entry.id}") if part)
        return PaletteEntry(entry.name.strip() or entry.email or entry.id, go, detail, "user")
