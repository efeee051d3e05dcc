"""What was done to a tenant, by whom and when: the newest entries of the trail."""

from __future__ import annotations

from PySide6.QtWidgets import QVBoxLayout, QWidget

from pagevoo_console.domain.audit import AuditEvent, Outcome
from pagevoo_console.ui.context import Context
from pagevoo_console.ui.kit import format
from pagevoo_console.ui.kit.controls import IconView
from pagevoo_console.ui.kit.i18n import translate
from pagevoo_console.ui.kit.labels import plain_label, set_tooltip
from pagevoo_console.ui.kit.moments import age_of_text, exactly
from pagevoo_console.ui.kit.pages import clear, row
from pagevoo_console.ui.kit.section import Section
from pagevoo_console.ui.kit.states import Emptiness
from pagevoo_console.ui.kit.tokens import Space
from pagevoo_console.ui.kit.trail import action_word, outcome_badge

SHOWN = 8
Trail = tuple[int, tuple[AuditEvent, ...]]


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
        return self._audit.events(tenant=tenant, limit=2 * SHOWN)

    def present(self, content: Trail) -> Emptiness | None:
        total, newest = content
        events = told(newest)[:SHOWN]
        if not events:
            text = translate("tenants", "Every change to this tenant will be written down here.")
            return Emptiness(translate("tenants", "Nothing was done yet"), text, "history")
        clear(self._layout)
        for event in events:
            self._layout.addWidget(_line(event))
        if total > len(newest):
            older = total - len(newest)
            text = translate("tenants", "and 1 older entry" if older == 1 else "and {count} older entries")
            text = text.format(count=format.count(older))
            self._layout.addWidget(plain_label(text, muted=True))
        self._layout.addStretch(1)
        return None


def told(events: tuple[AuditEvent, ...]) -> list[AuditEvent]:
    """The entries, newest first, without each intent whose outcome stands right after it in the trail."""
    later: list[AuditEvent | None] = [None, *events]
    return [
        event
        for event, after in zip(events, later, strict=False)
        if not (event.outcome is Outcome.INTENT and after is not None and _ends(after, event))
    ]


def _ends(after: AuditEvent, intent: AuditEvent) -> bool:
    return after.action == intent.action and after.outcome is not Outcome.INTENT and after.database == intent.database


def _line(event: AuditEvent) -> QWidget:
    badge = outcome_badge(event.outcome)
    what = plain_label(action_word(event.action))
    outcome = plain_label(badge.text, muted=True)
    who = plain_label(f"{event.actor} @ {event.host}", muted=True, elide=True)
    when = plain_label(age_of_text(event.at), muted=True)
    set_tooltip(when, exactly(event.at))
    line = row(IconView(badge.icon, 16, badge.tone), what, outcome, (who, 1), when, spacing=Space.S)
    line.setAccessibleName(f"{what.text()}, {outcome.text()}, {who.text()}, {when.text()}. {event.detail or ''}")
    return line
