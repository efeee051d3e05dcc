"""Figures as people read them in a table. 1 MB is 1 000 000 bytes."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pagevoo_console.domain.quota import Forecast

from pagevoo_console.domain.text import noun

NOTHING = "-"
_UNITS = ("B", "kB", "MB", "GB", "TB", "PB")
_DAY = 86_400
_AGES = ((60, 1, "s"), (3600, 60, "min"), (_DAY, 3600, "h"), (60 * _DAY, _DAY, "d"), (730 * _DAY, 2_629_746, "mo"))


def size(size_bytes: int | None) -> str:
    if size_bytes is None:
        return NOTHING
    amount, place = float(size_bytes), 0
    while amount >= 999.95 and place < len(_UNITS) - 1:
        amount, place = amount / 1000, place + 1
    return f"{size_bytes} B" if place == 0 else f"{amount:.1f} {_UNITS[place]}"


def count(number: int | None) -> str:
    return NOTHING if number is None else f"{number:,}".replace(",", " ")


def counted(number: int, one: str, many: str = "") -> str:
    """A count with its word, in groups of three digits: `1 row`, `12 345 rows`."""
    return f"{count(number)} {noun(number, one, many)}"


def percent(fraction: float | None) -> str:
    return NOTHING if fraction is None else f"{fraction:.0%}"


def moment(when: datetime | None) -> str:
    return NOTHING if when is None else f"{when.astimezone(UTC):%Y-%m-%d %H:%M}"


def age(when: datetime | None, now: datetime | None = None) -> str:
    """How long ago: `12 s`, `3 h`, `5 mo`; `-` for never."""
    if when is None:
        return NOTHING
    seconds = max(0, int(((now or datetime.now(UTC)) - when).total_seconds()))
    for below, divisor, unit in _AGES:
        if seconds < below:
            return f"{seconds // divisor} {unit}"
    return f"{seconds // 31_556_952} y"


def ahead(forecast: Forecast | None) -> str:
    """When a limit is likely reached: `2026-12-24 ± 5 d`; `-` where nothing can be said."""
    if forecast is None:
        return NOTHING
    off = "or never" if forecast.high is None else f"± {max(1, round((forecast.high - forecast.low) / 2))} d"
    return f"{forecast.at:%Y-%m-%d} {off}"


def duration(seconds: float) -> str:
    whole = round(seconds)
    if whole < 60:
        return f"{whole} s"
    return f"{whole // 60} min {whole % 60:02} s" if whole < 3600 else f"{whole // 3600} h {whole % 3600 // 60:02} min"
