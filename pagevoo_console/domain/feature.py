"""Capabilities of a website, each with a schema lineage of its own."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class FeatureState(StrEnum):
    AVAILABLE = "available"
    INSTALLED = "installed"
    DISABLED = "disabled"
    OUTDATED = "outdated"
    DRIFTED = "drifted"


@dataclass(frozen=True, slots=True)
class Feature:
    """One feature as one tenant has it. `revision` is None while it is not installed; `tables` are sorted names."""

    name: str
    title: str
    state: FeatureState
    revision: str | None
    head: str
    tables: tuple[str, ...]
    description: str = ""
    icon: str = ""
    allowed: bool = True
    tiers: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Difference:
    """One way in which a database is not what its lineage says. `kind` is a word such as "missing_column"."""

    table: str
    kind: str
    detail: str
