"""Keys to encrypted backups in the preferences: whom each is encrypted for, and which secret halves are here."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtWidgets import QFileDialog, QLineEdit, QVBoxLayout, QWidget

from pagevoo_console.domain.changes import Changes
from pagevoo_console.domain.job import JobEvent, JobState, Task
from pagevoo_console.ui.kit import theme
from pagevoo_console.ui.kit.banners import Banner
from pagevoo_console.ui.kit.controls import button, copy_button, icon_button, rule
from pagevoo_console.ui.kit.i18n import translate
from pagevoo_console.ui.kit.labels import plain_label
from pagevoo_console.ui.kit.messages import Message, MessageKind, message_of
from pagevoo_console.ui.kit.pages import ScrollPage, clear, row
from pagevoo_console.ui.kit.pills import Badge, BadgeView
from pagevoo_console.ui.kit.questions import Question, ask
from pagevoo_console.ui.kit.runner import Runner
from pagevoo_console.ui.kit.states import Emptiness, StateStack
from pagevoo_console.ui.kit.tokens import Space, Tone

if TYPE_CHECKING:
    from pagevoo_console.services.backup_keys import BackupKeys
    from pagevoo_console.services.settings import Settings

LANE = "places"


@dataclass(frozen=True, slots=True)
class Recipient:
    """A public key that every backup is encrypted for; `is_here` where the keyring has its secret half."""

    key: str
    is_here: bool


class KeysPage(QWidget):
    """The recipients of the preferences. What is done here is done at once."""

    def __init__(self, settings: Settings, keys: BackupKeys, runner: Runner, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._settings, self._keys, self._runner = settings, keys, runner
        self._job = 0
        self.banner = Banner()
        self.banner.setObjectName("keysMessage")
        self.field = QLineEdit()
        self.field.setObjectName("newRecipientEdit")
        self.field.setFont(theme.mono_font())
        self.field.setPlaceholderText("age1…, ssh-ed25519 …")
        self.field.setAccessibleName(translate("keys", "Public key of another recipient"))
        self.add_button = button(translate("keys", "Add"), "plus", on_click=lambda: self.add(self.field.text().strip()))
        self.add_button.setObjectName("addRecipientButton")
        self.make_button = button(
            translate("keys", "Make a new key pair…"), "key-round", on_click=self._ask_where,
            hint=translate("keys", "The secret half goes into a file that you choose"),
        )  # fmt: skip
        self.make_button.setObjectName("makeKeyButton")
        page = ScrollPage(translate("keys", "Backup keys"))
        page.parts.setContentsMargins(0, 0, Space.S, 0)
        self._lines = QVBoxLayout()
        self._lines.setSpacing(Space.S)
        page.parts.addLayout(self._lines)
        page.parts.addStretch(1)
        self.states = StateStack(page)
        about = translate("keys", "Every backup is encrypted for these public keys, those that a deletion makes "
                          "included. Whoever holds the secret half of one opens it; if all are lost, the backups are "
                          "lost. What is changed here counts at once.")  # fmt: skip
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, Space.M, 0, 0)
        layout.setSpacing(Space.S)
        layout.addWidget(plain_label(about, muted=True, wrap=True))
        layout.addWidget(self.banner)
        layout.addSpacing(Space.S)
        layout.addWidget(self.states, 1)
        layout.addWidget(row((self.field, 1), self.add_button))
        layout.addWidget(row(self.make_button, None))
        self.field.textChanged.connect(lambda text: self.add_button.setEnabled(bool(text.strip())))
        self.add_button.setEnabled(False)
        runner.job_event.connect(self._job_event)
        self.states.show_loading()
        self.load()

    def load(self) -> None:
        """Read whom the preferences name, and ask the keyring for their secret halves; in another thread."""
        settings, keys = self._settings, self._keys

        def read() -> tuple[Recipient, ...]:
            return tuple(Recipient(key, keys.holds(key)) for key in settings.load().preferences.backup_recipients)

        self._runner.query(read, self._arrived, self._failed, key="keys", owner=self, lane=LANE)

    def add(self, key: str) -> None:
        """Encrypt for this public key as well from now on."""
        told = translate("keys", "Every backup is encrypted for {key} from now on").format(key=key)
        self._run(told, lambda: use(self._settings, self._keys, key), Message(MessageKind.GOOD, told))

    def make(self, path: Path) -> None:
        """Make a key pair with its secret half in a new file, and encrypt for it from now on."""
        settings, keys = self._settings, self._keys

        def work() -> Message:
            recipient, is_kept = keys.make_file(path)
            use(settings, keys, recipient)
            kept = translate("keys", "It is in the keyring of this machine, too.")
            only = translate("keys", "This machine has no keyring: the file is the only copy.")
            text = translate("keys", "Keep a copy of the file somewhere else: without it nothing can be opened once "
                             "this machine is gone.")  # fmt: skip
            title = translate("keys", "The secret half is in {path}").format(path=path)
            return Message(
                MessageKind.GOOD if is_kept else MessageKind.WARNING, title, f"{kept if is_kept else only} {text}"
            )

        self._run(translate("keys", "Make a key pair"), work)

    def _ask_where(self) -> None:
        dialog = QFileDialog(self, translate("keys", "Where the secret half goes"))
        dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
        dialog.setOption(QFileDialog.Option.DontConfirmOverwrite, True)
        dialog.selectFile("backup-key.txt")
        dialog.fileSelected.connect(lambda path: self.make(Path(path)))
        dialog.finished.connect(dialog.deleteLater)
        dialog.open()

    def _ask_file(self, key: str) -> None:
        dialog = QFileDialog(self, translate("keys", "Save the secret half"))
        dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
        dialog.setOption(QFileDialog.Option.DontConfirmOverwrite, True)
        dialog.selectFile("backup-key.txt")
        dialog.fileSelected.connect(lambda path: self.save(key, Path(path)))
        dialog.finished.connect(dialog.deleteLater)
        dialog.open()

    def save(self, key: str, path: Path) -> None:
        """Write the secret half of a recipient out of the keyring into a new file."""
        told = translate("keys", "The secret half is in {path}").format(path=path)
        self._run(told, lambda: self._keys.save(key, path), Message(MessageKind.GOOD, told))

    def _arrived(self, found: tuple[Recipient, ...]) -> None:
        clear(self._lines)
        if not found:
            text = translate("keys", "Backups are in clear unless the wizard is told otherwise. A key pair of your own "
                             "changes that for all of them.")  # fmt: skip
            self.states.show_empty(Emptiness(translate("keys", "No backup is encrypted by itself"), text, "lock-open"))
            return
        for number, recipient in enumerate(found):
            if number:
                self._lines.addWidget(rule())
            self._lines.addWidget(self._line(recipient))
        self.states.show_content()

    def _failed(self, error: Exception) -> None:
        self.states.show_error(error, self.load)

    def _line(self, recipient: Recipient) -> QWidget:
        key = recipient.key
        name = plain_label(key, elide=True)
        name.setFont(theme.mono_font())
        here = Badge(translate("keys", "Opens here"), Tone.GOOD, "lock-open")
        elsewhere = Badge(translate("keys", "Opens elsewhere"), Tone.NEUTRAL, "lock")
        save = icon_button(
            "download", translate("keys", "Save the secret half into a file…"), lambda: self._ask_file(key)
        )
        save.setObjectName(f"saveKey.{key}")
        save.setEnabled(recipient.is_here)
        remove = icon_button("trash-2", translate("keys", "Encrypt for it no more"), lambda: self._ask_removal(key))
        remove.setObjectName(f"removeKey.{key}")
        badge = BadgeView(here if recipient.is_here else elsewhere)
        return row((name, 1), badge, copy_button(lambda: key, translate("keys", "public key")), save, remove)

    def _ask_removal(self, key: str) -> None:
        question = Question(
            translate("keys", "Encrypt for this key no more?"),
            translate("keys", "What is encrypted for it stays so, and its secret half stays where it is. New backups "
                      "are encrypted for those that are left; for nobody where none is."),
            translate("keys", "Remove"),
        )  # fmt: skip
        told = translate("keys", "New backups are not encrypted for it any more")

        def stop() -> None:
            work = partial(use, self._settings, self._keys, key, no_more=True)
            self._run(told, work, Message(MessageKind.GOOD, told))

        ask(question, stop, self)

    def _run(self, title: str, work: Callable[[], object], told: Message | None = None) -> None:
        self.banner.clear()
        settings = Changes(kinds=frozenset({"settings"}))

        def act() -> object:
            result = work()
            return told or result

        self._job = self._runner.run(Task(title, LANE, lambda _job: act(), changes=lambda _told: settings)).id

    def _job_event(self, event: JobEvent) -> None:
        if event.job.id != self._job or not event.job.state.is_final:
            return
        if event.job.state is JobState.SUCCEEDED:
            self.banner.show_message(event.job.result)
            self.field.clear()
        elif event.job.error is not None:
            self.banner.show_message(message_of(event.job.error))
        self.load()


def use(settings: Settings, keys: BackupKeys, key: str, *, no_more: bool = False) -> None:
    """In another thread: encrypt for a public key from now on, or no more. Raises WrongUsage for what is none."""
    before = settings.load().preferences.backup_recipients
    after = tuple(other for other in before if other != key)
    wanted = after if no_more else (*after, key)
    usual = keys.usual
    keys.set_usual(wanted)
    try:
        settings.change(backup_recipients=wanted)
    except BaseException:
        keys.set_usual(usual)
        raise
