"""Limits as people write them, and what the platform's own environment makes of them."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace

from pagevoo_console.domain.errors import WrongUsage
from pagevoo_console.domain.platform import Platform
from pagevoo_console.domain.tier import Tier
from pagevoo_console.services.strict_toml import one_of

UNLIMITED = "unlimited"
FACTORS = {"": 1, "B": 1, "kB": 1_000, "MB": 1_000_000, "GB": 1_000_000_000, "TB": 1_000_000_000_000}
MAX_DATABASES = "lifecycle.max_databases_per_server"

_SIZE = re.compile(r"([0-9]{1,15}) ?([A-Za-z]+)")
_NUMBER = re.compile(r"[0-9]{1,15}")
_LIMIT_PLACE = re.compile(r"tiers\.([^.]+)\.limits\.([^.]+)")


def limit(value: int | str, unit: str) -> int | None:
    """A limit in its quota's unit, None for unlimited. Raises ValueError, saying why."""
    if isinstance(value, int):
        if value < 0:
            raise ValueError('cannot be negative; leave it out or say "unlimited"')
        return value
    if value == UNLIMITED:
        return None
    size = _SIZE.fullmatch(value)
    if size is None or size[2] not in FACTORS:
        raise ValueError(f'cannot be {value!r}: a whole number, "unlimited" or a size such as "50 MB"')
    if unit != "bytes":
        raise ValueError(f"cannot be {value!r}: this quota counts {unit}, not bytes")
    return int(size[1]) * FACTORS[size[2]]


def place_problem(place: str, tiers: Mapping[str, object], quotas: Mapping[str, object]) -> str | None:
    """Why a variable cannot set this place of a platform, or None."""
    if place == MAX_DATABASES:
        return None
    found = _LIMIT_PLACE.fullmatch(place)
    if found is None:
        return f"{place!r} is no place that can be set; it can be {MAX_DATABASES} or tiers.<tier>.limits.<quota>"
    if found[1] not in tiers:
        return f"{place!r} names no tier{one_of(found[1], tiers)}"
    if found[2] not in quotas:
        return f"{place!r} names no quota{one_of(found[2], quotas)}"
    return None


def with_env(platform: Platform, variables: Mapping[str, str]) -> Platform:
    """The platform with the limits that its own environment sets (`MAX_DATABASE_SIZE_MB_PRO=20000`).

    Variables that the platform does not know, and empty ones, change nothing. Raises WrongUsage for what is no number.
    """
    tiers = {tier.name: tier for tier in platform.tiers}
    lifecycle = platform.lifecycle
    for variable, setting in platform.env.items():
        text = variables.get(variable, "").strip()
        if not text:
            continue
        if _NUMBER.fullmatch(text) is None:
            raise WrongUsage(
                f"{variable} is {text[:40]!r}, which is not a whole number",
                hint=f"It sets {setting.sets}{f' in {setting.unit}' if setting.unit else ''}.",
            )
        number = int(text) * FACTORS[setting.unit]
        place = _LIMIT_PLACE.fullmatch(setting.sets)
        if place is None:
            lifecycle = replace(lifecycle, max_databases_per_server=number)
        else:
            tiers[place[1]] = _with_limit(tiers[place[1]], place[2], number)
    return replace(platform, tiers=tuple(tiers.values()), lifecycle=lifecycle)


def _with_limit(tier: Tier, quota: str, number: int) -> Tier:
    return replace(tier, limits={**tier.limits, quota: number})
