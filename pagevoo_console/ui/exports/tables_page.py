"""Which tables an export holds: all of them, or some, each with its estimated rows and size."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QButtonGroup, QHeaderView, QTreeWidget, QTreeWidgetItem

from pagevoo_console.domain.database import TableFacts
from pagevoo_console.domain.text import visible
from pagevoo_console.ui.kit import format
from pagevoo_console.ui.kit.choices import ChoiceCard
from pagevoo_console.ui.kit.controls import ButtonKind, button
from pagevoo_console.ui.kit.i18n import translate
from pagevoo_console.ui.kit.labels import plain_label
from pagevoo_console.ui.kit.loaded_page import LoadedPage
from pagevoo_console.ui.kit.pages import row
from pagevoo_console.ui.kit.runner import Runner
from pagevoo_console.ui.kit.states import Emptiness

if TYPE_CHECKING:
    from pagevoo_console.services.console import Console

NAME = Qt.ItemDataRole.UserRole
RIGHT = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter


class TablesPage(LoadedPage[tuple[TableFacts, ...]]):
    """Chooses tables. All of them is a choice of its own: tables that appear until then are exported too."""

    def __init__(self, console: Console, runner: Runner, tenant: str) -> None:
        super().__init__(
            translate("export", "Tables"),
            translate("export", "All of them come from one moment, even while the website is being used."),
            runner,
            console.connection.master.name,
        )
        self._console = console
        self._tenant = tenant
        self.all_card = ChoiceCard(translate("export", "All tables"))
        self.some_card = ChoiceCard(translate("export", "Only these tables"))
        self.all_card.control.setObjectName("allTables")
        self.some_card.control.setObjectName("someTables")
        self._group = QButtonGroup(self)
        for card in (self.all_card, self.some_card):
            self._group.addButton(card.control)
        self.all_card.control.setChecked(True)
        self.list = QTreeWidget()
        self.list.setObjectName("tablesList")
        self.list.setAccessibleName(translate("export", "Tables"))
        self.list.setRootIsDecorated(False)
        self.list.setUniformRowHeights(True)
        self.list.setHeaderLabels(
            [translate("export", "Table"), translate("export", "Rows, about"), translate("export", "Size")]
        )
        self.list.setMinimumHeight(230)
        head = self.list.header()
        head.setStretchLastSection(False)
        head.setSectionResizeMode(0, QHeaderView.ResizeMode.Stretch)
        for place in (1, 2):
            head.setSectionResizeMode(place, QHeaderView.ResizeMode.ResizeToContents)
            self.list.headerItem().setTextAlignment(place, RIGHT)
        self.list.itemChanged.connect(lambda _item, _column: self._changed())
        self._count = plain_label(muted=True)
        self._tick_all = button(
            translate("export", "Tick all"), kind=ButtonKind.LINK, on_click=lambda: self._tick(Qt.CheckState.Checked)
        )
        self._tick_none = button(
            translate("export", "Tick none"), kind=ButtonKind.LINK, on_click=lambda: self._tick(Qt.CheckState.Unchecked)
        )
        self._group.buttonToggled.connect(lambda _button, on: self._changed() if on else None)
        for part in (self.all_card, self.some_card, self.list):
            self.parts.addWidget(part)
        self.parts.addWidget(row(self._count, None, self._tick_all, self._tick_none))

    @property
    def ticked(self) -> tuple[str, ...]:
        """The tables that are ticked, by their names as they are."""
        items = (self.list.topLevelItem(place) for place in range(self.list.topLevelItemCount()))
        return tuple(
            str(item.data(0, NAME))
            for item in items
            if item is not None and item.checkState(0) is Qt.CheckState.Checked
        )

    @property
    def names(self) -> tuple[str, ...]:
        """What the request asks for; empty means all."""
        return () if self.all_card.is_chosen else self.ticked

    @property
    def is_ready(self) -> bool:
        return self.all_card.is_chosen or bool(self.ticked)

    def fetch(self) -> tuple[TableFacts, ...]:
        return self._console.exports.tables(self._tenant)

    def present(self, content: tuple[TableFacts, ...]) -> Emptiness | None:
        if not content:
            title = translate("export", "There is nothing to export")
            return Emptiness(title, translate("export", "The database holds no table."), "table-2")
        self.list.blockSignals(True)
        self.list.clear()
        for table in content:
            item = QTreeWidgetItem(
                [visible(table.name), format.count(table.rows_estimated), format.size(table.size_bytes)]
            )
            item.setData(0, NAME, table.name)
            item.setCheckState(0, Qt.CheckState.Checked)
            for place in (1, 2):
                item.setTextAlignment(place, RIGHT)
            self.list.addTopLevelItem(item)
        self.list.blockSignals(False)
        self._show()
        return None

    def _tick(self, state: Qt.CheckState) -> None:
        self.list.blockSignals(True)
        for place in range(self.list.topLevelItemCount()):
            item = self.list.topLevelItem(place)
            if item is not None:
                item.setCheckState(0, state)
        self.list.blockSignals(False)
        self._changed()

    def _changed(self) -> None:
        self._show()
        self.touch()

    def _show(self) -> None:
        some = self.some_card.is_chosen
        for widget in (self.list, self._tick_all, self._tick_none):
            widget.setEnabled(some)
        total = self.list.topLevelItemCount()
        chosen = len(self.ticked) if some else total
        text = translate("export", "{chosen} of {total} tables")
        self._count.setText(text.format(chosen=format.count(chosen), total=format.count(total)))
