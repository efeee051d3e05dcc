"""The one table model and the view that paints it."""

from collections.abc import Sequence
from typing import Any

import pytest
from PySide6.QtCore import QModelIndex, QPoint, Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtTest import QAbstractItemModelTester
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from pagevoo_console.ui.kit.record_view import RecordView
from pagevoo_console.ui.kit.records import LOADING, RECORD_ROLE, Column, Kind, ListSource, RecordsModel
from pagevoo_console.ui.kit.tokens import Tone
from tests.ui.kit.gallery import Customer, customer_columns, customers


def list_source(rows: Sequence[Customer]) -> ListSource[Customer]:
    return ListSource(
        rows,
        identity=lambda customer: customer.id,
        sort_values={"name": lambda c: c.name, "id": lambda c: c.id, "size": lambda c: c.size or 0},
    )


class Endless:
    """A million rows that exist only when they are looked at; remembers which windows were asked for."""

    def __init__(self) -> None:
        self.asked: list[tuple[int, int]] = []
        self.sorts: list[tuple[str, bool]] = []

    def __len__(self) -> int:
        return 1_000_000

    def rows(self, start: int, count: int) -> Sequence[int]:
        self.asked.append((start, count))
        return range(start, start + count)

    def sort(self, key: str, *, descending: bool) -> None:
        self.sorts.append((key, descending))

    def position(self, key: object) -> int | None:
        return key if isinstance(key, int) else None


class Late(Endless):
    """The same rows, always on their way."""

    def rows(self, start: int, count: int) -> None:  # type: ignore[override]
        self.asked.append((start, count))


def number_columns() -> list[Column[int]]:
    return [
        Column("number", "Number", 120, str, kind=Kind.NUMBER, sort_key="number"),
        Column("name", "Name", 200, lambda n: f"name {n}", stretch=True),
    ]


def shown(qtbot: QtBot, model: RecordsModel[Any], **options: Any) -> RecordView:
    view = RecordView(model, "Customers", **options)
    model.setParent(view)
    qtbot.addWidget(view)
    view.resize(900, 600)
    view.show()
    QApplication.processEvents()
    return view


def test_the_model_keeps_qts_rules(qtbot: QtBot) -> None:
    model = RecordsModel(customer_columns(), list_source(customers(300)))
    tester = QAbstractItemModelTester(model, QAbstractItemModelTester.FailureReportingMode.Fatal)

    model.sort(0, Qt.SortOrder.DescendingOrder)
    model.set_source(list_source(customers(7)))
    model.set_source(list_source([]))
    model.set_source(list_source(customers(2)))
    model.refresh()

    assert tester.model() is model
    assert (model.rowCount(), model.columnCount()) == (2, 7)


def test_a_row_is_shown_as_its_columns_say() -> None:
    rows = customers(10)
    model = RecordsModel(customer_columns(), list_source(rows))
    texts = [model.index(4, column).data() for column in range(7)]

    assert texts[:4] == ["a⟦U+202E⟧evil 4", "4", "Tier", "Active"]
    assert texts[6] == "pagevoo_website_4"
    assert model.index(4, 0).data(Qt.ItemDataRole.AccessibleTextRole) == "a⟦U+202E⟧evil 4, shop-4.example"
    assert model.index(4, 0).data(RECORD_ROLE) == rows[4]
    assert model.index(2, 0).data(Qt.ItemDataRole.ToolTipRole).startswith("<p")
    assert "&lt;b&gt;" in model.index(2, 0).data(Qt.ItemDataRole.ToolTipRole)
    assert model.index(4, 0).data(Qt.ItemDataRole.DecorationRole) is None
    assert model.headerData(4, Qt.Orientation.Horizontal) == "Size"
    assert int(model.headerData(4, Qt.Orientation.Horizontal, Qt.ItemDataRole.TextAlignmentRole)) & int(
        Qt.AlignmentFlag.AlignRight
    )


def test_numbers_are_sorted_as_numbers_whatever_their_size() -> None:
    rows = [Customer(n, f"n{n}", "", 0, None, size, 1, None) for n, size in enumerate((5, 2**40, 7, 2**33))]
    model = RecordsModel(customer_columns(), list_source(rows))

    model.sort(4, Qt.SortOrder.DescendingOrder)

    assert [model.record(row).size for row in range(4)] == [2**40, 2**33, 7, 5]  # type: ignore[union-attr]
    assert model.sorted_by == (4, True)


def test_a_column_that_cannot_be_sorted_changes_nothing() -> None:
    model = RecordsModel(customer_columns(), list_source(customers(5)))

    model.sort(2, Qt.SortOrder.DescendingOrder)

    assert [model.record(row).id for row in range(5)] == [0, 1, 2, 3, 4]  # type: ignore[union-attr]
    assert model.sorted_by is None


def test_another_search_keeps_the_order_that_was_chosen() -> None:
    model = RecordsModel(customer_columns(), list_source(customers(5)))
    model.sort(1, Qt.SortOrder.DescendingOrder)

    model.set_source(list_source(customers(3)))

    assert [model.record(row).id for row in range(3)] == [2, 1, 0]  # type: ignore[union-attr]


def test_a_million_rows_cost_what_the_visible_ones_cost(qtbot: QtBot) -> None:
    source = Endless()
    view = shown(qtbot, RecordsModel(number_columns(), source))

    view.verticalScrollBar().setValue(view.verticalScrollBar().maximum() // 2)
    QApplication.processEvents()

    assert view.records.rowCount() == 1_000_000
    assert len(source.asked) <= 4
    assert all(count <= 128 for _, count in source.asked)
    assert any(start > 400_000 for start, _ in source.asked)


def test_painting_asks_for_no_roles_at_all(qtbot: QtBot) -> None:
    class Counting(RecordsModel[int]):
        asked = 0

        def data(self, index: Any, role: int = 0) -> Any:
            Counting.asked += 1
            return super().data(index, role)

    view = shown(qtbot, Counting(number_columns(), Endless()))
    Counting.asked = 0

    view.grab()

    assert Counting.asked == 0


def test_rows_on_their_way_are_shown_when_they_arrive(qtbot: QtBot) -> None:
    source = Late()
    view = shown(qtbot, RecordsModel(number_columns(), source))
    before = view.records.cell(0, 1)

    with qtbot.waitSignal(view.records.dataChanged):
        view.records.arrived(0, list(range(128)))

    assert before == LOADING
    assert view.records.cell(3, 1).text == "name 3"


def test_headers_sort_and_the_keyboard_moves_opens_and_copies(qtbot: QtBot) -> None:
    view = shown(qtbot, RecordsModel(customer_columns(), list_source(customers(30))), many=True)
    opened: list[Customer] = []
    chosen: list[Customer | None] = []
    view.record_opened.connect(opened.append)
    view.record_chosen.connect(chosen.append)

    place = view.horizontalHeader().sectionViewportPosition(1) + 10
    qtbot.mouseClick(view.horizontalHeader().viewport(), Qt.MouseButton.LeftButton, pos=QPoint(place, 10))
    qtbot.mouseClick(view.horizontalHeader().viewport(), Qt.MouseButton.LeftButton, pos=QPoint(place, 10))
    view.setFocus()
    view.selectRow(0)
    qtbot.keyClick(view, Qt.Key.Key_Down)
    qtbot.keyClick(view, Qt.Key.Key_Return)
    qtbot.keyClick(view, Qt.Key.Key_C, Qt.KeyboardModifier.ControlModifier)

    assert [customer.id for customer in opened] == [28]
    assert chosen[-1] is not None
    assert chosen[-1].id == 28
    assert view.current_record() == opened[0]
    assert view.selected_records() == opened
    assert QGuiApplication.clipboard().text().startswith("Lindqvist Keramik 28 (shop-28.example)\t28\tTier\t")


def test_a_row_is_found_again_by_its_identity(qtbot: QtBot) -> None:
    view = shown(qtbot, RecordsModel(customer_columns(), list_source(customers(200))))

    assert view.choose(150)
    assert view.current_record().id == 150  # type: ignore[union-attr]
    assert not view.choose(4711)


def test_no_row_is_current_in_an_empty_table(qtbot: QtBot) -> None:
    view = shown(qtbot, RecordsModel(customer_columns(), list_source([])))
    view.setCurrentIndex(QModelIndex())

    assert view.current_record() is None
    assert view.selected_records() == []


@pytest.mark.parametrize("kind", list(Kind))
def test_every_kind_of_cell_paints_hostile_and_missing_values(qtbot: QtBot, kind: Kind) -> None:
    column = Column[int](
        "x",
        "X",
        80,
        lambda n: "\u202e<b>" * n,
        kind=kind,
        fraction=lambda n: None if n else 1.3,
        tone=lambda n: Tone.DANGER,
    )
    view = shown(qtbot, RecordsModel([column], ListSource([0, 1, 400], identity=lambda n: n)))

    assert not view.grab().isNull()


def test_the_cells_of_hidden_columns_are_never_made(qtbot: QtBot) -> None:
    made: list[str] = []

    def column(key: str) -> Column[int]:
        def text(row: int) -> str:
            made.append(key)
            return str(row)

        return Column(key, key, 80, text)

    columns = [column("seen"), column("hidden")]
    view = RecordView(RecordsModel(columns, Endless()), "Numbers")
    view.setColumnHidden(1, True)
    qtbot.addWidget(view)
    view.show()
    qtbot.waitExposed(view)
    view.grab()

    assert set(made) == {"seen"}
