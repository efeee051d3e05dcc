"""Deleting a tenant's database: nothing is dropped that was not backed up and restored first, unless doubly waived.

The order is back up, prove (the tenant is live, this costs nobody anything), unpublish, quiesce, compare with the
manifest again, drop, mark deleted. Each step looks before it acts, so that a crash anywhere leaves a place to resume.
"""

from __future__ import annotations

from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import Any, ClassVar

import sqlalchemy as sa

from pagevoo_console.domain.audit import Outcome
from pagevoo_console.domain.backup import Backup
from pagevoo_console.domain.deletion import DeletionPlan, DeletionRequest, DeletionResult
from pagevoo_console.domain.errors import ConsoleError, Corrupt, Failed, NotFound, Refused
from pagevoo_console.domain.operation import OperationKind, Step
from pagevoo_console.domain.tenant import Website
from pagevoo_console.domain.text import counted
from pagevoo_console.services.audit import AuditTrail
from pagevoo_console.services.backups import Backups, written_since
from pagevoo_console.services.connections import Connections
from pagevoo_console.services.jobs import JobContext
from pagevoo_console.services.master import Master
from pagevoo_console.services.operations import Operations, Procedure, Run
from pagevoo_console.services.registry import Registry
from pagevoo_console.services.tenants import Located, Tenants, ensure_same
from pagevoo_console.services.website_rows import WebsiteRows

DELETE = OperationKind.DELETE.value
COMPARISONS = 3
DROPPING = "dropping"


class DatabaseDeletion(Procedure):
    """The steps of a deletion. Its evidence holds the backup's manifest, and which website was published before.

    With `delete_website` in its plan the website goes too, in the transaction that marks the database deleted.
    """

    kind = DELETE
    looks: ClassVar[frozenset[str]] = frozenset({"compare"})

    def __init__(
        self,
        master: Master,
        registry: Registry,
        connections: Connections,
        tenants: Tenants,
        backups: Backups,
        website_rows: WebsiteRows,
    ) -> None:
        self._master = master
        self._registry = registry
        self._connections = connections
        self._tenants = tenants
        self._backups = backups
        self._website_rows = website_rows

    def steps(self, plan: dict[str, Any]) -> tuple[Step, ...]:
        name = plan["database"]
        kept = not plan["missing"] and not plan["no_backup"]
        steps = []
        if kept:
            steps += [
                Step("backup", f"Back up {name}"),
                Step("verify", "Restore the backup into a scratch database and compare every table"),
            ]
        if plan["website"] is not None:
            steps.append(Step("unpublish", f"Unpublish {self._master.platform.words.website} {plan['website']}"))
        if not plan["missing"]:
            steps.append(Step("quiesce", f"Keep others out of {name}"))
            if kept:
                steps.append(Step("compare", "Compare with the backup once more"))
            steps.append(Step("drop", f"Drop {name}", is_destructive=True))
        return tuple(steps)

    def perform(self, step: str, run: Run) -> None:
        located = self._ensure_same(run)
        match step:
            case "backup":
                to = run.plan["backup_to"]
                backup = self._backups.dump(located, run.job, None if to is None else Path(to))
                self._keep(run, backup)
            case "verify":
                self._keep(run, self._backups.prove(self._backup(run), run.job))
            case "unpublish":
                self._ensure_website_deletable(run)
                self._unpublish(run)
            case "quiesce":
                self._ensure_website_deletable(run)
                self._quiesce(located, run)
            case "compare":
                self._compare(located, run)
            case "drop":
                self._drop(located, run)
            case _:
                raise Failed(f"A deletion has no step {step!r}")

    def finish(self, master: sa.Connection, run: Run) -> dict[str, Any]:
        row = self._registry.row(master, run.plan["generation"])
        registry = self._master.platform.registry
        if registry is None or row.status != registry.deleted:
            self._registry.mark_deleted(master, row)
        if run.plan["website"] is not None and not self._registry.active_rows(master, run.tenant):
            self._set_published(master, run, False)
        after = {
            "deleted": run.database,
            "generation": row.id,
            "backup": run.evidence.get("backup"),
            "reason": run.plan["reason"],
        }
        website = self._website_to_delete(master, run)
        if website is not None:
            after["website"] = {"id": website.id, "name": website.name, "domain": website.domain}
            after["rows"] = self._website_rows.delete(master, website)
        return after

    def has_changed(self, run: Run) -> bool:
        return (
            bool(run.evidence.get("unpublished"))
            or "quiesce" in (*run.steps_done, run.step)
            or "drop" in run.steps_done
        )

    def undo(self, run: Run) -> None:
        """Publish again and let people in again, as long as the database is there, whole.

        Where another database has come into its place since, that one is let alone.
        """
        engine = self._connections.engine(run.server)
        is_ours = self._is_ours(run)
        is_there = engine.exists(run.session, run.database)
        if is_ours and (is_past_drop(run) or (run.step == "drop" and not is_there)):
            raise Refused(
                f"{run.database} may have been dropped already; resume the deletion, then restore its backup",
                code="too_late",
                hint=f"`operation resume {run.operation}`",
            )
        if is_there:
            engine.unquiesce(run.session, run.database)
        if run.evidence.get("unpublished") and is_ours:
            with self._master.writing() as master:
                self._set_published(master, run, True)
            run.evidence["unpublished"] = False

    def result(self, run: Run) -> DeletionResult:
        path = run.evidence.get("backup_path")
        return DeletionResult(
            str(run.operation),
            run.tenant,
            run.database,
            run.evidence.get("backup"),
            None if path is None else Path(path),
        )

    def _ensure_same(self, run: Run) -> Located:
        """The row that was planned for, and the database that stood then: not one that was made in its place since."""
        located = ensure_same(self._tenants, run)
        with suppress(Corrupt):
            if (
                "marker" in run.plan
                and located.engine.exists(run.session, run.database)
                and located.engine.marker(run.session, run.database) != run.plan["marker"]
            ):
                raise Refused(
                    f"{run.database} is not the database this was begun on: it has been dropped and created anew",
                    code="generation_changed",
                    hint="Look at what is there now, and plan again. Nothing of it was touched.",
                )
        return located

    def _is_ours(self, run: Run) -> bool:
        """Whether the row and the database are still those that were planned for."""
        try:
            self._ensure_same(run)
        except Refused as error:
            return error.code not in ("generation_changed", "database_required")
        return True

    def _drop(self, located: Located, run: Run) -> None:
        """That it begins is written down first: until then it can be taken back."""
        self._ensure_unpublished(run)
        run.evidence[DROPPING] = True
        run.save()
        located.engine.drop_database(run.session, run.database)

    def _ensure_unpublished(self, run: Run) -> None:
        """Somebody who publishes the website meanwhile wants it, and its database with it."""
        if run.plan["website"] is None or DROPPING in run.evidence:
            return
        with self._master.reading() as master, suppress(NotFound):
            website = self._registry.website(master, run.plan["website"])
            if website.is_published and website.tenant == run.tenant:
                raise Refused(
                    f"{self._master.platform.words.website.capitalize()} {website.id} was published again"
                    f" while {run.database} was being deleted",
                    code="published_again",
                    hint="Nothing was dropped. Ask whoever did that, then delete again.",
                )

    def _set_published(self, master: sa.Connection, run: Run, is_published: bool) -> None:
        with suppress(NotFound):
            website = self._registry.website(master, run.plan["website"])
            self._registry.set_published(master, replace(website, tenant=run.tenant), is_published)

    def _quiesce(self, located: Located, run: Run) -> None:
        """Keep others out; a damaged database that nobody backs up is dropped as it is."""
        if not located.engine.exists(run.session, run.database):
            return
        try:
            located.engine.quiesce(run.session, run.database)
        except Corrupt as error:
            if not run.plan["no_backup"]:
                raise
            run.job.line(f"{error.message}; it is dropped as it is")

    def _unpublish(self, run: Run) -> None:
        """That it was published is written down first: whoever abandons this after a crash publishes it again."""
        try:
            with self._master.reading() as master:
                website = self._registry.website(master, run.plan["website"])
        except NotFound:
            run.job.line("The website is gone already")
            return
        if website.is_published and website.tenant == run.tenant:
            run.evidence["unpublished"] = True
            run.save()
        with self._master.writing() as master:
            self._set_published(master, run, False)

    def _website_to_delete(self, session: sa.Connection, run: Run) -> Website | None:
        """The website that goes with the database, if one does and it is still this tenant's."""
        wanted = run.plan.get("delete_website")
        if wanted is None:
            return None
        try:
            website = self._registry.website(session, wanted)
        except NotFound:
            website = None
        if website is None or website.tenant != run.tenant:
            run.job.line("The website is gone already")
            return None
        return website

    def _ensure_website_deletable(self, run: Run) -> None:
        """What would keep the website from being deleted is told before anything is lost."""
        with self._master.reading() as session:
            website = self._website_to_delete(session, run)
            if website is not None:
                self._website_rows.ensure_deletable(session, website)

    def _compare(self, located: Located, run: Run) -> None:
        """Nobody should have written since the backup; where somebody did, back up and prove again."""
        for _ in range(COMPARISONS):
            if not located.engine.exists(run.session, run.database):
                return
            backup = self._backup(run)
            problems = written_since(
                self._connections, run.server, run.database, self._backups.manifest(backup), run.job,
                is_dropping=DROPPING in run.evidence,
            )  # fmt: skip
            if not problems:
                self._backups.ensure_intact(backup)
                return
            run.job.line(f"Written to since the backup ({'; '.join(problems)}); backing up again")
            to = run.plan["backup_to"]
            fresh = self._backups.dump(located, run.job, None if to is None else Path(to))
            self._keep(run, self._backups.prove(fresh, run.job))
        raise Failed(
            f"{run.database} kept being written to while it was about to be deleted",
            code="still_written",
            hint="Stop what writes to it, then resume the operation.",
        )

    def _keep(self, run: Run, backup: Backup) -> None:
        run.evidence["backup"] = backup.id
        run.evidence["backup_path"] = str(backup.path)
        run.evidence["backup_sha256"] = backup.sha256

    def _backup(self, run: Run) -> Backup:
        evidence = run.evidence
        return self._backups.get_same(evidence["backup_path"], evidence["backup"], evidence["backup_sha256"])


class Deletions:
    """Plans and carries out deletions. Safe to call from any thread."""

    def __init__(
        self,
        master: Master,
        registry: Registry,
        connections: Connections,
        tenants: Tenants,
        backups: Backups,
        operations: Operations,
        audit: AuditTrail,
        website_rows: WebsiteRows,
    ) -> None:
        self._master = master
        self._registry = registry
        self._connections = connections
        self._tenants = tenants
        self._backups = backups
        self._operations = operations
        self._audit = audit
        self._deletion = DatabaseDeletion(master, registry, connections, tenants, backups, website_rows)
        operations.register(self._deletion)

    @property
    def deletion(self) -> DatabaseDeletion:
        """How a database is deleted, for operations that deleting one is a part of."""
        return self._deletion

    def plan(self, request: DeletionRequest) -> DeletionPlan:
        """What deleting would do, measured on the server. Reads only; it is the dry run.

        Raises NotFound, and Refused where there is no database, where a rule forbids it, or where a backup is waived
        without a reason.
        """
        if request.no_backup and not request.reason.strip():
            raise Refused(
                "A deletion without a backup needs a reason", code="reason_required", hint="Add --reason TEXT."
            )
        if request.grace_days:
            raise Refused(
                "There is no trash yet: a deletion drops at once",
                code="no_trash",
                hint="Use --grace 0, or leave it out. The backup brings the database back.",
            )
        located = self._tenants.locate(request.tenant)
        self._operations.ensure_allowed(DELETE, request.tenant)
        website = self._bound_website(located)
        missing = False
        tables = rows = sessions = 0
        size = None
        warnings: list[str] = []
        with self._connections.open(located.server) as session:
            if located.engine.exists(session, located.database.name):
                sessions = located.engine.sessions(session, located.database.name)
            else:
                missing = True
                warnings.append("The database does not exist: only the registry and the website are changed.")
        if not missing:
            try:
                with self._connections.open(located.server, located.database.name) as session:
                    facts = located.engine.tables(session)
                    tables, rows = len(facts), sum(table.rows_estimated for table in facts)
                    size = located.engine.size(session).allocated
            except ConsoleError as error:
                warnings.append(f"The database could not be looked into: {error.message}")
        if website is None and located.row.website is not None and self._master.platform.lifecycle.delete_unpublishes:
            words = self._master.platform.words
            warnings.append(
                f"{words.website.capitalize()} {located.row.website}, which the registry names, is not unpublished:"
                f" it is not there, or not this {words.tenant}'s."
            )
        if request.no_backup and not missing:
            warnings.append("No backup is made: what is dropped is gone for good.")
        if sessions:
            warnings.append(f"{counted(sessions, 'live session')} on this database will be ended.")
        data = self._data(request, located, website, missing)
        proved = [backup.verified_at for backup in self._backups.list(request.tenant) if backup.verified_at]
        return DeletionPlan(
            request=request,
            tenant_name=located.tenant.name,
            tenant_email=located.tenant.email,
            database=replace(located.database, size_bytes=size),
            server_address=located.server.address,
            tables=tables,
            rows=rows,
            size_bytes=size,
            sessions=sessions,
            websites_unpublished=() if website is None else (website.id,),
            newest_proved_backup=max(proved, default=None),
            steps=self._deletion.steps(data),
            warnings=tuple(warnings),
        )

    def run(self, plan: DeletionPlan, confirmation: str, job: JobContext) -> DeletionResult:
        """Carry the plan out, or take up what a crash left of it.

        `confirmation` must be the database's name, exactly; anything else is Refused and nothing happens.
        """
        self.ensure_confirmed(plan, confirmation, DELETE)
        located, data = self.as_data(plan)
        result: DeletionResult = self._operations.run(
            DELETE,
            tenant=plan.request.tenant,
            database=plan.database.name,
            server=located.server,
            plan=data,
            job=job,
            same=lambda left: same_deletion(left, data),
        )
        return result

    def ensure_confirmed(self, plan: DeletionPlan, confirmation: str, action: str) -> None:
        """Raise Refused, and note the attempt, unless the confirmation is the database's name, exactly."""
        if confirmation == plan.database.name:
            return
        error = Refused(
            f"The confirmation does not match: type {plan.database.name} exactly",
            code="confirmation_mismatch",
            hint="Nothing was changed.",
        )
        self._audit.note(
            action, Outcome.REFUSED, tenant=plan.request.tenant, database=plan.database.name, detail=str(error)
        )
        raise error

    def as_data(self, plan: DeletionPlan) -> tuple[Located, dict[str, Any]]:
        """What the operation writes down, from a fresh look; raises Refused where the database is another by now."""
        located = self._tenants.locate(plan.request.tenant)
        if located.row.id != plan.database.generation:
            raise Refused(
                "This is not the database that was planned for: it has been deleted and created anew since",
                code="generation_changed",
                hint="Look at the new plan first.",
            )
        with self._connections.open(located.server) as session:
            missing = not located.engine.exists(session, located.database.name)
            data = self._data(plan.request, located, self._bound_website(located), missing)
            with suppress(Corrupt):
                data["marker"] = located.engine.marker(session, located.database.name)
        return located, data

    def _bound_website(self, located: Located) -> Website | None:
        """The website this database is bound to, where it is this tenant's own."""
        if located.row.website is None or not self._master.platform.lifecycle.delete_unpublishes:
            return None
        with self._master.reading() as session:
            try:
                website = self._registry.website(session, located.row.website)
            except NotFound:
                return None
        return website if website.tenant == located.tenant.id else None

    def _data(
        self, request: DeletionRequest, located: Located, website: Website | None, missing: bool
    ) -> dict[str, Any]:
        data = {
            "database": located.database.name,
            "generation": located.row.id,
            "website": None if website is None else website.id,
            "backup_to": None if request.backup_to is None else str(request.backup_to.absolute()),
            "no_backup": request.no_backup,
            "reason": request.reason,
            "missing": missing,
        }
        return data if request.delete_website is None else {**data, "delete_website": request.delete_website}


def is_past_drop(run: Run) -> bool:
    """Whether dropping has begun."""
    return DROPPING in run.evidence or "drop" in run.steps_done or run.step == "finish"


def same_deletion(left: dict[str, Any], wanted: dict[str, Any]) -> bool:
    """Whether an unfinished deletion is the one that is asked for: the same database, and the same website or none."""
    return all(left.get(key) == wanted.get(key) for key in ("generation", "delete_website"))
