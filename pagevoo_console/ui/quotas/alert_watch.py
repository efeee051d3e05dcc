"""Tells once of each limit that was crossed: in the window, and on the desktop for whoever looks elsewhere."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QObject

from pagevoo_console.domain.quota import QuotaAlert
from pagevoo_console.domain.tenant import TenantQuery
from pagevoo_console.ui.context import Context
from pagevoo_console.ui.kit import format
from pagevoo_console.ui.kit.i18n import translate
from pagevoo_console.ui.kit.messages import Message, MessageAction, MessageKind
from pagevoo_console.ui.kit.notifications import DesktopNotifier
from pagevoo_console.ui.kit.tenant_names import Names, named, names_of
from pagevoo_console.ui.quotas.words import alert_text, alert_title

NAMED = 3
News = tuple[tuple[QuotaAlert, ...], Names]


class AlertWatch(QObject):
    """Looks whenever the directory holds something newer; quiet where the master does not answer."""

    def __init__(self, context: Context, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._context = context
        self._notifier = DesktopNotifier(context.runner, self)

    def look(self) -> None:
        """Whether a limit was crossed since the last look, by a tick or by what the window has seen itself."""
        console = self._context.console

        def read() -> News:
            found = console.quota_news.look()
            return found, names_of(console.directory, [alert.tenant for alert in found[:NAMED]])

        self._context.runner.query(
            read, self._arrived, lambda _error: None, key="alerts", owner=self, lane=self._context.master_lane
        )

    def _arrived(self, news: News) -> None:
        alerts, names = news
        if alerts:
            message = self._message(alerts, names)
            self._context.messenger.post(message)
            self._notifier.tell(message.title, message.text)

    def _message(self, alerts: Sequence[QuotaAlert], names: Names) -> Message:
        doors, show = self._context.doors, translate("quotas", "Show")
        if len(alerts) == 1:
            (alert,) = alerts
            text = f"{self._title(alert)}: {alert_text(alert, self._unit(alert))}"
            action = MessageAction(show, lambda: doors.show_tenant(alert.tenant))
            return Message(MessageKind.WARNING, named(alert.tenant, names), text, action)
        count = format.count(len({alert.tenant for alert in alerts}))
        words = self._context.console.platform.words
        title = translate("quotas", "{count} {tenants} have crossed a limit").format(count=count, tenants=words.tenants)
        lines = [f"{named(alert.tenant, names)}: {self._title(alert)}" for alert in alerts[:NAMED]]
        if len(alerts) > NAMED:
            lines.append(translate("quotas", "and {count} more").format(count=format.count(len(alerts) - NAMED)))
        action = MessageAction(show, lambda: doors.show_tenants(TenantQuery(levels=("near", "over"))))
        return Message(MessageKind.WARNING, title, "\n".join(lines), action)

    def _title(self, alert: QuotaAlert) -> str:
        quota = next((one for one in self._context.console.platform.quotas if one.name == alert.quota), None)
        return alert_title(alert, alert.quota if quota is None else quota.title)

    def _unit(self, alert: QuotaAlert) -> str:
        return next((one.unit for one in self._context.console.platform.quotas if one.name == alert.quota), "")
