"""The demo's chance: seeded, and quicker than the standard library's, which is careful about biases of 1 in 2**50."""

from __future__ import annotations

from collections.abc import Sequence
from random import Random
from typing import TypeVar

T = TypeVar("T")


class Dice(Random):
    """A random number generator whose draws are a function of its seed alone, on every machine."""

    def one_of(self, things: Sequence[T]) -> T:
        """One of the things, each as likely as the others."""
        return things[int(self.random() * len(things))]

    def between(self, low: int, high: int) -> int:
        """A whole number from `low` up to, and without, `high`."""
        return low + int(self.random() * (high - low))

    def weighted(self, things: Sequence[T], weights: Sequence[int]) -> T:
        """One of the things, as likely as its weight says."""
        drawn = self.random() * sum(weights)
        for thing, weight in zip(things, weights, strict=True):
            drawn -= weight
            if drawn < 0:
                return thing
        return things[-1]

    def chance(self, share: float) -> bool:
        """True in so many of all cases, 0.0 to 1.0."""
        return self.random() < share
