"""What a benchmark finds: ours beside a peer, measured in turns in the same run, as a ratio of medians."""

from __future__ import annotations

import os
import statistics
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

Work = Callable[[], float]


@dataclass(frozen=True, slots=True)
class Spread:
    """What was measured, one value a round."""

    unit: str
    values: tuple[float, ...]

    @property
    def median(self) -> float:
        return statistics.median(self.values)

    def __str__(self) -> str:
        return f"{_number(self.median)} {self.unit} [{_number(min(self.values))}..{_number(max(self.values))}]"


@dataclass(frozen=True, slots=True)
class Comparison:
    """Ours against a peer. Where `is_speed`, the ratio says how many times as fast ours is and the goal is the least;
    else it says how much of the peer's time ours takes and the goal is the most.
    """

    what: str
    ours: Spread
    peer_name: str
    peer: Spread
    goal: float | None = None
    is_speed: bool = True

    @property
    def ratio(self) -> float:
        ours, peer = self.ours.median, self.peer.median
        return peer / ours if self.is_speed else ours / peer

    @property
    def is_met(self) -> bool | None:
        """Whether the goal is reached, None where there is none."""
        if self.goal is None:
            return None
        return self.ratio >= self.goal if self.is_speed else self.ratio <= self.goal

    @property
    def verdict(self) -> str:
        return _verdict(self.is_met, "≥" if self.is_speed else "≤", self.goal, "×")

    def __str__(self) -> str:
        kind = "as fast as" if self.is_speed else "the time of"
        return f"{self.what} {self.ratio:.2f}× {kind} {self.peer_name}{self.verdict}: {self.ours} against {self.peer}"


@dataclass(frozen=True, slots=True)
class Limit:
    """Something measured that has a ceiling of its own, such as memory or the length of a frame."""

    what: str
    value: float
    unit: str
    at_most: float | None = None

    @property
    def is_met(self) -> bool | None:
        """Whether it stays below the ceiling, None where there is none."""
        return None if self.at_most is None else self.value <= self.at_most

    @property
    def verdict(self) -> str:
        return _verdict(self.is_met, "≤", self.at_most, f" {self.unit}")

    def __str__(self) -> str:
        return f"{self.what} {_number(self.value)} {self.unit}{self.verdict}"


@dataclass(frozen=True, slots=True)
class Figure:
    """All that one benchmark found, the headline first. `load` is the machine's load average when it began."""

    name: str
    work: str
    comparisons: tuple[Comparison, ...]
    limits: tuple[Limit, ...] = ()
    notes: tuple[str, ...] = ()
    load: float = 0.0

    def __str__(self) -> str:
        """One line with everything."""
        parts = [*map(str, self.comparisons), *map(str, self.limits), *self.notes]
        return f"{self.name}: {'; '.join(parts)}; load {self.load:.2f}"

    def as_json(self) -> dict[str, Any]:
        return {
            "name": self.name,
            "work": self.work,
            "load": self.load,
            "comparisons": [
                {
                    "what": each.what,
                    "ratio": round(each.ratio, 3),
                    "goal": each.goal,
                    "is_met": each.is_met,
                    "is_speed": each.is_speed,
                    "unit": each.ours.unit,
                    "ours": list(each.ours.values),
                    "peer_name": each.peer_name,
                    "peer": list(each.peer.values),
                }
                for each in self.comparisons
            ],
            "limits": [
                {
                    "what": each.what,
                    "value": each.value,
                    "unit": each.unit,
                    "at_most": each.at_most,
                    "is_met": each.is_met,
                }
                for each in self.limits
            ],
            "notes": list(self.notes),
        }


def figure_of(found: dict[str, Any]) -> Figure:
    """The way back from `as_json`."""
    return Figure(
        found["name"],
        found["work"],
        tuple(
            Comparison(
                each["what"],
                Spread(each["unit"], tuple(each["ours"])),
                each["peer_name"],
                Spread(each["unit"], tuple(each["peer"])),
                each["goal"],
                each["is_speed"],
            )
            for each in found["comparisons"]
        ),
        tuple(Limit(each["what"], each["value"], each["unit"], each["at_most"]) for each in found["limits"]),
        tuple(found["notes"]),
        found["load"],
    )


def interleaved(rounds: int, *works: Work) -> list[tuple[float, ...]]:
    """Call each work once a round, each round beginning with another one; the values of each work."""
    values: list[list[float]] = [[] for _ in works]
    for turn in range(rounds):
        for place in range(len(works)):
            chosen = (place + turn) % len(works)
            values[chosen].append(works[chosen]())
    return [tuple(each) for each in values]


def percentile(values: Sequence[float], share: float) -> float:
    """The value below which that share of them lies, by the nearest rank."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))]


def load_average() -> float:
    """Of the last minute: says how much of a figure may be others' doing."""
    return os.getloadavg()[0]


def _number(value: float) -> str:
    if value >= 100:
        return f"{value:.0f}"
    return f"{value:.1f}" if value >= 10 else f"{value:.3g}"


def _verdict(is_met: bool | None, sign: str, goal: float | None, unit: str) -> str:
    if is_met is None or goal is None:
        return ""
    return f" ({sign} {goal:g}{unit}: {'met' if is_met else 'MISSED'})"
