"""Light and dark."""

import pytest
from PySide6.QtCore import QSize
from PySide6.QtGui import QColor, QIcon, QPalette
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from pagevoo_console.ui.kit import theme
from pagevoo_console.ui.kit.icons import ICONS, icon
from pagevoo_console.ui.kit.stylesheet import CONTROLS
from pagevoo_console.ui.kit.theme import Scheme, Theme
from pagevoo_console.ui.kit.tokens import DARK, LIGHT, Text


def darkest(pictured: QIcon) -> int:
    """The lightness of the first opaque pixel of an icon, 0 to 255."""
    image = pictured.pixmap(QSize(32, 32)).toImage()
    opaque = [
        image.pixelColor(x, y).lightness()
        for x in range(image.width())
        for y in range(image.height())
        if image.pixelColor(x, y).alpha() == 255
    ]
    return min(opaque)


def test_a_chosen_scheme_holds_and_tells_those_who_listen(application_theme: Theme, qtbot: QtBot) -> None:
    with qtbot.waitSignal(application_theme.changed):
        application_theme.set_scheme(Scheme.DARK)

    assert theme.colours() is DARK
    assert QApplication.palette().color(QPalette.ColorRole.Window) == QColor(DARK.canvas)
    assert application_theme.scheme is Scheme.DARK


def test_choosing_what_is_already_there_repaints_nothing(application_theme: Theme, qtbot: QtBot) -> None:
    with qtbot.assertNotEmitted(application_theme.changed):
        application_theme.set_scheme(Scheme.LIGHT)

    assert theme.colours() is LIGHT


def test_the_system_is_followed_again_when_asked(application_theme: Theme) -> None:
    application_theme.set_scheme(Scheme.DARK)

    application_theme.set_scheme(Scheme.SYSTEM)

    assert application_theme.scheme is Scheme.SYSTEM
    assert theme.colours() is LIGHT


def test_there_is_one_theme_for_an_application(application_theme: Theme, qapp: QApplication) -> None:
    assert theme.install(qapp) is application_theme


def test_an_icon_follows_light_and_dark_without_being_made_again(application_theme: Theme) -> None:
    made = icon("database")
    on_light = darkest(made)

    application_theme.set_scheme(Scheme.DARK)

    assert on_light < 60
    assert darkest(made) > 200


def test_an_icon_may_have_a_colour_of_its_own() -> None:
    assert icon("lock", "#ffffff").pixmap(QSize(16, 16)).toImage().pixelColor(8, 14).lightness() > 200


def test_an_icon_nobody_drew_is_our_own_fault() -> None:
    with pytest.raises(FileNotFoundError):
        icon("no-such-icon")


def test_the_icons_come_with_their_licence_and_all_can_be_drawn() -> None:
    names = sorted(path.stem for path in ICONS.glob("*.svg"))

    assert "ISC License" in (ICONS / "LICENSE").read_text()
    assert [name for name in names if darkest(icon(name)) > 60] == []
    assert len(names) > 60


def test_the_pictures_the_stylesheet_names_exist(qapp: QApplication) -> None:
    named = [part.split('"')[0] for part in qapp.styleSheet().split('url("')[1:]]

    assert named
    assert [name for name in named if CONTROLS.as_posix() not in name or not (CONTROLS / name).exists()] == []


def test_digits_in_figures_have_one_width(qapp: QApplication) -> None:
    assert qapp.font().pixelSize() >= 13
    assert theme.font(Text.TITLE).pixelSize() > theme.font(Text.BODY).pixelSize()
    assert "tnum" in {
        bytes(tag.toString().data()).decode() for tag in theme.font(Text.BODY, tabular=True).featureTags()
    }
