"""The rows that say which features a tenant has: `installed_features`, and why one is off in `feature_settings`.

Written by the platform too. Sessions are handed in; writers begin a transaction of their own.
"""

from __future__ import annotations

import json
from typing import Any

import sqlalchemy as sa

from pagevoo_console.domain.errors import NotFound
from pagevoo_console.domain.feature import DisabledBy
from pagevoo_console.services.engines.base import DatabaseEngine
from pagevoo_console.services.values import naive_utc, now

DISABLED_BY = "console_disabled_by"

INSTALLED = sa.table(
    "installed_features",
    sa.column("feature_type"),
    sa.column("configuration"),
    sa.column("is_active", sa.Boolean),
    sa.column("installed_at", sa.DateTime),
)
SETTINGS = sa.table(
    "feature_settings",
    sa.column("feature_type"),
    sa.column("setting_key"),
    sa.column("setting_value"),
)


def active_features(session: sa.Connection) -> dict[str, bool]:
    """Which features have a row, and whether they are on."""
    query = sa.select(INSTALLED.c.feature_type, INSTALLED.c.is_active)
    return {str(row.feature_type): bool(row.is_active) for row in session.execute(query)}


def reasons(session: sa.Connection) -> dict[str, str]:
    """Who switched each feature off, as far as it was written down."""
    if not sa.inspect(session).has_table(SETTINGS.name):
        return {}
    query = sa.select(SETTINGS.c.feature_type, SETTINGS.c.setting_value).where(SETTINGS.c.setting_key == DISABLED_BY)
    read = {str(name): _text(value) for name, value in session.execute(query)}
    return {name: reason for name, reason in read.items() if reason}


def record_in(session: sa.Connection, name: str) -> None:
    """Write the feature's row where there is none. The caller has a transaction.

    The row for who switches it off is made with it: a frozen database takes changes, and no new rows.
    """
    if not _has_reason(session, name):
        _write_reason(session, name, None)
    if _is_active(session, name) is None:
        session.execute(
            sa.insert(INSTALLED).values(
                feature_type=name,
                configuration=json.dumps({}),
                is_active=True,
                installed_at=naive_utc(now()).replace(microsecond=0),
            )
        )


def strike_in(session: sa.Connection, name: str) -> None:
    """Delete the feature's rows. The caller has a transaction."""
    for table in (SETTINGS, INSTALLED):
        if sa.inspect(session).has_table(table.name):
            session.execute(sa.delete(table).where(table.c.feature_type == name))


def disable_in(session: sa.Connection, engine: DatabaseEngine, name: str, by: DisabledBy) -> bool:
    """Switch an installed feature off and write down by whom; whether anything was changed. Its data stays.

    What a person switched off, or the platform, is not taken over by a tier: it would be switched on with the next
    one. Idempotent, in one transaction of its own. Raises NotFound where the feature has no row.
    """
    with engine.transaction(session):
        active = _is_active(session, name)
        if active is None:
            raise not_installed(name)
        before = reasons(session).get(name)
        if not active and (before == by.value or by is DisabledBy.TIER):
            return False
        session.execute(sa.update(INSTALLED).where(INSTALLED.c.feature_type == name).values(is_active=False))
        _write_reason(session, name, by)
        return True


def enable_in(session: sa.Connection, engine: DatabaseEngine, name: str) -> bool:
    """Switch an installed feature on and strike out who switched it off; whether anything was changed.

    Idempotent, in one transaction of its own. Raises NotFound where the feature has no row.
    """
    with engine.transaction(session):
        active = _is_active(session, name)
        if active is None:
            raise not_installed(name)
        if active and name not in reasons(session):
            return False
        session.execute(sa.update(INSTALLED).where(INSTALLED.c.feature_type == name).values(is_active=True))
        if _has_reason(session, name):
            _write_reason(session, name, None)
        return True


def not_installed(name: str) -> NotFound:
    return NotFound(f"The feature {name!r} is not installed", hint="`feature list` shows what is.")


def _is_active(session: sa.Connection, name: str) -> bool | None:
    if not sa.inspect(session).has_table(INSTALLED.name):
        return None
    query = sa.select(INSTALLED.c.is_active).where(INSTALLED.c.feature_type == name)
    found = session.execute(query).first()
    return None if found is None else bool(found.is_active)


def _has_reason(session: sa.Connection, name: str) -> bool:
    query = sa.select(SETTINGS.c.feature_type).where(_is_reason(name))
    return session.execute(query).first() is not None


def _write_reason(session: sa.Connection, name: str, by: DisabledBy | None) -> None:
    value = None if by is None else json.dumps(by.value)
    if _has_reason(session, name):
        session.execute(sa.update(SETTINGS).where(_is_reason(name)).values(setting_value=value))
    else:
        session.execute(sa.insert(SETTINGS).values(feature_type=name, setting_key=DISABLED_BY, setting_value=value))


def _is_reason(name: str) -> sa.ColumnElement[bool]:
    return sa.and_(SETTINGS.c.feature_type == name, SETTINGS.c.setting_key == DISABLED_BY)


def _text(value: Any) -> str:
    """A JSON string as the driver hands it over: read already, or not."""
    if isinstance(value, str) and value.startswith('"'):
        try:
            value = json.loads(value)
        except ValueError:
            return ""
    return value if isinstance(value, str) else ""
