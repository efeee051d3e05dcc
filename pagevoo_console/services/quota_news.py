"""Which limits have been crossed since this workstation was last told, by the daily look or by what was seen since.

`fleet tick` tells the trail; a window has to tell the person in front of it, once, also of what it has seen by itself
between two ticks. What was told here is remembered in a small file of this user, so that another start tells nothing
twice. The master is only read.
"""

from __future__ import annotations

import json
import threading
from datetime import datetime
from pathlib import Path

from pagevoo_console.domain.errors import ConsoleError, NotFound
from pagevoo_console.domain.platform import Platform
from pagevoo_console.domain.quota import QuotaAlert, QuotaMetric
from pagevoo_console.domain.sighting import TenantEntry
from pagevoo_console.domain.tenant import TenantQuery
from pagevoo_console.services.directory import Directory
from pagevoo_console.services.private_files import read_small, write_private
from pagevoo_console.services.quota_alerts import QuotaAlerts, standing
from pagevoo_console.services.values import now

Key = tuple[str, str, str]
"""Tenant, generation and quota."""

FILE = "quota-news-{}.json"
"""Its name in the state folder, for one connection."""

_LEVELS = ("near", "over")
_FORMAT = 1


class QuotaNews:
    """Compares what holds now with what was told. Safe to call from any thread; each news is handed out once."""

    def __init__(self, platform: Platform, directory: Directory, alerts: QuotaAlerts, file: Path) -> None:
        self._platform = platform
        self._directory = directory
        self._alerts = alerts
        self._file = file
        self._guard = threading.Lock()

    def open(self) -> tuple[QuotaAlert, ...]:
        """Every threshold that is crossed as far as anybody has seen, the highest first. Reads only."""
        return self._open(self._told() or {})

    def look(self) -> tuple[QuotaAlert, ...]:
        """What has crossed a threshold since this was last asked on this workstation, and remember it as told.

        The first time ever nothing is news: what holds then stands in the overview.
        """
        with self._guard:
            told = self._told()
            current = self._open(told or {})
            after = {(alert.tenant, alert.generation, alert.quota): alert.threshold for alert in current}
            if after != told:
                self._remember(after)
        if told is None:
            return ()
        return tuple(
            alert for alert in current if alert.threshold > told.get((alert.tenant, alert.generation, alert.quota), 0)
        )

    def _open(self, told: dict[Key, int]) -> tuple[QuotaAlert, ...]:
        """By what was last seen, and by what ticks have told where that is more."""
        moment = now()
        found = {(alert.tenant, alert.generation, alert.quota): alert for alert in self._alerts.open()}
        for entry in self._concerned({tenant for tenant, _, _ in (*told, *found)}):
            for quota in self._platform.quotas:
                if quota.metric is not QuotaMetric.DATABASE_BYTES:
                    continue
                key = (entry.id, entry.generation or "", quota.name)
                seen = self._seen(entry, key, told.get(key, 0), moment)
                if seen is not None and (key not in found or seen.threshold > found[key].threshold):
                    found[key] = seen
        return tuple(sorted(found.values(), key=lambda alert: (-alert.threshold, alert.tenant, alert.quota)))

    def _concerned(self, known: set[str]) -> list[TenantEntry]:
        """Whoever is near a limit or over it by what was last seen, and whoever was told of."""
        entries = {entry.id: entry for entry in self._directory.page(TenantQuery(levels=_LEVELS)).entries}
        for tenant in known - entries.keys():
            entry = self._directory.entry(tenant)
            if entry is not None:
                entries[tenant] = entry
        return list(entries.values())

    def _seen(self, entry: TenantEntry, key: Key, told: int, moment: datetime) -> QuotaAlert | None:
        if entry.used is None or entry.limit is None:
            return None
        threshold = standing(entry.used, entry.limit, told)
        if not threshold:
            return None
        return QuotaAlert(*key, threshold, entry.used, entry.limit, entry.seen_at or moment)

    def _told(self) -> dict[Key, int] | None:
        """What was told here before; None where nobody ever looked, or where the file is damaged."""
        try:
            data = json.loads(read_small(self._file))
            if data["format"] != _FORMAT:
                return None
            return {(str(t), str(g), str(q)): int(threshold) for t, g, q, threshold in data["told"]}
        except (NotFound, ConsoleError, ValueError, TypeError, KeyError):
            return None

    def _remember(self, told: dict[Key, int]) -> None:
        rows = [[*key, threshold] for key, threshold in sorted(told.items())]
        write_private(self._file, json.dumps({"format": _FORMAT, "told": rows}) + "\n")
