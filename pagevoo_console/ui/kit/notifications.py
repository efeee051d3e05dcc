"""Notifications of the desktop, for what happens while nobody looks at the window. Quiet where there is no desktop.

Over D-Bus where there is a session bus, over the tray of the system elsewhere. The desktop is asked in another thread:
a service that has to be started first may take its time. Qt's own D-Bus would hold up every other thread meanwhile,
and cannot say that a number is unsigned. Texts are plain: markup in a tenant's name stays what it is.
"""

from __future__ import annotations

import html
import os
import sys
from pathlib import Path

from PySide6.QtCore import QObject, QTimer
from PySide6.QtWidgets import QSystemTrayIcon

from pagevoo_console.domain.text import visible
from pagevoo_console.ui.kit.icons import icon
from pagevoo_console.ui.kit.runner import Runner

APPLICATION = "Pagevoo Console"
SERVICE, PATH = "org.freedesktop.Notifications", "/org/freedesktop/Notifications"
ANSWER_SECONDS = 2.0
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


def session_bus() -> str:
    """The address of this user's session bus; empty where there is none, which nobody starts for this."""
    if not sys.platform.startswith("linux"):
        return ""
    told = os.environ.get("DBUS_SESSION_BUS_ADDRESS", "")
    socket = Path(os.environ.get("XDG_RUNTIME_DIR", ""), "bus")
    return told or (f"unix:path={socket}" if socket.is_absolute() and socket.exists() else "")


def tell_over_bus(title: str, text: str) -> bool:
    """Whether the desktop's own service took it. Blocks for some seconds at most: not for the window's thread.

    Raises OSError and the bus's own errors where the bus does not answer.
    """
    address = session_bus()
    if not address:
        return False
    from jeepney import DBusAddress, MessageType, new_method_call
    from jeepney.io.blocking import open_dbus_connection

    desktop = DBusAddress(PATH, bus_name=SERVICE, interface=SERVICE)
    with open_dbus_connection(bus=address) as bus:
        answer = bus.send_and_get_reply(new_method_call(desktop, "GetCapabilities"), timeout=ANSWER_SECONDS)
        if answer.header.message_type is not MessageType.method_return:
            return False
        (capabilities,) = answer.body
        body = html.escape(text, quote=False) if "body-markup" in capabilities else text
        notify = new_method_call(
            desktop, "Notify", "susssasa{sv}i", (APPLICATION, 0, "dialog-warning", title, body, [], {}, SHOWN_MS)
        )
        answer = bus.send_and_get_reply(notify, timeout=ANSWER_SECONDS)
        return bool(answer.header.message_type is MessageType.method_return)
