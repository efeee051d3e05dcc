"""Faithful dumps: made, listed, and proved by restoring them."""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import sqlalchemy as sa

from pagevoo_console.domain.audit import Outcome, TrailHead, TrailWitness
from pagevoo_console.domain.backup import (
    MANIFEST_FORMAT,
    PLAIN_FORMAT,
    Backup,
    BackupManifest,
    DumpFacts,
    FileEntry,
    Proof,
    TableVerdict,
    Verdict,
)
from pagevoo_console.domain.errors import ConsoleError, Corrupt, Failed, NotFound, Refused
from pagevoo_console.domain.server import Server
from pagevoo_console.domain.text import counted
from pagevoo_console.services import backup_files as files
from pagevoo_console.services.audit import AuditTrail
from pagevoo_console.services.backup_index import BackupIndex
from pagevoo_console.services.backup_keys import BackupKeys
from pagevoo_console.services.backup_loading import NOT_OURS, BackupLoader
from pagevoo_console.services.connections import Connections
from pagevoo_console.services.encryption import Sealing
from pagevoo_console.services.engines.base import DatabaseEngine
from pagevoo_console.services.failpoints import failpoint
from pagevoo_console.services.jobs import JobContext
from pagevoo_console.services.lineages import Lineages
from pagevoo_console.services.master import Master
from pagevoo_console.services.operations import Operations
from pagevoo_console.services.scratch import scratch_database
from pagevoo_console.services.tenants import Located, Tenants
from pagevoo_console.services.values import as_time, iso, now
from pagevoo_console.services.version import VERSION

CREATE, VERIFY = "backup.create", "backup.verify"
ATTEMPTS = 3
_SCHEMA_DIFFERS = "the schema differs"


class Backups:
    """Makes, lists and verifies backups of one connection's tenants. Safe to call from any thread."""

    def __init__(
        self,
        master: Master,
        connections: Connections,
        lineages: Lineages,
        tenants: Tenants,
        operations: Operations,
        audit: AuditTrail,
        index: BackupIndex,
        folder: Path,
        keys: BackupKeys,
        loader: BackupLoader,
    ) -> None:
        self._master = master
        self._connections = connections
        self._lineages = lineages
        self._tenants = tenants
        self._operations = operations
        self._audit = audit
        self._index = index
        self._folder = folder
        self.keys = keys
        self._loader = loader

    def folder(self, tenant: str) -> Path:
        """Where this tenant's backups go unless somebody says otherwise."""
        return self._folder / self._master.platform.name / files.slug(tenant)

    # --- making -----------------------------------------------------------------------------------------------------

    def create(self, tenant: str, job: JobContext, to: Path | None = None, sealing: Sealing | None = None) -> Backup:
        """Dump the tenant's database into a folder, sealed as asked. The live database is only read.

        Raises Refused without a database, Busy while somebody works on the tenant, Unsupported naming what could not be
        dumped faithfully; no file is left then.
        """
        located = self._tenants.locate(tenant)
        with (
            self._operations.holding(tenant, located.server),
            self._audit.change(CREATE, tenant=tenant, database=located.database.name) as told,
        ):
            backup = self.dump(located, job, to, sealing)
            told["after"] = {"backup": backup.id, "path": str(backup.path), "sha256": backup.sha256}
        return backup

    def dump(self, located: Located, job: JobContext, to: Path | None = None, sealing: Sealing | None = None) -> Backup:
        """The same for a caller that holds the tenant's lock and audits by itself.

        Where nobody says how it is sealed, it is for the usual recipients, if there are any.
        """
        directory = (to or self.folder(located.tenant.id)).absolute()
        sealing = sealing or self.keys.sealing()
        for attempt in range(1, ATTEMPTS + 1):
            try:
                backup = self._dump_once(located, directory, job, sealing)
            except Failed as error:
                if error.code != "schema_changed" or attempt == ATTEMPTS:
                    raise
                job.line(f"{error.message}; once more")
            else:
                self._enter(backup, job)
                return backup
        raise Failed("The schema kept changing while it was dumped", code="schema_changed")

    def _enter(self, backup: Backup, job: JobContext) -> None:
        """Into the list. The backup is complete without it, so that nothing may call it failed any more."""
        try:
            self._index.add(backup)
        except (ConsoleError, UnicodeError) as error:
            job.line(
                f"Warning: the backup {backup.path} is complete, but could not be entered into the master's list"
                f" ({error}). This machine lists it, and enters it with the next backup."
            )

    def _dump_once(self, located: Located, directory: Path, job: JobContext, sealing: Sealing | None) -> Backup:
        moment = now()
        with (
            files.new_dump(directory, sealing) as writer,
            self._connections.open(located.server, located.database.name, read_timeout=None) as session,
            job.on_cancel(self._connections.canceller(session)),
        ):
            facts = located.engine.dump(session, writer, job)
            features = self._lineages.installed(session)
            failpoint("backup.dumped")
            entry = writer.finish()
            manifest = self._manifest(located, facts, features, entry, moment.isoformat(), sealing)
            path = files.publish(directory, writer.part, entry, manifest, moment)
        failpoint("backup.published")
        if sealing is not None:
            self.keys.keep_trial(entry.sha256, sealing)
        return files.describe(path)

    def _manifest(
        self, located: Located, facts: DumpFacts, features: dict[str, str], entry: FileEntry, moment: str,
        sealing: Sealing | None,
    ) -> BackupManifest:  # fmt: skip
        with self._connections.open(located.server) as session:
            server = located.engine.facts(session)
        with self._master.reading() as session:
            head = self._audit.head(session)
        name = located.database.name
        return BackupManifest(
            format=PLAIN_FORMAT if sealing is None else MANIFEST_FORMAT,
            id=f"{files.slug(name)}-{moment[:19].translate({45: None, 58: None})}Z-{secrets.token_hex(4)}",
            console_version=VERSION,
            platform=self._master.platform.name,
            tenant=located.tenant.id,
            database=name,
            generation=located.row.id,
            engine=located.engine.name,
            server=located.server.name,
            server_identity=server.identity,
            server_version=server.version,
            character_set=facts.character_set,
            collation=facts.collation,
            created_at=moment.replace("+00:00", "Z"),
            features=features,
            tables=facts.tables,
            fingerprint=facts.fingerprint,
            consistent=facts.consistent,
            inconsistencies=facts.inconsistencies,
            losses=facts.losses,
            objects=facts.objects,
            others=facts.others,
            files=(entry,),
            audit_head=head.hash,
            audit_seq=head.seq,
            audit_trail=head.trail,
            seal=None if sealing is None else sealing.facts,
        )

    # --- finding ----------------------------------------------------------------------------------------------------

    def list(self, tenant: str | None = None) -> tuple[Backup, ...]:
        """Backups that are there, newest first: the index, and what lies in the default folder."""
        found = {backup.id: backup for backup in self._index.list(tenant)}
        below = self._folder / self._master.platform.name
        for path in files.manifests_below(below if tenant is None else self.folder(tenant)):
            try:
                backup = files.describe(path)
            except ConsoleError:
                continue
            if tenant is None or backup.tenant == tenant:
                found.setdefault(backup.id, backup)
        return tuple(sorted(found.values(), key=lambda backup: (backup.created_at, backup.id), reverse=True))

    def witnesses(self) -> Iterator[TrailWitness]:
        """What the manifests that are there remember of the trail. Those that this master lists speak of its own."""
        ours = {self.manifest_path(backup) for backup in self._index.list()}
        for path in sorted({*ours, *files.manifests_below((self._folder / self._master.platform.name).absolute())}):
            with suppress(ConsoleError):
                manifest = files.read_manifest(path)
                head = TrailHead(manifest.audit_trail, manifest.audit_seq, manifest.audit_head)
                yield TrailWitness(f"backup {manifest.id}", head, path in ours)

    def get(self, backup: str) -> Backup:
        """A backup by its id, or by the path of its dump or manifest. Raises NotFound or Corrupt."""
        path = Path(backup)
        if path.suffix or path.is_absolute() or len(path.parts) > 1:
            return files.describe(files.manifest_of(path))
        for known in self.list():
            if known.id == backup:
                return known
        raise NotFound(f"There is no backup {backup}", hint="`backup list` shows them; a path works too.")

    def get_same(self, path: str | Path, backup: str, sha256: str) -> Backup:
        """The backup at this path, if it is still the one that was meant. Raises NotFound or Corrupt.

        Between a plan and its last step, or its resumption a week later, another file may have taken the place.
        """
        found = files.describe(files.manifest_of(Path(path)))
        if (found.id, found.sha256) != (backup, sha256):
            raise Corrupt(
                f"{path} is not backup {backup} any more but {found.id}",
                code="backup_changed",
                hint="Put the right files back, or abandon the operation and begin anew.",
            )
        return found

    # --- proving ----------------------------------------------------------------------------------------------------

    def verify(self, backup: Backup, job: JobContext, *, quick: bool = False) -> Verdict:
        """Compare every checksum; unless `quick` also restore into a scratch database and compare every table.

        A backup that does not hold gives a verdict that says so, not an error.
        """
        detail = "quick" if quick else "restored and compared"
        verdict = self._verdict(backup, job, quick=quick)
        self._audit.note(
            VERIFY,
            Outcome.DONE if verdict.ok else Outcome.FAILED,
            tenant=backup.tenant,
            database=backup.database,
            detail=f"{backup.id}: {detail if verdict.ok else '; '.join(verdict.problems)}",
        )
        return verdict

    def prove(self, backup: Backup, job: JobContext) -> Backup:
        """Verify in full and raise Failed (`not_proved`) unless it holds; returns the backup with its proof."""
        verdict = self.verify(backup, job)
        if not verdict.ok:
            raise Failed(
                f"Backup {backup.id} does not restore to what was dumped: {'; '.join(verdict.problems)}",
                code="not_proved",
                hint="Make another one. Nothing was deleted.",
            )
        return files.describe(self.manifest_path(backup))

    def _verdict(self, backup: Backup, job: JobContext, *, quick: bool) -> Verdict:
        try:
            manifest = files.read_manifest(self.manifest_path(backup))
            self._ensure_ours(manifest)
            if quick:
                self.ensure_intact(backup)
                return Verdict(True, True, ())
            tables, problems = self._restore_and_compare(backup, manifest, job)
        except (Corrupt, NotFound, Failed) as error:
            return Verdict(False, quick, (), (error.message,))
        except Refused as error:
            if error.code != NOT_OURS:
                raise
            return Verdict(False, quick, (), (error.message,))
        if problems:
            return Verdict(False, False, tables, problems)
        moment = now()
        self._keep_proof(backup, manifest, iso(moment) or "")
        return Verdict(True, False, tables, (), moment)

    def _restore_and_compare(
        self, backup: Backup, manifest: BackupManifest, job: JobContext
    ) -> tuple[tuple[TableVerdict, ...], tuple[str, ...]]:
        server = self.server_for(manifest)
        with scratch_database(self._connections, server) as scratch:
            failpoint("backup.verify.scratch")
            self.load(backup, server, scratch, job, operation=scratch)
            with self._connections.open(server, scratch, read_timeout=None) as session:
                return compare(self._connections.engine(server), session, manifest, job)

    def ensure_intact(self, backup: Backup) -> None:
        """Raise NotFound or Corrupt unless the dump is there and its size and SHA-256 are the manifest's."""
        files.ensure_intact(backup)

    def ensure_opens(self, backup: Backup) -> None:
        """Raise WrongKey where nothing at hand opens an encrypted backup. Reads only its beginning."""
        if backup.encrypted:
            files.ensure_opens(backup, self.keys)

    def load(
        self, backup: Backup, server: Server, database: str, job: JobContext, *, operation: str, like: str | None = None
    ) -> str:
        """Carry a backup's dump out in an empty database of ours, as `BackupLoader.load` does and returns."""
        manifest = self.manifest(backup)
        return self._loader.load(backup, manifest, server, database, job, operation=operation, like=like)

    def manifest(self, backup: Backup) -> BackupManifest:
        return files.read_manifest(self.manifest_path(backup))

    def manifest_path(self, backup: Backup) -> Path:
        return backup.manifest_path or files.manifest_of(backup.path)

    def _keep_proof(self, backup: Backup, manifest: BackupManifest, moment: str) -> None:
        proof = Proof(manifest.id, manifest.checksum, moment, VERSION, manifest.server_version)
        files.prove(self.manifest_path(backup), proof)
        self._index.proved(backup.id, as_time(moment))

    def _ensure_ours(self, manifest: BackupManifest) -> None:
        if manifest.platform != self._master.platform.name:
            raise Refused(
                f"This backup is of platform {manifest.platform!r}, not of {self._master.platform.name!r}",
                code="other_platform",
            )

    def server_for(self, manifest: BackupManifest) -> Server:
        """A server of the same engine, the one it came from before any other: where proofs and restores are made.

        Raises Refused (`other_engine`) where the connection lists none.
        """
        servers = [server for server in self._master.connection.servers if server.engine == manifest.engine]
        if not servers:
            raise Refused(
                f"This backup needs a server of {manifest.engine}, and this connection lists none",
                code="other_engine",
            )
        return next((server for server in servers if server.name == manifest.server), servers[0])


def compare(
    engine: DatabaseEngine, session: sa.Connection, manifest: BackupManifest, job: JobContext
) -> tuple[tuple[TableVerdict, ...], tuple[str, ...]]:
    """Every table of a database against a manifest, and the schema; what differs is told in sentences."""
    problems: list[str] = []
    verdicts: list[TableVerdict] = []
    present = {table.name for table in engine.tables(session)}
    for number, (name, expected) in enumerate(sorted(manifest.tables.items())):
        job.progress("Comparing tables", number, len(manifest.tables), "tables")
        if name not in present:
            verdicts.append(TableVerdict(name, None, False, "it is missing"))
            continue
        found = engine.content(session, name, job)
        problem = ""
        if found.rows != expected.rows:
            problem = f"{counted(found.rows, 'row')} instead of {expected.rows}"
        elif found.checksum != expected.checksum:
            problem = "the rows differ"
        verdicts.append(TableVerdict(name, found.rows, not problem, problem))
    problems.extend(f"{verdict.name}: {verdict.problem}" for verdict in verdicts if not verdict.matches)
    problems.extend(f"{name}: it is not in the backup" for name in sorted(present - set(manifest.tables)))
    others = engine.other_content(session, job) if manifest.others else {}
    problems.extend(f"{name}: not what they were" for name, kept in manifest.others.items() if others.get(name) != kept)
    if engine.fingerprint(session) != manifest.fingerprint:
        problems.append(_SCHEMA_DIFFERS)
    return tuple(verdicts), tuple(problems)


def written_since(
    connections: Connections,
    server: Server,
    database: str,
    manifest: BackupManifest,
    job: JobContext,
    *,
    is_dropping: bool,
) -> tuple[str, ...]:
    """What was written to a database since its backup, in sentences.

    Where a drop of it has begun and was stopped half-way, what it took away is nothing that somebody wrote.
    """
    try:
        with connections.open(server, database, read_timeout=None) as session:
            verdicts, problems = compare(connections.engine(server), session, manifest, job)
    except Failed as error:
        if is_dropping and error.code == "invalid_database":
            return ()
        raise
    missing = {f"{verdict.name}: {verdict.problem}" for verdict in verdicts if verdict.rows is None}
    is_remainder = bool(missing) and missing | {_SCHEMA_DIFFERS} >= set(problems)
    return () if is_dropping and is_remainder else problems
