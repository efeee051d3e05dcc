"""The few colours that lie under everything, apart from the other tokens because the first frame needs no more.

Nothing is imported here: enumerations and dataclasses take longer to make than the frame takes to paint.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from PySide6.QtGui import QPalette

LIGHT_GROUNDS = {
    "canvas": "#f5f6f8",
    "surface": "#ffffff",
    "sunken": "#eceef2",
    "hairline": "#e1e4ea",
    "edge": "#868e9c",
}
DARK_GROUNDS = {
    "canvas": "#14161b",
    "surface": "#1b1e25",
    "sunken": "#22262f",
    "hairline": "#2c313c",
    "edge": "#7b8496",
}


def is_dark(shown: QPalette) -> bool:
    """Whether a palette is a dark one."""
    return shown.window().color().lightness() < 128
