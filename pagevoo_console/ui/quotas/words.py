"""What is said of a limit: when it is full, how old and how sure a figure is, and what a freeze can and cannot stop."""

from __future__ import annotations

from datetime import UTC, datetime

from pagevoo_console.domain.freeze import Freeze, FreezeReason
from pagevoo_console.domain.quota import Forecast, QuotaAlert, QuotaUsage
from pagevoo_console.services.forecasts import FEWEST
from pagevoo_console.ui.kit import format
from pagevoo_console.ui.kit.i18n import translate

_WITH_YEAR_FROM = 270
"""So many days ahead a day is told with its year."""


def outlook(usage: QuotaUsage, samples: int) -> str:
    """When the limit is reached, in words; why nothing can be said where nothing can. Empty where nothing is limited.

    `samples` is how many there are of the last 90 days.
    """
    if usage.used is None or usage.limit is None:
        return ""
    if usage.used >= usage.limit:
        return translate("quotas", "The limit has been reached.")
    if usage.forecast is not None:
        return _full(usage.forecast)
    if samples < FEWEST:
        text = translate("quotas", "Too few samples to look ahead: {count} of {needed}.")
        return text.format(count=format.count(samples), needed=format.count(FEWEST))
    return translate("quotas", "No end in sight: it hardly grows.")


def _full(forecast: Forecast) -> str:
    day = format.day(forecast.at, with_year=forecast.likely > _WITH_YEAR_FROM)
    if forecast.high is None:
        return translate("quotas", "Full around {day}, or never at such a pace").format(day=day)
    margin = round((forecast.high - forecast.low) / 2)
    if margin < 1:
        return translate("quotas", "Full around {day}").format(day=day)
    text = translate("quotas", "Full around {day} ± 1 day" if margin == 1 else "Full around {day} ± {count} days")
    return text.format(day=day, count=format.count(margin))


def measured(usage: QuotaUsage, now: datetime | None = None) -> str:
    """How old a figure is, and whether the engine vouches for it."""
    if usage.measured_at is None:
        return ""
    age = format.age(usage.measured_at, now or datetime.now(UTC))
    text = "Measured {age}, exact" if usage.exact else "Measured {age}, an estimate"
    return translate("quotas", text).format(age=age)


def frozen_title(freeze: Freeze) -> str:
    """That it is frozen, since when, and by whom, as far as that was written down."""
    if freeze.since is None:
        return translate("quotas", "Frozen, and nobody wrote down since when")
    since = format.moment(freeze.since)
    if not freeze.by:
        return translate("quotas", "Frozen since {moment}").format(moment=since)
    return translate("quotas", "Frozen since {moment} by {who}").format(moment=since, who=freeze.by)


def frozen_text(freeze: Freeze) -> str:
    """Why, what that means, and how it ends."""
    means = translate("quotas", "New rows are refused; reading, changing and deleting work.")
    match freeze.reason:
        case FreezeReason.QUOTA:
            why = translate("quotas", "It has reached its limit.")
            ends = translate("quotas", "The daily look thaws it below 90 % of the limit.")
        case FreezeReason.MANUAL:
            why = translate("quotas", "It was frozen by hand.")
            ends = translate("quotas", "It stays so until somebody releases it.")
        case FreezeReason.UNKNOWN:
            why, ends = "", translate("quotas", "It stays so until somebody releases it.")
    return " ".join(part for part in (why, means, ends) if part)


def stopped() -> tuple[str, ...]:
    """What a freeze stops."""
    return (
        translate("quotas", "New rows in every table, from every account, root included"),
        translate("quotas", "A visitor's order, comment or upload is refused, and is told why"),
        translate("quotas", "Installing, upgrading and repairing features, since that adds rows"),
    )


def goes_on() -> tuple[str, ...]:
    """What works as before."""
    return (
        translate("quotas", "Reading, changing and deleting rows"),
        translate("quotas", "Backups, exports and uninstalling features"),
    )


def not_stopped() -> tuple[str, ...]:
    """What a freeze cannot stop."""
    return (
        translate("quotas", "Growth by changes: a row that becomes longer"),
        translate("quotas", "A new table, until the next daily look"),
        translate("quotas", "An account that may drop triggers, and does"),
    )


def alert_title(alert: QuotaAlert, title: str) -> str:
    """Which threshold was crossed."""
    if alert.threshold >= 100:
        return translate("quotas", "{quota}: the limit was reached").format(quota=title)
    percent = format.percent(alert.threshold / 100)
    return translate("quotas", "{quota}: more than {percent} of the limit").format(quota=title, percent=percent)


def alert_text(alert: QuotaAlert, unit: str) -> str:
    """With which figures, and since when."""
    bare = "bytes" if unit == "bytes" else ""
    return translate("quotas", "{used} of {limit}, since {moment}").format(
        used=format.amount(alert.used, bare), limit=format.amount(alert.limit, bare),
        moment=format.moment(alert.raised_at),
    )  # fmt: skip
