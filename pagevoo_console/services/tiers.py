"""What each tier includes: the one place that answers "may this tier have that feature" and "what is its limit".

The platform's own rows (`tier_permissions`) stand over its `.env`, and that over the platform file: what the platform
enforces is what the console must tell. A row changes only what it names; a master without the table changes nothing.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from typing import Any

import sqlalchemy as sa

from pagevoo_console.domain.errors import NotFound
from pagevoo_console.domain.platform import Platform
from pagevoo_console.domain.tier import Tier
from pagevoo_console.services.master import Master
from pagevoo_console.services.platforms.limits import FACTORS
from pagevoo_console.services.strict_toml import one_of

FEATURE = "feature:"
LIMIT = "limit:"
MEGABYTES = "_mb"


@dataclass(frozen=True, slots=True)
class Offers:
    """What the tiers include at one moment. `platform` has the limits as they are in force.

    `allowed` holds what the platform's rows say of (tier, feature), and nothing where they are silent.
    """

    platform: Platform
    allowed: dict[tuple[str, str], bool] = field(default_factory=dict, hash=False)

    def includes(self, tier: str, feature: str, tiers: tuple[str, ...]) -> bool:
        """Whether the tier has the feature; `tiers` are those of its `feature.toml`, none where all have it."""
        return self.allowed.get((tier, feature), not tiers or tier in tiers)

    def tiers_of(self, feature: str, tiers: tuple[str, ...]) -> tuple[str, ...]:
        """The tiers that have the feature, the smallest first; none where all have it."""
        known = [tier.name for tier in self.platform.tiers]
        having = tuple(name for name in known if self.includes(name, feature, tiers))
        return having if len(having) < len(known) else ()

    def tier(self, name: str) -> Tier:
        """One tier with its limits. Raises NotFound with the nearest name."""
        found = self.platform.tier(name)
        if found is None:
            known = [tier.name for tier in self.platform.tiers]
            raise NotFound(f"There is no tier {name!r}{one_of(name, known)}", hint=f"There are: {', '.join(known)}.")
        return found


class Tiers:
    """Reads the offers from the master, afresh each time. Reads only. Safe to call from any thread."""

    def __init__(self, master: Master) -> None:
        self._master = master

    def offers(self, session: sa.Connection | None = None) -> Offers:
        """What each tier includes now."""
        if session is None:
            with self._master.reading() as opened:
                return self.offers(opened)
        platform = self._master.platform
        rows = list(self._rows(session))
        limits = {(tier, quota): limit for tier, quota, limit in _limits(platform, rows)}
        tiers = tuple(
            replace(
                tier,
                limits={
                    **tier.limits,
                    **{quota: limit for (name, quota), limit in limits.items() if name == tier.name},
                },
            )
            for tier in platform.tiers
        )
        return Offers(replace(platform, tiers=tiers), _allowed(rows))

    def platform(self) -> Platform:
        """The platform with the limits that are in force."""
        return self.offers().platform

    def _rows(self, session: sa.Connection) -> Iterable[tuple[str, str, bool | None, int | None]]:
        """(tier, permission, is allowed, limit) of each row; none where the platform has no such table or columns."""
        table = self._master.platform.permissions
        if table is None or not sa.inspect(session).has_table(table.table):
            return
        there = {column["name"] for column in sa.inspect(session).get_columns(table.table)}
        if not {table.tier, table.permission} <= there:
            return
        query: Any = sa.select(
            sa.column(table.tier),
            sa.column(table.permission),
            sa.column(table.is_allowed, sa.Boolean) if table.is_allowed in there else sa.null(),
            sa.column(table.limit, sa.BigInteger) if table.limit in there else sa.null(),
        ).select_from(sa.table(table.table))
        for tier, permission, allowed, limit in session.execute(query):
            if tier is not None and permission is not None:
                yield str(tier), str(permission), None if allowed is None else bool(allowed), limit


def _allowed(rows: Iterable[tuple[str, str, bool | None, int | None]]) -> dict[tuple[str, str], bool]:
    """What is said of features. `feature:shop` stands over a bare `shop`."""
    said = [(tier, permission, allowed) for tier, permission, allowed, _ in rows if allowed is not None]
    bare = {(tier, name): allowed for tier, name, allowed in said if ":" not in name}
    named = {(tier, name.removeprefix(FEATURE)): allowed for tier, name, allowed in said if name.startswith(FEATURE)}
    return {**bare, **named}


def _limits(
    platform: Platform, rows: Iterable[tuple[str, str, bool | None, int | None]]
) -> Iterable[tuple[str, str, int | None]]:
    """What is said of limits: (tier, quota, limit). `limit:database_size` counts in the quota's own unit, with `_mb`
    behind it in megabytes. A negative one is unlimited; a row without a number says nothing.
    """
    quotas = {quota.name: quota.unit for quota in platform.quotas}
    for tier, permission, _, limit in rows:
        if not permission.startswith(LIMIT) or limit is None:
            continue
        name = permission.removeprefix(LIMIT)
        in_megabytes = name.removesuffix(MEGABYTES)
        if name in quotas:
            yield tier, name, None if limit < 0 else int(limit)
        elif name.endswith(MEGABYTES) and quotas.get(in_megabytes) == "bytes":
            yield tier, in_megabytes, None if limit < 0 else int(limit) * FACTORS["MB"]
