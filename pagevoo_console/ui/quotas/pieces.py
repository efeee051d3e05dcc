"""What the views about quotas share."""

from __future__ import annotations

from collections.abc import Iterable

from PySide6.QtWidgets import QWidget

from pagevoo_console.ui.kit.controls import IconView
from pagevoo_console.ui.kit.labels import plain_label
from pagevoo_console.ui.kit.pages import column, row
from pagevoo_console.ui.kit.tokens import Space, Text, Tone


def means(title: str, icon: str, tone: Tone, lines: Iterable[str]) -> QWidget:
    """A heading, and what it stands for, line by line, each with its icon."""
    made = [
        row(column(IconView(icon, 14, tone), None, margins=(0, Space.HAIR, 0, 0)), (plain_label(line, wrap=True), 1))
        for line in lines
    ]
    whole = column(plain_label(title, Text.STRONG, wrap=True), *made, spacing=Space.XS)
    whole.setAccessibleName(title)
    return whole
