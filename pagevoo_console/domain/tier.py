"""Offers of a platform and the limits they set."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Tier:
    """An offer of the platform. `limits` maps a quota's name to its limit in that quota's unit, None for unlimited."""

    name: str
    title: str
    rank: int
    limits: dict[str, int | None] = field(default_factory=dict, hash=False)
