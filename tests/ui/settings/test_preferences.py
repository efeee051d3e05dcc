"""The preferences over a real file: shown, saved, put back."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from pagevoo_console.services.settings import Folders, Settings
from pagevoo_console.services.settings import Theme as SavedTheme
from pagevoo_console.ui.kit import theme
from pagevoo_console.ui.kit.runner import Runner
from pagevoo_console.ui.kit.states import View
from pagevoo_console.ui.kit.theme import Scheme, Theme
from pagevoo_console.ui.settings.preferences import PreferencesDialog, ShortcutList
from tests.ui.worlds import nameless, running


@pytest.fixture
def runner(qtbot: QtBot) -> Iterator[Runner]:
    with running() as made:
        yield made


@pytest.fixture
def look(qapp: QApplication) -> Iterator[Theme]:
    installed = theme.install(qapp)
    installed.set_scheme(Scheme.LIGHT)
    yield installed
    installed.set_scheme(Scheme.LIGHT)


@pytest.fixture
def settings() -> Settings:
    return Settings(Folders.of_this_user().make())


def open_dialog(settings: Settings, look: Theme, runner: Runner, qtbot: QtBot) -> PreferencesDialog:
    made = PreferencesDialog(settings, look, runner=runner, shortcuts=[("Ctrl+K", "Go to anything…")])
    made.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose, False)
    qtbot.addWidget(made)
    made.open()
    qtbot.waitUntil(lambda: made.states.view is View.CONTENT and made.save.isEnabled(), timeout=15_000)
    return made


def press(dialog: PreferencesDialog, scheme: Scheme) -> None:
    next(chip for chip in dialog.schemes.buttons() if chip.property("scheme") == str(scheme)).click()


def test_what_was_chosen_is_saved_and_the_rest_of_the_file_stays(
    settings: Settings, look: Theme, runner: Runner, qtbot: QtBot, tmp_path: Path
) -> None:
    settings.change(last_connection="shop", page_size=50)
    dialog = open_dialog(settings, look, runner, qtbot)
    assert dialog.rows.value() == 50

    press(dialog, Scheme.DARK)
    assert look.scheme is Scheme.DARK
    QTest.keyClicks(dialog.folder.field, str(tmp_path))
    dialog.save.click()
    qtbot.waitUntil(lambda: not dialog.isVisible(), timeout=15_000)

    saved = settings.read()
    assert (saved.theme, saved.backup_folder) == (SavedTheme.DARK, str(tmp_path))
    assert (saved.last_connection, saved.page_size) == ("shop", 50)
    assert look.scheme is Scheme.DARK


def test_cancel_puts_the_colours_back_and_saves_nothing(
    settings: Settings, look: Theme, runner: Runner, qtbot: QtBot
) -> None:
    dialog = open_dialog(settings, look, runner, qtbot)

    press(dialog, Scheme.DARK)
    dialog.reject()

    assert look.scheme is Scheme.LIGHT
    assert not settings.path.exists()


def test_a_folder_that_is_no_whole_path_cannot_be_saved(
    settings: Settings, look: Theme, runner: Runner, qtbot: QtBot
) -> None:
    dialog = open_dialog(settings, look, runner, qtbot)

    QTest.keyClicks(dialog.folder.field, "backups")
    assert not dialog.save.isEnabled()
    dialog.folder.field.clear()
    assert dialog.save.isEnabled()


def test_a_damaged_file_is_told_and_kept_aside(settings: Settings, look: Theme, runner: Runner, qtbot: QtBot) -> None:
    settings.path.write_text("theme = [")

    dialog = open_dialog(settings, look, runner, qtbot)

    assert dialog.banner.message is not None
    assert "kept as" in dialog.banner.message.text


def test_shortcuts_are_found_by_what_they_do(qtbot: QtBot) -> None:
    shown = ShortcutList([("Ctrl+K", "Go to anything…"), ("F5", "Refresh")])
    qtbot.addWidget(shown)

    QTest.keyClicks(shown.search, "refr")
    qtbot.waitUntil(lambda: shown.records.rowCount() == 1)

    assert shown.records.record(0) == ("F5", "Refresh")


def test_whatever_takes_the_focus_has_a_name(settings: Settings, look: Theme, runner: Runner, qtbot: QtBot) -> None:
    assert nameless(open_dialog(settings, look, runner, qtbot)) == []
