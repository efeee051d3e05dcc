"""Who froze which database, when and why: a row in the master, since a trigger cannot say it to everybody.

What makes a database refuse rows are the triggers on its server; the row says whose they are.
"""

from __future__ import annotations

import sqlalchemy as sa

from pagevoo_console.domain.errors import Refused
from pagevoo_console.domain.freeze import Freeze, FreezeReason
from pagevoo_console.services.master import Master
from pagevoo_console.services.values import as_time, naive_utc, now

_FREEZES = sa.table(
    "console_freezes",
    sa.column("tenant"),
    sa.column("generation"),
    sa.column("frozen_at", sa.DateTime),
    sa.column("actor"),
    sa.column("reason"),
)

Key = tuple[str, str]
"""A tenant, and the id of the registry row that tells its database from an earlier one of that name."""


class FreezeRecords:
    """Reads and writes the rows. Safe to call from any thread."""

    def __init__(self, master: Master) -> None:
        self._master = master

    def all(self) -> dict[Key, Freeze]:
        """Every freeze there is. Reads only; empty where an older console set the master up."""
        with self._master.reading() as session:
            if not sa.inspect(session).has_table(_FREEZES.name):
                return {}
            rows = session.execute(sa.select(_FREEZES)).all()
        return {(str(row.tenant), str(row.generation)): _freeze(row) for row in rows}

    def get(self, tenant: str, generation: str) -> Freeze | None:
        """How this database is frozen, None where nobody wrote down that it is. Reads only."""
        with self._master.reading() as session:
            if not sa.inspect(session).has_table(_FREEZES.name):
                return None
            query = sa.select(_FREEZES).where(_FREEZES.c.tenant == tenant, _FREEZES.c.generation == generation)
            row = session.execute(query).first()
        return None if row is None else _freeze(row)

    def ensure_there(self) -> None:
        """Raise Refused (`not_initialised`) where the master has no table for it yet."""
        database = self._master.connection.master_database
        with self._master.reading() as session:
            if not sa.inspect(session).has_table(_FREEZES.name):
                raise Refused(
                    f"{database} was set up by an older console: it has no table {_FREEZES.name}",
                    code="not_initialised",
                    hint="Run `pagevoo-console master init` once; it adds what is missing and changes nothing else.",
                )

    def write(self, session: sa.Connection, tenant: str, generation: str, freeze: Freeze) -> None:
        """Within the caller's transaction on the master: this database is frozen like that, whatever was written."""
        self.remove(session, tenant, generation)
        session.execute(
            sa.insert(_FREEZES).values(
                tenant=tenant, generation=generation, frozen_at=naive_utc(freeze.since or now()), actor=freeze.by,
                reason=freeze.reason.value,
            )
        )  # fmt: skip

    def remove(self, session: sa.Connection, tenant: str, generation: str) -> None:
        """Within the caller's transaction on the master: this database is not frozen."""
        session.execute(sa.delete(_FREEZES).where(_FREEZES.c.tenant == tenant, _FREEZES.c.generation == generation))


def _freeze(row: sa.Row[tuple[object, ...]]) -> Freeze:
    known = {reason.value for reason in FreezeReason}
    reason = FreezeReason(row.reason) if row.reason in known else FreezeReason.UNKNOWN
    return Freeze(as_time(row.frozen_at), reason, str(row.actor))
