"""How much of its tier's limits one tenant uses, measured on the server, and when they will be reached."""

from __future__ import annotations

from datetime import UTC, datetime

from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QVBoxLayout, QWidget

from pagevoo_console.domain.errors import ConsoleError, Corrupt, NotFound, Unreachable
from pagevoo_console.domain.quota import QuotaUsage
from pagevoo_console.services.forecasts import LONG
from pagevoo_console.ui.context import Context
from pagevoo_console.ui.kit.controls import ButtonKind, button
from pagevoo_console.ui.kit.gauge import QuotaGauge
from pagevoo_console.ui.kit.i18n import translate
from pagevoo_console.ui.kit.labels import plain_label
from pagevoo_console.ui.kit.pages import clear
from pagevoo_console.ui.kit.section import Section
from pagevoo_console.ui.kit.states import Emptiness
from pagevoo_console.ui.kit.tokens import Space, Text
from pagevoo_console.ui.quotas.words import measured, outlook

AGES_MS = 30_000

Measured = tuple[tuple[QuotaUsage, int], ...]
"""Each quota with how many samples there are of the last 90 days."""


class UsageLine(QWidget):
    """One quota: its gauge, and below it when it is full, how old the figure is and how sure."""

    def __init__(self, usage: QuotaUsage, samples: int, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.gauge = QuotaGauge(usage)
        self.outlook = plain_label("", wrap=True)
        self.outlook.setObjectName("quotaOutlook")
        self.age = plain_label("", Text.CAPTION, muted=True, wrap=True)
        self.age.setObjectName("quotaAge")
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(Space.XS)
        for part in (self.gauge, self.outlook, self.age):
            layout.addWidget(part)
        self.show_usage(usage, samples)

    def show_usage(self, usage: QuotaUsage, samples: int) -> None:
        self._usage = usage
        self.gauge.set_usage(usage)
        self.outlook.setText(outlook(usage, samples))
        self.outlook.setVisible(bool(self.outlook.text()))
        self.show_age()

    def show_age(self) -> None:
        """Say again how old the figure is, since time goes by."""
        self.age.setText(measured(self._usage))
        self.age.setVisible(bool(self.age.text()))


class QuotaPanel(Section[Measured]):
    """The card *Quotas*: one gauge for each limit of the platform, and the way to what takes the room."""

    def __init__(self, context: Context, parent: QWidget | None = None) -> None:
        super().__init__(translate("quotas", "Quotas"), "gauge", context.runner, context.lane_of, parent)
        self.setObjectName("quotaPanel")
        self._quotas = context.console.quotas
        self._lines: list[UsageLine] = []
        self._layout = QVBoxLayout(self.inside)
        self._layout.setContentsMargins(0, 0, 0, 0)
        self._layout.setSpacing(Space.M)
        self.details_button = button(
            translate("quotas", "Details"), kind=ButtonKind.QUIET,
            on_click=lambda: context.doors.show_quotas(self.tenant),
            hint=translate("quotas", "How it grew, and which features and tables take the room"),
        )  # fmt: skip
        self.details_button.setObjectName("quotaDetailsButton")
        self.add_to_head(self.details_button)
        self._clock = QTimer(self)
        self._clock.setInterval(AGES_MS)
        self._clock.timeout.connect(self._show_ages)
        self._clock.start()

    @property
    def gauges(self) -> list[QuotaGauge]:
        return [line.gauge for line in self._lines]

    def fetch(self, tenant: str) -> Measured:
        shown = self._quotas.show(tenant)
        series = self._quotas.history(tenant, datetime.now(UTC) - LONG)
        return tuple((usage, len(series.get((tenant, usage.quota), ()))) for usage in shown)

    def present(self, content: Measured) -> Emptiness | None:
        self.details_button.setVisible(bool(content))
        if not content:
            return Emptiness(translate("quotas", "This platform sets no limits"), icon="infinity")
        titles = [usage.title or usage.quota for usage, _ in content]
        if [gauge.reading.title for gauge in self.gauges] == titles:
            for line, (usage, samples) in zip(self._lines, content, strict=True):
                line.show_usage(usage, samples)
            return None
        clear(self._layout)
        self._lines = [UsageLine(usage, samples) for usage, samples in content]
        for line in self._lines:
            self._layout.addWidget(line)
        self._layout.addStretch(1)
        return None

    def emptiness_of(self, error: Exception) -> Emptiness | None:
        self.details_button.hide()
        if isinstance(error, ConsoleError) and error.code == "database_required":
            text = translate("quotas", "There is no database to measure.")
            return Emptiness(translate("quotas", "Nothing used"), text, "gauge")
        if isinstance(error, NotFound | Unreachable | Corrupt):
            return Emptiness(translate("quotas", "Cannot be measured"), error.message, "unplug")
        return None

    def _show_ages(self) -> None:
        for line in self._lines:
            line.show_age()
