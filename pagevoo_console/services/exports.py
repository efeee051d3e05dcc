"""Portable copies of one tenant's rows: one file a table and a manifest, all from one consistent snapshot.

Everything is written into a hidden folder beside the target, which takes the target's name when all of it is complete.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from pagevoo_console.domain.audit import Outcome
from pagevoo_console.domain.database import TableFacts
from pagevoo_console.domain.errors import Cancelled, ConsoleError, NotFound, Refused, Unsupported
from pagevoo_console.domain.export import ExportFormat, ExportPlan, ExportRequest, ExportResult
from pagevoo_console.domain.platform import Platform
from pagevoo_console.services.audit import AuditTrail
from pagevoo_console.services.backup_files import slug
from pagevoo_console.services.connections import Connections
from pagevoo_console.services.dump_writer import sha256_of, telling_about
from pagevoo_console.services.engines.portable import Portable
from pagevoo_console.services.export_formats import TableFile, TableWriter, writer_of
from pagevoo_console.services.failpoints import failpoint
from pagevoo_console.services.jobs import JobContext
from pagevoo_console.services.part_files import PartKind, holding, new_part, sweep
from pagevoo_console.services.private_files import flush_folder
from pagevoo_console.services.tenants import Located, Tenants
from pagevoo_console.services.values import iso, now
from pagevoo_console.services.version import VERSION

EXPORT = "tenant.export"
MANIFEST = "manifest.json"
MANIFEST_FORMAT = 1
WRITTEN = frozenset({ExportFormat.SQL, ExportFormat.CSV, ExportFormat.JSONL})


class Exports:
    """Plans and writes exports. The live database is only read. Safe to call from any thread."""

    def __init__(self, platform: Platform, connections: Connections, tenants: Tenants, audit: AuditTrail) -> None:
        self._platform = platform
        self._connections = connections
        self._tenants = tenants
        self._audit = audit

    def tables(self, tenant: str) -> tuple[TableFacts, ...]:
        """The tables that there are, with estimated rows. Reads only. Raises Refused where there is no database."""
        located = self._tenants.locate(tenant)
        with self._connections.open(located.server, located.database.name) as session:
            return tuple(located.engine.tables(session))

    def plan(self, request: ExportRequest) -> ExportPlan:
        """What would be written. Reads only.

        Raises NotFound for a table that is not there, Unsupported for a format that cannot be written yet, Refused
        where the tenant has no database or the folder holds something.
        """
        if request.format not in WRITTEN:
            raise Unsupported(
                f"The console cannot write {request.format.value} yet",
                hint=f"It can write {', '.join(sorted(form.value for form in WRITTEN))}.",
            )
        _ensure_free(request.directory)
        located = self._tenants.locate(request.tenant)
        with self._connections.open(located.server, located.database.name) as session:
            facts = located.engine.tables(session)
            size = located.engine.size(session).allocated
        wanted = _wanted([table.name for table in facts], request.tables)
        rows = sum(table.rows_estimated for table in facts if table.name in wanted)
        return ExportPlan(request, located.database, wanted, rows, size)

    def run(self, request: ExportRequest, job: JobContext) -> ExportResult:
        """Write the copy. Where it fails or is cancelled nothing is left; the trail says so either way."""
        self.plan(request)
        located = self._tenants.locate(request.tenant)
        outcome, detail = Outcome.DONE, f"{request.format.value} to {request.directory}"
        try:
            return self._write(request, located, job)
        except ConsoleError as error:
            outcome = Outcome.CANCELLED if isinstance(error, Cancelled) else Outcome.FAILED
            detail = f"{detail}: {error.message}"
            raise
        finally:
            self._audit.note(
                EXPORT, outcome, tenant=request.tenant, database=located.database.name, detail=detail[:10_000]
            )

    def _write(self, request: ExportRequest, located: Located, job: JobContext) -> ExportResult:
        with (
            _folder(request.directory) as folder,
            self._connections.open(located.server, located.database.name, read_timeout=None) as session,
            job.on_cancel(self._connections.canceller(session)),
            (source := located.engine.portable(session)).snapshot(),
        ):
            writer = writer_of(request)
            present = [table.name for table in located.engine.tables(session)]
            written = [
                _write_table(writer, source, table, folder / _file_name(number, table, request.format), job)
                for number, table in enumerate(_wanted(present, request.tables), 1)
            ]
            names = writer.finish(source, [file.table for file in written], folder)
            after = {name: sha256_of(folder / name) for name in names}
            _write_manifest(folder, self._manifest(request, located, written, after, writer.notes))
            failpoint("export.written")
        directory = request.directory.absolute()
        return ExportResult(
            directory=directory,
            files=tuple(directory / name for name in (*(file.name for file in written), *after, MANIFEST)),
            tables={file.table: file.rows for file in written},
            size_bytes=sum(file.size_bytes for file in written),
        )

    def _manifest(
        self, request: ExportRequest, located: Located, written: list[TableFile], after: dict[str, str], notes: str
    ) -> dict[str, Any]:
        return {
            "format_version": MANIFEST_FORMAT,
            "console_version": VERSION,
            "platform": self._platform.name,
            "tenant": located.tenant.id,
            "database": located.database.name,
            "engine": located.engine.name,
            "format": request.format.value,
            "spreadsheet_safe": request.format is ExportFormat.CSV and request.spreadsheet_safe,
            "created_at": iso(now().replace(microsecond=0)),
            "notes": notes,
            "tables": [
                {
                    "name": file.table,
                    "file": file.name,
                    "rows": file.rows,
                    "size_bytes": file.size_bytes,
                    "sha256": file.sha256,
                    "defused": file.defused,
                    "columns": [{"name": column.name, "type": column.type} for column in file.columns],
                }
                for file in written
            ],
            "afterwards": list(after),
            "afterwards_sha256": after,
        }


def _write_table(writer: TableWriter, source: Portable, table: str, path: Path, job: JobContext) -> TableFile:
    title = f"Writing {table}"
    job.progress(title)
    with telling_about(path):
        return writer.write(source, table, path, lambda rows: job.progress(title, rows, unit="rows"))


def _file_name(number: int, table: str, form: ExportFormat) -> str:
    """A number and what is harmless in the table's name: no name of a table becomes a path."""
    return f"{number:03}-{slug(table)}.{form.value}"


def _wanted(present: list[str], asked: tuple[str, ...]) -> tuple[str, ...]:
    for name in asked:
        if name not in present:
            raise NotFound(f"There is no table {name!r}", hint=f"There are: {', '.join(present) or 'none'}.")
    return tuple(name for name in present if not asked or name in asked)


def _ensure_free(directory: Path) -> None:
    with telling_about(directory):
        if directory.is_symlink() or (directory.exists() and not directory.is_dir()):
            raise Refused(f"{directory} is not a folder", code="not_a_folder", hint="Name a folder of its own.")
        if directory.is_dir() and any(directory.iterdir()):
            raise Refused(
                f"{directory} is not empty", code="not_empty", hint="Name a folder that is not there yet, or is empty."
            )


@contextmanager
def _folder(directory: Path) -> Iterator[Path]:
    """A hidden folder beside `directory`, which takes its name at the end; removed when anything goes wrong.

    What exports that were killed left there is swept up first.
    """
    target = directory.absolute()
    with telling_about(target):
        target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        sweep(target.parent, PartKind.EXPORT, _remove_folder)
    hidden = new_part(target.parent, PartKind.EXPORT)
    with contextlib.ExitStack() as stack:
        with telling_about(target):
            stack.enter_context(holding(hidden))
            hidden.mkdir(mode=0o700)
        try:
            yield hidden
            with telling_about(target):
                flush_folder(hidden)
                _ensure_free(target)
                with contextlib.suppress(FileNotFoundError):
                    target.rmdir()
                hidden.rename(target)
                flush_folder(target.parent)
        except BaseException:
            _remove_folder(hidden)
            raise


def _remove_folder(folder: Path) -> None:
    """As far as it can be; what is left is hidden, and tried again by the next export."""
    shutil.rmtree(folder, ignore_errors=True)


def _write_manifest(folder: Path, manifest: dict[str, Any]) -> None:
    """With its own checksum: the SHA-256 of its canonical JSON without that."""
    canonical = json.dumps(manifest, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    manifest |= {"checksum": hashlib.sha256(canonical.encode("utf-8", "surrogatepass")).hexdigest()}
    path = folder / MANIFEST
    with telling_about(path):
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "w", encoding="utf-8") as file:
            json.dump(manifest, file, indent=2)
            file.flush()
            os.fsync(file.fileno())
