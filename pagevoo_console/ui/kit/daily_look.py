"""When the daily look (`fleet tick`) ran last and what came of it, in words, as the audit trail has it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from pagevoo_console.domain.audit import AuditEvent
from pagevoo_console.ui.kit import format
from pagevoo_console.ui.kit.i18n import translate
from pagevoo_console.ui.kit.moments import read_moment

if TYPE_CHECKING:
    from pagevoo_console.services.audit import AuditTrail

ACTION = "fleet.tick"
"""Its name in the trail."""

LATE = timedelta(hours=30)
"""It runs once a day; a timer that starts some hours late is none that has failed."""


@dataclass(frozen=True, slots=True)
class Tally:
    """How many of each: tenants looked at, limits newly crossed, tenants frozen, thawed, and those that failed."""

    looked_at: int
    alerts: int
    frozen: int
    thawed: int
    failed: int


@dataclass(frozen=True, slots=True)
class LastLook:
    """The newest daily look: when (None where the trail names no moment), and what came of it."""

    at: datetime | None
    tally: Tally


def last_look(audit: AuditTrail) -> LastLook | None:
    """The newest that ended, None where none ever did. Blocks; raises ConsoleError where the trail cannot be read."""
    _, events = audit.events(action=ACTION, limit=1)
    return look_of(events[0]) if events else None


def look_of(event: AuditEvent) -> LastLook:
    """What an entry of the trail says; what it does not say, or says in another form, counts as none."""
    try:
        after: Any = json.loads(event.after or "{}")
    except ValueError:
        after = {}
    told: Mapping[str, Any] = after if isinstance(after, dict) else {}
    return LastLook(
        read_moment(event.at),
        Tally(*(_number(told.get(key)) for key in ("done", "alerts", "frozen", "thawed", "failed"))),
    )


def is_late(look: LastLook | None) -> bool:
    """Whether another is due: it never ran, or longer ago than a day and some hours."""
    return look is None or look.at is None or datetime.now(UTC) - look.at > LATE


def told_of(look: LastLook | None) -> str:
    """When it ran, and what came of it."""
    if look is None:
        return translate("daily", "never")
    return f"{format.age(look.at)} · {came_of(look.tally)}"


def came_of(tally: Tally) -> str:
    """What came of it, as one line; what did not happen is left out."""
    crossed = translate("daily", "1 limit newly crossed" if tally.alerts == 1 else "{count} limits newly crossed")
    told = [translate("daily", "{count} looked at").format(count=format.count(tally.looked_at))]
    for number, words in (
        (tally.alerts, crossed),
        (tally.frozen, translate("daily", "{count} frozen")),
        (tally.thawed, translate("daily", "{count} thawed")),
        (tally.failed, translate("daily", "{count} failed")),
    ):
        if number:
            told.append(words.format(count=format.count(number)))
    return " · ".join(told)


def _number(told: object) -> int:
    """A count, or how many are listed."""
    if isinstance(told, list):
        return len(told)
    return told if isinstance(told, int) and told >= 0 else 0
