"""Removing backups that nobody needs any more: planned by a policy, on the server's time, the manifest first.

A backup that is half removed is a file without a manifest, which is no backup and is swept up.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from contextlib import suppress
from datetime import datetime, timedelta

from pagevoo_console.domain.backup import Backup
from pagevoo_console.domain.errors import ConsoleError, NotFound, Refused
from pagevoo_console.domain.place import Place
from pagevoo_console.domain.retention import Keeping, PrunePlan, RetentionPolicy, choose
from pagevoo_console.domain.server import Server
from pagevoo_console.services import backup_files as files
from pagevoo_console.services.audit import AuditTrail
from pagevoo_console.services.backup_index import BackupIndex
from pagevoo_console.services.backups import Backups
from pagevoo_console.services.connections import Connections
from pagevoo_console.services.jobs import JobContext
from pagevoo_console.services.master import Master
from pagevoo_console.services.operations import Operations
from pagevoo_console.services.placed_backups import PlacedBackups
from pagevoo_console.services.platforms.tenancies import DatabasePerTenant
from pagevoo_console.services.registry import Registry
from pagevoo_console.services.settings import Settings
from pagevoo_console.services.trash_records import TrashRecords
from pagevoo_console.services.values import now

PRUNE = "backup.prune"
MOST_SKEW = timedelta(minutes=5)


class Retention:
    """Plans and carries out the pruning of one master's backups. Safe to call from any thread."""

    def __init__(
        self, master: Master, registry: Registry, connections: Connections, tenancy: DatabasePerTenant,
        backups: Backups, index: BackupIndex, operations: Operations, audit: AuditTrail, settings: Settings,
        trash: TrashRecords, placed: PlacedBackups, clock: Callable[[], datetime] = now,
    ) -> None:  # fmt: skip
        self._master = master
        self._registry = registry
        self._connections = connections
        self._tenancy = tenancy
        self._backups = backups
        self._index = index
        self._operations = operations
        self._audit = audit
        self._settings = settings
        self._trash = trash
        self._placed = placed
        self._clock = clock

    def policy(self) -> RetentionPolicy:
        """This platform's policy: what the preferences say, the usual one where they say nothing."""
        text = self._settings.load().preferences.retention.get(self._master.platform.name, "")
        return RetentionPolicy.read(text) if text else RetentionPolicy()

    def set_policy(self, policy: RetentionPolicy) -> None:
        """Keep a policy for this platform. Raises Failed where the preferences cannot be written."""
        policies = self._settings.load().preferences.retention
        self._settings.change(retention={**policies, self._master.platform.name: policy.text})

    def plan(
        self, tenant: str | None = None, policy: RetentionPolicy | None = None, place: Place | None = None
    ) -> PrunePlan:
        """Which backups would go, of one tenant or of all, from this machine's folders or from a place. Reads only.

        What another master's server made stays: its tenants have the same numbers as ours. Raises Refused
        (`clock_skew`) where this machine's clock and the master's server differ by more than five minutes: ages would
        be wrong.
        """
        found = self._backups.list(tenant) if place is None else self._placed.list(place, tenant)
        return self._plan(found, tenant, policy or self.policy(), place, self._identities())

    def _plan(
        self, found: Iterable[Backup], tenant: str | None, chosen: RetentionPolicy, place: Place | None,
        ours: frozenset[str],
    ) -> PrunePlan:  # fmt: skip
        today = self._server_time()
        tenants: dict[str, list[Backup]] = {}
        for backup in found:
            tenants.setdefault(backup.tenant, []).append(backup)
        keepings: list[Keeping] = []
        skipped: dict[str, str] = {}
        at_work = self._operations.at_work()
        live = self._live()
        rested_on = {record.entry.backup for record in self._trash.kept(tenant) if record.entry.backup is not None}
        for name, theirs in sorted(tenants.items()):
            if name in at_work:
                skipped[name] = f"{at_work[name].kind} is at work on it, or was left unfinished"
                continue
            reasons = {one.id: _why_not_ours(one, ours) or _why_odd(one, today) for one in theirs}
            whole = [one for one in theirs if not reasons[one.id]]
            keepings += choose(whole, chosen, live.get(name, (None, None))[0], rested_on)
            keepings += [Keeping(one, (reasons[one.id],)) for one in theirs if reasons[one.id]]
        return PrunePlan(chosen, tuple(keepings), skipped, place)

    def prune(self, plan: PrunePlan, job: JobContext) -> PrunePlan:
        """Remove what the plan says and still would; returns what was done. Who is being worked on is skipped.

        Each tenant's removals are in the trail before the first is begun. A place is listed once: whoever else prunes
        there meanwhile keeps the newest and the newest proved one, too.
        """
        ours = self._identities()
        there = None if plan.place is None else self._placed.list(plan.place)
        wanted = {backup.id for backup in plan.removed}
        names = list(dict.fromkeys(backup.tenant for backup in plan.removed))
        keepings: list[Keeping] = []
        skipped = dict(plan.skipped)
        for number, tenant in enumerate(names):
            job.progress("Removing backups", number, len(names), "tenants")
            try:
                with self._operations.holding(tenant, self._server(tenant)):
                    found = (
                        self._backups.list(tenant)
                        if there is None
                        else tuple(backup for backup in there if backup.tenant == tenant)
                    )
                    fresh = self._plan(found, tenant, plan.policy, plan.place, ours)
                    still = [backup for backup in fresh.removed if backup.id in wanted]
                    self._remove(tenant, still)
                    kept = [one for one in fresh.keepings if one.is_kept]
                    keepings += [*(Keeping(backup) for backup in still), *kept]
            except Refused as error:
                if error.code == "clock_skew":
                    raise
                skipped[tenant] = error.message
        return PrunePlan(plan.policy, tuple(keepings), skipped, plan.place)

    def _remove(self, tenant: str, backups: list[Backup]) -> None:
        if not backups:
            return
        named = [{"backup": one.id, "path": one.where, "sha256": one.sha256} for one in backups]
        with self._audit.change(PRUNE, tenant=tenant, before={"backups": named}) as told:
            removed = []
            for backup in backups:
                if backup.place:
                    self._placed.remove(backup)
                else:
                    files.remove(backup)
                    self._index.remove(backup.id)
                removed.append(backup.id)
            told["after"] = {"removed": removed}

    def _server_time(self) -> datetime:
        server = self._master.connection.master
        with self._connections.open(server) as session:
            before = self._clock()
            clock = self._connections.engine(server).administration.limits(session).clock
            halfway = before + (self._clock() - before) / 2
        skew = abs(clock - halfway)
        if skew > MOST_SKEW:
            minutes = int(skew.total_seconds() // 60)
            raise Refused(
                f"The clocks of this machine and of {server.address} differ by {minutes} minutes",
                code="clock_skew",
                hint="Set them right. Nothing was removed, since ages could not be trusted.",
            )
        return clock

    def _live(self) -> dict[str, tuple[str, str | None]]:
        """Each tenant with a live database: its registry row and its server's name."""
        registry = self._master.platform.registry
        with self._master.reading() as session:
            self._registry.ensure(session)
            return {
                row.tenant: (row.id, row.server)
                for row in self._registry.rows(session)
                if registry is not None and row.status != registry.deleted
            }

    def _identities(self) -> frozenset[str]:
        """Who the servers of this connection are; of one that does not answer, no backup is removed."""
        found = set()
        for server in self._master.connection.servers:
            with suppress(ConsoleError), self._connections.open(server) as session:
                found.add(self._connections.engine(server).facts(session).identity)
        return frozenset(found)

    def _server(self, tenant: str) -> Server:
        """Where this tenant's lock is taken; the master's server for those without a database."""
        live = self._live().get(tenant)
        try:
            return self._tenancy.server(None if live is None else live[1])
        except ConsoleError:
            return self._master.connection.master


def _why_not_ours(backup: Backup, ours: frozenset[str]) -> str:
    """Why it may be another master's; those of consoles that did not write it down count as ours."""
    if backup.server_identity and backup.server_identity not in ours:
        return "it is of a server that this connection does not have"
    return ""


def _why_odd(backup: Backup, today: datetime) -> str:
    """Why it counts as no backup: what is not as its manifest says neither goes nor stands in for another."""
    is_whole = bool(backup.place)
    if not is_whole:
        with suppress(NotFound):
            is_whole = files.size_of(backup.path) == backup.size_bytes
    if is_whole and backup.created_at <= today + MOST_SKEW:
        return ""
    return "its file is not what it was, or it is of the future"
