"""Finds what a window cuts off: words of its own that do not fit where they stand."""

from __future__ import annotations

from collections.abc import Iterator

from PySide6.QtCore import QPoint
from PySide6.QtWidgets import QAbstractButton, QLabel, QPushButton, QScrollArea, QWidget

from pagevoo_console.ui.kit.labels import ElidedLabel
from pagevoo_console.ui.kit.long_words import LongWords
from pagevoo_console.ui.kit.pills import BadgeView
from pagevoo_console.ui.kit.record_view import RecordView


class NotedLongWords(LongWords):
    """Remembers every text that it handed out, to tell the window's own words from a tenant's."""

    def __init__(self) -> None:
        super().__init__()
        self.made: set[str] = set()

    def translate(self, context: str, source: str, disambiguation: str | None = None, n: int = -1) -> str:
        made = super().translate(context, source, disambiguation, n)
        self.made.add(made)
        return made


def cut_off(place: QWidget, words: NotedLongWords) -> list[str]:
    """What within this widget cannot be read in full, each with how much is missing."""
    found: list[str] = []
    for widget in place.findChildren(QWidget):
        if widget.isVisible():
            found += [f"{type(widget).__name__} {problem}" for problem in _problems(widget, words)]
    return found


def _problems(widget: QWidget, words: NotedLongWords) -> Iterator[str]:
    if isinstance(widget, ElidedLabel):
        if widget.toolTip() and widget.text() in words.made:
            yield f"{widget.text()!r} is elided"
    elif isinstance(widget, QLabel) and widget.text():
        yield from _label(widget)
    elif isinstance(widget, QPushButton | BadgeView) or (isinstance(widget, QAbstractButton) and widget.text()):
        if widget.width() < widget.sizeHint().width():
            yield f"{widget.accessibleName()!r} has {widget.width()} of {widget.sizeHint().width()} pixels"
    elif isinstance(widget, RecordView):
        yield from _header(widget)
    elif isinstance(widget, QScrollArea):
        inside = widget.widget()
        if inside is not None and inside.width() > widget.viewport().width():
            yield f"{widget.accessibleName()!r} is {inside.width()} wide in {widget.viewport().width()}"
    window = widget.window()
    if widget is not window and not _is_scrolled(widget):
        right = widget.mapTo(window, QPoint(widget.width(), 0)).x()
        if right > window.width():
            yield f"{widget.accessibleName() or widget.objectName()!r} ends {right - window.width()} beyond the window"


def _label(label: QLabel) -> Iterator[str]:
    if label.wordWrap():
        wanted = label.heightForWidth(label.width())
        if wanted > label.height() + 1:
            yield f"{label.text()!r} has {label.height()} of {wanted} pixels in height"
        longest = max((label.fontMetrics().horizontalAdvance(word) for word in label.text().split()), default=0)
        if longest > label.contentsRect().width() + 1:
            yield f"{label.text()!r} has a word of {longest} in {label.width()} pixels"
    elif label.width() + 1 < label.sizeHint().width():
        yield f"{label.text()!r} has {label.width()} of {label.sizeHint().width()} pixels"


def _header(view: RecordView) -> Iterator[str]:
    header = view.horizontalHeader()
    for place, column in enumerate(view.records.columns):
        if header.isVisible() and not header.isSectionHidden(place):
            wanted = header.fontMetrics().horizontalAdvance(column.title)
            if wanted > header.sectionSize(place) - 16:
                yield f"{column.title!r} has {header.sectionSize(place) - 16} of {wanted} pixels"


def _is_scrolled(widget: QWidget) -> bool:
    parent = widget.parentWidget()
    while parent is not None:
        if isinstance(parent, QScrollArea | RecordView):
            return True
        parent = parent.parentWidget()
    return False
