"""How one quota grew: its gauge, when it is full, and the chart over a stretch of time that can be chosen."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from functools import partial

from PySide6.QtWidgets import QButtonGroup, QWidget

from pagevoo_console.domain.quota import QuotaUsage, UsageSample
from pagevoo_console.services.forecasts import LONG
from pagevoo_console.ui.kit import format
from pagevoo_console.ui.kit.chart_scale import Growth
from pagevoo_console.ui.kit.controls import ButtonKind, button
from pagevoo_console.ui.kit.growth_chart import GrowthChart
from pagevoo_console.ui.kit.i18n import translate
from pagevoo_console.ui.kit.labels import plain_label
from pagevoo_console.ui.kit.pages import Card, column, row
from pagevoo_console.ui.kit.states import Emptiness, StateStack
from pagevoo_console.ui.kit.tokens import Space, Text
from pagevoo_console.ui.quotas.panel import UsageLine
from pagevoo_console.ui.quotas.words import outlook

USUAL = 90
STRETCHES = ((30, "30 days"), (USUAL, "90 days"), (365, "1 year"), (3650, "All"))


class GrowthCard(Card):
    """One quota. `show_growth` hands it everything there is; which stretch of it is seen is chosen here."""

    def __init__(self, usage: QuotaUsage, parent: QWidget | None = None) -> None:
        super().__init__(translate("quotas", "Growth"), "activity", parent=parent)
        self._usage = usage
        self._samples: list[UsageSample] = []
        self._days = USUAL
        self.line = UsageLine(usage, 0)
        self.chart = GrowthChart(translate("quotas", "Growth of {quota}").format(quota=usage.title or usage.quota))
        self._hint = plain_label(
            translate("quotas", "Point at the chart, or go through it with the arrow keys, to read a day."),
            Text.CAPTION, muted=True, wrap=True,
        )  # fmt: skip
        self._group = QButtonGroup(self)
        self._chips: dict[int, QWidget] = {}
        for days, word in STRETCHES:
            chip = button(translate("quotas", word), kind=ButtonKind.CHIP, on_click=partial(self._choose, days))
            chip.setObjectName(f"stretch.{days}")
            chip.setChecked(days == USUAL)
            self._group.addButton(chip)
            self._chips[days] = chip
        self.states = StateStack(column(self.chart, self._hint, spacing=Space.S))
        self.add(self.line)
        self.body.addSpacing(Space.S)
        self.add(row(*self._chips.values(), None, spacing=Space.XS), self.states)

    def show_growth(self, usage: QuotaUsage, samples: list[UsageSample]) -> None:
        self._usage, self._samples = usage, samples
        self.line.show_usage(usage, len(self._since(LONG)))
        self._show()

    def _choose(self, days: int) -> None:
        self._days = days
        self._show()

    def _since(self, stretch: timedelta) -> list[UsageSample]:
        begin = datetime.now(UTC) - stretch
        return [sample for sample in self._samples if sample.sampled_at >= begin]

    def _show(self) -> None:
        shown = self._since(timedelta(days=self._days))
        for days, chip in self._chips.items():
            has_more = days == self._days or len(self._since(timedelta(days=days))) != len(shown)
            chip.setEnabled(bool(self._samples) and (has_more or days == USUAL))
        if not shown:
            title = translate("quotas", "No samples yet")
            text = translate("quotas", "The daily look writes one a day: `pagevoo-console fleet tick`, for a timer.")
            self.states.show_empty(Emptiness(title, text, "activity"))
            return
        usage = self._usage
        growth = Growth(tuple(shown), usage.limit, usage.forecast, datetime.now(UTC), usage.unit)
        self.chart.show_growth(growth, self._summary(shown))
        self.states.show_content()

    def _summary(self, samples: list[UsageSample]) -> str:
        """The chart in a sentence."""
        unit = "bytes" if self._usage.unit == "bytes" else ""
        first, last = samples[0], samples[-1]
        text = translate("quotas", "From {begin} to {end}: from {first} to {last}.").format(
            begin=format.day(first.sampled_at, with_year=True), end=format.day(last.sampled_at, with_year=True),
            first=format.amount(first.used, unit), last=format.amount(last.used, unit),
        )  # fmt: skip
        if self._usage.limit is not None:
            limit = format.amount(self._usage.limit, unit)
            text += " " + translate("quotas", "The limit is {limit}.").format(limit=limit)
        return f"{text} {outlook(self._usage, len(self._since(LONG)))}".strip()
