"""The key to encrypted backups, given for as long as the window is open: a passphrase, or a file with identities."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QDialog, QFileDialog, QLineEdit, QVBoxLayout, QWidget

from pagevoo_console.ui.kit.banners import Banner
from pagevoo_console.ui.kit.controls import ButtonKind, button
from pagevoo_console.ui.kit.i18n import translate
from pagevoo_console.ui.kit.labels import plain_label
from pagevoo_console.ui.kit.messages import message_of
from pagevoo_console.ui.kit.pages import row
from pagevoo_console.ui.kit.runner import Runner
from pagevoo_console.ui.kit.tokens import Space, Text

if TYPE_CHECKING:
    from pagevoo_console.services.backup_keys import BackupKeys


class KeyDialog(QDialog):
    """Asks for either. What was given is kept in memory alone, and tried when a backup is opened."""

    def __init__(self, keys: BackupKeys, runner: Runner, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        title = translate("keys", "The key to encrypted backups")
        self.setObjectName("keyDialog")
        self.setWindowTitle(title)
        self.setModal(True)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setMinimumWidth(560)
        self._keys, self._runner = keys, runner
        self.passphrase = QLineEdit()
        self.passphrase.setObjectName("openingPassphraseEdit")
        self.passphrase.setEchoMode(QLineEdit.EchoMode.Password)
        self.passphrase.setAccessibleName(translate("keys", "Passphrase"))
        self.file = QLineEdit()
        self.file.setObjectName("identityFileEdit")
        self.file.setAccessibleName(translate("keys", "File with the secret half"))
        self.file.setPlaceholderText("backup-key.txt")
        choose = button(translate("keys", "Choose…"), "folder-open", on_click=self._choose)
        self.banner = Banner()
        self.use = button(translate("keys", "Use it"), kind=ButtonKind.PRIMARY, on_click=self._use)
        self.use.setObjectName("useKeyButton")
        self.use.setDefault(True)
        leave = button(translate("keys", "Cancel"), on_click=self.reject)
        leave.setObjectName("cancelKeyButton")
        about = translate("keys", "Backups are opened with it until the window is closed. It is written nowhere; the "
                          "keyring is looked into anyway.")  # fmt: skip
        layout = QVBoxLayout(self)
        layout.setContentsMargins(Space.L, Space.L, Space.L, Space.M)
        layout.setSpacing(Space.S)
        layout.addWidget(plain_label(title, Text.SUBTITLE))
        layout.addWidget(plain_label(about, muted=True, wrap=True))
        for field, beside in ((self.passphrase, ()), (self.file, (choose,))):
            name = plain_label(field.accessibleName(), Text.STRONG)
            name.setBuddy(field)
            layout.addWidget(name)
            layout.addWidget(row((field, 1), *beside))
            field.textChanged.connect(lambda _text: self._show())
        layout.addWidget(self.banner)
        layout.addStretch(1)
        layout.addWidget(row(None, leave, self.use))
        self._show()

    def done(self, result: int) -> None:
        self.passphrase.clear()
        super().done(result)

    def _show(self) -> None:
        self.use.setEnabled(bool(self.passphrase.text() or self.file.text().strip()))

    def _choose(self) -> None:
        dialog = QFileDialog(self, translate("keys", "Choose the file with the secret half"))
        dialog.setFileMode(QFileDialog.FileMode.ExistingFile)
        dialog.fileSelected.connect(self.file.setText)
        dialog.finished.connect(dialog.deleteLater)
        dialog.open()

    def _use(self) -> None:
        from pagevoo_console.services.secrets import Secret

        keys, passphrase, file = self._keys, self.passphrase.text(), self.file.text().strip()

        def give() -> None:
            if file:
                keys.use_identity_file(Path(file).expanduser())
            if passphrase:
                keys.use_passphrase(Secret(passphrase))

        self.use.setEnabled(False)
        self._runner.query(give, lambda _none: self.accept(), self._failed, key="key", owner=self)

    def _failed(self, error: Exception) -> None:
        self.banner.show_message(message_of(error))
        self._show()
