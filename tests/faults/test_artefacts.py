"""Damaged and hostile backups: verification says no in a sentence, and a restore refuses before it writes anything."""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Callable
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

import pytest
import zstandard

from pagevoo_console.domain.backup import MANIFEST_FORMAT, Backup, BackupManifest
from pagevoo_console.domain.errors import ConsoleError, Refused
from pagevoo_console.services import backup_files
from pagevoo_console.services.jobs import JobContext
from tests.faults.scenes import LIVE, load, nothing_open, published_tenant, truth
from tests.masters import SqliteFolder
from tests.services.platform_world import World, folders_in, make_world


@pytest.fixture
def file_world(tmp_path: Path, pagevoo_home: Path) -> World:
    """A Pagevoo on SQLite, for what has nothing to do with engines."""
    folder = tmp_path / "masters"
    folder.mkdir()
    return make_world(SqliteFolder(lambda: folder).make_master(), folders_in(pagevoo_home))


@pytest.fixture
def tenant(file_world: World) -> str:
    tenant = published_tenant(file_world)
    load(file_world, tenant, 60_000)
    return tenant


@pytest.fixture
def backup(file_world: World, tenant: str) -> Backup:
    return file_world.console.backups.create(tenant, JobContext())


def manifest_path(backup: Backup) -> Path:
    assert backup.manifest_path is not None
    return backup.manifest_path


def forge(backup: Backup, **changes: Any) -> None:
    """Change the manifest and make its checksum fit, as somebody would who knows how."""
    manifest = backup_files.seal(replace(backup_files.read_manifest(manifest_path(backup)), **changes))
    manifest_path(backup).write_text(json.dumps(asdict(manifest)))


def put_dump(backup: Backup, content: bytes) -> None:
    """Put another dump in the place of the backup's, and make the manifest fit."""
    backup.path.write_bytes(content)
    entry = backup_files.read_manifest(manifest_path(backup)).files[0]
    forge(backup, files=(replace(entry, size_bytes=len(content), sha256=backup_files.sha256_of(backup.path)),))


def is_held(world: World, backup: Backup) -> bool:
    """What verification says; whatever it is, it is no error, and both ways of asking agree that it is a no."""
    quick = world.console.backups.verify(backup, JobContext(), quick=True)
    full = world.console.backups.verify(backup, JobContext())
    assert full.ok or full.problems
    assert not full.ok or quick.ok
    return full.ok


def restore(world: World, tenant: str, backup: Backup) -> None:
    plan = world.console.restores.plan(backup, tenant)
    world.console.restores.run(plan, world.name(tenant), JobContext())


def refuses(world: World, tenant: str, backup: Backup) -> str:
    """That a restore of this ends in one of our errors with the live database as it was; its code."""
    before = world.master.databases()
    with pytest.raises(ConsoleError) as caught:
        restore(world, tenant, backup)
    assert truth(world, tenant) == LIVE
    assert world.master.databases() == before
    assert nothing_open(world)
    return caught.value.code


def test_fault_163_a_flipped_bit_anywhere_is_found_and_never_restored(
    file_world: World, tenant: str, backup: Backup
) -> None:
    whole = backup.path.read_bytes()
    for place in (0, 3, 17, len(whole) // 3, len(whole) // 2, len(whole) - 5, len(whole) - 1):
        damaged = bytearray(whole)
        damaged[place] ^= 0x10
        backup.path.write_bytes(damaged)
        assert not is_held(file_world, backup)
    assert refuses(file_world, tenant, backup) == "checksum_mismatch"
    backup.path.write_bytes(whole)
    assert is_held(file_world, backup)


def test_fault_163_a_cut_or_longer_dump_is_found_and_never_restored(
    file_world: World, tenant: str, backup: Backup
) -> None:
    whole = backup.path.read_bytes()
    for damaged in (b"", whole[:1], whole[: len(whole) // 2], whole[:-1], whole + b"\0", whole + whole):
        backup.path.write_bytes(damaged)
        assert not is_held(file_world, backup)
    assert refuses(file_world, tenant, backup) == "checksum_mismatch"


def test_a_flipped_byte_anywhere_in_the_manifest_is_found(file_world: World, backup: Backup) -> None:
    whole = manifest_path(backup).read_bytes()
    content = json.loads(whole)
    for place in range(0, len(whole), len(whole) // 60):
        damaged = bytearray(whole)
        damaged[place] ^= 0x01
        manifest_path(backup).write_bytes(damaged)
        try:
            unchanged = json.loads(damaged) == content
        except ValueError:
            unchanged = False
        assert file_world.console.backups.verify(backup, JobContext(), quick=True).ok == unchanged


@pytest.mark.parametrize(
    "manifest",
    [
        b"",
        b"null",
        b"[]",
        b"{}",
        b"{" * 100_000,
        b'{"format":1,"x":' + b"[" * 200_000 + b"]" * 200_000 + b"}",
        b"\xff\xfe\x00",
        b'{"format": 1e999}',
        b'{"format": "1"}',
        b" " * (65 * 1024 * 1024),
    ],
    ids=["empty", "null", "list", "no fields", "unclosed", "deep", "no UTF-8", "huge number", "wrong type", "huge"],
)
def test_fault_161_a_manifest_that_is_none_is_no_backup(
    file_world: World, tenant: str, backup: Backup, manifest: bytes
) -> None:
    manifest_path(backup).write_bytes(manifest)
    assert not is_held(file_world, backup)
    assert file_world.console.backups.list(tenant) == ()
    assert refuses(file_world, tenant, backup) == "corrupt"
    with pytest.raises(ConsoleError):
        file_world.console.backups.get(str(backup.path))


def newer(_manifest: BackupManifest) -> dict[str, Any]:
    return {"format": MANIFEST_FORMAT + 1}


def in_a_folder(name: str) -> Callable[[BackupManifest], dict[str, Any]]:
    return lambda manifest: {"files": (replace(manifest.files[0], name=name),)}


def no_files(_: BackupManifest) -> dict[str, Any]:
    return {"files": ()}


def no_time(_: BackupManifest) -> dict[str, Any]:
    return {"created_at": "yesterday"}


def other_engine(_: BackupManifest) -> dict[str, Any]:
    return {"engine": "postgresql"}


def unknown_engine(_: BackupManifest) -> dict[str, Any]:
    return {"engine": "../../evil"}


def other_platform(_: BackupManifest) -> dict[str, Any]:
    return {"platform": "storefront"}


def other_sha(manifest: BackupManifest) -> dict[str, Any]:
    return {"files": (replace(manifest.files[0], sha256="0" * 64),)}


@pytest.mark.parametrize(
    "change",
    [
        pytest.param(change, id=name)
        for name, change in {
            "newer format": newer,
            "above": in_a_folder("../victim.sql.zst"),
            "absolute": in_a_folder("/etc/passwd"),
            "no name": in_a_folder(""),
            "dot dot": in_a_folder(".."),
            "nul": in_a_folder("a\0b"),
            "long": in_a_folder("x" * 5000),
            "surrogate": in_a_folder("\udcff.sql.zst"),
            "no files": no_files,
            "no time": no_time,
            "other sha": other_sha,
        }.items()
    ],
)
def test_fault_160_161_a_forged_manifest_is_no_and_never_restored(
    file_world: World, tenant: str, backup: Backup, change: Callable[[BackupManifest], dict[str, Any]]
) -> None:
    shutil.copy(backup.path, backup.path.parent.parent / "victim.sql.zst")
    forge(backup, **change(backup_files.read_manifest(manifest_path(backup))))
    try:
        backup = file_world.console.backups.get(str(manifest_path(backup)))
    except ConsoleError:
        assert file_world.console.backups.list(tenant) == ()
    verdict = file_world.console.backups.verify(backup, JobContext())
    assert not verdict.ok
    assert verdict.problems
    refuses(file_world, tenant, backup)


@pytest.mark.parametrize(
    ("change", "code"),
    [(other_engine, "other_engine"), (unknown_engine, "other_engine"), (other_platform, "other_platform")],
)
def test_fault_161_a_backup_that_belongs_elsewhere_is_refused_by_rule(
    file_world: World,
    tenant: str,
    backup: Backup,
    change: Callable[[BackupManifest], dict[str, Any]],
    code: str,
) -> None:
    forge(backup, **change(backup_files.read_manifest(manifest_path(backup))))
    elsewhere = file_world.console.backups.get(str(manifest_path(backup)))
    with pytest.raises(Refused) as caught:
        file_world.console.backups.verify(elsewhere, JobContext())
    assert caught.value.code == code
    assert refuses(file_world, tenant, elsewhere) in (code, "unknown_server")


def test_a_backup_without_its_manifest_is_none(file_world: World, tenant: str, backup: Backup) -> None:
    manifest_path(backup).unlink()
    assert file_world.console.backups.list(tenant) == ()
    with pytest.raises(ConsoleError) as caught:
        file_world.console.backups.get(str(backup.path))
    assert caught.value.code == "not_found"
    assert not is_held(file_world, backup)
    refuses(file_world, tenant, backup)


def test_fault_161_a_manifest_without_its_dump_is_a_no(file_world: World, tenant: str, backup: Backup) -> None:
    backup.path.unlink()
    assert not is_held(file_world, backup)
    refuses(file_world, tenant, backup)


def test_fault_161_another_tenants_manifest_beside_the_dump_is_a_no(
    file_world: World, tenant: str, backup: Backup
) -> None:
    other = file_world.console.backups.create(published_tenant(file_world), JobContext())
    shutil.copy(manifest_path(other), manifest_path(backup))
    swapped = file_world.console.backups.get(str(manifest_path(backup)))
    assert not is_held(file_world, swapped)
    assert refuses(file_world, tenant, swapped) == "other_tenant"


def test_fault_162_a_backup_exchanged_between_plan_and_restore_is_refused(
    file_world: World, tenant: str, backup: Backup
) -> None:
    other = file_world.console.backups.create(published_tenant(file_world), JobContext())
    plan = file_world.console.restores.plan(backup, tenant)
    entry = replace(backup_files.read_manifest(manifest_path(other)).files[0], name=backup.path.name)
    forge(other, files=(entry,))
    shutil.copy(other.path, backup.path)
    shutil.copy(manifest_path(other), manifest_path(backup))
    with pytest.raises(ConsoleError) as caught:
        file_world.console.restores.run(plan, file_world.name(tenant), JobContext())
    assert caught.value.code == "backup_changed"
    assert truth(file_world, tenant) == LIVE
    assert nothing_open(file_world)


@pytest.mark.parametrize("kind", ["a pipe", "a symlink", "a folder", "a device"])
def test_fault_160_what_is_no_file_is_neither_waited_for_nor_followed(
    file_world: World, tenant: str, backup: Backup, tmp_path: Path, kind: str
) -> None:
    kept = tmp_path / "kept"
    backup.path.replace(kept)
    match kind:
        case "a pipe":
            os.mkfifo(backup.path)
        case "a symlink":
            backup.path.symlink_to(kept)
        case "a folder":
            backup.path.mkdir()
        case _:
            backup.path.symlink_to("/dev/zero")
    assert not is_held(file_world, backup)
    refuses(file_world, tenant, backup)


def test_a_manifest_that_is_a_pipe_is_not_waited_for(file_world: World, backup: Backup) -> None:
    manifest_path(backup).unlink()
    os.mkfifo(manifest_path(backup))
    assert not is_held(file_world, backup)


def wide_window(plain: bytes) -> bytes:
    """A frame that asks for two gigabytes of memory before its first byte is read."""
    parameters = zstandard.ZstdCompressionParameters(window_log=31, compression_level=1)
    compressor = zstandard.ZstdCompressor(compression_params=parameters).compressobj()
    return compressor.compress(plain) + compressor.flush()


def bomb(_: bytes) -> bytes:
    """A gigabyte of nothing in a few kilobytes."""
    compressor = zstandard.ZstdCompressor(level=1).compressobj()
    block = bytes(16 * 1024 * 1024)
    return b"".join(compressor.compress(block) for _ in range(64)) + compressor.flush()


def one_long_line(plain: bytes) -> bytes:
    return zstandard.compress(plain.partition(b"\n")[0] + b"x" * 50_000_000)


def no_end(plain: bytes) -> bytes:
    return zstandard.compress(plain[: plain.rindex(b"-- pagevoo:end")])


def second_frame(plain: bytes) -> bytes:
    """What the engine's own client would run and we would not see, if we stopped at the first frame's end."""
    return zstandard.compress(plain) + zstandard.compress(b"DROP TABLE feature_settings;\n")


def fewer_rows(plain: bytes) -> bytes:
    return zstandard.compress(plain.replace(b"kept", b"gone"))


def unframed(_: bytes) -> bytes:
    return zstandard.compress(b"DROP TABLE feature_settings;\n")


def plain_text(plain: bytes) -> bytes:
    return plain


def is_seen_through(world: World, damage: Callable[[bytes], bytes]) -> None:
    """That a dump exchanged together with its checksums is a no, and is not restored."""
    tenant = published_tenant(world)
    backup = world.console.backups.create(tenant, JobContext())
    with backup_files.open_dump(backup) as dump:
        plain = dump.read()
    put_dump(backup, damage(plain))
    forged = world.console.backups.get(str(manifest_path(backup)))
    verdict = world.console.backups.verify(forged, JobContext())
    assert not verdict.ok
    assert verdict.problems
    refuses(world, tenant, forged)


@pytest.mark.parametrize(
    "damage",
    [wide_window, bomb, one_long_line, no_end, unframed, plain_text],
    ids=lambda damage: damage.__name__,
)
def test_fault_160_what_is_no_dump_is_a_no_whatever_its_checksums_say(
    file_world: World, damage: Callable[[bytes], bytes]
) -> None:
    is_seen_through(file_world, damage)


@pytest.mark.parametrize("damage", [second_frame, fewer_rows], ids=lambda damage: damage.__name__)
def test_fault_163_a_dump_of_other_content_is_a_no_whatever_its_checksums_say(
    world: World, damage: Callable[[bytes], bytes]
) -> None:
    is_seen_through(world, damage)


def test_fault_161_a_proof_of_another_manifest_proves_nothing(file_world: World, backup: Backup) -> None:
    assert file_world.console.backups.verify(backup, JobContext()).ok
    proved = file_world.console.backups.get(str(backup.path))
    assert proved.verified_at is not None
    forge(backup, consistent=False)
    assert file_world.console.backups.get(str(backup.path)).verified_at is None
