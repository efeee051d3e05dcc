"""The one road from a word in the code to a word on the screen."""

from __future__ import annotations

from PySide6.QtCore import QCoreApplication


def translate(context: str, text: str) -> str:
    """The text in the language of the window; `context` is the room's name, as Linguist shows it."""
    return QCoreApplication.translate(context, text)
