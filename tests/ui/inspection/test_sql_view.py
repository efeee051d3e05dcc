"""Looking at a tenant's rows: real statements on a real database, errors in place, and a stop that arrives."""

import json
from collections.abc import Iterator

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication, QTextDocument
from PySide6.QtTest import QAbstractItemModelTester, QTest
from pytestqt.qtbot import QtBot

from pagevoo_console.ui.inspection.highlighter import SqlHighlighter
from pagevoo_console.ui.inspection.result_grid import ResultGrid
from pagevoo_console.ui.inspection.sql_view import SqlView
from pagevoo_console.ui.inspection.values import as_csv, as_json, as_tsv, shown
from pagevoo_console.ui.kit.messages import MessageKind
from pagevoo_console.ui.kit.states import View
from tests.services.platform_world import World
from tests.ui.worlds import nameless, running, small_world

ENDLESS = "WITH RECURSIVE t(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM t) SELECT count(*) FROM t"


@pytest.fixture(scope="module")
def world_and_tenant(tmp_path_factory: pytest.TempPathFactory) -> tuple[World, str]:
    world = small_world(tmp_path_factory.mktemp("world"))
    tenant, _website = world.provisioned()
    return world, tenant


@pytest.fixture
def view(world_and_tenant: tuple[World, str], qtbot: QtBot) -> Iterator[SqlView]:
    world, tenant = world_and_tenant
    with running() as runner:
        made = SqlView(world.console, runner, tenant)
        qtbot.addWidget(made)
        made.resize(900, 700)
        made.show()
        yield made
        qtbot.waitUntil(lambda: runner.is_idle, timeout=15_000)


def run(view: SqlView, statement: str, qtbot: QtBot) -> None:
    view.editor.setPlainText(statement)
    QTest.keyClick(view.editor, Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier)
    qtbot.waitUntil(lambda: not view.is_running, timeout=20_000)


def test_before_anything_was_run_it_says_what_to_write(view: SqlView) -> None:
    assert view.states.view is View.EMPTY
    assert not view.copy_button.isEnabled()


def test_a_statement_shows_its_rows_with_null_and_bytes_told_apart(view: SqlView, qtbot: QtBot) -> None:
    run(view, "SELECT 'NULL' AS word, NULL AS gone, x'00ff' AS raw, 12 AS n UNION ALL SELECT '', NULL, x'01', 7", qtbot)

    assert view.grid is not None
    QAbstractItemModelTester(view.grid.records, QAbstractItemModelTester.FailureReportingMode.Fatal, view)
    word, gone, raw, number = (view.grid.records.cell(0, column) for column in range(4))
    assert (word.text, word.badge) == ("NULL", None)
    assert gone.badge is not None
    assert (raw.text, number.text) == ("0x00ff", "12")
    assert view.grid.records.cells(1)[0].text == ""
    assert view.status.text().startswith("2 rows")
    assert view.states.view is View.CONTENT


def test_numbers_are_sorted_as_numbers(view: SqlView, qtbot: QtBot) -> None:
    run(view, "SELECT 9 AS n UNION ALL SELECT 10 UNION ALL SELECT NULL", qtbot)
    assert view.grid is not None

    view.grid.records.sort(0, Qt.SortOrder.AscendingOrder)

    assert [view.grid.records.cell(place, 0).text for place in range(3)] == ["NULL", "9", "10"]


def test_what_would_change_something_is_refused_in_place_and_the_answer_stays(view: SqlView, qtbot: QtBot) -> None:
    run(view, "SELECT 1", qtbot)
    before = view.grid

    run(view, "DELETE FROM console_features", qtbot)

    assert view.banner.message is not None
    assert view.banner.message.kind is MessageKind.ERROR
    assert view.grid is before
    assert view.states.view is View.CONTENT
    assert view.editor.toPlainText() == "DELETE FROM console_features"


def test_fault_176_escape_stops_the_statement_on_the_server(view: SqlView, qtbot: QtBot) -> None:
    view.editor.setPlainText(ENDLESS)
    view.run_button.click()
    qtbot.wait(300)
    assert view.is_running

    QTest.keyClick(view.editor, Qt.Key.Key_Escape)
    qtbot.waitUntil(lambda: not view.is_running, timeout=20_000)

    assert view.banner.message is not None
    assert view.banner.message.title == "Stopped"
    assert view.run_button.isEnabled()


def test_fault_176_more_rows_than_asked_for_are_said_to_be_cut(view: SqlView, qtbot: QtBot) -> None:
    view.limit.setCurrentIndex(0)
    series = "WITH RECURSIVE t(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM t WHERE n < 200) SELECT n FROM t"

    run(view, series, qtbot)

    assert view.status.text().startswith("The first 100 rows, there are more")


def test_an_answer_without_rows_says_so(view: SqlView, qtbot: QtBot) -> None:
    run(view, "SELECT 1 AS n WHERE 1 = 0", qtbot)

    assert view.states.view is View.EMPTY
    assert view.status.text().startswith("0 rows")


def test_ctrl_up_and_down_go_through_what_was_run(view: SqlView, qtbot: QtBot) -> None:
    run(view, "SELECT 1", qtbot)
    run(view, "SELECT 2", qtbot)
    view.editor.setPlainText("SELECT 3")

    control = Qt.KeyboardModifier.ControlModifier
    seen = []
    for key in (Qt.Key.Key_Up, Qt.Key.Key_Up, Qt.Key.Key_Up, Qt.Key.Key_Down, Qt.Key.Key_Down):
        QTest.keyClick(view.editor, key, control)
        seen.append(view.editor.toPlainText())

    assert seen == ["SELECT 2", "SELECT 1", "SELECT 1", "SELECT 2", "SELECT 3"]
    assert [action.text() for action in view.history_menu.actions()] == ["SELECT 2", "SELECT 1"]


def test_every_look_is_in_the_audit_trail(world_and_tenant: tuple[World, str], view: SqlView, qtbot: QtBot) -> None:
    world, tenant = world_and_tenant

    run(view, "SELECT 41 + 1", qtbot)

    _total, events = world.console.audit.events(tenant=tenant, action="sql.read", limit=1)
    assert events[0].detail == "SELECT 41 + 1"


def test_rows_are_copied_as_json(view: SqlView, qtbot: QtBot) -> None:
    run(view, "SELECT 'Zoë' AS name, NULL AS gone", qtbot)

    view.copy_menu.actions()[2].trigger()

    assert json.loads(QGuiApplication.clipboard().text()) == [{"name": "Zoë", "gone": None}]


def test_fault_164_copies_hold_no_formula_and_no_stray_lines() -> None:
    columns, rows = ("a", "a"), [("=1+1", -5), ("x\ty\nz", None)]

    assert as_csv(columns, rows) == 'a,a\r\n\'=1+1,-5\r\n"x\ty\nz",\r\n'
    assert as_tsv(columns, rows) == "a\ta\n=1+1\t-5\nx y z\t\n"
    assert json.loads(as_json(columns, rows))[1] == {"a": "x\ty\nz", "a_2": None}
    assert as_csv(("a",), [("＝1",), ("\0=1",)]) == "a\r\n'＝1\r\n'\0=1\r\n"


def test_long_values_are_cut_and_long_bytes_say_their_size() -> None:
    assert shown("x" * 1000) == "x" * 400 + "…"
    assert shown("0x" + "ab" * 5000).replace("\u00a0", " ").endswith("… (5 kB)")


def test_fault_165_hostile_texts_are_shown_and_never_rendered(qtbot: QtBot) -> None:
    grid = ResultGrid(("<b>x</b>",), [("a\u202eb",)])
    qtbot.addWidget(grid)

    assert grid.records.cell(0, 0).text == "a⟦U+202E⟧b"
    assert grid.records.headerData(0, Qt.Orientation.Horizontal) == "<b>x</b>"


def test_a_comment_over_lines_is_one_comment() -> None:
    document = QTextDocument("SELECT 1 /* from\nhere\nto */ FROM x")
    highlighter = SqlHighlighter(document)
    highlighter.rehighlight()

    states = [document.findBlockByNumber(line).userState() for line in range(3)]

    assert states == [1, 1, 0]


def test_whatever_takes_the_focus_has_a_name(view: SqlView, qtbot: QtBot) -> None:
    run(view, "SELECT 1", qtbot)

    assert nameless(view) == []
