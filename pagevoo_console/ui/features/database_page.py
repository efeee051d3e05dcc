"""Installing where there is no database: publish, which creates it, or create it only. Cancel is the wizard's own."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from PySide6.QtWidgets import QButtonGroup

from pagevoo_console.ui.kit.banners import banner
from pagevoo_console.ui.kit.choices import ChoiceCard
from pagevoo_console.ui.kit.i18n import translate
from pagevoo_console.ui.kit.lock_consent import LockConsent
from pagevoo_console.ui.kit.messages import Message, MessageKind
from pagevoo_console.ui.kit.pages import section_title
from pagevoo_console.ui.kit.runner import Runner
from pagevoo_console.ui.kit.states import Emptiness
from pagevoo_console.ui.kit.website_choice import WebsiteChoicePage, WebsiteChoices

if TYPE_CHECKING:
    from pagevoo_console.domain.tenant import Website
    from pagevoo_console.services.console import Console


class DatabasePage(WebsiteChoicePage):
    """Asks how the database that features need is to be made, for which website, and that its meaning is understood."""

    def __init__(self, console: Console, runner: Runner, tenant: str, is_needed: Callable[[], bool]) -> None:
        website = console.platform.words.website
        text = translate("install", "Features need a database. It is made first; the installation goes on by itself.")
        super().__init__(console, runner, tenant, text, None, translate("install", "Database required"))
        self._needed = is_needed
        self.publish = ChoiceCard(
            translate("install", "Publish (creates the database)"),
            translate("install", "The {website} goes live, and its database is made with it.").format(website=website),
            icon_name="globe",
        )
        self.publish.control.setObjectName("choosePublish")
        self.create_only = ChoiceCard(
            translate("install", "Create database only"),
            translate("install", "The {website} stays as it is, so that features can be tried first.").format(
                website=website
            ),
            icon_name="database",
        )
        self.create_only.control.setObjectName("chooseCreateOnly")
        self._ways = QButtonGroup(self)
        for way in (self.publish, self.create_only):
            self._ways.addButton(way.control)
        self._ways.buttonToggled.connect(lambda _button, on: self.touch() if on else None)
        self.consent = LockConsent(website)
        self.consent.changed.connect(self.touch)

    @property
    def is_needed(self) -> bool:
        return self._needed()

    @property
    def publishes(self) -> bool:
        """Whether the website goes live with it."""
        return self.publish.is_chosen

    @property
    def is_ready(self) -> bool:
        has_way = self.publish.is_chosen or self.create_only.is_chosen
        return super().is_ready and has_way and self.consent.is_given

    def reason(self, website: Website, content: WebsiteChoices) -> str:
        return ""

    def present(self, content: WebsiteChoices) -> Emptiness | None:
        nothing = super().present(content)
        if nothing is not None:
            return nothing
        word = self._console.platform.words.website
        required = translate("install", "Database required. Please publish {website} or create database first.")
        above = (
            banner(Message(MessageKind.WARNING, required.format(website=word))),
            self.publish,
            self.create_only,
            section_title(translate("install", "For which {website}").format(website=word)),
        )
        for place, widget in enumerate(above):
            self.parts.insertWidget(place, widget)
        self.parts.insertWidget(self.parts.count() - 1, self.consent)
        return None
