"""Disks that are full, closed or in the way: an error that says where, and no file that could be taken for a backup."""

from __future__ import annotations

import errno
import os
import random
import shutil
from datetime import UTC, datetime
from pathlib import Path

import pytest

from pagevoo_console.domain.backup import MANIFEST_FORMAT, BackupManifest
from pagevoo_console.domain.errors import ConsoleError, Failed
from pagevoo_console.domain.job import Progress
from pagevoo_console.services import backup_files
from pagevoo_console.services.jobs import JobContext
from tests.faults.scenes import LIVE, delete, files_in, load, nothing_open, published_tenant, truth
from tests.faults.small_disk import files_no_larger_than, small_disk
from tests.services.platform_world import World

MOMENT = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)
NAME = "pagevoo_website_7-20260102T030405Z"
NOWHERE = "/sys/kernel"
"""A folder that is there on every Linux and in which nobody can make a file, not even root."""


def manifest() -> BackupManifest:
    return BackupManifest(
        MANIFEST_FORMAT, "one", "1", "pagevoo", "7", "pagevoo_website_7", "1", "sqlite", "s", "i", "3", "", "",
        "2026-01-02T03:04:05Z", {}, {}, "f", True, (), (), {}, (),
    )  # fmt: skip


def publish(folder: Path, content: bytes = b"SELECT 1;\n") -> Path:
    with backup_files.new_dump(folder) as writer:
        writer.write(content)
        entry = writer.finish()
        return backup_files.publish(folder, writer.part, entry, manifest(), MOMENT)


def _published_within(room: int, folder: Path, content: bytes) -> Failed | None:
    """What publishing comes to where no file may be larger than `room` bytes."""
    with files_no_larger_than(room):
        try:
            publish(folder, content)
        except Failed as error:
            return error
        return None


def test_fault_9_a_backup_onto_a_full_disk_says_where_and_what_is_free_and_leaves_nothing(
    world: World, tmp_path: Path
) -> None:
    tenant = published_tenant(world)
    load(world, tenant, 2_000_000)
    with small_disk(tmp_path / "small", 1_000_000) as folder:
        with pytest.raises(Failed) as caught:
            world.console.backups.create(tenant, JobContext(), to=folder)
        assert files_in(folder) == []
    assert caught.value.code == "disk_full"
    assert str(folder) in caught.value.message
    assert "bytes are free" in caught.value.hint
    assert world.console.backups.list(tenant) == ()
    assert truth(world, tenant) == LIVE
    newest = world.console.audit.events(tenant=tenant, limit=1)[1][0]
    assert (newest.action, newest.outcome) == ("backup.create", "failed")


def test_fault_9_a_deletion_whose_backup_finds_no_room_stops_before_anything_has_changed(
    world: World, tmp_path: Path
) -> None:
    tenant = published_tenant(world)
    load(world, tenant, 2_000_000)
    with small_disk(tmp_path / "small", 1_000_000) as folder:
        with pytest.raises(Failed) as caught:
            delete(world, tenant, to=folder)
        assert files_in(folder) == []
    assert caught.value.code == "disk_full"
    assert truth(world, tenant) == LIVE
    assert nothing_open(world)


def test_fault_9_a_disk_that_fills_up_at_any_byte_leaves_no_backup(tmp_path: Path) -> None:
    """A little more room each time, until there is enough: dump, manifest and everything between them."""
    content = random.Random(1).randbytes(6_000)
    for room in range(0, 100_000, 211):
        folder = tmp_path / str(room)
        if (error := _published_within(room, folder, content)) is None:
            break
        assert error.code == "disk_full"
        assert files_in(folder) == []
    assert room > len(content)
    assert files_in(folder) == [f"{NAME}.manifest.json", f"{NAME}.sql.zst"]


class FailingFlush:
    """`os.fsync` whose n-th call fails as a disk's does; `was_reached` tells whether there were so many."""

    def __init__(self, number: int, code: int) -> None:
        self._left = number
        self._code = code
        self._flush = os.fsync
        self.was_reached = False

    def __call__(self, descriptor: int) -> None:
        self._left -= 1
        if self._left == 0:
            self.was_reached = True
            raise OSError(self._code, os.strerror(self._code))
        self._flush(descriptor)


def _published_with(flush: FailingFlush, folder: Path, monkeypatch: pytest.MonkeyPatch) -> Failed | None:
    """What publishing comes to where the disk flushes like this."""
    with monkeypatch.context() as patched:
        patched.setattr(os, "fsync", flush)
        try:
            publish(folder)
        except Failed as error:
            return error
        return None


@pytest.mark.parametrize(("code", "told"), [(errno.EIO, "disk_error"), (errno.ENOSPC, "disk_full")])
def test_fault_10_11_a_disk_that_fails_only_when_it_is_flushed_leaves_no_backup(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, code: int, told: str
) -> None:
    """The first flush fails, then the second, until there are no more: the dump's, the manifest's, the folder's."""
    for number in range(1, 100):
        flush = FailingFlush(number, code)
        folder = tmp_path / str(number)
        if (error := _published_with(flush, folder, monkeypatch)) is None:
            break
        assert error.code == told
        assert str(folder) in error.message + error.hint
        assert files_in(folder) == [], f"flush {number}"
    assert not flush.was_reached
    assert number > 3
    assert files_in(folder) == [f"{NAME}.manifest.json", f"{NAME}.sql.zst"]


@pytest.mark.parametrize("where", [NOWHERE, "a file/below it"])
def test_fault_14_a_folder_in_which_nothing_can_be_made_is_an_error_with_its_path(
    world: World, tmp_path: Path, where: str
) -> None:
    tenant = published_tenant(world)
    (tmp_path / "a file").write_text("not a folder")
    folder = tmp_path / where
    with pytest.raises(ConsoleError) as caught:
        world.console.backups.create(tenant, JobContext(), to=folder)
    assert caught.value.exit_code == 1
    assert str(folder) in caught.value.message
    with pytest.raises(ConsoleError):
        delete(world, tenant, to=folder)
    assert truth(world, tenant) == LIVE
    assert nothing_open(world)


def test_fault_14_a_folder_that_vanishes_while_it_is_dumped_into_is_an_error(world: World, tmp_path: Path) -> None:
    tenant = published_tenant(world)
    folder = tmp_path / "going"

    def remove(_: Progress) -> None:
        shutil.rmtree(folder, ignore_errors=True)

    with pytest.raises(ConsoleError) as caught:
        world.console.backups.create(tenant, JobContext(on_progress=remove), to=folder)
    assert caught.value.exit_code == 1
    assert not folder.exists() or files_in(folder) == []
    assert world.console.backups.list(tenant) == ()


@pytest.mark.parametrize("suffix", [".sql.zst", ".manifest.json"])
@pytest.mark.parametrize("planted", ["a file", "a dangling symlink", "a symlink to a file", "a folder"])
def test_fault_14_15_what_stands_in_the_way_is_never_overwritten_nor_followed(
    tmp_path: Path, suffix: str, planted: str
) -> None:
    folder, victim = tmp_path / "backups", tmp_path / "victim"
    folder.mkdir()
    taken = folder / f"{NAME}{suffix}"
    match planted:
        case "a file":
            taken.write_text("mine")
        case "a folder":
            taken.mkdir()
        case "a symlink to a file":
            victim.write_text("mine")
            taken.symlink_to(victim)
        case _:
            taken.symlink_to(victim)
    path = publish(folder)
    assert path.name == f"{NAME}-2.manifest.json"
    backup = backup_files.describe(path)
    with backup_files.open_dump(backup) as dump:
        assert dump.read() == b"SELECT 1;\n"
    if planted in ("a file", "a symlink to a file"):
        assert taken.read_text() == "mine"
    assert victim.exists() == (planted == "a symlink to a file")
    others = [name for name in files_in(folder) if name != taken.name]
    assert others == [f"{NAME}-2.manifest.json", f"{NAME}-2.sql.zst"]


def test_fault_15_somebody_who_takes_the_manifests_name_in_between_gets_to_keep_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    taken = tmp_path / f"{NAME}.manifest.json"

    def meanwhile(_: str) -> None:
        if not taken.exists():
            taken.write_text("mine")

    monkeypatch.setattr(backup_files, "failpoint", meanwhile)
    path = publish(tmp_path)
    assert taken.read_text() == "mine"
    assert files_in(tmp_path) == sorted([taken.name, path.name, path.name.replace(".manifest.json", ".sql.zst")])


def test_files_of_a_backup_are_readable_by_their_owner_alone(tmp_path: Path) -> None:
    publish(tmp_path / "made")
    made = tmp_path / "made"
    assert made.stat().st_mode & 0o777 == 0o700
    assert {path.stat().st_mode & 0o777 for path in made.iterdir()} == {0o600}


def test_a_disk_that_lies_about_what_it_wrote_is_found_out(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "fsync", lambda descriptor: os.pwrite(descriptor, b"lie", 8))
    with pytest.raises(Failed) as caught:
        publish(tmp_path, random.Random(2).randbytes(50_000))
    assert caught.value.code == "disk_error"
    assert files_in(tmp_path) == []
