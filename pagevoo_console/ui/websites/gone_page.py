"""The first page of a website's deletion: what goes with it. One that has a database is refused, and both offered."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from PySide6.QtCore import Signal

from pagevoo_console.domain.errors import Refused
from pagevoo_console.domain.website import WebsiteDeletionPlan, WebsiteDeletionRequest
from pagevoo_console.ui.kit import format
from pagevoo_console.ui.kit.backup_place import BackupPlace
from pagevoo_console.ui.kit.banners import banner
from pagevoo_console.ui.kit.deletion_words import figures, is_missing, offline
from pagevoo_console.ui.kit.i18n import translate
from pagevoo_console.ui.kit.loaded_page import LoadedPage
from pagevoo_console.ui.kit.messages import Message, MessageKind
from pagevoo_console.ui.kit.pages import KeyValues, clear, row
from pagevoo_console.ui.kit.pills import BadgeView, website_badge
from pagevoo_console.ui.kit.runner import Runner
from pagevoo_console.ui.kit.states import Emptiness
from pagevoo_console.ui.kit.tokens import Space

if TYPE_CHECKING:
    from pagevoo_console.domain.tenant import Website
    from pagevoo_console.services.console import Console

HAS_DATABASE = "website_has_database"


class GonePage(LoadedPage[WebsiteDeletionPlan]):
    """Measures what will be gone, and asks where the backup goes if a database is part of it.

    Signals: both_wanted(), when the database is to go with the website.
    """

    both_wanted = Signal()

    def __init__(self, console: Console, runner: Runner, website: Website) -> None:
        super().__init__(
            translate("unsite", "What will be gone"),
            translate("unsite", "Looked at just now. Nothing has been changed."),
            runner,
            console.connection.master.name,
        )
        self._console = console
        self._website = website
        self._with_database = False
        self.place = BackupPlace(console.backups.folder(website.tenant))
        self.place.changed.connect(self.touch)
        self.place.hide()
        self.body.addWidget(self.place)

    @property
    def request(self) -> WebsiteDeletionRequest:
        """What was chosen."""
        request = WebsiteDeletionRequest(self._website.id, self._with_database)
        return replace(request, backup_to=self.place.backup_to) if self._with_database else request

    @property
    def is_ready(self) -> bool:
        return not self._with_database or self.place.is_decided

    def fetch(self) -> WebsiteDeletionPlan:
        return self._console.websites.plan_deletion(WebsiteDeletionRequest(self._website.id, self._with_database))

    def emptiness_of(self, error: Exception) -> Emptiness | None:
        if not isinstance(error, Refused) or error.code != HAS_DATABASE:
            return None
        words = self._console.platform.words
        title = translate("unsite", "This {website} has the active database").format(website=words.website)
        text = translate(
            "unsite",
            "It is not deleted alone: its data would be left without it. Delete both in one go, with a proved backup "
            "first; or move the database to another {website} before.",
        )
        verb = translate("unsite", "Delete {website} and database…").format(website=words.website)
        return Emptiness(title, text.format(website=words.website), "lock", verb, self._want_both)

    def present(self, content: WebsiteDeletionPlan) -> None:
        clear(self.parts)
        words, site, deletion = self._console.platform.words, content.website, content.deletion
        if deletion is not None:
            self.parts.addWidget(figures(deletion))
        facts = KeyValues()
        facts.add(f"{words.website.capitalize()} {site.id}", named(site))
        facts.add(translate("unsite", "Domain"), site.domain or translate("unsite", "No domain"))
        facts.add(translate("unsite", "State"), row(BadgeView(website_badge(site.is_published)), None))
        for table, rows in content.rows.items():
            facts.add(table, format.rows(rows))
        if deletion is not None:
            facts.add(translate("unsite", "Database"), deletion.database.name)
        facts.add(translate("unsite", "Goes offline"), offline((site,)))
        self.parts.addSpacing(Space.XS)
        self.parts.addWidget(facts)
        for warning in () if deletion is None else deletion.warnings:
            self.parts.addWidget(banner(Message(MessageKind.WARNING, warning)))
        self.place.setVisible(deletion is not None and not is_missing(deletion))
        if deletion is None:
            text = translate("unsite", "Nothing brings a {website} back").format(website=words.website)
            why = translate(
                "unsite", "Its pages and sections are deleted in the master, of which this makes no backup."
            )
            self.parts.addWidget(banner(Message(MessageKind.WARNING, text, why)))
        self.parts.addStretch(1)

    def _want_both(self) -> None:
        self._with_database = True
        self.both_wanted.emit()
        self.load()


def named(website: Website) -> str:
    """A website by its name, or by what there is instead of one."""
    return website.name or website.domain or website.id
