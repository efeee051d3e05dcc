"""One entry of the trail: who did what to whom, and what was before and after."""

from __future__ import annotations

import json

from PySide6.QtWidgets import QPlainTextEdit, QWidget

from pagevoo_console.domain.audit import AuditEvent
from pagevoo_console.domain.text import visible
from pagevoo_console.ui.kit import format, theme
from pagevoo_console.ui.kit.controls import copy_button
from pagevoo_console.ui.kit.i18n import translate
from pagevoo_console.ui.kit.moments import read_moment
from pagevoo_console.ui.kit.pages import CardGrid, KeyValues, PageHeader, ScrollPage, clear, column, row, section_title
from pagevoo_console.ui.kit.pills import BadgeView
from pagevoo_console.ui.kit.redaction import redacted
from pagevoo_console.ui.kit.tokens import Space
from pagevoo_console.ui.kit.trail import action_word, outcome_badge

LONGEST_STATE = 20_000
LINES_SHOWN = 12


class EventPage(ScrollPage):
    """Shows one entry; what it holds can be copied."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(translate("audit", "Entry"), parent)
        self.header = PageHeader("")
        self._body = column(spacing=Space.M)
        self.parts.addWidget(self.header)
        self.parts.addWidget(self._body)
        self.parts.addStretch(1)
        self._shown: AuditEvent | None = None

    @property
    def shown(self) -> AuditEvent | None:
        return self._shown

    def show_event(self, event: AuditEvent, whom: str = "") -> None:
        """Show it; `whom` is its tenant by name, where one is concerned."""
        if event == self._shown:
            return
        self._shown = event
        where = " · ".join(part for part in (whom or event.tenant, event.database) if part)
        self.header.set_title(action_word(event.action), where)
        self.header.set_badges(BadgeView(outcome_badge(event.outcome)))
        layout = self._body.layout()
        assert layout is not None
        clear(layout)
        layout.addWidget(_facts(event))
        if event.detail:
            layout.addWidget(_text_box(translate("audit", "Details"), redacted(event.detail), "auditDetail"))
        if event.before or event.after:
            states = CardGrid(narrowest=260)
            states.add(_text_box(translate("audit", "Before"), pretty(event.before), "auditBefore"))
            states.add(_text_box(translate("audit", "After"), pretty(event.after), "auditAfter"))
            layout.addWidget(states)
        self.verticalScrollBar().setValue(0)


def pretty(state: str | None) -> str:
    """A state as it was written down, one key a line; a dash where nothing was."""
    if not state:
        return format.NOTHING
    try:
        text = json.dumps(json.loads(state), indent=2, ensure_ascii=False)
    except ValueError:
        text = state
    cut = text if len(text) <= LONGEST_STATE else text[:LONGEST_STATE] + "…"
    return redacted(cut)


def _facts(event: AuditEvent) -> KeyValues:
    facts = KeyValues()
    facts.add(translate("audit", "Entry"), format.count(event.seq))
    facts.add(translate("audit", "When"), f"{format.moment(read_moment(event.at))} ({event.at})")
    facts.add(translate("audit", "Who"), f"{event.actor} @ {event.host}")
    facts.add(translate("audit", "Action"), event.action)
    if event.operation:
        facts.add(translate("audit", "Operation"), event.operation)
    facts.add(translate("audit", "Console"), event.version)
    digest = translate("audit", "Hash")
    facts.add(digest, event.hash[:24] + "…", copy_button(lambda: event.hash, digest))
    return facts


def _text_box(title: str, text: str, name: str) -> QWidget:
    shown = visible(text, keep_newlines=True)
    made = QPlainTextEdit(shown)
    made.setObjectName(name)
    made.setReadOnly(True)
    made.setProperty("ground", "log")
    made.setFont(theme.mono_font())
    made.setAccessibleName(title)
    lines = min(LINES_SHOWN, max(2, shown.count("\n") + 1))
    made.setFixedHeight(lines * made.fontMetrics().lineSpacing() + 2 * Space.M)
    return column(row(section_title(title), None, copy_button(lambda: text, title)), made, spacing=Space.XS)
