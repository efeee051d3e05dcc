"""The shape of a room that lists records: a head, the list, and below it the page of the record in hand."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QSplitter, QVBoxLayout, QWidget

from pagevoo_console.ui.kit.pages import column
from pagevoo_console.ui.kit.states import StateStack
from pagevoo_console.ui.kit.tokens import Space


def list_and_page(
    room: QWidget, name: str, *head: QWidget, records: QWidget, page: QWidget, heights: tuple[int, int]
) -> tuple[QSplitter, StateStack]:
    """Lay a room out so; `heights` are those of list and page at first.

    Hands back the splitter, called by `name`, and the states that stand around it.
    """
    split = QSplitter(Qt.Orientation.Vertical)
    split.setObjectName(name)
    split.setChildrenCollapsible(False)
    split.addWidget(records)
    split.addWidget(page)
    split.setSizes(list(heights))
    states = StateStack(split)
    layout = QVBoxLayout(room)
    layout.setContentsMargins(0, 0, 0, 0)
    layout.setSpacing(0)
    layout.addWidget(column(*head, margins=(Space.L, Space.M + Space.XS, Space.L, Space.M), spacing=Space.S + Space.XS))
    layout.addWidget(states, 1)
    return split, states
