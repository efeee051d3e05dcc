"""Shows the password of a new account, once: it is kept nowhere, so nobody leaves before it has been taken."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QCheckBox, QDialog, QLineEdit, QVBoxLayout, QWidget

from pagevoo_console.domain.account import TenantAccount
from pagevoo_console.domain.job import JobEvent, JobState
from pagevoo_console.ui.kit import theme
from pagevoo_console.ui.kit.banners import banner
from pagevoo_console.ui.kit.controls import ButtonKind, button
from pagevoo_console.ui.kit.i18n import translate
from pagevoo_console.ui.kit.labels import plain_label
from pagevoo_console.ui.kit.messages import Message, MessageKind
from pagevoo_console.ui.kit.pages import KeyValues, row
from pagevoo_console.ui.kit.runner import Runner
from pagevoo_console.ui.kit.tokens import Space, Text

if TYPE_CHECKING:
    from pagevoo_console.services.accounts import ShownOnce


class PasswordHanding(QObject):
    """Waits for the job that makes an account and opens the dialog when it has ended well; then it is gone."""

    def __init__(
        self, runner: Runner, job: int, once: ShownOnce, account: TenantAccount, window: QWidget | None
    ) -> None:
        super().__init__(window)
        self._runner = runner
        self._job = job
        self._once = once
        self._account = account
        self._window = window
        runner.job_event.connect(self._job_event)

    def _job_event(self, event: JobEvent) -> None:
        if event.job.id != self._job or not event.job.state.is_final:
            return
        self._runner.job_event.disconnect(self._job_event)
        secret = self._once.take()
        if secret is not None and event.job.state is JobState.SUCCEEDED:
            PasswordDialog(self._account, secret.reveal(), self._window).open()
        self.deleteLater()


class PasswordDialog(QDialog):
    """One account's password, with a button to copy it. It closes once that was pressed, or somebody has said so."""

    def __init__(self, account: TenantAccount, password: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        title = translate("accounts", "The account is made: take its password now")
        self.setObjectName("accountPasswordDialog")
        self.setWindowTitle(translate("accounts", "Password of {account}").format(account=account.name))
        self.setModal(True)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setMinimumWidth(560)
        facts = KeyValues()
        facts.add(translate("accounts", "Account"), account.name)
        facts.add(translate("accounts", "Database"), f"{account.database} · {account.server}")
        self.field = QLineEdit(password)
        self.field.setObjectName("accountPasswordEdit")
        self.field.setReadOnly(True)
        self.field.setFont(theme.mono_font())
        self.field.setAccessibleName(translate("accounts", "Password"))
        self.copy_button = button(
            translate("accounts", "Copy password"), "copy", ButtonKind.PRIMARY, on_click=self._copy
        )
        self.copy_button.setObjectName("copyPasswordButton")
        warning = Message(
            MessageKind.WARNING,
            translate("accounts", "It is shown this once and kept nowhere"),
            translate("accounts", "Whoever loses it removes the account and creates it again."),
        )
        self.taken = QCheckBox(translate("accounts", "I have it"))
        self.taken.setObjectName("passwordTakenBox")
        self.taken.setAccessibleName(self.taken.text())
        self.taken.toggled.connect(lambda _on: self._show())
        self.close_button = button(translate("accounts", "Close"), on_click=self.accept)
        self.close_button.setObjectName("closePasswordButton")
        layout = QVBoxLayout(self)
        layout.setContentsMargins(Space.L, Space.L, Space.L, Space.M)
        layout.setSpacing(Space.M)
        layout.addWidget(plain_label(title, Text.SUBTITLE, wrap=True))
        layout.addWidget(facts)
        layout.addWidget(row((self.field, 1), self.copy_button))
        layout.addWidget(banner(warning))
        layout.addWidget(row(self.taken, None, self.close_button))
        self._show()
        self.copy_button.setFocus()

    def reject(self) -> None:
        """Escape and the window's own cross close nothing while the password would be lost."""
        if self.taken.isChecked():
            super().reject()

    def done(self, result: int) -> None:
        self.field.clear()
        super().done(result)

    def _copy(self) -> None:
        QGuiApplication.clipboard().setText(self.field.text())
        self.copy_button.setText(translate("accounts", "Copied"))
        self.taken.setChecked(True)

    def _show(self) -> None:
        self.close_button.setEnabled(self.taken.isChecked())
