"""The rows of an answer as a table: NULL and bytes told apart from texts, sorting without asking the server."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import Any

from PySide6.QtGui import QFontMetricsF, QGuiApplication
from PySide6.QtWidgets import QVBoxLayout, QWidget

from pagevoo_console.domain.text import visible
from pagevoo_console.ui.inspection.values import NULL, as_tsv, is_binary, is_number, shown
from pagevoo_console.ui.kit import theme
from pagevoo_console.ui.kit.i18n import translate
from pagevoo_console.ui.kit.pills import Badge
from pagevoo_console.ui.kit.record_view import RecordView
from pagevoo_console.ui.kit.records import Column, Kind, ListSource, RecordsModel
from pagevoo_console.ui.kit.tokens import Text

Numbered = tuple[int, tuple[Any, ...]]
"""A row with its place in the answer."""

NOTHING_THERE = Badge(NULL)
NARROWEST, WIDEST = 72, 360
MEASURED_ROWS = 100
ROOM = 40


class ResultGrid(QWidget):
    """Shows one answer. Made anew for each: the columns are another statement's."""

    def __init__(self, columns: Sequence[str], rows: Sequence[tuple[Any, ...]], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.columns = tuple(columns)
        self.rows = tuple(rows)
        declared = [_column(place, name, self.rows) for place, name in enumerate(self.columns)]
        source: ListSource[Numbered] = ListSource(
            list(enumerate(self.rows)),
            identity=lambda row: row[0],
            sort_values={str(place): partial(_sort_value, place) for place in range(len(self.columns))},
        )
        self.records: RecordsModel[Numbered] = RecordsModel(declared, source)
        self.list = _Grid(self.records, self.columns)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self.list)

    def chosen_rows(self) -> list[tuple[Any, ...]]:
        """The selected rows, or all of them in the order shown where fewer than two are selected."""
        selected = [row for _place, row in self.list.selected_records()]
        if len(selected) > 1:
            return selected
        return [row for _place, row in self.records.source.rows(0, len(self.rows)) or ()]


class _Grid(RecordView):
    """Copies values, not their looks."""

    def __init__(self, records: RecordsModel[Numbered], columns: tuple[str, ...]) -> None:
        super().__init__(records, translate("inspection", "Rows of the answer"), row_height=28, many=True)
        self.setObjectName("sqlResult")
        self._columns = columns

    def copy(self) -> None:
        """Put the values of the selected rows on the clipboard, with the names of the columns."""
        QGuiApplication.clipboard().setText(as_tsv(self._columns, [row for _place, row in self.selected_records()]))


def _column(place: int, name: str, rows: Sequence[tuple[Any, ...]]) -> Column[Numbered]:
    values = [row[place] for row in rows[:MEASURED_ROWS]]
    known = [value for value in values if value is not None]
    numbers = bool(known) and all(map(is_number, known))
    binary = bool(known) and all(map(is_binary, known))
    kind = Kind.NUMBER if numbers else Kind.MONO if binary else Kind.TEXT
    metrics = QFontMetricsF(theme.font(Text.BODY))
    words = [visible(shown(value)) for value in values] + [visible(name)]
    width = max(map(metrics.horizontalAdvance, words), default=0.0) + ROOM

    def text(row: Numbered) -> str:
        value = row[1][place]
        return "" if value is None else shown(value)

    return Column(
        str(place),
        visible(name),
        int(max(NARROWEST, min(WIDEST, width))),
        text,
        kind,
        sort_key=str(place),
        badge=lambda row: NOTHING_THERE if row[1][place] is None else None,
        hint=lambda row: _hint(row[1][place]),
    )


def _hint(value: Any) -> str:
    if value is None:
        return translate("inspection", "NULL: there is no value")
    return shown(value)


def _sort_value(place: int, row: Numbered) -> tuple[int, Any]:
    """NULL first, then numbers, then texts: values of one column need not be of one type."""
    value = row[1][place]
    if value is None:
        return (0, 0)
    return (1, value) if is_number(value) else (2, str(value))
