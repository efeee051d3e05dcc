"""The second page of a switch: what is lost, which features may be installed anew, and where the backup goes."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QCheckBox, QWidget

from pagevoo_console.domain.switch import SwitchPlan
from pagevoo_console.ui.kit.backup_place import BackupPlace
from pagevoo_console.ui.kit.banners import banner
from pagevoo_console.ui.kit.deletion_words import figures, is_missing
from pagevoo_console.ui.kit.flow import FlowLayout
from pagevoo_console.ui.kit.i18n import translate
from pagevoo_console.ui.kit.labels import plain_label
from pagevoo_console.ui.kit.loaded_page import LoadedPage
from pagevoo_console.ui.kit.messages import Message, MessageKind
from pagevoo_console.ui.kit.pages import clear, column
from pagevoo_console.ui.kit.pills import Badge, BadgeView
from pagevoo_console.ui.kit.runner import Runner
from pagevoo_console.ui.kit.tokens import Space, Text, Tone

if TYPE_CHECKING:
    from pagevoo_console.domain.tenant import Website
    from pagevoo_console.services.console import Console


class LossPage(LoadedPage[SwitchPlan]):
    """Asks for the plan of the website that was chosen, again whenever that is another one."""

    def __init__(self, console: Console, runner: Runner, tenant: str, chosen: Callable[[], Website | None]) -> None:
        super().__init__(
            translate("switch", "What is lost"),
            translate("switch", "Measured on the server just now. Nothing has been changed."),
            runner,
            console.connection.master.name,
        )
        self._console = console
        self._tenant = tenant
        self._chosen = chosen
        self._website = ""
        self.place = BackupPlace(console.backups.folder(tenant))
        self.place.changed.connect(self.touch)
        self.place.hide()
        self.body.addWidget(self.place)
        text = translate("switch", "Publish the other {website} in the end")
        self.publish_box = QCheckBox(text.format(website=console.platform.words.website))
        self.publish_box.setObjectName("publishBox")
        self.publish_box.setAccessibleName(self.publish_box.text())
        self.publish_box.hide()
        self.body.addWidget(self.publish_box, alignment=Qt.AlignmentFlag.AlignLeft)

    @property
    def publishes(self) -> bool:
        """Whether the new website is to go live with its database."""
        return self.publish_box.isChecked()

    @property
    def is_ready(self) -> bool:
        return self.place.is_decided

    def enter(self) -> None:
        website = self._chosen()
        assert website is not None
        if self.content is None or website.id != self._website:
            self._website = website.id
            self.place.hide()
            self.publish_box.hide()
            self.load()

    def fetch(self) -> SwitchPlan:
        return self._console.switches.plan(self._tenant, self._website)

    def present(self, content: SwitchPlan) -> None:
        clear(self.parts)
        self.parts.addWidget(figures(content.deletion))
        self.parts.addSpacing(Space.S)
        lines: list[QWidget] = []
        if content.features:
            title = translate("switch", "These features are lost with their data")
            text = translate("switch", "They may be installed anew in the new database, where they begin empty.")
            lines = [plain_label(text, muted=True, wrap=True), _names(content.features)]
        else:
            title = translate("switch", "No feature is active")
        self.parts.addWidget(column(plain_label(title, Text.STRONG, wrap=True), *lines, spacing=Space.XS))
        for warning in content.warnings:
            self.parts.addWidget(banner(Message(MessageKind.WARNING, warning)))
        self.parts.addStretch(1)
        self.place.setVisible(not is_missing(content.deletion))
        self.publish_box.show()


def _names(features: tuple[str, ...]) -> QWidget:
    made = QWidget()
    flow = FlowLayout(made, Space.XS)
    for title in features:
        flow.addWidget(BadgeView(Badge(title, Tone.NEUTRAL, "puzzle")))
    made.setAccessibleName(", ".join(features))
    return made
