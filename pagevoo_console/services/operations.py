"""Changes of several steps that survive a crash: the intent log, one live operation a tenant, resume and abandon.

Truth is the row in `console_operations`, speed is the advisory lock, and the fence is the session: destructive
statements run on the very session that holds the tenant's lock, so that a console which has lost it cannot send them.
"""

from __future__ import annotations

import hashlib
import json
import os
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from typing import Any

import sqlalchemy as sa

from pagevoo_console.domain.audit import Outcome
from pagevoo_console.domain.errors import Busy, Cancelled, ConsoleError, Failed, NotFound, Refused
from pagevoo_console.domain.operation import SILENT_SECONDS, Operation, OperationState
from pagevoo_console.domain.server import Server
from pagevoo_console.services.audit import Actor, AuditTrail
from pagevoo_console.services.connections import Connections
from pagevoo_console.services.failpoints import failpoint
from pagevoo_console.services.jobs import JobContext
from pagevoo_console.services.leases import Leases, silent_seconds
from pagevoo_console.services.master import Master, not_initialised
from pagevoo_console.services.operation_rows import MASTER_CLOCK, OPEN, OPERATIONS
from pagevoo_console.services.procedures import Procedure as Procedure
from pagevoo_console.services.procedures import Run as Run
from pagevoo_console.services.values import as_time, naive_utc, now

UNLOCK_SECONDS = 3.0
TAKE_OVER = "operation.take_over"
_SERVER = "server_identity"

_ROWS = sa.select(OPERATIONS, MASTER_CLOCK.label("clock"))

Guard = Callable[[str, str], None]
"""Called with an operation's kind and its tenant."""


@dataclass(frozen=True, slots=True)
class AtWork:
    """What is being done, or was left undone, to a tenant's database."""

    kind: str
    database: str


class Operations:
    """Begins, resumes, abandons and lists operations on one master. Safe to call from any thread."""

    def __init__(self, master: Master, connections: Connections, audit: AuditTrail, actor: Actor) -> None:
        self._master = master
        self._connections = connections
        self._audit = audit
        self._owner = f"{actor.name}@{actor.host}#{os.getpid()}"
        self._leases = Leases(master, self._owner)
        self._procedures: dict[str, Procedure] = {}
        self._guards: list[Guard] = []

    def register(self, procedure: Procedure) -> None:
        self._procedures[procedure.kind] = procedure

    def add_guard(self, guard: Guard) -> None:
        """Have this asked, holding the tenant's lock, before an operation of any kind is begun; it raises Refused."""
        self._guards.append(guard)

    def ensure_allowed(self, kind: str, tenant: str) -> None:
        """For plans: raise Refused where beginning such an operation on this tenant would be, for now."""
        for guard in self._guards:
            guard(kind, tenant)

    # --- beginning --------------------------------------------------------------------------------------------------

    def run(
        self,
        kind: str,
        *,
        tenant: str,
        database: str,
        server: Server,
        plan: dict[str, Any],
        job: JobContext,
        same: Callable[[dict[str, Any]], bool] | None = None,
    ) -> Any:
        """Write the intent down, carry the plan out, and return the procedure's result.

        Where a crash left the same operation on this tenant (an equal plan, or one that `same` says yes to), that one
        is taken up instead. Raises Busy when somebody is at work on the tenant, or left other work unfinished.
        """
        is_same = same or plan.__eq__
        failpoint(f"{kind}.arriving")
        with self._locked(server, tenant) as session:
            left = self._live(tenant)
            if left is not None:
                if left.kind != kind or not is_same(self._plan(left.id)):
                    raise self._unfinished(left)
                return self._take_up(left.id, session, server, job)
            self.ensure_allowed(kind, tenant)
            run = self._write_down(kind, tenant, database, server, plan, session, job)
            return self._carry_out(run)

    def resume(self, operation: str, job: JobContext) -> Any:
        """Go on where it stopped. Raises NotFound, Refused when it has ended, Busy when it is being worked on."""
        found = self.get(operation)
        if not found.is_open:
            raise Refused(f"Operation {operation} is {found.state.value}; there is nothing to resume", code="ended")
        server = self._server(found)
        with self._locked(server, found.tenant) as session:
            return self._take_up(operation, session, server, job)

    def take_over(self, operation: str, job: JobContext) -> Any:
        """Go on with what a console left that gives no sign of life and still holds the tenant's lock.

        Its session is ended where the engine has sessions, and it stops at its next step. Raises as `resume` does, and
        Busy where that console lives.
        """
        found = self.get(operation)
        if not found.is_open:
            raise Refused(f"Operation {operation} is {found.state.value}; there is nothing to take over", code="ended")
        server = self._server(found)
        with self._audit.change(TAKE_OVER, tenant=found.tenant, database=found.database) as told:
            told["after"] = {"operation": found.id, "from": self._leases.seize(int(found.id))}
            with self._connections.open(server, writable=True) as session:
                self._connections.engine(server).end_lock_holder(session, lock_key(self._master, found.tenant))
        with self._locked(server, found.tenant) as session:
            return self._take_up(operation, session, server, job)

    def abandon(self, operation: str, job: JobContext) -> Operation:
        """Take back what was done and close it. Raises Refused where it is too late, Busy where it is worked on."""
        found = self.get(operation)
        if not found.is_open:
            raise Refused(f"Operation {operation} is {found.state.value} already", code="ended")
        server = self._server(found)
        with self._locked(server, found.tenant) as session:
            run = self._claim(operation, session, server, job)
            with self._leases.keeping(run.lease), self._leases.fencing(run.lease):
                self._procedures[run.kind].undo(run)
                self._end(run, OperationState.ABANDONED, Outcome.CANCELLED, "abandoned")
        return self.get(operation)

    # --- looking ----------------------------------------------------------------------------------------------------

    def list(self, *, tenant: str | None = None, open_only: bool = False, limit: int = 200) -> tuple[Operation, ...]:
        """Operations, newest first; those whose console has died are shown as interrupted. Reads only."""
        query = _ROWS.order_by(OPERATIONS.c.id.desc()).limit(limit)
        if tenant is not None:
            query = query.where(OPERATIONS.c.tenant == tenant)
        if open_only:
            query = query.where(OPERATIONS.c.state.in_(OPEN))
        with self._master.reading() as session:
            if not sa.inspect(session).has_table(OPERATIONS.name):
                raise not_initialised(self._master.connection.master_database)
            rows = session.execute(query).all()
        return tuple(self._observed(self._operation(row)) for row in rows)

    def get(self, operation: str) -> Operation:
        """One operation; raises NotFound."""
        if not operation.isascii() or not operation.isdigit():
            raise NotFound(f"There is no operation {operation}", hint="`operation list` shows them.")
        with self._master.reading() as session:
            row = session.execute(_ROWS.where(OPERATIONS.c.id == int(operation))).first()
        if row is None:
            raise NotFound(f"There is no operation {operation}", hint="`operation list` shows them.")
        return self._observed(self._operation(row))

    def at_work(self) -> dict[str, AtWork]:
        """Tenants with an operation that has not ended. Reads only; empty without console tables."""
        with self._master.reading() as session:
            if not sa.inspect(session).has_table(OPERATIONS.name):
                return {}
            query = sa.select(OPERATIONS.c.tenant, OPERATIONS.c.kind, OPERATIONS.c.database_name)
            rows = session.execute(query.where(OPERATIONS.c.state.in_(OPEN))).all()
        return {str(row.tenant): AtWork(str(row.kind), str(row.database_name or "")) for row in rows}

    @contextmanager
    def holding(self, tenant: str, server: Server) -> Iterator[sa.Connection]:
        """Hold a tenant's lock for work that is no operation of its own (a backup): nobody deletes beside us.

        Raises Busy when somebody is at work on the tenant or left work unfinished.
        """
        with self._locked(server, tenant) as session:
            left = self._live(tenant)
            if left is not None:
                raise self._unfinished(left)
            yield session

    def ensure_idle(self, master: sa.Connection, tenant: str) -> None:
        """Within a change of the master that takes no lock of its own: raise Busy where work on the tenant is open."""
        row = master.execute(_ROWS.where(OPERATIONS.c.target == tenant, OPERATIONS.c.state.in_(OPEN))).first()
        if row is not None:
            raise self._unfinished(self._operation(row))

    # --- inside -----------------------------------------------------------------------------------------------------

    @contextmanager
    def _locked(self, server: Server, tenant: str) -> Iterator[sa.Connection]:
        engine = self._connections.engine(server)
        key = lock_key(self._master, tenant)
        with (
            self._master.conversation(),
            self._connections.open(server, writable=True, read_timeout=None) as session,
        ):
            if not engine.try_lock(session, key):
                raise self._somebody(tenant)
            try:
                yield session
            finally:
                # A session that its server has ended holds no lock any more, and must not hide why the work stopped.
                with suppress(ConsoleError, sa.exc.DBAPIError), self._not_for_ever(session):
                    engine.unlock(session, key)

    @contextmanager
    def _not_for_ever(self, session: sa.Connection) -> Iterator[None]:
        """Within, a session whose server has frozen is cut off after a while: statements of its own may take hours."""
        watchdog = threading.Timer(UNLOCK_SECONDS, self._connections.canceller(session))
        watchdog.daemon = True
        watchdog.start()
        try:
            yield
        finally:
            watchdog.cancel()

    def _somebody(self, tenant: str) -> Busy:
        live = self._live(tenant)
        whom = f"{self._master.platform.words.tenant} {tenant}"
        if live is None:
            return Busy(f"{self._who(tenant)} is working on {whom}", hint="Try again when they have finished.")
        hint = "Try again when it has ended: `operation list` shows how far it is."
        if live.is_silent:
            since = f"{live.heartbeat_at:%Y-%m-%d %H:%M:%S} UTC"
            hint = f"It gave no sign of life since {since}: `operation take-over {live.id}` goes on with it here."
        return Busy(
            f"Operation {live.id} ({live.kind}) by {live.owner} is at work on {whom}"
            f" since {live.created_at:%Y-%m-%d %H:%M:%S} UTC",
            hint=hint,
        )

    def _who(self, tenant: str) -> str:
        """Who holds a lock without an operation: the trail knows what was begun last, and did not end."""
        _, events = self._audit.events(tenant=tenant, limit=1)
        begun = next((one for one in events if one.outcome is Outcome.INTENT), None)
        if begun is None:
            return "Somebody else"
        return f"{begun.actor}@{begun.host} ({begun.action}, since {begun.at[:19].replace('T', ' ')} UTC)"

    def _unfinished(self, left: Operation) -> Busy:
        return Busy(
            f"Operation {left.id} ({left.kind}) on this {self._master.platform.words.tenant} was left unfinished"
            f" at step {left.step or 'none'}",
            hint=f"`operation resume {left.id}` goes on with it, `operation abandon {left.id}` takes it back.",
        )

    def _live(self, tenant: str) -> Operation | None:
        with self._master.reading() as session:
            if not sa.inspect(session).has_table(OPERATIONS.name):
                raise not_initialised(self._master.connection.master_database)
            row = session.execute(_ROWS.where(OPERATIONS.c.target == tenant, OPERATIONS.c.state.in_(OPEN))).first()
        return None if row is None else self._operation(row)

    def _plan(self, operation: str) -> dict[str, Any]:
        with self._master.reading() as session:
            query = sa.select(OPERATIONS.c.plan).where(OPERATIONS.c.id == int(operation))
            plan: dict[str, Any] = json.loads(session.execute(query).scalar_one())
            return plan

    def _write_down(
        self,
        kind: str,
        tenant: str,
        database: str,
        server: Server,
        plan: dict[str, Any],
        session: sa.Connection,
        job: JobContext,
    ) -> Run:
        moment = naive_utc(now())
        evidence = {_SERVER: self._connections.engine(server).facts(session).identity}
        values = {
            "kind": kind, "tenant": tenant, "target": tenant, "database_name": database, "server": server.name,
            "state": OperationState.RUNNING.value, "step": None, "owner": self._owner, "epoch": 1,
            "plan": json.dumps(plan), "evidence": json.dumps(evidence), "created_at": moment,
            "heartbeat_at": MASTER_CLOCK,
        }  # fmt: skip

        def write(master: sa.Connection) -> int:
            master.execute(sa.insert(OPERATIONS).values(values))
            number = master.execute(
                sa.select(OPERATIONS.c.id).where(OPERATIONS.c.target == tenant, OPERATIONS.c.state.in_(OPEN))
            ).scalar_one()
            self._audit.append(
                master, kind, Outcome.INTENT, tenant=tenant, database=database, operation=number, before=plan
            )
            return int(number)

        try:
            number = self._master.unit(write)
        except ConsoleError as error:
            if isinstance(error.__cause__, sa.exc.IntegrityError):
                raise self._somebody(tenant) from error
            raise
        failpoint(f"{kind}.begun")
        return Run(number, kind, tenant, database, server, 1, plan, job, session, evidence, keep=self._keep)

    def _take_up(self, operation: str, session: sa.Connection, server: Server, job: JobContext) -> Any:
        self._ensure_same_server(operation, session, server)
        return self._carry_out(self._claim(operation, session, server, job), is_taken_up=True)

    def _ensure_same_server(self, operation: str, session: sa.Connection, server: Server) -> None:
        """Behind the name that it was begun on there may be another server by now, with older data or none."""
        with self._master.reading() as master:
            query = sa.select(OPERATIONS.c.evidence).where(OPERATIONS.c.id == int(operation))
            then = json.loads(master.execute(query).scalar_one() or "{}").get(_SERVER)
        engine = self._connections.engine(server)
        if engine.is_server and then is not None and then != engine.facts(session).identity:
            raise Refused(
                f"Operation {operation} was begun on another server than the one that answers as {server.address} now",
                code="other_server",
                hint="Go on once the first one is back, or `operation abandon` it here and look at what this one has.",
            )

    def _claim(self, operation: str, session: sa.Connection, server: Server, job: JobContext) -> Run:
        """Become the owner of an operation whose lock we hold: whoever had it before is dead or has lost it."""
        with self._master.writing() as master:
            row = master.execute(_ROWS.where(OPERATIONS.c.id == int(operation)).with_for_update()).one()
            found = self._operation(row)
            if not found.is_open:
                raise Refused(f"Operation {operation} is {found.state.value} already", code="ended")
            if found.kind not in self._procedures:
                raise Refused(f"This console does not know operations of kind {found.kind!r}", code="unknown_kind")
            epoch = found.epoch + 1
            master.execute(
                sa.update(OPERATIONS)
                .where(OPERATIONS.c.id == int(operation))
                .values(
                    owner=self._owner, epoch=epoch, state=OperationState.RUNNING.value, error=None,
                    heartbeat_at=MASTER_CLOCK,
                )
            )  # fmt: skip
        return Run(
            int(operation), found.kind, found.tenant, found.database, server, epoch,
            json.loads(row.plan), job, session, json.loads(row.evidence or "{}"), row.step or "", self._keep,
        )  # fmt: skip

    def _carry_out(self, run: Run, is_taken_up: bool = False) -> Any:
        procedure = self._procedures[run.kind]
        with self._leases.keeping(run.lease):
            try:
                with self._leases.fencing(run.lease):
                    self._perform(procedure, run, is_taken_up)
            except BaseException as error:
                self._stopped(procedure, run, error)
                raise
        failpoint(f"{run.kind}.done")
        return procedure.result(run)

    def _perform(self, procedure: Procedure, run: Run, is_taken_up: bool) -> None:
        steps = procedure.steps(run.plan)
        seen = ""
        for number, step in enumerate(steps):
            if step.name in run.steps_done:
                seen = step.name if is_taken_up and step.name in procedure.looks else ""
                continue
            run.job.progress(step.title, number, len(steps), "steps")
            run.job.line(step.title)
            self._beat(run, step.name)
            failpoint(f"{run.kind}.before.{step.name}")
            self._ensure_fence(run)
            if seen:
                procedure.perform(seen, run)
                seen = ""
            procedure.perform(step.name, run)
            failpoint(f"{run.kind}.after.{step.name}")
            run.evidence["steps_done"] = [*run.steps_done, step.name]
        self._beat(run, "finish")
        failpoint(f"{run.kind}.before.finish")

        def finish(master: sa.Connection) -> None:
            after = procedure.finish(master, run)
            self._close(master, run, OperationState.DONE, Outcome.DONE, None, after)

        self._master.unit(finish)

    def _stopped(self, procedure: Procedure, run: Run, error: BaseException) -> None:
        """After an error: take back what can be taken back, or leave the operation to be resumed."""
        self._master.hang_up()
        outcome = Outcome.REFUSED if isinstance(error, Refused) else Outcome.FAILED
        if isinstance(error, Cancelled | KeyboardInterrupt):
            outcome = Outcome.CANCELLED
        state = OperationState.ABANDONED
        try:
            with self._leases.fencing(run.lease):
                if procedure.has_changed(run):
                    self._ensure_fence(run)
                    procedure.undo(replace(run, job=JobContext()))
        except (ConsoleError, sa.exc.DBAPIError):
            state = OperationState.INTERRUPTED
        try:
            self._end(run, state, outcome, str(error))
        except ConsoleError:
            self._audit.note(
                run.kind, Outcome.UNKNOWN, tenant=run.tenant, database=run.database, operation=run.operation,
                detail=str(error),
            )  # fmt: skip

    def _ensure_fence(self, run: Run) -> None:
        engine = self._connections.engine(run.server)
        if not engine.holds_lock(run.session, lock_key(self._master, run.tenant)):
            raise Failed(
                f"The lock on {self._master.platform.words.tenant} {run.tenant} was lost: our session was closed",
                code="lock_lost",
                hint=f"`operation resume {run.operation}` goes on where this stopped.",
            )

    def _beat(self, run: Run, step: str) -> None:
        """Write down the step that begins and the evidence so far; fails when the operation is not ours any more."""
        run.step = step
        values = {"step": step, "heartbeat_at": MASTER_CLOCK, "evidence": json.dumps(run.evidence)}

        def write(master: sa.Connection) -> None:
            self._leases.ensure(master, run.lease)
            master.execute(sa.update(OPERATIONS).where(OPERATIONS.c.id == run.operation).values(values))

        self._master.unit(write)

    def _keep(self, run: Run) -> None:
        self._beat(run, run.step)

    def _end(self, run: Run, state: OperationState, outcome: Outcome, error: str | None) -> None:
        self._master.unit(lambda master: self._close(master, run, state, outcome, error, None))

    def _close(
        self,
        master: sa.Connection,
        run: Run,
        state: OperationState,
        outcome: Outcome,
        error: str | None,
        after: dict[str, Any] | None,
    ) -> None:
        values: dict[str, Any] = {"state": state.value, "error": error, "evidence": json.dumps(run.evidence)}
        if state in (OperationState.DONE, OperationState.ABANDONED):
            values["finished_at"] = naive_utc(now())
        self._leases.ensure(master, run.lease)
        master.execute(sa.update(OPERATIONS).where(OPERATIONS.c.id == run.operation).values(values))
        self._audit.append(
            master, run.kind, outcome, tenant=run.tenant, database=run.database, operation=run.operation,
            before=run.plan, after=after, detail=error,
        )  # fmt: skip

    def _operation(self, row: Any) -> Operation:
        procedure = self._procedures.get(row.kind)
        created, heartbeat = as_time(row.created_at), as_time(row.heartbeat_at)
        if created is None or heartbeat is None:
            raise Failed(f"Operation {row.id} has no time of creation")
        return Operation(
            str(row.id), row.kind, row.tenant, row.target, row.database_name or "", row.server or "",
            OperationState(row.state), row.step, row.owner, int(row.epoch), created, heartbeat,
            as_time(row.finished_at), row.error,
            procedure.steps(json.loads(row.plan)) if procedure is not None else (),
            row.state == OperationState.RUNNING and silent_seconds(row.heartbeat_at, row.clock) >= SILENT_SECONDS,
        )  # fmt: skip

    def _observed(self, operation: Operation) -> Operation:
        """The same, with *running* turned into *interrupted* where nobody holds the lock any more."""
        if operation.state is not OperationState.RUNNING:
            return operation
        try:
            server = self._server(operation)
            with self._connections.open(server) as session:
                is_free = self._connections.engine(server).lock_is_free(
                    session, lock_key(self._master, operation.tenant)
                )
        except ConsoleError:
            return operation
        return replace(operation, state=OperationState.INTERRUPTED, is_silent=False) if is_free else operation

    def _server(self, operation: Operation) -> Server:
        for server in self._master.connection.servers:
            if server.name == operation.server:
                return server
        raise Refused(
            f"Operation {operation.id} is on server {operation.server!r}, which this connection does not list",
            code="unknown_server",
        )


def lock_key(master: Master, tenant: str) -> str:
    """The name of a tenant's advisory lock: the same from every console, at most 64 characters, lower case."""
    wanted = f"{master.platform.name}\0{master.connection.master_database}\0{tenant}"
    return "pagevoo_" + hashlib.sha256(wanted.encode()).hexdigest()[:40]
