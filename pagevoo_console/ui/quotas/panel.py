"""How much of its tier's limits one tenant uses, measured on the server."""

from __future__ import annotations

from PySide6.QtWidgets import QVBoxLayout, QWidget

from pagevoo_console.domain.errors import ConsoleError, Corrupt, NotFound, Unreachable
from pagevoo_console.domain.quota import QuotaUsage
from pagevoo_console.ui.context import Context
from pagevoo_console.ui.kit.gauge import QuotaGauge
from pagevoo_console.ui.kit.i18n import translate
from pagevoo_console.ui.kit.labels import plain_label
from pagevoo_console.ui.kit.pages import clear
from pagevoo_console.ui.kit.section import Section
from pagevoo_console.ui.kit.states import Emptiness
from pagevoo_console.ui.kit.tokens import Space, Text


class QuotaPanel(Section[tuple[QuotaUsage, ...]]):
    """The card *Quotas*: one gauge for each limit of the platform."""

    def __init__(self, context: Context, parent: QWidget | None = None) -> None:
        super().__init__(translate("quotas", "Quotas"), "gauge", context.runner, context.lane_of, parent)
        self.setObjectName("quotaPanel")
        self._quotas = context.console.quotas
        self._layout = QVBoxLayout(self.inside)
        self._layout.setContentsMargins(0, 0, 0, 0)
        self._layout.setSpacing(Space.M)

    @property
    def gauges(self) -> list[QuotaGauge]:
        return self.inside.findChildren(QuotaGauge)

    def fetch(self, tenant: str) -> tuple[QuotaUsage, ...]:
        return self._quotas.show(tenant)

    def present(self, content: tuple[QuotaUsage, ...]) -> Emptiness | None:
        if not content:
            return Emptiness(translate("quotas", "This platform sets no limits"), icon="infinity")
        gauges = self.gauges
        if [gauge.reading.title for gauge in gauges] == [usage.title or usage.quota for usage in content]:
            for gauge, usage in zip(gauges, content, strict=True):
                gauge.set_usage(usage)
            return None
        clear(self._layout)
        for usage in content:
            self._layout.addWidget(QuotaGauge(usage))
        if any(not usage.exact for usage in content):
            text = translate("quotas", "Measured from statistics; the server may lag behind.")
            self._layout.addWidget(plain_label(text, Text.CAPTION, muted=True, wrap=True))
        self._layout.addStretch(1)
        return None

    def emptiness_of(self, error: Exception) -> Emptiness | None:
        if isinstance(error, ConsoleError) and error.code == "database_required":
            text = translate("quotas", "There is no database to measure.")
            return Emptiness(translate("quotas", "Nothing used"), text, "gauge")
        if isinstance(error, NotFound | Unreachable | Corrupt):
            return Emptiness(translate("quotas", "Cannot be measured"), error.message, "unplug")
        return None
