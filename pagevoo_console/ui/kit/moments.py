"""Moments that were written down as text, such as those of the trail."""

from __future__ import annotations

from datetime import UTC, datetime

from pagevoo_console.ui.kit import format
from pagevoo_console.ui.kit.labels import tooltip


def read_moment(text: str) -> datetime | None:
    """The moment an ISO text names, in UTC where it names no zone; None where it names none."""
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return None
    return moment if moment.tzinfo is not None else moment.replace(tzinfo=UTC)


def age_of_text(text: str) -> str:
    """How long ago, or the text itself where it is no moment."""
    moment = read_moment(text)
    return text if moment is None else format.age(moment)


def exactly(text: str) -> str:
    """A tooltip with the day and the time."""
    return tooltip(format.moment(read_moment(text)))
