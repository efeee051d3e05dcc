"""A backup as a card to choose: when, how much, where, and whether it was proved."""

from __future__ import annotations

from pagevoo_console.domain.backup import Backup
from pagevoo_console.ui.kit import format
from pagevoo_console.ui.kit.choices import ChoiceCard
from pagevoo_console.ui.kit.i18n import translate
from pagevoo_console.ui.kit.pills import Badge, BadgeView
from pagevoo_console.ui.kit.tokens import Tone


def backup_card(backup: Backup, live_generation: str | None) -> ChoiceCard:
    """A backup with when, how much, where, and whether it was proved."""
    holds = f"{format.tables(len(backup.tables))}, {format.rows(sum(backup.tables.values()))}"
    text = f"{format.size(backup.size_bytes)} · {holds} · {backup.path.name}"
    card = ChoiceCard(f"{format.moment(backup.created_at)}  ({format.age(backup.created_at)})", text)
    card.control.setObjectName(f"backup-{backup.id}")
    if backup.encrypted:
        card.add_badge(BadgeView(Badge(translate("restore", "Encrypted"), Tone.NEUTRAL, "lock")))
    if live_generation is not None and backup.generation != live_generation:
        card.add_badge(BadgeView(Badge(translate("restore", "Earlier database"), Tone.NEUTRAL, "history")))
    card.add_badge(BadgeView(proved_badge(backup)))
    return card


def proved_badge(backup: Backup) -> Badge:
    """Whether it was ever restored and compared."""
    if backup.verified_at is not None:
        return Badge(translate("restore", "Proved"), Tone.GOOD, "shield-check")
    return Badge(translate("restore", "Not proved"), Tone.WARNING, "shield-alert")
