"""A process that shows a window and ends with its first painted frame: the console's own, or a bare one.

Called with `console` or `bare` and the moment at which it was begun; says how long the frame took, and how much of the
processor's time, in milliseconds.
"""

from __future__ import annotations

import os
import sys
import time
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from PySide6.QtCore import QObject


def _bare(begun: float) -> None:
    from PySide6.QtWidgets import QApplication, QLabel, QMainWindow

    application = QApplication(sys.argv[:1])
    watch = _watch(begun)
    application.installEventFilter(watch)
    window = QMainWindow()
    window.setCentralWidget(QLabel("bare"))
    window.resize(1280, 820)
    window.show()
    application.exec()


def _console(begun: float) -> None:
    from PySide6.QtWidgets import QApplication

    from pagevoo_console.cli.main import main

    application = QApplication(sys.argv[:1])
    watch = _watch(begun)
    application.installEventFilter(watch)
    sys.argv = ["pagevoo-console", "--master-url", f"sqlite:///{os.environ['PAGEVOO_HOME']}/pagevoo_core.db"]
    main()


def _watch(begun: float) -> QObject:
    from PySide6.QtCore import QEvent, QObject, QTimer
    from PySide6.QtWidgets import QWidget

    def tell() -> None:
        print((time.monotonic() - begun) * 1000, time.process_time() * 1000, flush=True)
        os._exit(0)

    class Watch(QObject):
        def eventFilter(self, watched: QObject, event: QEvent) -> bool:
            if event.type() == QEvent.Type.Paint and isinstance(watched, QWidget):
                QTimer.singleShot(0, tell)
            return False

    return Watch()


if __name__ == "__main__":
    {"bare": _bare, "console": _console}[sys.argv[1]](float(sys.argv[2]))
