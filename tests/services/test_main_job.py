"""Find, create, install, back up, prove and delete, through the services, on every engine."""

from __future__ import annotations

from pathlib import Path

import pytest

from pagevoo_console.domain.database import DatabaseState
from pagevoo_console.domain.deletion import DeletionRequest
from pagevoo_console.domain.errors import NotFound, Refused
from pagevoo_console.domain.feature import FeatureState
from pagevoo_console.domain.operation import OperationState
from pagevoo_console.domain.tenant import TenantQuery
from pagevoo_console.services.jobs import JobContext
from tests.masters import EngineServer
from tests.services.platform_world import World, folders_in, make_world


def test_seed_s4_a_database_is_created_with_its_core_tables_and_becomes_active_last(world: World) -> None:
    tenant, (website,) = world.add_tenant()
    plan = world.console.databases.plan_creation(tenant, website)

    database = world.console.databases.create(plan, JobContext())

    assert (database.name, database.state) == (world.name(tenant), DatabaseState.ACTIVE)
    rows = world.write(
        "SELECT website_id, database_name, status, deleted_at FROM user_databases WHERE user_id = {0}", int(tenant)
    )
    assert rows == [(int(website), world.name(tenant), "active", None)]
    assert world.write("SELECT count(*) FROM installed_features", database=world.name(tenant)) == [(0,)]
    assert [operation.state for operation in world.console.operations.list(tenant=tenant)] == [OperationState.DONE]
    assert world.console.audit.verify().ok


def test_a_second_active_database_is_refused(world: World) -> None:
    tenant, _ = world.provisioned()
    with pytest.raises(Refused) as caught:
        world.console.databases.plan_creation(tenant, world.console.tenants.websites(tenant)[0].id)
    assert caught.value.code == "database_exists"


def test_seed_s3_a_leftover_of_the_same_name_is_never_adopted(world: World) -> None:
    tenant, (website,) = world.add_tenant()
    if world.master.engine == "sqlite":
        world.write("CREATE TABLE earlier (id INTEGER)", database=world.name(tenant))
    else:
        world.master.execute(f"CREATE DATABASE {world.name(tenant)}")
    plan = world.console.databases.plan_creation(tenant, website)
    with pytest.raises(Refused) as caught:
        world.console.databases.create(plan, JobContext())
    assert caught.value.code == "database_exists"
    assert world.write("SELECT count(*) FROM user_databases WHERE user_id = {0}", int(tenant)) == [(0,)]
    assert world.name(tenant) in world.master.databases()


def test_somebody_elses_website_is_refused(world: World) -> None:
    tenant, _ = world.add_tenant()
    _, (other,) = world.add_tenant()
    with pytest.raises(Refused) as caught:
        world.console.databases.plan_creation(tenant, other)
    assert caught.value.code == "not_the_owner"


@pytest.mark.parametrize("tenant", ["999999999", "nobody", "42abc", "", "1 OR 1=1", "½"])
def test_an_unknown_tenant_is_not_found(world: World, tenant: str) -> None:
    with pytest.raises(NotFound):
        world.console.tenants.show(tenant)


def test_features_are_installed_once(world: World) -> None:
    tenant, _ = world.provisioned()
    features = world.console.features
    states = {feature.name: feature.state for feature in features.list(tenant)}
    assert states["blog"] is FeatureState.AVAILABLE

    features.install(features.plan_install(tenant, ["blog", "contact_form"]), JobContext())
    again = features.plan_install(tenant, ["blog"])

    states = {feature.name: feature.state for feature in features.list(tenant)}
    assert (states["blog"], states["contact_form"]) == (FeatureState.INSTALLED, FeatureState.INSTALLED)
    assert again.features == ()
    assert again.already == ("blog",)
    rows = world.write("SELECT feature_type FROM installed_features ORDER BY 1", database=world.name(tenant))
    assert rows == [("blog",), ("contact_form",)]
    assert features.drift(tenant) == ()


def test_a_feature_without_a_database_is_refused_with_the_platforms_words(world: World) -> None:
    tenant, _ = world.add_tenant()
    with pytest.raises(Refused) as caught:
        world.console.features.plan_install(tenant, ["blog"])
    assert caught.value.code == "database_required"
    assert "publish website or create database first" in caught.value.message


def test_a_backup_is_proved_and_the_database_deleted_safely(world: World) -> None:
    tenant, website = world.provisioned()
    world.console.features.install(world.console.features.plan_install(tenant, ["blog"]), JobContext())
    world.write("UPDATE user_websites SET is_published = {0} WHERE id = {1}", True, int(website))
    backup = world.console.backups.create(tenant, JobContext())
    verdict = world.console.backups.verify(backup, JobContext())
    assert verdict.ok, verdict.problems
    assert world.console.backups.get(backup.id).verified_at is not None
    assert not any(name.startswith("pagevoo_scratch_") for name in world.master.databases())

    plan = world.console.deletions.plan(DeletionRequest(tenant))
    result = world.console.deletions.run(plan, world.name(tenant), JobContext())

    assert world.name(tenant) not in world.master.databases()
    assert result.backup_path is not None
    assert result.backup_path.exists()
    assert world.console.backups.get(str(result.backup_path)).verified_at is not None
    ((status, deleted_at),) = world.write(
        "SELECT status, deleted_at FROM user_databases WHERE user_id = {0}", int(tenant)
    )
    assert status == "deleted"
    assert deleted_at is not None
    ((published,),) = world.write("SELECT is_published FROM user_websites WHERE id = {0}", int(website))
    assert not published
    assert world.console.audit.verify().ok
    assert world.console.tenants.show(tenant).locked_to_website is None


def test_a_wrong_confirmation_changes_nothing(world: World) -> None:
    tenant, _ = world.provisioned()
    plan = world.console.deletions.plan(DeletionRequest(tenant))
    with pytest.raises(Refused) as caught:
        world.console.deletions.run(plan, world.name(tenant) + " ", JobContext())
    assert caught.value.code == "confirmation_mismatch"
    assert world.name(tenant) in world.master.databases()
    assert world.console.backups.list(tenant) == ()


def test_seed_s2_a_second_deletion_of_the_same_tenant_works(world: World) -> None:
    tenant, website = world.provisioned()
    for _ in range(2):
        world.console.deletions.run(
            world.console.deletions.plan(DeletionRequest(tenant)), world.name(tenant), JobContext()
        )
        world.console.databases.create(world.console.databases.plan_creation(tenant, website), JobContext())
    rows = world.write("SELECT status FROM user_databases WHERE user_id = {0} ORDER BY id", int(tenant))
    assert rows == [("deleted",), ("deleted",), ("active",)]


def test_what_was_deleted_comes_back_from_its_backup(world: World) -> None:
    tenant, website = world.provisioned()
    world.write(
        "INSERT INTO feature_settings (feature_type, setting_key, setting_value) VALUES ({0}, {1}, {2})",
        "core", "greeting", '"häßlich ✓"', database=world.name(tenant),
    )  # fmt: skip
    result = world.console.deletions.run(
        world.console.deletions.plan(DeletionRequest(tenant)), world.name(tenant), JobContext()
    )
    backup = world.console.backups.get(str(result.backup_path))

    world.console.restores.run(world.console.restores.plan(backup, tenant), None, JobContext())

    shown = world.console.tenants.show(tenant)
    assert shown.database is not None
    assert shown.database.state is DatabaseState.ACTIVE
    assert shown.locked_to_website == website
    ((value,),) = world.write("SELECT setting_value FROM feature_settings", database=world.name(tenant))
    assert str(value).strip(chr(34)) == "häßlich ✓"


def test_a_restore_replaces_the_live_database_only_after_it_was_compared(world: World) -> None:
    tenant, _ = world.provisioned()
    put = "INSERT INTO feature_settings (feature_type, setting_key, setting_value) VALUES ({0}, {1}, {2})"
    world.write(put, "core", "first", '"kept"', database=world.name(tenant))
    backup = world.console.backups.create(tenant, JobContext())
    world.write(put, "core", "second", '"lost"', database=world.name(tenant))
    plan = world.console.restores.plan(backup, tenant)
    with pytest.raises(Refused):
        world.console.restores.run(plan, "something else", JobContext())

    world.console.restores.run(plan, world.name(tenant), JobContext())

    rows = world.write("SELECT setting_key FROM feature_settings", database=world.name(tenant))
    assert rows == [("first",)]
    left = {name for name in world.master.databases() if name.startswith(("pagevoo_stage", "pagevoo_aside"))}
    assert left == set()


def test_another_tenants_backup_is_never_restored_over_this_one(world: World) -> None:
    tenant, _ = world.provisioned()
    other, _ = world.provisioned()
    backup = world.console.backups.create(tenant, JobContext())
    with pytest.raises(Refused) as caught:
        world.console.restores.plan(backup, other)
    assert caught.value.code == "other_tenant"


@pytest.mark.parametrize(
    "wrong", ["mysql", "postgres", "pagevoo_website_1", "no_such_database", "../etc/passwd", "a`b\"c'"]
)
def test_fault_59_60_seed_s6_a_registry_row_that_names_a_wrong_database_is_not_followed(
    world: World, wrong: str
) -> None:
    tenant, _ = world.provisioned()
    before = world.master.databases()
    world.write("UPDATE user_databases SET database_name = {0} WHERE user_id = {1}", wrong, int(tenant))
    with pytest.raises(Refused) as caught:
        world.console.deletions.plan(DeletionRequest(tenant))
    assert caught.value.code == "wrong_database_name"
    with pytest.raises(Refused):
        world.console.backups.create(tenant, JobContext())
    shown = world.console.tenants.show(tenant).database
    assert shown is not None
    assert shown.state is DatabaseState.MISSING
    assert world.master.databases() == before


def test_fault_55_seed_s1_a_missing_database_is_deleted_from_the_registry_alone(world: World) -> None:
    tenant, _ = world.provisioned()
    if world.master.engine == "sqlite":
        assert world.master.directory is not None
        (world.master.directory / f"{world.name(tenant)}.db").unlink()
    else:
        world.master.execute(f"DROP DATABASE {world.name(tenant)}")
    shown = world.console.tenants.show(tenant).database
    assert shown is not None
    assert shown.state is DatabaseState.MISSING
    plan = world.console.deletions.plan(DeletionRequest(tenant))
    assert {"backup", "trash", "drop"}.isdisjoint(step.name for step in plan.steps)
    world.console.deletions.run(plan, world.name(tenant), JobContext())
    assert world.write("SELECT status FROM user_databases WHERE user_id = {0}", int(tenant)) == [("deleted",)]


def test_the_directory_finds_a_tenant_by_any_part_of_a_word(world: World) -> None:
    tenant, _ = world.provisioned()
    world.add_tenant(name="Zoë Müller-Lüdenscheidt", tier="trial")
    world.console.sightings.scan(JobContext())
    directory = world.console.directory

    def found(search: str) -> list[str]:
        return [entry.name for entry in directory.page(TenantQuery(search=search)).entries]

    assert found("üdensch") == ["Zoë Müller-Lüdenscheidt"]
    assert found("ZOË") == ["Zoë Müller-Lüdenscheidt"]
    assert found("oë mül") == ["Zoë Müller-Lüdenscheidt"]
    assert found(world.name(tenant)) == ["Ada Lovelace"]
    assert found('"; DROP TABLE tenants; --') == []
    entry = directory.entry(tenant)
    assert entry is not None
    assert entry.state is DatabaseState.ACTIVE
    assert entry.allocated


def test_the_quota_tells_what_the_database_uses(world: World) -> None:
    tenant, _ = world.provisioned(tier="trial")
    (usage,) = world.console.quotas.show(tenant)
    assert usage.limit == 50_000_000
    assert usage.used is not None
    assert 0 <= usage.used < 50_000_000


def test_a_master_that_does_not_exist_yet_is_made(engine_server: EngineServer, pagevoo_home: Path) -> None:
    master = engine_server.make_master()
    if master.directory is not None:
        (master.directory / f"{master.name}.db").unlink()
    else:
        assert master.server is not None
        master.server.drop(master.name)
    world = make_world(master, folders_in(pagevoo_home))
    assert world.console.master.status().missing_tables == ()
    tenant, _ = world.provisioned()
    assert world.console.tenants.show(tenant).id == tenant
