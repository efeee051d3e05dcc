"""Where the password of a new account goes, and where the account may log in from."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtWidgets import QButtonGroup, QFileDialog, QLineEdit

from pagevoo_console.domain.account import TenantAccount
from pagevoo_console.domain.errors import Refused
from pagevoo_console.ui.kit.choices import ChoiceCard
from pagevoo_console.ui.kit.controls import button
from pagevoo_console.ui.kit.i18n import translate
from pagevoo_console.ui.kit.labels import plain_label
from pagevoo_console.ui.kit.loaded_page import LoadedPage
from pagevoo_console.ui.kit.pages import column, row
from pagevoo_console.ui.kit.runner import Runner
from pagevoo_console.ui.kit.states import Emptiness
from pagevoo_console.ui.kit.tokens import Space, Text

if TYPE_CHECKING:
    from pagevoo_console.services.console import Console

ANYWHERE = "%"
NO_ACCOUNTS = "no_accounts"


class Place(StrEnum):
    """Where a password goes."""

    ONCE = "once"
    KEYRING = "keyring"
    FILE = "file"


@dataclass(frozen=True, slots=True)
class Situation:
    """The account as it is now, whether anything is to be done, and why the keyring cannot be used, empty if it can."""

    account: TenantAccount
    has_steps: bool
    no_keyring: str


class PasswordPage(LoadedPage[Situation]):
    """Chooses where the password goes. Says so where the engine has no accounts, or nothing is left to be done."""

    def __init__(self, console: Console, runner: Runner, tenant: str) -> None:
        super().__init__(
            translate("accounts", "Password"),
            translate("accounts", "It is made at random. Whoever runs the website needs it, and nobody else."),
            runner,
            console.connection.master.name,
        )
        self._console = console
        self._tenant = tenant
        self.cards: dict[Place, ChoiceCard] = {}
        self._group = QButtonGroup(self)
        self._file = QLineEdit()
        self._file.setObjectName("passwordFileEdit")
        self._file.setAccessibleName(translate("accounts", "New file for the password"))
        self._file.textEdited.connect(lambda _text: self._file_named())
        self._host = QLineEdit(ANYWHERE)
        self._host.setObjectName("accountHostEdit")
        self._host.setAccessibleName(translate("accounts", "Logs in from"))
        self._host.textEdited.connect(lambda _text: self.touch())

    @property
    def place(self) -> Place:
        return next((place for place, card in self.cards.items() if card.is_chosen), Place.ONCE)

    @property
    def file(self) -> str:
        """The path of the new file, empty where none was named."""
        return self._file.text().strip()

    @property
    def host(self) -> str:
        """Where the account may log in from; empty where accounts of this engine have no such thing."""
        if self.content is None or not self.content.account.host:
            return ""
        return self._host.text().strip()

    @property
    def is_ready(self) -> bool:
        if self.content is not None and self.content.account.host and not self.host:
            return False
        return self.place is not Place.FILE or Path(self.file).is_absolute()

    def fetch(self) -> Situation:
        plan = self._console.accounts.plan_creation(self._tenant)
        keyring = self._console.connections.keyring()
        return Situation(plan.account, bool(plan.steps), "" if keyring.usable else keyring.why)

    def present(self, content: Situation) -> Emptiness | None:
        if not content.has_steps:
            title = translate("accounts", "{account} has all that it needs already")
            title = title.format(account=content.account.name)
            about = translate("accounts", "A new password is had by removing the account and creating it again.")
            return Emptiness(title, about, "shield-check")
        if not self.cards:
            self._make(content)
        return None

    def emptiness_of(self, error: Exception) -> Emptiness | None:
        if isinstance(error, Refused) and error.code == NO_ACCOUNTS:
            return Emptiness(translate("accounts", "There are no accounts here"), error.message, "key-round")
        return None

    def _make(self, content: Situation) -> None:
        once = translate("accounts", "With a button to copy it, when the account has been made. It is kept nowhere.")
        keyring = translate("accounts", "For a website that runs on this machine, under the account's name.")
        new_file = translate("accounts", "A new one, which its owner alone may read.")
        for place, title, about, icon, why in (
            (Place.ONCE, translate("accounts", "Show it once, here"), once, "eye", ""),
            (Place.KEYRING, translate("accounts", "Keep it in the keyring"), keyring, "key-round", content.no_keyring),
            (Place.FILE, translate("accounts", "Write it into a file"), new_file, "file-text", ""),
        ):
            card = self.cards[place] = ChoiceCard(title, about, icon_name=icon, reason=why)
            card.control.setObjectName(f"place-{place}")
            self._group.addButton(card.control)
            self.parts.addWidget(card)
        choose = button(translate("accounts", "Choose…"), "folder-open", on_click=self._choose_file)
        self.cards[Place.FILE].add_below(row((self._file, 1), choose))
        self.cards[Place.ONCE].control.setChecked(True)
        self._group.buttonToggled.connect(lambda _button, on: self.touch() if on else None)
        if content.account.host:
            heading = plain_label(translate("accounts", "Logs in from"), Text.STRONG)
            heading.setBuddy(self._host)
            means = plain_label(
                translate("accounts", "A host name or an address. % alone stands for anywhere."), muted=True, wrap=True
            )
            self.parts.addWidget(column(heading, self._host, means, spacing=Space.XS, margins=(0, Space.M, 0, 0)))
        self.parts.addStretch(1)

    def _file_named(self) -> None:
        self.cards[Place.FILE].control.setChecked(True)
        self.touch()

    def _choose_file(self) -> None:
        dialog = QFileDialog(self, translate("accounts", "A new file for the password"), self._file.text())
        dialog.setFileMode(QFileDialog.FileMode.AnyFile)
        dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
        dialog.fileSelected.connect(self._file_chosen)
        dialog.finished.connect(dialog.deleteLater)
        dialog.open()

    def _file_chosen(self, path: str) -> None:
        self._file.setText(path)
        self._file_named()
