"""The first page of a deletion: everything that will be gone, measured on the server a moment ago."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from PySide6.QtWidgets import QWidget

from pagevoo_console.domain.deletion import DeletionPlan, DeletionRequest
from pagevoo_console.ui.kit import format
from pagevoo_console.ui.kit.banners import banner
from pagevoo_console.ui.kit.deletion_words import figures, is_missing, offline, who_and_where
from pagevoo_console.ui.kit.i18n import translate
from pagevoo_console.ui.kit.labels import plain_label
from pagevoo_console.ui.kit.loaded_page import LoadedPage
from pagevoo_console.ui.kit.messages import Message, MessageKind
from pagevoo_console.ui.kit.pages import KeyValues, row
from pagevoo_console.ui.kit.pills import Badge, BadgeView
from pagevoo_console.ui.kit.runner import Runner
from pagevoo_console.ui.kit.tokens import Space, Tone

if TYPE_CHECKING:
    from pagevoo_console.domain.backup import Backup
    from pagevoo_console.domain.tenant import Website
    from pagevoo_console.services.console import Console


@dataclass(frozen=True, slots=True)
class Measured:
    """A deletion's plan with what it says by id alone: the websites that go offline, and the newest backup."""

    plan: DeletionPlan
    websites: tuple[Website, ...]
    backup: Backup | None

    @property
    def is_missing(self) -> bool:
        """Whether there is a registry row and no database any more."""
        return is_missing(self.plan)


def measure(console: Console, request: DeletionRequest) -> Measured:
    """Make the plan and look up what it names. Blocks."""
    plan = console.deletions.plan(request)
    websites = tuple(site for site in console.tenants.websites(request.tenant) if site.id in plan.websites_unpublished)
    return Measured(plan, websites, next(iter(console.backups.list(request.tenant)), None))


class MeasuredPage(LoadedPage[Measured]):
    """Shows the measure of what will be lost, and does not let go on before it is known."""

    def __init__(self, console: Console, runner: Runner, tenant: str) -> None:
        super().__init__(
            translate("delete", "What will be gone"),
            translate("delete", "Measured on the server just now. Nothing has been changed."),
            runner,
            console.connection.master.name,
        )
        self._console = console
        self._tenant = tenant

    def fetch(self) -> Measured:
        return measure(self._console, DeletionRequest(self._tenant))

    def present(self, content: Measured) -> None:
        plan = content.plan
        self.parts.addWidget(figures(plan))
        facts = KeyValues()
        for key, value in who_and_where(self._console, plan):
            facts.add(key, value)
        facts.add(translate("delete", "Goes offline"), offline(content.websites))
        for key, value in waiting(plan):
            facts.add(key, value)
        facts.add(translate("delete", "Last backup"), last_backup(content.backup))
        self.parts.addSpacing(Space.XS)
        self.parts.addWidget(facts)
        for warning in plan.warnings:
            self.parts.addWidget(banner(Message(MessageKind.WARNING, warning)))
        self.parts.addStretch(1)


def waiting(plan: DeletionPlan) -> tuple[tuple[str, str], ...]:
    """When it was last written to, and who waits for something in it; features it has not are left out."""
    radius = plan.radius
    written = translate("delete", "Never, as far as its rows tell")
    if radius.last_write is not None:
        written = f"{format.moment(radius.last_write)} ({format.age(radius.last_write)})"
    facts = [(translate("delete", "Last written to"), written)]
    if radius.open_orders is not None:
        facts.append((translate("delete", "Open orders"), format.count(radius.open_orders)))
    if radius.open_bookings is not None:
        facts.append((translate("delete", "Coming bookings"), format.count(radius.open_bookings)))
    return tuple(facts)


def last_backup(backup: Backup | None) -> QWidget:
    """When it was last backed up, and whether that backup was ever restored and compared."""
    if backup is None:
        return row(BadgeView(Badge(translate("delete", "Never backed up"), Tone.WARNING, "triangle-alert")), None)
    when = f"{format.moment(backup.created_at)} ({format.age(backup.created_at)})"
    if backup.verified_at is not None:
        badge = Badge(translate("delete", "Proved"), Tone.GOOD, "shield-check")
    else:
        badge = Badge(translate("delete", "Not proved"), Tone.WARNING, "shield-alert")
    return row(plain_label(when), BadgeView(badge), None)
