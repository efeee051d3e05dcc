"""A language that nobody speaks and every layout has to bear: the window's own words, two fifths longer."""

from __future__ import annotations

import re

from PySide6.QtCore import QObject, QTranslator

SHARE = 0.4
_PIECES = re.compile(r"(\{[^}]*\}|\S*[*%]\S*)")
"""What has to stay as it is: fields to be filled in, patterns of file names, percentages."""
_VOWELS = "aeiouyAEIOUY"


class LongWords(QTranslator):
    """Install it before the window is made: every text that goes through `kit.i18n` is as long as German may be."""

    def __init__(self, share: float = SHARE, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._share = share

    def translate(self, context: str, source: str, disambiguation: str | None = None, n: int = -1) -> str:
        return lengthened(source, self._share)

    def isEmpty(self) -> bool:  # noqa: N802
        return False


def lengthened(text: str, share: float = SHARE) -> str:
    """The text with vowels drawn out until it is longer by that share; lines break where they did."""
    pieces = _PIECES.split(text)
    words = sum(len(piece) for piece in pieces[::2])
    missing = round(words * share)
    while missing:
        before = missing
        for place in range(0, len(pieces), 2):
            made = ""
            for letter in pieces[place]:
                made += letter
                if missing and letter in _VOWELS:
                    made += letter.lower()
                    missing -= 1
            pieces[place] = made
        if missing == before:
            return text + "n" * missing
    return "".join(pieces)
