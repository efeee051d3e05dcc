"""A jump of the scroll bar, painted: the kit's table of records against the naive model in a plain table."""

from __future__ import annotations

import random
from typing import TypeVar

from PySide6.QtWidgets import QAbstractItemView, QHeaderView, QTableView

from benchmarks.directories import rows
from benchmarks.figures import Comparison, Figure, Limit, Spread, interleaved, percentile
from benchmarks.options import Options, main
from benchmarks.windows import NaiveModel, OwnTime, application, show
from pagevoo_console.ui.kit import theme
from pagevoo_console.ui.kit.record_view import RecordView
from pagevoo_console.ui.kit.records import Column, Kind, ListSource, RecordsModel

Row = tuple[str, ...]
Table = TypeVar("Table", bound=QTableView)
TITLES = ("Id", "Name", "E-mail", "Tier", "Domain", "Database", "Created")
SIZE = (1280, 800)
ROW_HEIGHT = 22
P95_MS = 10


def measure(options: Options) -> Figure:
    """The same rows, sizes and jumps on both sides; each jump is painted at once."""
    count = options.size(options.rows, 1_000_000, 2_000)
    jumps = options.size(None, 100, 5)
    theme.install(application())
    fleet: list[Row] = [
        (row.id, row.name, row.email, row.tier, row.domain or "", row.database or "", (row.created_at or "")[:10])
        for row in rows(count)
    ]
    ours, peer = _ours(fleet), _peer(fleet)
    taken: dict[QTableView, list[float]] = {ours: [], peer: []}
    own: dict[QTableView, list[float]] = {ours: [], peer: []}
    dice = {ours: random.Random(7), peer: random.Random(7)}

    def jump(table: QTableView) -> float:
        bar, times = table.verticalScrollBar(), []
        for _ in range(jumps):
            place = dice[table].randrange(bar.maximum())
            measured = OwnTime()
            bar.setValue(place)
            table.viewport().repaint()
            times.append(measured.elapsed)
            own[table].append(measured.own)
        taken[table].extend(times)
        return percentile(times, 0.5)

    for table in (ours, peer):
        jump(table)
        taken[table].clear()
        own[table].clear()
    mine, other = interleaved(options.rounds, lambda: jump(ours), lambda: jump(peer))
    visible = peer.rowAt(peer.viewport().height() - 1) - peer.rowAt(0)
    mine_visible = ours.rowAt(ours.viewport().height() - 1) - ours.rowAt(0)
    for table in (ours, peer):
        table.close()
    return Figure(
        "scroll",
        f"a scroll jump among {count} rows",
        (
            Comparison(
                f"jump among {count} rows", Spread("ms", mine), "naive model in QTableView", Spread("ms", other),
                goal=0.5, is_speed=False,
            ),
        ),
        (
            Limit("p95", percentile(taken[ours], 0.95), "ms", P95_MS),
            Limit("p95 of the thread's own time", percentile(own[ours], 0.95), "ms"),
            Limit("p95 of the naive model", percentile(taken[peer], 0.95), "ms"),
        ),
        (f"{mine_visible} and {visible} rows of {len(TITLES)} columns in sight",),
    )  # fmt: skip


def _ours(fleet: list[Row]) -> RecordView:
    columns = [_column(place) for place in range(len(TITLES))]
    source = ListSource(fleet, identity=lambda row: row[0])
    model = RecordsModel(columns, source)
    table = RecordView(model, "Tenants", row_height=ROW_HEIGHT, has_lines=False)
    model.setParent(table)
    return _shown(table)


def _column(place: int) -> Column[Row]:
    kind = Kind.NUMBER if place == 0 else Kind.MUTED if place == 6 else Kind.TEXT
    return Column(TITLES[place], TITLES[place], SIZE[0] // len(TITLES), lambda row: row[place], kind)


def _peer(fleet: list[Row]) -> QTableView:
    table = QTableView()
    model = NaiveModel(fleet, TITLES)
    model.setParent(table)
    table.setModel(model)
    table.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
    table.verticalHeader().setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
    table.verticalHeader().setMinimumSectionSize(ROW_HEIGHT)
    table.verticalHeader().setDefaultSectionSize(ROW_HEIGHT)
    table.verticalHeader().hide()
    for place in range(len(TITLES)):
        table.setColumnWidth(place, SIZE[0] // len(TITLES))
    return _shown(table)


def _shown(table: Table) -> Table:
    show(table, *SIZE)
    return table


if __name__ == "__main__":
    main(measure)
