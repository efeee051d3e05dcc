"""Moving a tenant to another website: delete one database, create the other, as one operation (Pagevoo rule 5).

It is made of a deletion and a creation as they are, one after the other under one lock: their steps are named `old:…`
and `new:…`. Between them the registry's row is marked deleted and the audit trail says so, in one transaction.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from pagevoo_console.domain.audit import Outcome
from pagevoo_console.domain.deletion import DeletionRequest
from pagevoo_console.domain.errors import ConsoleError, NotFound, Refused
from pagevoo_console.domain.feature import FeatureState
from pagevoo_console.domain.operation import OperationKind, Step
from pagevoo_console.domain.switch import SwitchPlan, SwitchResult
from pagevoo_console.services.audit import AuditTrail
from pagevoo_console.services.databases import DatabaseCreation, Databases, ensure_no_active, owned_website
from pagevoo_console.services.deletion_steps import DELETE, DROPPING, DatabaseDeletion
from pagevoo_console.services.deletions import Deletions, same_deletion
from pagevoo_console.services.features import Features
from pagevoo_console.services.jobs import JobContext
from pagevoo_console.services.master import Master
from pagevoo_console.services.operations import Operations, Procedure, Run
from pagevoo_console.services.registry import Registry
from pagevoo_console.services.tenants import Tenants

SWITCH = OperationKind.SWITCH.value
OLD = "old"
NEW = "new"
MARK = "old:finish"
PUBLISH = "new:publish"
DROP = "old:drop"


class DatabaseSwitch(Procedure):
    """A deletion and a creation, one after the other. Each keeps its own plan and evidence, under `old` and `new`."""

    kind = SWITCH

    def __init__(
        self,
        master: Master,
        registry: Registry,
        audit: AuditTrail,
        deletion: DatabaseDeletion,
        creation: DatabaseCreation,
    ) -> None:
        self._master = master
        self._registry = registry
        self._audit = audit
        self._deletion = deletion
        self._creation = creation

    def steps(self, plan: dict[str, Any]) -> tuple[Step, ...]:
        return (
            *_named(OLD, self._deletion.steps(plan[OLD])),
            Step(MARK, f"Mark {plan[OLD]['database']} deleted"),
            *_named(NEW, self._creation.steps(plan[NEW])),
        )

    def perform(self, step: str, run: Run) -> None:
        part, _, name = step.partition(":")
        with _part(run, part) as within:
            if step == MARK:
                self._mark_deleted(within)
            elif part == OLD:
                self._deletion.perform(name, within)
            else:
                self._creation.perform(name, within)

    def finish(self, master: sa.Connection, run: Run) -> dict[str, Any]:
        with _part(run, NEW) as within:
            made = self._creation.finish(master, within)
        return {"deleted": run.plan[OLD]["generation"], "backup": run.evidence.get(OLD, {}).get("backup"), **made}

    def has_changed(self, run: Run) -> bool:
        if _is_past_drop(run):
            return True
        with _part(run, OLD) as within:
            return self._deletion.has_changed(within)

    def undo(self, run: Run) -> None:
        """Before the drop: as a deletion does. After it only forward, unless there is nothing left to go forward to."""
        if not _is_past_drop(run):
            with _part(run, OLD) as within:
                self._deletion.undo(within)
            return
        if MARK not in run.steps_done or self._can_finish(run):
            raise Refused(
                f"{run.database} was deleted already, or may have been: the switch can only go on",
                code="too_late",
                hint=f"`operation resume {run.operation}` creates the new database; the old one's backup is kept.",
            )
        with _part(run, NEW) as within:
            self._creation.undo(within)

    def result(self, run: Run) -> SwitchResult:
        old = run.evidence.get(OLD, {})
        path = old.get("backup_path")
        return SwitchResult(
            str(run.operation), run.tenant, run.plan[NEW]["website"], None, old.get("backup"),
            None if path is None else Path(path), bool(run.plan[NEW].get("publish")),
        )  # fmt: skip

    def _mark_deleted(self, within: Run) -> None:
        """The deletion's end. Marking the same row twice is nothing, so that a crash right after it is recognised."""
        with self._master.writing() as master:
            registry = self._master.platform.registry
            row = self._registry.row(master, within.plan["generation"])
            if registry is not None and row.status == registry.deleted:
                self._deletion.settle(within)
                return
            after = self._deletion.finish(master, within)
            self._audit.append(
                master, DELETE, Outcome.DONE, tenant=within.tenant, database=within.database,
                operation=within.operation, before=within.plan, after=after,
            )  # fmt: skip

    def _can_finish(self, run: Run) -> bool:
        """Whether the new database can still be made live: its website is the tenant's, and no other one came up."""
        with self._master.reading() as session:
            try:
                owned_website(self._registry, session, run.tenant, run.plan[NEW]["website"])
                ensure_no_active(self._registry, session, run.tenant)
            except (NotFound, Refused):
                return False
        return True


class Switches:
    """Plans and carries out switches. Safe to call from any thread."""

    def __init__(
        self,
        master: Master,
        registry: Registry,
        tenants: Tenants,
        databases: Databases,
        deletions: Deletions,
        features: Features,
        operations: Operations,
        audit: AuditTrail,
    ) -> None:
        self._master = master
        self._registry = registry
        self._tenants = tenants
        self._databases = databases
        self._deletions = deletions
        self._features = features
        self._operations = operations
        self._audit = audit
        self._switch = DatabaseSwitch(master, registry, audit, deletions.deletion, databases.creation)
        operations.register(self._switch)

    def plan(
        self,
        tenant: str,
        website: str,
        backup_to: Path | None = None,
        grace_days: int | None = None,
        *,
        publish: bool = False,
    ) -> SwitchPlan:
        """What switching would do, and `publish` after it. Reads only; it is the dry run.

        `grace_days` is what a deletion means by it.

        Raises NotFound, and Refused: `database_required`, `not_the_owner`, `same_website`, and whatever forbids the
        deletion.
        """
        located = self._tenants.locate(tenant)
        words = self._master.platform.words
        with self._master.reading() as session:
            to_website = owned_website(self._registry, session, tenant, website)
        if located.row.website == website:
            raise Refused(
                f"{located.database.name} belongs to {words.website} {website} already",
                code="same_website",
                hint=f"Name another one: `tenant show {tenant}` lists them.",
            )
        deletion = self._deletions.plan(DeletionRequest(tenant, backup_to, grace_days=grace_days))
        creation = self._databases.planned(
            located.tenant, to_website, located.database.name, located.server, publish=publish
        )
        warnings = list(deletion.warnings)
        features: tuple[str, ...] = ()
        try:
            found = self._features.list(tenant)
            features = tuple(one.title for one in found if one.state in (FeatureState.INSTALLED, FeatureState.OUTDATED))
        except ConsoleError as error:
            warnings.append(f"Which features are active could not be read: {error.message}")
        steps = (
            *_named(OLD, deletion.steps),
            Step(MARK, f"Mark {located.database.name} deleted"),
            *_named(NEW, creation.steps),
            *((Step(PUBLISH, f"Make it live and publish {words.website} {website}"),) if publish else ()),
        )
        return SwitchPlan(deletion, located.row.website, to_website, features, steps, tuple(warnings), publish)

    def run(self, plan: SwitchPlan, confirmation: str, job: JobContext) -> SwitchResult:
        """Carry the plan out, or take up what a crash left of it.

        `confirmation` must be the database's name, exactly; anything else is Refused and nothing happens.
        """
        self._deletions.ensure_confirmed(plan.deletion, confirmation, SWITCH)
        located, old = self._deletions.as_data(plan.deletion)
        new = self._databases.planned(
            located.tenant, plan.to_website, located.database.name, located.server, publish=plan.publish
        ).as_data()
        done: SwitchResult = self._operations.run(
            SWITCH,
            tenant=located.tenant.id,
            database=located.database.name,
            server=located.server,
            plan={OLD: old, NEW: new},
            job=job,
            same=lambda left: same_deletion(left[OLD], old) and _same_creation(left[NEW], new),
        )
        return SwitchResult(
            done.operation, done.tenant, done.website, self._databases.status(done.tenant), done.backup,
            done.backup_path, done.is_published,
        )  # fmt: skip


def _same_creation(left: dict[str, Any], new: dict[str, Any]) -> bool:
    """Whether what was left unfinished ends as what is wanted now."""
    return left["website"] == new["website"] and left.get("publish") == new.get("publish")


@contextmanager
def _part(run: Run, part: str) -> Iterator[Run]:
    """The run as the deletion or the creation sees it; what it finds out is kept in the operation's own evidence."""
    prefix = f"{part}:"
    done = [step.removeprefix(prefix) for step in run.steps_done if step.startswith(prefix)]
    step = run.step.removeprefix(prefix) if run.step.startswith(prefix) else ""

    def hand_over(within: Run) -> None:
        run.evidence[part] = {key: value for key, value in within.evidence.items() if key != "steps_done"}

    def keep(within: Run) -> None:
        hand_over(within)
        run.save()

    within = replace(
        run, plan=run.plan[part], evidence={**run.evidence.get(part, {}), "steps_done": done}, step=step, keep=keep
    )
    try:
        yield within
    finally:
        hand_over(within)


def _named(part: str, steps: tuple[Step, ...]) -> tuple[Step, ...]:
    return tuple(Step(f"{part}:{step.name}", step.title, step.is_destructive) for step in steps)


def _is_past_drop(run: Run) -> bool:
    """Whether the old database is gone, or may be."""
    is_dropping = DROPPING in run.evidence.get(OLD, {}) or DROP in run.steps_done
    return is_dropping or run.step in (MARK, "finish") or run.step.startswith(f"{NEW}:")
