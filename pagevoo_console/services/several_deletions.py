"""Deleting several databases by one typed count: never all there are, never more than was looked at.

Each is an operation of its own, so that a crash leaves one to resume and the same command takes up the rest. The first
is done wholly and looked at again before the others begin; whatever is not plain success stops all that would follow.
"""

from __future__ import annotations

import time

from pagevoo_console.domain.audit import Outcome
from pagevoo_console.domain.deletion import DeletionPlan, DeletionRequest, DeletionResult
from pagevoo_console.domain.errors import Busy, Cancelled, ConsoleError, Failed, Refused, WrongUsage
from pagevoo_console.domain.server import Environment
from pagevoo_console.domain.several_deletions import (
    MOST_AT_ONCE,
    SeveralDeletionsPlan,
    SeveralDeletionsRequest,
    SeveralDeletionsResult,
)
from pagevoo_console.services.audit import AuditTrail
from pagevoo_console.services.backups import Backups
from pagevoo_console.services.confirmations import mismatch
from pagevoo_console.services.deletion_steps import DELETE
from pagevoo_console.services.deletions import Deletions
from pagevoo_console.services.fleet_workers import FleetWorkers, TenantJob
from pagevoo_console.services.jobs import JobContext
from pagevoo_console.services.master import Master
from pagevoo_console.services.operations import AtWork, Operations
from pagevoo_console.services.registry import Registry
from pagevoo_console.services.trash import Trash

TOLERATED_FRACTION = 0.01
"""Of the rows: a live website writes all the time, and one part in a hundred is no surprise."""
_BREATH_SECONDS = 0.1


class SeveralDeletions:
    """Plans and carries out the deletion of several databases. Safe to call from any thread."""

    def __init__(
        self,
        master: Master,
        registry: Registry,
        deletions: Deletions,
        trash: Trash,
        backups: Backups,
        operations: Operations,
        workers: FleetWorkers,
        audit: AuditTrail,
    ) -> None:
        self._master = master
        self._registry = registry
        self._deletions = deletions
        self._trash = trash
        self._backups = backups
        self._operations = operations
        self._workers = workers
        self._audit = audit

    def plan(self, request: SeveralDeletionsRequest) -> SeveralDeletionsPlan:
        """What would be done to each, measured on the servers. Reads only; it is the dry run.

        Raises WrongUsage for a list that cannot be meant, NotFound for an unknown tenant, and Refused: `too_many`,
        `grace_required`, `nothing_left`, `several_refused` where one of them alone could not be deleted.
        """
        self._ensure_sound(request)
        deletions: list[DeletionPlan] = []
        skipped: dict[str, str] = {}
        problems: dict[str, ConsoleError] = {}
        at_work = self._operations.at_work()
        for tenant in request.tenants:
            try:
                self._ensure_idle(tenant, at_work.get(tenant))
                deletions.append(self._deletions.plan(_single(request, tenant)))
            except Refused as error:
                if error.code == "database_required" and self._had_one(tenant):
                    skipped[tenant] = "Its database is deleted already."
                else:
                    problems[tenant] = error
        if problems:
            raise Refused(
                f"{len(problems)} of {len(request.tenants)} cannot be deleted, so none is: "
                + " ".join(_told(tenant, error.message) for tenant, error in problems.items()),
                code="several_refused",
                hint="Look at those one by one, or leave them out.",
            )
        if not deletions:
            raise Refused("There is nothing left to delete", code="nothing_left", hint="`database trash` shows it.")
        return SeveralDeletionsPlan(request, tuple(deletions), self._confirmation(len(deletions)), skipped)

    def run(self, plan: SeveralDeletionsPlan, confirmation: str, job: JobContext) -> SeveralDeletionsResult:
        """Carry the plan out, the first one alone; stops at the first surprise, which the result tells.

        `confirmation` must be the plan's, exactly; anything else is Refused and nothing happens. What stops the very
        first one is raised as it is: nothing was deleted then. Raises Cancelled, saying what was done by then.
        """
        if confirmation != self._confirmation(len(plan.deletions)):
            error = mismatch(self._confirmation(len(plan.deletions)))
            for one in plan.deletions:
                self._audit.note(
                    DELETE, Outcome.REFUSED, tenant=one.request.tenant, database=one.database.name, detail=str(error)
                )
            raise error
        self._ensure_sound(plan.request)
        with self._workers.alone("deletion of several"):
            return self._one_by_one(plan, job)

    def _one_by_one(self, plan: SeveralDeletionsPlan, job: JobContext) -> SeveralDeletionsResult:
        done: list[DeletionResult] = []
        tenants = [one.request.tenant for one in plan.deletions]
        for number, planned in enumerate(plan.deletions):
            tenant = tenants[number]
            job.progress(f"Delete {planned.database.name}", number, len(tenants), "tenants")
            try:
                job.check()
                fresh = self._deletions.plan(planned.request)
                self._ensure_as_planned(planned, fresh)
                done.append(self._deletions.run(fresh, fresh.database.name, TenantJob(job, tenant)))
                self._ensure_done(fresh, done[-1])
                if number == 0 and len(tenants) > 1:
                    self._pause(plan, job)
            except Cancelled as error:
                gone = ", ".join(one.tenant for one in done) or "none"
                raise Cancelled(f"Cancelled. Deleted until then: {gone}", hint=error.hint) from error
            except ConsoleError as error:
                if not done:
                    raise
                job.line(f"{tenant}: {error.message}")
                surprise = f"{error.message} {error.hint}".strip()
                return SeveralDeletionsResult(
                    tuple(done), tenant, surprise, tuple(tenants[number + 1 :]), dict(plan.skipped)
                )
        return SeveralDeletionsResult(tuple(done), skipped=dict(plan.skipped))

    def _pause(self, plan: SeveralDeletionsPlan, job: JobContext) -> None:
        """Time to look at what came of the first one, and to cancel."""
        rest, pause = len(plan.deletions) - 1, plan.request.pause_seconds
        name = plan.deletions[0].database.name
        job.line(f"{name} is deleted and proved. The other {rest} follow in {pause:g} seconds, unless cancelled.")
        until = time.monotonic() + pause
        while time.monotonic() < until:
            job.check()
            time.sleep(_BREATH_SECONDS)

    def _ensure_sound(self, request: SeveralDeletionsRequest) -> None:
        twice = sorted({tenant for tenant in request.tenants if request.tenants.count(tenant) > 1})
        if twice:
            raise WrongUsage(f"Named twice: {', '.join(twice)}", hint="Name each once, so that the count is true.")
        if len(request.tenants) > MOST_AT_ONCE:
            raise Refused(
                f"{len(request.tenants)} at once are too many: {MOST_AT_ONCE} are the most",
                code="too_many",
                hint="Delete some, look at what came of it, then go on.",
            )
        if request.grace_days == 0:
            raise Refused(
                "Several are only deleted into the trash",
                code="grace_required",
                hint="Give --grace 1 or more, or delete one by one.",
            )

    def _ensure_idle(self, tenant: str, work: AtWork | None) -> None:
        """Other work that is open would stop the list half-way; a deletion that was left is taken up."""
        if work is not None and work.kind != DELETE:
            raise Busy(f"{work.kind} is at work on it, or was left unfinished", hint="`operation list` shows it.")

    def _ensure_as_planned(self, planned: DeletionPlan, fresh: DeletionPlan) -> None:
        """What is about to be deleted is what was on the list: the same database, as large, with the same steps."""
        if fresh.database.generation != planned.database.generation or fresh.database.name != planned.database.name:
            what = "it was deleted and created anew"
        elif fresh.tables != planned.tables:
            what = f"it holds {fresh.tables} tables instead of {planned.tables}"
        elif abs(fresh.rows - planned.rows) > max(1.0, TOLERATED_FRACTION * planned.rows):
            what = f"it holds {fresh.rows} rows instead of {planned.rows}"
        elif (fresh.steps, fresh.websites_unpublished) != (planned.steps, planned.websites_unpublished):
            what = "other steps are needed"
        else:
            return
        raise Refused(
            f"{planned.database.name} is not as it was on the list: {what}",
            code="plan_changed",
            hint="Look at a new list first.",
        )

    def _ensure_done(self, plan: DeletionPlan, result: DeletionResult) -> None:
        """That it is where it should be, can be had back, and is no longer anybody's: looked at, not believed."""
        with self._master.reading() as session:
            live = self._registry.active_rows(session, result.tenant)
        problem = ""
        if live:
            problem = f"row {live[-1].id} of the registry is live"
        elif plan.is_kept and not any(
            entry.operation == result.operation and not entry.is_missing for entry in self._trash.list(result.tenant)
        ):
            problem = "it is not in the trash"
        elif result.backup_path is not None and self._backups.get(str(result.backup_path)).verified_at is None:
            problem = "its backup is not proved"
        if problem:
            raise Failed(
                f"{result.database} was deleted, and something is not as it should be: {problem}",
                code="not_as_expected",
                hint=f"Look at operation {result.operation} before going on.",
            )

    def _had_one(self, tenant: str) -> bool:
        with self._master.reading() as session:
            return any(True for _ in self._registry.rows(session, tenant))

    def _confirmation(self, count: int) -> str:
        connection = self._master.connection
        is_production = connection.environment is Environment.PRODUCTION
        return f"{count} {connection.name}" if is_production else str(count)


def _told(tenant: str, message: str) -> str:
    sentence = f"{message.rstrip('.')}."
    return sentence if tenant in message.split() else f"{tenant}: {sentence}"


def _single(request: SeveralDeletionsRequest, tenant: str) -> DeletionRequest:
    return DeletionRequest(tenant, request.backup_to, reason=request.reason, grace_days=request.grace_days)
