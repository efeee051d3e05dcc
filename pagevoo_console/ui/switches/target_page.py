"""The first page of a switch: the website that gets a database of its own, empty."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pagevoo_console.domain.errors import Refused
from pagevoo_console.ui.kit.i18n import translate
from pagevoo_console.ui.kit.runner import Runner
from pagevoo_console.ui.kit.states import Emptiness
from pagevoo_console.ui.kit.website_choice import WebsiteChoicePage, WebsiteChoices

if TYPE_CHECKING:
    from pagevoo_console.domain.tenant import Website
    from pagevoo_console.services.console import Console

NO_DATABASE = "database_required"


class TargetPage(WebsiteChoicePage):
    """Chooses among the websites that do not have the database."""

    def __init__(self, console: Console, runner: Runner, tenant: str, preselected: str | None) -> None:
        word = console.platform.words.website
        text = translate(
            "switch",
            "There is one active database at a time. To work on another {website}, it is backed up and deleted, and "
            "created anew for that one: nothing of what is in it moves along.",
        )
        super().__init__(console, runner, tenant, text.format(website=word), preselected)

    def fetch(self) -> WebsiteChoices:
        self._console.tenants.locate(self._tenant)
        return super().fetch()

    def emptiness_of(self, error: Exception) -> Emptiness | None:
        if isinstance(error, Refused) and error.code == NO_DATABASE:
            return Emptiness(error.message, error.hint, "database")
        return None

    def present(self, content: WebsiteChoices) -> Emptiness | None:
        words = self._console.platform.words
        if all(site.has_database for site in content.websites):
            title = translate("switch", "There is no other {website}").format(website=words.website)
            text = translate("switch", "A database can move once the {tenant} has made a second {website}.")
            return Emptiness(title, text.format(tenant=words.tenant, website=words.website), "globe")
        return super().present(content)

    def reason(self, website: Website, content: WebsiteChoices) -> str:
        return translate("switch", "The database belongs to this one now.") if website.has_database else ""
