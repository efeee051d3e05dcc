"""Pictures of views, small and true."""

from pathlib import Path

from PySide6.QtGui import QColor, QImage

from pagevoo_console.ui.kit.small_png import COLOURS, save_small


def picture() -> QImage:
    """Ten thousand shades of grey-blue, and a red dot of four pixels."""
    made = QImage(100, 100, QImage.Format.Format_RGB32)
    for x in range(100):
        for y in range(100):
            made.setPixelColor(x, y, QColor(100 + x // 2, 100 + y // 2, 140 + (x + y) // 4))
    for x in (50, 51):
        for y in (50, 51):
            made.setPixelColor(x, y, QColor("#d93025"))
    return made


def test_a_dot_of_another_colour_keeps_it_among_thousands_of_shades(tmp_path: Path) -> None:
    path = tmp_path / "view.png"
    assert save_small(picture(), path)

    small = QImage(str(path))
    assert small.format() == QImage.Format.Format_Indexed8
    assert small.colorCount() <= COLOURS
    assert small.pixelColor(50, 50) == QColor("#d93025")
    far = max(
        abs(small.pixelColor(x, x).red() - picture().pixelColor(x, x).red()) for x in range(0, 100, 10) if x != 50
    )
    assert far <= 24


def test_a_folder_that_is_not_there_is_told(tmp_path: Path) -> None:
    assert not save_small(picture(), tmp_path / "gone" / "view.png")
