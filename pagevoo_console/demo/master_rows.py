"""The rows of the demo's master database: users, their websites, and the registry of their databases."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from datetime import datetime, timedelta

from pagevoo_console.demo.pages import page_rows
from pagevoo_console.demo.population import DAYS_OF_HISTORY, TIERS, Customer
from pagevoo_console.demo.rows import Rows, insert, stamp

TEMPLATES = (
    ("Lumen", "portfolio", "trial"),
    ("Hearth", "restaurant", "trial"),
    ("Ledger", "professional", "brochure"),
    ("Meadow", "garden", "brochure"),
    ("Kiln", "craft", "brochure"),
    ("Harbour", "hospitality", "brochure"),
    ("Bazaar", "shop", "niche"),
    ("Vitrine", "shop", "niche"),
    ("Atelier", "shop", "pro"),
    ("Gazette", "blog", "trial"),
)
_PAGES = ("Home", "About", "Contact")
_LIMITS_MB = {"trial": 50, "brochure": 500, "niche": 2000, "pro": 10_000}
_SETTINGS = {
    "platform.name": "Pagevoo", "platform.support_email": "support@example.com", "trial.days": "30",
    "registration.open": "1", "maintenance": "0",
}  # fmt: skip


def write_master(connection: sqlite3.Connection, customers: Sequence[Customer], today: datetime) -> None:
    """Write everybody down. Registry rows are numbered in the order in which the databases were created."""
    begun = stamp(today - timedelta(days=DAYS_OF_HISTORY))
    for rows in (
        _users(customers),
        *_templates(begun),
        _websites(customers),
        *page_rows(customers),
        _tier_permissions(begun),
        Rows(
            "settings", ("setting_key", "setting_value", "created_at"), [(*pair, begun) for pair in _SETTINGS.items()]
        ),
        _registry(customers),
    ):
        insert(connection, rows)


def _users(customers: Sequence[Customer]) -> Rows:
    return Rows(
        "users",
        ("id", "name", "email", "email_verified_at", "tier", "created_at", "updated_at"),
        [
            (
                who.id, who.name, who.email, stamp(who.created_at + timedelta(minutes=7)), who.tier,
                stamp(who.created_at), stamp(who.created_at),
            )
            for who in customers
        ],
    )  # fmt: skip


def _templates(begun: str) -> tuple[Rows, Rows]:
    templates = [
        (number, name, name.lower(), category, tier, begun)
        for number, (name, category, tier) in enumerate(TEMPLATES, 1)
    ]
    pages = [
        (template[0], page, page.lower(), int(page == "Home"), position, begun)
        for template in templates
        for position, page in enumerate(_PAGES)
    ]
    return (
        Rows("templates", ("id", "name", "slug", "category", "tier", "created_at"), templates),
        Rows("template_pages", ("template_id", "name", "slug", "is_homepage", "position", "created_at"), pages),
    )


def _websites(customers: Sequence[Customer]) -> Rows:
    return Rows(
        "user_websites",
        ("id", "user_id", "template_id", "name", "domain", "is_published", "published_at", "created_at", "updated_at"),
        [
            (
                site.id, who.id, site.id % len(TEMPLATES) + 1, site.name, site.domain, int(site.is_published),
                stamp(site.created_at) if site.is_published else None, stamp(site.created_at), stamp(site.created_at),
            )
            for who in customers
            for site in who.websites
        ],
    )  # fmt: skip


def _tier_permissions(begun: str) -> Rows:
    rows: list[tuple[str, str, int, int | None, str]] = []
    for rank, tier in enumerate(TIERS):
        rows.append((tier, "database.size_mb", 1, _LIMITS_MB[tier], begun))
        rows.append((tier, "website.publish", 1, None, begun))
        rows.append((tier, "domain.own", int(rank > 0), None, begun))
        rows.append((tier, "feature.shop", int(rank > 1), None, begun))
        rows.append((tier, "templates.own", int(rank > 2), None, begun))
    return Rows("tier_permissions", ("tier", "permission", "is_allowed", "limit_value", "created_at"), list(rows))


def _registry(customers: Sequence[Customer]) -> Rows:
    entries = sorted(
        ((entry, who.id) for who in customers for entry in who.registry), key=lambda pair: (pair[0].created_at, pair[1])
    )
    return Rows(
        "user_databases",
        ("id", "user_id", "website_id", "database_name", "status", "created_at", "deleted_at"),
        [
            (
                number, user, entry.website, entry.database, "deleted" if entry.deleted_at else "active",
                stamp(entry.created_at), stamp(entry.deleted_at) if entry.deleted_at else None,
            )
            for number, (entry, user) in enumerate(entries, 1)
        ],
    )  # fmt: skip
