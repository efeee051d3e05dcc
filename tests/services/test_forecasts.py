"""When a limit is reached: a line through the samples, and how sure it is."""

from __future__ import annotations

import random
from datetime import UTC, datetime, timedelta

import pytest

from pagevoo_console.domain.quota import UsageSample
from pagevoo_console.services.forecasts import forecast

NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)
MB = 1_000_000


def samples(*used: float, every: float = 1.0) -> list[UsageSample]:
    """One a day, the last of them now."""
    return [
        UsageSample("7", "1", "database_size", NOW - timedelta(days=every * (len(used) - 1 - number)), round(one), None)
        for number, one in enumerate(used)
    ]


def test_steady_growth_ends_on_its_day_and_for_sure() -> None:
    said = forecast(samples(*(number * MB for number in range(10, 30))), 50 * MB, NOW)
    assert said is not None
    assert said.likely == pytest.approx(21)
    assert said.at == NOW + timedelta(days=said.likely)
    assert said.low == pytest.approx(said.likely)
    assert said.high == pytest.approx(said.likely)


def test_noise_makes_it_unsure_and_the_truth_lies_within() -> None:
    dice = random.Random(1)
    said = forecast(samples(*(number * MB + dice.gauss(0, MB / 2) for number in range(10, 40))), 60 * MB, NOW)
    assert said is not None
    assert said.high is not None
    assert said.low < 21 < said.high
    assert 0.2 < said.high - said.low < 10


def test_one_odd_day_does_not_bend_the_line() -> None:
    used = [number * MB for number in range(10, 30)]
    used[15] = 49 * MB
    said = forecast(samples(*used), 50 * MB, NOW)
    assert said is not None
    assert said.likely == pytest.approx(21, abs=0.5)


def test_only_the_last_month_speaks_where_there_is_enough_of_it() -> None:
    used = [MB] * 60 + [number * MB for number in range(1, 31)]
    said = forecast(samples(*used), 40 * MB, NOW)
    assert said is not None
    assert said.likely == pytest.approx(10, abs=0.5)


def test_weekly_samples_speak_over_three_months() -> None:
    said = forecast(samples(*(number * MB for number in range(10, 20)), every=9), 29 * MB, NOW)
    assert said is not None
    assert said.likely == pytest.approx(90)


@pytest.mark.parametrize(
    ("used", "limit"),
    [
        ([1, 2, 3, 4], 50),
        ([9, 8, 7, 6, 5, 4], 50),
        ([5] * 10, 50),
        ([5 + number / 1000 for number in range(30)], 50),
        ([47, 48, 49, 50, 51, 52], 50),
        ([1, 2, 3, 4, 5, 6], None),
        ([], 50),
    ],
    ids=["too few", "falling", "flat", "far beyond two years", "over already", "unlimited", "none"],
)
def test_where_nothing_can_be_said_nothing_is_said(used: list[float], limit: int | None) -> None:
    assert forecast(samples(*(one * MB for one in used)), None if limit is None else limit * MB, NOW) is None


def test_several_samples_of_one_moment_are_no_trend() -> None:
    assert forecast(samples(*range(1, 8), every=0), 50, NOW) is None
