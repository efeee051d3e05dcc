"""A tenant's file that is damaged can be replaced by its backup, and got rid of; nothing readable is lost with it."""

from __future__ import annotations

from pathlib import Path

import pytest

from pagevoo_console.domain.deletion import DeletionRequest
from pagevoo_console.domain.errors import Corrupt
from pagevoo_console.services.jobs import JobContext
from tests.faults.gestures import SETTING
from tests.masters import SqliteFolder
from tests.services.platform_world import World, folders_in, make_world


@pytest.fixture
def files(pagevoo_home: Path, tmp_path: Path) -> World:
    return make_world(SqliteFolder(lambda: tmp_path).make_master(), folders_in(pagevoo_home))


def damage(world: World, tenant: str) -> bytes:
    """Overwrite everything behind the first page."""
    assert world.master.directory is not None
    path = world.master.directory / f"{world.name(tenant)}.db"
    content = path.read_bytes()
    path.write_bytes(content[:4096] + b"\x5a" * (len(content) - 4096))
    return path.read_bytes()


def test_a_backup_is_restored_over_a_damaged_database_which_is_kept_in_the_trash(files: World) -> None:
    tenant, _ = files.provisioned()
    files.write(SETTING, "core", "kept", '"yes"', database=files.name(tenant))
    backup = files.console.backups.create(tenant, JobContext())
    damaged = damage(files, tenant)

    files.console.restores.run(files.console.restores.plan(backup, tenant), files.name(tenant), JobContext())

    assert files.write("SELECT setting_key FROM feature_settings", database=files.name(tenant)) == [("kept",)]
    assert files.master.directory is not None
    (entry,) = files.console.trash.list(tenant)
    assert (entry.is_replaced, entry.backup) == (True, None)
    assert (files.master.directory / f"{entry.name}.db").read_bytes()[4096:] == damaged[4096:]
    assert "gone for good" in " ".join(files.console.trash.plan_purge(entry.operation).warnings)
    with pytest.raises(Corrupt):
        files.console.trash.undelete(files.console.trash.plan_undelete(entry.operation), JobContext(), entry.database)
    assert files.write("SELECT setting_key FROM feature_settings", database=files.name(tenant)) == [("kept",)]
    assert files.console.operations.list(open_only=True) == ()


def test_a_damaged_database_is_deleted_only_where_its_backup_is_waived(files: World) -> None:
    tenant, _ = files.provisioned()
    damage(files, tenant)
    delete = files.console.deletions
    with pytest.raises(Corrupt):
        delete.run(delete.plan(DeletionRequest(tenant)), files.name(tenant), JobContext())
    assert files.name(tenant) in files.master.databases()
    assert files.console.operations.list(open_only=True) == ()

    waived = DeletionRequest(tenant, no_backup=True, reason="damaged beyond repair")
    delete.run(delete.plan(waived), files.name(tenant), JobContext())

    assert files.name(tenant) not in files.master.databases()
    assert files.write("SELECT status FROM user_databases WHERE user_id = {0}", int(tenant)) == [("deleted",)]
