"""The fleet in figures and what needs attention: where the window begins, and where it is when nothing is chosen."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QVBoxLayout, QWidget

from pagevoo_console.domain.database import DatabaseState
from pagevoo_console.domain.errors import ConsoleError
from pagevoo_console.domain.fleet_backup import FleetWork
from pagevoo_console.domain.operation import Operation
from pagevoo_console.domain.quota import QuotaAlert
from pagevoo_console.domain.schedule import Schedule
from pagevoo_console.domain.sighting import FleetSummary
from pagevoo_console.domain.tenant import TenantQuery
from pagevoo_console.ui.context import Context
from pagevoo_console.ui.kit import format
from pagevoo_console.ui.kit.controls import ButtonKind, IconView, button, rule
from pagevoo_console.ui.kit.daily_look import LastLook, is_late, last_look
from pagevoo_console.ui.kit.i18n import translate
from pagevoo_console.ui.kit.labels import plain_label
from pagevoo_console.ui.kit.pages import Card, CardGrid, PageHeader, ScrollPage, row
from pagevoo_console.ui.kit.pills import state_badge
from pagevoo_console.ui.kit.states import Emptiness, StateStack
from pagevoo_console.ui.kit.tenant_names import Names, names_of
from pagevoo_console.ui.kit.tokens import Text, Tone
from pagevoo_console.ui.overview.attention import NAMED, Concern, concerns
from pagevoo_console.ui.overview.daily import DailyCard
from pagevoo_console.ui.overview.findings import Finding, FindingsDialog, orphans_found, tenants_found
from pagevoo_console.ui.overview.pieces import Click, Figure, concern_line, shares

if TYPE_CHECKING:
    from pagevoo_console.services.console import Console


@dataclass(frozen=True, slots=True)
class Nightly:
    """What happens without anybody looking: who failed in the newest run and was not backed up since, and schedules in
    trouble.
    """

    unsaved: tuple[str, ...]
    troubled: tuple[Schedule, ...]


Fleet = tuple[FleetSummary, tuple[Operation, ...], tuple[QuotaAlert, ...], LastLook | None, Nightly, Names]


class OverviewView(QWidget):
    """Reads the directory's summary and the open operations; every line leads to what it is about.

    Signals: summarised(FleetSummary) after each reading.
    """

    summarised = Signal(object)

    def __init__(self, context: Context, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("overview")
        self._context = context
        self._shown: Fleet | None = None
        words = context.console.platform.words
        self.header = PageHeader(translate("overview", "Overview"), context.console.platform.title)
        self.tenants = Figure(words.tenants.capitalize(), "users")
        self.databases = Figure(translate("overview", "Databases"), "database")
        self.occupied = Figure(translate("overview", "Occupied"), "hard-drive")
        self.unsaved = Figure(translate("overview", "Never backed up"), "database-backup")
        self.attention = Card(translate("overview", "Needs attention"), "triangle-alert")
        self.by_state = Card(translate("overview", "By state"), "database")
        self.by_tier = Card(translate("overview", "By tier"), "layers")
        self.servers = Card(translate("overview", "Servers"), "server")
        self.daily = DailyCard(lambda: context.doors.look_daily())
        limits = button(
            translate("overview", "Limits"), kind=ButtonKind.LINK, on_click=lambda: context.doors.show_servers()
        )
        limits.setObjectName("serverLimitsButton")
        limits.setAccessibleName(translate("overview", "Limits of the servers"))
        self.servers.add_to_head(limits)
        # Each is put into place before it is filled: whatever moves to another parent is styled anew with all it holds.
        page, figures, grid = (
            ScrollPage(translate("overview", "Overview")),
            CardGrid(170, most=4),
            CardGrid(300, most=2),
        )
        self.states = StateStack(page)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self.states)
        for part in (self.header, figures, grid):
            page.parts.addWidget(part)
        page.parts.addStretch(1)
        for figure in (self.tenants, self.databases, self.occupied, self.unsaved):
            figures.add(figure)
        grid.add(self.attention, wide=True)
        for card in (self.by_state, self.by_tier, self.servers, self.daily):
            grid.add(card)
        self.states.show_loading(translate("overview", "Reading the registry…"))

    def refresh(self) -> None:
        """Read the fleet again; what is there stays in sight."""
        console = self._context.console

        def read() -> Fleet:
            summary = console.directory.summary()
            try:
                operations = console.operations.list(open_only=True)
                alerts = console.quota_news.open()
                last = last_look(console.audit)
            except ConsoleError:
                operations, alerts, last = (), (), None
            concerned = (
                *(operation.tenant for operation in operations),
                *summary.published_without_database,
                *summary.outdated,
            )
            return summary, operations, alerts, last, nightly(console), names_of(console.directory, concerned)

        self._context.runner.query(
            read, self._arrived, self._failed, key="fleet", owner=self, lane=self._context.master_lane
        )

    def _arrived(self, fleet: Fleet) -> None:
        summary, operations, alerts, last, night, names = fleet
        self.summarised.emit(summary)
        if summary.registry_at is None:
            return
        if fleet != self._shown:
            self._shown = fleet
            words = self._context.console.platform.words
            found = concerns(
                summary, operations, words, alerts, is_late=is_late(last), unsaved=len(night.unsaved),
                schedules=night.troubled,
            )  # fmt: skip
            self._show(summary, found, names)
            self.daily.show_look(last)
        if summary.tenants:
            self.states.show_content()
        else:
            words = self._context.console.platform.words
            title = translate("overview", "There are no {tenants} yet").format(tenants=words.tenants)
            text = translate("overview", "They appear here when they sign up.")
            self.states.show_empty(Emptiness(title, text, "users"))

    def _failed(self, error: Exception) -> None:
        self.states.show_error(error, self._context.doors.refresh)

    def _show(self, summary: FleetSummary, found: tuple[Concern, ...], names: Names) -> None:
        platform = self._context.console.platform
        seen = format.age(summary.scanned_at) if summary.scanned_at else translate("overview", "not yet")
        self.header.set_title(
            translate("overview", "Overview"),
            translate("overview", "{platform} · registry read {read}, servers looked at {seen}").format(
                platform=platform.title, read=format.age(summary.registry_at), seen=seen
            ),
        )
        without = summary.tenants - summary.databases
        self.tenants.show_figure(
            format.count(summary.tenants),
            translate("overview", "{count} without a database").format(count=format.count(without)),
        )
        self.databases.show_figure(format.count(summary.databases), translate("overview", "active in the registry"))
        usual = summary.size_bytes / summary.databases if summary.databases else 0
        self.occupied.show_figure(
            format.size(summary.size_bytes),
            translate("overview", "{size} a database").format(size=format.size(round(usual))),
        )
        noun = translate("overview", "database" if summary.without_backup == 1 else "databases")
        self.unsaved.show_figure(format.count(summary.without_backup), noun)
        self._show_concerns(found, names)
        self._show_shares(summary)
        self._show_servers(summary)

    def _show_concerns(self, found: tuple[Concern, ...], names: Names) -> None:
        self.attention.clear_body()
        if not found:
            calm = plain_label(translate("overview", "Nothing. Every database is there and within its limits."))
            self.attention.add(row(IconView("circle-check", 18, Tone.GOOD), calm, None))
        for place, concern in enumerate(found):
            if place:
                self.attention.add(rule())
            self.attention.add(
                concern_line(
                    concern, names, self._way_to(concern, names), self._context.doors.show_tenant, is_first=not place
                )
            )

    def _way_to(self, concern: Concern, names: Names) -> Click | None:
        if concern.is_operations:
            return partial(self._context.doors.show_operations)
        if concern.is_findings:
            return partial(self._context.doors.show_findings)
        if concern.is_daily:
            return partial(self._context.doors.look_daily)
        if concern.is_backups:
            return partial(self._context.doors.show_fleet_backups)
        if concern.is_schedules:
            return partial(self._context.doors.show_schedules)
        if concern.query is not None:
            return partial(self._context.doors.show_tenants, concern.query)
        if concern.orphans:
            return partial(self._list, concern, orphans_found(concern.orphans))
        if len(concern.tenants) > NAMED:
            return partial(self._list, concern, tenants_found(concern.tenants, names))
        return None

    def _list(self, concern: Concern, findings: tuple[Finding, ...]) -> None:
        about = concern.text
        if concern.orphans:
            about = translate("overview", "As last seen. The console deletes none of them by itself.")
        FindingsDialog(concern.title, about, findings, self._context.doors.show_tenant, self).open()

    def _show_shares(self, summary: FleetSummary) -> None:
        doors = self._context.doors
        self.by_state.clear_body()
        lines = []
        for name, number in summary.by_state.items():
            badge = state_badge(DatabaseState(name))
            show = partial(doors.show_tenants, TenantQuery(states=(name,)))
            lines.append((f"state.{name}", badge.text, number, badge.tone, show))
        rest = summary.tenants - sum(summary.by_state.values())
        if rest:
            show = partial(doors.show_tenants, TenantQuery(states=("none",)))
            lines.append(("state.none", state_badge(None).text, rest, Tone.NEUTRAL, show))
        self.by_state.add(shares(lines, summary.tenants))
        self.by_tier.clear_body()
        titles = {tier.name: tier.title for tier in self._context.console.platform.tiers}
        tiers = [
            (
                f"tier.{name}",
                titles.get(name, name or translate("overview", "No tier")),
                number,
                Tone.ACCENT if name in titles else Tone.WARNING,
                partial(doors.show_tenants, TenantQuery(tiers=(name,))),
            )
            for name, number in summary.by_tier.items()
        ]
        self.by_tier.add(shares(tiers, summary.tenants))

    def _show_servers(self, summary: FleetSummary) -> None:
        self.servers.clear_body()
        if not summary.servers:
            self.servers.add(plain_label(translate("overview", "Not looked at yet."), muted=True))
        for server in summary.servers:
            icon = IconView("server-off", 16, Tone.DANGER) if server.problem else IconView("server", 16, Tone.GOOD)
            counted = translate("overview", "1 database" if server.databases == 1 else "{count} databases")
            detail = server.problem or counted.format(count=format.count(server.databases))
            name = plain_label(server.name, Text.STRONG, elide=True)
            self.servers.add(row(icon, (name, 1), plain_label(detail, muted=True, wrap=bool(server.problem))))


def nightly(console: Console) -> Nightly:
    """In another thread: asks this machine's scheduler, and what the runs have written down."""
    moment = datetime.now(UTC)
    troubled = [
        one
        for one in console.schedules.list()
        if one.connection == console.connection.name and (one.has_failed or not one.is_installed or one.is_late(moment))
    ]
    run = console.fleet_backups.last(FleetWork.BACKUP)
    if run is None or not run.failed:
        return Nightly((), tuple(troubled))
    entries = {tenant: console.directory.entry(tenant) for tenant in run.failed}
    newest = {tenant: None if entry is None else entry.backup_at for tenant, entry in entries.items()}
    return Nightly(tuple(run.still_failed(newest)), tuple(troubled))
