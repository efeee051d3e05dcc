"""The columns of the tenant list, as data."""

from __future__ import annotations

from pagevoo_console.domain.database import DatabaseState
from pagevoo_console.domain.platform import Platform
from pagevoo_console.domain.sighting import TenantEntry
from pagevoo_console.ui.kit import format
from pagevoo_console.ui.kit.gauge import LEVEL_TONES
from pagevoo_console.ui.kit.i18n import translate
from pagevoo_console.ui.kit.pills import Badge, state_badge, tier_badge
from pagevoo_console.ui.kit.records import Column, Kind
from pagevoo_console.ui.kit.tokens import Tone

HEALTHY = (DatabaseState.ACTIVE, None)


def tier_of(platform: Platform, name: str) -> Badge:
    """A tier by the platform's title for it; one that the platform does not know is shown by its name, marked."""
    tier = platform.tier(name)
    if tier is None:
        return Badge(name or translate("tenants", "No tier"), Tone.WARNING, "circle-question-mark")
    return tier_badge(tier.title, tier.rank)


def columns(platform: Platform) -> tuple[Column[TenantEntry], ...]:
    """Of every tenant: who, where, what offer, in what state, how full, with what, and how safe."""
    return (
        Column(
            "tenant",
            platform.words.tenant.capitalize(),
            210,
            lambda e: e.name or e.email or e.id,
            detail=lambda e: e.email or translate("tenants", "No e-mail address"),
            sort_key="name",
            stretch=True,
        ),
        Column("state", translate("tenants", "Database"), 132, lambda _e: "", Kind.BADGE, "state", badge=_state),
        Column(
            "size",
            translate("tenants", "Size"),
            136,
            lambda e: format.size(e.used),
            Kind.BAR,
            "used",
            fraction=lambda e: e.used / e.limit if e.used is not None and e.limit else None,
            tone=lambda e: LEVEL_TONES[e.level] if e.level else Tone.NEUTRAL,
            hint=_size_hint,
            is_text_ours=True,
        ),
        Column(
            "tier",
            translate("tenants", "Tier"),
            108,
            lambda _e: "",
            Kind.BADGE,
            "tier",
            badge=lambda e: tier_of(platform, e.tier).quietly,
        ),
        Column(
            "domain", translate("tenants", "Domain"), 180, lambda e: e.domain or format.NOTHING, Kind.MUTED, "domain"
        ),
        Column(
            "backup",
            translate("tenants", "Last backup"),
            150,
            lambda e: format.age(e.backup_at),
            Kind.BADGE,
            "backup",
            badge=_backup,
        ),
        Column(
            "features",
            translate("tenants", "Features"),
            150,
            lambda e: ", ".join(e.features) or format.NOTHING,
            Kind.MUTED,
        ),
    )


SHOWN_FROM = {"tier": 590, "domain": 780, "backup": 940, "features": 1100}
"""How wide the list has to be, in pixels, for a column to be shown."""


def _state(entry: TenantEntry) -> Badge:
    badge = state_badge(entry.state)
    return badge.quietly if entry.state in HEALTHY else badge


def _backup(entry: TenantEntry) -> Badge:
    if entry.backup_at is None:
        never = Badge(translate("tenants", "Never"), Tone.WARNING, "triangle-alert", is_quiet=True)
        return never if entry.state is DatabaseState.ACTIVE else Badge(format.NOTHING, is_quiet=True)
    if entry.proved_at is not None and entry.proved_at >= entry.backup_at:
        return Badge(format.age(entry.backup_at), Tone.GOOD, "shield-check", is_quiet=True)
    return Badge(format.age(entry.backup_at), Tone.NEUTRAL, "clock", is_quiet=True)


def _size_hint(entry: TenantEntry) -> str:
    if entry.used is None:
        return translate("tenants", "Nobody has measured this database yet")
    used = translate("tenants", "{used} used, {allocated} occupied").format(
        used=format.size_exactly(entry.used), allocated=format.size(entry.allocated)
    )
    seen = translate("tenants", "seen {age}").format(age=format.age(entry.seen_at))
    return f"{used}\n{seen}"
