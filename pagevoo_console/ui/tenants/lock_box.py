"""What the platform's rules forbid a tenant now: each with why, and the ways out as links."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtWidgets import QWidget

from pagevoo_console.domain.website import Lock
from pagevoo_console.ui.context import Context
from pagevoo_console.ui.kit.controls import ButtonKind, IconView, button
from pagevoo_console.ui.kit.flow import FlowLayout
from pagevoo_console.ui.kit.i18n import translate
from pagevoo_console.ui.kit.labels import plain_label
from pagevoo_console.ui.kit.pages import Ground, column, row
from pagevoo_console.ui.kit.tokens import Space, Text, Tone
from pagevoo_console.ui.ways_out import SWITCH, actions_of, ways_of

ICON = 16

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
    ways = ways_of(context, (lock.code for lock in closed), tenant, but=() if has_others else (SWITCH.name,))
    for way in actions_of(context, ways, tenant):
        link = button(way.title, kind=ButtonKind.LINK, on_click=way.run)
        link.setObjectName(way.name)
        flow.addWidget(link)
    below = column(links, margins=(ICON + Space.S, 0, 0, 0))
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
