"""One contradiction: what was seen, what it risks, and its repair step by step."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QWidget

from pagevoo_console.domain.finding import Finding, RepairAction
from pagevoo_console.domain.operation import Step
from pagevoo_console.ui.fleet.finding_words import kind_icon, kind_word, repair_badge, risk_badge, what_it_means
from pagevoo_console.ui.kit import theme
from pagevoo_console.ui.kit.breaking_text import BreakingText
from pagevoo_console.ui.kit.controls import ButtonKind, button, copy_button
from pagevoo_console.ui.kit.i18n import translate
from pagevoo_console.ui.kit.labels import plain_label
from pagevoo_console.ui.kit.pages import (
    Card,
    CardGrid,
    Ground,
    KeyValues,
    PageHeader,
    ScrollPage,
    clear,
    column,
    row,
    section_title,
)
from pagevoo_console.ui.kit.pills import BadgeView
from pagevoo_console.ui.kit.task_wizard import plan_steps
from pagevoo_console.ui.kit.tokens import Space, Text
from pagevoo_console.ui.kit.wizard_pages import StepList

NARROWEST, LONGEST_NAME = 300, 36


class FindingPage(ScrollPage):
    """Shows one finding.

    Signals: repair_wanted(Finding); tenant_wanted(str), its id.
    """

    repair_wanted = Signal(object)
    tenant_wanted = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(translate("fleet", "Contradiction"), parent)
        self.setObjectName("findingPage")
        self._shown: Finding | None = None
        self._filled: tuple[Finding, str, bool] | None = None
        self.header = PageHeader("")
        self.repair_button = button(
            translate("fleet", "Repair…"), "wrench", ButtonKind.PRIMARY, on_click=self._want_repair
        )
        self.repair_button.setObjectName("repairButton")
        self.header.add_action(self.repair_button)
        self._body = column(spacing=Space.M)
        self.parts.addWidget(self.header)
        self.parts.addWidget(self._body)
        self.parts.addStretch(1)

    @property
    def shown(self) -> Finding | None:
        return self._shown

    def show_finding(self, finding: Finding, whom: str, *, is_under_way: bool, is_known_tenant: bool) -> None:
        """Show it; `whom` is its tenant by name. A repair that is under way is not begun again."""
        self._shown = finding
        is_by_hand = finding.repair.action is RepairAction.BY_HAND
        self.repair_button.setVisible(not is_by_hand)
        self.repair_button.setEnabled(not is_under_way)
        words = translate("fleet", "Repairing…") if is_under_way else translate("fleet", "Repair…")
        self.repair_button.setText(words)
        self.repair_button.setAccessibleName(words)
        self.header.set_title(kind_word(finding.kind), " · ".join(part for part in (whom, finding.database) if part))
        self.header.set_badges(BadgeView(risk_badge(finding)))
        if (finding, whom, is_known_tenant) == self._filled:
            return
        self._filled = (finding, whom, is_known_tenant)
        layout = self._body.layout()
        assert layout is not None
        clear(layout)
        grid = CardGrid(NARROWEST, most=2)
        grid.add(_seen(finding, row(self._tenant_link(whom), None) if is_known_tenant else whom))
        grid.add(_mended(finding))
        layout.addWidget(grid)
        self.verticalScrollBar().setValue(0)

    def _want_repair(self) -> None:
        if self._shown is not None:
            self.repair_wanted.emit(self._shown)

    def _tenant_link(self, whom: str) -> QWidget:
        shown = whom if len(whom) <= LONGEST_NAME else whom[: LONGEST_NAME - 1] + "…"
        made = button(shown, kind=ButtonKind.LINK, on_click=self._show_tenant)
        made.setObjectName("showTenantButton")
        made.setAccessibleName(translate("fleet", "Show {tenant}").format(tenant=whom))
        return made

    def _show_tenant(self) -> None:
        if self._shown is not None and self._shown.tenant is not None:
            self.tenant_wanted.emit(self._shown.tenant)


def _seen(finding: Finding, whom: str | QWidget) -> Card:
    """`whom` is the tenant by name, or the way to its page."""
    made = Card(translate("fleet", "What was seen"), kind_icon(finding.kind))
    evidence = plain_label(finding.evidence, wrap=True, selectable=True)
    evidence.setObjectName("findingEvidence")
    risk = plain_label(finding.risk, wrap=True, selectable=True)
    risk.setObjectName("findingRisk")
    facts = KeyValues()
    if whom:
        facts.add(translate("fleet", "Tenant"), whom)
    if finding.database:
        title, name = translate("fleet", "Database"), finding.database
        facts.add(title, name, copy_button(lambda: name, title))
    if finding.server:
        facts.add(translate("fleet", "Server"), finding.server)
    title = translate("fleet", "Finding")
    facts.add(title, finding.id, copy_button(lambda: finding.id, title))
    made.add(
        evidence,
        column(section_title(translate("fleet", "What it risks")), risk, spacing=Space.XS, margins=(0, Space.S, 0, 0)),
        column(facts, margins=(0, Space.S, 0, 0)),
    )
    return made


def _mended(finding: Finding) -> Card:
    repair = finding.repair
    made = Card(translate("fleet", "What is proposed"), "wrench")
    made.add_to_head(BadgeView(repair_badge(repair)))
    made.add(plain_label(repair.title, Text.STRONG, wrap=True))
    made.add(plain_label(what_it_means(repair), muted=True, wrap=True))
    if repair.action is RepairAction.BY_HAND:
        made.add(*(_statement(step) for step in repair.steps))
    else:
        made.add(column(StepList(plan_steps(repair.steps)), margins=(0, Space.S, 0, 0)))
    return made


def _statement(step: Step) -> QWidget:
    """What somebody else has to run, to be copied."""
    text = BreakingText(step.title)
    text.setObjectName("statementText")
    text.setFont(theme.mono_font())
    text.setAccessibleName(translate("fleet", "Statement"))
    copy = copy_button(lambda: step.title, translate("fleet", "statement"))
    line = row((text, 1), column(copy, None), margins=(Space.S + Space.XS, Space.S, Space.S, Space.S))
    return column(line, ground=Ground.SUNKEN)
