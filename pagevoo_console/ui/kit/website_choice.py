"""A wizard's page on which one of a tenant's websites is chosen; those that cannot be say why."""

from __future__ import annotations

from abc import abstractmethod
from dataclasses import dataclass
from typing import TYPE_CHECKING

from PySide6.QtWidgets import QButtonGroup

from pagevoo_console.ui.kit.choices import ChoiceCard
from pagevoo_console.ui.kit.i18n import translate
from pagevoo_console.ui.kit.loaded_page import LoadedPage
from pagevoo_console.ui.kit.pages import clear
from pagevoo_console.ui.kit.pills import BadgeView, website_badge
from pagevoo_console.ui.kit.runner import Runner
from pagevoo_console.ui.kit.states import Emptiness

if TYPE_CHECKING:
    from pagevoo_console.domain.tenant import Website
    from pagevoo_console.domain.website import Lock
    from pagevoo_console.services.console import Console


@dataclass(frozen=True, slots=True)
class WebsiteChoices:
    """A tenant's websites, and what the platform's rules say about them, by action."""

    websites: tuple[Website, ...]
    locks: dict[str, Lock]

    @property
    def bound(self) -> Website | None:
        """The website that the active database belongs to."""
        return next((site for site in self.websites if site.has_database), None)


class WebsiteChoicePage(LoadedPage[WebsiteChoices]):
    """Reads the websites and the rules; `reason` says why one cannot be chosen."""

    def __init__(
        self,
        console: Console,
        runner: Runner,
        tenant: str,
        explanation: str,
        preselected: str | None,
        title: str = "",
    ) -> None:
        """`title` stands over the page where it asks for more than the website."""
        usual = translate("websites", "Choose the {website}").format(website=console.platform.words.website)
        super().__init__(title or usual, explanation, runner, console.connection.master.name)
        self._console = console
        self._tenant = tenant
        self._preselected = preselected
        self._group = QButtonGroup(self)
        self._group.buttonToggled.connect(lambda _button, on: self.touch() if on else None)
        self.choices: dict[str, ChoiceCard] = {}

    @property
    def website(self) -> Website | None:
        """The one that was chosen."""
        if self.content is None:
            return None
        return next((site for site in self.content.websites if self.choices[site.id].is_chosen), None)

    @property
    def is_ready(self) -> bool:
        return self.website is not None

    @abstractmethod
    def reason(self, website: Website, content: WebsiteChoices) -> str:
        """Why this one cannot be chosen, and the way out; empty where it can."""

    def fetch(self) -> WebsiteChoices:
        websites = self._console.tenants.websites(self._tenant)
        return WebsiteChoices(websites, {lock.action: lock for lock in self._console.rules.of(self._tenant)})

    def present(self, content: WebsiteChoices) -> Emptiness | None:
        words = self._console.platform.words
        clear(self.parts)
        self.choices = {}
        if not content.websites:
            title = translate("websites", "This {tenant} has no {website} yet")
            text = translate("websites", "Come back once the {tenant} has made one in {platform}.")
            return Emptiness(
                title.format(tenant=words.tenant, website=words.website),
                text.format(tenant=words.tenant, platform=self._console.platform.title),
                "globe",
            )
        for site in content.websites:
            self.choices[site.id] = card = self._card(site, content)
            self._group.addButton(card.control)
            self.parts.addWidget(card)
        self.parts.addStretch(1)
        free = [site.id for site in content.websites if self.choices[site.id].control.isEnabled()]
        usual = self._preselected if self._preselected in free else free[0] if len(free) == 1 else None
        if usual is not None:
            self.choices[usual].control.setChecked(True)
        return None

    def _card(self, site: Website, content: WebsiteChoices) -> ChoiceCard:
        named = site.name or site.domain or site.id
        domain = site.domain or translate("websites", "No domain yet")
        card = ChoiceCard(named, domain, reason=self.reason(site, content))
        card.control.setObjectName(f"website-{site.id}")
        card.add_badge(BadgeView(website_badge(site.is_published)))
        return card
