"""Capabilities of a website, each with a schema lineage of its own."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from pagevoo_console.domain.quota import TableUsage


class FeatureState(StrEnum):
    AVAILABLE = "available"
    INSTALLED = "installed"
    DISABLED = "disabled"
    OUTDATED = "outdated"
    DRIFTED = "drifted"


class DisabledBy(StrEnum):
    """Who switched a feature off; a tier that switches on again leaves alone what a person switched off."""

    USER = "user"
    TIER = "tier"


@dataclass(frozen=True, slots=True)
class Feature:
    """One feature as one tenant has it. `revision` is None while it is not installed; `tables` are sorted names.

    `disabled_by` is None where it is not disabled, or where nobody wrote down who did it.
    """

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
    requires: tuple[str, ...] = ()
    disabled_by: DisabledBy | None = None


@dataclass(frozen=True, slots=True)
class Difference:
    """One way in which a database is not what its lineage says. `kind` is a word such as "missing_column".

    `feature` is the lineage's name. `why` says why it cannot be mended by the console, empty where it can.
    """

    table: str
    kind: str
    detail: str
    feature: str = ""
    why: str = ""

    @property
    def is_repairable(self) -> bool:
        return not self.why


@dataclass(frozen=True, slots=True)
class Repair:
    """What mends one difference, or several of a table at once. `statements` are shown, `alters` says that a table
    which stands is changed.
    """

    feature: str
    differences: tuple[Difference, ...]
    statements: tuple[str, ...]
    alters: bool


@dataclass(frozen=True, slots=True)
class FeatureOverview:
    """A tenant's features at one look. `database` is None while there is none: all that is offered is available then.

    `core` comes with the database, and is None without one. `tables` are those that stand, with what they take;
    `unmeasured` is why nobody could measure them, empty where somebody did. `laravel` are the platform's own
    migrations, in order. A frozen database takes no new rows, so that nothing can be installed.
    """

    database: str | None
    core: Feature | None
    features: tuple[Feature, ...]
    tables: tuple[TableUsage, ...] = ()
    unmeasured: str = ""
    laravel: tuple[str, ...] = ()
    is_frozen: bool = False

    def tables_of(self, feature: str) -> tuple[TableUsage, ...]:
        """The tables of one lineage that stand, the largest first."""
        return tuple(table for table in self.tables if table.feature == feature)
