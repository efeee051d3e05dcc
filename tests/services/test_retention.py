"""Pruning: by the server's time, the manifest first, in the trail, and never what somebody still needs."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path

import pytest

from pagevoo_console.domain.backup import Backup
from pagevoo_console.domain.deletion import DeletionRequest
from pagevoo_console.domain.errors import Refused
from pagevoo_console.domain.retention import RetentionPolicy
from pagevoo_console.services import backup_files
from pagevoo_console.services.jobs import JobContext
from pagevoo_console.services.values import iso, now
from tests.faults.killing import killed_at
from tests.masters import SqliteFolder
from tests.services.platform_world import World, folders_in, make_world

ONE = RetentionPolicy(1, 0, 0, 0, 0)


@pytest.fixture
def file_world(tmp_path: Path, pagevoo_home: Path) -> World:
    folder = tmp_path / "masters"
    folder.mkdir()
    return make_world(SqliteFolder(lambda: folder).make_master(), folders_in(pagevoo_home))


@pytest.fixture
def made(file_world: World) -> Callable[..., Backup]:
    return lambda tenant, days=0.0, proved=False: aged(file_world, tenant, days, proved=proved)


def aged(world: World, tenant: str, days: float, *, proved: bool = False) -> Backup:
    """A backup that was made so many days ago, by its manifest."""
    backups = world.console.backups
    backup = backups.create(tenant, JobContext())
    path = backups.manifest_path(backup)
    manifest = replace(backup_files.read_manifest(path), created_at=iso(now() - timedelta(days=days)) or "")
    path.write_bytes(backup_files._encode(manifest))
    backup = backup_files.describe(path)
    world.console.backup_index.add(backup)
    return backups.prove(backup, JobContext()) if proved else backup


def later(skew: timedelta) -> datetime:
    return now() + skew


def names(*backups: Backup) -> set[str]:
    return {backup.id for backup in backups}


def test_the_plan_only_reads_and_pruning_removes_just_that(world: World) -> None:
    tenant, _ = world.provisioned()
    retention = world.console.retention
    old, proved, new = aged(world, tenant, 9), aged(world, tenant, 5, proved=True), aged(world, tenant, 1)

    plan = retention.plan(policy=ONE)

    assert names(*plan.removed) == {old.id}
    assert {one.backup.id: one.reasons for one in plan.keepings if one.is_kept} == {
        new.id: ("last", "newest"), proved.id: ("newest proved",),
    }  # fmt: skip
    assert names(*world.console.backups.list(tenant)) == names(old, proved, new)
    done = retention.prune(plan, JobContext())
    assert names(*done.removed) == {old.id}
    assert names(*world.console.backups.list(tenant)) == names(proved, new)
    assert not old.path.exists()
    assert sorted(path.name for path in old.path.parent.iterdir() if old.path.stem in path.name) == []
    _, (event, *_) = world.console.audit.events(action="backup.prune", limit=1)
    assert old.sha256 in str(event.before)
    assert retention.plan(policy=ONE).removed == ()


def test_fault_16_a_clock_that_is_wrong_removes_nothing(file_world: World, made: Callable[..., Backup]) -> None:
    tenant, _ = file_world.provisioned()
    made(tenant, 9), made(tenant, 1)
    retention = file_world.console.retention
    plan = retention.plan(policy=ONE)
    for skew in (timedelta(minutes=6), timedelta(minutes=-6), timedelta(days=365)):
        retention._clock = partial(later, skew)

        for attempt in (lambda: retention.plan(policy=ONE), lambda: retention.prune(plan, JobContext())):
            with pytest.raises(Refused) as caught:
                attempt()
            assert caught.value.code == "clock_skew"
    assert len(file_world.console.backups.list(tenant)) == 2


def test_a_backup_of_the_future_is_kept_and_counts_for_nothing(file_world: World, made: Callable[..., Backup]) -> None:
    tenant, _ = file_world.provisioned()
    future, today, old = made(tenant, -3), made(tenant, 0), made(tenant, 3)

    plan = file_world.console.retention.plan(policy=ONE)

    assert names(*plan.removed) == {old.id}
    assert future.id not in names(*plan.removed)
    assert today.id not in names(*plan.removed)


def test_a_proved_backup_whose_file_is_damaged_protects_nothing(file_world: World, made: Callable[..., Backup]) -> None:
    tenant, _ = file_world.provisioned()
    older, newer, plain = made(tenant, 9, proved=True), made(tenant, 5, proved=True), made(tenant, 1)
    newer.path.write_bytes(b"")

    plan = file_world.console.retention.plan(policy=ONE)

    assert plan.removed == (), "the older proved one is the last that holds"
    assert {older.id, plain.id} <= {one.backup.id for one in plan.keepings if one.is_kept}


def test_nothing_goes_while_an_operation_of_its_tenant_is_open(file_world: World, made: Callable[..., Backup]) -> None:
    tenant, _ = file_world.provisioned()
    made(tenant, 9), made(tenant, 1)
    retention = file_world.console.retention
    plan = retention.plan(policy=ONE)
    quotas = file_world.console.freezes
    assert killed_at("quota.enforce.before.freeze", lambda: quotas.freeze(quotas.plan(tenant), JobContext()))

    assert list(retention.plan(policy=ONE).skipped) == [tenant]
    assert list(retention.prune(plan, JobContext()).skipped) == [tenant]
    assert len(file_world.console.backups.list(tenant)) == 2


def test_a_plan_that_has_aged_removes_no_more_than_still_may_go(file_world: World, made: Callable[..., Backup]) -> None:
    tenant, _ = file_world.provisioned()
    old, new = made(tenant, 9), made(tenant, 1)
    retention = file_world.console.retention
    plan = retention.plan(policy=ONE)
    assert names(*plan.removed) == {old.id}
    file_world.console.backups.prove(old, JobContext())

    assert retention.prune(plan, JobContext()).removed == ()
    assert names(*file_world.console.backups.list(tenant)) == names(old, new)


@pytest.mark.parametrize("failpoint", ["backup.removing", "backup.removed"])
def test_killed_while_removing_nothing_is_left_that_looks_like_a_backup(
    file_world: World, made: Callable[..., Backup], failpoint: str
) -> None:
    tenant, _ = file_world.provisioned()
    old, new = made(tenant, 9), made(tenant, 1)
    retention = file_world.console.retention

    assert killed_at(failpoint, lambda: retention.prune(retention.plan(policy=ONE), JobContext()))

    assert names(*file_world.console.backups.list(tenant)) == {new.id}
    third = file_world.console.backups.create(tenant, JobContext())
    left = {path.name for path in old.path.parent.iterdir()}
    assert left == {path.name for one in (new, third) for path in (one.path, backup_files.manifest_of(one.path))}
    assert file_world.console.audit.verify().ok


def test_the_platforms_policy_is_kept_in_the_preferences(file_world: World) -> None:
    retention = file_world.console.retention
    assert retention.policy() == RetentionPolicy()

    retention.set_policy(RetentionPolicy(2, 0, 0, 6, 0))

    assert retention.policy() == RetentionPolicy(2, 0, 0, 6, 0)


def test_what_the_trash_rests_on_is_kept(file_world: World) -> None:
    tenant, _ = file_world.provisioned()
    console = file_world.console
    plan = console.deletions.plan(DeletionRequest(tenant))
    deleted = console.deletions.run(plan, plan.database.name, JobContext())
    console.trash.undelete(console.trash.plan_undelete(deleted.operation), JobContext())
    again = console.deletions.run(console.deletions.plan(DeletionRequest(tenant)), plan.database.name, JobContext())

    pruned = console.retention.prune(console.retention.plan(tenant, ONE), JobContext())

    assert names(*pruned.removed) == {deleted.backup}
    (kept,) = [one for one in pruned.keepings if one.is_kept]
    assert (kept.backup.id, kept.reasons) == (again.backup, ("last", "trash"))
