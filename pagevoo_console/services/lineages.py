"""Schema lineages: what tables a database should have, which revision it is at, and bringing it there.

Works on connections that are handed in and opens none: writable ones in autocommit mode, as engines open them. Nothing
process-global of Alembic is used, so that threads cannot write into each other's databases (ADR 0006).
"""

from __future__ import annotations

import difflib
import threading
from collections.abc import Iterable
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

import sqlalchemy as sa

from pagevoo_console.domain.errors import Failed, NotFound, Refused
from pagevoo_console.domain.feature import Difference
from pagevoo_console.domain.operation import Step
from pagevoo_console.services import lineage_differences
from pagevoo_console.services.lineage_differences import Finding
from pagevoo_console.services.lineage_files import Folder, Lineage, copied, load_metadata, read_folders, schema_dir
from pagevoo_console.services.lineage_runs import (
    VERSION_TABLE,
    Pending,
    Progress,
    below_of,
    lineage_of,
    migration_context,
    run_upgrades,
    step_of,
    transaction,
    write_heads,
)

if TYPE_CHECKING:
    from alembic.runtime.migration import RevisionStep
    from alembic.script import Script, ScriptDirectory

    from pagevoo_console.services.lineage_statements import CompiledRevisions

__all__ = ["VERSION_TABLE", "Lineage", "Lineages", "Progress", "shipped_lineages"]


@cache
def shipped_lineages() -> Lineages:
    """The lineages that came with this console: read and compiled once, however many masters a process opens."""
    return Lineages()


class Lineages:
    """Every lineage this console has. Reads its files once, when first asked. Safe to call from any thread."""

    def __init__(self, root: Path | None = None) -> None:
        self._root = root or schema_dir()
        self._lock = threading.Lock()
        self._folders: dict[str, Folder] | None = None
        self._metadata: dict[str, sa.MetaData] = {}
        self._script: ScriptDirectory | None = None
        self._revisions: dict[str, Script] = {}
        self._newest_revisions: dict[str, str] = {}
        self._foundations: dict[str, frozenset[str]] = {}
        self._clean: set[tuple[str, str, str, str]] = set()
        self._statements: CompiledRevisions | None = None
        self._expected: dict[str, sa.MetaData] = {}

    # --- what there is ----------------------------------------------------------------------------------------------

    def all(self) -> tuple[Lineage, ...]:
        """Every lineage: masters, the console's, core, then features by name."""
        return tuple(self.get(name) for name in self._all_folders())

    def get(self, name: str) -> Lineage:
        """One lineage; raises NotFound with the nearest name."""
        folder = self._folder(name)
        about = folder.description
        return Lineage(
            name, about.title, about.description, about.icon, about.tiers, about.requires, about.kind,
            tuple(sorted(self.metadata(name).tables)), self._newest(name),
        )  # fmt: skip

    def metadata(self, name: str) -> sa.MetaData:
        """The lineage's tables at its head. Shared: not to be changed."""
        folder = self._folder(name)
        with self._lock:
            if name not in self._metadata:
                self._metadata[name] = load_metadata(folder)
            return self._metadata[name]

    # --- looking ----------------------------------------------------------------------------------------------------

    def installed(self, connection: sa.Connection) -> dict[str, str]:
        """The revision of each lineage that is installed, by name. Reads only.

        Counts what another lineage rests on: a head that another depends on has no row of its own. Raises Failed
        (`unknown_revision`) for a revision that this console does not know.
        """
        return self._standing(self._revision(head) for head in self._heads(connection))

    def behind(self, heads: Iterable[str]) -> frozenset[str]:
        """The lineages that stand below their newest revision in a database with these heads. Opens nothing.

        A head that this console does not know is left out: a newer console has been there, or the tenant wrote it.
        """
        known = (self._known(head) for head in heads)
        standing = self._standing(revision for revision in known if revision is not None)
        return frozenset(name for name, revision in standing.items() if revision != self._newest(name))

    def _standing(self, heads: Iterable[Script]) -> dict[str, str]:
        """The revision of each lineage that these heads rest on, themselves included."""
        script = self._scripts()
        pending = list(heads)
        seen: set[str] = set()
        found: dict[str, list[str]] = {}
        while pending:
            revision = pending.pop()
            if revision.revision in seen:
                continue
            seen.add(revision.revision)
            found.setdefault(lineage_of(revision), []).append(revision.revision)
            pending.extend(script.get_revision(below) for below in below_of(revision))
        return {name: self._topmost(found[name]) for name in self._all_folders() if name in found}

    def pending(self, connection: sa.Connection, name: str) -> tuple[Step, ...]:
        """The revisions that `upgrade` would apply, requirements first, in order. Reads only."""
        return tuple(step_of(each.revision) for each in self._upgrades((name,), self._heads(connection)))

    def alters(self, connection: sa.Connection, name: str) -> bool:
        """Whether `upgrade` would change tables that stand, rather than only create others. Reads only."""
        compiled = self._compiled()
        pending = self._upgrades((name,), self._heads(connection))
        return any(compiled.creations(connection.dialect, each.revision) is None for each in pending)

    def statements(self, connection: sa.Connection, name: str) -> tuple[str, ...]:
        """What `upgrade` would send to create tables, as text for people. Reads only."""
        compiled = self._compiled()
        pending = self._upgrades((name,), self._heads(connection))
        found = (compiled.creations(connection.dialect, each.revision) or () for each in pending)
        return tuple(text for creations in found for creation in creations for text in creation.statements)

    def missing_tables(self, connection: sa.Connection, name: str) -> tuple[str, ...]:
        """The lineage's tables that are not there, sorted. Reads only."""
        return tuple(sorted(set(self.metadata(name).tables) - set(sa.inspect(connection).get_table_names())))

    def misfits(self, connection: sa.Connection, name: str) -> tuple[Difference, ...]:
        """What keeps the tables that stand already from being adopted as this lineage's. Reads only."""
        return lineage_differences.misfits(connection, self.metadata(name))

    def expected(self, name: str, revision: str) -> sa.MetaData:
        """The lineage's tables at one of its revisions, found by running them against nothing.

        Shared: not to be changed. Raises Failed (`unknown_operation`) for a revision whose effect
        cannot be told without a database.
        """
        from pagevoo_console.services.lineage_recorder import Recorder

        self._folder(name)
        chain: list[Script] = []
        below: Script | None = self._revision(revision)
        while below is not None:
            chain.append(below)
            before = below.down_revision
            below = self._revision(before) if isinstance(before, str) else None
        with self._lock:
            if revision not in self._expected:
                recorder = Recorder()
                for each in reversed(chain):
                    each.module.upgrade(recorder)
                self._expected[revision] = recorder.metadata
            return self._expected[revision]

    def drift(self, connection: sa.Connection, name: str, *, fingerprint: str = "") -> tuple[Difference, ...]:
        """How the lineage's tables differ from what their revision says; from its head where none is recorded.

        Empty right after an install. With the `fingerprint` of the schema as it is now, one that was found to be as it
        should be, in whatever database, is not compared again. Reads only.
        """
        revision = self.installed(connection).get(name) or self._newest(name)
        schema = (connection.dialect.name, name, revision, fingerprint)
        if fingerprint and schema in self._clean:
            return ()
        found = tuple(finding.difference for finding in self.findings(connection, name))
        if fingerprint and not found:
            self._clean.add(schema)
        return found

    def findings(self, connection: sa.Connection, name: str) -> tuple[Finding, ...]:
        """The same differences with what would mend each. Reads only."""
        metadata = self.standing_metadata(connection, name)
        return lineage_differences.findings(connection, metadata, frozenset(metadata.tables))

    def standing_metadata(self, connection: sa.Connection, name: str) -> sa.MetaData:
        """What the lineage's tables should be in this database: at the revision recorded there, else at the head."""
        revision = self.installed(connection).get(name)
        return self.expected(name, revision or self._newest(name))

    # --- changing ---------------------------------------------------------------------------------------------------

    def upgrade(
        self, connection: sa.Connection, *names: str, progress: Progress | None = None, until: str | None = None
    ) -> tuple[str, ...]:
        """Bring the lineages, and what they require, to their heads; returns the revisions applied. Idempotent.

        One transaction in all where the engine can. Killed anywhere, on any engine, it goes on when run again.
        `until` stops at that revision of the one lineage named. Raises Refused (`table_exists`) where another table
        of that name stands in the way.
        """
        pending = self._upgrades(names, self._heads(connection), until)
        run_upgrades(connection, pending, self._heads_of, self._compiled(), progress)
        return tuple(each.revision.revision for each in pending)

    def downgrade(self, connection: sa.Connection, name: str) -> tuple[str, ...]:
        """Drop the lineage's tables with all they hold; returns the revisions taken back. Idempotent.

        Raises Refused (`required`) while another installed lineage rests on it.
        """
        self._folder(name)
        installed = self.installed(connection)
        if name not in installed:
            return ()
        self.ensure_nothing_rests_on(name, installed)
        return self._take_back(connection, self._downgrades(name, installed[name]))

    def ensure_nothing_rests_on(self, name: str, installed: Iterable[str]) -> None:
        """Raise Refused (`required`) while another of the installed lineages requires this one."""
        resting = [other for other in installed if name in self._all_folders()[other].description.requires]
        if resting:
            raise Refused(
                f"{name} cannot be removed: {', '.join(resting)} rests on it",
                code="required",
                hint=f"Remove {', '.join(resting)} first.",
            )

    def stamp(self, connection: sa.Connection, name: str) -> None:
        """Record the lineage, and what it requires, as being at its head, without touching any table."""
        heads = self._heads(connection)
        wanted = {*heads, *(each.revision.revision for each in self._upgrades((name,), heads))}
        self._write(connection, heads, self._heads_of(wanted))

    def forget(self, connection: sa.Connection, name: str) -> None:
        """Strike the lineage out of the ledger, without touching any other table. Idempotent."""
        heads = self._heads(connection)
        pending, kept = [self._revision(head) for head in heads], set[str]()
        while pending:
            revision = pending.pop()
            if lineage_of(revision) != name:
                kept.add(revision.revision)
            pending.extend(self._scripts().get_revision(below) for below in below_of(revision))
        self._write(connection, heads, self._heads_of(kept))

    def create_missing(self, connection: sa.Connection, name: str) -> tuple[str, ...]:
        """Make a database have all tables of the lineage, adopting those that stand; returns the tables created.

        Tables that stand already are not altered: ask `misfits` first. Idempotent, and goes on after a kill.
        """
        before = set(sa.inspect(connection).get_table_names())
        missing = self.missing_tables(connection, name)
        is_recorded = name in self.installed(connection)
        if is_recorded or before.isdisjoint(self.metadata(name).tables):
            self.upgrade(connection, name)
        self._create(connection, name)
        if not is_recorded:
            self.stamp(connection, name)
        return missing

    # --- inside -----------------------------------------------------------------------------------------------------

    def _create(self, connection: sa.Connection, name: str) -> None:
        """Create from the metadata what no revision has created, each table in its own transaction."""
        from pagevoo_console.services.lineage_operations import ConvergingOperations, fit_foreign_keys

        missing = set(self.missing_tables(connection, name))
        if not missing:
            return
        metadata = self.metadata(name)
        copy = sa.MetaData(naming_convention=metadata.naming_convention)
        for table in metadata.sorted_tables:
            copied(table, copy)
        for table in copy.sorted_tables:
            if table.name in missing:
                with transaction(connection):
                    fit_foreign_keys(connection, table)
                    ConvergingOperations(migration_context(connection)).ensure_table(table)

    def _compiled(self) -> CompiledRevisions:
        from pagevoo_console.services.lineage_statements import CompiledRevisions

        with self._lock:
            if self._statements is None:
                self._statements = CompiledRevisions()
            return self._statements

    def _take_back(self, connection: sa.Connection, steps: list[RevisionStep]) -> tuple[str, ...]:
        """Run the revisions backwards and write down, after each, that it was run."""
        from alembic.runtime.migration import HeadMaintainer

        from pagevoo_console.services.lineage_operations import ConvergingOperations

        context = migration_context(connection)
        operations = ConvergingOperations(context)
        maintainer = HeadMaintainer(context, context.get_current_heads())
        for step in steps:
            with transaction(connection):
                step.migration_fn(operations)
                maintainer.update_to_step(step)
        return tuple(step.revision.revision for step in steps)

    def _write(self, connection: sa.Connection, before: Iterable[str], after: Iterable[str]) -> None:
        if set(before) != set(after):
            with transaction(connection):
                migration_context(connection)._ensure_version_table()
                write_heads(connection, before, after)

    def _heads_of(self, revisions: Iterable[str]) -> frozenset[str]:
        """Those of the revisions that no other of them rests on: what the ledger holds."""
        wanted = frozenset(self._revision(revision).revision for revision in revisions)
        return wanted.difference(*map(self._beneath, wanted))

    def _beneath(self, name: str) -> frozenset[str]:
        """All that a revision rests on, worked out once: the ledger asks behind every revision that is run."""
        if name not in self._foundations:
            script = self._scripts()
            found: set[str] = set()
            pending = list(below_of(script.get_revision(name)))
            while pending:
                revision = script.get_revision(pending.pop())
                if revision.revision in found:
                    continue
                found |= {revision.revision, *self._foundations.get(revision.revision, ())}
                if revision.revision not in self._foundations:
                    pending.extend(below_of(revision))
            self._foundations[name] = frozenset(found)
        return self._foundations[name]

    def _upgrades(self, names: tuple[str, ...], heads: tuple[str, ...], until: str | None = None) -> list[Pending]:
        script = self._scripts()
        for name in names:
            self._folder(name)
        for head in heads:
            self._revision(head)
        found: dict[str, Pending] = {}
        for name in names:
            steps = script.iterate_revisions(until or f"{name}@head", (*heads,), implicit_base=True)
            for revision in reversed(list(steps)):
                found.setdefault(revision.revision, Pending(lineage_of(revision), revision))
        return list(found.values())

    def _downgrades(self, name: str, revision: str) -> list[RevisionStep]:
        from alembic.runtime.migration import MigrationStep

        script = self._scripts()
        steps: list[RevisionStep] = []
        below: str | None = revision
        while below is not None:
            current = script.get_revision(below)
            steps.append(MigrationStep.downgrade_from_script(script.revision_map, current))
            below = current.down_revision if isinstance(current.down_revision, str) else None
        return steps

    def _heads(self, connection: sa.Connection) -> tuple[str, ...]:
        return migration_context(connection).get_current_heads()

    def _revision(self, revision: str) -> Script:
        found = self._known(revision)
        if found is None:
            raise Failed(
                f"The database is at revision {revision!r}, which this console does not know",
                code="unknown_revision",
                hint="A newer console has worked on it: use that one.",
            )
        return found

    def _known(self, revision: str) -> Script | None:
        """The revision of exactly this name; to Alembic `heads`, `shop@head` and a name's beginning are names, too."""
        self._scripts()
        return self._revisions.get(revision)

    def _newest(self, name: str) -> str:
        script = self._scripts()
        if name not in self._newest_revisions:
            self._newest_revisions[name] = script.get_revision(f"{name}@head").revision
        return self._newest_revisions[name]

    def _topmost(self, revisions: list[str]) -> str:
        """The one revision of a lineage that no other of these follows."""
        script = self._scripts()
        followed = {script.get_revision(revision).down_revision for revision in revisions}
        return next(revision for revision in sorted(revisions, reverse=True) if revision not in followed)

    def _scripts(self) -> ScriptDirectory:
        folders = self._all_folders()
        with self._lock:
            if self._script is None:
                from alembic.script import ScriptDirectory

                locations = [str(folder.versions) for folder in folders.values()]
                script = ScriptDirectory(str(self._root), version_locations=locations)
                self._revisions = {revision.revision: revision for revision in script.walk_revisions()}
                self._script = script
            return self._script

    def _all_folders(self) -> dict[str, Folder]:
        with self._lock:
            if self._folders is None:
                self._folders = read_folders(self._root)
            return self._folders

    def _folder(self, name: str) -> Folder:
        folders = self._all_folders()
        if name not in folders:
            near = difflib.get_close_matches(name, folders, 1)
            hint = f"Did you mean {near[0]}?" if near else f"There are: {', '.join(folders)}."
            raise NotFound(f"There is no feature {name!r}", hint=hint)
        return folders[name]
