"""The trail: append-only, each entry carrying the hash of the one before.

Changes fail closed: without an entry nothing is done. Reads, connections and failures go to the trail where it can be
written and to the local journal where it cannot, so that a read-only support account is able to work. The chain shows
tampering by others; somebody who can rewrite the whole table and every mirror is beyond it.
"""

from __future__ import annotations

import getpass
import hashlib
import json
import os
import platform
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from pagevoo_console.domain.audit import GENESIS, AuditEvent, AuditVerdict, Outcome, TrailHead, TrailWitness
from pagevoo_console.domain.errors import Busy, Cancelled, ConsoleError, Refused
from pagevoo_console.services.master import AUDIT_HEAD, Master, after_commit, not_initialised
from pagevoo_console.services.values import iso, now
from pagevoo_console.services.version import VERSION

_EVENTS = sa.table(
    "console_audit_events",
    *(
        sa.column(name)
        for name in (
            "seq", "at", "actor", "host", "action", "tenant", "database_name", "outcome", "operation",
            "before_state", "after_state", "detail", "version", "previous_hash", "hash",
        )
    ),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Actor:
    """Who is at the keyboard, and at which machine."""

    name: str
    host: str

    @classmethod
    def current(cls) -> Actor:
        try:
            name = getpass.getuser()
        except (KeyError, OSError):
            name = str(os.getuid()) if hasattr(os, "getuid") else "unknown"
        return cls(name, platform.node() or "unknown")


class AuditTrail:
    """Appends to and reads the trail of one master. Safe to call from any thread."""

    def __init__(self, master: Master, actor: Actor, journal: Path, *, clock: Callable[[], datetime] = now) -> None:
        self._master = master
        self._actor = actor
        self._journal = journal
        self._clock = clock
        self._witnesses: Callable[[], Iterable[TrailWitness]] = tuple

    def ask_witnesses(self, witnesses: Callable[[], Iterable[TrailWitness]]) -> None:
        """Have `verify` compare the trail with what these remember of it, beside the journal of this machine."""
        self._witnesses = witnesses

    def append(
        self,
        session: sa.Connection,
        action: str,
        outcome: Outcome,
        *,
        tenant: str | None = None,
        database: str | None = None,
        operation: int | str | None = None,
        before: Any = None,
        after: Any = None,
        detail: str | None = None,
    ) -> str:
        """Add an entry within the caller's transaction on the master; returns its hash.

        Raises Refused (`not_initialised`, `not_audited`) when it cannot be written: the caller's change then does not
        happen.
        """
        try:
            head = session.execute(
                sa.select(AUDIT_HEAD.c.seq, AUDIT_HEAD.c.hash).where(AUDIT_HEAD.c.id == 1).with_for_update()
            ).first()
        except sa.exc.DBAPIError as error:
            if not sa.inspect(session).has_table(AUDIT_HEAD.name):
                raise not_initialised(self._master.connection.master_database) from error
            raise self._not_audited(error) from error
        seq, previous = (int(head.seq) + 1, str(head.hash)) if head is not None else (1, GENESIS)
        entry = {
            **self._entry(
                action, outcome, tenant=tenant, database=database, operation=operation, before=before, after=after,
                detail=detail,
            ),
            "seq": seq,
            "previous_hash": previous,
        }  # fmt: skip
        entry["hash"] = _hash(entry)
        try:
            session.execute(sa.insert(_EVENTS).values(entry))
            if head is None:
                session.execute(sa.insert(AUDIT_HEAD).values(id=1, seq=seq, hash=entry["hash"]))
            else:
                session.execute(sa.update(AUDIT_HEAD).where(AUDIT_HEAD.c.id == 1).values(seq=seq, hash=entry["hash"]))
        except sa.exc.DBAPIError as error:
            raise self._not_audited(error) from error
        trail = entry["hash"] if seq == 1 else self._trail(session)
        after_commit(session, lambda: self._mirror({"trail": trail, **entry}))
        return str(entry["hash"])

    @contextmanager
    def change(
        self, action: str, *, tenant: str | None = None, database: str | None = None, before: Any = None
    ) -> Iterator[dict[str, Any]]:
        """Around a change outside the master: the intent is written first, the outcome after it.

        The caller puts what came of it under "after" or "detail" into the dictionary it is given. What was done stands
        even where its outcome can only be written to the local journal.
        """
        self._master.unit(
            lambda session: self.append(
                session, action, Outcome.INTENT, tenant=tenant, database=database, before=before
            )
        )
        told: dict[str, Any] = {}
        try:
            yield told
        except BaseException as error:
            self._master.hang_up()
            self.note(action, _outcome_of(error), tenant=tenant, database=database, detail=str(error))
            raise
        self.note(
            action, Outcome.DONE, tenant=tenant, database=database, before=before, after=told.get("after"),
            detail=told.get("detail"),
        )  # fmt: skip

    def note(
        self,
        action: str,
        outcome: Outcome,
        *,
        tenant: str | None = None,
        database: str | None = None,
        operation: int | str | None = None,
        before: Any = None,
        after: Any = None,
        detail: str | None = None,
    ) -> None:
        """Write down a read, a connection or a failure: in the trail, or in the local journal where that cannot be."""
        what = {
            "tenant": tenant, "database": database, "operation": operation, "before": before, "after": after,
            "detail": detail,
        }  # fmt: skip
        try:
            self._master.unit(lambda session: self.append(session, action, outcome, **what))
        except ConsoleError:
            self._mirror({**self._entry(action, outcome, **what), "journal_only": True})

    def _entry(
        self,
        action: str,
        outcome: Outcome,
        *,
        tenant: str | None,
        database: str | None,
        operation: int | str | None,
        before: Any,
        after: Any,
        detail: str | None,
    ) -> dict[str, Any]:
        """What trail and journal both say of an entry, as texts that every server can hold."""
        entry = {
            "at": iso(self._clock()),
            "actor": self._actor.name,
            "host": self._actor.host,
            "action": action,
            "tenant": tenant,
            "database_name": database,
            "outcome": outcome.value,
            "operation": None if operation is None else int(operation),
            "before_state": _canonical(before) if before is not None else None,
            "after_state": _canonical(after) if after is not None else None,
            "detail": detail,
            "version": VERSION,
        }
        return {name: _encodable(value) if isinstance(value, str) else value for name, value in entry.items()}

    def head(self, session: sa.Connection) -> TrailHead:
        """The newest entry, which manifests carry so that a cut tail is found."""
        head = session.execute(sa.select(AUDIT_HEAD.c.seq, AUDIT_HEAD.c.hash).where(AUDIT_HEAD.c.id == 1)).first()
        if head is None or not head.seq:
            return TrailHead("", 0, "")
        try:
            trail = self._trail(session)
        except sa.exc.DBAPIError:
            # Entries that cannot be read tell no trail from another; whoever changes something fails by writing to it.
            trail = ""
        return TrailHead(trail, int(head.seq), str(head.hash))

    def events(
        self, *, tenant: str | None = None, action: str | None = None, limit: int | None = None, offset: int = 0
    ) -> tuple[int, tuple[AuditEvent, ...]]:
        """How many entries there are of this kind, and the newest of them, newest first. Reads only.

        `offset` leaves out so many of the newest, and is only for calls with a `limit`.
        """
        query = sa.select(_EVENTS)
        if tenant is not None:
            query = query.where(_EVENTS.c.tenant == tenant)
        if action is not None:
            query = query.where(_EVENTS.c.action == action)
        with self._master.reading() as session:
            self._require(session)
            total = session.execute(sa.select(sa.func.count()).select_from(query.subquery())).scalar_one()
            rows = session.execute(query.order_by(_EVENTS.c.seq.desc()).limit(limit).offset(offset or None)).all()
        return int(total), tuple(_event(row) for row in rows)

    def verify(self) -> AuditVerdict:
        """Whether no entry was changed, removed, slipped in, moved or cut off the end. Reads only.

        A trail cannot show by itself that its end is missing: what this machine wrote, and what manifests were stamped
        with, are compared with it.
        """
        witnesses = tuple(self._witnesses())
        checked, previous, last = 0, GENESIS, 0
        with self._master.reading() as session:
            self._require(session)
            trail = self._trail(session)
            mirrored = self._mirrored(trail)
            stamped = _by_entry(trail, witnesses)
            count = sum(map(len, stamped.values()))
            head = session.execute(sa.select(AUDIT_HEAD.c.seq, AUDIT_HEAD.c.hash).where(AUDIT_HEAD.c.id == 1)).first()
            for row in session.execute(sa.select(_EVENTS).order_by(_EVENTS.c.seq)):
                entry = dict(row._mapping)
                entry["operation"] = None if entry["operation"] is None else int(entry["operation"])
                seq = int(entry["seq"])
                entry["seq"] = seq
                problem = _misfit(entry, last, previous) or _contradicted(entry, mirrored, stamped)
                if problem is not None:
                    return AuditVerdict(False, checked, last + 1 if seq != last + 1 else seq, problem, count)
                checked, previous, last = checked + 1, str(entry["hash"]), seq
        missing = _missing(trail, last, max(mirrored, default=0), witnesses)
        if head is not None and (int(head.seq), str(head.hash)) != (last, previous):
            missing = f"the trail ends at {last}, its head says {head.seq}"
        first_bad = None if missing is None else last + 1
        return AuditVerdict(missing is None, checked, first_bad, missing, count)

    def _require(self, session: sa.Connection) -> None:
        if not sa.inspect(session).has_table(_EVENTS.name):
            raise not_initialised(self._master.connection.master_database)

    def _not_audited(self, error: sa.exc.DBAPIError) -> Refused:
        reason = self._master.engine.explain(error, self._master.connection.master)
        if isinstance(reason, Busy):
            text = "Others are writing to the audit trail, so nothing was done"
            return Busy(text, code=reason.code, hint="Try again.")
        return Refused(
            f"The audit trail cannot be written ({reason.message}), so nothing was done",
            code="not_audited",
            hint="Changes are only made when they can be audited. Grant INSERT and UPDATE on the console_ tables.",
        )

    # --- the mirror -------------------------------------------------------------------------------------------------

    def _mirror(self, entry: dict[str, Any]) -> None:
        """One line more in the local journal, flushed to the disk; a full disk here does not stop the work."""
        line = _canonical(entry) + "\n"
        try:
            self._journal.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            descriptor = os.open(self._journal, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
            try:
                os.write(descriptor, line.encode())
                os.fsync(descriptor)
            finally:
                os.close(descriptor)
        except OSError:
            return

    def _mirrored(self, trail: str) -> dict[int, str]:
        """What this machine wrote to this trail: sequence number to hash."""
        written: dict[int, str] = {}
        try:
            lines = self._journal.read_text(encoding="utf-8").splitlines()
        except OSError:
            return written
        for line in lines:
            try:
                entry = json.loads(line)
            except ValueError:
                continue
            if isinstance(entry, dict) and entry.get("trail") == trail and "seq" in entry:
                written[int(entry["seq"])] = str(entry["hash"])
        return written

    def _trail(self, session: sa.Connection) -> str:
        """What tells this trail from another: the hash of its first entry."""
        return str(session.execute(sa.select(_EVENTS.c.hash).where(_EVENTS.c.seq == 1)).scalar() or GENESIS)


def _by_entry(trail: str, witnesses: Iterable[TrailWitness]) -> dict[int, list[TrailWitness]]:
    found: dict[int, list[TrailWitness]] = {}
    for one in witnesses:
        if one.head.trail == trail:
            found.setdefault(one.head.seq, []).append(one)
    return found


def _misfit(entry: dict[str, Any], last: int, previous: str) -> str | None:
    """Why an entry cannot stand where it does, by the chain alone."""
    seq = entry["seq"]
    if seq != last + 1:
        return f"entry {last + 1} is missing"
    if entry["previous_hash"] != previous:
        return f"entry {seq} does not follow entry {last}"
    return f"entry {seq} was changed" if entry["hash"] != _hash(entry) else None


def _contradicted(
    entry: dict[str, Any], mirrored: dict[int, str], stamped: dict[int, list[TrailWitness]]
) -> str | None:
    """Whether something outside of the trail remembers an entry otherwise."""
    seq, digest = entry["seq"], entry["hash"]
    if mirrored.get(seq, digest) != digest:
        return f"entry {seq} is not the one this machine wrote"
    for one in stamped.get(seq, ()):
        if one.head.hash != digest:
            return f"entry {seq} is not the one that {one.name} was made after"
    return None


def _missing(trail: str, last: int, mirrored: int, witnesses: Iterable[TrailWitness]) -> str | None:
    """What is remembered of a trail beyond its end, or of another that stood in its place; None where nothing is."""
    if mirrored > last:
        return f"this machine wrote entry {mirrored}, the trail ends at {last}"
    for one in sorted(witnesses, key=lambda one: one.head.seq, reverse=True):
        if one.head.trail == trail and one.head.seq > last:
            return f"{one.name} was made after entry {one.head.seq}, the trail ends at {last}"
        if one.head.trail not in ("", trail) and one.is_ours:
            return f"{one.name} was made after entry {one.head.seq} of a trail that is not this one: it was begun anew"
    return None


def _canonical(value: Any) -> str:
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False, default=str)


def _encodable(text: str) -> str:
    """A file's name need not be UTF-8; what no server could hold is written out."""
    return text.encode("utf-8", "backslashreplace").decode()


def _hash(entry: dict[str, Any]) -> str:
    content = {name: value for name, value in entry.items() if name != "hash"}
    return hashlib.sha256(_canonical(content).encode()).hexdigest()


def _outcome_of(error: BaseException) -> Outcome:
    if isinstance(error, Cancelled | KeyboardInterrupt):
        return Outcome.CANCELLED
    return Outcome.REFUSED if isinstance(error, Refused) else Outcome.FAILED


def _event(row: Any) -> AuditEvent:
    return AuditEvent(
        int(row.seq), row.at, row.actor, row.host, row.action, row.tenant, row.database_name, Outcome(row.outcome),
        None if row.operation is None else str(row.operation), row.before_state, row.after_state, row.detail,
        row.version, row.previous_hash, row.hash,
    )  # fmt: skip
