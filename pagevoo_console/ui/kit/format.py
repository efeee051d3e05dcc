"""Figures as people read them, in the words and marks of the window's language. All pure; no widget needed.

Sizes are decimal: 1 MB is 1 000 000 bytes, which is what a quota means by it.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime

from PySide6.QtCore import QDateTime, QLocale

from pagevoo_console.ui.kit.i18n import translate

NOTHING = "–"
FIXED = "\u00a0"

_ENGINES = {"mysql": "MySQL / MariaDB", "postgresql": "PostgreSQL", "sqlite": "SQLite"}
_AGES = (
    (365 * 86_400, "{count} y ago", "in {count} y"),
    (30 * 86_400, "{count} mo ago", "in {count} mo"),
    (7 * 86_400, "{count} wk ago", "in {count} wk"),
    (86_400, "{count} d ago", "in {count} d"),
    (3_600, "{count} h ago", "in {count} h"),
    (60, "{count} min ago", "in {count} min"),
)


def locale() -> QLocale:
    """The window's language; English with its thousands apart where the machine names no language."""
    default = QLocale()
    return QLocale(QLocale.Language.English) if default.language() == QLocale.Language.C else default


def count(number: int | None) -> str:
    """A whole number with its thousands apart, or a dash for what nobody measured."""
    return NOTHING if number is None else locale().toString(number)


def size(size_bytes: int | None) -> str:
    """A size such as `48 MB` or `1.2 GB`: three figures at most, since the fourth is noise."""
    if size_bytes is None:
        return NOTHING
    amount, unit = float(size_bytes), 0
    names = ("B", "kB", "MB", "GB", "TB", "PB")
    while abs(amount) >= 999.5 and unit < len(names) - 1:
        amount, unit = amount / 1000, unit + 1
    places = 1 if unit >= 2 and abs(amount) < 9.95 else 0
    return locale().toString(amount, "f", places) + FIXED + names[unit]


def size_exactly(size_bytes: int) -> str:
    """A size to the byte, for tooltips and reviews."""
    return translate("format", "{count} bytes").format(count=count(size_bytes))


def amount(number: int | None, unit: str) -> str:
    """A figure in a quota's unit: bytes as a size, anything else as a count with its unit's name."""
    if unit == "bytes":
        return size(number)
    return count(number) if not unit or number is None else f"{count(number)}{FIXED}{unit}"


def percent(fraction: float | None) -> str:
    """0.834 as `83 %`. Never rounds up to 100 what is not yet full."""
    if fraction is None:
        return NOTHING
    whole = min(99, round(fraction * 100)) if fraction < 1 else round(fraction * 100)
    return f"{locale().toString(whole)}{FIXED}{locale().percent()}"


def duration(seconds: float | None) -> str:
    """How long something took or will take: `0.4 s`, `12 s`, `2 min 5 s`, `1 h 12 min`."""
    if seconds is None:
        return NOTHING
    if seconds < 9.95:
        return locale().toString(seconds, "f", 1) + FIXED + "s"
    whole = round(seconds)
    if whole < 60:
        return f"{whole}{FIXED}s"
    minutes, rest = divmod(whole, 60)
    if minutes < 60:
        return f"{minutes}{FIXED}min {rest}{FIXED}s" if rest else f"{minutes}{FIXED}min"
    hours, minutes = divmod(minutes, 60)
    return f"{hours}{FIXED}h {minutes}{FIXED}min" if minutes else f"{hours}{FIXED}h"


def tables(number: int) -> str:
    """So many tables."""
    return translate("format", "1 table" if number == 1 else "{count} tables").format(count=count(number))


def rows(number: int) -> str:
    """So many rows."""
    return translate("format", "1 row" if number == 1 else "{count} rows").format(count=count(number))


def engine(name: str) -> str:
    """An engine as people call it; one that came with a plug-in by its own name."""
    return _ENGINES.get(name, name)


def age(moment: datetime | None, now: datetime | None = None) -> str:
    """How long ago, such as `2 h ago`; `in 3 d` for what is to come, a dash for never. Moments carry a time zone."""
    if moment is None:
        return NOTHING
    seconds = ((now or datetime.now(UTC)) - moment).total_seconds()
    for unit, past, future in _AGES:
        if abs(seconds) >= unit:
            sentence = translate("format", past if seconds > 0 else future)
            return sentence.format(count=locale().toString(int(abs(seconds) // unit))).replace(" ", FIXED)
    return translate("format", "just now")


def moment(when: datetime | None) -> str:
    """Date and time of day on this machine's clock."""
    if when is None:
        return NOTHING
    there = QDateTime.fromSecsSinceEpoch(int(when.timestamp()))
    return locale().toString(there, QLocale.FormatType.ShortFormat)


def day(when: datetime, *, is_short: bool = False, with_year: bool = False) -> str:
    """A day on this machine's clock in the order of the language: `14 March`, `14 Mar`, `14 March 2026`."""
    pattern = re.sub(r"d{3,4}[.,،]?\s*", "", locale().dateFormat(QLocale.FormatType.LongFormat))
    if not with_year:
        pattern = re.sub(r"(\s*'[^']*')?[\s,./-]*y+[.年]?(\s*'[^']*'\.?)?", "", pattern)
    if is_short:
        pattern = pattern.replace("MMMM", "MMM")
    return locale().toString(QDateTime.fromSecsSinceEpoch(int(when.timestamp())).date(), pattern.strip())
