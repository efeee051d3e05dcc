"""What can be done with a tenant, as records."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from PySide6.QtGui import QGuiApplication

from pagevoo_console.domain.database import DatabaseState
from pagevoo_console.domain.several_deletions import MOST_AT_ONCE
from pagevoo_console.domain.tenant import Tenant, Website
from pagevoo_console.ui.context import Context
from pagevoo_console.ui.kit.actions import Action, Selection
from pagevoo_console.ui.kit.i18n import translate

MENU = ("database.create", "-", "feature.install", "-", "backup.create", "backup.restore", "backup.import",
        "tenant.export", "database.inspect", "-", "website.publish", "database.switch", "tenant.tier", "-",
        "account.create", "account.remove", "-", "quota.show", "quota.freeze",
        "quota.release", "quota.release_compact", "quota.compact", "-", "tenant.copy_id", "-",
        "database.delete")  # fmt: skip
"""The context menu of a tenant, and what *Manage* opens."""

WEBSITE_MENU = ("website.publish", "website.unpublish", "-", "website.take_database", "database.switch", "-",
                "website.delete")  # fmt: skip
"""The menu of one website."""


def actions(context: Context) -> tuple[Action, ...]:
    """Everything that is done to one tenant."""
    doors, menu = context.doors, context.console.platform.words.tenant.capitalize()
    has_tiers = bool(context.console.platform.tiers)

    def on_tenant(does: Callable[[str], object]) -> Callable[[Selection], object]:
        return lambda selection: does(selection.tenant.id) if selection.tenant is not None else None

    return (
        Action(
            "database.create", translate("tenants", "Create database…"), "database", on_tenant(doors.create_database),
            menu, "Ctrl+N", can_create, keywords=("provision", "new"),
        ),
        Action(
            "feature.install", translate("tenants", "Install features…"), "package-plus",
            on_tenant(lambda tenant: doors.install_features(tenant, ())), menu, "Ctrl+I", can_install,
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
            "backup.import", translate("tenants", "Import a dump…"), "upload", on_tenant(doors.import_dump), menu,
            None, is_at_hand, keywords=("mysqldump", "phpmyadmin", "sql", "load"),
        ),
        Action(
            "tenant.export", translate("tenants", "Export…"), "download", on_tenant(doors.export), menu, "Ctrl+E",
            has_live_database, keywords=("csv", "json", "portable"),
        ),
        Action(
            "database.inspect", translate("tenants", "Look at rows…"), "square-terminal", on_tenant(doors.inspect),
            menu, "Ctrl+T", has_live_database, keywords=("sql", "query", "table"),
        ),
        *_website_actions(context, menu),
        Action(
            "tenant.tier", translate("tenants", "Change tier…"), "layers",
            on_tenant(lambda tenant: doors.change_tier(tenant, None)), menu, "Ctrl+Shift+T",
            lambda selection: has_tiers and is_at_hand(selection), begins_group=True,
            keywords=("plan", "upgrade", "downgrade", "subscription"),
        ),
        Action(
            "account.create", translate("tenants", "Create an account of its own…"), "user-plus",
            on_tenant(doors.create_account), menu, None, has_live_database, begins_group=True,
            keywords=("isolation", "grant", "password", "login"),
        ),
        Action(
            "account.remove", translate("tenants", "Remove its own account…"), "user", on_tenant(doors.remove_account),
            menu, None, has_live_database, keywords=("isolation", "grant", "password", "login"),
        ),
        Action(
            "tenant.copy_id", translate("tenants", "Copy id"), "copy", _copy_id, menu, "Ctrl+Shift+C", has_tenant,
            begins_group=True,
        ),
        Action(
            "database.delete", translate("tenants", "Delete database…"), "trash-2", partial(_delete, context),
            menu, None, can_delete, is_dangerous=True, begins_group=True, keywords=("drop", "remove"),
        ),
    )  # fmt: skip


def _website_actions(context: Context, menu: str) -> tuple[Action, ...]:
    """What is done to one website: the one in hand, or one that is chosen in the wizard."""
    doors, word = context.doors, context.console.platform.words.website

    def on_website(does: Callable[[Website], object]) -> Callable[[Selection], object]:
        return lambda selection: does(selection.website) if selection.website is not None else None

    def publish(selection: Selection) -> None:
        if selection.tenant is not None:
            doors.publish_website(selection.tenant.id, None if selection.website is None else selection.website.id)

    def switch(selection: Selection) -> None:
        if selection.tenant is not None:
            doors.switch_database(selection.tenant.id, None)

    return (
        Action(
            "website.publish", translate("tenants", "Publish {website}…").format(website=word), "globe", publish, menu,
            "Ctrl+Shift+P", can_publish, begins_group=True, keywords=("go live", "online"),
        ),
        Action(
            "website.unpublish", translate("tenants", "Unpublish {website}…").format(website=word), "eye-off",
            on_website(doors.unpublish_website), menu, None, can_unpublish, keywords=("offline", "take down"),
        ),
        Action(
            "database.switch", translate("tenants", "Move database to another {website}…").format(website=word),
            "arrow-right", switch, menu, "Ctrl+Shift+M", has_any_live_row, keywords=("switch", "locked"),
        ),
        Action(
            "website.take_database", translate("tenants", "Move the database here…"), "arrow-left",
            on_website(lambda website: doors.switch_database(website.tenant, website.id)), menu, None,
            can_take_database, keywords=("switch", "locked"),
        ),
        Action(
            "website.delete", translate("tenants", "Delete {website}…").format(website=word), "trash-2",
            on_website(doors.delete_website), menu, None, has_website, is_dangerous=True, keywords=("remove",),
        ),
    )  # fmt: skip


def has_tenant(selection: Selection) -> bool:
    return selection.tenant is not None


def is_at_hand(selection: Selection) -> bool:
    """A tenant about whom the master can be asked."""
    return selection.tenant is not None and selection.is_connected


def has_website(selection: Selection) -> bool:
    return is_at_hand(selection) and selection.website is not None


def can_publish(selection: Selection) -> bool:
    """Whatever a rule says about it, the wizard tells; what is published and has its database needs nothing."""
    website = selection.website
    return is_at_hand(selection) and (website is None or not (website.is_published and website.has_database))


def can_unpublish(selection: Selection) -> bool:
    return has_website(selection) and selection.website is not None and selection.website.is_published


def can_take_database(selection: Selection) -> bool:
    website = selection.website
    return has_any_live_row(selection) and website is not None and not website.has_database


def has_any_database(selection: Selection) -> bool:
    return selection.tenant is not None and selection.tenant.database is not None and selection.is_connected


def has_live_database(selection: Selection) -> bool:
    """A database that answers, as far as we know; one that is frozen does."""
    return _state(selection) in (DatabaseState.ACTIVE, DatabaseState.SUSPENDED)


def can_install(selection: Selection) -> bool:
    """A frozen database takes no new rows, and a feature brings some; where there is none the wizard asks how."""
    return _state(selection) is DatabaseState.ACTIVE or can_create(selection)


def has_any_live_row(selection: Selection) -> bool:
    """The registry says that there is a database, whatever state it is in."""
    return selection.tenant is not None and selection.is_connected and has_live_row(selection.tenant)


def has_live_row(tenant: Tenant) -> bool:
    """The same of a tenant who is known."""
    state = None if tenant.database is None else tenant.database.state
    return state not in (None, DatabaseState.DELETED, DatabaseState.PROVISIONING)


def can_delete(selection: Selection) -> bool:
    """One, or several as long as they are few and each has a database."""
    several = selection.tenants
    if len(several) < 2:
        return has_any_live_row(selection)
    return selection.is_connected and len(several) <= MOST_AT_ONCE and all(map(has_live_row, several))


def can_create(selection: Selection) -> bool:
    tenant = selection.tenant
    if tenant is None or not selection.is_connected:
        return False
    return tenant.database is None or tenant.database.state is DatabaseState.DELETED


def _delete(context: Context, selection: Selection) -> None:
    if selection.tenant is not None:
        context.doors.delete_database(selection.tenant.id)
    else:
        context.doors.delete_databases(tuple(tenant.id for tenant in selection.tenants))


def _state(selection: Selection) -> DatabaseState | None:
    """The state of the database in hand; None where there is none, or where nothing can be done to it now."""
    tenant = selection.tenant
    if tenant is None or tenant.database is None or not selection.is_connected:
        return None
    return tenant.database.state


def _copy_id(selection: Selection) -> None:
    if selection.tenant is not None:
        QGuiApplication.clipboard().setText(selection.tenant.id)
