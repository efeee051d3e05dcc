"""Colours for SQL: key words, texts, numbers and comments. A reader's help, no parser."""

from __future__ import annotations

import re

from PySide6.QtGui import QColor, QFont, QSyntaxHighlighter, QTextCharFormat, QTextDocument

from pagevoo_console.ui.kit import theme
from pagevoo_console.ui.kit.tokens import Tone

KEYWORDS = (
    r"select|from|where|and|or|not|null|is|in|like|between|exists|case|when|then|else|end|as|on|using|join|left|right|"
    r"inner|outer|full|cross|natural|group|by|having|order|limit|offset|distinct|all|union|intersect|except|with|"
    r"recursive|values|asc|desc|show|tables|columns|databases|describe|explain|analyze|count|sum|avg|min|max|cast|"
    r"coalesce|true|false|over|partition|filter|ilike|collate"
)

_TOKEN = re.compile(
    r"(?P<comment>--[^\n]*|\#[^\n]*|/\*.*?(?:\*/|$))"
    r"|(?P<text>'(?:[^']|'')*'?)"
    r"|(?P<name>\"(?:[^\"]|\"\")*\"?|`[^`]*`?)"
    r"|(?P<number>\b\d+(?:\.\d+)?\b)"
    rf"|(?P<keyword>\b(?:{KEYWORDS})\b)",
    re.IGNORECASE,
)
_IN_COMMENT = 1
_TONES = {"text": Tone.GOOD, "number": Tone.WARNING, "keyword": Tone.ACCENT, "comment": Tone.NEUTRAL}


class SqlHighlighter(QSyntaxHighlighter):
    """Paints one document; `recolour` after light has become dark."""

    def __init__(self, document: QTextDocument) -> None:
        super().__init__(document)
        self._formats = _formats()

    def recolour(self) -> None:
        """Take the colours of this moment."""
        self._formats = _formats()
        self.rehighlight()

    def highlightBlock(self, text: str) -> None:
        self.setCurrentBlockState(0)
        begin = 0
        if self.previousBlockState() == _IN_COMMENT:
            end = text.find("*/")
            begin = len(text) if end < 0 else end + 2
            self.setFormat(0, begin, self._formats["comment"])
            if end < 0:
                self.setCurrentBlockState(_IN_COMMENT)
        for token in _TOKEN.finditer(text, begin):
            kind = token.lastgroup or ""
            if kind in self._formats:
                self.setFormat(token.start(), token.end() - token.start(), self._formats[kind])
            if kind == "comment" and token.group().startswith("/*") and not token.group().endswith("*/"):
                self.setCurrentBlockState(_IN_COMMENT)


def _formats() -> dict[str, QTextCharFormat]:
    made = {}
    for kind, tone in _TONES.items():
        look = QTextCharFormat()
        look.setForeground(QColor(theme.colours().tone(tone).text))
        if kind == "keyword":
            look.setFontWeight(QFont.Weight.DemiBold)
        if kind == "comment":
            look.setFontItalic(True)
        made[kind] = look
    return made
