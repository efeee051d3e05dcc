"""What is said of a limit, as a person would say it."""

from datetime import UTC, datetime, timedelta

import pytest

from pagevoo_console.domain.freeze import Freeze, FreezeReason
from pagevoo_console.domain.quota import Forecast, QuotaAlert, QuotaUsage
from pagevoo_console.ui.quotas.words import alert_text, alert_title, frozen_text, frozen_title, measured, outlook

MB = 1_000_000
NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)


def usage(used: int | None, forecast: Forecast | None = None, limit: int | None = 50 * MB) -> QuotaUsage:
    return QuotaUsage("database_size", used, limit, "bytes", "Database size", NOW, forecast=forecast)


def ahead(low: float, likely: float, high: float | None) -> Forecast:
    return Forecast(NOW + timedelta(days=likely), low, likely, high)


@pytest.mark.parametrize(
    ("what", "said"),
    [
        (usage(40 * MB, ahead(9, 13, 17)), "Full around March 14 ± 4 days"),
        (usage(40 * MB, ahead(12.4, 13, 14.4)), "Full around March 14 ± 1 day"),
        (usage(40 * MB, ahead(12.9, 13, 13.1)), "Full around March 14"),
        (usage(40 * MB, ahead(9, 13, None)), "Full around March 14, or never at such a pace"),
        (usage(40 * MB, ahead(300, 365, 400)), "Full around March 1, 2027 ± 50 days"),
        (usage(50 * MB), "The limit has been reached."),
        (usage(40 * MB), "No end in sight: it hardly grows."),
        (usage(40 * MB, limit=None), ""),
        (usage(None), ""),
    ],
)
def test_when_a_limit_is_reached_is_told_in_words(what: QuotaUsage, said: str) -> None:
    assert outlook(what, 30) == said


def test_too_few_samples_are_no_ground_for_a_date() -> None:
    assert outlook(usage(40 * MB), 3) == "Too few samples to look ahead: 3 of 5."


def test_the_age_of_a_figure_is_told_with_whether_it_is_exact() -> None:
    later = NOW + timedelta(minutes=2)
    estimate = QuotaUsage("q", 1, 2, "bytes", measured_at=NOW, exact=False)

    assert measured(usage(1), later).replace("\u00a0", " ") == "Measured 2 min ago, exact"
    assert measured(estimate, later).replace("\u00a0", " ") == "Measured 2 min ago, an estimate"
    assert measured(QuotaUsage("q", None, 2, "bytes")) == ""


def test_a_freeze_says_since_when_by_whom_why_and_how_it_ends() -> None:
    at_limit = Freeze(NOW, FreezeReason.QUOTA, "timer")
    by_hand = Freeze(NOW, FreezeReason.MANUAL, "maria")
    unknown = Freeze(None, FreezeReason.UNKNOWN, "")

    assert frozen_title(by_hand).endswith("by maria")
    assert "thaws it below 90 %" in frozen_text(at_limit)
    assert "until somebody releases it" in frozen_text(by_hand)
    assert frozen_title(unknown) == "Frozen, and nobody wrote down since when"
    assert "by hand" not in frozen_text(unknown)


@pytest.mark.parametrize(
    ("threshold", "said"),
    [
        (80, "Database size: more than 80 % of the limit"),
        (90, "Database size: more than 90 % of the limit"),
        (100, "Database size: the limit was reached"),
    ],
)
def test_an_alert_says_which_threshold_was_crossed_and_with_what(threshold: int, said: str) -> None:
    alert = QuotaAlert("7", "1", "database_size", threshold, 45 * MB, 50 * MB, NOW)

    assert alert_title(alert, "Database size").replace("\u00a0", " ") == said
    assert alert_text(alert, "bytes").replace("\u00a0", " ").startswith("45 MB of 50 MB, since ")
