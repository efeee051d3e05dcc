"""A program with a desktop service of its own that prints what the console tells it, on a bus that nobody else has."""

from __future__ import annotations

import json
import sys

from PySide6.QtCore import ClassInfo, QObject, QTimer, Slot
from PySide6.QtDBus import QDBusConnection
from PySide6.QtWidgets import QApplication

from pagevoo_console.services.jobs import JobRunner
from pagevoo_console.ui.kit.notifications import PATH, SERVICE, DesktopNotifier
from pagevoo_console.ui.kit.runner import Runner

PATIENCE_MS = 20_000


@ClassInfo({"D-Bus Interface": SERVICE})  # type: ignore[call-arg]
class Desktop(QObject):  # type: ignore[operator]
    """Answers as a notification service does; without `body-markup` bodies are plain."""

    def __init__(self, capabilities: list[str]) -> None:
        super().__init__()
        self._capabilities = capabilities

    @Slot(result="QStringList")
    def GetCapabilities(self) -> list[str]:  # noqa: N802
        return self._capabilities

    @Slot(str, "uint", str, str, str, "QStringList", "QVariantMap", int, result="uint")
    def Notify(  # noqa: N802
        self, app: str, replaces: int, icon: str, title: str, body: str, actions: list[str], hints: object, ms: int
    ) -> int:
        sys.stdout.write(json.dumps([app, title, body]))
        QTimer.singleShot(50, QApplication.quit)
        return 7


def main(title: str, body: str, *capabilities: str) -> int:
    """Tell once; exit 0 when the desktop was told."""
    application = QApplication([])
    bus = QDBusConnection.connectToBus(QDBusConnection.BusType.SessionBus, "desktop")
    desktop = Desktop(list(capabilities))
    bus.registerObject(PATH, desktop, QDBusConnection.RegisterOption.ExportAllSlots)
    assert bus.registerService(SERVICE)
    jobs = JobRunner()
    runner = Runner(jobs)
    notifier = DesktopNotifier(runner)
    QTimer.singleShot(0, lambda: notifier.tell(title, body))
    QTimer.singleShot(PATIENCE_MS, lambda: application.exit(1))
    ended = application.exec()
    runner.close()
    jobs.close()
    return ended


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
