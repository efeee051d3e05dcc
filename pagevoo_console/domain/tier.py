"""Offers of a platform and the limits they set."""

from __future__ import annotations

from dataclasses import dataclass, field

from pagevoo_console.domain.database import TenantDatabase
from pagevoo_console.domain.operation import Step
from pagevoo_console.domain.quota import QuotaUsage


@dataclass(frozen=True, slots=True)
class Tier:
    """An offer of the platform. `limits` maps a quota's name to its limit in that quota's unit, None for unlimited."""

    name: str
    title: str
    rank: int
    limits: dict[str, int | None] = field(default_factory=dict, hash=False)


@dataclass(frozen=True, slots=True)
class TierPlan:
    """What another tier would change for a tenant. It has changed nothing; carrying it out re-checks what it rests on.

    `disables` and `enables` are names of features, `titles` what people call them. `breaks` are the quotas that are
    over with the new limits. `message` is what to tell the customer. `database` is None where there is none.
    """

    tenant: str
    tenant_name: str
    from_tier: str
    to_tier: str
    database: TenantDatabase | None
    disables: tuple[str, ...]
    enables: tuple[str, ...]
    breaks: tuple[QuotaUsage, ...]
    titles: dict[str, str] = field(hash=False)
    message: str
    steps: tuple[Step, ...]
    warnings: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class TierResult:
    """What a change of tier did. `operation` is None where no database was concerned, or nothing was to be done."""

    operation: str | None
    tenant: str
    from_tier: str
    to_tier: str
    disabled: tuple[str, ...]
    enabled: tuple[str, ...]
