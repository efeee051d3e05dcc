"""The files of a backup: nothing is visible under its final name before it is complete and flushed.

`NAME.sql.zst` holds plain SQL, `NAME.sql.zst.age` the same encrypted; `NAME.manifest.json` says what is true of it and
makes it a backup, `NAME.proof.json` says that it was restored and compared. Work in progress is a
locked hidden `.part` file; whatever a crash left is swept up by the next backup into that folder.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
import secrets
import stat
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager
from dataclasses import asdict, fields, replace
from datetime import datetime
from io import BufferedReader
from pathlib import Path
from typing import IO, Any, TypeVar

import msgspec
import zstandard

from pagevoo_console.domain.backup import MANIFEST_FORMAT, Backup, BackupManifest, FileEntry, Proof
from pagevoo_console.domain.errors import ConsoleError, Corrupt, Failed, NotFound
from pagevoo_console.services.backup_keys import BackupKeys
from pagevoo_console.services.dump_writer import DumpWriter, telling_about
from pagevoo_console.services.dump_writer import sha256_of as sha256_of
from pagevoo_console.services.encryption import Sealing
from pagevoo_console.services.failpoints import failpoint
from pagevoo_console.services.part_files import PartKind, holding, new_part, sweep
from pagevoo_console.services.private_files import flush_folder
from pagevoo_console.services.shared_file import SharedFile
from pagevoo_console.services.values import as_time

DUMP_SUFFIX = ".sql.zst"
SEALED_SUFFIX = ".sql.zst.age"
MANIFEST_SUFFIX = ".manifest.json"
PROOF_SUFFIX = ".proof.json"
MAX_MANIFEST_BYTES = 64 * 1024 * 1024
MAX_WINDOW_BYTES = 128 * 1024 * 1024
"""As much memory as `zstd -d` spends without being asked; a file that wants more is no dump of ours."""

_READ_BYTES = 128 * 1024

T = TypeVar("T", BackupManifest, Proof)


@contextmanager
def new_dump(directory: Path, sealing: Sealing | None = None) -> Iterator[DumpWriter]:
    """A hidden file in `directory` to dump into; removed at the end unless it has been published by then."""
    with telling_about(directory):
        directory.mkdir(mode=0o700, parents=True, exist_ok=True)
        sweep(directory, PartKind.DUMP, _remove_leftovers)
    part = new_part(directory, PartKind.DUMP)
    with ExitStack() as stack:
        with telling_about(part):
            stack.enter_context(holding(part))
        writer = None
        try:
            with telling_about(part):
                writer = DumpWriter(part, sealing)
            yield writer
        finally:
            if writer is not None:
                writer.close()
            part.unlink(missing_ok=True)
            Path(f"{part}.manifest").unlink(missing_ok=True)


def publish(directory: Path, part: Path, entry: FileEntry, manifest: BackupManifest, moment: datetime) -> Path:
    """Give a finished dump and its manifest their final names, the manifest last; returns the manifest's path.

    A name that exists gets `-2`, `-3`, …; nothing is ever overwritten.
    """
    base = f"{slug(manifest.database)}-{moment:%Y%m%dT%H%M%SZ}"
    suffix = DUMP_SUFFIX if manifest.seal is None else SEALED_SUFFIX
    with telling_about(directory):
        for number in range(1, 10_000):
            stem = base if number == 1 else f"{base}-{number}"
            dump, target = directory / f"{stem}{suffix}", directory / f"{stem}{MANIFEST_SUFFIX}"
            taken = (directory / f"{stem}{other}" for other in (DUMP_SUFFIX, SEALED_SUFFIX, MANIFEST_SUFFIX))
            if any(os.path.lexists(path) for path in taken):
                continue
            manifest = replace(manifest, files=(replace(entry, name=dump.name),))
            pending = Path(f"{part}.manifest")
            pending.unlink(missing_ok=True)
            _write_whole(pending, _encode(manifest))
            try:
                _give_name(part, dump)
            except FileExistsError:
                continue
            try:
                failpoint("backup.between_names")
                _give_name(pending, target)
            except BaseException as error:
                dump.replace(part)
                if isinstance(error, FileExistsError):
                    continue
                raise
            try:
                flush_folder(directory)
            except OSError:
                # What is told to have failed must not be found as a backup, the manifest being what makes it one.
                target.unlink()
                dump.replace(part)
                raise
            return target
    raise Failed(f"There are too many backups named {base} in {directory}", code="name_taken")


def prove(manifest_path: Path, proof: Proof) -> None:
    """Write the proof beside a backup; a newer proof replaces an older one, whole."""
    proof = replace(proof, checksum=_checksum(proof))
    target = _sibling(manifest_path, PROOF_SUFFIX)
    pending = target.with_name(f".{target.name}.{secrets.token_hex(4)}.part")
    with telling_about(target):
        try:
            _write_whole(pending, json.dumps(asdict(proof), indent=2).encode())
            pending.replace(target)
            flush_folder(target.parent)
        finally:
            pending.unlink(missing_ok=True)


def read_manifest(path: Path) -> BackupManifest:
    """A manifest, read strictly. Raises NotFound, or Corrupt with the reason; it is hostile until then."""
    manifest, unknown = _read(path, BackupManifest)
    if manifest.format > MANIFEST_FORMAT:
        raise Corrupt(
            f"{path} was written by a newer console (format {manifest.format})", hint="Update this console to read it."
        )
    if unknown or manifest.checksum != _checksum(manifest):
        raise Corrupt(f"{path} was changed after it was written", hint="Use another backup.")
    for entry in manifest.files:
        if entry.name != Path(entry.name).name or entry.name in ("", ".", "..") or "\0" in entry.name:
            raise Corrupt(f"{path} names a file outside its folder: {entry.name!r}")
    if not manifest.files:
        raise Corrupt(f"{path} names no file")
    if as_time(manifest.created_at) is None:
        raise Corrupt(f"{path} does not say when it was made")
    return manifest


def proved_at(manifest_path: Path, manifest: BackupManifest) -> datetime | None:
    """When this backup was last restored and compared; None where there is no proof, or the proof is of another."""
    path = _sibling(manifest_path, PROOF_SUFFIX)
    try:
        proof, unknown = _read(path, Proof)
    except ConsoleError:
        return None
    if unknown or proof.checksum != _checksum(proof):
        return None
    if (proof.backup, proof.manifest) != (manifest.id, manifest.checksum):
        return None
    return as_time(proof.verified_at)


def manifest_of(path: Path) -> Path:
    """The manifest that belongs to a path of a dump or of a manifest."""
    if path.name.endswith(MANIFEST_SUFFIX):
        return path
    if path.name.endswith((DUMP_SUFFIX, SEALED_SUFFIX)):
        return _sibling(path, MANIFEST_SUFFIX)
    raise NotFound(f"{path} is no backup: its name ends neither in {DUMP_SUFFIX} nor in {MANIFEST_SUFFIX}")


def proof_of(manifest_path: Path) -> Path:
    """Where the proof of a backup lies, if there is one."""
    return _sibling(manifest_path, PROOF_SUFFIX)


def describe(manifest_path: Path) -> Backup:
    """A backup as its manifest and proof tell it. Raises NotFound or Corrupt."""
    manifest = read_manifest(manifest_path)
    created = as_time(manifest.created_at)
    assert created is not None, "read_manifest has looked"
    entry = manifest.files[0]
    return Backup(
        id=manifest.id,
        tenant=manifest.tenant,
        database=manifest.database,
        generation=manifest.generation,
        path=(manifest_path.parent / entry.name).absolute(),
        size_bytes=entry.size_bytes,
        created_at=created,
        sha256=entry.sha256,
        encrypted=manifest.seal is not None,
        verified_at=proved_at(manifest_path, manifest),
        tables={name: content.rows for name, content in manifest.tables.items()},
        engine=manifest.engine,
        manifest_path=manifest_path.absolute(),
        seal=manifest.seal,
        server_identity=manifest.server_identity,
    )


def manifests_below(directory: Path) -> Iterator[Path]:
    """Every manifest in this folder and the folders below it, hidden ones left out."""
    if directory.is_dir():
        for path in sorted(directory.rglob(f"*{MANIFEST_SUFFIX}")):
            if not path.name.startswith(".") and path.is_file():
                yield path


@contextmanager
def open_dump(backup: Backup, keys: BackupKeys | None = None) -> Iterator[IO[bytes]]:
    """The plain SQL of a backup, from one descriptor whose bytes were hashed first: what is checked is what is read.

    Raises Corrupt when size or SHA-256 are not the manifest's, WrongKey where `keys` do not open an encrypted one.
    """
    with opening_dump(backup, keys) as open_source, open_source() as source:
        yield source


@contextmanager
def opening_dump(
    backup: Backup, keys: BackupKeys | None = None
) -> Iterator[Callable[[], AbstractContextManager[IO[bytes]]]]:
    """As `open_dump`, as often as wanted and from any thread, each time from the beginning; hashed once."""
    with _hashed(backup) as file:

        @contextmanager
        def open_source() -> Iterator[IO[bytes]]:
            with ExitStack() as stack:
                source: IO[bytes] = stack.enter_context(BufferedReader(SharedFile(file.fileno()), _READ_BYTES))
                if backup.encrypted:
                    source = stack.enter_context((keys or BackupKeys()).opened(backup, source))
                try:
                    decompressor = zstandard.ZstdDecompressor(max_window_size=MAX_WINDOW_BYTES)
                    with decompressor.stream_reader(source, read_across_frames=True) as reader:
                        yield reader
                except zstandard.ZstdError as error:
                    raise Corrupt(f"{backup.path} cannot be decompressed: {error}") from error

        yield open_source


def ensure_intact(backup: Backup) -> None:
    """Raise NotFound or Corrupt unless the file is there, and its size and SHA-256 are the manifest's. Needs no key."""
    with _hashed(backup):
        pass


def ensure_opens(backup: Backup, keys: BackupKeys) -> None:
    """Raise WrongKey unless something at hand opens this encrypted backup; its end is not looked at."""
    with (
        telling_about(backup.path),
        _open_regular(backup.path, getattr(os, "O_NOFOLLOW", 0)) as file,
        keys.opened(backup, file) as plain,
    ):
        plain.read(1)


@contextmanager
def _hashed(backup: Backup) -> Iterator[BufferedReader]:
    """A backup's file at its beginning, once all of it has been hashed."""
    with telling_about(backup.path), _open_regular(backup.path, getattr(os, "O_NOFOLLOW", 0)) as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
        size = file.tell()
        if size != backup.size_bytes or digest != backup.sha256:
            raise Corrupt(
                f"{backup.path} is not the file that was backed up: its SHA-256 or size differs",
                code="checksum_mismatch",
                hint="Use another backup, or fetch this one again.",
            )
        file.seek(0)
        yield file


def size_of(path: Path) -> int:
    """The size of a file. Raises NotFound."""
    with telling_about(path):
        return path.stat().st_size


def remove(backup: Backup) -> None:
    """Take a backup away, its manifest first: whatever is left of a removal that was cut short is no backup.

    The manifest gets the name of work in progress, by which the next backup into that folder finds the rest.
    """
    manifest_path = backup.manifest_path or manifest_of(backup.path)
    gone = Path(f"{new_part(manifest_path.parent, PartKind.DUMP)}.manifest")
    with telling_about(manifest_path):
        manifest_path.rename(gone)
        flush_folder(manifest_path.parent)
        failpoint("backup.removing")
        _sibling(manifest_path, PROOF_SUFFIX).unlink(missing_ok=True)
        backup.path.unlink(missing_ok=True)
        failpoint("backup.removed")
        gone.unlink(missing_ok=True)


def seal(manifest: BackupManifest) -> BackupManifest:
    """The manifest with its own checksum."""
    return replace(manifest, checksum=_checksum(manifest))


def slug(name: str) -> str:
    """A database's name as part of a file name: harmless on every file system; the real one is in the manifest."""
    return re.sub(r"[^A-Za-z0-9_-]", "_", name)[:80].strip("-") or "database"


def _remove_leftovers(part: Path) -> None:
    """What a crashed dump left: the part, the manifest it was to have, and a dump that has no manifest yet."""
    pending = Path(f"{part}.manifest")
    try:
        manifest = read_manifest(pending)
    except ConsoleError:
        manifest = None
    if manifest is not None:
        entry = manifest.files[0]
        dump = part.with_name(entry.name)
        final = _sibling(dump, MANIFEST_SUFFIX)
        if _is_placeholder(final):
            final.unlink()
        if _is_placeholder(dump) or (not final.exists() and _has_size(dump, entry.size_bytes)):
            dump.unlink()
    pending.unlink(missing_ok=True)
    part.unlink(missing_ok=True)


def _has_size(path: Path, size_bytes: int) -> bool:
    return path.is_file() and path.stat().st_size == size_bytes


def _is_placeholder(path: Path) -> bool:
    """An empty file that held a name where there are no links, until the real one was to take its place."""
    return _has_size(path, 0)


def _give_name(source: Path, target: Path) -> None:
    """Rename without ever replacing: a link where the file system has links, else an exclusive placeholder first."""
    try:
        os.link(source, target, follow_symlinks=False)
    except FileExistsError:
        raise
    except OSError:
        os.close(os.open(target, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))
        try:
            source.replace(target)
        except BaseException:
            target.unlink(missing_ok=True)
            raise
    else:
        source.unlink()


def _write_whole(path: Path, data: bytes) -> None:
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(data)
        file.flush()
        os.fsync(descriptor)


def _sibling(path: Path, suffix: str) -> Path:
    for known in (SEALED_SUFFIX, DUMP_SUFFIX, MANIFEST_SUFFIX, PROOF_SUFFIX):
        if path.name.endswith(known):
            return path.with_name(path.name.removesuffix(known) + suffix)
    return path.with_name(path.name + suffix)


def _encode(manifest: BackupManifest) -> bytes:
    return json.dumps(asdict(seal(manifest)), indent=2, ensure_ascii=False).encode()


def _checksum(told: BackupManifest | Proof) -> str:
    content: dict[str, Any] = asdict(told)
    del content["checksum"]
    if isinstance(told, BackupManifest):
        if told.seal is None:
            del content["seal"]
        if not told.others:  # of an engine that has none, or of an older version
            del content["others"]
        if not told.audit_trail:  # of an older version
            del content["audit_seq"], content["audit_trail"]
    canonical = json.dumps(content, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return hashlib.sha256(canonical.encode("utf-8", "surrogatepass")).hexdigest()


def _open_regular(path: Path, flags: int = 0) -> BufferedReader:
    """Open for reading what is a file and nothing else: a pipe that somebody planted would keep us waiting for ever."""
    descriptor = os.open(path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0) | flags)
    if not stat.S_ISREG(os.fstat(descriptor).st_mode):
        os.close(descriptor)
        raise Corrupt(f"{path} is not a file")
    return os.fdopen(descriptor, "rb")


def _read(path: Path, kind: type[T]) -> tuple[T, set[str]]:
    """What the file says, and the names in it that this version does not know."""
    with telling_about(path), _open_regular(path) as file:
        data = file.read(MAX_MANIFEST_BYTES + 1)
    if len(data) > MAX_MANIFEST_BYTES:
        raise Corrupt(f"{path} is too large to be what it claims")
    try:
        told = msgspec.json.decode(data, type=kind)
        names = msgspec.json.decode(data, type=dict[str, msgspec.Raw])
    except (msgspec.MsgspecError, UnicodeError, RecursionError) as error:
        raise Corrupt(f"{path} cannot be read: {error}", hint="It is damaged, or another program wrote it.") from error
    return told, names.keys() - {field.name for field in fields(kind)}
