"""A frozen tenant: what it can do, what the console does to it, and how it gets out."""

from __future__ import annotations

import pytest

from pagevoo_console.domain.database import DatabaseState
from pagevoo_console.domain.deletion import DeletionRequest
from pagevoo_console.domain.errors import Refused
from pagevoo_console.domain.freeze import FreezeReason
from pagevoo_console.domain.quota import QuotaLevel, QuotaUsage
from pagevoo_console.domain.tenant import TenantQuery
from pagevoo_console.services.jobs import JobContext
from tests.services.limited_world import can_insert, empty, fill, with_room
from tests.services.platform_world import World

JOB = JobContext


def freeze(world: World, tenant: str, *, if_over: bool = False) -> None:
    world.console.freezes.freeze(world.console.freezes.plan(tenant, if_over=if_over), JOB())


def release(world: World, tenant: str, *, compact: bool = False) -> tuple[QuotaUsage, ...]:
    return world.console.freezes.release(world.console.freezes.plan_release(tenant, compact=compact), JOB())


def test_a_freeze_is_seen_everywhere_and_released_again(world: World) -> None:
    tenant, _ = world.provisioned()
    freeze(world, tenant)
    assert not can_insert(world, tenant)
    shown = world.console.databases.status(tenant)
    assert shown.state is DatabaseState.SUSPENDED
    assert shown.frozen is not None
    assert shown.frozen.reason is FreezeReason.MANUAL
    assert shown.frozen.since is not None
    world.console.sightings.scan(JOB())
    (entry,) = world.console.directory.page(TenantQuery(states=("suspended",))).entries
    assert (entry.id, entry.frozen) == (tenant, shown.frozen)
    release(world, tenant)
    assert can_insert(world, tenant)
    assert world.console.databases.status(tenant).state is DatabaseState.ACTIVE
    world.console.sightings.look(tenant)
    assert world.console.directory.page(TenantQuery(states=("suspended",))).total == 0


def test_the_plan_reads_and_changes_nothing(world: World) -> None:
    tenant, _ = world.provisioned()
    plan = world.console.freezes.plan(tenant)
    assert [step.name for step in plan.steps] == ["record", "freeze"]
    assert plan.tables >= 2
    assert can_insert(world, tenant)
    assert world.console.freezes.plan_release(tenant).steps == ()


def test_freezing_and_releasing_again_is_done_already(world: World) -> None:
    tenant, _ = world.provisioned()
    freeze(world, tenant)
    assert world.console.freezes.plan(tenant).steps == ()
    release(world, tenant)
    release(world, tenant)
    assert len(world.console.operations.list(tenant=tenant)) == 3


def test_if_over_freezes_only_what_is_over(world: World) -> None:
    world, tenant = with_room(world)
    freeze(world, tenant, if_over=True)
    assert can_insert(world, tenant)
    fill(world, tenant, 8)
    plan = world.console.freezes.plan(tenant, if_over=True)
    assert "its limit of" in plan.message
    freeze(world, tenant, if_over=True)
    assert not can_insert(world, tenant)
    frozen = world.console.databases.status(tenant).frozen
    assert frozen is not None
    assert frozen.reason is FreezeReason.QUOTA


def test_what_a_quota_froze_somebody_may_freeze_by_hand(world: World) -> None:
    world, tenant = with_room(world)
    fill(world, tenant, 8)
    freeze(world, tenant, if_over=True)
    freeze(world, tenant)
    freeze(world, tenant, if_over=True)
    frozen = world.console.databases.status(tenant).frozen
    assert frozen is not None
    assert frozen.reason is FreezeReason.MANUAL


def test_installing_into_a_frozen_database_is_refused_with_the_way_out(world: World) -> None:
    tenant, _ = world.provisioned()
    freeze(world, tenant)
    with pytest.raises(Refused) as refused:
        world.console.features.plan_install(tenant, ["blog"])
    assert refused.value.code == "frozen"
    assert "quota release" in refused.value.hint


def test_what_was_planned_before_the_freeze_is_refused_after_it(world: World) -> None:
    tenant, _ = world.provisioned()
    plan = world.console.features.plan_install(tenant, ["blog"])
    freeze(world, tenant)
    with pytest.raises(Refused) as refused:
        world.console.features.install(plan, JOB())
    assert refused.value.code == "frozen"
    with world.console.connections.open(world.console.connection.servers[0], world.name(tenant)) as session:
        assert "blog_posts" not in {facts.name for facts in world.console.master.engine.tables(session)}


def test_a_feature_of_a_frozen_database_may_be_switched_off_and_uninstalled(world: World) -> None:
    tenant, _ = world.provisioned()
    features = world.console.features
    features.install(features.plan_install(tenant, ["blog"]), JOB())
    freeze(world, tenant)
    features.switch(features.plan_disable(tenant, "blog"), JOB())
    features.uninstall(features.plan_uninstall(tenant, "blog"), "blog", JOB())
    assert not can_insert(world, tenant)


def test_a_frozen_database_is_backed_up_proved_and_restored_unfrozen_elsewhere(world: World) -> None:
    tenant, _ = world.provisioned()
    freeze(world, tenant)
    backup = world.console.backups.create(tenant, JOB())
    assert world.console.backups.verify(backup, JOB()).ok
    plan = world.console.restores.plan(backup, tenant, f"look_{tenant}")
    world.console.restores.run(plan, None, JOB())
    world.write("DELETE FROM installed_features", database=f"look_{tenant}")
    world.write(
        "INSERT INTO installed_features (feature_type, is_active, installed_at) VALUES ({0}, {1}, {2})",
        "core", True, "2026-01-01 00:00:00", database=f"look_{tenant}",
    )  # fmt: skip
    assert not can_insert(world, tenant)


def test_what_was_frozen_by_hand_is_frozen_after_a_restore_too(world: World) -> None:
    tenant, _ = world.provisioned()
    backup = world.console.backups.create(tenant, JOB())
    freeze(world, tenant)
    world.console.restores.run(world.console.restores.plan(backup, tenant), world.name(tenant), JOB())
    assert not can_insert(world, tenant)
    release(world, tenant)
    assert can_insert(world, tenant)


def test_what_was_frozen_at_its_limit_is_frozen_after_a_restore_only_where_it_is_over_still(world: World) -> None:
    world, tenant = with_room(world)
    small = world.console.backups.create(tenant, JOB())
    fill(world, tenant, 8)
    large = world.console.backups.create(tenant, JOB())
    freeze(world, tenant, if_over=True)
    world.console.restores.run(world.console.restores.plan(large, tenant), world.name(tenant), JOB())
    assert not can_insert(world, tenant)
    world.console.restores.run(world.console.restores.plan(small, tenant), world.name(tenant), JOB())
    assert can_insert(world, tenant)
    assert world.console.databases.status(tenant).state is DatabaseState.ACTIVE


def test_a_frozen_database_is_deleted_with_its_proof(world: World) -> None:
    tenant, _ = world.provisioned()
    freeze(world, tenant)
    plan = world.console.deletions.plan(DeletionRequest(tenant))
    world.console.deletions.run(plan, world.name(tenant), JOB())
    assert world.name(tenant) not in world.master.databases()


def test_compacting_gives_the_room_back_and_measures_again(world: World) -> None:
    world, tenant = with_room(world)
    fill(world, tenant, 8)
    freeze(world, tenant, if_over=True)
    empty(world, tenant)
    plan = world.console.freezes.plan_release(tenant, compact=True)
    assert [step.name for step in plan.steps] == ["compact", "thaw"]
    assert "disk" in plan.warnings[0]
    (usage,) = release(world, tenant, compact=True)
    assert usage.level is QuotaLevel.OK
    assert can_insert(world, tenant)


def test_what_takes_the_room_is_told_by_table_and_by_feature(world: World) -> None:
    world, tenant = with_room(world)
    fill(world, tenant, 4)
    world.console.features.install(world.console.features.plan_install(tenant, ["blog"]), JOB())
    report = world.console.quotas.report(tenant)
    by_name = {table.name: table for table in report.tables}
    assert report.tables[0].name == "ballast"
    assert by_name["ballast"].allocated > 3_500_000
    assert by_name["ballast"].feature == "other"
    assert by_name["blog_posts"].feature == "blog"
    assert by_name["installed_features"].feature == "core"
    assert [feature.feature for feature in report.features][-1] == "other"
    assert {"core", "blog"} <= {feature.feature for feature in report.features}
    (usage,) = report.usages
    assert usage.used is not None
    assert sum(feature.used for feature in report.features) >= usage.used * 0.9
    assert report.means


def test_a_size_nobody_measured_is_unknown_and_not_ok() -> None:
    assert QuotaUsage("database_size", None, 100, "bytes").level is QuotaLevel.UNKNOWN
    assert QuotaUsage("database_size", None, None, "bytes").level is QuotaLevel.UNLIMITED
