"""What findings are drawn from: the registry and every server, each read in a few queries however many tenants."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from pagevoo_console.domain.deletion import BlastRadius
from pagevoo_console.domain.errors import ConsoleError
from pagevoo_console.domain.operation import OperationKind, OperationState
from pagevoo_console.domain.platform import Platform
from pagevoo_console.domain.server import Connection, Server
from pagevoo_console.domain.tenant import Website
from pagevoo_console.domain.trash import TRASH_PREFIX
from pagevoo_console.services.connections import Connections
from pagevoo_console.services.deletion_measures import measure
from pagevoo_console.services.engines.administration import DatabaseGrant, DatabaseMark
from pagevoo_console.services.engines.base import DatabaseEngine, FeatureRecord
from pagevoo_console.services.lineages import Lineages
from pagevoo_console.services.master import Master
from pagevoo_console.services.operations import AtWork, Operations
from pagevoo_console.services.platforms.tenancies import DatabasePerTenant
from pagevoo_console.services.registry import Registry, RegistryRow
from pagevoo_console.services.scratch import PREFIX
from pagevoo_console.services.trash_facts import TrashFacts, read_trash

SCRATCH, STAGE, ASIDE, DRAFT = PREFIX, "pagevoo_stage_", "pagevoo_aside_", "pagevoo_new_"
OURS = (SCRATCH, STAGE, ASIDE, DRAFT)
BESIDE = (SCRATCH, STAGE, ASIDE, TRASH_PREFIX)
"""What the names of databases begin with that the console keeps beside the tenants'. A hint, never a proof."""
SWAPPING = (OperationKind.RESTORE, OperationKind.IMPORT, OperationKind.RESTORE_PART)
"""What fills a database beside the live one and puts it, or a part of it, in its place."""
_NUMBERED = re.compile(rf"(?:{STAGE}|{ASIDE})(\d{{1,18}})|{TRASH_PREFIX}(\d{{1,18}})_[0-9a-f]{{6}}(?:_\d+)?")
_MARKED = re.compile(r"(?:restore:|op)(\d{1,18})(?:-.*)?", re.DOTALL)
_BATCH = 500
LOOK_SECONDS = 20

_OPERATIONS = sa.table(
    "console_operations",
    sa.column("id", sa.BigInteger),
    *(sa.column(name) for name in ("kind", "tenant", "database_name", "server", "state", "plan", "evidence")),
)
_ENDED = (OperationState.DONE.value, OperationState.ABANDONED.value)


@dataclass(frozen=True, slots=True)
class Ended:
    """An operation that has ended, as far as it proves what is ours."""

    id: int
    kind: str
    tenant: str
    database: str
    server: str
    is_abandoned: bool
    plan: dict[str, Any] = field(hash=False)
    evidence: dict[str, Any] = field(hash=False)


@dataclass(frozen=True, slots=True)
class Stray:
    """A database that no record speaks of: when it was made, and what it holds, None where nobody could look."""

    made_at: datetime | None
    holds: BlastRadius | None


@dataclass(frozen=True, slots=True)
class Seen:
    """One server: its databases with their markers, its grants, and the accounts that bear our tenants' prefix.

    `in_use` are scratch databases that a living console holds; `features` what unowned databases record of themselves.
    `strays` are databases that no record speaks of, with what was seen of them.
    """

    server: Server
    engine: DatabaseEngine
    marks: dict[str, DatabaseMark] = field(hash=False)
    grants: tuple[DatabaseGrant, ...]
    accounts: tuple[tuple[str, str], ...]
    in_use: frozenset[str]
    features: dict[str, FeatureRecord | ConsoleError] = field(hash=False)
    strays: dict[str, Stray] = field(hash=False)


@dataclass(frozen=True, slots=True)
class Facts:
    """One look at everything. `at_work` are tenants that somebody changes now, repairs left out."""

    platform: Platform
    connection: Connection
    tenancy: DatabasePerTenant
    master_engine: DatabaseEngine
    tenants: frozenset[str]
    websites: dict[str, Website] = field(hash=False)
    rows: tuple[RegistryRow, ...]
    servers: dict[str, Seen] = field(hash=False)
    unreachable: dict[str, str] = field(hash=False)
    at_work: dict[str, AtWork] = field(hash=False)
    ended: dict[int, Ended] = field(hash=False)
    account_makers: tuple[Ended, ...]
    drafts: dict[str, Ended] = field(hash=False)
    trash: TrashFacts

    def is_live(self, row: RegistryRow) -> bool:
        registry = self.platform.registry
        return registry is not None and row.status != registry.deleted

    @property
    def live(self) -> tuple[RegistryRow, ...]:
        return tuple(row for row in self.rows if self.is_live(row))

    def server_of(self, row: RegistryRow) -> Server | None:
        """Where a row's database should be, None where the row names a server that this connection does not list."""
        try:
            return self.tenancy.server(row.server)
        except ConsoleError:
            return None

    def seen_of(self, row: RegistryRow) -> Seen | None:
        server = self.server_of(row)
        return None if server is None else self.servers.get(server.name)

    def tenant_of(self, database: str) -> str | None:
        """Whose database this would be by its name; None where it is no name of a tenant's database."""
        before, _, after = self.platform.database_pattern.partition("{tenant}")
        end = len(database) - len(after)
        if not database.startswith(before) or not database.endswith(after) or end <= len(before):
            return None
        tenant = database[len(before) : end]
        return None if any(character.isspace() for character in tenant) else tenant

    def websites_of(self, tenant: str) -> Iterator[Website]:
        return (website for website in self.websites.values() if website.tenant == tenant)


class FactFinder:
    """Reads the facts. Safe to call from any thread."""

    def __init__(
        self, master: Master, registry: Registry, connections: Connections, tenancy: DatabasePerTenant,
        operations: Operations, lineages: Lineages,
    ) -> None:  # fmt: skip
        self._master = master
        self._registry = registry
        self._connections = connections
        self._tenancy = tenancy
        self._operations = operations
        self._lineages = lineages

    def facts(self) -> Facts:
        """Everything as it is now. What changed while it was read is left out, so that no haste becomes a finding."""
        told = read_trash(self._master)
        before = self._rows()
        working = self._working()
        live = {row.database for row in before if self._is_live(row)}
        owners = {self._tenancy.database_name(row.tenant) for row in before if self._is_live(row)}
        servers: dict[str, Seen] = {}
        unreachable: dict[str, str] = {}
        for server in self._master.connection.servers:
            try:
                servers[server.name] = self._look(server, live | owners, told)
            except ConsoleError as error:
                if error.exit_code == 130:
                    raise
                unreachable[server.name] = error.message
        rows, tenants, websites = self._read()
        changed = {row.tenant for row in set(before) ^ set(rows)}
        at_work = {**working, **self._working(), **{tenant: AtWork("", "") for tenant in changed}}
        ended, makers, drafts = self._history(servers)
        return Facts(
            self._master.platform, self._master.connection, self._tenancy, self._master.engine, tenants, websites,
            rows, servers, unreachable, at_work, ended, makers, drafts, told.through(read_trash(self._master)),
        )  # fmt: skip

    def _is_live(self, row: RegistryRow) -> bool:
        registry = self._master.platform.registry
        return registry is not None and row.status != registry.deleted

    def _working(self) -> dict[str, AtWork]:
        """Repairs are no reason to look away: one that was interrupted is taken up by asking for it again."""
        return {
            tenant: work for tenant, work in self._operations.at_work().items() if work.kind != OperationKind.REPAIR
        }

    def _rows(self) -> tuple[RegistryRow, ...]:
        with self._master.reading() as session:
            return tuple(self._registry.rows(session))

    def _read(self) -> tuple[tuple[RegistryRow, ...], frozenset[str], dict[str, Website]]:
        with self._master.reading() as session:
            rows = tuple(self._registry.rows(session))
            tenants = frozenset(person.id for person in self._registry.tenants(session))
            websites = {website.id: website for website in self._registry.websites(session)}
        return rows, tenants, websites

    def _look(self, server: Server, owned: set[str], told: TrashFacts) -> Seen:
        engine = self._connections.engine(server)
        administration = engine.administration
        with self._connections.open(server, read_timeout=120) as session:
            marks = administration.survey(session)
            unowned = [name for name in marks if name not in owned and self._is_tenants(name)]
            if not administration.survey_tells_markers:
                for name in [*unowned, *(name for name in marks if name.startswith((*OURS, *BESIDE)))]:
                    mark = marks[name]
                    marks[name] = DatabaseMark(name, engine.marker(session, name), mark.charset, mark.collation)
            scratch = [name for name in marks if name.startswith(SCRATCH)]
            in_use = frozenset(name for name in scratch if not engine.lock_is_free(session, name))
            return Seen(
                server=server,
                engine=engine,
                marks=marks,
                grants=administration.grants(session),
                accounts=administration.accounts(session, account_prefix(self._master.platform)),
                in_use=in_use,
                features=dict(
                    engine.feature_rows(session, sorted(unowned), lambda name: self._connections.open(server, name))
                ),
                strays={
                    name: Stray(administration.made_at(session, name), self._measured(server, engine, name))
                    for name in marks
                    if name.startswith(BESIDE)
                    and name not in in_use
                    and not told.accounts_for(name, number_of_name(name))
                },
            )

    def _measured(self, server: Server, engine: DatabaseEngine, name: str) -> BlastRadius | None:
        """What it holds; None where nobody is let in."""
        try:
            with self._connections.open(server, name, read_timeout=LOOK_SECONDS) as session:
                return measure(engine, session, 0)
        except ConsoleError:
            return None

    def _is_tenants(self, name: str) -> bool:
        before, _, after = self._master.platform.database_pattern.partition("{tenant}")
        return name.startswith(before) and name.endswith(after)

    def _history(self, servers: dict[str, Seen]) -> tuple[dict[int, Ended], tuple[Ended, ...], dict[str, Ended]]:
        """The operations that names and markers speak of, those that made accounts, and whose drafts may lie about."""
        numbers = set(_numbers(mark for seen in servers.values() for mark in seen.marks.values()))
        has_drafts = any(name.startswith(DRAFT) for seen in servers.values() for name in seen.marks)
        with self._master.reading() as session:
            if not sa.inspect(session).has_table(_OPERATIONS.name):
                return {}, (), {}
            ended = {one.id: one for one in self._with_ids(session, sorted(numbers))}
            made = _OPERATIONS.c.kind == OperationKind.CREATE_ACCOUNT.value
            makers = tuple(self._ended(session, made)) if any(seen.accounts for seen in servers.values()) else ()
            kinds = (OperationKind.CREATE.value, *(kind.value for kind in SWAPPING))
            drafting = tuple(self._ended(session, _OPERATIONS.c.kind.in_(kinds))) if has_drafts else ()
        by_marker = {(staged_name(one), marker_of(one)): one for one in drafting}
        drafts = {
            draft: by_marker[wanted]
            for seen in servers.values()
            for draft, wanted in seen.engine.administration.drafts(tuple(by_marker)).items()
        }
        return ended, makers, drafts

    def _with_ids(self, session: sa.Connection, numbers: list[int]) -> Iterator[Ended]:
        for begin in range(0, len(numbers), _BATCH):
            yield from self._ended(session, _OPERATIONS.c.id.in_(numbers[begin : begin + _BATCH]))

    def _ended(self, session: sa.Connection, which: sa.ColumnElement[bool]) -> Iterator[Ended]:
        for row in session.execute(sa.select(_OPERATIONS).where(which, _OPERATIONS.c.state.in_(_ENDED))):
            yield Ended(
                int(row.id), str(row.kind), str(row.tenant), str(row.database_name or ""), str(row.server or ""),
                row.state == OperationState.ABANDONED.value, json.loads(row.plan), json.loads(row.evidence or "{}"),
            )  # fmt: skip

    def operation(self, number: int) -> Ended | None:
        """An operation of the log that has ended, None where there is none of that number."""
        with self._master.reading() as session:
            return next(self._ended(session, _OPERATIONS.c.id == number), None)


def account_prefix(platform: Platform) -> str:
    """What the names of tenants' own accounts begin with."""
    return f"{platform.name}_t_"


def marker_of(operation: Ended) -> str:
    """The marker that this operation left on what it made."""
    if operation.kind == OperationKind.CREATE:
        return f"op{operation.id}-{operation.plan['website']}"
    return f"restore:{operation.id}"


def staged_name(operation: Ended) -> str:
    """The name under which this operation made a database."""
    is_beside = operation.kind in SWAPPING and operation.plan.get("mode") in ("replace", "part")
    return f"{STAGE}{operation.id}" if is_beside else operation.database


def number_in(text: str | None) -> int | None:
    """The number of the operation that a marker speaks of."""
    found = _MARKED.fullmatch(text or "")
    return None if found is None else int(found[1])


def number_of_name(name: str) -> int | None:
    """The number of the operation that a staged, replaced or deleted database is named after."""
    found = _NUMBERED.fullmatch(name)
    return None if found is None else int(found[1] or found[2])


def _numbers(marks: Iterable[DatabaseMark]) -> Iterator[int]:
    for mark in marks:
        for number in (number_in(mark.marker), number_of_name(mark.name)):
            if number is not None:
                yield number
