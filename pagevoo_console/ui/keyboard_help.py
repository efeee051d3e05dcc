"""Every shortcut on one sheet."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QDialog, QGridLayout, QVBoxLayout, QWidget

from pagevoo_console.ui.kit import theme
from pagevoo_console.ui.kit.controls import ButtonKind, button
from pagevoo_console.ui.kit.i18n import translate
from pagevoo_console.ui.kit.labels import plain_label
from pagevoo_console.ui.kit.pages import row
from pagevoo_console.ui.kit.tokens import Space, Text


class KeyboardHelp(QDialog):
    """Shows pairs of keys and what they do, in two columns."""

    def __init__(self, shortcuts: Sequence[tuple[str, str]], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        title = translate("window", "Keyboard")
        self.setWindowTitle(title)
        self.setObjectName("keyboardHelp")
        self.setModal(True)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        close = button(translate("window", "Close"), kind=ButtonKind.PRIMARY, on_click=self.reject)
        close.setDefault(True)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(Space.L, Space.L, Space.L, Space.M)
        layout.setSpacing(Space.M)
        layout.addWidget(plain_label(title, Text.TITLE))
        layout.addWidget(_sheet([*shortcuts, *_everywhere()]))
        layout.addWidget(row(None, close))
        close.setFocus()


def _everywhere() -> list[tuple[str, str]]:
    """What lists and pages do by themselves."""
    return [
        ("↓", translate("window", "From the search to the list")),
        ("Enter", translate("window", "From the list to the tenant's page")),
        ("Ctrl+C", translate("window", "Copy the chosen rows")),
        ("Esc", translate("window", "Clear the search, close a dialog")),
    ]


def _sheet(shortcuts: Sequence[tuple[str, str]]) -> QWidget:
    made = QWidget()
    grid = QGridLayout(made)
    grid.setContentsMargins(0, 0, 0, 0)
    grid.setHorizontalSpacing(Space.L)
    grid.setVerticalSpacing(Space.S)
    half = (len(shortcuts) + 1) // 2
    for place, (keys, what) in enumerate(shortcuts):
        line, side = place % half, 2 * (place // half)
        shown = plain_label(keys)
        shown.setFont(theme.mono_font())
        grid.addWidget(shown, line, side)
        grid.addWidget(plain_label(what, Text.BODY), line, side + 1)
    return made
