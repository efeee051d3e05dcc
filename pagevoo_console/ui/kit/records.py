"""The one table model: columns declared as data over a source that hands out windows of rows.

A million rows cost what the visible ones cost: the source is asked for the rows in sight, their texts are made once and
kept, and every role that nobody needs is answered at once. Sorting and filtering are the source's, never a proxy's.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Generic, NamedTuple, Protocol, TypeVar

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QObject, QPersistentModelIndex, Qt

from pagevoo_console.domain.text import visible
from pagevoo_console.ui.kit.labels import tooltip
from pagevoo_console.ui.kit.pills import Badge
from pagevoo_console.ui.kit.tokens import Tone

Row = TypeVar("Row")
Row_co = TypeVar("Row_co", covariant=True)
Index = QModelIndex | QPersistentModelIndex

RECORD_ROLE = int(Qt.ItemDataRole.UserRole)
WINDOW = 128
KEPT_ROWS = 4096

_DISPLAY = int(Qt.ItemDataRole.DisplayRole)
_TOOLTIP = int(Qt.ItemDataRole.ToolTipRole)
_ALIGNMENT = int(Qt.ItemDataRole.TextAlignmentRole)
_ACCESSIBLE = int(Qt.ItemDataRole.AccessibleTextRole)
_ANSWERED = frozenset({_DISPLAY, _TOOLTIP, _ALIGNMENT, _ACCESSIBLE, RECORD_ROLE})
_LEFT = int(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
_RIGHT = int(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)


class Kind(StrEnum):
    """How a cell is painted. NUMBER is right-aligned with digits of one width; BAR is a size with a bar before it."""

    TEXT = "text"
    MUTED = "muted"
    MONO = "mono"
    NUMBER = "number"
    BADGE = "badge"
    BAR = "bar"

    @property
    def is_right_aligned(self) -> bool:
        return self in (Kind.NUMBER, Kind.BAR)


class Cell(NamedTuple):
    """One cell, ready to be painted: all texts are already visible and in the window's language."""

    text: str
    detail: str = ""
    badge: Badge | None = None
    fraction: float | None = None
    tone: Tone = Tone.NEUTRAL
    icon: str = ""


LOADING = Cell("…")


@dataclass(frozen=True)
class Column(Generic[Row]):
    """One column, as data. `width` is in pixels; a `stretch` column takes what is left.

    `text` is what is shown, copied and read aloud, a badge's own word where it is empty; `detail` is a quieter second
    line. `sort_key` is the source's word for sorting by this column, empty where it cannot. `hint` is a tooltip of its
    own. `is_text_ours` spares texts that no tenant wrote the search for hidden characters.
    """

    key: str
    title: str
    width: int
    text: Callable[[Row], str]
    kind: Kind = Kind.TEXT
    sort_key: str = ""
    detail: Callable[[Row], str] | None = None
    badge: Callable[[Row], Badge | None] | None = None
    fraction: Callable[[Row], float | None] | None = None
    tone: Callable[[Row], Tone] | None = None
    icon: Callable[[Row], str] | None = None
    hint: Callable[[Row], str] | None = None
    stretch: bool = False
    is_text_ours: bool = False

    def cell(self, row: Row) -> Cell:
        text = self.text(row)
        badge = None if self.badge is None else self.badge(row)
        if not text and badge is not None:
            text = badge.text
        return Cell(
            text if self.is_text_ours else visible(text),
            "" if self.detail is None else visible(self.detail(row)),
            badge,
            None if self.fraction is None else self.fraction(row),
            Tone.NEUTRAL if self.tone is None else self.tone(row),
            "" if self.icon is None else self.icon(row),
        )


class RowCells(dict[int, Cell], Generic[Row]):
    """The cells of one row by their column, each made when it is first looked at: hidden columns cost nothing."""

    def __init__(self, columns: Sequence[Column[Row]], record: Row) -> None:
        super().__init__()
        self._columns = columns
        self._record = record

    def __missing__(self, column: int) -> Cell:
        made = self[column] = self._columns[column].cell(self._record)
        return made


class RecordSource(Protocol[Row_co]):
    """Where the rows are. Called in the GUI thread, so it answers from memory or says that rows are on their way."""

    def __len__(self) -> int: ...

    def rows(self, start: int, count: int) -> Sequence[Row_co] | None:
        """The rows from `start` on; None when they are being fetched and `RecordsModel.arrived` will follow."""
        ...

    def sort(self, key: str, *, descending: bool) -> None:
        """Order the rows by one of the columns' sort keys from now on."""
        ...

    def position(self, key: Hashable) -> int | None:
        """Where the row with that identity stands, None when it is not here or not known."""
        ...


class ListSource(Generic[Row]):
    """Rows in memory. `sort_values` maps a sort key to what rows are compared by: numbers as numbers."""

    def __init__(
        self,
        rows: Sequence[Row] = (),
        *,
        identity: Callable[[Row], Hashable],
        sort_values: dict[str, Callable[[Row], Any]] | None = None,
    ) -> None:
        self._rows = list(rows)
        self._identity = identity
        self._sort_values = sort_values or {}

    def __len__(self) -> int:
        return len(self._rows)

    def rows(self, start: int, count: int) -> Sequence[Row]:
        return self._rows[start : start + count]

    def sort(self, key: str, *, descending: bool) -> None:
        self._rows.sort(key=self._sort_values[key], reverse=descending)

    def position(self, key: Hashable) -> int | None:
        return next((place for place, row in enumerate(self._rows) if self._identity(row) == key), None)


class RecordsModel(QAbstractTableModel, Generic[Row]):
    """Shows a source through its columns. `record_view` paints `cells()` without asking for roles."""

    def __init__(
        self, columns: Sequence[Column[Row]], source: RecordSource[Row], parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self.columns = tuple(columns)
        self._source = source
        self._count = len(source)
        self._cells: dict[int, RowCells[Row]] = {}
        self._records: dict[int, Row] = {}
        self._loading = dict.fromkeys(range(len(self.columns)), LOADING)
        self._sorted_by: tuple[int, bool] | None = None

    @property
    def source(self) -> RecordSource[Row]:
        return self._source

    @property
    def sorted_by(self) -> tuple[int, bool] | None:
        """Column and whether descending, None for the source's own order."""
        return self._sorted_by

    def set_source(self, source: RecordSource[Row]) -> None:
        """Show other rows, such as those of another search, in the order of before."""
        self.beginResetModel()
        self._source = source
        if self._sorted_by is not None:
            column, descending = self._sorted_by
            source.sort(self.columns[column].sort_key, descending=descending)
        self._forget()
        self.endResetModel()

    def refresh(self) -> None:
        """Ask the source for everything again, since it may hold other rows now."""
        self.beginResetModel()
        self._forget()
        self.endResetModel()

    def arrived(self, start: int, rows: Sequence[Row]) -> None:
        """Rows that were on their way are here."""
        for place, row in enumerate(rows, start):
            self._records[place] = row
            self._cells.pop(place, None)
        if rows and start < self._count:
            last = min(self._count, start + len(rows)) - 1
            self.dataChanged.emit(self.index(start, 0), self.index(last, len(self.columns) - 1))

    def record(self, row: int) -> Row | None:
        """The record at a row, None while it is on its way."""
        known = self._records.get(row)
        if known is None and 0 <= row < self._count:
            self._load(row)
            known = self._records.get(row)
        return known

    def cells(self, row: int) -> Mapping[int, Cell]:
        """What is to be painted in a row, by column; a cell is made when it is asked for."""
        cells = self._cells.get(row)
        if cells is None:
            record = self.record(row)
            if record is None:
                return self._loading
            cells = self._cells[row] = RowCells(self.columns, record)
        return cells

    def cell(self, row: int, column: int) -> Cell:
        """What is to be painted in one place."""
        return self.cells(row)[column]

    def rowCount(self, parent: Index = QModelIndex()) -> int:
        return 0 if parent.isValid() else self._count

    def columnCount(self, parent: Index = QModelIndex()) -> int:
        return 0 if parent.isValid() else len(self.columns)

    def data(self, index: Index, role: int = _DISPLAY) -> Any:
        if role not in _ANSWERED or not index.isValid():
            return None
        row, column = index.row(), index.column()
        if role == RECORD_ROLE:
            return self.record(row)
        if role == _ALIGNMENT:
            return _RIGHT if self.columns[column].kind.is_right_aligned else _LEFT
        if role == _TOOLTIP:
            return self._tooltip(row, column)
        cell = self.cell(row, column)
        if role == _ACCESSIBLE and cell.detail:
            return f"{cell.text}, {cell.detail}"
        return cell.text

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = _DISPLAY) -> Any:
        if orientation != Qt.Orientation.Horizontal or not 0 <= section < len(self.columns):
            return None
        if role == _DISPLAY:
            return self.columns[section].title
        if role == _ALIGNMENT:
            return _RIGHT if self.columns[section].kind.is_right_aligned else _LEFT
        return None

    def sort(self, column: int, order: Qt.SortOrder = Qt.SortOrder.AscendingOrder) -> None:
        if not 0 <= column < len(self.columns) or not self.columns[column].sort_key:
            return
        descending = order == Qt.SortOrder.DescendingOrder
        if self._sorted_by == (column, descending):
            return
        self._sorted_by = (column, descending)
        self.beginResetModel()
        self._source.sort(self.columns[column].sort_key, descending=descending)
        self._forget()
        self.endResetModel()

    def _tooltip(self, row: int, column: int) -> str | None:
        hint = self.columns[column].hint
        record = self.record(row)
        if hint is not None and record is not None:
            return tooltip(hint(record))
        cell = self.cell(row, column)
        return tooltip("\n".join(part for part in (cell.text, cell.detail) if part))

    def _load(self, row: int) -> None:
        if len(self._records) >= KEPT_ROWS:
            self._records.clear()
            self._cells.clear()
        start = row - row % WINDOW
        for place, record in enumerate(self._source.rows(start, WINDOW) or (), start):
            self._records[place] = record

    def _forget(self) -> None:
        self._records.clear()
        self._cells.clear()
        self._count = len(self._source)
