"""The pieces of the overview: figures, shares with their bars, and lines that lead somewhere."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial

from PySide6.QtCore import QRectF, QSize
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QGridLayout, QSizePolicy, QVBoxLayout, QWidget

from pagevoo_console.ui.kit import format
from pagevoo_console.ui.kit.controls import ButtonKind, IconView, button
from pagevoo_console.ui.kit.flow import FlowLayout
from pagevoo_console.ui.kit.gauge import paint_bar
from pagevoo_console.ui.kit.i18n import translate
from pagevoo_console.ui.kit.labels import plain_label
from pagevoo_console.ui.kit.pages import Ground, column, row
from pagevoo_console.ui.kit.tenant_names import Names, named
from pagevoo_console.ui.kit.tokens import Space, Text, Tone
from pagevoo_console.ui.overview.attention import NAMED, Concern

Click = Callable[[], object]
LONGEST_NAME = 32


def shortened(name: str) -> str:
    """A name short enough for a link."""
    return name if len(name) <= LONGEST_NAME else name[: LONGEST_NAME - 1] + "…"


class Figure(QWidget):
    """One large figure with what it counts below it."""

    def __init__(self, title: str, icon: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._value = plain_label(format.NOTHING, Text.DISPLAY)
        self._note = plain_label("", Text.CAPTION, muted=True, wrap=True)
        self._title = title
        head = row(IconView(icon, 16), plain_label(title, muted=True), None)
        margins = (Space.M, Space.S + Space.XS, Space.M, Space.S + Space.XS)
        body = column(head, self._value, self._note, spacing=Space.XS, margins=margins, ground=Ground.CARD)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(body)

    def show_figure(self, value: str, note: str = "") -> None:
        self._value.setText(value)
        self._note.setText(note)
        self.setAccessibleName(f"{self._title}: {value} {note}".strip())


class ShareBar(QWidget):
    """A share of a whole as a bar; the figure stands beside it."""

    def __init__(self, fraction: float, tone: Tone, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._fraction = fraction
        self._tone = tone
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def sizeHint(self) -> QSize:
        return QSize(80, 20)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        paint_bar(painter, QRectF(0, 7, self.width(), 6), self._fraction, self._tone)


def shares(lines: Sequence[tuple[str, str, int, Tone, Click]], total: int) -> QWidget:
    """Lines of (key, word, number, tone, click): each word a link, a bar, and the number."""
    made = QWidget()
    grid = QGridLayout(made)
    grid.setContentsMargins(0, 0, 0, 0)
    grid.setHorizontalSpacing(Space.M)
    grid.setVerticalSpacing(Space.XS)
    grid.setColumnStretch(1, 1)
    for place, (key, word, number, tone, click) in enumerate(lines):
        link = button(word, kind=ButtonKind.LINK, on_click=click)
        link.setObjectName(f"share.{key}")
        link.setAccessibleName(f"{word}: {format.count(number)}")
        grid.addWidget(link, place, 0)
        grid.addWidget(ShareBar(number / total if total else 0.0, tone), place, 1)
        grid.addWidget(plain_label(format.count(number)), place, 2)
    return made


def concern_line(
    concern: Concern, names: Names, on_show: Click | None, on_tenant: Callable[[str], object], is_first: bool
) -> QWidget:
    """One concern: what it is, and the way there."""
    words: list[QWidget] = [plain_label(concern.title, Text.STRONG, wrap=True)]
    if concern.text:
        words.append(plain_label(concern.text, muted=True, wrap=True))
    links: list[QWidget] = []
    for tenant in concern.tenants[:NAMED]:
        whom = named(tenant, names)
        link = button(shortened(whom), kind=ButtonKind.LINK, on_click=partial(on_tenant, tenant))
        link.setObjectName(f"concern.{concern.key}.{tenant}")
        link.setAccessibleName(translate("overview", "Show {tenant}").format(tenant=whom))
        links.append(link)
    if len(concern.tenants) > NAMED:
        links.append(plain_label(f"+ {format.count(len(concern.tenants) - NAMED)}", muted=True))
    if links:
        inside = QWidget()
        flow = FlowLayout(inside, Space.XS)
        for link_ in links:
            flow.addWidget(link_)
        words.append(inside)
    pieces: list[QWidget | tuple[QWidget, int] | None] = [
        column(IconView(concern.icon, 18, concern.tone), None, margins=(0, Space.HAIR, 0, 0)),
        (column(*words, spacing=Space.HAIR), 1),
    ]
    if on_show is not None:
        show = button(translate("overview", "Show"), on_click=on_show)
        show.setObjectName(f"concern.{concern.key}")
        show.setAccessibleName(f"{translate('overview', 'Show')}: {concern.title}")
        pieces.append(column(show, None))
    line = row(*pieces, spacing=Space.M, margins=(0, 0 if is_first else Space.XS, 0, Space.XS))
    line.setAccessibleName(f"{concern.title}. {concern.text}")
    return line
