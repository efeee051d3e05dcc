"""Hinge 1: how a database server behaves. One abstract class, one file an engine, found by entry point.

Variance is a class attribute first, an overridden method second, an `if` on the engine's name never. Methods that take
`server` expect a connection opened without a database (of a file engine: one on nothing, which knows its folder);
methods that take `session` expect one on the tenant's database. Both carry `info["server"]` and `info["database"]`.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar, Protocol

import sqlalchemy as sa
from sqlalchemy.pool import NullPool

from pagevoo_console.domain.backup import DumpFacts, TableContent
from pagevoo_console.domain.database import DatabaseSize, TableFacts, TableSize
from pagevoo_console.domain.errors import ConsoleError
from pagevoo_console.domain.server import CheckResult, Server, ServerFacts
from pagevoo_console.services.engines.freezing import FrozenTables
from pagevoo_console.services.engines.introductions import Introductions
from pagevoo_console.services.engines.portable import Portable
from pagevoo_console.services.jobs import JobContext

if TYPE_CHECKING:
    from pagevoo_console.services.engines.administration import Administration

OpenDatabase = Callable[[str], AbstractContextManager[sa.Connection]]
"""Opens a session on the database of this name, for as long as the block."""


@dataclass(frozen=True, slots=True)
class SessionOptions:
    """How a session may behave. Times in seconds; `read_timeout` bounds every statement, None for long dumps.

    A session that is not `writable` is read-only by the server's own word, not by our good intentions.
    """

    writable: bool = False
    connect_timeout: float = 5.0
    read_timeout: float | None = 30.0
    lock_timeout: float = 10.0


@dataclass(frozen=True, slots=True)
class SqlAnswer:
    """A result of the read-only console: column names, rows of display texts or None, and whether more were cut off."""

    columns: tuple[str, ...]
    rows: tuple[tuple[Any, ...], ...]
    truncated: bool
    elapsed_ms: float


@dataclass(frozen=True, slots=True)
class FeatureRecord:
    """What a tenant database records of its features. `active` holds `installed_features` as {feature_type: is_active}.

    `heads` are the revisions in `console_features`, none where no lineage was ever run there. Both are the tenant's
    word: names and revisions may be anything.
    """

    active: dict[str, bool]
    heads: tuple[str, ...] = ()


class Sink(Protocol):
    """Where a dump's bytes go: plain SQL, in order."""

    def write(self, data: bytes, /) -> object: ...


class Source(Protocol):
    """Where a load's bytes come from."""

    def read(self, size: int = -1, /) -> bytes: ...


@dataclass(frozen=True, slots=True)
class Companions:
    """What a load may use beside its own session and source, to be quicker; it may do without.

    `open_session` opens another session on the same database, `open_source` the same dump from its beginning.
    """

    open_session: Callable[[], AbstractContextManager[sa.Connection]]
    open_source: Callable[[], AbstractContextManager[Source]]


_SERVER_OPTION = "pagevoo_server"


def server_of(connection: sa.Connection) -> Server | None:
    """The server that a session is or was with. To ask its `info` once it is lost would connect it anew."""
    server: Server | None = connection.get_execution_options().get(_SERVER_OPTION)
    return server


class DatabaseEngine(ABC):
    """A kind of database server. Safe to call from any thread; sessions belong to one thread each.

    It keeps nothing but what SQLAlchemy learned of each server.
    """

    name: ClassVar[str]
    title: ClassVar[str]
    drivername: ClassVar[str]
    default_port: ClassVar[int] = 0
    can_roll_back_ddl: ClassVar[bool] = True
    """Whether CREATE and ALTER take part in a transaction."""
    is_server: ClassVar[bool] = True
    """False for files."""
    system_databases: ClassVar[frozenset[str]] = frozenset()
    """Never a tenant's, whatever a registry row says."""
    tested_versions: ClassVar[str] = ""

    @property
    @abstractmethod
    def administration(self) -> Administration:
        """Accounts, grants, limits and known problems."""

    def __init__(self) -> None:
        self._introductions = Introductions()

    # --- connecting -------------------------------------------------------------------------------------------------

    @abstractmethod
    def connect(self, server: Server, password: str | None, database: str | None, options: SessionOptions) -> Any:
        """A raw driver connection, protected as the server asks, read-only unless writable.

        Raises Unreachable, AccessDenied, NotFound (no such database) or Failed. Never an exception of the driver.
        """

    def open(
        self, server: Server, password: str | None, database: str | None, options: SessionOptions
    ) -> sa.Connection:
        """The same as a SQLAlchemy connection in autocommit mode, of an engine of its own: nothing is pooled or shared.

        A writer that wants a transaction begins one with `transaction(connection)`.
        """
        engine = sa.create_engine(
            sa.URL.create(self.drivername),
            creator=lambda: self.connect(server, password, database, options),
            poolclass=NullPool,
            isolation_level="AUTOCOMMIT",
            **self.engine_arguments(),
        )
        self._introductions.spare(
            engine, server, self.greeted_version, lambda session: self.default_schema(session, database)
        )
        try:
            connection = engine.connect()
        except sa.exc.DBAPIError as error:
            raise self.explain(error, server) from error
        connection.info.update(server=server, database=database)
        connection.execution_options(**{_SERVER_OPTION: server})
        return connection

    def engine_arguments(self) -> dict[str, Any]:
        return {}

    @abstractmethod
    def greeted_version(self, connection: sa.Connection) -> str:
        """The version that the server gave in its greeting: a round trip less than asking, and never of an old one."""

    @abstractmethod
    def default_schema(self, session: sa.Connection, database: str | None) -> str | None:
        """The schema of names that are not qualified, as SQLAlchemy means it."""

    @abstractmethod
    def transaction(self, connection: sa.Connection) -> AbstractContextManager[None]:
        """Begin now (taking the write lock where the engine has one lock), commit at the end, roll back on an error."""

    @abstractmethod
    def explain(self, error: BaseException, server: Server | None = None) -> ConsoleError:
        """A driver's error as one of ours. Never holds a secret."""

    @abstractmethod
    def check(self, server: Server, password: str | None, database: str | None) -> CheckResult:
        """*Test connection* in layers: name, TCP, TLS, login, database, privileges; stops at the first no."""

    @abstractmethod
    def facts(self, server: sa.Connection) -> ServerFacts:
        """Version, product and identity of the server; the identity survives restarts and differs between servers."""

    @abstractmethod
    def privileges(self, server: sa.Connection, database: str | None = None) -> dict[str, bool]:
        """What the account may do: `create_database`, `drop_database`, `create_user`, `end_sessions`, `read_sizes`."""

    # --- databases --------------------------------------------------------------------------------------------------

    @abstractmethod
    def name_problem(self, name: str) -> str | None:
        """Why this cannot be the name of a database here, or None."""

    @abstractmethod
    def databases(self, server: sa.Connection) -> frozenset[str]:
        """The names of all databases, system databases left out. Opens no table."""

    @abstractmethod
    def exists(self, server: sa.Connection, name: str) -> bool: ...

    @abstractmethod
    def create_database(self, server: sa.Connection, name: str, marker: str) -> None:
        """Create, never adopt: raises Refused (`database_exists`) where the name is taken. `marker` stays with it."""

    @abstractmethod
    def marker(self, server: sa.Connection, name: str) -> str | None:
        """The marker that `create_database` left, None for a database that somebody else made."""

    @abstractmethod
    def drop_database(self, server: sa.Connection, name: str) -> None:
        """Drop until it is really gone. A database that is not there is gone already."""

    @abstractmethod
    def quiesce(self, server: sa.Connection, name: str) -> None:
        """Keep others out and end their sessions, as far as the engine can; readers of ours still get in."""

    @abstractmethod
    def unquiesce(self, server: sa.Connection, name: str) -> None:
        """Take `quiesce` back."""

    @abstractmethod
    def sessions(self, server: sa.Connection, name: str) -> int:
        """How many sessions of others are on this database now; 0 where the engine cannot tell."""

    # --- sizes and tables -------------------------------------------------------------------------------------------

    @abstractmethod
    def sizes(self, server: sa.Connection, names: Iterable[str] | None = None) -> dict[str, DatabaseSize]:
        """Sizes of all databases, or of these, by the cheapest means that does not open their tables."""

    @abstractmethod
    def size(self, session: sa.Connection) -> DatabaseSize:
        """The size of this one database, fresh and honest."""

    @abstractmethod
    def tables(self, session: sa.Connection) -> tuple[TableFacts, ...]:
        """Base tables by name, with estimated rows and sizes."""

    @abstractmethod
    def content(self, session: sa.Connection, table: str, job: JobContext) -> TableContent:
        """Exact rows and an order-independent checksum, computed by the server where it can; duplicates count."""

    @abstractmethod
    def fingerprint(self, session: sa.Connection) -> str:
        """A hash over the definition of every table, view, trigger and routine; equal definitions, equal hash."""

    @abstractmethod
    def feature_rows(
        self, server: sa.Connection, names: Sequence[str], open_database: OpenDatabase
    ) -> Iterator[tuple[str, FeatureRecord | ConsoleError]]:
        """For each database what it records of its features and their revisions, in few round trips.

        An error of one database is yielded in its place and stops nobody else.
        """

    def ceilings(self, server: sa.Connection) -> dict[str, int]:
        """Bytes that each database cannot have more of in use, as of now: no statistic that lags. One look for all."""
        return {name: size.allocated for name, size in self.sizes(server).items()}

    # --- freezing ---------------------------------------------------------------------------------------------------

    used_means: ClassVar[str]
    """A sentence for people: what counts as used here."""
    compact_means: ClassVar[str]
    """A sentence for people: what `compact` does, what it needs and whom it keeps waiting."""

    @abstractmethod
    def freeze(self, session: sa.Connection, message: str, job: JobContext) -> int:
        """Make every base table refuse new rows with this message (`freezing.message`), for every account.

        Reading, changing and deleting go on. Idempotent: returns how many tables did not refuse before. Raises Busy,
        naming them, where tables stay locked; `session` must be writable.
        """

    @abstractmethod
    def thaw(self, session: sa.Connection, job: JobContext) -> int:
        """Take exactly that back, and nobody else's triggers; returns how many of ours there were. Idempotent."""

    @abstractmethod
    def frozen_tables(self, session: sa.Connection) -> FrozenTables:
        """How many tables refuse new rows by `freeze`, and how many do not. Reads only."""

    @abstractmethod
    def dependents(self, session: sa.Connection, tables: Iterable[str]) -> tuple[str, ...]:
        """What rests on these tables from outside and would be broken by dropping them, a clause each. Reads only.

        Views on every engine, and what it knows of foreign keys from other schemas or databases.
        """

    @abstractmethod
    def table_sizes(self, session: sa.Connection) -> tuple[TableSize, ...]:
        """What each base table takes with its indexes, by name. Reads only."""

    @abstractmethod
    def reclaim(self, session: sa.Connection, job: JobContext) -> None:
        """Have deleted rows counted as room for new ones, where that takes a command. Blocks nobody."""

    @abstractmethod
    def compact(self, session: sa.Connection, job: JobContext) -> None:
        """Give what deleted rows left back to the disk: writes tables anew; may be interrupted and repeated."""

    # --- dump and load ----------------------------------------------------------------------------------------------

    @abstractmethod
    def dump(self, session: sa.Connection, sink: Sink, job: JobContext) -> DumpFacts:
        """Write the whole database as plain SQL that the engine's own client restores, from one consistent snapshot.

        Streams: memory does not grow with the database. Raises Unsupported, naming the object, for what cannot be
        dumped faithfully; Failed when the schema changed underneath.
        """

    def other_content(self, session: sa.Connection, job: JobContext) -> dict[str, TableContent]:
        """What the session's database holds beside the rows of its tables, as `DumpFacts.others` names and counts it.

        Computed by the server, independent of the dump's own reading where the engine can.
        """
        return {}

    @abstractmethod
    def load(
        self, session: sa.Connection, source: Source, job: JobContext, companions: Companions | None = None
    ) -> None:
        """Carry out a dump that `dump` wrote, into the session's database, which must be empty.

        With `companions`, tables are loaded two at a time, and what a load that fails leaves is the caller's to drop.
        """

    def awaken(self, session: sa.Connection) -> tuple[str, ...]:
        """Let what `load` and `swap` keep from working do its work: events, on an engine that has them. Idempotent.

        Returns what stays asleep, because the only time it was to work at has passed.
        """
        return ()

    @abstractmethod
    def portable(self, session: sa.Connection) -> Portable:
        """The session's database as an export reads it: one snapshot, exact plain values, tables as SQL."""

    @abstractmethod
    def swap_memo(self, server: sa.Connection, live: str, staged: str) -> dict[str, Any]:
        """What `swap` must know to finish after a crash, as JSON data to be journalled first. Reads only."""

    @abstractmethod
    def swap(self, server: sa.Connection, live: str, staged: str, aside: str, memo: dict[str, Any]) -> None:
        """Put the content of `staged` in the place of `live`, whose own content is in `aside` afterwards.

        As atomic as the engine allows. Safe to call again after a crash at any point: it finishes what was begun.
        `live` must be quiesced; `staged` is gone or empty afterwards.
        """

    # --- names ------------------------------------------------------------------------------------------------------

    @abstractmethod
    def move_memo(self, server: sa.Connection, name: str) -> dict[str, Any]:
        """What `move` must know to finish after a crash, as JSON data to be journalled first. Reads only.

        Raises NotFound, and Unsupported naming what a move would lose.
        """

    @abstractmethod
    def move(self, server: sa.Connection, source: str, target: str, memo: dict[str, Any], mark: str) -> None:
        """Call the database of the memo `target` from now on. `mark` is the marker where one has to be made for it.

        As atomic as the engine allows. Safe to call again after a crash at any point: it finishes what was begun.
        `source` should be quiesced. Raises Refused: `generation_changed` where it is not the memo's database,
        `database_exists` where the other name is taken; nothing is lost then.
        """

    @abstractmethod
    def is_moved(self, server: sa.Connection, name: str, memo: dict[str, Any], mark: str) -> bool:
        """Whether the database of this name is the memo's, or what an interrupted drop has left of it. Reads only."""

    # --- sessions ---------------------------------------------------------------------------------------------------

    @abstractmethod
    def try_lock(self, server: sa.Connection, key: str) -> bool:
        """Take the advisory lock `key` for as long as this session lives; False when another session holds it."""

    @abstractmethod
    def holds_lock(self, server: sa.Connection, key: str) -> bool:
        """Whether this very session still holds the lock."""

    @abstractmethod
    def unlock(self, server: sa.Connection, key: str) -> None: ...

    @abstractmethod
    def lock_is_free(self, server: sa.Connection, key: str) -> bool:
        """Whether nobody holds the lock; a look, not a claim."""

    @abstractmethod
    def end_lock_holder(self, server: sa.Connection, key: str) -> None:
        """Take the lock from the session that holds it, which is ended where the engine has sessions to end.

        Whoever held it finds out by `holds_lock`. Raises Refused where the account may not, Busy where it does not end.
        """

    @abstractmethod
    def canceller(self, session: sa.Connection, server: Server, password: str | None) -> Callable[[], None]:
        """What another thread calls to stop the statement this session is running, on the server too. Never raises."""

    @abstractmethod
    def read_only_sql(self, session: sa.Connection, statement: str, limit: int) -> SqlAnswer:
        """Run one statement that reads, in a transaction of the server that is READ ONLY and cannot be left.

        Raises Refused for everything that is not a single SELECT, SHOW, EXPLAIN or WITH.
        """

    def quote(self, name: str) -> str:
        """An identifier, quoted by the dialect's own preparer."""
        dialect = sa.URL.create(self.drivername).get_dialect()()
        return dialect.identifier_preparer.quote_identifier(name)
