"""A tenant's websites: which are published, which is bound to the database, and why the others are locked."""

from __future__ import annotations

from PySide6.QtWidgets import QVBoxLayout, QWidget

from pagevoo_console.domain.tenant import Website
from pagevoo_console.ui.context import Context
from pagevoo_console.ui.kit.controls import rule
from pagevoo_console.ui.kit.flow import FlowLayout
from pagevoo_console.ui.kit.i18n import translate
from pagevoo_console.ui.kit.labels import plain_label
from pagevoo_console.ui.kit.pages import clear, column
from pagevoo_console.ui.kit.pills import Badge, BadgeView
from pagevoo_console.ui.kit.section import Section
from pagevoo_console.ui.kit.states import Emptiness
from pagevoo_console.ui.kit.tokens import Space, Text, Tone


class WebsitePanel(Section[tuple[Website, ...]]):
    """The card *Websites*."""

    def __init__(self, context: Context, parent: QWidget | None = None) -> None:
        self._words = context.console.platform.words
        super().__init__(self._words.websites.capitalize(), "globe", context.runner, context.master_lane, parent)
        self.setObjectName("websitePanel")
        self._tenants = context.console.tenants
        self._locks = context.console.platform.lifecycle.locks_website
        self._layout = QVBoxLayout(self.inside)
        self._layout.setContentsMargins(0, 0, 0, 0)
        self._layout.setSpacing(Space.S)

    def fetch(self, tenant: str) -> tuple[Website, ...]:
        return self._tenants.websites(tenant)

    def present(self, content: tuple[Website, ...]) -> Emptiness | None:
        if not content:
            title = translate("tenants", "No {website} yet").format(website=self._words.website)
            return Emptiness(title, translate("tenants", "A database can be made once there is one."), "globe")
        clear(self._layout)
        bound = next((website for website in content if website.has_database), None)
        for place, website in enumerate(content):
            if place:
                self._layout.addWidget(rule())
            self._layout.addWidget(self._line(website, bound))
        self._layout.addStretch(1)
        return None

    def _line(self, website: Website, bound: Website | None) -> QWidget:
        name = plain_label(website.name or website.domain or website.id, Text.STRONG, elide=True)
        domain = plain_label(website.domain or translate("tenants", "No domain"), Text.CAPTION, muted=True, elide=True)
        words: list[QWidget] = [name, domain]
        badges = [BadgeView(_published(website))]
        why = self._why(website, bound)
        if why:
            words.append(plain_label(why, Text.CAPTION, muted=True, wrap=True))
        if website.has_database:
            badges.append(BadgeView(Badge(translate("tenants", "Has the database"), Tone.ACCENT, "link")))
        elif bound is not None and self._locks:
            badges.append(BadgeView(Badge(translate("tenants", "Locked"), Tone.WARNING, "lock")))
        below = QWidget()
        flow = FlowLayout(below, Space.XS)
        for badge in badges:
            flow.addWidget(badge)
        line = column(name, domain, Space.XS, below, *words[2:], spacing=Space.HAIR)
        line.setAccessibleName(", ".join([website.name, *(badge.badge.text for badge in badges), why]).rstrip(", "))
        return line

    def _why(self, website: Website, bound: Website | None) -> str:
        if bound is None or not self._locks:
            return ""
        if website.has_database:
            return translate("tenants", "Bound until its database is deleted; no other one can have a database.")
        return translate("tenants", "Locked, because the active database belongs to “{name}”.").format(name=bound.name)


def _published(website: Website) -> Badge:
    if website.is_published:
        return Badge(translate("tenants", "Published"), Tone.GOOD, "globe")
    return Badge(translate("tenants", "Draft"), Tone.NEUTRAL, "pencil", is_quiet=True)
