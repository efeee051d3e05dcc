"""What was done to a tenant, by whom and when: the newest entries of the trail."""

from __future__ import annotations

from PySide6.QtWidgets import QVBoxLayout, QWidget

from pagevoo_console.domain.audit import AuditEvent, Outcome
from pagevoo_console.ui.context import Context
from pagevoo_console.ui.kit.controls import IconView
from pagevoo_console.ui.kit.i18n import translate
from pagevoo_console.ui.kit.labels import plain_label
from pagevoo_console.ui.kit.pages import clear, row
from pagevoo_console.ui.kit.section import Section
from pagevoo_console.ui.kit.states import Emptiness
from pagevoo_console.ui.kit.tokens import Space, Tone
from pagevoo_console.ui.tenants.moments import age_of_text, exactly

SHOWN = 8
_LOOKS: dict[Outcome, tuple[str, Tone, str]] = {
    Outcome.INTENT: ("hourglass", Tone.NEUTRAL, "begun"),
    Outcome.DONE: ("circle-check", Tone.GOOD, "done"),
    Outcome.FAILED: ("circle-x", Tone.DANGER, "failed"),
    Outcome.REFUSED: ("ban", Tone.WARNING, "refused"),
    Outcome.CANCELLED: ("circle-stop", Tone.NEUTRAL, "cancelled"),
    Outcome.UNKNOWN: ("circle-question-mark", Tone.WARNING, "outcome unknown"),
}
_ACTIONS = {
    "database.create": "Create database",
    "database.delete": "Delete database",
    "database.check": "Test connection",
    "feature.install": "Install features",
    "backup.create": "Back up",
    "backup.verify": "Verify backup",
    "backup.restore": "Restore backup",
    "tenant.export": "Export",
    "sql.read": "Look at rows",
}
Trail = tuple[int, tuple[AuditEvent, ...]]


def action_word(action: str) -> str:
    """The action in words; one that we have no words for, such as an older console's, as it was written."""
    return translate("tenants", _ACTIONS[action]) if action in _ACTIONS else action


class ActivityPanel(Section[Trail]):
    """The card *Activity* of one tenant."""

    def __init__(self, context: Context, parent: QWidget | None = None) -> None:
        title = translate("tenants", "Activity")
        super().__init__(title, "history", context.runner, context.master_lane, parent)
        self.setObjectName("tenantActivity")
        self._audit = context.console.audit
        self._layout = QVBoxLayout(self.inside)
        self._layout.setContentsMargins(0, 0, 0, 0)
        self._layout.setSpacing(Space.XS + Space.HAIR)

    def fetch(self, tenant: str) -> Trail:
        return self._audit.events(tenant=tenant, limit=SHOWN)

    def present(self, content: Trail) -> Emptiness | None:
        total, events = content
        if not events:
            text = translate("tenants", "Every change to this tenant will be written down here.")
            return Emptiness(translate("tenants", "Nothing was done yet"), text, "history")
        clear(self._layout)
        for event in events:
            self._layout.addWidget(_line(event))
        if total > len(events):
            text = translate("tenants", "and {count} older entries in the audit trail").format(
                count=total - len(events)
            )
            self._layout.addWidget(plain_label(text, muted=True))
        self._layout.addStretch(1)
        return None


def _line(event: AuditEvent) -> QWidget:
    icon, tone, word = _LOOKS[event.outcome]
    what = plain_label(action_word(event.action))
    outcome = plain_label(translate("tenants", word), muted=True)
    who = plain_label(f"{event.actor} @ {event.host}", muted=True, elide=True)
    when = plain_label(age_of_text(event.at), muted=True)
    when.setToolTip(exactly(event.at))
    line = row(IconView(icon, 16, tone), what, outcome, (who, 1), when, spacing=Space.S)
    line.setAccessibleName(f"{what.text()}, {outcome.text()}, {who.text()}, {when.text()}. {event.detail or ''}")
    return line
