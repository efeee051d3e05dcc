"""What can be done about a tenant's quotas, as records."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from pagevoo_console.domain.database import DatabaseState
from pagevoo_console.ui.context import Context
from pagevoo_console.ui.kit.actions import Action, Selection
from pagevoo_console.ui.kit.i18n import translate

_LIVE = (DatabaseState.ACTIVE, DatabaseState.SUSPENDED)


def actions(context: Context) -> tuple[Action, ...]:
    """Everything that is done about what one tenant uses."""
    doors, menu = context.doors, context.console.platform.words.tenant.capitalize()

    def on_tenant(does: Callable[[str], object]) -> Callable[[Selection], object]:
        return lambda selection: does(selection.tenant.id) if selection.tenant is not None else None

    return (
        Action(
            "quota.show", translate("quotas", "What takes the room"), "gauge", on_tenant(doors.show_quotas), menu,
            "Ctrl+Shift+Q", partial(_is, _LIVE), begins_group=True,
            keywords=("quota", "limit", "growth", "forecast", "size", "alerts"),
        ),
        Action(
            "quota.freeze", translate("quotas", "Freeze…"), "snowflake", on_tenant(doors.freeze), menu, None,
            partial(_is, (DatabaseState.ACTIVE,)), keywords=("quota", "enforce", "suspend", "stop"),
        ),
        Action(
            "quota.release", translate("quotas", "Release…"), "sun",
            on_tenant(lambda tenant: doors.release(tenant, False)), menu, None,
            partial(_is, (DatabaseState.SUSPENDED,)), keywords=("quota", "thaw", "unfreeze"),
        ),
        Action(
            "quota.release_compact", translate("quotas", "Release and compact…"), "archive",
            on_tenant(lambda tenant: doors.release(tenant, True)), menu, None,
            partial(_is, (DatabaseState.SUSPENDED,)), keywords=("quota", "vacuum", "optimize", "shrink", "thaw"),
        ),
        Action(
            "quota.compact", translate("quotas", "Compact…"), "archive",
            on_tenant(lambda tenant: doors.release(tenant, True)), menu, None,
            partial(_is, (DatabaseState.ACTIVE,)), keywords=("vacuum", "optimize", "shrink", "disk"),
        ),
    )  # fmt: skip


def _is(states: tuple[DatabaseState, ...], selection: Selection) -> bool:
    """Whether one tenant is in hand whose database is in one of these states, as far as we know."""
    tenant = selection.tenant
    if tenant is None or tenant.database is None or not selection.is_connected:
        return False
    return tenant.database.state in states
