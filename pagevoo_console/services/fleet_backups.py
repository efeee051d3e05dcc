"""Everybody's backup, and everybody's proof: several at a time, one result a tenant, taken up where it stopped."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Collection
from contextlib import suppress
from datetime import datetime, timedelta
from pathlib import Path

import msgspec

from pagevoo_console.domain.audit import Outcome
from pagevoo_console.domain.backup import Backup
from pagevoo_console.domain.errors import ConsoleError, Failed
from pagevoo_console.domain.fleet_backup import FleetPlan, FleetResult, FleetRun, FleetWork
from pagevoo_console.domain.server import Server
from pagevoo_console.services.audit import AuditTrail
from pagevoo_console.services.backups import Backups
from pagevoo_console.services.encryption import Sealing
from pagevoo_console.services.fleet_workers import WORKERS, FleetWorkers, Work
from pagevoo_console.services.jobs import JobContext
from pagevoo_console.services.master import Master
from pagevoo_console.services.platforms.tenancies import DatabasePerTenant
from pagevoo_console.services.private_files import make_folder, write_private
from pagevoo_console.services.registry import Registry
from pagevoo_console.services.values import as_time, iso, now

BACKUP, VERIFY = "fleet.backup", "fleet.verify"
TAKEN_UP_FOR = timedelta(hours=12)
"""An earlier run is gone on with for so long; a timer of the next day begins anew, whoever failed the day before."""


class FleetBackups:
    """Backs up and proves all tenants of one master. Safe to call from any thread.

    `journals` is the folder where unfinished runs are written down, a line for each tenant that is done.
    """

    def __init__(
        self, master: Master, registry: Registry, tenancy: DatabasePerTenant, backups: Backups, workers: FleetWorkers,
        audit: AuditTrail, journals: Path,
    ) -> None:  # fmt: skip
        self._master = master
        self._registry = registry
        self._tenancy = tenancy
        self._backups = backups
        self._workers = workers
        self._audit = audit
        self._journals = journals

    # --- backing up -------------------------------------------------------------------------------------------------

    def plan(self, tenants: Collection[str] | None = None, *, anew: bool = False) -> FleetPlan:
        """Who would be backed up. Reads only. `anew` leaves an unfinished run alone and begins with everybody."""
        began, done = (None, frozenset[str]()) if anew else self._unfinished(_key(tenants))
        servers, skipped, failed = self._located(tenants)
        for tenant in done & servers.keys():
            skipped[tenant] = f"It was backed up already by the run that began {iso(began)}"
        left = tuple(name for name in servers if name not in done)
        return FleetPlan(left, skipped, failed, began, _key(tenants))

    def backup(
        self, plan: FleetPlan, job: JobContext, *, workers: int = WORKERS, to: Path | None = None,
        sealing: Sealing | None = None, prove: bool = False,
        send: Callable[[Backup, JobContext], object] | None = None, connections: int | None = None,
    ) -> FleetResult:  # fmt: skip
        """Back up whoever the plan names; `prove` restores and compares each right away, `send` copies it elsewhere.

        `connections` is how many sessions a server is asked for at most. Raises Busy while another fleet backup is at
        work.
        """

        def one(tenant: str, share: JobContext) -> object:
            made = self._backups.create(tenant, share, to, sealing)
            if prove:
                made = self._backups.prove(made, share)
            return made if send is None else send(made, share)

        result = FleetResult([], dict(plan.failed), dict(plan.skipped))
        with self._workers.alone("fleet backup"):
            if plan.taken_up is None:
                self._begin(plan.selection)
            try:
                self._spread(
                    BACKUP, "Backing up", plan, one, job, result, workers, connections,
                    lambda tenant: self._keep(plan.selection, tenant),
                )  # fmt: skip
            finally:
                if not result.failed and len(result.done) == len(plan.tenants):
                    self._journal(plan.selection).unlink(missing_ok=True)
        return result

    # --- proving ----------------------------------------------------------------------------------------------------

    def plan_verification(self, tenants: Collection[str] | None = None, *, again: bool = False) -> FleetPlan:
        """Whose newest backup would be restored and compared: those that were not, and `again` the others, too."""
        servers, skipped, failed = self._located(tenants)
        newest = self._newest()
        wanted = []
        for tenant in servers:
            if tenant not in newest:
                failed[tenant] = "There is no backup"
            elif newest[tenant].verified_at is not None and not again:
                skipped[tenant] = f"Its newest backup was proved at {iso(newest[tenant].verified_at)}"
            else:
                wanted.append(tenant)
        return FleetPlan(tuple(wanted), skipped, failed)

    def verify(
        self, plan: FleetPlan, job: JobContext, *, workers: int = WORKERS, quick: bool = False,
        connections: int | None = None,
    ) -> FleetResult:  # fmt: skip
        """Prove the newest backup of whoever the plan names; `quick` compares checksums only."""
        newest = self._newest()

        def one(tenant: str, share: JobContext) -> object:
            verdict = self._backups.verify(newest[tenant], share, quick=quick)
            if not verdict.ok:
                raise Failed(f"{newest[tenant].id} does not hold: {'; '.join(verdict.problems)}", code="not_proved")
            return verdict

        result = FleetResult([], dict(plan.failed), dict(plan.skipped))
        with self._workers.alone("fleet verification"):
            self._spread(VERIFY, "Proving backups", plan, one, job, result, workers, connections, lambda tenant: None)
        return result

    # --- looking ----------------------------------------------------------------------------------------------------

    def last(self, work: FleetWork) -> FleetRun | None:
        """How the newest run from this machine ended; None where there was none, or nobody could write it down."""
        try:
            return msgspec.json.decode(self._last(work).read_bytes(), type=FleetRun)
        except (OSError, msgspec.MsgspecError):
            return None

    def unfinished(self) -> tuple[datetime | None, int]:
        """When a backup of everybody began that did not get to its end, and how many tenants it did."""
        began, done = self._unfinished("all")
        return began, len(done)

    def budgets(self, plan: FleetPlan, workers: int, connections: int | None = None) -> dict[str, int]:
        """How many of the plan's tenants would be worked on at a time on each server. Asks the servers."""
        servers, _, _ = self._located(plan.tenants)
        named = {server.name: server for server in servers.values()}
        return {name: self._workers.budget(server, workers, connections) for name, server in named.items()}

    def _last(self, work: FleetWork) -> Path:
        return self._journals / f"last-{work.value}.json"

    def _remember(self, action: str, began: datetime, result: FleetResult) -> None:
        work = FleetWork.BACKUP if action == BACKUP else FleetWork.VERIFY
        run = FleetRun(work, began, now(), tuple(sorted(result.done)), dict(result.failed), dict(result.skipped))
        with suppress(ConsoleError):
            write_private(self._last(work), msgspec.json.encode(run).decode())

    # --- both -------------------------------------------------------------------------------------------------------

    def _spread(
        self, action: str, title: str, plan: FleetPlan, one: Work, job: JobContext, result: FleetResult, workers: int,
        connections: int | None, keep: Callable[[str], object],
    ) -> None:  # fmt: skip
        began = now()
        servers, _, _ = self._located(plan.tenants)
        gone = [tenant for tenant in plan.tenants if tenant not in servers]
        result.skipped.update(dict.fromkeys(gone, "Its database has gone meanwhile"))
        try:
            self._workers.each(
                title, [(tenant, servers[tenant]) for tenant in plan.tenants if tenant in servers], one, job, result,
                workers=workers, keep=keep, connections=connections,
            )  # fmt: skip
        finally:
            self._remember(action, began, result)
            self._audit.note(
                action, Outcome.FAILED if result.failed else Outcome.DONE,
                after={"done": len(result.done), "failed": sorted(result.failed), "skipped": len(result.skipped)},
            )  # fmt: skip

    def _located(self, tenants: Collection[str] | None) -> tuple[dict[str, Server], dict[str, str], dict[str, str]]:
        """Whoever has a live database, with its server; why others that were asked for have none; who there is not."""
        servers: dict[str, Server] = {}
        failed: dict[str, str] = {}
        skipped: dict[str, str] = {}
        registry = self._master.platform.registry
        with self._master.reading() as session:
            self._registry.ensure(session)
            live = {
                row.tenant: row.server
                for row in self._registry.rows(session)
                if registry is not None and row.status != registry.deleted
            }
            for tenant in live if tenants is None else dict.fromkeys(tenants):
                try:
                    if tenant in live:
                        servers[tenant] = self._tenancy.server(live[tenant])
                    else:
                        skipped[self._registry.tenant(session, tenant).id] = "There is no database"
                except ConsoleError as error:
                    failed[tenant] = error.message
        return servers, skipped, failed

    def _newest(self) -> dict[str, Backup]:
        newest: dict[str, Backup] = {}
        for backup in self._backups.list():
            newest.setdefault(backup.tenant, backup)
        return newest

    # --- the journal ------------------------------------------------------------------------------------------------

    def _journal(self, selection: str) -> Path:
        return self._journals / f"{selection}.jsonl"

    def _unfinished(self, selection: str) -> tuple[datetime | None, frozenset[str]]:
        """When the run of these tenants began that did not get everybody done, and whom it did."""
        try:
            text = self._journal(selection).read_text("utf-8")
            lines = [json.loads(line) for line in text.splitlines() if line.endswith("}")]
        except (OSError, ValueError):
            return None, frozenset()
        began = as_time(str(lines[0].get("began"))) if lines else None
        if began is None or not timedelta() <= now() - began < TAKEN_UP_FOR:
            return None, frozenset()
        return began, frozenset(str(line["done"]) for line in lines[1:] if "done" in line)

    def _begin(self, selection: str) -> None:
        self._journal(selection).unlink(missing_ok=True)
        self._write(selection, {"began": iso(now()) or ""})

    def _keep(self, selection: str, tenant: str) -> None:
        self._write(selection, {"done": tenant})

    def _write(self, selection: str, line: dict[str, str]) -> None:
        """A line more. Losing one costs a second backup of one tenant, so that no disk has to be waited for."""
        with suppress(OSError):
            make_folder(self._journals)
            with self._journal(selection).open("a", encoding="utf-8") as file:
                file.write(json.dumps(line) + "\n")


def _key(tenants: Collection[str] | None) -> str:
    """Which tenants a run is about, as part of a file name: runs of others are not gone on with."""
    if tenants is None:
        return "all"
    return hashlib.sha256("\0".join(sorted(tenants)).encode("utf-8", "surrogatepass")).hexdigest()[:24]
