"""The bar below the environment: where one is in the fleet, what runs, and the way to everything."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtWidgets import QHBoxLayout, QPushButton, QVBoxLayout, QWidget

from pagevoo_console.ui.kit import format
from pagevoo_console.ui.kit.controls import ButtonKind, button, rule
from pagevoo_console.ui.kit.i18n import translate
from pagevoo_console.ui.kit.tokens import Space
from pagevoo_console.ui.outline import TOP_HEIGHT


class TopBar(QWidget):
    """Buttons for the rooms of the fleet at the left, jobs and the command palette at the right."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._rooms: dict[str, QPushButton] = {}
        self._left = QHBoxLayout()
        self._left.setSpacing(Space.XS)
        self._right = QHBoxLayout()
        self._right.setSpacing(Space.XS)
        line = QHBoxLayout()
        line.setContentsMargins(Space.S, Space.XS, Space.S, Space.XS)
        line.addLayout(self._left)
        line.addStretch(1)
        line.addLayout(self._right)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addLayout(line)
        layout.addWidget(rule())
        self._jobs: QPushButton | None = None
        self.setFixedHeight(TOP_HEIGHT)

    def add_room(self, name: str, title: str, icon: str, on_click: Callable[[], object]) -> None:
        """A room of the fleet; its button is marked while it is in sight."""
        made = button(title, icon, ButtonKind.RAIL)
        made.setObjectName(f"room.{name}")
        made.clicked.connect(lambda _checked=False: on_click())
        self._rooms[name] = made
        self._left.addWidget(made)

    def add_jobs(self, on_click: Callable[[], object]) -> None:
        """The way to what is running."""
        self._jobs = button(translate("window", "Activity"), "activity", ButtonKind.QUIET, on_click=on_click)
        self._jobs.setObjectName("activityButton")
        self._right.addWidget(self._jobs)

    def add_palette(self, keys: str, on_click: Callable[[], object]) -> None:
        """The way to everything else."""
        text = translate("window", "Go to anything…")
        made = button(f"{text}   {keys}", "search", on_click=on_click)
        made.setAccessibleName(text)
        made.setObjectName("paletteButton")
        self._right.addWidget(made)

    def show_room(self, name: str) -> None:
        for room, made in self._rooms.items():
            made.setChecked(room == name)

    def show_jobs(self, running: int) -> None:
        """How many jobs have not ended yet."""
        if self._jobs is None:
            return
        text = translate("window", "Activity")
        if running:
            text = translate("window", "{count} running").format(count=format.count(running))
        self._jobs.setText(text)
        self._jobs.setAccessibleName(text)
