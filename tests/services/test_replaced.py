"""What a restore replaced: it is in the trash, can be had back by the same swap, and goes when its time is over."""

from __future__ import annotations

import json

import pytest

from pagevoo_console.domain.backup import Backup
from pagevoo_console.domain.errors import Refused, WrongUsage
from pagevoo_console.domain.trash import TrashEntry
from pagevoo_console.services.jobs import JobContext
from pagevoo_console.services.values import now
from tests.faults.scenes import note, notes, nothing_open, published_tenant
from tests.services.platform_world import World
from tests.services.test_trash import delete, notes_of, only, purge


def replaced(world: World, grace: int | None = None) -> tuple[str, Backup, str]:
    """A tenant whose database holds `kept` again, where `late` stood beside it; with its backup and the operation."""
    tenant = published_tenant(world)
    backup = world.console.backups.create(tenant, JobContext())
    note(world, tenant, "late")
    return tenant, backup, restore(world, tenant, backup, grace)


def restore(world: World, tenant: str, backup: Backup, grace: int | None = None) -> str:
    plan = world.console.restores.plan(backup, tenant, grace_days=grace)
    world.console.restores.run(plan, world.name(tenant), JobContext())
    return world.console.operations.list(tenant=tenant)[0].id


def have_back(world: World, operation: str, grace: int | None = None) -> str:
    plan = world.console.trash.plan_undelete(operation, grace_days=grace)
    assert plan.replaces
    return world.console.trash.undelete(plan, JobContext(), plan.entry.database).operation


def beside(world: World, tenant: str) -> list[str]:
    """Databases of this tenant's operations that are neither live nor in the trash."""
    kept = {entry.name for entry in world.console.trash.list(tenant)}
    numbers = [operation.id for operation in world.console.operations.list(tenant=tenant)]
    ours = tuple(f"pagevoo_{what}_{number}" for what in ("stage", "aside", "trash") for number in numbers)
    return [name for name in world.master.databases() - kept if name.startswith(ours)]


def test_what_a_restore_replaced_is_in_the_trash_for_a_week(world: World) -> None:
    tenant, _, operation = replaced(world)
    entry = only(world, tenant)

    assert (entry.operation, entry.kind, entry.is_replaced) == (operation, "backup.restore", True)
    assert entry.database == world.name(tenant)
    assert entry.days_left(now()) == entry.grace_days == 7
    assert entry.size_bytes
    assert not entry.is_missing
    assert notes(world, tenant) == {"kept"}
    assert notes_of(world, entry.name) == {"kept", "late"}
    safety = world.console.backups.get(str(entry.backup_path))
    assert world.console.backups.verify(safety, JobContext()).ok
    assert [one for one in world.console.reconciliation.find().findings if one.tenant == tenant] == []
    assert beside(world, tenant) == []
    _, (told, *_) = world.console.audit.events(tenant=tenant, action="backup.restore")
    assert json.loads(str(told.after))["trash"] == entry.name
    assert world.console.certificates.get(operation).state == "kept"


def test_what_was_replaced_is_had_back_and_what_was_live_goes_into_the_trash_in_its_turn(world: World) -> None:
    tenant, _, operation = replaced(world)
    note(world, tenant, "newest")
    plan = world.console.trash.plan_undelete(operation)
    assert [step.name for step in plan.steps] == ["safety", "quiesce", "unwritten", "swap", "reopen", "clean"]
    with pytest.raises(Refused) as refused:
        world.console.trash.undelete(plan, JobContext())
    assert refused.value.code == "confirmation_mismatch"
    assert notes(world, tenant) == {"kept", "newest"}

    again = have_back(world, operation)

    assert notes(world, tenant) == {"kept", "late"}
    note(world, tenant, "written after it came back")
    entry = only(world, tenant)
    assert (entry.operation, entry.kind, entry.is_replaced) == (again, "database.undelete", True)
    assert notes_of(world, entry.name) == {"kept", "newest"}
    assert beside(world, tenant) == []
    assert nothing_open(world)
    have_back(world, again)
    assert notes(world, tenant) == {"kept", "newest"}
    assert world.console.audit.verify().ok


def test_without_a_grace_period_what_was_replaced_is_dropped_and_its_backup_has_it(world: World) -> None:
    tenant, backup, operation = replaced(world, grace=0)
    assert world.console.trash.list(tenant) == ()
    assert beside(world, tenant) == []
    with pytest.raises(Refused) as refused:
        world.console.trash.plan_undelete(operation)
    assert refused.value.code == "not_in_trash"
    safety = next(one for one in world.console.backups.list(tenant) if one.id != backup.id)
    restore(world, tenant, safety, grace=0)
    assert notes(world, tenant) == {"kept", "late"}
    with pytest.raises(WrongUsage):
        world.console.restores.plan(backup, tenant, grace_days=-1)


def test_what_was_replaced_is_purged_by_name_and_by_time_with_its_backup_left(world: World) -> None:
    tenant, backup, first = replaced(world)
    second = restore(world, tenant, backup)
    shown = {entry.operation: entry for entry in world.console.trash.list(tenant)}
    assert set(shown) == {first, second}

    purge(world, first)
    shorten(world, shown[second])
    swept = world.console.trash.purge_expired(JobContext())

    assert second in swept.purged
    assert world.console.trash.list(tenant) == ()
    assert beside(world, tenant) == []
    assert notes(world, tenant) == {"kept"}
    assert world.console.certificates.get(second).state == "purged"
    for entry in shown.values():
        assert world.console.backups.verify(world.console.backups.get(str(entry.backup_path)), JobContext()).ok


def test_where_the_live_one_was_deleted_since_what_was_replaced_comes_back_as_the_live_one(world: World) -> None:
    tenant, _, operation = replaced(world)
    deleted = delete(world, tenant)

    plan = world.console.trash.plan_undelete(operation)
    assert not plan.replaces
    world.console.trash.undelete(plan, JobContext())

    assert notes(world, tenant) == {"kept", "late"}
    assert only(world, tenant).operation == deleted.operation
    with pytest.raises(Refused) as refused:
        world.console.trash.plan_undelete(deleted.operation)
    assert refused.value.code == "database_exists"


def test_fault_111_rows_that_pointed_nowhere_come_back_as_they_were_and_are_told(world: World) -> None:
    tenant, _ = world.provisioned()
    database = world.name(tenant)
    is_checked = world.master.engine == "postgresql"
    world.write("CREATE TABLE parents (id INT PRIMARY KEY)", database=database)
    world.write("CREATE TABLE children (id INT, FOREIGN KEY (id) REFERENCES parents (id))", database=database)
    if not is_checked:
        off = "PRAGMA foreign_keys = OFF" if world.master.engine == "sqlite" else "SET foreign_key_checks = 0"
        world.master.execute(off, "INSERT INTO children VALUES (7)", database=database)
    backup = world.console.backups.create(tenant, JobContext())
    told: list[str] = []
    plan = world.console.restores.plan(backup, tenant)

    done = world.console.restores.run(plan, database, JobContext(on_line=told.append))

    warned = [line for line in told if "children" in line and "parents" in line]
    assert len(warned) == (0 if is_checked else 1)
    assert bool(done.get("dangling")) is not is_checked
    assert len(world.write("SELECT id FROM children", database=database)) == (0 if is_checked else 1)


def shorten(world: World, entry: TrashEntry) -> None:
    """Have the entry's grace period ended long ago."""
    until = entry.purge_after.isoformat()[:10]
    world.write(
        "UPDATE console_operations SET evidence = REPLACE(evidence, {0}, {1}) WHERE id = {2}",
        f'"purge_after": "{until}', '"purge_after": "2020-01-01', int(entry.operation),
    )  # fmt: skip
