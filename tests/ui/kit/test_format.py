"""Figures as people read them."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
from PySide6.QtCore import QLocale

from pagevoo_console.ui.kit import format

NOW = datetime(2025, 3, 1, 12, 0, tzinfo=UTC)


@pytest.fixture
def german() -> Iterator[None]:
    before = QLocale()
    QLocale.setDefault(QLocale("de_DE"))
    yield
    QLocale.setDefault(before)


def plain(text: str) -> str:
    return text.replace("\u00a0", " ")


@pytest.mark.parametrize(
    ("size_bytes", "shown"),
    [
        (None, "–"),
        (0, "0 B"),
        (999, "999 B"),
        (1_000, "1 kB"),
        (999_499, "999 kB"),
        (999_500, "1.0 MB"),
        (1_000_000, "1.0 MB"),
        (9_960_000, "10 MB"),
        (48_300_000, "48 MB"),
        (1_240_000_000, "1.2 GB"),
        (3 * 10**15, "3.0 PB"),
        (2 * 10**18, "2,000 PB"),
    ],
)
def test_sizes_are_decimal_and_short(size_bytes: int | None, shown: str) -> None:
    assert plain(format.size(size_bytes)) == shown


@pytest.mark.usefixtures("german")
def test_german_has_its_own_marks() -> None:
    assert plain(format.size(1_240_000_000)) == "1,2 GB"
    assert format.count(1_234_567) == "1.234.567"
    assert format.size_exactly(1_234) == "1.234 bytes"


@pytest.mark.parametrize(
    ("ago", "shown"),
    [
        (timedelta(seconds=20), "just now"),
        (timedelta(minutes=5), "5 min ago"),
        (timedelta(hours=2, minutes=50), "2 h ago"),
        (timedelta(days=3), "3 d ago"),
        (timedelta(days=20), "2 wk ago"),
        (timedelta(days=70), "2 mo ago"),
        (timedelta(days=800), "2 y ago"),
        (timedelta(days=-3, seconds=-1), "in 3 d"),
    ],
)
def test_ages_are_rounded_down_to_one_unit(ago: timedelta, shown: str) -> None:
    assert plain(format.age(NOW - ago, NOW)) == shown


def test_never_is_a_dash() -> None:
    assert (format.age(None), format.moment(None), format.count(None), format.percent(None)) == ("–",) * 4


@pytest.mark.parametrize(
    ("fraction", "shown"), [(0.0, "0 %"), (0.834, "83 %"), (0.9999, "99 %"), (1.0, "100 %"), (1.2, "120 %")]
)
def test_what_is_not_full_is_never_a_hundred_percent(fraction: float, shown: str) -> None:
    assert plain(format.percent(fraction)) == shown


@pytest.mark.parametrize(
    ("seconds", "shown"),
    [
        (None, "–"),
        (0.42, "0.4 s"),
        (12.3, "12 s"),
        (59.7, "1 min"),
        (125, "2 min 5 s"),
        (4_320, "1 h 12 min"),
        (7200, "2 h"),
    ],
)
def test_durations_have_at_most_two_parts(seconds: float | None, shown: str) -> None:
    assert plain(format.duration(seconds)) == shown


def test_amounts_carry_their_unit() -> None:
    assert plain(format.amount(48_300_000, "bytes")) == "48 MB"
    assert plain(format.amount(1_204, "orders")) == "1,204 orders"
    assert format.amount(None, "orders") == "–"


def test_a_moment_is_shown_on_this_machines_clock() -> None:
    there = NOW.astimezone()

    assert f"{there:%M}" in format.moment(NOW)
    assert str(there.day) in format.moment(NOW)
