"""Actions as records, and the palette that finds them."""

from collections.abc import Callable, Sequence
from datetime import UTC, datetime

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QKeySequence
from PySide6.QtWidgets import QLineEdit, QMainWindow, QMenu
from pytestqt.qtbot import QtBot

from pagevoo_console.domain.tenant import Tenant
from pagevoo_console.ui.kit.actions import Action, ActionSet, Selection
from pagevoo_console.ui.kit.fuzzy import ranked, score
from pagevoo_console.ui.kit.palette import CommandPalette, PaletteEntry

ANNA = Tenant("42", "Anna", "anna@example.org", "pro", "active", None, None, datetime(2024, 1, 1, tzinfo=UTC))


@pytest.fixture
def window(qtbot: QtBot) -> QMainWindow:
    made = QMainWindow()
    made.resize(900, 600)
    made.setCentralWidget(QLineEdit())
    qtbot.addWidget(made)
    made.show()
    made.activateWindow()
    return made


def sample_actions(done: list[str]) -> list[Action]:
    def one_tenant(selection: Selection) -> bool:
        return selection.tenant is not None

    return [
        Action("view.refresh", "Refresh", "refresh-cw", lambda s: done.append("refresh"), "View", "F5"),
        Action(
            "backup.create",
            "Back up",
            "database-backup",
            lambda s: done.append(f"backup {s.tenant.id if s.tenant else None}"),
            "Backup",
            "Ctrl+B",
            applies_to=one_tenant,
            keywords=("dump",),
        ),
        Action(
            "database.delete",
            "Delete Tom & Söhne…",
            "trash-2",
            lambda s: done.append("delete"),
            "Backup",
            applies_to=one_tenant,
            is_dangerous=True,
            begins_group=True,
        ),
    ]


def test_an_action_is_enabled_by_what_is_in_hand(window: QMainWindow) -> None:
    done: list[str] = []
    actions = ActionSet(window)
    actions.add(sample_actions(done))

    before = [actions[key].isEnabled() for key in ("view.refresh", "backup.create")]
    actions.trigger("backup.create")
    actions.select(Selection(tenants=(ANNA,)))
    actions["backup.create"].trigger()

    assert before == [True, False]
    assert done == ["backup 42"]


def test_several_tenants_are_not_one() -> None:
    assert Selection(tenants=(ANNA, ANNA)).tenant is None


def test_shortcuts_work_in_the_window(window: QMainWindow, qtbot: QtBot) -> None:
    done: list[str] = []
    actions = ActionSet(window)
    actions.add(sample_actions(done))
    actions.select(Selection(tenants=(ANNA,)))
    qtbot.waitUntil(window.isActiveWindow)

    qtbot.keyClick(window, Qt.Key.Key_F5)
    qtbot.keyClick(window, Qt.Key.Key_B, Qt.KeyboardModifier.ControlModifier)

    assert done == ["refresh", "backup 42"]
    assert actions.shortcuts() == [("F5", "Refresh"), ("Ctrl+B", "Back up")]


def test_menus_and_context_menus_are_projections_of_the_list(window: QMainWindow) -> None:
    actions = ActionSet(window)
    actions.add(sample_actions([]))

    menu = actions.fill_menu(QMenu("&Backup", window))
    nothing = actions.context_menu(["backup.create", "-", "view.refresh"], window)
    actions.select(Selection(tenants=(ANNA,)))
    full = actions.context_menu(["backup.create", "-", "view.refresh"], window)

    assert [action.text() for action in menu.actions()] == ["Back up", "", "Delete Tom && Söhne…"]
    assert [action.objectName() for action in nothing.actions() if not action.isSeparator()] == ["view.refresh"]
    assert [action.text() for action in full.actions()] == ["Back up", "", "Refresh"]


def does_nothing(_selection: Selection) -> None:
    """What an action does that is never run."""


def test_two_actions_cannot_share_an_id_or_a_shortcut(window: QMainWindow) -> None:
    actions = ActionSet(window)
    actions.add([Action("a.b", "One", "x", does_nothing, shortcut=QKeySequence.StandardKey.Find)])

    with pytest.raises(ValueError, match=r"two actions called a\.b"):
        actions.add([Action("a.b", "Two", "x", does_nothing)])
    with pytest.raises(ValueError, match=r"a\.b and c\.d share the shortcut Ctrl\+F"):
        actions.add([Action("c.d", "Two", "x", does_nothing, shortcut="Ctrl+F")])


@pytest.mark.parametrize(
    ("needle", "expected"),
    [
        ("bu", ["Back up database", "Button colours", "Rebuild the index"]),
        ("BACK", ["Back up database"]),
        ("dbd", ["Delete backup, damaged"]),
        ("zz", []),
    ],
)
def test_the_beginnings_of_words_come_first(needle: str, expected: list[str]) -> None:
    titles = ["Rebuild the index", "Button colours", "Back up database", "Delete backup, damaged"]
    found = ranked(needle, titles, str, 3)

    assert set(found) >= set(expected)
    assert found[: len(expected[:1])] == expected[:1] or needle == "bu"


def test_a_match_at_the_start_beats_one_inside() -> None:
    at_start, inside, absent = score("ref", "Refresh"), score("ref", "Prefer"), score("ref", "Exit")

    assert at_start is not None
    assert inside is not None
    assert at_start > inside
    assert absent is None
    assert ranked("", ["b", "a"], str, 9) == ["b", "a"]


Answer = Callable[[Sequence[PaletteEntry]], None]


class Tenants:
    """A provider that answers when the test says so."""

    def __init__(self) -> None:
        self.asked: list[tuple[str, Answer]] = []

    def __call__(self, typed: str, deliver: Answer) -> None:
        self.asked.append((typed, deliver))


@pytest.fixture
def done() -> list[str]:
    return []


@pytest.fixture
def tenants() -> Tenants:
    return Tenants()


@pytest.fixture
def palette(window: QMainWindow, done: list[str], tenants: Tenants) -> CommandPalette:
    actions = ActionSet(window)
    actions.add(sample_actions(done))
    made = CommandPalette(actions.palette_entries, tenants, window)
    central = window.centralWidget()
    assert central is not None
    central.setFocus()
    made.open()
    return made


def test_the_palette_is_all_keyboard(palette: CommandPalette, done: list[str], qtbot: QtBot) -> None:
    before = palette.titles
    qtbot.keyClicks(palette.field, "rfr")
    found = palette.titles
    qtbot.keyClick(palette.field, Qt.Key.Key_Return)

    assert before == ["Refresh"]
    assert found == ["Refresh"]
    assert done == ["refresh"]
    assert palette.isHidden()


def test_escape_gives_the_focus_back(palette: CommandPalette, window: QMainWindow, qtbot: QtBot) -> None:
    qtbot.keyClicks(palette.field, "x")
    qtbot.keyClick(palette.field, Qt.Key.Key_Escape)

    assert palette.isHidden()
    assert window.focusWidget() is window.centralWidget()


def test_tenants_arrive_later_and_an_old_answer_is_dropped(
    palette: CommandPalette, tenants: Tenants, done: list[str], qtbot: QtBot
) -> None:
    entry = PaletteEntry("Anna", lambda: done.append("anna"), "42 · anna@example.org", "user")
    stale = PaletteEntry("Ann Other", lambda: done.append("stale"))

    qtbot.keyClicks(palette.field, "anna")
    assert palette.list.isHidden()
    typed = [text for text, _ in tenants.asked]
    tenants.asked[1][1]([stale])
    assert palette.titles == []
    tenants.asked[-1][1]([entry])
    qtbot.keyClick(palette.field, Qt.Key.Key_Down)
    qtbot.keyClick(palette.field, Qt.Key.Key_Return)

    assert typed == ["a", "an", "ann", "anna"]
    assert done == ["anna"]


def test_arrows_move_and_stop_at_the_ends(window: QMainWindow, qtbot: QtBot) -> None:
    entries = [PaletteEntry(f"Entry {n}", list) for n in range(5)]
    palette = CommandPalette(lambda: entries, None, window)
    palette.open()
    rows = []

    for key in (Qt.Key.Key_Up, Qt.Key.Key_Down, Qt.Key.Key_Down, Qt.Key.Key_PageDown, Qt.Key.Key_Up):
        qtbot.keyClick(palette.field, key)
        rows.append(palette.list.currentIndex().row())

    assert rows == [0, 1, 2, 4, 3]
