"""Gauges and badges say without colour what they say in colour."""

import pytest
from pytestqt.qtbot import QtBot

from pagevoo_console.domain.database import DatabaseState
from pagevoo_console.domain.feature import FeatureState
from pagevoo_console.domain.job import JobState
from pagevoo_console.domain.quota import QuotaLevel, QuotaUsage
from pagevoo_console.ui.kit.gauge import QuotaGauge, RingGauge, reading
from pagevoo_console.ui.kit.pills import (
    Badge,
    BadgeView,
    feature_badge,
    job_badge,
    level_badge,
    state_badge,
    tier_badge,
)
from pagevoo_console.ui.kit.sparkline import Sparkline, points
from pagevoo_console.ui.kit.tokens import Tone

MB = 1_000_000


def sentence(usage: QuotaUsage) -> str:
    return reading(usage).sentence.replace("\u00a0", " ")


@pytest.mark.parametrize(
    ("usage", "said"),
    [
        (
            QuotaUsage("database", 212 * MB, 500 * MB, "bytes", "Database"),
            "Database, OK, 212 MB of 500 MB used, 42 %, 288 MB left",
        ),
        (
            QuotaUsage("database", 499_999_999, 500 * MB, "bytes", "Database"),
            "Database, Near limit, 500 MB of 500 MB used, 99 %, 1 B left",
        ),
        (
            QuotaUsage("orders", 1204, 1000, "orders", "Orders"),
            "Orders, Over limit, 1,204 of 1,000 orders used, 120 %, 204 over",
        ),
        (QuotaUsage("orders", 1000, 1000, "orders"), "orders, Over limit, 1,000 of 1,000 orders used, 100 %, 0 left"),
        (QuotaUsage("posts", 88, None, "posts", "Posts"), "Posts, Unlimited, 88 posts used"),
        (
            QuotaUsage("media", None, 1000 * MB, "bytes", "Media"),
            "Media, Not measured, not measured yet, limit 1.0 GB",
        ),
    ],
)
def test_a_gauge_is_a_sentence_to_whoever_cannot_see_it(usage: QuotaUsage, said: str) -> None:
    assert sentence(usage) == said


def test_a_gauge_tells_its_new_reading(qtbot: QtBot) -> None:
    gauge = QuotaGauge(QuotaUsage("database", 1, 100, "bytes", "Database"))
    ring = RingGauge(QuotaUsage("database", 1, 100, "bytes", "Database"))
    qtbot.addWidget(gauge)
    qtbot.addWidget(ring)

    gauge.set_usage(QuotaUsage("database", 100, 100, "bytes", "Database"))
    ring.set_usage(QuotaUsage("database", 100, 100, "bytes", "Database"))

    assert gauge.accessibleName() == ring.accessibleName() == "Database"
    assert "Over limit" in gauge.accessibleDescription()
    assert "Over limit" in ring.accessibleDescription()


def test_a_gauge_asks_for_as_much_room_as_its_words_need(qtbot: QtBot) -> None:
    short = QuotaGauge(QuotaUsage("x", 1, 2, "", "Posts"))
    long = QuotaGauge(QuotaUsage("x", 10_000, 20_000, "Veröffentlichungsbenachrichtigungen", "Benachrichtigungen"))
    qtbot.addWidget(short)
    qtbot.addWidget(long)

    assert long.minimumSizeHint().width() > short.minimumSizeHint().width()


def test_no_two_meanings_look_alike_without_colour() -> None:
    families: list[list[Badge]] = [
        [state_badge(state) for state in (*DatabaseState, None)],
        [level_badge(level) for level in QuotaLevel],
        [feature_badge(state) for state in FeatureState],
        [job_badge(state) for state in JobState],
    ]
    for family in families:
        assert len({badge.text for badge in family}) == len({badge.icon for badge in family}) == len(family)
        assert all(badge.icon and badge.text for badge in family)


def test_a_tier_is_named_as_the_platform_names_it_and_shows_what_hides() -> None:
    assert tier_badge("Pro\u202e", 1).text == "Pro⟦U+202E⟧"
    assert tier_badge("Platinum", 17).tone is Tone.ACCENT


def test_a_badge_is_wide_enough_for_its_word(qtbot: QtBot) -> None:
    view = BadgeView(Badge("In Bereitstellung befindlich", Tone.GOOD, "circle-check"))
    qtbot.addWidget(view)
    before = view.sizeHint().width()

    view.set_badge(Badge("OK"))

    assert before > view.sizeHint().width()
    assert view.accessibleName() == "OK"


def test_a_sparkline_keeps_every_point_within_its_box(qtbot: QtBot) -> None:
    placed = points([1, 5, 3], 100, 20)
    line = Sparkline("Growth")
    qtbot.addWidget(line)
    line.set_values([1, 5, 3], "from 1 to 3 MB")

    assert [point.x() for point in placed] == sorted(point.x() for point in placed)
    assert all(0 <= point.x() <= 100 and 0 <= point.y() <= 20 for point in placed)
    assert points([], 100, 20) == []
    assert {point.y() for point in points([2, 2], 100, 20)} == {10}
    assert line.accessibleDescription() == "from 1 to 3 MB"
