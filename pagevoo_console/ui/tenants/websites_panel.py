"""A tenant's websites: which are published, which has the database, why the others are locked, and the ways out."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QToolButton, QVBoxLayout, QWidget

from pagevoo_console.domain.tenant import Website
from pagevoo_console.domain.website import Lock
from pagevoo_console.ui.context import Context
from pagevoo_console.ui.kit.controls import ButtonKind, button, icon_button, rule
from pagevoo_console.ui.kit.flow import FlowLayout
from pagevoo_console.ui.kit.i18n import translate
from pagevoo_console.ui.kit.labels import plain_label
from pagevoo_console.ui.kit.pages import clear, column, row
from pagevoo_console.ui.kit.pills import Badge, BadgeView, website_badge
from pagevoo_console.ui.kit.section import Section
from pagevoo_console.ui.kit.states import Emptiness
from pagevoo_console.ui.kit.tokens import Space, Text, Tone
from pagevoo_console.ui.tenants.lock_box import lock_box


@dataclass(frozen=True, slots=True)
class WebsiteFacts:
    """A tenant's websites, and everything that the platform's rules say of tenant and websites."""

    websites: tuple[Website, ...]
    locks: tuple[Lock, ...]

    @property
    def bound(self) -> Website | None:
        """The website that the active database belongs to."""
        return next((site for site in self.websites if site.has_database), None)

    def is_locked(self, website: Website) -> bool:
        """Whether a rule keeps this one from being edited (Pagevoo rule 3)."""
        return any(lock.action == f"edit_website:{website.id}" and not lock.allowed for lock in self.locks)


class WebsitePanel(Section[WebsiteFacts]):
    """The card *Websites*.

    Signals: chosen(Website or None), when another website is in hand: the one whose menu is opened, else the one that
    has the database, else the only one.
    """

    chosen = Signal(object)

    def __init__(self, context: Context, parent: QWidget | None = None) -> None:
        self._words = context.console.platform.words
        super().__init__(self._words.websites.capitalize(), "globe", context.runner, context.master_lane, parent)
        self.setObjectName("websitePanel")
        self._context = context
        self._shown: WebsiteFacts | None = None
        self._in_hand = ""
        self._layout = QVBoxLayout(self.inside)
        self._layout.setContentsMargins(0, 0, 0, 0)
        self._layout.setSpacing(Space.S)

    def show_tenant(self, tenant: str) -> None:
        if tenant != self.tenant:
            self._shown, self._in_hand = None, ""
            self.chosen.emit(None)
        super().show_tenant(tenant)

    def fetch(self, tenant: str) -> WebsiteFacts:
        console = self._context.console
        return WebsiteFacts(console.tenants.websites(tenant), console.rules.of(tenant))

    def present(self, content: WebsiteFacts) -> Emptiness | None:
        if content == self._shown:
            return None
        clear(self._layout)
        self._shown = None
        if not content.websites:
            self.chosen.emit(None)
            title = translate("tenants", "No {website} yet").format(website=self._words.website)
            return Emptiness(title, translate("tenants", "A database can be made once there is one."), "globe")
        self._shown = content
        for place, website in enumerate(content.websites):
            if place:
                self._layout.addWidget(rule())
            self._layout.addWidget(self._line(website, content))
        has_others = len(content.websites) > 1 or content.bound is None
        box = lock_box(self._context, self.tenant, content.locks, has_others=has_others)
        if box is not None:
            self._layout.addSpacing(Space.XS)
            self._layout.addWidget(box)
        self._layout.addStretch(1)
        self._tell()
        return None

    def _line(self, website: Website, content: WebsiteFacts) -> QWidget:
        named = website.name or website.domain or website.id
        menu = icon_button("ellipsis", translate("tenants", "What can be done with “{name}”").format(name=named))
        menu.setObjectName(f"websiteMenu.{website.id}")
        menu.clicked.connect(self._opens(menu, website.id))
        domain = plain_label(website.domain or translate("tenants", "No domain"), Text.CAPTION, muted=True, elide=True)
        head = row(
            (column(plain_label(named, Text.STRONG, elide=True), domain, spacing=Space.HAIR), 1), column(menu, None)
        )
        badges, why, way_out = self._state(website, content)
        below = QWidget()
        flow = FlowLayout(below, Space.XS)
        for badge in badges:
            flow.addWidget(BadgeView(badge))
        parts: list[QWidget] = [head, below]
        if why:
            parts.append(plain_label(why, Text.CAPTION, muted=True, wrap=True))
        if way_out:
            take = button(
                way_out, kind=ButtonKind.LINK,
                on_click=lambda: self._context.doors.switch_database(website.tenant, website.id),
            )  # fmt: skip
            take.setObjectName(f"takeDatabase.{website.id}")
            take.setAccessibleName(f"{way_out} {named}")
            parts.append(row(take, None))
        line = column(*parts, spacing=Space.XS)
        line.setObjectName(f"website.{website.id}")
        line.setAccessibleName(", ".join([website.name, *(badge.text for badge in badges), why]).rstrip(", "))
        return line

    def _state(self, website: Website, content: WebsiteFacts) -> tuple[list[Badge], str, str]:
        """Its state as badges, why it is as it is, and the way out in a few words."""
        badges = [website_badge(website.is_published)]
        if website.has_database:
            badges.append(Badge(translate("tenants", "Has the database"), Tone.ACCENT, "link"))
            if not self._context.console.platform.lifecycle.locks_website:
                return badges, "", ""
            return (
                badges,
                translate("tenants", "Bound until its database is deleted; no other one can have a database."),
                "",
            )
        if not content.is_locked(website):
            return badges, "", ""
        badges.append(Badge(translate("tenants", "Locked"), Tone.WARNING, "lock"))
        if content.bound is None:
            text = translate("tenants", "Locked, because the active database belongs to no {website} any more.")
            why = text.format(website=self._words.website)
        else:
            text = translate("tenants", "Locked, because the active database belongs to “{name}”.")
            why = text.format(name=content.bound.name)
        return badges, why, translate("tenants", "Move the database here…")

    def _opens(self, menu: QToolButton, website: str) -> Callable[[], None]:
        """What a website's button does: take it in hand, and show what can be done with it."""

        def show() -> None:
            self._in_hand = website
            self._tell()
            self._context.doors.manage_website(menu)

        return show

    def _tell(self) -> None:
        """Say which website is in hand, as it is by now."""
        sites = () if self._shown is None else self._shown.websites
        usual = next((site for site in sites if site.has_database), sites[0] if len(sites) == 1 else None)
        self.chosen.emit(next((site for site in sites if site.id == self._in_hand), usual))
