"""A backup whose files are complete is a backup, whatever becomes of its entry in the master."""

from __future__ import annotations

import json
import os
from pathlib import Path

from pagevoo_console.services.jobs import JobContext
from tests.masters import SqliteFolder
from tests.services.platform_world import World, folders_in, make_world


def test_a_backup_that_cannot_be_entered_is_told_so_and_listed_until_it_can(world: World, tmp_path: Path) -> None:
    tenant, _ = world.provisioned()
    lines: list[str] = []
    world.write("ALTER TABLE console_backups RENAME TO put_away")

    made = world.console.backups.create(tenant, JobContext(on_line=lines.append), tmp_path / "elsewhere")

    assert made.path.is_file()
    assert any("is complete, but could not be entered" in line and str(made.path) in line for line in lines)
    assert [one.id for one in world.console.backups.list(tenant)] == [made.id]
    assert world.console.backup_index.newest() == {tenant: (made.created_at, None)}

    world.write("ALTER TABLE put_away RENAME TO console_backups")
    assert [one.id for one in world.console.backups.list()] == [made.id]
    assert world.console.backups.get(made.id) == made
    second = world.console.backups.create(tenant, JobContext(), tmp_path / "elsewhere")
    assert sorted(world.write("SELECT id FROM console_backups")) == sorted([(made.id,), (second.id,)])
    assert {one.id for one in world.console.backups.list()} == {made.id, second.id}
    assert list(world.folders.state.glob("backups-*/*")) == []


def test_a_backup_whose_outcome_cannot_be_audited_stands_and_is_in_the_journal(world: World, tmp_path: Path) -> None:
    tenant, _ = world.provisioned()
    away: list[str] = []

    def put_away(_: object) -> None:
        if not away:
            for table in ("console_backups", "console_audit_events"):
                world.write(f"ALTER TABLE {table} RENAME TO away_{table}")
                away.append(table)

    made = world.console.backups.create(tenant, JobContext(on_progress=put_away), tmp_path / "elsewhere")

    assert away
    assert made.path.is_file()
    assert [one.id for one in world.console.backups.list(tenant)] == [made.id]
    for table in away:
        world.write(f"ALTER TABLE away_{table} RENAME TO {table}")
    journal = [json.loads(line) for line in (world.folders.state / "audit.jsonl").read_text().splitlines()]
    noted = [entry for entry in journal if entry.get("journal_only")]
    assert [(one["action"], one["outcome"], one["tenant"]) for one in noted] == [("backup.create", "done", tenant)]
    assert made.id in noted[0]["after_state"]
    assert world.console.audit.verify().ok


def test_a_folder_whose_name_is_not_text_takes_backups_too(tmp_path: Path, pagevoo_home: Path) -> None:
    masters = tmp_path / "masters"
    masters.mkdir()
    world = make_world(SqliteFolder(lambda: masters).make_master(), folders_in(pagevoo_home))
    tenant, _ = world.provisioned()
    folder = Path(os.fsdecode(os.fsencode(tmp_path) + b"/caf\xe9"))

    made = world.console.backups.create(tenant, JobContext(), folder)

    assert made.path.is_file()
    assert [one.path for one in world.console.backups.list(tenant)] == [made.path]
    assert "caf\\udce9" in (world.console.audit.events(tenant=tenant)[1][0].after or "")
    assert world.console.audit.verify().ok
