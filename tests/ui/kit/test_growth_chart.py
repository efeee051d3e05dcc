"""The growth chart: what stands where, what is seen of past and future, and what is said to whoever cannot see it."""

from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QColor, QImage
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from pagevoo_console.domain.quota import Forecast, UsageSample
from pagevoo_console.ui.kit import theme
from pagevoo_console.ui.kit.chart_scale import Growth, days, figures, scale_of
from pagevoo_console.ui.kit.growth_chart import GrowthChart
from pagevoo_console.ui.kit.theme import Scheme, Theme
from pagevoo_console.ui.kit.tokens import Tone

MB = 1_000_000
NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)


def samples(*used: int, limit: int | None = 50 * MB, exact: bool = True) -> tuple[UsageSample, ...]:
    """One a day, the last of them today."""
    first = NOW - timedelta(days=len(used) - 1)
    return tuple(
        UsageSample("7", "1", "database_size", first + timedelta(days=day), figure, limit, exact)
        for day, figure in enumerate(used)
    )


def growing(forecast: Forecast | None = None, limit: int | None = 50 * MB) -> Growth:
    return Growth(samples(*(day * MB // 2 for day in range(40, 90)), limit=limit), limit, forecast, NOW)


def soon(low: float = 7, likely: float = 10, high: float | None = 14) -> Forecast:
    return Forecast(NOW + timedelta(days=likely), low, likely, high)


def shown(qtbot: QtBot, growth: Growth, width: int = 640) -> GrowthChart:
    chart = GrowthChart("Growth of Database size")
    qtbot.addWidget(chart)
    chart.resize(width, chart.sizeHint().height())
    chart.show_growth(growth, "From 20 MB to 45 MB.")
    chart.show()
    qtbot.waitExposed(chart)
    return chart


def colour_share(image: QImage, colour: str) -> int:
    """How many pixels are exactly of this colour."""
    wanted = QColor(colour).rgb()
    return sum(image.pixel(x, y) == wanted for x in range(0, image.width(), 2) for y in range(image.height()))


@pytest.mark.parametrize(
    ("highest", "most", "expected"),
    [
        (56 * MB, 5, (0, 20 * MB, 40 * MB)),
        (9.0, 5, (0, 2, 4, 6, 8)),
        (5.0, 5, (0, 1, 2, 3, 4, 5)),
        (1_000.0, 4, (0, 500, 1_000)),
    ],
)
def test_the_figures_at_the_axis_are_round_and_few(highest: float, most: int, expected: tuple[int, ...]) -> None:
    assert figures(highest, most) == expected


def test_the_days_at_the_axis_are_evenly_apart_and_within_the_chart() -> None:
    scale = scale_of(growing(), 0, 0, 600, 200)

    found = days(scale, 6)

    assert 2 <= len(found) <= 7
    assert len({later - earlier for earlier, later in pairwise(found)}) == 1
    assert all(scale.begin <= day <= scale.end for day in found)


def test_every_sample_and_the_limit_stand_within_the_box() -> None:
    growth = growing()
    scale = scale_of(growth, 40, 10, 500, 200)

    for sample in growth.samples:
        assert 40 <= scale.x(sample.sampled_at) <= 540
        assert 10 <= scale.y(sample.used) <= 210
    assert 10 < scale.y(50 * MB) < 210


def test_a_limit_that_is_far_away_is_left_out_so_that_growth_can_be_seen() -> None:
    far = scale_of(growing(limit=10_000 * MB), 0, 0, 500, 200)

    assert far.highest < 100 * MB


def test_the_future_is_seen_up_to_the_likely_day_where_that_is_near() -> None:
    scale = scale_of(growing(soon()), 0, 0, 500, 200)

    assert scale.end >= NOW + timedelta(days=14)


def test_a_far_future_leaves_room_for_the_past() -> None:
    growth = growing(soon(likely=700, low=600, high=None))
    scale = scale_of(growth, 0, 0, 500, 200)

    assert scale.x(NOW) >= 500 / 2.6


def test_the_sample_under_the_pointer_is_marked_and_told(qtbot: QtBot) -> None:
    growth = growing(soon())
    chart = shown(qtbot, growth)

    QTest.mouseMove(chart, QPoint(1, 150))
    qtbot.waitUntil(lambda: chart.marked is not None)

    assert chart.marked == growth.samples[0]
    assert {"January", "2026,"} <= set(chart.accessibleDescription().split())


def test_arrow_keys_go_from_sample_to_sample_and_stop_at_the_ends(qtbot: QtBot) -> None:
    growth = growing()
    chart = shown(qtbot, growth)
    chart.setFocus()

    QTest.keyClick(chart, Qt.Key.Key_Left)
    newest = chart.marked
    QTest.keyClick(chart, Qt.Key.Key_Left)
    before = chart.marked
    QTest.keyClick(chart, Qt.Key.Key_Home)
    QTest.keyClick(chart, Qt.Key.Key_Left)
    oldest = chart.marked
    QTest.keyClick(chart, Qt.Key.Key_End)

    assert (newest, before, oldest) == (growth.samples[-1], growth.samples[-2], growth.samples[0])
    assert chart.marked == growth.samples[-1]
    assert "45 MB of 50 MB" in chart.accessibleDescription().replace("\u00a0", " ")


def test_without_a_mark_the_whole_is_described(qtbot: QtBot) -> None:
    chart = shown(qtbot, growing())

    chart.mark(0)
    chart.mark(None)

    assert chart.accessibleName() == "Growth of Database size"
    assert chart.accessibleDescription() == "From 20 MB to 45 MB."


def test_an_estimate_is_called_one(qtbot: QtBot) -> None:
    chart = shown(qtbot, Growth(samples(MB, 2 * MB, exact=False), 50 * MB, None, NOW))

    chart.mark(1)

    assert chart.accessibleDescription().endswith("an estimate")


@pytest.mark.parametrize("scheme", [Scheme.LIGHT, Scheme.DARK])
def test_the_limit_and_the_forecast_are_painted_in_both_schemes(
    qtbot: QtBot, application_theme: Theme, scheme: Scheme
) -> None:
    application_theme.set_scheme(scheme)
    with_both, without = shown(qtbot, growing(soon())), shown(qtbot, growing(limit=None))

    danger = theme.colours().tone(Tone.DANGER).fill
    accent = theme.colours().tone(Tone.ACCENT).fill
    assert colour_share(without.grab().toImage(), danger) == 0
    assert with_both.grab().toImage() != shown(qtbot, growing()).grab().toImage()
    assert colour_share(with_both.grab().toImage(), accent) > 0


@pytest.mark.parametrize("used", [(5 * MB,), (0, 0, 0), (60 * MB, 70 * MB)])
def test_one_sample_none_used_and_too_much_used_are_all_painted(qtbot: QtBot, used: tuple[int, ...]) -> None:
    chart = shown(qtbot, Growth(samples(*used), 50 * MB, None, NOW), width=330)

    assert not chart.grab().toImage().allGray()
