"""One tenant's quotas in full: how they grew, where that leads, what takes the room, and the crossed limits."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from PySide6.QtWidgets import QVBoxLayout, QWidget

from pagevoo_console.domain.database import DatabaseState
from pagevoo_console.domain.errors import ConsoleError, Corrupt, NotFound, Unreachable
from pagevoo_console.domain.quota import QuotaAlert, QuotaUsage, UsageReport, UsageSample
from pagevoo_console.domain.tenant import Tenant
from pagevoo_console.ui.context import Context
from pagevoo_console.ui.kit.controls import ButtonKind, IconView, button
from pagevoo_console.ui.kit.i18n import translate
from pagevoo_console.ui.kit.labels import plain_label
from pagevoo_console.ui.kit.pages import Card, CardGrid, PageHeader, ScrollPage, clear, column, row
from pagevoo_console.ui.kit.pills import BadgeView, state_badge
from pagevoo_console.ui.kit.states import Emptiness, StateStack
from pagevoo_console.ui.kit.tokens import Space, Text, Tone
from pagevoo_console.ui.quotas.frozen_banner import FrozenBanner
from pagevoo_console.ui.quotas.growth_card import GrowthCard
from pagevoo_console.ui.quotas.usage_tables import FeatureTable, UsageTable
from pagevoo_console.ui.quotas.words import alert_text, alert_title
from pagevoo_console.ui.ways_out import ways_out

_EVERYTHING = timedelta(days=3650)


@dataclass(frozen=True, slots=True)
class Found:
    """All that is known of one tenant's quotas; `samples` by quota, oldest first."""

    tenant: Tenant
    report: UsageReport
    samples: dict[str, list[UsageSample]]
    alerts: tuple[QuotaAlert, ...]


class QuotaDetails(QWidget):
    """The page *Quotas* of one tenant. It measures when it comes up, and again when it is refreshed."""

    def __init__(self, context: Context, tenant: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("quotaDetails")
        self._context = context
        self._tenant = tenant
        self._growth: dict[str, GrowthCard] = {}
        doors = context.doors
        self.header = PageHeader(translate("quotas", "Quotas"), f"{context.console.platform.words.tenant} {tenant}")
        self.back = button(
            translate("quotas", "Back"), "arrow-left", ButtonKind.QUIET, on_click=lambda: doors.show_tenant(tenant)
        )
        self.freeze = button(translate("quotas", "Freeze…"), "snowflake", on_click=lambda: doors.freeze(tenant))
        self.compact = button(translate("quotas", "Compact…"), "archive", on_click=lambda: doors.release(tenant, True))
        self.release = button(
            translate("quotas", "Release and compact…"), "archive", on_click=lambda: doors.release(tenant, True)
        )
        names = ("Back", "Freeze", "Compact", "Release")
        for name, made in zip(names, (self.back, self.freeze, self.compact, self.release), strict=True):
            made.setObjectName(f"quota{name}Button")
            self.header.add_action(made)
        self._show_gestures(None)
        self.frozen = FrozenBanner(context)
        self.features, self.tables = FeatureTable(), UsageTable()
        self._means = plain_label("", Text.CAPTION, muted=True, wrap=True)
        self.alerts = Card(translate("quotas", "Crossed limits"), "bell")
        self._charts = QVBoxLayout()
        self._charts.setSpacing(Space.M)
        self._fill()

    def refresh(self) -> None:
        """Measure and read everything again; what is there stays in sight."""
        context, tenant = self._context, self._tenant
        context.runner.query(lambda: context.lane_of(tenant), self._ask, self._failed, key="quotas", owner=self)

    def _ask(self, lane: str) -> None:
        self._context.runner.query(self._read, self._arrived, self._failed, key="quotas", owner=self, lane=lane)

    def _fill(self) -> None:
        page, grid = ScrollPage(translate("quotas", "Quotas")), CardGrid(380, most=2)
        self.states = StateStack(page)
        head = column(self.header, self.frozen, margins=(Space.L, Space.M + Space.XS, Space.L, 0))
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addWidget(head)
        layout.addWidget(self.states, 1)
        page.parts.addLayout(self._charts)
        page.parts.addWidget(grid)
        page.parts.addStretch(1)
        features = Card(translate("quotas", "By feature"), "puzzle")
        features.add(self.features, self._means)
        tables = Card(translate("quotas", "By table"), "table-2")
        tables.add(self.tables)
        grid.add(features)
        grid.add(self.alerts)
        grid.add(tables, wide=True)
        self.states.show_loading(translate("quotas", "Measuring…"))

    def _read(self) -> Found:
        """In another thread."""
        console, tenant = self._context.console, self._tenant
        report = console.quotas.report(tenant)
        series = console.quotas.history(tenant, datetime.now(UTC) - _EVERYTHING)
        alerts = tuple(alert for alert in console.quota_news.open() if alert.tenant == tenant)
        return Found(
            console.tenants.show(tenant), report, {quota: found for (_, quota), found in series.items()}, alerts
        )

    def _arrived(self, found: Found) -> None:
        tenant, database = found.tenant, found.tenant.database
        self.header.set_title(translate("quotas", "Quotas"), f"{tenant.name} · {found.report.database}")
        is_frozen = database is not None and database.state is DatabaseState.SUSPENDED
        self.header.set_badges(*((BadgeView(state_badge(DatabaseState.SUSPENDED)),) if is_frozen else ()))
        self.frozen.show_tenant(tenant)
        self._show_gestures(is_frozen)
        self._show_growth(found)
        self.features.show_usages(found.report.features)
        self.tables.show_usages(found.report.tables)
        self._means.setText(translate("quotas", "Used: {means}").format(means=found.report.means))
        self._show_alerts(found)
        self.states.show_content()

    def _show_gestures(self, is_frozen: bool | None) -> None:
        """What can be done to it; None where nothing is known of it."""
        self.freeze.setVisible(is_frozen is False)
        self.compact.setVisible(is_frozen is False)
        self.release.setVisible(bool(is_frozen))

    def _show_growth(self, found: Found) -> None:
        if list(self._growth) != [usage.quota for usage in found.report.usages]:
            clear(self._charts)
            self._growth = {usage.quota: GrowthCard(usage) for usage in found.report.usages}
            for card in self._growth.values():
                self._charts.addWidget(card)
        for usage in found.report.usages:
            self._growth[usage.quota].show_growth(usage, found.samples.get(usage.quota, []))

    def _show_alerts(self, found: Found) -> None:
        self.alerts.clear_body()
        usages: dict[str, QuotaUsage] = {usage.quota: usage for usage in found.report.usages}
        for alert in found.alerts:
            usage = usages.get(alert.quota)
            title = alert_title(alert, usage.title if usage is not None and usage.title else alert.quota)
            text = alert_text(alert, "" if usage is None else usage.unit)
            tone = Tone.DANGER if alert.threshold >= 100 else Tone.WARNING
            icon = column(IconView("bell", 16, tone), None, margins=(0, Space.HAIR, 0, 0))
            words = column(
                plain_label(title, Text.STRONG, wrap=True), plain_label(text, muted=True, wrap=True), spacing=0
            )
            line = row(icon, (words, 1), spacing=Space.M)
            line.setAccessibleName(f"{title}. {text}")
            self.alerts.add(line)
        if not found.alerts:
            calm = translate("quotas", "None is crossed.")
            self.alerts.add(row(IconView("circle-check", 18, Tone.GOOD), (plain_label(calm, wrap=True), 1)))
        text = translate(
            "quotas", "80, 90 and 100 % are told once each, and again only after it was two percent below."
        )
        self.alerts.add(plain_label(text, Text.CAPTION, muted=True, wrap=True))

    def _failed(self, error: Exception) -> None:
        self._show_gestures(None)
        self.frozen.clear()
        if isinstance(error, ConsoleError) and error.code == "database_required":
            text = translate("quotas", "There is no database to measure.")
            emptiness = Emptiness(translate("quotas", "Nothing used"), text, "gauge")
            self.states.show_empty(emptiness, ways_out(self._context, error, self._tenant))
        elif isinstance(error, NotFound | Unreachable | Corrupt):
            title = translate("quotas", "Cannot be measured")
            again = translate("quotas", "Measure again")
            self.states.show_empty(Emptiness(title, error.message, "unplug", again, self.refresh))
        else:
            self.states.show_error(error, self.refresh, ways_out(self._context, error, self._tenant))
