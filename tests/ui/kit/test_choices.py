"""What wizards choose with: cards, folders, texts that break anywhere, and the command that does the same."""

import shlex
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QButtonGroup, QVBoxLayout, QWidget
from pytestqt.qtbot import QtBot

from pagevoo_console.services.saved_connections import SavedConnections
from pagevoo_console.services.secrets import Secrets
from pagevoo_console.ui.kit.breaking_text import BreakingText, has_long_word
from pagevoo_console.ui.kit.choices import ChoiceCard
from pagevoo_console.ui.kit.command_lines import command_line
from pagevoo_console.ui.kit.folders import FolderField
from tests.services.platform_world import World


def shown(qtbot: QtBot, *widgets: QWidget, width: int = 400) -> QWidget:
    window = QWidget()
    layout = QVBoxLayout(window)
    for widget in widgets:
        layout.addWidget(widget)
    qtbot.addWidget(window)
    window.resize(width, 300)
    window.show()
    return window


def test_a_click_anywhere_on_a_card_chooses_it(qtbot: QtBot) -> None:
    one, other = ChoiceCard("One", "The first"), ChoiceCard("Other", "The second")
    group = QButtonGroup()
    for card in (one, other):
        group.addButton(card.control)
    window = shown(qtbot, one, other)

    QTest.mouseClick(one, Qt.MouseButton.LeftButton)
    QTest.mouseClick(other, Qt.MouseButton.LeftButton)

    assert window.isVisible()
    assert (one.is_chosen, other.is_chosen) == (False, True)
    assert other.property("chosen") is True


def test_a_card_with_a_reason_cannot_be_chosen_and_says_why(qtbot: QtBot) -> None:
    card = ChoiceCard("Shop", "Sells things", many=True, reason="Not part of this tier.")
    window = shown(qtbot, card)

    QTest.mouseClick(card, Qt.MouseButton.LeftButton)

    assert window.isVisible()
    assert not card.is_chosen
    assert card.control.accessibleDescription() == "Not part of this tier."


def test_the_longest_title_does_not_push_the_window_apart(qtbot: QtBot) -> None:
    card = ChoiceCard("name" * 100)
    window = shown(qtbot, card)

    assert window.minimumSizeHint().width() < 400


@pytest.mark.parametrize(
    ("typed", "folder"),
    [("/a/b", Path("/a/b")), (" /a b ", Path("/a b")), ("relative", None), ("", None), ("~", Path.home())],
)
def test_a_folder_is_an_absolute_path_or_none(qtbot: QtBot, typed: str, folder: Path | None) -> None:
    field = FolderField(Path("/usual"), "Folder")
    qtbot.addWidget(field)

    field.field.setText(typed)

    assert field.folder == folder


def test_a_text_without_a_space_breaks_and_is_as_high_as_its_lines(qtbot: QtBot) -> None:
    text = BreakingText("x" * 400)
    window = shown(qtbot, text)
    narrow = text.height()
    window.resize(1600, 300)
    qtbot.wait(1)

    assert has_long_word(text.toPlainText())
    assert window.minimumSizeHint().width() < 400
    assert narrow > text.height() * 2


def test_the_command_names_a_saved_connection_and_a_url_where_it_is_not_saved(world: World) -> None:
    unsaved = shlex.split(command_line(world.console, "tenant", "show", "4 2"))
    SavedConnections(world.folders.config, Secrets()).add(world.console.connection)
    saved = shlex.split(command_line(world.console, "tenant", "show", "4 2"))

    assert unsaved[:2] == ["pagevoo-console", "--master-url"]
    assert unsaved[2].startswith("sqlite:////")
    assert saved[:3] == ["pagevoo-console", "--connection", "test"]
    assert unsaved[-3:] == saved[-3:] == ["tenant", "show", "4 2"]
