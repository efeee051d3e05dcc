"""Chips over the list of findings: all of them, or one kind, each with how many there are."""

from __future__ import annotations

from collections.abc import Mapping

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QButtonGroup, QWidget

from pagevoo_console.domain.finding import FindingKind
from pagevoo_console.ui.fleet.finding_words import kind_word
from pagevoo_console.ui.kit import format
from pagevoo_console.ui.kit.controls import ButtonKind, button
from pagevoo_console.ui.kit.flow import FlowLayout
from pagevoo_console.ui.kit.i18n import translate
from pagevoo_console.ui.kit.pages import clear
from pagevoo_console.ui.kit.tokens import Space


class KindChips(QWidget):
    """One chip is pressed at a time.

    Signals: chosen(), when somebody pressed another one.
    """

    chosen = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("kindChips")
        self.setAccessibleName(translate("fleet", "Kinds of contradictions"))
        self.kind: FindingKind | None = None
        self._shown: dict[str, int] | None = None
        self._flow = FlowLayout(self, Space.XS + Space.HAIR)
        self._group = QButtonGroup(self)

    def offer(self, counts: Mapping[str, int]) -> None:
        """How many there are of each kind; a kind that was chosen and is gone gives way to all."""
        if self.kind is not None and self.kind.value not in counts:
            self.kind = None
        if dict(counts) == self._shown:
            return
        self._shown = dict(counts)
        for chip in self._group.buttons():
            self._group.removeButton(chip)
        clear(self._flow)
        self._add(None, translate("fleet", "All"), sum(counts.values()))
        for kind in FindingKind:
            if kind.value in counts:
                self._add(kind, kind_word(kind), counts[kind.value])
        self.updateGeometry()

    def choose(self, kind: FindingKind | None) -> None:
        """Press a chip from the program; nothing happens where there is none of that kind."""
        for chip in self._group.buttons():
            if chip.objectName() == _name(kind):
                chip.click()

    def _add(self, kind: FindingKind | None, title: str, count: int) -> None:
        chip = button(f"{title}  {format.count(count)}", kind=ButtonKind.CHIP, on_click=lambda: self._choose(kind))
        chip.setObjectName(_name(kind))
        chip.setChecked(kind is self.kind)
        self._group.addButton(chip)
        self._flow.addWidget(chip)
        chip.show()

    def _choose(self, kind: FindingKind | None) -> None:
        if kind is not self.kind:
            self.kind = kind
            self.chosen.emit()


def _name(kind: FindingKind | None) -> str:
    return f"kind.{kind.value if kind is not None else 'all'}"
