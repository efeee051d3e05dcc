"""What dies half-way leaves something hidden behind, and the next one into the same folder clears it away."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from pagevoo_console.domain.errors import Failed
from pagevoo_console.domain.export import ExportFormat, ExportRequest
from pagevoo_console.services.jobs import JobContext
from tests.masters import SqliteFolder
from tests.services.platform_world import World, folders_in, make_world


@pytest.fixture
def file_world(tmp_path: Path, pagevoo_home: Path) -> World:
    """A Pagevoo on SQLite: what lies in folders has nothing to do with engines."""
    folder = tmp_path / "masters"
    folder.mkdir()
    return make_world(SqliteFolder(lambda: folder).make_master(), folders_in(pagevoo_home))


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    folder = tmp_path / "copies"
    folder.mkdir()
    return folder


def test_an_export_that_was_killed_is_cleared_away_by_the_next_one(file_world: World, folder: Path) -> None:
    tenant, _ = file_world.provisioned()
    assert _spawned(file_world, "export.written=kill", "tenant", "export", tenant, "--to", str(folder / "one")) == -9
    left = [path for path in folder.iterdir() if path.is_dir()]
    assert len(left) == 1
    assert left[0].name.startswith(".pagevoo-export-")
    assert any(left[0].iterdir())

    _export(file_world, tenant, folder / "two", JobContext())

    assert sorted(path.name for path in folder.iterdir()) == ["two"]


def test_an_export_on_its_way_is_left_alone_by_the_next_one_and_by_backups(file_world: World, folder: Path) -> None:
    tenant, _ = file_world.provisioned()
    done: list[str] = []

    def meanwhile() -> None:
        if not done:
            done.append("export")
            _export(file_world, tenant, folder / "two", JobContext())
            file_world.console.backups.create(tenant, JobContext(), folder)

    _export(file_world, tenant, folder / "one", JobContext(on_progress=lambda _: meanwhile()))

    assert done
    assert (folder / "one" / "manifest.json").is_file()
    assert (folder / "two" / "manifest.json").is_file()
    assert [path.name for path in folder.iterdir() if path.name.startswith(".")] == []


def test_what_an_export_left_does_not_keep_backups_out_of_the_folder(file_world: World, folder: Path) -> None:
    tenant, _ = file_world.provisioned()
    (folder / ".pagevoo-export-0123456789abcdef.part").mkdir()

    backup = file_world.console.backups.create(tenant, JobContext(), folder)

    assert backup.path.is_file()


def test_names_that_only_look_like_ours_are_never_removed(file_world: World, folder: Path, tmp_path: Path) -> None:
    tenant, _ = file_world.provisioned()
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    (elsewhere / "precious").touch()
    (folder / ".pagevoo-export-notes.part").mkdir()
    (folder / ".pagevoo-export-0123456789abcdef.part").symlink_to(elsewhere, target_is_directory=True)

    _export(file_world, tenant, folder / "copy", JobContext())

    assert (folder / ".pagevoo-export-notes.part").is_dir()
    assert (elsewhere / "precious").exists()


def test_a_backup_that_was_killed_is_cleared_away_with_its_lock(file_world: World, folder: Path) -> None:
    tenant, _ = file_world.provisioned()
    for place in ("backup.dumped", "backup.between_names"):
        assert _spawned(file_world, f"{place}=kill", "backup", "create", tenant, "--to", str(folder)) == -9
        assert any(path.name.startswith(".") for path in folder.iterdir())

    file_world.console.backups.create(tenant, JobContext(), folder)

    names = sorted(path.name for path in folder.iterdir())
    assert [name.partition(".")[2] for name in names] == ["manifest.json", "sql.zst"]


def _export(world: World, tenant: str, directory: Path, job: JobContext) -> None:
    world.console.exports.run(ExportRequest(tenant, directory, ExportFormat.JSONL), job)


def _spawned(world: World, failpoint: str, *arguments: str) -> int:
    """The exit code of a command in a process of its own that dies at a failpoint."""
    form = ["--format", "jsonl"] if "export" in arguments else []
    return subprocess.run(
        [sys.executable, "-m", "pagevoo_console", *arguments, *form],
        env={**os.environ, **world.master.environment, "PAGEVOO_FAIL": failpoint},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        timeout=120,
        check=False,
    ).returncode


def test_a_dump_that_gets_no_manifest_does_not_keep_its_name(
    file_world: World, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    tenant, _ = file_world.provisioned()
    monkeypatch.setenv("PAGEVOO_FAIL", "backup.between_names=raise")
    with pytest.raises(Failed):
        file_world.console.backups.create(tenant, JobContext(), folder)
    assert list(folder.iterdir()) == []


def test_names_that_were_only_held_are_let_go(file_world: World, folder: Path) -> None:
    """Without links a name is held by an empty file first: a process that dies then leaves it behind."""
    tenant, _ = file_world.provisioned()
    assert _spawned(file_world, "backup.between_names=kill", "backup", "create", tenant, "--to", str(folder)) == -9
    (dump,) = folder.glob("*.sql.zst")
    dump.with_name(dump.name.replace(".sql.zst", ".manifest.json")).touch()

    file_world.console.backups.create(tenant, JobContext(), folder)

    assert [path.name.partition(".")[2] for path in sorted(folder.iterdir())] == ["manifest.json", "sql.zst"]
    assert len(file_world.console.backups.list(tenant)) == 1
