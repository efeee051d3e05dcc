"""A deletion, step by step. Each step looks before it acts, so that a crash anywhere leaves a place to resume.

The order is back up, prove (the tenant is live, this costs nobody anything), unpublish, quiesce, rename aside into the
trash, compare once more (nobody can write to it there), mark deleted. With no grace it is dropped before it is marked.
"""

from __future__ import annotations

from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from pagevoo_console.domain.backup import Backup
from pagevoo_console.domain.deletion import DeletionResult
from pagevoo_console.domain.errors import ConsoleError, Corrupt, Failed, NotFound, Refused
from pagevoo_console.domain.operation import OperationKind, Step
from pagevoo_console.domain.tenant import Website
from pagevoo_console.domain.text import counted
from pagevoo_console.domain.trash import DEFAULT_GRACE_DAYS
from pagevoo_console.services.backups import Backups, compare
from pagevoo_console.services.connections import Connections
from pagevoo_console.services.master import Master
from pagevoo_console.services.operations import Procedure, Run
from pagevoo_console.services.registry import Registry
from pagevoo_console.services.tenants import Located, Tenants, ensure_same
from pagevoo_console.services.trash_moves import TRASH, TrashMoves, keep
from pagevoo_console.services.values import as_time
from pagevoo_console.services.website_rows import WebsiteRows

DELETE = OperationKind.DELETE.value
COMPARISONS = 3
DROPPING = "dropping"
"""In the evidence: dropping has begun, and there is no way back any more."""
TABLES = "tables"
"""In the evidence: {table: rows}, as the certificate tells them; counted by the backup, estimated without one."""


class DatabaseDeletion(Procedure):
    """The steps of a deletion. Its evidence holds the backup's manifest, and which website was published before.

    With `delete_website` in its plan the website goes too, in the transaction that marks the database deleted.
    """

    kind = DELETE

    def __init__(
        self,
        master: Master,
        registry: Registry,
        connections: Connections,
        tenants: Tenants,
        backups: Backups,
        website_rows: WebsiteRows,
        moves: TrashMoves,
    ) -> None:
        self._master = master
        self._registry = registry
        self._connections = connections
        self._tenants = tenants
        self._backups = backups
        self._website_rows = website_rows
        self._moves = moves

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
            grace = plan.get("grace_days", 0)
            steps.append(Step("quiesce", f"Keep others out of {name}"))
            if kept or grace:
                steps.append(Step("trash", _title(name, grace)))
            if kept:
                steps.append(Step("compare", "Compare with the backup once more"))
            if not grace:
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
            case "trash":
                if TRASH not in run.evidence:
                    self._ensure_unpublished(run)
                self._note_tables(located, run)
                self._moves.put(run)
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
        self.settle(run)
        after: dict[str, Any] = {
            "deleted": run.database,
            "generation": row.id,
            "backup": run.evidence.get("backup"),
            "reason": run.plan["reason"],
            **_where(run),
        }
        website = self._website_to_delete(master, run)
        if website is not None:
            after["website"] = {"id": website.id, "name": website.name, "domain": website.domain}
            after["rows"] = self._website_rows.delete(master, website)
        return after

    def settle(self, run: Run) -> None:
        """Say in the evidence that what was put into the trash stays there; nothing where nothing was."""
        told = run.evidence.get(TRASH)
        if told is not None and "trash_state" not in told and run.plan.get("grace_days", 0):
            run.evidence[TRASH] = keep(told, run.plan["grace_days"])

    def has_changed(self, run: Run) -> bool:
        return bool(run.evidence.get("unpublished")) or "quiesce" in (*run.steps_done, run.step)

    def undo(self, run: Run) -> None:
        """Give it its name back, publish again and let people in again, as long as the database is there, whole.

        Where another database has come into its place since, that one is let alone, and what was put aside is kept.
        """
        engine = self._connections.engine(run.server)
        if not self._is_ours(run):
            if TRASH in run.evidence:
                run.evidence[TRASH] = keep(run.evidence[TRASH], run.plan.get("grace_days") or DEFAULT_GRACE_DAYS)
            if engine.exists(run.session, run.database):
                engine.unquiesce(run.session, run.database)
            return
        if is_past_drop(run):
            is_kept = run.plan.get("grace_days", 0)
            raise Refused(
                f"{run.database} may have been {'marked as deleted' if is_kept else 'dropped'} already; resume the"
                f" deletion, then {'have it back from the trash' if is_kept else 'restore its backup'}",
                code="too_late",
                hint=f"`operation resume {run.operation}`",
            )
        self._moves.take_back(run)
        if engine.exists(run.session, run.database):
            self._moves.reopen(run)
        if run.evidence.get("unpublished"):
            with self._master.writing() as master:
                self._set_published(master, run, True)
            run.evidence["unpublished"] = False

    def result(self, run: Run) -> DeletionResult:
        path = run.evidence.get("backup_path")
        told = run.evidence.get(TRASH, {})
        is_kept = "purge_after" in told
        return DeletionResult(
            str(run.operation),
            run.tenant,
            run.database,
            run.evidence.get("backup"),
            None if path is None else Path(path),
            told["name"] if is_kept else None,
            as_time(told["purge_after"]) if is_kept else None,
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

    def _ensure_unpublished(self, run: Run) -> None:
        """Somebody who publishes the website meanwhile wants it, and its database with it."""
        if run.plan["website"] is None:
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
        """Keep others out; a damaged database that nobody backs up goes as it is."""
        if not located.engine.exists(run.session, run.database):
            return
        try:
            located.engine.quiesce(run.session, run.database)
        except Corrupt as error:
            if not run.plan["no_backup"]:
                raise
            run.job.line(f"{error.message}; it goes as it is")

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
        """Nobody can have written since it was put aside; where somebody did before that, back up and prove again."""
        for _ in range(COMPARISONS):
            name = self._moves.put(run)
            with self._connections.open(located.server, name, read_timeout=None) as session:
                backup = self._backup(run)
                _, problems = compare(located.engine, session, self._backups.manifest(backup), run.job)
            if not problems:
                self._backups.ensure_intact(backup)
                return
            self._moves.take_back(run)
            run.save()
            run.job.line(f"Written to since the backup ({'; '.join(problems)}); backing up again")
            to = run.plan["backup_to"]
            fresh = self._backups.dump(located, run.job, None if to is None else Path(to))
            self._keep(run, self._backups.prove(fresh, run.job))
            located.engine.quiesce(run.session, run.database)
        raise Failed(
            f"{run.database} kept being written to while it was about to be deleted",
            code="still_written",
            hint="Stop what writes to it, then resume the operation.",
        )

    def _drop(self, located: Located, run: Run) -> None:
        """What was put aside is dropped by what is known of it, a damaged one that never was by its name.

        That it begins is written down first: until then it can be taken back.
        """
        if DROPPING not in run.evidence:
            self._ensure_unpublished(run)
            run.evidence[DROPPING] = True
            run.save()
        told = run.evidence.get(TRASH)
        if told is None:
            located.engine.drop_database(run.session, run.database)
            return
        self._moves.drop(run, str(run.operation), told)

    def _note_tables(self, located: Located, run: Run) -> None:
        """How much it is, for the certificate, while it can still be looked into under its name."""
        if TABLES in run.evidence or not run.plan["no_backup"]:
            return
        with suppress(ConsoleError), self._connections.open(located.server, run.database) as session:
            run.evidence[TABLES] = {table.name: table.rows_estimated for table in located.engine.tables(session)}

    def _keep(self, run: Run, backup: Backup) -> None:
        run.evidence["backup"] = backup.id
        run.evidence["backup_path"] = str(backup.path)
        run.evidence["backup_sha256"] = backup.sha256
        run.evidence[TABLES] = dict(backup.tables)

    def _backup(self, run: Run) -> Backup:
        evidence = run.evidence
        return self._backups.get_same(evidence["backup_path"], evidence["backup"], evidence["backup_sha256"])


def is_past_drop(run: Run) -> bool:
    """Whether there is no way back: dropping has begun, or its end was about to be written down."""
    return DROPPING in run.evidence or "drop" in run.steps_done or run.step == "finish"


def _title(name: str, grace_days: int) -> str:
    if not grace_days:
        return f"Put {name} aside"
    return f"Put {name} into the trash, where it stays for {counted(grace_days, 'day')}"


def _where(run: Run) -> dict[str, Any]:
    """Where it went, for the audit."""
    told = run.evidence.get(TRASH, {})
    return {"trash": told["name"], "purge_after": told["purge_after"]} if "purge_after" in told else {}
