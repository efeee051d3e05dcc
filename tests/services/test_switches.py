"""Moving to another website: workflow C as one operation, whole or not at all up to the drop, forward after it."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from pagevoo_console.domain.audit import Outcome
from pagevoo_console.domain.database import DatabaseState
from pagevoo_console.domain.errors import Busy, NotFound, Refused
from pagevoo_console.domain.operation import OperationState
from pagevoo_console.domain.switch import SwitchResult
from pagevoo_console.services.jobs import JobContext
from tests.faults.killing import killed_at
from tests.services.platform_world import World

SETTING = "INSERT INTO feature_settings (feature_type, setting_key, setting_value) VALUES ({0}, {1}, {2})"


def settled(world: World) -> tuple[str, str, str]:
    """A tenant with two websites, the first of them published with its database; returns its id and theirs."""
    tenant, (first, second) = world.add_tenant(websites=2)
    world.console.websites.publish(world.console.websites.plan_publish(first), JobContext())
    world.write(SETTING, "core", "kept", '"yes"', database=world.name(tenant))
    return tenant, first, second


def switch(world: World, tenant: str, website: str) -> SwitchResult:
    plan = world.console.switches.plan(tenant, website)
    return world.console.switches.run(plan, world.name(tenant), JobContext())


def refused(act: Callable[[], object]) -> Refused:
    with pytest.raises(Refused) as caught:
        act()
    assert caught.value.hint
    return caught.value


def registry(world: World, tenant: str) -> list[tuple[object, ...]]:
    query = "SELECT website_id, status FROM user_databases WHERE user_id = {0} ORDER BY id"
    return world.write(query, int(tenant))


def published(world: World, website: str) -> bool:
    ((is_published,),) = world.write("SELECT is_published FROM user_websites WHERE id = {0}", int(website))
    return bool(is_published)


def settings(world: World, tenant: str) -> list[tuple[object, ...]]:
    return world.write("SELECT setting_key FROM feature_settings", database=world.name(tenant))


def unfinished(world: World, tenant: str) -> str:
    (operation,) = world.console.operations.list(tenant=tenant, open_only=True)
    return operation.id


def test_workflow_c_switching_backs_up_deletes_unpublishes_and_creates_anew(world: World) -> None:
    tenant, first, second = settled(world)
    features = world.console.features
    features.install(features.plan_install(tenant, ["blog"]), JobContext())
    plan = world.console.switches.plan(tenant, second)
    assert [step.name for step in plan.steps] == [
        "old:backup", "old:verify", "old:unpublish", "old:quiesce", "old:trash", "old:compare", "old:finish",
        "new:create", "new:core", "new:compare",
    ]  # fmt: skip
    assert not any(step.is_destructive for step in plan.steps)
    assert (plan.from_website, plan.to_website.id, plan.features) == (first, second, ("Blog",))

    done = world.console.switches.run(plan, world.name(tenant), JobContext())

    assert registry(world, tenant) == [(int(first), "deleted"), (int(second), "active")]
    assert (published(world, first), published(world, second)) == (False, False)
    assert settings(world, tenant) == []
    assert done.database is not None
    assert (done.database.website, done.database.state) == (second, DatabaseState.ACTIVE)
    assert done.backup_path is not None
    assert world.console.backups.get(str(done.backup_path)).verified_at is not None
    assert world.console.tenants.show(tenant).locked_to_website == second
    assert world.console.features.drift(tenant) == ()
    (operation, *_) = world.console.operations.list(tenant=tenant)
    assert (operation.kind, operation.state) == ("database.switch", OperationState.DONE)


def test_a_switch_that_publishes_has_the_new_website_live_as_its_last_step(world: World) -> None:
    tenant, first, second = settled(world)
    plan = world.console.switches.plan(tenant, second, publish=True)
    assert [step.title for step in plan.steps][-1] == f"Make it live and publish website {second}"

    done = world.console.switches.run(plan, world.name(tenant), JobContext())

    assert done.is_published
    assert (published(world, first), published(world, second)) == (False, True)
    assert registry(world, tenant) == [(int(first), "deleted"), (int(second), "active")]
    (last, *_) = world.console.audit.events(tenant=tenant, action="database.switch")[1]
    assert f'"published":"{second}"' in str(last.after)


def test_a_switch_left_unfinished_is_not_taken_up_by_one_that_would_end_otherwise(world: World) -> None:
    tenant, first, second = settled(world)
    assert killed_at("database.switch.after.old:verify", lambda: switch(world, tenant, second))
    plan = world.console.switches.plan(tenant, second, publish=True)

    with pytest.raises(Busy, match="left unfinished"):
        world.console.switches.run(plan, world.name(tenant), JobContext())
    switch(world, tenant, second)

    assert (published(world, first), published(world, second)) == (False, False)


def test_the_trail_names_both_the_database_that_went_and_the_one_that_came(world: World) -> None:
    tenant, _, second = settled(world)
    done = switch(world, tenant, second)

    _, deleted = world.console.audit.events(tenant=tenant, action="database.delete")
    _, switched = world.console.audit.events(tenant=tenant, action="database.switch")

    assert [(event.outcome, str(event.operation)) for event in deleted] == [(Outcome.DONE, done.operation)]
    assert [event.outcome for event in switched] == [Outcome.DONE, Outcome.INTENT]
    assert str(done.backup) in str(switched[0].after)
    assert second in str(switched[0].after)
    assert world.console.audit.verify().ok


def test_what_makes_no_sense_is_refused_and_changes_nothing(world: World) -> None:
    tenant, first, second = settled(world)
    _, (foreign,) = world.add_tenant()
    bare, (alone,) = world.add_tenant()
    switches = world.console.switches

    assert refused(lambda: switches.plan(tenant, first)).code == "same_website"
    assert refused(lambda: switches.plan(tenant, foreign)).code == "not_the_owner"
    assert refused(lambda: switches.plan(bare, alone)).code == "database_required"
    with pytest.raises(NotFound):
        switches.plan(tenant, "987654321")
    plan = switches.plan(tenant, second)
    assert refused(lambda: switches.run(plan, "pagevoo_website_", JobContext())).code == "confirmation_mismatch"

    assert registry(world, tenant) == [(int(first), "active")]
    assert published(world, first)
    assert settings(world, tenant) == [("kept",)]


@pytest.mark.parametrize("step", ["old:verify", "old:quiesce", "old:trash", "old:compare"])
def test_a_switch_that_is_abandoned_before_that_leaves_everything_as_it_was(world: World, step: str) -> None:
    tenant, first, second = settled(world)
    assert killed_at(f"database.switch.after.{step}", lambda: switch(world, tenant, second))

    world.console.operations.abandon(unfinished(world, tenant), JobContext())

    assert registry(world, tenant) == [(int(first), "active")]
    assert published(world, first)
    assert settings(world, tenant) == [("kept",)]
    world.write(SETTING, "core", "written", '"again"', database=world.name(tenant))


@pytest.mark.parametrize("step", ["before.old:finish", "after.old:finish", "after.new:core"])
def test_once_it_is_marked_deleted_a_switch_only_goes_forward(world: World, step: str) -> None:
    tenant, first, second = settled(world)
    assert killed_at(f"database.switch.{step}", lambda: switch(world, tenant, second))
    operation = unfinished(world, tenant)

    assert refused(lambda: world.console.operations.abandon(operation, JobContext())).code == "too_late"
    done = world.console.operations.resume(operation, JobContext())

    assert registry(world, tenant) == [(int(first), "deleted"), (int(second), "active")]
    assert world.console.backups.get(str(done.backup_path)).verified_at is not None
    assert world.console.audit.events(tenant=tenant, action="database.delete")[0] == 1


def test_a_switch_whose_new_website_went_away_ends_without_a_database(world: World) -> None:
    tenant, first, second = settled(world)
    assert killed_at("database.switch.after.new:core", lambda: switch(world, tenant, second))
    world.write("DELETE FROM user_websites WHERE id = {0}", int(second))
    operation = unfinished(world, tenant)

    with pytest.raises(NotFound):
        world.console.operations.resume(operation, JobContext())

    assert world.console.operations.get(operation).state is OperationState.ABANDONED
    assert registry(world, tenant) == [(int(first), "deleted")]
    assert world.name(tenant) not in world.master.databases()


def test_a_database_that_is_missing_is_switched_without_a_backup(world: World) -> None:
    tenant, first, second = settled(world)
    located = world.console.tenants.locate(tenant)
    with world.console.connections.open(located.server, writable=True) as session:
        located.engine.drop_database(session, world.name(tenant))
    plan = world.console.switches.plan(tenant, second)
    assert any("does not exist" in warning for warning in plan.warnings)

    done = world.console.switches.run(plan, world.name(tenant), JobContext())

    assert done.backup is None
    assert registry(world, tenant) == [(int(first), "deleted"), (int(second), "active")]
