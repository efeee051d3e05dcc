"""Where things stand in a chart: moments and figures to pixels, and which of them are written at the axes. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from pagevoo_console.domain.quota import Forecast, UsageSample

HEADROOM = 1.12
"""How much room is left above the limit."""
FARTHEST_LIMIT = 3.0
"""A limit so many times above all that is used is out of sight, so that growth can be seen."""
SHORTEST = timedelta(days=14)
LONGEST_AHEAD = 1.5
"""The future takes at most so many times the room of the past."""
_DAY = 86_400.0
_STEPS_OF_DAYS = (1, 2, 7, 14, 30, 61, 91, 182, 365, 730)


@dataclass(frozen=True, slots=True)
class Growth:
    """What a chart shows: samples of one quota, oldest first, its limit now, and when that is likely reached."""

    samples: tuple[UsageSample, ...]
    limit: int | None
    forecast: Forecast | None
    now: datetime
    unit: str = "bytes"


@dataclass(frozen=True, slots=True)
class Scale:
    """A box in pixels, with the moments at its left and right edge and the figure at its top; its bottom is 0."""

    left: float
    top: float
    width: float
    height: float
    begin: datetime
    end: datetime
    highest: float

    def x(self, moment: datetime) -> float:
        whole = (self.end - self.begin).total_seconds()
        return self.left + self.width * (moment - self.begin).total_seconds() / whole

    def y(self, figure: float) -> float:
        return self.top + self.height * (1 - figure / self.highest)

    def nearest(self, x: float, samples: Sequence[UsageSample]) -> int | None:
        """The place of the sample that stands closest to `x`; None where there is none."""
        return min(range(len(samples)), key=lambda place: abs(self.x(samples[place].sampled_at) - x), default=None)


def scale_of(growth: Growth, left: float, top: float, width: float, height: float) -> Scale:
    """The scale on which all of the past is seen, and of the future as much as has room beside it."""
    begin, end = _span(growth)
    return Scale(left, top, max(1.0, width), max(1.0, height), begin, end, highest_figure(growth, end))


def highest_figure(growth: Growth, end: datetime) -> float:
    """What stands at the upper edge: a little above the limit, or above what is used where the limit is far away."""
    reached = float(max((sample.used for sample in growth.samples), default=0))
    if growth.forecast is not None and growth.samples and growth.limit is not None:
        last = growth.samples[-1].used
        whole = max((growth.forecast.at - growth.now).total_seconds(), 1.0)
        ahead = (end - growth.now).total_seconds() / whole
        reached = max(reached, min(float(growth.limit), last + (growth.limit - last) * ahead))
    if growth.limit and (not reached or growth.limit <= reached * FARTHEST_LIMIT):
        reached = max(reached, float(growth.limit))
    return max(1.0, reached * HEADROOM)


def _span(growth: Growth) -> tuple[datetime, datetime]:
    begin = min((sample.sampled_at for sample in growth.samples), default=growth.now)
    past = max(growth.now - begin, SHORTEST)
    begin = growth.now - past
    if growth.forecast is None:
        return begin, growth.now + past * 0.04
    wanted = timedelta(days=growth.forecast.likely) * 1.15
    if growth.forecast.high is not None:
        wanted = max(wanted, timedelta(days=growth.forecast.high) * 1.05)
    return begin, growth.now + max(past * 0.1, min(wanted, past * LONGEST_AHEAD))


def figures(highest: float, most: int) -> tuple[int, ...]:
    """Round figures from 0 up to `highest`, at most so many above 0."""
    step = 1
    while highest / step > most:
        step = _next_step(step)
    return tuple(range(0, int(highest) + 1, step))


def _next_step(step: int) -> int:
    """1, 2, 5, 10, 20, 50, …"""
    first = int(str(step)[0])
    return step * 5 // 2 if first == 2 else step * 2


def days(scale: Scale, most: int) -> tuple[datetime, ...]:
    """Midnights within the scale, evenly apart, at most so many."""
    whole = (scale.end - scale.begin).total_seconds() / _DAY
    step = next((step for step in _STEPS_OF_DAYS if whole / step <= most), _STEPS_OF_DAYS[-1])
    first = scale.begin.replace(hour=0, minute=0, second=0, microsecond=0) + timedelta(days=1)
    found = []
    while first <= scale.end:
        found.append(first)
        first += timedelta(days=step)
    return tuple(found)
