"""What the platform's rules forbid a tenant now: each with why, and the ways out as links."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from PySide6.QtWidgets import QWidget

from pagevoo_console.domain.website import Lock
from pagevoo_console.ui.context import Context
from pagevoo_console.ui.kit.controls import ButtonKind, IconView, button
from pagevoo_console.ui.kit.flow import FlowLayout
from pagevoo_console.ui.kit.i18n import translate
from pagevoo_console.ui.kit.labels import plain_label
from pagevoo_console.ui.kit.pages import Ground, column, row
from pagevoo_console.ui.kit.tokens import Space, Text, Tone

Way = tuple[str, str, Callable[[], object]]
"""A link's object name, its text, and where it leads."""

ICON = 16
LINK_PADDING = 4
"""What a link's own ground takes at its left, so that its words begin where those above them do."""

_TITLES = {
    "new_template": "A new template is blocked",
    "create_database": "A second database is blocked",
    "install_feature": "Features are blocked",
}


def lock_box(context: Context, tenant: str, locks: Sequence[Lock], *, has_others: bool) -> QWidget | None:
    """The tenant's own locks, not those of its websites; None where nothing is forbidden.

    `has_others` says whether there is another website that the database could move to.
    """
    closed = [lock for lock in locks if not lock.allowed and lock.action in _TITLES]
    if not closed:
        return None
    lines = [_line(translate("tenants", _TITLES[lock.action]), lock.why) for lock in closed]
    links = QWidget()
    flow = FlowLayout(links, Space.M)
    needs_database = any(lock.code == "database_required" for lock in closed)
    for name, text, does in _ways_out(context, tenant, needs_database=needs_database, has_others=has_others):
        link = button(text, kind=ButtonKind.LINK, on_click=does)
        link.setObjectName(name)
        flow.addWidget(link)
    below = column(links, margins=(ICON + Space.S - LINK_PADDING, 0, 0, 0))
    made = column(
        *lines, below, spacing=Space.S, margins=(Space.S + Space.XS, Space.S, Space.S, Space.S), ground=Ground.SUNKEN
    )
    made.setObjectName("lockBox")
    made.setAccessibleName(translate("tenants", "Blocked now, and the ways out"))
    return made


def _line(title: str, why: str) -> QWidget:
    words = column(
        plain_label(title, Text.STRONG, wrap=True), plain_label(why, Text.CAPTION, muted=True, wrap=True), spacing=0
    )
    icon = column(IconView("lock", ICON, Tone.WARNING), None, margins=(0, Space.HAIR, 0, 0))
    made = row(icon, (words, 1), spacing=Space.S)
    made.setAccessibleName(f"{title}. {why}")
    return made


def _ways_out(context: Context, tenant: str, *, needs_database: bool, has_others: bool) -> Sequence[Way]:
    doors, word = context.doors, context.console.platform.words.website
    if needs_database:
        return (
            (
                "wayPublish", translate("tenants", "Publish {website}…").format(website=word),
                lambda: doors.publish_website(tenant, None),
            ),
            ("wayCreate", translate("tenants", "Create database…"), lambda: doors.create_database(tenant)),
        )  # fmt: skip
    delete: Way = ("wayDelete", translate("tenants", "Delete database…"), lambda: doors.delete_database(tenant))
    if not has_others:
        return (delete,)
    move = translate("tenants", "Move it to another {website}…").format(website=word)
    return (("waySwitch", move, lambda: doors.switch_database(tenant, None)), delete)
