"""The first page of several deletions: everybody on the list, measured, and what they are together."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtWidgets import QWidget

from pagevoo_console.domain.deletion import DeletionPlan
from pagevoo_console.domain.several_deletions import SeveralDeletionsPlan, SeveralDeletionsRequest
from pagevoo_console.ui.kit import format
from pagevoo_console.ui.kit.banners import banner
from pagevoo_console.ui.kit.deletion_words import figures_of, holds, rows_in
from pagevoo_console.ui.kit.i18n import translate
from pagevoo_console.ui.kit.labels import plain_label
from pagevoo_console.ui.kit.loaded_page import LoadedPage
from pagevoo_console.ui.kit.messages import Message, MessageKind
from pagevoo_console.ui.kit.pages import Ground, column, row
from pagevoo_console.ui.kit.pills import Badge, BadgeView
from pagevoo_console.ui.kit.runner import Runner
from pagevoo_console.ui.kit.tokens import Space, Text, Tone

if TYPE_CHECKING:
    from pagevoo_console.services.console import Console


class SeveralListPage(LoadedPage[SeveralDeletionsPlan]):
    """Shows the measure of all that will be lost, and does not let go on before it is known."""

    def __init__(self, console: Console, runner: Runner, tenants: tuple[str, ...]) -> None:
        super().__init__(
            translate("delete", "What will be gone"),
            translate("delete", "Measured on the servers just now. Nothing has been changed."),
            runner,
            console.connection.master.name,
        )
        self._console = console
        self._tenants = tenants

    def fetch(self) -> SeveralDeletionsPlan:
        return self._console.several_deletions.plan(SeveralDeletionsRequest(self._tenants))

    def present(self, content: SeveralDeletionsPlan) -> None:
        rows = rows_in(content.rows, is_exact=content.rows_exact)
        self.parts.addWidget(figures_of(content.tables, rows, content.size_bytes, content.sessions))
        for number, plan in enumerate(content.deletions):
            self.parts.addWidget(_line(plan, goes_first=number == 0 and len(content.deletions) > 1))
        for tenant, why in content.skipped.items():
            self.parts.addWidget(banner(Message(MessageKind.INFO, f"{tenant}: {why}")))
        self.parts.addStretch(1)


def _line(plan: DeletionPlan, *, goes_first: bool) -> QWidget:
    """One of them: whose it is, what it holds, and whom it would hit while it is being used."""
    name = plain_label(plan.tenant_name or plan.request.tenant, Text.STRONG, elide=True)
    badge = BadgeView(Badge(translate("delete", "Goes first, alone"), Tone.ACCENT)) if goes_first else None
    written = format.age(plan.radius.last_write) if plan.radius.last_write is not None else ""
    about = f"{plan.database.name} · {holds(plan)}"
    if written:
        about += " · " + translate("delete", "written to {when}").format(when=written)
    warnings = [plain_label(warning, muted=True, wrap=True) for warning in plan.warnings]
    return column(
        row((name, 1), *([badge] if badge is not None else [])),
        plain_label(about, muted=True, wrap=True),
        *warnings,
        spacing=Space.HAIR,
        margins=(Space.M, Space.S, Space.M, Space.S + Space.HAIR),
        ground=Ground.CARD,
    )
