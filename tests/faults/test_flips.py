"""One bit flipped, or the rest cut off, at 64 places of every kind of file: 128 times a no."""

from __future__ import annotations

import hashlib
import json
import random
from collections.abc import Callable, Iterator
from dataclasses import asdict, replace
from functools import partial
from pathlib import Path

import pytest
import zstandard

from pagevoo_console.domain.backup import Backup
from pagevoo_console.domain.errors import ConsoleError
from pagevoo_console.domain.export import ExportFormat, ExportRequest
from pagevoo_console.services import backup_files
from pagevoo_console.services.jobs import JobContext
from pagevoo_console.services.secrets import Secret
from tests.faults.scenes import LIVE, load, published_tenant, truth
from tests.masters import SqliteFolder
from tests.services.platform_world import World, folders_in, make_world

PLACES = 64
PASSPHRASE = "nobody guesses eight words of a diceware list"


def damages(whole: bytes) -> Iterator[bytes]:
    """The file with one bit flipped, and cut short, within each of 64 equal stretches of it; always the same ones."""
    dice = random.Random(len(whole))
    for number in range(PLACES):
        place = dice.randrange(number * len(whole) // PLACES, (number + 1) * len(whole) // PLACES)
        yield whole[:place] + bytes([whole[place] ^ 1 << dice.randrange(8)]) + whole[place + 1 :]
        yield whole[:place]


def accepted(path: Path, is_accepted: Callable[[], bool]) -> int:
    """How many of 128 damages to this file nobody noticed; the file is whole again afterwards, and accepted."""
    whole = path.read_bytes()
    found = 0
    for damaged in damages(whole):
        path.write_bytes(damaged)
        found += is_accepted()
    path.write_bytes(whole)
    assert is_accepted()
    return found


def is_intact(world: World, backup: Backup) -> bool:
    """What a quick verification of the backup says, found by its path as a person names it."""
    try:
        named = world.console.backups.get(str(backup.path))
    except ConsoleError:
        return False
    return world.console.backups.verify(named, JobContext(), quick=True).ok


def manifest_path(backup: Backup) -> Path:
    assert backup.manifest_path is not None
    return backup.manifest_path


def tenant_of(world: World) -> str:
    """A tenant whose backup is some thousand bytes long."""
    tenant = published_tenant(world)
    load(world, tenant, 4_000)
    return tenant


@pytest.fixture
def file_world(tmp_path: Path, pagevoo_home: Path) -> World:
    """A Pagevoo on SQLite, for what has nothing to do with engines."""
    folder = tmp_path / "masters"
    folder.mkdir()
    return make_world(SqliteFolder(lambda: folder).make_master(), folders_in(pagevoo_home))


def test_fault_163_a_damaged_backup_is_refused_and_a_damaged_proof_proves_nothing(world: World) -> None:
    tenant = tenant_of(world)
    backups = world.console.backups
    backup = backups.prove(backups.create(tenant, JobContext()), JobContext())
    (proof,) = manifest_path(backup).parent.glob("*.proof.json")

    assert accepted(backup.path, lambda: is_intact(world, backup)) == 0
    assert accepted(manifest_path(backup), lambda: is_intact(world, backup)) == 0
    assert accepted(proof, lambda: backups.get(str(backup.path)).verified_at is not None) == 0

    backup.path.write_bytes(next(damages(backup.path.read_bytes())))
    with pytest.raises(ConsoleError):
        world.console.restores.run(world.console.restores.plan(backup, tenant), world.name(tenant), JobContext())
    assert truth(world, tenant) == LIVE


def test_fault_163_a_damaged_encrypted_backup_is_refused(file_world: World) -> None:
    backups = file_world.console.backups
    sealing = backups.keys.sealing(passphrase=Secret(PASSPHRASE))
    backup = backups.create(tenant_of(file_world), JobContext(), None, sealing)

    assert accepted(backup.path, lambda: is_intact(file_world, backup)) == 0
    assert accepted(manifest_path(backup), lambda: is_intact(file_world, backup)) == 0


def test_fault_163_a_damaged_file_of_an_export_differs_from_its_manifest(file_world: World, tmp_path: Path) -> None:
    tenant = tenant_of(file_world)
    for form in (ExportFormat.SQL, ExportFormat.CSV, ExportFormat.JSONL):
        written = file_world.console.exports.run(ExportRequest(tenant, tmp_path / form.value, form), JobContext())

        for path in written.files:
            if path.stat().st_size >= PLACES:
                assert accepted(path, partial(export_holds, written.directory)) == 0


def export_holds(folder: Path) -> bool:
    """Whether an export is what its manifest says and the manifest what was written; without any code of ours."""
    try:
        told = json.loads((folder / "manifest.json").read_text())
    except ValueError:
        return False
    checksum = told.pop("checksum", None)
    canonical = json.dumps(told, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    if checksum != hashlib.sha256(canonical.encode()).hexdigest():
        return False
    sums = {table["file"]: table["sha256"] for table in told["tables"]} | told["afterwards_sha256"]
    return all(hashlib.sha256((folder / name).read_bytes()).hexdigest() == wanted for name, wanted in sums.items())


def test_fault_163_a_flipped_bit_in_a_row_fails_the_proof_though_every_checksum_fits(file_world: World) -> None:
    backups = file_world.console.backups
    backup = backups.create(tenant_of(file_world), JobContext())
    with backup_files.open_dump(backup) as dump:
        plain = dump.read()
    ballast = plain.index(b"VALUES", plain.index(b"-- pagevoo:rows ballast")) + len(b"VALUES")
    rows = range(ballast, plain.index(b";", ballast))
    dice = random.Random(163)
    for place in sorted(dice.sample(rows, PLACES)):
        damaged = plain[:place] + bytes([plain[place] ^ 1 << dice.randrange(8)]) + plain[place + 1 :]
        forge(backup, zstandard.compress(damaged))
        assert not backups.verify(backups.get(backup.id), JobContext()).ok, place
    forge(backup, zstandard.compress(plain))
    assert backups.verify(backups.get(backup.id), JobContext()).ok


def forge(backup: Backup, content: bytes) -> None:
    """Put another dump in the place of the backup's, and make the manifest fit."""
    backup.path.write_bytes(content)
    manifest = backup_files.read_manifest(manifest_path(backup))
    entry = replace(manifest.files[0], size_bytes=len(content), sha256=backup_files.sha256_of(backup.path))
    manifest_path(backup).write_text(json.dumps(asdict(backup_files.seal(replace(manifest, files=(entry,))))))
