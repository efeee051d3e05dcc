"""The second page of a publication: that it creates a database, and what that means; or that there is one already."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from pagevoo_console.ui.kit.controls import IconView
from pagevoo_console.ui.kit.i18n import translate
from pagevoo_console.ui.kit.labels import plain_label
from pagevoo_console.ui.kit.loaded_page import LoadedPage
from pagevoo_console.ui.kit.lock_consent import LockConsent
from pagevoo_console.ui.kit.pages import Ground, clear, column, row
from pagevoo_console.ui.kit.runner import Runner
from pagevoo_console.ui.kit.tokens import Space, Tone

if TYPE_CHECKING:
    from pagevoo_console.domain.tenant import Website
    from pagevoo_console.services.console import Console
    from pagevoo_console.services.websites import PublishPlan


class MeaningPage(LoadedPage["PublishPlan"]):
    """Asks for the plan of the website that was chosen, again whenever that is another one."""

    def __init__(self, console: Console, runner: Runner, chosen: Callable[[], Website | None]) -> None:
        super().__init__(translate("publish", "What it means"), "", runner, console.connection.master.name)
        self._console = console
        self._chosen = chosen
        self._website = ""
        self.consent: LockConsent | None = None

    @property
    def is_ready(self) -> bool:
        return self.consent is None or self.consent.is_given

    def enter(self) -> None:
        website = self._chosen()
        assert website is not None
        if self.content is None or website.id != self._website:
            self._website = website.id
            self.load()

    def fetch(self) -> PublishPlan:
        return self._console.websites.plan_publish(self._website)

    def present(self, content: PublishPlan) -> None:
        clear(self.parts)
        self.consent = None
        word = self._console.platform.words.website
        if content.creation is not None:
            text = translate("publish", "Publishing creates a dedicated database for dynamic features.")
            self.parts.addWidget(plain_label(text, muted=True, wrap=True))
            self.consent = LockConsent(word)
            self.consent.changed.connect(self.touch)
            self.parts.addWidget(self.consent)
        else:
            lines = (
                ("globe", translate("publish", "The whole world can see this {website}").format(website=word)),
                ("database", translate("publish", "No database is created, and no data is changed")),
            )
            self.parts.addWidget(
                column(
                    *(
                        row(IconView(icon, 20, Tone.ACCENT), (plain_label(text, wrap=True), 1), spacing=Space.M)
                        for icon, text in lines
                    ),
                    spacing=Space.M,
                    margins=(16, 14, 16, 16),
                    ground=Ground.CARD,
                )
            )
        self.parts.addStretch(1)
