"""What can be done with a tenant, as records."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtGui import QGuiApplication

from pagevoo_console.domain.database import DatabaseState
from pagevoo_console.ui.context import Context
from pagevoo_console.ui.kit.actions import Action, Selection
from pagevoo_console.ui.kit.i18n import translate

MENU = ("database.create", "-", "feature.install", "-", "backup.create", "backup.restore", "tenant.export",
        "database.inspect", "-", "tenant.copy_id", "-", "database.delete")  # fmt: skip
"""The context menu of a tenant, and what *Manage* opens."""


def actions(context: Context) -> tuple[Action, ...]:
    """Everything that is done to one tenant."""
    doors, menu = context.doors, context.console.platform.words.tenant.capitalize()

    def on_tenant(does: Callable[[str], object]) -> Callable[[Selection], object]:
        return lambda selection: does(selection.tenant.id) if selection.tenant is not None else None

    return (
        Action(
            "database.create", translate("tenants", "Create database…"), "database", on_tenant(doors.create_database),
            menu, "Ctrl+N", can_create, keywords=("provision", "new"),
        ),
        Action(
            "feature.install", translate("tenants", "Install features…"), "package-plus",
            on_tenant(lambda tenant: doors.install_features(tenant, ())), menu, "Ctrl+I", has_live_database,
            begins_group=True, keywords=("shop", "blog", "module"),
        ),
        Action(
            "backup.create", translate("tenants", "Back up…"), "database-backup", on_tenant(doors.back_up), menu,
            "Ctrl+B", has_live_database, begins_group=True, keywords=("dump", "save"),
        ),
        Action(
            "backup.restore", translate("tenants", "Restore…"), "archive-restore",
            on_tenant(lambda tenant: doors.restore(tenant, None)), menu, "Ctrl+R", has_any_database,
            keywords=("bring back", "undo"),
        ),
        Action(
            "tenant.export", translate("tenants", "Export…"), "download", on_tenant(doors.export), menu, "Ctrl+E",
            has_live_database, keywords=("csv", "json", "portable"),
        ),
        Action(
            "database.inspect", translate("tenants", "Look at rows…"), "square-terminal", on_tenant(doors.inspect),
            menu, "Ctrl+T", has_live_database, keywords=("sql", "query", "table"),
        ),
        Action(
            "tenant.copy_id", translate("tenants", "Copy id"), "copy", _copy_id, menu, "Ctrl+Shift+C", has_tenant,
            begins_group=True,
        ),
        Action(
            "database.delete", translate("tenants", "Delete database…"), "trash-2", on_tenant(doors.delete_database),
            menu, None, has_any_live_row, is_dangerous=True, begins_group=True, keywords=("drop", "remove"),
        ),
    )  # fmt: skip


def has_tenant(selection: Selection) -> bool:
    return selection.tenant is not None


def has_any_database(selection: Selection) -> bool:
    return selection.tenant is not None and selection.tenant.database is not None and selection.is_connected


def has_live_database(selection: Selection) -> bool:
    """A database that answers, as far as we know."""
    tenant = selection.tenant
    if tenant is None or tenant.database is None or not selection.is_connected:
        return False
    return tenant.database.state is DatabaseState.ACTIVE


def has_any_live_row(selection: Selection) -> bool:
    """The registry says that there is a database, whatever state it is in."""
    tenant = selection.tenant
    if tenant is None or tenant.database is None or not selection.is_connected:
        return False
    return tenant.database.state not in (DatabaseState.DELETED, DatabaseState.PROVISIONING)


def can_create(selection: Selection) -> bool:
    tenant = selection.tenant
    if tenant is None or not selection.is_connected:
        return False
    return tenant.database is None or tenant.database.state is DatabaseState.DELETED


def _copy_id(selection: Selection) -> None:
    if selection.tenant is not None:
        QGuiApplication.clipboard().setText(selection.tenant.id)
