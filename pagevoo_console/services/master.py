"""The platform's master database: reading, writing in one transaction, and setting it up."""

from __future__ import annotations

import random
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from typing import TypeVar

import sqlalchemy as sa

from pagevoo_console.domain.audit import GENESIS
from pagevoo_console.domain.errors import DEADLOCK, Busy, ConsoleError, Failed, Refused
from pagevoo_console.domain.feature import Difference
from pagevoo_console.domain.platform import Platform
from pagevoo_console.domain.server import Connection, ServerFacts
from pagevoo_console.services.connections import Connections
from pagevoo_console.services.engines.base import DatabaseEngine
from pagevoo_console.services.lineages import Lineages

CONSOLE_LINEAGE = "console"
AUDIT_HEAD = sa.table("console_audit_head", sa.column("id"), sa.column("seq"), sa.column("hash"))
_MARKER = "master"
_AFTER_COMMIT = "pagevoo_after_commit"
DEADLOCK_ATTEMPTS = 3

Result = TypeVar("Result")
IDLE_SECONDS = 20.0
"""So long a session of a conversation may idle and be taken up again: what lies between forgets idle connections."""


@dataclass(frozen=True, slots=True)
class MasterStatus:
    """What the master is at. `revision` is the platform's lineage as installed, None where it never was."""

    revision: str | None
    head: str
    missing_tables: tuple[str, ...]
    misfits: tuple[Difference, ...]
    privileges: dict[str, bool]
    server: ServerFacts


@dataclass(frozen=True, slots=True)
class MasterInit:
    """What `init` did: names of the tables it created and of those it found and adopted."""

    created: tuple[str, ...]
    adopted: tuple[str, ...]


class _Asking(threading.local):
    """What this thread asks at the beginning of each transaction, None where there is nothing to ask."""

    question: Callable[[sa.Connection], None] | None = None


@dataclass(slots=True)
class _Idle:
    """A session that a conversation has at hand, what closes it, and since when nobody has used it."""

    session: sa.Connection
    closing: ExitStack
    since: float

    def answers(self) -> bool:
        """Whether it can be taken up again."""
        raw = self.session.connection.dbapi_connection
        if raw is None or time.monotonic() - self.since > IDLE_SECONDS:
            return False
        try:
            return self.session.dialect.do_ping(raw)
        except self.session.dialect.loaded_dbapi.Error:
            return False


class _Conversation(threading.local):
    """This thread's idle sessions by whether they write; None where there is no conversation."""

    idle: dict[bool, _Idle] | None = None


class Master:
    """The master database of one connection. Safe to call from any thread: each has sessions of its own.

    Each call opens one and closes it; within a `conversation` it takes up the session that the call before has left.
    """

    def __init__(
        self, connection: Connection, platform: Platform, connections: Connections, lineages: Lineages
    ) -> None:
        self.connection = connection
        self.platform = platform
        self._connections = connections
        self._lineages = lineages
        self._asking = _Asking()
        self._conversation = _Conversation()

    @property
    def engine(self) -> DatabaseEngine:
        return self._connections.engine(self.connection.master)

    @contextmanager
    def conversation(self) -> Iterator[None]:
        """Within, this thread logs in to the master once for all that it reads, and once for all that it writes.

        To log in takes a server longer than most of what it is asked then. Conversations nest; nothing outlives the
        outermost.
        """
        if self._conversation.idle is not None:
            yield
            return
        self._conversation.idle = {}
        try:
            yield
        finally:
            self.hang_up()
            self._conversation.idle = None

    def hang_up(self) -> None:
        """Close what the conversation of this thread has at hand: after an error, nothing is trusted to answer."""
        idle = self._conversation.idle or {}
        while idle:
            idle.popitem()[1].closing.close()

    @contextmanager
    def reading(self) -> Iterator[sa.Connection]:
        """A session on the master that the server keeps read-only.

        A master file that a killed writer left half written is rolled back first, as any writer after it would.
        """
        with ExitStack() as stack:
            try:
                session = stack.enter_context(self._session(writable=False))
            except Failed as error:
                if error.code != "needs_recovery":
                    raise
                with self._session(writable=True):
                    pass
                session = stack.enter_context(self._session(writable=False))
            stack.enter_context(self.telling())
            yield session

    @contextmanager
    def writing(self) -> Iterator[sa.Connection]:
        """A session on the master inside one transaction: all of it, or nothing."""
        with self._session(writable=True) as session, self.telling():
            with self.engine.transaction(session):
                if self._asking.question is not None:
                    self._asking.question(session)
                yield session
            for act in session.info.pop(_AFTER_COMMIT, []):
                act()

    @contextmanager
    def _session(self, *, writable: bool) -> Iterator[sa.Connection]:
        """The conversation's idle session, or a new one; left to the conversation unless something went wrong."""
        idle = self._conversation.idle
        with ExitStack() as stack:
            session = None if idle is None else self._taken_up(idle, writable, stack)
            if session is None:
                opening = self._connections.open(
                    self.connection.master, self.connection.master_database, writable=writable
                )
                session = stack.enter_context(opening)
            yield session
            if idle is not None and idle is self._conversation.idle and writable not in idle and self.engine.is_server:
                idle[writable] = _Idle(session, stack.pop_all(), time.monotonic())

    @staticmethod
    def _taken_up(idle: dict[bool, _Idle], writable: bool, stack: ExitStack) -> sa.Connection | None:
        """The idle session, for `stack` to close; None where there is none, or none that answers."""
        found = idle.pop(writable, None)
        if found is None:
            return None
        if not found.answers():
            found.closing.close()
            return None
        stack.push(found.closing.__exit__)
        return found.session

    def unit(self, work: Callable[[sa.Connection], Result]) -> Result:
        """Carry `work` out in one transaction, and once more, whole, where it met others in a deadlock."""
        for attempt in range(1, DEADLOCK_ATTEMPTS + 1):
            try:
                with self.writing() as session:
                    return work(session)
            except Busy as error:
                if error.code != DEADLOCK or attempt == DEADLOCK_ATTEMPTS:
                    raise
                time.sleep(random.uniform(0.01, 0.1))
        raise AssertionError("the last attempt has returned or raised")

    @contextmanager
    def asking_first(self, question: Callable[[sa.Connection], None]) -> Iterator[None]:
        """Within, each transaction of this thread begins with this question, and goes no further where it raises."""
        before, self._asking.question = self._asking.question, question
        try:
            yield
        finally:
            self._asking.question = before

    @contextmanager
    def telling(self) -> Iterator[None]:
        """Turn a driver's error into one of ours."""
        try:
            yield
        except sa.exc.DBAPIError as error:
            raise self.engine.explain(error, self.connection.master) from error

    def init(self) -> MasterInit:
        """Create the platform's tables where missing and the console's own; adopt what exists and fits.

        A master database that does not exist yet is created first.

        Idempotent. Raises Refused (`master_misfit`), naming the columns, where a table exists that does not fit;
        nothing is changed then.
        """
        server = self.connection.master
        self._create_where_missing()
        with (
            self._connections.open(server, self.connection.master_database, writable=True, read_timeout=300) as session,
            self.telling(),
        ):
            existing = set(sa.inspect(session).get_table_names())
            lineages = [name for name in (self.platform.master_lineage, CONSOLE_LINEAGE) if name]
            misfits = [misfit for name in lineages for misfit in self._lineages.misfits(session, name)]
            if misfits:
                raise Refused(
                    f"The master database {self.connection.master_database} has tables that do not fit: "
                    + "; ".join(f"{misfit.table}: {misfit.detail}" for misfit in misfits),
                    code="master_misfit",
                    hint=f"Is this a master of {self.platform.title}? Its own tables are never altered.",
                )
            tables = {table for name in lineages for table in self._lineages.get(name).tables}
            for name in lineages:
                self._lineages.create_missing(session, name)
            self._begin_trail(session)
        return MasterInit(tuple(sorted(tables - existing)), tuple(sorted(tables & existing)))

    def _begin_trail(self, session: sa.Connection) -> None:
        """Give the audit trail its head, which every entry locks: two first entries would lock each other out."""
        events = sa.select(sa.literal(1)).select_from(sa.table("console_audit_events"))
        if session.execute(sa.select(AUDIT_HEAD.c.id)).first() or session.execute(events.limit(1)).first():
            return
        with suppress(sa.exc.IntegrityError), self.engine.transaction(session):
            session.execute(sa.insert(AUDIT_HEAD).values(id=1, seq=0, hash=GENESIS))

    def _create_where_missing(self) -> None:
        name = self.connection.master_database
        with self._connections.open(self.connection.master, writable=True) as session:
            if not self.engine.exists(session, name):
                self.engine.create_database(session, name, _MARKER)

    def status(self) -> MasterStatus:
        """Revision, missing tables, privileges and server. Reads only."""
        platform_lineage = self._lineages.get(self.platform.master_lineage)
        with self.reading() as session:
            installed = self._lineages.installed(session)
            missing = [
                table
                for name in (platform_lineage.name, CONSOLE_LINEAGE)
                for table in self._lineages.missing_tables(session, name)
            ]
            misfits = tuple(self._lineages.misfits(session, platform_lineage.name))
            facts = self.engine.facts(session)
            privileges = self.engine.privileges(session, self.connection.master_database)
        return MasterStatus(
            installed.get(platform_lineage.name),
            platform_lineage.head,
            tuple(sorted(missing)),
            misfits,
            privileges,
            facts,
        )


def after_commit(session: sa.Connection, act: Callable[[], None]) -> None:
    """Do this once the transaction of `Master.writing` has been committed, and not at all when it is rolled back."""
    session.info.setdefault(_AFTER_COMMIT, []).append(act)


def not_a_master(platform: Platform, database: str, problem: str) -> ConsoleError:
    """The error for a database that is no master of this platform."""
    return Failed(
        f"{database} is not a master database of {platform.title}: {problem}",
        code="not_a_master",
        hint="Check the address and --platform. `master init` makes an empty database one.",
    )


def not_initialised(database: str) -> ConsoleError:
    """The error for a master without the console's own tables, where a change must be written down first."""
    return Refused(
        f"{database} has no console tables, so that no change could be audited",
        code="not_initialised",
        hint="Run `pagevoo-console master init` once with an account that may create tables.",
    )
