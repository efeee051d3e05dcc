"""What the demo's support team has done lately: entries of the audit trail, and one operation that a crash cut off."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from pagevoo_console.demo.dice import Dice
from pagevoo_console.demo.population import Customer, database_name
from pagevoo_console.demo.sessions import opened
from pagevoo_console.domain.audit import Outcome
from pagevoo_console.domain.operation import OperationState
from pagevoo_console.services.audit import Actor, AuditTrail
from pagevoo_console.services.databases import CREATE
from pagevoo_console.services.deletion_steps import DELETE
from pagevoo_console.services.engines.sqlite import SqliteEngine
from pagevoo_console.services.features import INSTALL
from pagevoo_console.services.lineages import Lineages
from pagevoo_console.services.master import CONSOLE_LINEAGE, Master

TEAM = (Actor("maria", "support-1"), Actor("tunde", "support-2"), Actor("åsa", "ops-laptop"))
OPERATION = 1
READ = "sql.read"
_RECENT = 14


@dataclass(frozen=True, slots=True)
class Event:
    """An entry of the trail before it is chained."""

    at: datetime
    actor: Actor
    action: str
    outcome: Outcome
    customer: int
    before: dict[str, Any] | None = field(default=None, hash=False)
    after: dict[str, Any] | None = field(default=None, hash=False)
    detail: str | None = None
    operation: int | None = None


def draw_events(customers: Sequence[Customer], seed: int, today: datetime) -> list[Event]:
    """What was done for the customers who came last, and what went wrong meanwhile, oldest first."""
    dice = Dice(f"{seed}:history")
    events: list[Event] = []
    healthy = [who for who in customers if who.live is not None and who.fault is None]
    for who in healthy[-_RECENT:]:
        events.extend(_provisioning(dice, who, today))
    for who in dice.sample(healthy, min(6, len(healthy))):
        statement = "SELECT feature_type, is_active FROM installed_features"
        events.append(Event(_lately(dice, today), dice.one_of(TEAM), READ, Outcome.DONE, who.id, detail=statement))
    for who in dice.sample(healthy, min(2, len(healthy))):
        reason = f"{database_name(who.id)} was not confirmed by its name"
        at = _lately(dice, today)
        events.append(Event(at, dice.one_of(TEAM), DELETE, Outcome.REFUSED, who.id, detail=reason))
    return sorted(events, key=lambda event: event.at)


def _provisioning(dice: Dice, who: Customer, today: datetime) -> Iterator[Event]:
    if who.live is None:
        return
    actor = dice.one_of(TEAM)
    at = min(max(who.live.created_at, today - timedelta(days=60)), today)
    plan = {"website": str(who.live.website), "database": who.live.database}
    yield Event(at, actor, CREATE, Outcome.INTENT, who.id, before=plan)
    at += timedelta(seconds=dice.between(1, 5))
    yield Event(at, actor, CREATE, Outcome.DONE, who.id, before=plan, after={**plan, "website": str(who.live.website)})
    for name in who.features:
        at = min(at + timedelta(minutes=dice.between(1, 41)), today)
        request = {"features": [name]}
        yield Event(at, actor, INSTALL, Outcome.INTENT, who.id, before=request)
        yield Event(at, actor, INSTALL, Outcome.DONE, who.id, before=request, after={"installed": [name]})


def _lately(dice: Dice, today: datetime) -> datetime:
    return today - timedelta(minutes=dice.randint(30, 60 * 24 * 20))


def _as_utc(moment: datetime) -> datetime:
    return moment.replace(tzinfo=UTC)


class History:
    """Writes the past into the demo's master."""

    def __init__(self, master: Master, lineages: Lineages, today: datetime) -> None:
        self._master = master
        self._operations = lineages.metadata(CONSOLE_LINEAGE).tables["console_operations"]
        self._today = today

    def write(self, session: sa.Connection, events: Sequence[Event]) -> None:
        """Append the events to the trail, each at its own time and by its own actor."""
        for event in events:
            trail = AuditTrail(self._master, event.actor, Path(), clock=partial(_as_utc, event.at))
            trail.append(
                session, event.action, event.outcome, tenant=str(event.customer),
                database=database_name(event.customer), operation=event.operation, before=event.before,
                after=event.after, detail=event.detail,
            )  # fmt: skip

    def interrupt_creation(self, session: sa.Connection, folder: Path, who: Customer) -> Event:
        """Leave a provisioning as a console that died in the middle of it: the file is there, empty, and not live."""
        connection = self._master.connection
        plan = {
            "website": str(who.websites[0].id), "database": database_name(who.id),
            "server": connection.master.name, "lineage": self._master.platform.core_lineage,
        }  # fmt: skip
        session.execute(
            sa.insert(self._operations).values(
                id=OPERATION, kind=CREATE, tenant=str(who.id), target=str(who.id), database_name=plan["database"],
                server=plan["server"], state=OperationState.RUNNING.value, step="core", owner="tunde@support-2#4711",
                epoch=1, plan=json.dumps(plan), evidence=json.dumps({"steps_done": ["create"]}),
                created_at=self._today - timedelta(hours=9), heartbeat_at=self._today - timedelta(hours=9),
            )
        )  # fmt: skip
        with opened(folder) as server:
            SqliteEngine().create_database(server, plan["database"], f"op{OPERATION}-{plan['website']}")
        return Event(
            self._today - timedelta(hours=9), TEAM[1], CREATE, Outcome.INTENT, who.id, before=plan, operation=OPERATION
        )
