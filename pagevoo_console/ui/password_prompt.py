"""Asks for a password where none is known: from any thread, with one dialog in the window's."""

from __future__ import annotations

import threading
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtWidgets import QDialog, QLineEdit, QVBoxLayout, QWidget

from pagevoo_console.domain.server import Server
from pagevoo_console.ui.kit.controls import ButtonKind, button
from pagevoo_console.ui.kit.i18n import translate
from pagevoo_console.ui.kit.labels import plain_label
from pagevoo_console.ui.kit.pages import row
from pagevoo_console.ui.kit.tokens import Space, Text

if TYPE_CHECKING:
    from pagevoo_console.services.secrets import Secret


@dataclass(slots=True)
class _Request:
    server: Server
    answered: threading.Event = field(default_factory=threading.Event)
    password: str | None = None


class PasswordDialog(QDialog):
    """Asks for one server's password. Enter logs in, Escape gives up."""

    def __init__(self, server: Server, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle(translate("window", "Password"))
        self.setObjectName("passwordDialog")
        self.setModal(True)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setMinimumWidth(420)
        prompt = translate("window", "Password of {user} at {address}").format(user=server.user, address=server.address)
        self.field = QLineEdit()
        self.field.setObjectName("passwordEdit")
        self.field.setEchoMode(QLineEdit.EchoMode.Password)
        self.field.setAccessibleName(prompt)
        ask = button(translate("window", "Log in"), kind=ButtonKind.PRIMARY, on_click=self.accept)
        ask.setObjectName("logInButton")
        ask.setDefault(True)
        give_up = button(translate("window", "Cancel"), on_click=self.reject)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(Space.L, Space.L, Space.L, Space.M)
        layout.setSpacing(Space.M)
        layout.addWidget(plain_label(prompt, Text.STRONG, wrap=True))
        layout.addWidget(self.field)
        text = translate(
            "window", "It is kept for as long as this window is open. The connection's settings can save it."
        )
        layout.addWidget(plain_label(text, muted=True, wrap=True))
        layout.addWidget(row(None, give_up, ask))
        self.field.setFocus()


class PasswordPrompt(QObject):
    """`ask` is what the services call, in their threads; it waits until somebody has answered or the window closes."""

    _asked = Signal(object)

    def __init__(self, window: QWidget) -> None:
        super().__init__(window)
        self._window = window
        self._waiting: list[_Request] = []
        self._is_closed = False
        self._asked.connect(self._open, Qt.ConnectionType.QueuedConnection)

    def ask(self, server: Server) -> Secret | None:
        """The password somebody typed, None where they would not."""
        from pagevoo_console.services.secrets import Secret

        if self._is_closed:
            return None
        request = _Request(server)
        self._asked.emit(request)
        request.answered.wait()
        return None if request.password is None else Secret(request.password)

    def close(self) -> None:
        """Let everybody go who still waits."""
        self._is_closed = True
        for request in self._waiting:
            request.answered.set()

    def _open(self, request: _Request) -> None:
        if self._is_closed:
            request.answered.set()
            return
        self._waiting.append(request)
        dialog = PasswordDialog(request.server, self._window)
        dialog.finished.connect(lambda result: self._answer(request, dialog, result))
        dialog.open()

    def _answer(self, request: _Request, dialog: PasswordDialog, result: int) -> None:
        if result == QDialog.DialogCode.Accepted:
            request.password = dialog.field.text()
        self._waiting.remove(request)
        request.answered.set()
