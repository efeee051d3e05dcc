"""What a tenant wrote is shown, never rendered."""

import re
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

import pagevoo_console.ui
from pagevoo_console.ui.kit.labels import menu_text, plain_label, set_tooltip, tooltip

UI = Path(pagevoo_console.ui.__file__).parent
HOSTILE = "<img src='/etc/passwd'><b>x</b> & \u202e\u200b"


@pytest.mark.parametrize("elide", [False, True])
def test_fault_91_92_markup_in_a_name_is_shown_as_it_is(qtbot: QtBot, elide: bool) -> None:
    label = plain_label(HOSTILE, elide=elide)
    qtbot.addWidget(label)

    assert label.textFormat() == Qt.TextFormat.PlainText
    assert label.text() == "<img src='/etc/passwd'><b>x</b> & ⟦U+202E⟧⟦U+200B⟧"


def test_a_text_given_later_is_made_visible_too(qtbot: QtBot) -> None:
    label = plain_label("before")
    qtbot.addWidget(label)

    label.setText("a\x1bb\nc")

    assert label.text() == "a⟦U+001B⟧b\nc"


def test_a_name_that_does_not_fit_is_told_in_full_by_its_tooltip(qtbot: QtBot) -> None:
    label = plain_label("a long <b>name</b> that does not fit into sixty pixels", elide=True)
    qtbot.addWidget(label)

    label.resize(60, 20)
    label.show()
    cut = label.toolTip()
    label.resize(900, 20)

    assert "a long &lt;b&gt;name&lt;/b&gt; that does not fit" in cut
    assert label.toolTip() == ""
    assert label.minimumSizeHint().width() < 100


def test_fault_92_tooltips_are_escaped(qtbot: QtBot) -> None:
    label = plain_label("x")
    qtbot.addWidget(label)

    set_tooltip(label, "<b>two</b>\nlines")

    assert label.toolTip() == '<p style="white-space: pre-wrap">&lt;b&gt;two&lt;/b&gt;\nlines</p>'
    assert tooltip("") == ""


def test_fault_93_an_ampersand_in_a_name_is_no_mnemonic() -> None:
    assert menu_text("Tom & Söhne\u200b") == "Tom && Söhne⟦U+200B⟧"


def test_fault_92_labels_tooltips_and_style_sheets_are_made_in_one_place_only() -> None:
    banned = re.compile(r"QLabel\(|QMessageBox|\.setToolTip\(|setStyleSheet\(|\.exec\(|QErrorMessage|QTableWidget")
    homes = {
        "labels.py": {"QLabel(", ".setToolTip("},
        "theme.py": {"setStyleSheet("},
        "actions.py": {".setToolTip("},
        "notifications.py": {".setToolTip("},
    }
    found = {
        (path.name, match)
        for path in UI.rglob("*.py")
        for line in path.read_text(encoding="utf-8").splitlines()
        for match in banned.findall(line)
        if match not in homes.get(path.name, set())
    }

    assert found == set()
