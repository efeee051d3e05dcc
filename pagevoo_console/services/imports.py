"""Importing a dump that another tool made: looked through first, carried out by a guest beside the live database.

What is live is backed up, left alone until what was made has been checked, and then swapped, exactly as in a restore.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from pagevoo_console.domain.dump_xray import DumpXray, Treatment, XrayFinding, XrayTopic
from pagevoo_console.domain.errors import Corrupt, Failed, Refused
from pagevoo_console.domain.operation import OperationKind, Step
from pagevoo_console.domain.quota import QuotaMetric
from pagevoo_console.domain.server import Server
from pagevoo_console.domain.text import counted
from pagevoo_console.services.backups import Backups
from pagevoo_console.services.confirmations import ensure_typed
from pagevoo_console.services.connections import Connections
from pagevoo_console.services.databases import leftover, owned_website
from pagevoo_console.services.dump_files import open_foreign
from pagevoo_console.services.dump_xrays import RefillSource, ensure_engine, take_xray
from pagevoo_console.services.engines.foreign_catalogue import foreign_dumps, likely_engine
from pagevoo_console.services.guests import Guests
from pagevoo_console.services.jobs import JobContext
from pagevoo_console.services.lineages import Lineages
from pagevoo_console.services.master import Master
from pagevoo_console.services.operations import Operations, Run
from pagevoo_console.services.platforms.tenancies import DatabasePerTenant
from pagevoo_console.services.registry import Registry
from pagevoo_console.services.replacements import ensure_grace
from pagevoo_console.services.restores import BackupRestore, RestoreMode
from pagevoo_console.services.sightings import tenant_name_pattern
from pagevoo_console.services.tenants import Tenants
from pagevoo_console.services.tiers import Tiers

IMPORT = OperationKind.IMPORT.value
LEDGER = "console_features"
_MOST_NAMED = 10


@dataclass(frozen=True, slots=True)
class ImportPlan:
    """What importing a file would do, and the x-ray that says so. Reads only."""

    xray: DumpXray
    tenant: str
    tenant_name: str
    mode: RestoreMode
    database: str
    server: str
    steps: tuple[Step, ...]
    data: dict[str, Any]
    warnings: tuple[str, ...] = ()

    @property
    def needs_confirmation(self) -> bool:
        return self.mode is RestoreMode.REPLACE


@dataclass(frozen=True, slots=True)
class _Place:
    """Where a file would go, as the registry and the server say now."""

    tenant_name: str
    tier: str
    mode: RestoreMode
    database: str
    server: Server
    generation: str | None
    website: str | None


class DumpImport(BackupRestore):
    """As a restore, but filled by a guest from a file that is nobody's backup, and checked instead of compared."""

    kind = IMPORT

    def __init__(
        self, master: Master, registry: Registry, connections: Connections, tenants: Tenants, backups: Backups,
        guests: Guests, lineages: Lineages, before_reopening: Callable[[Run], None],
    ) -> None:  # fmt: skip
        super().__init__(master, registry, connections, tenants, backups, guests, before_reopening)
        self._lineages = lineages

    def steps(self, plan: dict[str, Any]) -> tuple[Step, ...]:
        own = {
            "stage": "Carry the file out in a new database, with rights on nothing else",
            "compare": "Check what came of it: keys, rights, where rows are kept",
            "swap": f"Put what was imported in the place of {plan['database']}",
        }
        return tuple(replace(step, title=own.get(step.name, step.title)) for step in super().steps(plan))

    def finish(self, master: sa.Connection, run: Run) -> dict[str, Any]:
        after = super().finish(master, run)
        del after["backup"]
        return {**after, "file": run.plan["path"], "sha256": run.plan["sha256"], "rows": run.evidence.get("rows")}

    def _fill(self, run: Run, staged: str, like: str | None) -> None:
        """Carry the file out; what it lacks of the platform's own tables is made behind it, by the same guest."""
        dumps = foreign_dumps(run.server.engine)
        with self._connections.open(run.server) as session:
            judge = dumps.judge(session)
        for name in run.plan["own"]:
            judge.name_own(name)
        with (
            open_foreign(Path(run.plan["path"])) as text,
            self._guests.session(run.server, staged, str(run.operation), like=like) as session,
            run.job.on_cancel(self._connections.canceller(session)),
        ):
            loaded = dumps.carry_out(session, dumps.reader(text), judge, run.job)
            if text.facts.sha256 != run.plan["sha256"]:
                raise Corrupt(
                    f"{run.plan['path']} is not the file any more that was looked through",
                    code="file_changed",
                    hint="Nothing live was changed. Look it through again.",
                )
            if run.plan["core"]:
                self._lineages.upgrade(session, run.plan["core"])
        run.evidence.update(loaded_by="a throw-away account", rows=loaded.rows, statements=loaded.statements)

    def _compare(self, run: Run) -> None:
        dumps = foreign_dumps(run.server.engine)
        with self._connections.open(run.server, self.staged(run), read_timeout=None) as session:
            problems = dumps.problems(session, run.job, self._somebodys(run))
        if problems:
            raise Failed(
                f"What came of the file cannot take a live database's place: {'; '.join(problems)}",
                code="not_sound",
                hint="The live database was not touched. Mend the file, or make the dump again.",
            )

    def _somebodys(self, run: Run) -> Callable[[str], bool]:
        """Databases of the server's own, of others, and of tenants to come; not the one that this becomes."""
        engine = self._connections.engine(run.server)
        with self._connections.open(run.server) as server:
            there = {name.lower() for name in engine.databases(server) | engine.system_databases}
        pattern = tenant_name_pattern(self._master.platform)
        mine = run.database.lower()
        return lambda name: name.lower() != mine and (name.lower() in there or pattern.match(name) is not None)


class Imports:
    """Looks through dumps of other tools and carries them out. Safe to call from any thread."""

    def __init__(
        self,
        master: Master,
        registry: Registry,
        connections: Connections,
        tenancy: DatabasePerTenant,
        tenants: Tenants,
        backups: Backups,
        operations: Operations,
        guests: Guests,
        lineages: Lineages,
        tiers: Tiers,
        before_reopening: Callable[[Run], None],
    ) -> None:
        self._master = master
        self._registry = registry
        self._connections = connections
        self._tenancy = tenancy
        self._tenants = tenants
        self._operations = operations
        self._guests = guests
        self._lineages = lineages
        self._tiers = tiers
        self._import = DumpImport(master, registry, connections, tenants, backups, guests, lineages, before_reopening)
        operations.register(self._import)

    def plan(
        self, file: Path, tenant: str, job: JobContext, website: str | None = None, grace_days: int | None = None
    ) -> ImportPlan:
        """Look the whole file through. Reads only; it *is* the dry run. `website` is for who never had a database.

        What is replaced can be had back from the trash for `grace_days`, a week where nobody says; 0 drops it.
        Raises NotFound, Corrupt, and Refused for what is no dump for the tenant's server. What else speaks against it
        is among the x-ray's refusals.
        """
        grace = ensure_grace(grace_days)
        with open_foreign(file) as text:
            source = RefillSource(text)
            place = self._place(tenant, website, likely_engine(source.beginning))
            engine = self._connections.engine(place.server)
            dumps = ensure_engine(source, engine.name, engine.title)
            with self._connections.open(place.server) as session:
                judge = dumps.judge(session)
            xray = take_xray(text, source, dumps, judge, engine.name, job)
        core, said = self._platform_tables(xray)
        findings = (*said, *self._collisions(place, xray), *self._room(place, xray), *self._no_guest(place))
        xray = replace(xray, findings=_sorted((*xray.findings, *findings)))
        data = {
            "path": xray.file.path, "sha256": xray.file.sha256, "mode": place.mode.value, "database": place.database,
            "generation": place.generation, "website": place.website, "core": core, "own": list(xray.databases),
            "backup": None, **({"grace_days": grace} if place.mode is RestoreMode.REPLACE else {}),
        }  # fmt: skip
        return ImportPlan(
            xray, tenant, place.tenant_name, place.mode, place.database, place.server.name, self._import.steps(data),
            data,
        )  # fmt: skip

    def run(self, plan: ImportPlan, confirmation: str | None, job: JobContext) -> dict[str, Any]:
        """Carry the plan out, or take up what a crash left of it; returns the evidence, `rows` and `statements` in it.

        Replacing a live database needs its name as `confirmation`; that and a refusal of the x-ray are Refused.
        """
        ensure_importable(plan.xray)
        if plan.needs_confirmation:
            ensure_typed(confirmation, plan.database, f"This replaces what is in {plan.database}")
        evidence: dict[str, Any] = self._operations.run(
            IMPORT,
            tenant=plan.tenant,
            database=plan.database,
            server=self._tenancy.server(plan.server),
            plan=plan.data,
            job=job,
        )
        return evidence

    # --- where it goes ----------------------------------------------------------------------------------------------

    def _place(self, tenant: str, website: str | None, engine: str | None) -> _Place:
        with self._master.reading() as session:
            person = self._registry.tenant(session, tenant)
            rows = tuple(self._registry.rows(session, tenant))
            live = self._registry.active_rows(session, tenant)
        if live:
            located = self._tenants.locate(tenant)
            with self._connections.open(located.server) as session:
                exists = located.engine.exists(session, located.database.name)
            mode = RestoreMode.REPLACE if exists else RestoreMode.REVIVE
            return _Place(person.name, person.tier, mode, located.database.name, located.server, located.row.id, None)
        chosen = website or (rows[-1].website if rows else None)
        if chosen is None:
            words = self._master.platform.words
            raise Refused(
                f"{words.tenant.capitalize()} {tenant} has never had a database: say for which {words.website} it is",
                code="no_website",
                hint="Add --website ID, or create the database first.",
            )
        with self._master.reading() as session:
            owned_website(self._registry, session, tenant, chosen)
        server = self._server(rows[-1].server if rows else None, engine)
        name = self._tenancy.database_name(tenant)
        with self._connections.open(server) as session:
            there = self._connections.engine(server)
            if there.exists(session, name) and not (there.marker(session, name) or "").startswith("restore:"):
                raise leftover(name, server)
        return _Place(person.name, person.tier, RestoreMode.REVIVE, name, server, None, chosen)

    def _server(self, wanted: str | None, engine: str | None) -> Server:
        """A server for a database that is not there yet: the one it was on, else the first of the file's engine."""
        servers = self._master.connection.servers
        fitting = [server for server in servers if engine is None or server.engine == engine]
        return next((server for server in fitting if server.name == wanted), (fitting or list(servers))[0])

    # --- what only the platform knows -------------------------------------------------------------------------------

    def _platform_tables(self, xray: DumpXray) -> tuple[str, tuple[XrayFinding, ...]]:
        """The lineage that has to be run behind the file, if any, and what the file's tables mean for features."""
        core = self._master.platform.core_lineage
        if not core:
            return "", ()
        tables = {table.name for table in xray.of_kind("table")}
        wanted = set(self._lineages.get(core).tables)
        if LEDGER in tables:
            text = "The file says which features are installed, and at which revision: that is taken as it stands"
            return "", (XrayFinding(XrayTopic.PLATFORM, Treatment.KEPT, text),)
        features = [
            lineage.name
            for lineage in self._lineages.all()
            if lineage.kind == "feature" and tables & set(lineage.tables)
        ]
        told = []
        if features:
            text = f"Tables of features that nothing records: {_some(features)}; `feature adopt` takes them over"
            told.append(XrayFinding(XrayTopic.PLATFORM, Treatment.KEPT, text))
        if wanted & tables:
            text = f"The platform's own tables ({_some(sorted(wanted & tables))}) come from the file, without a record"
            told.append(XrayFinding(XrayTopic.PLATFORM, Treatment.KEPT, text))
            return "", tuple(told)
        text = f"The platform's own tables ({_some(sorted(wanted))}) are not in the file: they are made behind it"
        told.append(XrayFinding(XrayTopic.PLATFORM, Treatment.REWRITTEN, text))
        return core, tuple(told)

    def _collisions(self, place: _Place, xray: DumpXray) -> tuple[XrayFinding, ...]:
        """What the live database has now, all of which is replaced."""
        if place.mode is not RestoreMode.REPLACE:
            return ()
        with self._connections.open(place.server, place.database) as session:
            there = {table.name for table in self._connections.engine(place.server).tables(session)}
        ours = {table.name for table in xray.of_kind("table")}
        lost = sorted(there - ours)
        told = []
        if there & ours:
            text = f"{counted(len(there & ours), 'table')} of the file's names are live: {_some(sorted(there & ours))}"
            told.append(XrayFinding(XrayTopic.COLLISION, Treatment.REPLACED, text))
        if lost:
            text = f"{counted(len(lost), 'live table')} not in the file, gone with all that is live: {_some(lost)}"
            told.append(XrayFinding(XrayTopic.COLLISION, Treatment.REPLACED, text))
        return tuple(told)

    def _room(self, place: _Place, xray: DumpXray) -> tuple[XrayFinding, ...]:
        """What the tier has room for, beside what the rows take as SQL: about what they take in tables."""
        platform = self._tiers.platform()
        tier = platform.tier(place.tier)
        size = sum(table.size_bytes for table in xray.objects)
        told = []
        for quota in platform.quotas:
            limit = tier.limits.get(quota.name) if tier is not None else None
            if quota.metric is QuotaMetric.DATABASE_BYTES and limit is not None and size > limit:
                text = f"About {size} bytes of rows; the tier {place.tier} has room for {limit} ({quota.title})"
                told.append(XrayFinding(XrayTopic.SIZE, Treatment.KEPT, text))
        return tuple(told)

    def _no_guest(self, place: _Place) -> tuple[XrayFinding, ...]:
        problem = self._guests.problem(place.server)
        if problem is None:
            return ()
        text = f"{problem}: nobody else may carry out what a stranger wrote"
        return (XrayFinding(XrayTopic.ACCOUNTS, Treatment.REFUSED, text),)


def ensure_importable(xray: DumpXray) -> None:
    """Raise Refused for an x-ray that found what cannot be imported, naming the first few reasons."""
    if not xray.refusals:
        return
    told = "; ".join(f"line {one.line}: {one.text}" if one.line else one.text for one in xray.refusals[:3])
    more = f"; and {len(xray.refusals) - 3} more" if len(xray.refusals) > 3 else ""
    raise Refused(
        f"This file is not imported: {told}{more}",
        code="not_importable",
        hint="--dry-run lists everything that was found. Nothing was changed.",
    )


def _sorted(findings: tuple[XrayFinding, ...]) -> tuple[XrayFinding, ...]:
    order = (Treatment.REFUSED, Treatment.REPLACED, Treatment.LEFT_OUT, Treatment.REWRITTEN, Treatment.KEPT)
    return tuple(sorted(findings, key=lambda one: (order.index(one.treatment), one.line)))


def _some(names: list[str]) -> str:
    shown = ", ".join(names[:_MOST_NAMED])
    return shown if len(names) <= _MOST_NAMED else f"{shown} and {len(names) - _MOST_NAMED} more"
