"""Whether a backup is encrypted, for whom, and what becomes of it when the key is lost."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from PySide6.QtWidgets import QButtonGroup, QCheckBox, QLineEdit, QVBoxLayout, QWidget

from pagevoo_console.ui.kit import theme
from pagevoo_console.ui.kit.banners import Banner
from pagevoo_console.ui.kit.choices import ChoiceCard
from pagevoo_console.ui.kit.i18n import translate
from pagevoo_console.ui.kit.labels import menu_text, plain_label
from pagevoo_console.ui.kit.messages import Message, MessageKind
from pagevoo_console.ui.kit.pages import row
from pagevoo_console.ui.kit.reviews import ReviewStep
from pagevoo_console.ui.kit.tokens import Space, Text, Tone
from pagevoo_console.ui.kit.wizard_pages import WizardPage

if TYPE_CHECKING:
    from pagevoo_console.services.backup_keys import BackupKeys
    from pagevoo_console.services.encryption import Sealing
    from pagevoo_console.services.secrets import Secret

SHORTEST_PASSPHRASE = 12
"""As the services have it: who has the file can try as many as they like."""
_KEPT_LETTERS = 16


@dataclass(frozen=True, slots=True)
class SealChoice:
    """Public keys to encrypt for, or a passphrase; neither for a backup in clear."""

    recipients: tuple[str, ...] = ()
    passphrase: Secret | None = None

    def sealing(self, keys: BackupKeys) -> Sealing | None:
        """How it is sealed. Raises WrongUsage for what is no public key, and a passphrase that is quickly guessed."""
        return keys.sealing(self.recipients, self.passphrase)

    @property
    def words(self) -> tuple[str, ...]:
        """As options of the command line, which never hold a passphrase."""
        if self.passphrase is not None:
            return ("--passphrase-stdin",)
        return tuple(word for recipient in self.recipients for word in ("--recipient", recipient))

    @property
    def told(self) -> str:
        """In words, for a review."""
        if self.passphrase is not None:
            return translate("seal", "By the passphrase")
        if not self.recipients:
            return translate("seal", "Not encrypted")
        return translate("seal", "For {recipients}").format(recipients=", ".join(map(shortened_key, self.recipients)))

    @property
    def steps(self) -> tuple[ReviewStep, ...]:
        """What it adds to a plan."""
        if not self.words:
            return ()
        return (
            ReviewStep(
                translate("seal", "Encrypt it on its way to the disk"),
                translate("seal", "Nothing in clear is ever written. {how}.").format(how=self.told),
                "lock",
            ),
            ReviewStep(
                translate("seal", "Open the encrypted file again and compare"),
                translate("seal", "It counts only once it was decrypted to exactly what went in."),
                "lock-open",
            ),
        )


class SealPage(WizardPage):
    """Chooses. Where the preferences name recipients, every backup is encrypted for somebody."""

    def __init__(self, usual: Sequence[str]) -> None:
        super().__init__(
            translate("seal", "Encryption"),
            translate("seal", "What leaves this machine, or lies where others can read, should be encrypted."),
        )
        self._group = QButtonGroup(self)
        self.clear_card = ChoiceCard(
            translate("seal", "Not encrypted"),
            translate("seal", "Whoever gets the file can read it."),
            icon_name="lock-open",
            reason=translate("seal", "The preferences name whom every backup is encrypted for.") if usual else "",
        )
        self.recipients_card = ChoiceCard(
            translate("seal", "For the holders of keys"),
            translate("seal", "Each of them opens it alone, with the secret half of their key."),
            icon_name="key-round",
        )
        self.passphrase_card = ChoiceCard(
            translate("seal", "By a passphrase"),
            translate("seal", "Whoever knows it opens it. The console keeps it nowhere."),
            icon_name="lock",
        )
        self.boxes = [_box(recipient) for recipient in usual]
        self.another = QLineEdit()
        self.another.setObjectName("recipientEdit")
        self.another.setFont(theme.mono_font())
        self.another.setPlaceholderText("age1…, ssh-ed25519 …")
        self.another.setAccessibleName(translate("seal", "Another public key"))
        self._recipients = _inside(*self.boxes, self.another)
        self.recipients_card.add_below(self._recipients)
        self.passphrase = _secret("passphraseEdit", translate("seal", "Passphrase"))
        self.again = _secret("passphraseAgainEdit", translate("seal", "The same again"))
        self._problem = plain_label("", Text.CAPTION, tone=Tone.DANGER, wrap=True)
        self._passphrase = _inside(row((self.passphrase, 1), (self.again, 1)), self._problem)
        self.passphrase_card.add_below(self._passphrase)
        self.loss = Banner()
        self.loss.setObjectName("lostKeyWarning")
        for card, name in (
            (self.clear_card, "sealNone"),
            (self.recipients_card, "sealRecipients"),
            (self.passphrase_card, "sealPassphrase"),
        ):
            card.control.setObjectName(name)
            self._group.addButton(card.control)
            self.body.addWidget(card)
        self.body.addWidget(self.loss)
        (self.recipients_card if usual else self.clear_card).control.setChecked(True)
        self._group.buttonToggled.connect(lambda _button, on: self._changed() if on else None)
        for box in self.boxes:
            box.toggled.connect(lambda _on: self._changed())
        for field in (self.another, self.passphrase, self.again):
            field.textEdited.connect(lambda _text: self._changed())
        self.require(self._is_decided)
        self._show()

    @property
    def choice(self) -> SealChoice:
        if self.passphrase_card.is_chosen:
            from pagevoo_console.services.secrets import Secret

            return SealChoice(passphrase=Secret(self.passphrase.text()))
        if self.recipients_card.is_chosen:
            named = [str(box.property("recipient")) for box in self.boxes if box.isChecked()]
            return SealChoice(tuple(filter(None, (*named, self.another.text().strip()))))
        return SealChoice()

    def _is_decided(self) -> bool:
        if self.passphrase_card.is_chosen:
            return not self._problem_of_passphrase() and bool(self.again.text())
        return bool(self.choice.recipients) or self.clear_card.is_chosen

    def _problem_of_passphrase(self) -> str:
        if len(self.passphrase.text()) < SHORTEST_PASSPHRASE:
            text = translate("seal", "Twelve characters or more: several words are easy to keep and hard to guess.")
            return text if self.passphrase.text() else ""
        if self.again.text() and self.again.text() != self.passphrase.text():
            return translate("seal", "The two are not the same.")
        return ""

    def _changed(self) -> None:
        self._show()
        self.touch()

    def _show(self) -> None:
        self._recipients.setVisible(self.recipients_card.is_chosen)
        self._passphrase.setVisible(self.passphrase_card.is_chosen)
        problem = self._problem_of_passphrase()
        self._problem.setText(problem)
        self._problem.setVisible(bool(problem))
        if self.clear_card.is_chosen:
            self.loss.clear()
            return
        lost = (
            translate("seal", "If the passphrase is lost, the backup is lost")
            if self.passphrase_card.is_chosen
            else translate("seal", "If all these keys are lost, the backup is lost")
        )
        text = translate("seal", "Nobody can open it then, this console neither. Keep a copy where a fire does not "
                         "take it along with this machine.")  # fmt: skip
        self.loss.show_message(Message(MessageKind.WARNING, lost, text))


def shortened_key(recipient: str) -> str:
    """A public key by its beginning, as far as people compare it."""
    return recipient if len(recipient) <= _KEPT_LETTERS + 1 else f"{recipient[:_KEPT_LETTERS]}…"


def _box(recipient: str) -> QCheckBox:
    made = QCheckBox(menu_text(shortened_key(recipient)))
    made.setProperty("recipient", recipient)
    made.setObjectName(f"recipient-{recipient}")
    made.setAccessibleName(recipient)
    made.setChecked(True)
    return made


def _secret(name: str, title: str) -> QLineEdit:
    made = QLineEdit()
    made.setObjectName(name)
    made.setEchoMode(QLineEdit.EchoMode.Password)
    made.setPlaceholderText(title)
    made.setAccessibleName(title)
    return made


def _inside(*parts: QWidget) -> QWidget:
    made = QWidget()
    layout = QVBoxLayout(made)
    layout.setContentsMargins(0, Space.XS, 0, 0)
    layout.setSpacing(Space.XS)
    for part in parts:
        layout.addWidget(part)
    return made
