"""Every piece of the kit, drawn light and dark and looked through for what nobody can read or name."""

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QAccessible, QColor, QImage
from PySide6.QtWidgets import QAbstractButton, QLabel, QWidget
from pytestqt.qtbot import QtBot

from pagevoo_console.ui.kit.controls import ButtonKind, button
from pagevoo_console.ui.kit.labels import ElidedLabel
from pagevoo_console.ui.kit.pages import CardGrid, PageHeader
from pagevoo_console.ui.kit.theme import Scheme, Theme
from tests.ui.kit.gallery import PIECES, show

EVERY_PIECE = pytest.mark.parametrize("name", sorted(PIECES))


def average(image: QImage) -> int:
    """The lightness of a picture, 0 to 255."""
    return QColor(
        image.scaled(1, 1, Qt.AspectRatioMode.IgnoreAspectRatio, Qt.TransformationMode.SmoothTransformation).pixel(0, 0)
    ).lightness()


@EVERY_PIECE
def test_a_piece_follows_light_and_dark_while_it_is_shown(name: str, qtbot: QtBot, application_theme: Theme) -> None:
    widget = show(name)
    qtbot.addWidget(widget)
    light = widget.grab().toImage()

    application_theme.set_scheme(Scheme.DARK)
    qtbot.wait(1)
    dark = widget.grab().toImage()

    assert average(light) > 150 > 90 > average(dark)


@EVERY_PIECE
def test_whatever_takes_the_focus_has_a_name(name: str, qtbot: QtBot) -> None:
    widget = show(name)
    qtbot.addWidget(widget)

    nameless = [
        f"{type(each).__name__} {each.objectName()}"
        for each in widget.findChildren(QWidget)
        if each.isVisible()
        and each.focusPolicy() != Qt.FocusPolicy.NoFocus
        and not QAccessible.queryAccessibleInterface(each).text(QAccessible.Text.Name)
        and type(each).__name__ not in {"QLineEdit", "QPlainTextEdit", "QComboBox"}
    ]

    assert nameless == []


@EVERY_PIECE
def test_no_word_is_cut(name: str, qtbot: QtBot) -> None:
    widget = show(name)
    qtbot.addWidget(widget)

    cut = [
        (each.text(), each.width(), each.sizeHint().width())
        for each in widget.findChildren(QWidget)
        if isinstance(each, (QAbstractButton, QLabel))
        and each.isVisible()
        and each.text()
        and not isinstance(each, ElidedLabel)
        and each.width() < each.minimumSizeHint().width()
    ]

    assert cut == []


def test_long_german_words_get_the_room_they_need(qtbot: QtBot) -> None:
    short, long = (
        button("Export"),
        button("Datenbanksicherungswiederherstellung prüfen", "database", ButtonKind.PRIMARY),
    )
    qtbot.addWidget(short)
    qtbot.addWidget(long)

    assert long.sizeHint().width() > long.fontMetrics().horizontalAdvance(long.text()) + 20
    assert long.sizeHint().width() > short.sizeHint().width()


def test_a_long_name_gives_way_to_the_actions_beside_it(qtbot: QtBot) -> None:
    header = PageHeader("Donaudampfschifffahrtsgesellschaft " * 6, "x" * 400)
    action = button("Sichern")
    header.add_action(action)
    qtbot.addWidget(header)
    header.resize(500, 60)
    header.show()

    assert action.geometry().right() <= 500
    assert action.width() >= action.sizeHint().width()
    assert header.minimumSizeHint().width() < 400


def test_cards_stand_side_by_side_where_there_is_room(qtbot: QtBot) -> None:
    window = QWidget()
    grid = CardGrid(narrowest=300, parent=window)
    cards = [QLabel(text) for text in ("one", "two", "wide")]
    for card in cards:
        grid.add(card, wide=card.text() == "wide")
    qtbot.addWidget(window)
    grid.resize(700, 300)
    window.show()
    qtbot.wait(1)
    beside = cards[0].y() == cards[1].y()
    wide = cards[2].width()

    grid.resize(400, 300)
    qtbot.wait(1)

    assert beside
    assert wide == 700
    assert cards[0].y() < cards[1].y() < cards[2].y()
