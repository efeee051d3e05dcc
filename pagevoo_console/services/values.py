"""What databases answer, in one form: times in UTC, booleans, ids as text."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from pagevoo_console.domain.errors import Corrupt


def as_time(value: Any) -> datetime | None:
    """A time in UTC out of a driver's datetime (naive means UTC) or SQLite's text; None for none and for zero dates."""
    if value is None or (isinstance(value, str) and (not value or value.startswith("0000-00-00"))):
        return None
    if isinstance(value, str):
        try:
            value = datetime.fromisoformat(value)
        except ValueError as error:
            raise Corrupt(f"{value!r} is not a time") from error
    moment = value if isinstance(value, datetime) else datetime(value.year, value.month, value.day)
    return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)


def iso(value: datetime | None) -> str | None:
    """ISO 8601 in UTC with Z, to the second or, where there is more, to the microsecond."""
    if value is None:
        return None
    return value.astimezone(UTC).isoformat().replace("+00:00", "Z")


def now() -> datetime:
    return datetime.now(UTC)


def naive_utc(value: datetime) -> datetime:
    """For columns without a time zone, which hold UTC."""
    return value.astimezone(UTC).replace(tzinfo=None)


def as_id(value: Any) -> str | None:
    """An id as text, whatever the driver made of it."""
    return None if value is None else str(value)
