"""Into the trash, out of it again, and gone for good, as steps of an operation: one way for all that delete.

What is where is journalled in the operation's evidence before anything moves. A database is never dropped by a name
alone: it must be the very one that was put there.
"""

from __future__ import annotations

import hashlib
from contextlib import suppress
from datetime import timedelta
from itertools import count
from typing import Any

import sqlalchemy as sa

from pagevoo_console.domain.errors import Corrupt, Refused
from pagevoo_console.domain.trash import TRASH_PREFIX, TrashState
from pagevoo_console.services.connections import Connections
from pagevoo_console.services.engines.base import DatabaseEngine
from pagevoo_console.services.master import Master
from pagevoo_console.services.operations import Run, lock_key
from pagevoo_console.services.values import iso, now

TRASH = "trash"
"""In an operation's evidence: where its database went. It is in the trash for good once that has a `trash_state`."""


class TrashMoves:
    """Moves one database at a time, on the session that holds the tenant's lock."""

    def __init__(self, master: Master, connections: Connections) -> None:
        self._master = master
        self._connections = connections

    def put(self, run: Run) -> str:
        """Call the operation's database by a name of the trash, which is returned; done again, it finishes the move.

        Raises Unsupported, naming what would be lost, before anything is touched.
        """
        engine = self._connections.engine(run.server)
        mark = mark_of(str(run.operation))
        told = run.evidence.get(TRASH)
        if told is None or not engine.exists(run.session, told["name"]):
            name = _free_name(engine, run, lock_key(self._master, run.tenant))
            told = {"name": name, "memo": engine.move_memo(run.session, run.database)}
            run.evidence[TRASH] = told
            run.save()
        engine.move(run.session, run.database, told["name"], told["memo"], mark)
        return str(told["name"])

    def reserve(self, run: Run) -> dict[str, Any]:
        """What tells the operation's database again once a swap has put it into the trash; moves nothing.

        It takes its own marker along. Raises Unsupported, naming what would be lost if it were to be had back.
        """
        engine = self._connections.engine(run.server)
        memo = engine.move_memo(run.session, run.database)
        name = _free_name(engine, run, lock_key(self._master, run.tenant))
        return {"name": name, "memo": memo, "mark": memo.get("marker") or "", "is_replaced": True}

    def take_back(self, run: Run) -> None:
        """Undo `put`, however far it came. Nothing where it never began."""
        told = run.evidence.get(TRASH)
        if told is None:
            return
        self.give_back(run, told)
        del run.evidence[TRASH]

    def give_back(self, run: Run, told: dict[str, Any]) -> None:
        """Call what is in the trash by the operation's database name again; done again, it finishes what was begun."""
        memo = told["memo"]
        engine = self._connections.engine(run.server)
        engine.move(run.session, told["name"], run.database, memo, memo.get("marker") or "")

    def reopen(self, run: Run) -> None:
        """Let people into the database under its old name again, and its events do their work."""
        engine = self._connections.engine(run.server)
        engine.unquiesce(run.session, run.database)
        with suppress(Corrupt), self._connections.open(run.server, run.database, writable=True) as session:
            engine.awaken(session)

    def put_again(self, run: Run, operation: str, told: dict[str, Any]) -> None:
        """Undo `give_back`, however far it came."""
        engine = self._connections.engine(run.server)
        engine.move(run.session, run.database, told["name"], told["memo"], mark_of(operation))

    def is_there(self, session: sa.Connection, engine: DatabaseEngine, operation: str, told: dict[str, Any]) -> bool:
        """Whether the database that this operation put into the trash is there, or what a purge has left of it."""
        return engine.is_moved(session, told["name"], told["memo"], told.get("mark", mark_of(operation)))

    def drop(self, run: Run, operation: str, told: dict[str, Any]) -> None:
        """Drop what this operation put into the trash, and nothing else. Nothing where it is gone already."""
        engine = self._connections.engine(run.server)
        name = str(told["name"])
        if not engine.exists(run.session, name):
            return
        if not name.startswith(TRASH_PREFIX) or name == self._master.connection.master_database:
            raise Refused(f"{name} is no name of the trash", code="not_in_trash", hint="Nothing was dropped.")
        if not self.is_there(run.session, engine, operation, told):
            raise Refused(
                f"{name} is not the database that operation {operation} put there",
                code="generation_changed",
                hint="Somebody made or changed it since. Look at it by hand; nothing was dropped.",
            )
        engine.drop_database(run.session, name)


def keep(told: dict[str, Any], grace_days: int) -> dict[str, Any]:
    """The same evidence, saying that it is in the trash from now on and for how long."""
    moment = now().replace(microsecond=0)
    return {
        **told,
        "trash_state": TrashState.KEPT.value,
        "grace_days": grace_days,
        "deleted_at": iso(moment),
        "purge_after": iso(moment + timedelta(days=grace_days)),
    }


def mark_of(operation: str) -> str:
    """The marker of a database that had to be made in the trash."""
    return f"trash:{operation}"


def _free_name(engine: DatabaseEngine, run: Run, key: str) -> str:
    """Masters that share a server number their operations alike, so the name says whose it is too."""
    wanted = f"{TRASH_PREFIX}{run.operation}_{hashlib.sha256(key.encode()).hexdigest()[:6]}"
    names = (wanted if number == 1 else f"{wanted}_{number}" for number in count(1))
    return next(name for name in names if not engine.exists(run.session, name))
