"""How somebody has arranged a table: widths and order of its columns and what it is sorted by, to be kept as a text."""

from __future__ import annotations

import json
from typing import Any

from PySide6.QtCore import Qt

from pagevoo_console.ui.kit.record_view import RecordView

NARROWEST, WIDEST = 48, 2000


def arrangement_of(view: RecordView) -> str:
    """The arrangement by the columns' keys, so that it outlives a version with other columns."""
    header, columns = view.horizontalHeader(), view.records.columns
    shown = [place for place in range(len(columns)) if not header.isSectionHidden(place)]
    sorted_by = view.records.sorted_by
    return json.dumps(
        {
            "widths": {columns[place].key: header.sectionSize(place) for place in shown if not columns[place].stretch},
            "order": [columns[header.logicalIndex(place)].key for place in range(len(columns))],
            "sort": None if sorted_by is None else [columns[sorted_by[0]].key, sorted_by[1]],
        }
    )


def arrange(view: RecordView, kept: object) -> None:
    """Arrange it as it was; what cannot be read, or names columns that are not there, is passed over."""
    try:
        told: Any = json.loads(kept) if isinstance(kept, str) else None
    except ValueError:
        return
    if not isinstance(told, dict):
        return
    header, columns = view.horizontalHeader(), view.records.columns
    places = {column.key: place for place, column in enumerate(columns)}
    widths, order, sort = (told.get(part) for part in ("widths", "order", "sort"))
    for key, width in widths.items() if isinstance(widths, dict) else ():
        if key in places and isinstance(width, int) and not columns[places[key]].stretch:
            view.setColumnWidth(places[key], max(NARROWEST, min(width, WIDEST)))
    known = [key for key in order if key in places] if isinstance(order, list) else []
    for target, key in enumerate(known):
        header.moveSection(header.visualIndex(places[key]), target)
    if isinstance(sort, list) and len(sort) == 2 and sort[0] in places and columns[places[sort[0]]].sort_key:
        direction = Qt.SortOrder.DescendingOrder if sort[1] else Qt.SortOrder.AscendingOrder
        view.sortByColumn(places[sort[0]], direction)
