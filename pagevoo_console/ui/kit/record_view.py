"""The table that shows a RecordsModel: it paints its rows itself, without a widget or a role lookup for each cell."""

from __future__ import annotations

from collections.abc import Hashable
from typing import Any

from PySide6.QtCore import QEvent, QItemSelectionModel, QModelIndex, QPersistentModelIndex, Qt, Signal
from PySide6.QtGui import (
    QFocusEvent,
    QGuiApplication,
    QKeyEvent,
    QKeySequence,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPen,
)
from PySide6.QtWidgets import QAbstractItemView, QHeaderView, QTableView, QWidget

from pagevoo_console.ui.kit.records import Cell, Index, RecordsModel
from pagevoo_console.ui.kit.row_painter import RowPainter, Strip
from pagevoo_console.ui.kit.tokens import Space


class RecordView(QTableView):
    """A table of records: whole rows, one current row, sorting by its headers, copying as tab-separated text.

    Signals: record_chosen(record or None) when the current row changes; record_opened(record) on Enter or double click.
    """

    record_chosen = Signal(object)
    record_opened = Signal(object)

    def __init__(
        self,
        records: RecordsModel[Any],
        accessible_name: str,
        *,
        row_height: int = 36,
        has_lines: bool = True,
        many: bool = False,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self.records = records
        self.row_height = row_height
        self.has_lines = has_lines
        self.hovered_row = -1
        self.setAccessibleName(accessible_name)
        self._row_painter: RowPainter | None = None
        self.setShowGrid(False)
        self.setWordWrap(False)
        self.setCornerButtonEnabled(False)
        self.setTabKeyNavigation(False)
        self.setMouseTracking(True)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        mode = QAbstractItemView.SelectionMode
        self.setSelectionMode(mode.ExtendedSelection if many else mode.SingleSelection)
        self.setHorizontalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        rows = self.verticalHeader()
        rows.setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        rows.setMinimumSectionSize(row_height)
        rows.setDefaultSectionSize(row_height)
        rows.hide()
        self.setModel(records)
        self._set_up_header()
        self.activated.connect(self._open)

    @property
    def focused_row(self) -> int:
        """The row that carries the focus outline, -1 when the keyboard is elsewhere or has not moved yet."""
        if not self.hasFocus() or not self._came_by_keyboard:
            return -1
        return self.currentIndex().row()

    def current_record(self) -> Any | None:
        index = self.currentIndex()
        return self.records.record(index.row()) if index.isValid() else None

    def selected_records(self) -> list[Any]:
        """The records of the selected rows, in the order shown; those still on their way are left out."""
        rows = sorted({index.row() for index in self.selectionModel().selectedRows()})
        return [record for row in rows if (record := self.records.record(row)) is not None]

    def choose(self, key: Hashable) -> bool:
        """Make the row of that identity current and bring it into sight; False when it is not here."""
        position = self.records.source.position(key)
        if position is None:
            return False
        index = self.records.index(position, 0)
        flags = QItemSelectionModel.SelectionFlag.ClearAndSelect | QItemSelectionModel.SelectionFlag.Rows
        self.selectionModel().setCurrentIndex(index, flags)
        self.scrollTo(index)
        return True

    def copy(self) -> None:
        """Put the selected rows on the clipboard, one line a row, with the shown texts."""
        rows = sorted({index.row() for index in self.selectionModel().selectedRows()})
        columns = [c for c in range(len(self.records.columns)) if not self.isColumnHidden(c)]
        lines = ["\t".join(self._copied(self.records.cell(row, column)) for column in columns) for row in rows]
        QGuiApplication.clipboard().setText("\n".join(lines))

    def paintEvent(self, event: QPaintEvent) -> None:
        if self._row_painter is None:
            self._row_painter = RowPainter(self.devicePixelRatioF())
        first, last = self.rowAt(event.rect().top()), self.rowAt(event.rect().bottom())
        if first < 0:
            return
        painter = QPainter(self.viewport())
        rows = range(first, (last if last >= 0 else self.records.rowCount() - 1) + 1)
        self._paint_grounds(painter, self._row_painter, rows)
        top, half = self.rowViewportPosition(first), self.row_height // 2
        cells = [(top + place * self.row_height + half, self.records.cells(row)) for place, row in enumerate(rows)]
        header = self.horizontalHeader()
        final = header.count() - 1
        for column, declared in enumerate(self.records.columns):
            left, width, place = (
                header.sectionViewportPosition(column),
                header.sectionSize(column),
                header.visualIndex(column),
            )
            if header.isSectionHidden(column) or left + width < event.rect().left() or left > event.rect().right():
                continue
            before, after = Space.M if place == 0 else Space.S, Space.M if place == final else Space.S
            strip = Strip(left + before, width - before - after)
            self._row_painter.paint_column(painter, declared.kind, strip, [(y, row[column]) for y, row in cells])

    def _paint_grounds(self, painter: QPainter, look: RowPainter, rows: range) -> None:
        width, height = self.viewport().width(), self.row_height
        selection, focused = self.selectionModel(), self.focused_row
        top = self.rowViewportPosition(rows.start)
        for row in rows:
            if selection.isRowSelected(row):
                painter.fillRect(0, top, width, height, look.selection)
            elif row == self.hovered_row:
                painter.fillRect(0, top, width, height, look.hover)
            if self.has_lines:
                painter.fillRect(0, top + height - 1, width, 1, look.line)
            if row == focused:
                painter.setPen(QPen(look.focus, 2))
                painter.drawRect(1, top + 1, width - 2, height - 2)
            top += height

    def currentChanged(self, current: Index, previous: Index) -> None:  # noqa: N802
        super().currentChanged(current, previous)
        self.viewport().update()
        self.record_chosen.emit(self.records.record(current.row()) if current.isValid() else None)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        self._came_by_keyboard = True
        if event.matches(QKeySequence.StandardKey.Copy):
            self.copy()
            return
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and self.currentIndex().isValid():
            self._open(self.currentIndex())
            return
        super().keyPressEvent(event)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        self._came_by_keyboard = False
        super().mousePressEvent(event)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        super().mouseMoveEvent(event)
        self._hover(self.rowAt(round(event.position().y())))

    def leaveEvent(self, event: QEvent) -> None:
        super().leaveEvent(event)
        self._hover(-1)

    def focusInEvent(self, event: QFocusEvent) -> None:
        """Qt would make the first row current here, and whoever only came back to the window would be sent to it."""
        QWidget.focusInEvent(self, event)
        self.viewport().update()

    def changeEvent(self, event: QEvent) -> None:
        if event.type() in (QEvent.Type.PaletteChange, QEvent.Type.FontChange, QEvent.Type.StyleChange):
            self._row_painter = None
        super().changeEvent(event)

    _came_by_keyboard = False

    def _set_up_header(self) -> None:
        header = self.horizontalHeader()
        header.setHighlightSections(False)
        header.setSectionsMovable(True)
        header.setMinimumSectionSize(48)
        header.setSectionsClickable(True)
        for place, column in enumerate(self.records.columns):
            if column.stretch:
                header.setSectionResizeMode(place, QHeaderView.ResizeMode.Stretch)
            else:
                self.setColumnWidth(place, column.width)
        if any(column.sort_key for column in self.records.columns):
            header.setSortIndicatorShown(True)
            header.setSortIndicatorClearable(False)
            header.setSortIndicator(-1, Qt.SortOrder.AscendingOrder)
            self.setSortingEnabled(True)

    def _copied(self, cell: Cell) -> str:
        return f"{cell.text} ({cell.detail})" if cell.detail else cell.text

    def _hover(self, row: int) -> None:
        if row != self.hovered_row:
            self.hovered_row = row
            self.viewport().update()

    def _open(self, index: QModelIndex | QPersistentModelIndex) -> None:
        record = self.records.record(index.row())
        if record is not None:
            self.record_opened.emit(record)
