"""The one scanner: reads the registry and the servers, and writes what it saw into the directory.

A server is asked for all its names and all its sizes in one cheap query each; no tenant's tables are opened for that.
"""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import replace
from datetime import datetime

import sqlalchemy as sa

from pagevoo_console.domain.database import DatabaseSize, DatabaseState
from pagevoo_console.domain.errors import ConsoleError, Corrupt, Unreachable
from pagevoo_console.domain.operation import OperationKind
from pagevoo_console.domain.platform import Platform
from pagevoo_console.domain.quota import QuotaMetric
from pagevoo_console.domain.server import Server
from pagevoo_console.domain.sighting import Orphan, ServerSighting, Sighting
from pagevoo_console.domain.tenant import Website
from pagevoo_console.domain.tier import Tier
from pagevoo_console.services.backup_index import BackupIndex
from pagevoo_console.services.connection_news import ConnectionNews
from pagevoo_console.services.connections import Connections
from pagevoo_console.services.directory import Directory, DirectoryRow
from pagevoo_console.services.engines.base import DatabaseEngine
from pagevoo_console.services.freeze_records import FreezeRecords
from pagevoo_console.services.jobs import JobContext
from pagevoo_console.services.lineages import Lineages
from pagevoo_console.services.master import Master
from pagevoo_console.services.operations import AtWork, Operations
from pagevoo_console.services.platforms.tenancies import DatabasePerTenant
from pagevoo_console.services.registry import Registry, RegistryRow, TenantRow
from pagevoo_console.services.tiers import Tiers
from pagevoo_console.services.values import iso, now

_BATCH = 2000


class Sightings:
    """Scans one connection into its directory. Safe to call from any thread; two scans at once only cost time."""

    def __init__(
        self,
        master: Master,
        registry: Registry,
        tiers: Tiers,
        connections: Connections,
        tenancy: DatabasePerTenant,
        lineages: Lineages,
        operations: Operations,
        backups: BackupIndex,
        directory: Directory,
        freezes: FreezeRecords,
        news: ConnectionNews,
    ) -> None:
        self._master = master
        self._registry = registry
        self._tiers = tiers
        self._connections = connections
        self._tenancy = tenancy
        self._lineages = lineages
        self._operations = operations
        self._backups = backups
        self._directory = directory
        self._freezes = freezes
        self._news = news

    def read_registry(self) -> int:
        """Take over tenants, websites and databases from the master; returns how many tenants there are."""
        moment = now()
        with self._master.reading() as session:
            self._registry.ensure(session)
            platform = self._tiers.offers(session).platform
            websites: dict[str, list[Website]] = {}
            for website in self._registry.websites(session):
                websites.setdefault(website.tenant, []).append(website)
            rows: dict[str, list[RegistryRow]] = {}
            for row in self._registry.rows(session):
                rows.setdefault(row.tenant, []).append(row)
            return self._directory.replace_registry(
                (
                    self._directory_row(platform, person, websites.get(person.id, []), rows.get(person.id, []))
                    for person in self._registry.tenants(session)
                ),
                moment,
            )

    def scan(self, job: JobContext, *, features: bool = True) -> None:
        """Read the registry, then look at every server: which databases there are, how large, and with what features.

        A server that does not answer is recorded as such and stops nobody else.
        """
        job.progress("Reading the registry")
        self.read_registry()
        self._directory.record_backups(self._backups.newest())
        at_work = self._at_work()
        servers = self._master.connection.servers
        for number, server in enumerate(servers):
            job.progress(f"Looking at {server.name}", number, len(servers), "servers")
            self._scan_server(server, job, at_work, features=features)
        self._directory.record_suspended(self._freezes.all())

    def look(self, tenant: str) -> None:
        """Look again at one tenant, after something was done to it."""
        self.read_registry()
        self._directory.record_backups(self._backups.newest())
        at_work = self._at_work()
        for found, server_name, database in self._directory.located([tenant]):
            server = self._server(server_name)
            if server is not None:
                with self._connections.open(server) as session:
                    self._record(server, session, [(found, database)], JobContext(), at_work, features=True)
        self._directory.record_suspended(self._freezes.all())

    def _at_work(self) -> dict[str, AtWork]:
        at_work = self._operations.at_work()
        self._directory.record_provisioning(
            tenant for tenant, work in at_work.items() if work.kind in (OperationKind.CREATE, OperationKind.SWITCH)
        )
        return at_work

    def _scan_server(self, server: Server, job: JobContext, at_work: dict[str, AtWork], *, features: bool) -> None:
        mine = [
            (tenant, database)
            for tenant, name, database in self._directory.located()
            if self._server(name) is not None and (self._server(name) or server).name == server.name
        ]
        moment = now()
        try:
            with self._connections.open(server, read_timeout=120) as session:
                names = self._record(server, session, mine, job, at_work, features=features)
        except ConsoleError as error:
            if error.exit_code == 130:
                raise
            self._directory.record(
                Sighting(tenant, DatabaseState.UNREACHABLE, moment, note=error.message) for tenant, _ in mine
            )
            lost = ServerSighting(server.name, server.engine, None, moment, error.message)
            self._news.server(self._directory.record_server(lost, ()), lost, len(mine))
            return
        seen = ServerSighting(server.name, server.engine, len(names), moment)
        self._news.server(
            self._directory.record_server(seen, self._orphans(server, names, at_work)), seen, len(mine)
        )  # fmt: skip

    def _record(
        self,
        server: Server,
        session: sa.Connection,
        mine: list[tuple[str, str]],
        job: JobContext,
        at_work: dict[str, AtWork],
        *,
        features: bool,
    ) -> dict[str, DatabaseSize | None]:
        """Look at these tenants' databases; returns every database of the server with its size."""
        engine = self._connections.engine(server)
        names = engine.databases(session)
        sizes = engine.sizes(session, None if len(mine) > 1 else [database for _, database in mine])
        moment = now()
        seen: dict[str, Sighting] = {}
        for tenant, database in mine:
            job.check()
            seen[tenant] = self._sighting(engine, tenant, database, names, sizes, at_work, moment)
        if features:
            self._add_features(server, engine, session, seen, dict(mine))
        entries = list(seen.values())
        for begin in range(0, len(entries), _BATCH):
            self._directory.record(entries[begin : begin + _BATCH])
        if features:
            self._news.databases(server.name, _reasons(entries, at_work), dict(mine))
        return {name: sizes.get(name) for name in names}

    def _sighting(
        self,
        engine: DatabaseEngine,
        tenant: str,
        database: str,
        names: frozenset[str],
        sizes: dict[str, DatabaseSize],
        at_work: dict[str, AtWork],
        moment: datetime,
    ) -> Sighting:
        row = RegistryRow("", tenant, None, database, "", None, None, None)
        problem = self._tenancy.problem(row, engine)
        if problem is not None:
            note = problem[:1].upper() + problem[1:]
            return Sighting(tenant, DatabaseState.MISSING, moment, note=note, features={})
        if database not in names:
            return Sighting(tenant, DatabaseState.MISSING, moment, note=f"There is no database {database}", features={})
        size = sizes.get(database)
        note = f"{at_work[tenant].kind} has not ended" if tenant in at_work else ""
        if size is None:
            return Sighting(tenant, DatabaseState.ACTIVE, moment, note=note)
        return Sighting(tenant, DatabaseState.ACTIVE, moment, size.allocated, size.used, exact=size.exact, note=note)

    def _add_features(
        self,
        server: Server,
        engine: DatabaseEngine,
        session: sa.Connection,
        seen: dict[str, Sighting],
        databases: dict[str, str],
    ) -> None:
        owners = {
            database: tenant for tenant, database in databases.items() if seen[tenant].state is DatabaseState.ACTIVE
        }
        core = self._master.platform.core_lineage
        behind: dict[tuple[str, ...], frozenset[str]] = {}
        for database, answer in engine.feature_rows(
            session, sorted(owners), lambda name: self._connections.open(server, name)
        ):
            tenant = owners[database]
            if isinstance(answer, ConsoleError):
                state = DatabaseState.UNREACHABLE if isinstance(answer, Corrupt | Unreachable) else seen[tenant].state
                seen[tenant] = replace(seen[tenant], note=answer.message, state=state, features={})
            else:
                if answer.heads not in behind:
                    behind[answer.heads] = self._lineages.behind(answer.heads)
                is_outdated = not behind[answer.heads].isdisjoint((core, *answer.active))
                seen[tenant] = replace(seen[tenant], features=answer.active, is_outdated=is_outdated)

    def _orphans(
        self, server: Server, names: dict[str, DatabaseSize | None], at_work: dict[str, AtWork]
    ) -> tuple[Orphan, ...]:
        """Databases that bear a tenant's name, that no live row owns and that nobody is making."""
        pattern = tenant_name_pattern(self._master.platform)
        with self._master.reading() as session:
            rows = list(self._registry.rows(session))
        registry = self._master.platform.registry
        live = {row.database for row in rows if registry is not None and row.status != registry.deleted}
        known = {row.database for row in rows}
        made = {work.database for work in at_work.values()}
        moment = now()
        return tuple(
            Orphan(name, server.name, None if size is None else size.allocated, name in known, moment)
            for name, size in sorted(names.items())
            if pattern.match(name) and name not in live and name not in made
        )

    def _directory_row(
        self, platform: Platform, person: TenantRow, websites: list[Website], rows: list[RegistryRow]
    ) -> DirectoryRow:
        registry = platform.registry
        live = [row for row in rows if registry is not None and row.status != registry.deleted]
        row = live[-1] if live else rows[-1] if rows else None
        server = None if row is None else self._server(row.server)
        tier = platform.tier(person.tier)
        published = next((website for website in websites if website.is_published), None)
        shown = published or (websites[0] if websites else None)
        state = None
        if row is not None:
            state = DatabaseState.ACTIVE.value if live else DatabaseState.DELETED.value
        texts = [person.id, person.email, person.name, "" if row is None else row.database]
        for website in websites:
            texts += [website.name, website.domain or ""]
        return DirectoryRow(
            id=person.id,
            name=person.name,
            email=person.email,
            tier=person.tier,
            tier_rank=99 if tier is None else tier.rank,
            status=person.status or "active",
            domain=None if shown is None else shown.domain,
            is_published=published is not None,
            websites=len(websites),
            locked_to_website=live[-1].website if live and platform.lifecycle.locks_website else None,
            database=None if row is None else row.database,
            engine=None if server is None else server.engine,
            server=None if server is None else server.name,
            generation=None if row is None else row.id,
            registry_state=state,
            limit_bytes=_limit(platform, tier),
            created_at=iso(person.created_at),
            database_created_at=None if row is None else iso(row.created_at),
            searchable="\n".join(texts),
        )

    def _server(self, name: str | None) -> Server | None:
        try:
            return self._tenancy.server(name)
        except ConsoleError:
            return None


def _reasons(looked: list[Sighting], at_work: Collection[str]) -> dict[str, str]:
    """Why each database that is there cannot be used, empty where it can.

    What is not there is no matter of reach, and from one that is being deleted or moved we keep others out ourselves.
    """
    return {
        seen.tenant: seen.note if seen.state is DatabaseState.UNREACHABLE else ""
        for seen in looked
        if seen.state is not DatabaseState.MISSING and seen.tenant not in at_work
    }


def tenant_name_pattern(platform: Platform) -> re.Pattern[str]:
    """What a tenant database of this platform is called: to find stray ones, never to drop any."""
    before, _, after = platform.database_pattern.partition("{tenant}")
    return re.compile(re.escape(before) + r"[^\s]+" + re.escape(after) + r"\Z")


def _limit(platform: Platform, tier: Tier | None) -> int | None:
    """How much a tenant of this tier may store, in bytes."""
    if tier is None:
        return None
    sized = (quota for quota in platform.quotas if quota.metric is QuotaMetric.DATABASE_BYTES)
    return next((tier.limits.get(quota.name) for quota in sized), None)
