"""Notifications of the desktop, for what happens while nobody looks at the window. Quiet where there is no desktop.

Over D-Bus where there is a session bus, over the tray of the system elsewhere. The desktop is asked in another thread:
a service that has to be started first may take its time. Texts are plain: markup in a tenant's name stays what it is.
"""

from __future__ import annotations

import html
import os
import sys
from pathlib import Path

from PySide6.QtCore import Q_ARG, QMetaObject, QObject, Qt, QTimer
from PySide6.QtWidgets import QSystemTrayIcon

from pagevoo_console.domain.text import visible
from pagevoo_console.ui.kit.icons import icon
from pagevoo_console.ui.kit.runner import Runner

APPLICATION = "Pagevoo Console"
SERVICE, PATH = "org.freedesktop.Notifications", "/org/freedesktop/Notifications"
ANSWER_MS = 2000
SHOWN_MS = 10_000
LANE = "desktop"


class DesktopNotifier(QObject):
    """Tells the desktop. `tell` returns at once, and nothing is said where nobody would hear it."""

    def __init__(self, runner: Runner, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._runner = runner
        self._tray: QSystemTrayIcon | None = None
        self._hide = QTimer(self)
        self._hide.setSingleShot(True)
        self._hide.setInterval(SHOWN_MS)
        self._hide.timeout.connect(self._leave_tray)

    def tell(self, title: str, text: str) -> None:
        """Show both as plain text, as long as the desktop shows such things."""
        shown = visible(title), visible(text, keep_newlines=True)
        self._runner.query(
            lambda: tell_over_bus(*shown),
            lambda was_told: None if was_told else self._tell_in_tray(*shown),
            lambda _error: self._tell_in_tray(*shown),
            owner=self,
            lane=LANE,
        )

    def _tell_in_tray(self, title: str, text: str) -> None:
        if not QSystemTrayIcon.isSystemTrayAvailable():
            return
        if self._tray is None:
            self._tray = QSystemTrayIcon(icon("database"), self)
            self._tray.setToolTip(APPLICATION)
        self._tray.show()
        self._tray.showMessage(title, text, QSystemTrayIcon.MessageIcon.Warning, SHOWN_MS)
        self._hide.start()

    def _leave_tray(self) -> None:
        if self._tray is not None:
            self._tray.hide()


def has_session_bus() -> bool:
    """Whether this user's session has a bus already: asking for one where there is none would try to start it."""
    if not sys.platform.startswith("linux"):
        return False
    if os.environ.get("DBUS_SESSION_BUS_ADDRESS"):
        return True
    runtime = os.environ.get("XDG_RUNTIME_DIR", "")
    return bool(runtime) and Path(runtime, "bus").exists()


def tell_over_bus(title: str, text: str) -> bool:
    """Whether the desktop's own service took it. Blocks for some seconds at most: not for the window's thread.

    The call goes through the interface's described methods, which give each argument the type that the service wants.
    """
    if not has_session_bus():
        return False
    from PySide6.QtDBus import QDBusConnection, QDBusInterface, QDBusMessage

    bus = QDBusConnection.sessionBus()
    if not bus.isConnected():
        return False
    service = QDBusInterface(SERVICE, PATH, SERVICE, bus)
    service.setTimeout(ANSWER_MS)
    if not service.isValid():
        return False
    answer = service.call("GetCapabilities")
    if answer.type() != QDBusMessage.MessageType.ReplyMessage:
        return False
    (capabilities,) = answer.arguments()
    body = html.escape(text, quote=False) if "body-markup" in capabilities else text
    return bool(
        QMetaObject.invokeMethod(
            service, "Notify", Qt.ConnectionType.DirectConnection,
            Q_ARG(str, APPLICATION), Q_ARG("uint", 0), Q_ARG(str, "dialog-warning"), Q_ARG(str, title),
            Q_ARG(str, body), Q_ARG("QStringList", []), Q_ARG("QVariantMap", {}), Q_ARG(int, SHOWN_MS),
        )
    )  # fmt: skip
