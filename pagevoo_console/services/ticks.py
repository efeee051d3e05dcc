"""What must happen every day, whoever is at the desk: samples, alerts, freezing and thawing, emptying the trash."""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import datetime

import sqlalchemy as sa

from pagevoo_console.domain.audit import Outcome
from pagevoo_console.domain.database import DatabaseSize, DatabaseState
from pagevoo_console.domain.errors import Busy, Cancelled, ConsoleError
from pagevoo_console.domain.freeze import Freeze, FreezeReason
from pagevoo_console.domain.quota import QuotaAlert, QuotaLevel, QuotaUsage, UsageSample
from pagevoo_console.domain.sighting import TenantEntry
from pagevoo_console.domain.tenant import TenantQuery
from pagevoo_console.services.audit import AuditTrail
from pagevoo_console.services.connections import Connections
from pagevoo_console.services.descriptors import affordable
from pagevoo_console.services.directory import Directory
from pagevoo_console.services.freeze_records import FreezeRecords
from pagevoo_console.services.freezes import Freezes, is_well_below
from pagevoo_console.services.guests import Guests
from pagevoo_console.services.jobs import JobContext
from pagevoo_console.services.master import Master
from pagevoo_console.services.quota_alerts import QuotaAlerts
from pagevoo_console.services.quotas import Quotas, usages
from pagevoo_console.services.sightings import Sightings
from pagevoo_console.services.tenants import Tenants
from pagevoo_console.services.tiers import Tiers
from pagevoo_console.services.trash import Trash
from pagevoo_console.services.usage_samples import BATCH, UsageSamples
from pagevoo_console.services.values import naive_utc, now

TICK = "fleet.tick"
WORKERS = 4
_CLOSE = 0.6
"""From this share of a limit on, by the sweep's cheap figures, a database is measured for itself."""


@dataclass(slots=True)
class TickResult:
    """Tenants by what came of them. Who failed was sampled as far as could be, and is not in `done`.

    `purged` are the deletions whose time in the trash was over; `unpurged` those that could not be, with the reason.
    """

    done: list[str] = field(default_factory=list)
    failed: dict[str, str] = field(default_factory=dict)
    skipped: dict[str, str] = field(default_factory=dict)
    alerts: list[QuotaAlert] = field(default_factory=list)
    frozen: list[str] = field(default_factory=list)
    thawed: list[str] = field(default_factory=list)
    purged: list[str] = field(default_factory=list)
    unpurged: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class _Look:
    """What was found at one tenant, and done there. `error` is why something that was to be done was not."""

    entry: TenantEntry
    usages: tuple[QuotaUsage, ...]
    is_frozen: bool = False
    is_thawed: bool = False
    error: ConsoleError | None = None


class FleetTick:
    """One tick at a time on one master. Safe to call from any thread."""

    def __init__(
        self,
        master: Master,
        tiers: Tiers,
        connections: Connections,
        tenants: Tenants,
        sightings: Sightings,
        directory: Directory,
        quotas: Quotas,
        samples: UsageSamples,
        alerts: QuotaAlerts,
        freezes: Freezes,
        records: FreezeRecords,
        audit: AuditTrail,
        trash: Trash,
        guests: Guests,
    ) -> None:
        self._trash = trash
        self._guests = guests
        self._master = master
        self._tiers = tiers
        self._connections = connections
        self._tenants = tenants
        self._sightings = sightings
        self._directory = directory
        self._quotas = quotas
        self._samples = samples
        self._alerts = alerts
        self._freezes = freezes
        self._records = records
        self._audit = audit

    def run(
        self,
        job: JobContext,
        *,
        tenants: Collection[str] | None = None,
        workers: int = WORKERS,
        freezes: bool | None = None,
    ) -> TickResult:
        """Look at everybody, or at these; running it again on the same day replaces that day's samples.

        `freezes` says whether who is over a limit is frozen, None for the platform's own rule. Raises Busy while
        another tick is at work, Refused where the master is not set up for it.
        """
        wanted = self._master.platform.lifecycle.freeze_when_over if freezes is None else freezes
        with self._alone():
            self._records.ensure_there()
            result = self._tick(job, tenants, workers, wanted)
            if tenants is None:
                swept = self._trash.purge_expired(job)
                result.purged, result.unpurged = list(swept.purged), dict(swept.left)
                self._guests.sweep_everywhere()
        self._audit.note(
            TICK, Outcome.DONE,
            after={
                "done": len(result.done), "failed": sorted(result.failed), "alerts": len(result.alerts),
                "frozen": result.frozen, "thawed": result.thawed, "purged": result.purged,
            },
        )  # fmt: skip
        return result

    @contextmanager
    def _alone(self) -> Iterator[None]:
        """Hold the tick's lock on the master's server; it goes with our session when we die."""
        engine, server = self._master.engine, self._master.connection.master
        wanted = f"{self._master.platform.name}\0{self._master.connection.master_database}"
        key = "pagevoo_tick_" + hashlib.sha256(wanted.encode()).hexdigest()[:40]
        with self._connections.open(server, writable=True, read_timeout=None) as session:
            if not engine.try_lock(session, key):
                raise Busy("Another fleet tick is at work", hint="One at a time: wait until it has ended.")
            try:
                yield
            finally:
                with suppress(ConsoleError, sa.exc.DBAPIError):
                    engine.unlock(session, key)

    def _tick(self, job: JobContext, tenants: Collection[str] | None, workers: int, freezes: bool) -> TickResult:
        began = now()
        self._sightings.scan(job)
        result = TickResult()
        entries = self._entries(tenants, began, result)
        records = self._records.all()
        apart = frozenset(tenant for tenant, _ in records) | self._freezes.interrupted() | self._close(entries)
        looks = [*self._attend(job, entries, apart, workers, freezes)]
        for look in looks:
            tenant = look.entry.id
            result.frozen += [tenant] if look.is_frozen else []
            result.thawed += [tenant] if look.is_thawed else []
            if isinstance(look.error, Busy):
                result.skipped[tenant] = look.error.message
            elif look.error is not None:
                result.failed[tenant] = look.error.message
            else:
                result.done.append(tenant)
        self._write(job, looks, result)
        self._forget_the_dead(entries, records)
        self._directory.record_suspended(self._records.all())
        return result

    def _entries(self, tenants: Collection[str] | None, began: datetime, result: TickResult) -> list[TenantEntry]:
        """Whoever has a live database that was seen just now; the others are told of in the result."""
        live = {tenant for tenant, _, _ in self._directory.located()}
        found = {entry.id: entry for entry in self._directory.page(TenantQuery()).entries}
        seen = []
        for tenant in sorted(live) if tenants is None else tenants:
            entry = found.get(tenant)
            if entry is None:
                result.failed[tenant] = f"There is no {self._master.platform.words.tenant} {tenant}"
            elif tenant not in live or entry.state is DatabaseState.MISSING:
                result.skipped[tenant] = entry.note or "There is no database"
            elif entry.used is None or entry.seen_at is None or entry.seen_at < began:
                result.failed[tenant] = entry.note or "The size could not be measured"
            else:
                seen.append(entry)
        return seen

    def _close(self, entries: list[TenantEntry]) -> frozenset[str]:
        """Who may be near a limit, by what lags least: what was seen, and the size of the files."""
        close = set()
        for server in self._master.connection.servers:
            mine = [entry for entry in entries if entry.server == server.name]
            if not mine:
                continue
            with self._connections.open(server, read_timeout=120) as session:
                most = self._connections.engine(server).ceilings(session)
            for entry in mine:
                used = max(entry.used or 0, most.get(entry.database or "", 0))
                if entry.limit is not None and used >= entry.limit * _CLOSE:
                    close.add(entry.id)
        return frozenset(close)

    # --- one tenant -------------------------------------------------------------------------------------------------

    def _attend(
        self,
        job: JobContext,
        entries: list[TenantEntry],
        apart: frozenset[str],
        workers: int,
        freezes: bool,
    ) -> Iterator[_Look]:
        """The sweep will do for most; who is near a limit, and these `apart`, are looked at for themselves."""
        close = []
        platform = self._tiers.platform()
        for entry in entries:
            if entry.id in apart:
                close.append(entry)
            else:
                size = DatabaseSize(entry.used or 0, exact=entry.exact)
                yield _Look(entry, usages(platform, entry.tier, size))
        with ThreadPoolExecutor(affordable(workers), thread_name_prefix="tick") as pool:
            tasks = [pool.submit(self._look, entry, job, freezes) for entry in close]
            for number, task in enumerate(tasks):
                job.progress("Looking at who is near a limit", number, len(tasks), "databases")
                yield task.result()

    def _look(self, entry: TenantEntry, job: JobContext, freezes: bool) -> _Look:
        """Measure, and freeze or thaw by what was measured. Only what was frozen at its limit thaws."""
        measured: tuple[QuotaUsage, ...] = ()
        try:
            job.check()
            self._freezes.finish(entry.id, job)
            located = self._tenants.locate(entry.id)
            if located.row.id != entry.generation:
                raise Busy(f"{located.database.name} was made anew while the tick was at work")
            record = self._records.get(entry.id, located.row.id)
            if record is not None:
                with self._connections.open(
                    located.server, located.database.name, writable=True, read_timeout=None
                ) as session:
                    located.engine.reclaim(session, job)
            measured = self._quotas.measure(located)
            is_over = any(usage.level is QuotaLevel.OVER for usage in measured)
            if record is not None and record.reason is FreezeReason.QUOTA and is_well_below(measured):
                self._freezes.release(self._freezes.plan_release(entry.id), job, automatic=True)
                return _Look(entry, measured, is_thawed=True)
            if record is not None or (is_over and freezes):
                return _Look(entry, measured, is_frozen=self._freeze(entry.id, record, job))
        except Cancelled:
            raise
        except ConsoleError as error:
            return _Look(entry, measured, error=error)
        return _Look(entry, measured)

    def _freeze(self, tenant: str, record: Freeze | None, job: JobContext) -> bool:
        """Freeze, or catch tables that were made since; whether it was not frozen before."""
        plan = self._freezes.plan(tenant, if_over=record is None or record.reason is not FreezeReason.MANUAL)
        self._freezes.freeze(plan, job)
        return record is None and bool(plan.steps)

    # --- the master -------------------------------------------------------------------------------------------------

    def _write(self, job: JobContext, looks: list[_Look], result: TickResult) -> None:
        moment = now()
        samples = [
            UsageSample(
                look.entry.id, look.entry.generation or "", usage.quota, moment, usage.used, usage.limit, usage.exact
            )
            for look in looks
            for usage in look.usages
            if usage.used is not None
        ]
        for begin in range(0, len(samples), BATCH):
            job.progress("Writing samples", begin, len(samples), "samples")
            some = samples[begin : begin + BATCH]
            with self._master.writing() as master:
                self._samples.record(master, some)
                result.alerts += self._alerts.settle(master, some)
        with self._master.writing() as master:
            self._samples.thin(master, naive_utc(moment).date())

    def _forget_the_dead(self, entries: list[TenantEntry], records: dict[tuple[str, str], Freeze]) -> None:
        """Freezes of databases that these tenants had before the one they have now."""
        current = {entry.id: entry.generation for entry in entries}
        dead = [key for key in records if key[0] in current and current[key[0]] != key[1]]
        if dead:
            with self._master.writing() as master:
                for tenant, generation in dead:
                    self._records.remove(master, tenant, generation)
