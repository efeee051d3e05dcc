"""Which modules the window loads once its outline is on the screen, each before those that need it.

A module that were missing here would be loaded all the same, by the first that imports it, in the same turn of the
loop; a test says which. Anything the window loads later is loaded where it is used.
"""

from __future__ import annotations


def _full(*names: str) -> tuple[str, ...]:
    return tuple(f"pagevoo_console.{name}" for name in names)


PLAIN = _full(
    "domain.server",
    "domain.changes",
    "domain.errors",
    "domain.job",
    "services.jobs",
    "domain.backup",
    "domain.database",
    "domain.tenant",
    "domain.text",
    "domain.feature",
    "domain.quota",
    "services.forecasts",
    "domain.operation",
    "domain.deletion",
    "domain.sighting",
    "domain.tier",
    "domain.platform",
    "domain.audit",
)
"""Without Qt: loaded in another thread."""

FRAME = _full(
    "ui.kit.tokens",
    "ui.kit.stylesheet",
    "ui.kit.theme",
    "ui.kit.runner",
    "ui.kit.redaction",
    "ui.kit.messages",
    "ui.kit.icons",
    "ui.kit.labels",
    "ui.kit.controls",
    "ui.kit.fuzzy",
    "ui.kit.pages",
    "ui.kit.pills",
    "ui.kit.records",
    "ui.kit.format",
    "ui.kit.gauge",
    "ui.kit.row_painter",
    "ui.kit.record_view",
    "ui.kit.palette",
    "ui.kit.actions",
    "ui.kit.banners",
    "ui.kit.environment",
    "ui.kit.states",
    "ui.kit.toasts",
    "ui.top_bar",
    "ui.news",
)
"""The bars, messages and what the rooms are made of."""

ROOMS = _full(
    "ui.password_prompt",
    "ui.context",
    "ui.ways_out",
    "ui.fleet_watch",
    "ui.keyboard_help",
    "ui.kit.tenant_names",
    "ui.overview.attention",
    "ui.kit.flow",
    "ui.overview.pieces",
    "ui.kit.daily_look",
    "ui.overview.daily",
    "ui.overview.view",
    "ui.tenants.actions",
    "ui.tenants.columns",
    "ui.tenants.filters",
    "ui.tenants.source",
    "ui.tenants.browser",
    "ui.tenants.finder",
    "ui.kit.questions",
    "ui.wizards",
    "ui.kit.section",
    "ui.backups.panel",
    "ui.kit.check_steps",
    "ui.databases.status_panel",
    "ui.accounts.account_line",
    "ui.features.words",
    "ui.features.actions",
    "ui.features.card",
    "ui.features.panel",
    "ui.quotas.words",
    "ui.quotas.panel",
    "ui.quotas.frozen_banner",
    "ui.quotas.actions",
    "ui.kit.notifications",
    "ui.quotas.alert_watch",
    "ui.kit.moments",
    "ui.kit.trail",
    "ui.tenants.activity_panel",
    "ui.tenants.interrupted",
    "ui.tenants.page",
    "ui.tenants.lock_box",
    "ui.tenants.websites_panel",
    "ui.workspace",
    "ui.assembly",
)
"""The list, the overview and a tenant's page."""
