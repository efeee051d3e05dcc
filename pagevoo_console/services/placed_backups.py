"""Backups that lie in a place: listed by their manifests, proved, restored and taken away there.

What is restored is first copied to this machine and compared with its manifest, so that it passes the same gate as any.
"""

from __future__ import annotations

import hashlib
import os
import re
import secrets
import shutil
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

from pagevoo_console.domain.backup import Backup, Verdict
from pagevoo_console.domain.errors import ConsoleError, Corrupt, Failed, NotFound
from pagevoo_console.domain.place import Place, read_placed
from pagevoo_console.services import backup_files as files
from pagevoo_console.services.backups import Backups
from pagevoo_console.services.dump_writer import telling_about
from pagevoo_console.services.jobs import JobContext
from pagevoo_console.services.operations import Operations
from pagevoo_console.services.part_restores import RESTORE_PART, PartPlan, PartRestores
from pagevoo_console.services.places import Places, StoredFile
from pagevoo_console.services.private_files import flush_folder, make_folder
from pagevoo_console.services.restores import RESTORE, RestorePlan, Restores

_MANIFEST = re.compile(r"[A-Za-z0-9_-]{1,120}\.manifest\.json")
_READERS = 8
_BEGINNING_BYTES = 256 * 1024
"""Enough of an encrypted file to see whether a key opens it."""
_MAX_PROOF_BYTES = 64 * 1024
_FORGOTTEN_SECONDS = 24 * 3600


class PlacedBackups:
    """The backups of one platform in places. Safe to call from any thread.

    `folder` is for copies on their way to be restored, `cache` for manifests that were read before; both are private.
    """

    def __init__(
        self, platform: str, places: Places, backups: Backups, restores: Restores, parts: PartRestores,
        operations: Operations, folder: Path, cache: Path,
    ) -> None:  # fmt: skip
        self._platform = platform
        self._places = places
        self._backups = backups
        self._restores = restores
        self._parts = parts
        self._operations = operations
        self._folder = folder
        self._cache = cache

    # --- finding ----------------------------------------------------------------------------------------------------

    def list(self, place: Place, tenant: str | None = None) -> tuple[Backup, ...]:
        """The platform's backups that are whole there, newest first, as their manifests tell.

        Left out is what is no backup: no readable manifest, or a dump that is missing or of another size. Raises
        Refused, Unreachable or NotFound.
        """
        stored = self._places.stored(place)
        names = sorted(name for name in stored if _MANIFEST.fullmatch(name))
        self._forget_others(place, stored, names)
        with ThreadPoolExecutor(_READERS, thread_name_prefix="manifests") as pool:
            described = pool.map(lambda name: self._described(place, name, stored), names)
            found = [backup for backup in described if backup is not None and tenant in (None, backup.tenant)]
        return tuple(sorted(found, key=lambda backup: (backup.created_at, backup.id), reverse=True))

    def get(self, url: str) -> Backup:
        """The backup whose dump or manifest has this URL. Raises WrongUsage, NotFound or Corrupt."""
        place, name = read_placed(url)
        manifest = files.manifest_of(Path(name)).name
        found = self._described(place, manifest, self._places.stored(place))
        if found is None:
            raise NotFound(
                f"There is no backup {url}",
                hint=f"`backup list --place {place.address}` shows those that are whole, of this platform.",
            )
        return found

    def _described(self, place: Place, name: str, stored: dict[str, StoredFile]) -> Backup | None:
        if name not in stored:
            return None
        with suppress(Corrupt, NotFound):
            path = self._cached(place, stored[name], stored.get(files.proof_of(Path(name)).name))
            manifest = files.read_manifest(path)
            entry = manifest.files[0]
            dump = stored.get(entry.name)
            is_ours = manifest.platform == self._platform and files.manifest_of(Path(entry.name)).name == name
            if is_ours and dump is not None and dump.size_bytes == entry.size_bytes:
                return replace(files.describe(path), place=place.url(entry.name))
        return None

    def _cached(self, place: Place, manifest: StoredFile, proof: StoredFile | None) -> Path:
        """A manifest with its proof on this machine, read once for as long as neither changes there."""
        folder = self._cache_of(place) / _version(manifest, proof)
        path = folder / manifest.name
        if not path.is_file():
            make_folder(folder)
            if proof is not None:
                self._keep(folder / proof.name, self._places.content(place, proof.name, _MAX_PROOF_BYTES))
            self._keep(path, self._places.content(place, manifest.name, files.MAX_MANIFEST_BYTES))
        return path

    def _cache_of(self, place: Place) -> Path:
        return self._cache / hashlib.sha256(place.address.encode()).hexdigest()[:24]

    def _forget_others(self, place: Place, stored: dict[str, StoredFile], names: Sequence[str]) -> None:
        """Throw away what was read of manifests that are not there any more, or not like that."""
        folder = self._cache_of(place)
        if folder.is_dir():
            used = {_version(stored[name], stored.get(files.proof_of(Path(name)).name)) for name in names}
            for entry in folder.iterdir():
                if entry.name not in used:
                    shutil.rmtree(entry, ignore_errors=True)

    # --- proving ----------------------------------------------------------------------------------------------------

    def verify(self, backup: Backup, job: JobContext, *, quick: bool = False) -> Verdict:
        """Compare what lies there with its manifest; unless `quick` also restore a copy, and leave the proof there."""
        place, name = read_placed(backup.place)
        if quick:
            job.progress(f"Reading {name}")
            is_same = self._places.sha256(place, name, job) == backup.sha256
            return Verdict(is_same, True, (), () if is_same else (f"{backup.place} is not what was backed up",))
        copy = self.prepared(backup)
        try:
            try:
                self.bring(copy, job)
            except Corrupt as error:
                return Verdict(False, False, (), (error.message,))
            verdict = self._backups.verify(copy, job)
            if verdict.ok:
                self._places.send_proof(copy, place)
            return verdict
        finally:
            self._let_go(copy)

    def prove(self, backup: Backup, job: JobContext) -> Backup:
        """Verify in full and raise Failed (`not_proved`) unless it holds; returns the backup with its proof."""
        verdict = self.verify(backup, job)
        if not verdict.ok:
            raise Failed(
                f"{backup.place} does not restore to what was dumped: {'; '.join(verdict.problems)}",
                code="not_proved",
                hint="Send another one.",
            )
        return self.get(backup.place)

    # --- restoring --------------------------------------------------------------------------------------------------

    def prepared(self, backup: Backup) -> Backup:
        """The same backup with as much of it on this machine as a plan looks at; the dump itself is brought later.

        That is its manifest, and of an encrypted one the beginning, with which a key can be tried.
        """
        self._sweep()
        backup = self.get(backup.place)
        folder = make_folder(self._folder / files.slug(backup.id))
        manifest = backup.manifest_path or files.manifest_of(backup.path)
        with telling_about(folder):
            for path in (manifest, files.proof_of(manifest)):
                if path.is_file():
                    self._keep(folder / path.name, path.read_bytes())
        copy = replace(files.describe(folder / manifest.name), place=backup.place)
        if copy.encrypted and not copy.path.is_file():
            place, name = read_placed(backup.place)
            self._keep(copy.path, self._places.beginning(place, name, min(_BEGINNING_BYTES, backup.size_bytes)))
        return copy

    def bring(self, backup: Backup, job: JobContext) -> None:
        """Have the whole dump of a prepared backup here. Raises Corrupt where it is not what its manifest says."""
        with suppress(Corrupt, NotFound):
            files.ensure_intact(backup)
            return
        place, name = read_placed(backup.place)
        if not (backup.manifest_path or files.manifest_of(backup.path)).is_file():
            self.prepared(backup)
        part = backup.path.with_name(f".{backup.path.name}.part")
        part.unlink(missing_ok=True)
        try:
            digest = self._places.download(place, name, part, backup.size_bytes, job)
            if digest != backup.sha256:
                raise Corrupt(f"{backup.place} is not the file that was backed up", code="checksum_mismatch",
                              hint="Use another backup.")  # fmt: skip
            with telling_about(backup.path):
                part.replace(backup.path)
                flush_folder(backup.path.parent)
        finally:
            part.unlink(missing_ok=True)

    def restore(self, plan: RestorePlan | PartPlan, confirmation: str | None, job: JobContext) -> dict[str, Any]:
        """Bring a prepared backup here and carry its plan out, all of it or a part.

        The copy stays where the operation was interrupted.
        """
        carry_out = self._restoring(plan, confirmation)
        if (isinstance(plan, PartPlan) or plan.needs_confirmation) and confirmation != plan.database:
            return carry_out(job)
        self.bring(plan.backup, job)
        try:
            return carry_out(job)
        finally:
            if plan.tenant not in self._unfinished():
                self._let_go(plan.backup)

    def _restoring(
        self, plan: RestorePlan | PartPlan, confirmation: str | None
    ) -> Callable[[JobContext], dict[str, Any]]:
        if isinstance(plan, PartPlan):
            return partial(self._parts.run, plan, confirmation)
        return partial(self._restores.run, plan, confirmation)

    def _unfinished(self) -> frozenset[str]:
        """The tenants on whose databases a restore is open: they need their copies still."""
        kinds = (RESTORE, RESTORE_PART)
        return frozenset(one.tenant for one in self._operations.list(open_only=True) if one.kind in kinds)

    def _sweep(self) -> None:
        """Remove copies that nobody comes back for: a day old, of tenants whose restores have all ended."""
        if not self._folder.is_dir():
            return
        needed = self._unfinished()
        for folder in self._folder.iterdir():
            manifests = list(folder.glob(f"*{files.MANIFEST_SUFFIX}")) if folder.is_dir() else []
            with suppress(ConsoleError):
                if manifests and files.read_manifest(manifests[0]).tenant in needed:
                    continue
            with suppress(FileNotFoundError):
                if time.time() - folder.stat().st_mtime > _FORGOTTEN_SECONDS:
                    shutil.rmtree(folder, ignore_errors=True)

    def _let_go(self, backup: Backup) -> None:
        shutil.rmtree(backup.path.parent, ignore_errors=True)

    # --- removing ---------------------------------------------------------------------------------------------------

    def remove(self, backup: Backup) -> None:
        """Take a backup away, its manifest first: what is left of a removal that was cut short is no backup."""
        place, name = read_placed(backup.place)
        manifest = files.manifest_of(Path(name))
        self._places.remove(place, (manifest.name, files.proof_of(manifest).name, name))

    def _keep(self, path: Path, content: bytes) -> None:
        """A file of the owner's alone, whole or not at all."""
        part = path.with_name(f".{path.name}.{secrets.token_hex(4)}.part")
        with telling_about(path):
            with os.fdopen(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
                file.write(content)
            part.replace(path)


def _version(manifest: StoredFile, proof: StoredFile | None) -> str:
    """What changes whenever one of the two does there."""
    wanted = "\0".join((manifest.name, manifest.tag, "" if proof is None else proof.tag))
    return hashlib.sha256(wanted.encode("utf-8", "surrogatepass")).hexdigest()[:40]
