"""A field for a whole number, with its name, its limits and room before the digits."""

from __future__ import annotations

from PySide6.QtWidgets import QSpinBox

from pagevoo_console.ui.kit.tokens import Space

WIDTH = 100


def number_field(name: str, title: str, least: int, most: int, usual: int) -> QSpinBox:
    """`name` is what its widget is called, `title` what a screen reader calls it."""
    made = QSpinBox()
    made.setObjectName(name)
    made.setRange(least, most)
    made.setValue(usual)
    made.setMinimumWidth(WIDTH)
    made.setAccessibleName(title)
    made.lineEdit().setAccessibleName(title)
    made.lineEdit().setTextMargins(int(Space.XS), 0, 0, 0)
    return made
