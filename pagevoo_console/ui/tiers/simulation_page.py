"""The second page of a change of tier: its simulation, measured on the tenant's own server, and what to say of it."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from PySide6.QtWidgets import QWidget

from pagevoo_console.domain.tier import TierPlan
from pagevoo_console.ui.kit.banners import banner
from pagevoo_console.ui.kit.breaking_text import BreakingText
from pagevoo_console.ui.kit.controls import IconView, copy_button
from pagevoo_console.ui.kit.gauge import QuotaGauge
from pagevoo_console.ui.kit.i18n import translate
from pagevoo_console.ui.kit.labels import plain_label
from pagevoo_console.ui.kit.loaded_page import LoadedPage
from pagevoo_console.ui.kit.messages import Message, MessageKind
from pagevoo_console.ui.kit.pages import Ground, clear, column, row
from pagevoo_console.ui.kit.runner import Runner
from pagevoo_console.ui.kit.states import Emptiness
from pagevoo_console.ui.kit.tokens import Space, Text, Tone

if TYPE_CHECKING:
    from pagevoo_console.services.console import Console

_PADDING = (16, 12, 16, 14)


class SimulationPage(LoadedPage[TierPlan]):
    """Shows what the tier that was chosen would change, again whenever that is another one. It has changed nothing."""

    def __init__(self, console: Console, runner: Runner, tenant: str, chosen: Callable[[], str]) -> None:
        super().__init__(
            translate("tiers", "What changes"),
            translate("tiers", "A simulation on the customer's own database. Nothing has been changed."),
            runner,
            console.connection.master.name,
        )
        self._console = console
        self._tenant = tenant
        self._chosen = chosen
        self._tier = ""

    def enter(self) -> None:
        if self.content is None or self._chosen() != self._tier:
            self._tier = self._chosen()
            self.load()

    def fetch(self) -> TierPlan:
        return self._console.tier_changes.plan(self._tenant, self._tier)

    def present(self, content: TierPlan) -> Emptiness | None:
        clear(self.parts)
        if not content.steps:
            text = translate("tiers", "The tier is this one already, and its features are as it says.")
            return Emptiness(translate("tiers", "Nothing is left to do"), text, "circle-check")
        for warning in content.warnings:
            self.parts.addWidget(banner(Message(MessageKind.WARNING, warning)))
        titles = content.titles
        if content.disables:
            self.parts.addWidget(
                _features(
                    translate("tiers", "Switched off"), [titles[name] for name in content.disables], "circle-pause",
                    Tone.WARNING, translate("tiers", "Every table and row stays as it is."),
                )
            )  # fmt: skip
        if content.enables:
            self.parts.addWidget(
                _features(
                    translate("tiers", "Switched on again"), [titles[name] for name in content.enables],
                    "circle-play", Tone.GOOD, translate("tiers", "With everything that was in there."),
                )
            )  # fmt: skip
        if content.breaks:
            title = plain_label(translate("tiers", "Over the new limits"), Text.STRONG, wrap=True)
            gauges = (QuotaGauge(usage) for usage in content.breaks)
            self.parts.addWidget(column(title, *gauges, spacing=Space.S, margins=_PADDING, ground=Ground.CARD))
        if not (content.disables or content.enables or content.breaks):
            text = translate("tiers", "No feature is switched, and no limit is exceeded.")
            line = row(IconView("circle-check", 18, Tone.GOOD), (plain_label(text, wrap=True), 1), spacing=Space.M)
            self.parts.addWidget(column(line, margins=_PADDING, ground=Ground.CARD))
        self.parts.addSpacing(Space.S)
        self.parts.addWidget(_message(content.message))
        self.parts.addStretch(1)
        return None


def _features(title: str, names: list[str], icon: str, tone: Tone, text: str) -> QWidget:
    lines = [row(IconView(icon, 16, tone), (plain_label(name, wrap=True), 1), spacing=Space.S) for name in names]
    made = column(
        plain_label(title, Text.STRONG, wrap=True), *lines, plain_label(text, Text.CAPTION, muted=True, wrap=True),
        spacing=Space.XS + Space.HAIR, margins=_PADDING, ground=Ground.CARD,
    )  # fmt: skip
    made.setAccessibleName(f"{title}: {', '.join(names)}. {text}")
    return made


def _message(message: str) -> QWidget:
    """The sentences for the customer, to be copied into a mail."""
    title = translate("tiers", "To tell the customer")
    shown = BreakingText(message)
    shown.setObjectName("customerMessage")
    shown.setAccessibleName(title)
    copy = copy_button(lambda: message, translate("tiers", "message"))
    copy.setObjectName("copyMessageButton")
    line = row((shown, 1), column(copy, None), margins=(Space.S + Space.XS, Space.S, Space.S, Space.S))
    return column(plain_label(title, Text.STRONG), column(line, ground=Ground.SUNKEN), spacing=Space.XS)
