"""The demo's raw material, read from `data/*.toml`: countries with their names, lines of business, phrases."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass, field
from functools import cache
from importlib import resources
from typing import Any


@dataclass(frozen=True, slots=True)
class Locale:
    """One country. Names in another script are written `native|latin`; `rate` is what a euro is worth there."""

    country: str
    ending: str
    currency: str
    rate: float
    weight: int
    given: tuple[str, ...]
    family: tuple[str, ...]
    towns: tuple[str, ...]
    is_family_first: bool = False
    trades: dict[str, str] = field(default_factory=dict, hash=False)


@dataclass(frozen=True, slots=True)
class Trade:
    """A line of business. `name` holds `{}` for the owner, `goods` maps names to prices in euros."""

    key: str
    name: str
    slug: str
    categories: tuple[str, ...]
    topics: tuple[str, ...]
    questions: tuple[str, ...]
    goods: dict[str, float] = field(hash=False)


@cache
def locales() -> tuple[Locale, ...]:
    """Every country, in the order of the file."""
    return tuple(Locale(**_with_tuples(entry)) for entry in _read("locales.toml")["locale"])


@cache
def trades() -> tuple[Trade, ...]:
    """Every line of business, in the order of the file."""
    return tuple(Trade(**_with_tuples(entry)) for entry in _read("trades.toml")["trade"])


@cache
def phrases(kind: str) -> tuple[str, ...]:
    """The phrases of one kind, such as `comments` or `greetings`."""
    return tuple(_read("texts.toml")[kind])


def _read(name: str) -> dict[str, Any]:
    return tomllib.loads(resources.files(__package__).joinpath("data", name).read_text(encoding="utf-8"))


def _with_tuples(entry: dict[str, Any]) -> dict[str, Any]:
    return {key: tuple(value) if isinstance(value, list) else value for key, value in entry.items()}
