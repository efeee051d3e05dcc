"""A platform that writes while we work, and a registry that lies: what is not ours is never touched."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from contextlib import closing
from functools import partial
from pathlib import Path

import pytest

from pagevoo_console.domain.deletion import DeletionRequest
from pagevoo_console.domain.errors import Busy, ConsoleError, Refused
from pagevoo_console.domain.operation import OperationState
from pagevoo_console.services.jobs import JobContext
from tests.faults.killing import killed_at
from tests.faults.scenes import (
    DELETED,
    LIVE,
    delete,
    note,
    nothing_open,
    other_console,
    published_tenant,
    title_of,
    truth,
    when,
)
from tests.masters import EngineServer
from tests.services.contradictions import Contradictions, adopted_world
from tests.services.platform_world import World, folders_in


def made_anew(world: World, tenant: str) -> None:
    """What the platform's own code does: drop the database, and make one of the same name with other rows in it."""
    name = world.name(tenant)
    if world.master.engine == "sqlite":
        assert world.master.directory is not None
        file = world.master.directory / f"{name}.db"
        file.unlink()
        with closing(sqlite3.connect(file)) as connection:
            connection.execute("VACUUM")
    else:
        world.master.execute(f"DROP DATABASE {name}", f"CREATE DATABASE {name}")
    world.write("CREATE TABLE newer (id INT PRIMARY KEY)", database=name)


def made_beside(world: World, tenant: str) -> None:
    """The same where there is no database of that name, since ours is in the trash."""
    Contradictions(world).make_database(world.name(tenant))
    made_anew(world, tenant)


def is_newer(world: World, tenant: str) -> bool:
    return world.write("SELECT count(*) FROM newer", database=world.name(tenant)) == [(0,)]


def resumed(world: World, tenant: str) -> Refused:
    (operation,) = world.console.operations.list(tenant=tenant, open_only=True)
    with pytest.raises(Refused) as caught:
        world.console.operations.resume(operation.id, JobContext())
    return caught.value


@pytest.mark.parametrize("step", ["unpublish", "trash"])
def test_fault_52_a_database_that_the_platform_makes_anew_during_a_deletion_is_not_dropped(
    world: World, step: str
) -> None:
    tenant = published_tenant(world)

    with pytest.raises(Refused) as caught:
        delete(world, tenant, when(title_of(world, tenant, step), lambda: made_anew(world, tenant)))

    assert caught.value.code == "generation_changed"
    assert is_newer(world, tenant)
    assert nothing_open(world)


def test_fault_52_what_the_platform_makes_anew_leaves_the_deleted_one_in_the_trash(world: World) -> None:
    tenant = published_tenant(world)

    with pytest.raises(Refused) as caught:
        delete(world, tenant, when(title_of(world, tenant, "compare"), lambda: made_beside(world, tenant)))

    assert caught.value.code == "generation_changed"
    assert is_newer(world, tenant)
    (kept,) = world.console.trash.list()
    assert (kept.tenant, kept.is_missing) == (tenant, False)
    assert nothing_open(world)


def test_fault_52_what_the_platform_provisions_after_the_drop_is_left_alone(world: World) -> None:
    """The registry row and the database of the next generation, and its published website."""
    tenant = published_tenant(world)
    ((website,),) = world.write("SELECT id FROM user_websites WHERE user_id = {0}", int(tenant))
    assert killed_at("database.delete.before.finish", lambda: delete(world, tenant))
    world.write("UPDATE user_databases SET status = 'deleted' WHERE user_id = {0}", int(tenant))
    Contradictions(world).make_database(world.name(tenant))
    world.write("CREATE TABLE newer (id INT PRIMARY KEY)", database=world.name(tenant))
    Contradictions(world).row(tenant, world.name(tenant), str(website))
    world.write("UPDATE user_websites SET is_published = {0} WHERE id = {1}", True, int(website))

    (operation,) = world.console.operations.list(tenant=tenant, open_only=True)
    world.console.operations.resume(operation.id, JobContext())

    assert is_newer(world, tenant)
    rows = world.write("SELECT status FROM user_databases WHERE user_id = {0} ORDER BY id", int(tenant))
    assert rows == [("deleted",), ("active",)]
    assert world.write("SELECT count(*) FROM user_websites WHERE id = {0} AND is_published", website) == [(1,)]
    assert nothing_open(world)


def test_fault_53_a_website_published_again_stops_its_databases_deletion(world: World) -> None:
    tenant = published_tenant(world)

    def publish() -> None:
        world.write("UPDATE user_websites SET is_published = {0} WHERE user_id = {1}", True, int(tenant))

    with pytest.raises(Refused) as caught:
        delete(world, tenant, when(title_of(world, tenant, "trash"), publish))

    assert caught.value.code == "published_again"
    assert truth(world, tenant) == LIVE
    assert nothing_open(world)
    delete(world, tenant)
    assert truth(world, tenant) == DELETED


def test_fault_53_a_website_published_after_its_database_went_is_offline_at_the_end(world: World) -> None:
    tenant = published_tenant(world)
    assert killed_at("database.delete.after.trash", lambda: delete(world, tenant))
    world.write("UPDATE user_websites SET is_published = {0} WHERE user_id = {1}", True, int(tenant))

    (operation,) = world.console.operations.list(tenant=tenant, open_only=True)
    world.console.operations.resume(operation.id, JobContext())

    assert truth(world, tenant) == DELETED
    assert nothing_open(world)


@pytest.mark.parametrize("place", ["after.quiesce", "before.trash", "after.trash"])
def test_fault_54_a_stale_resume_never_deletes_a_database_that_was_made_anew(world: World, place: str) -> None:
    """The row is the same, the database is another: its marker tells."""
    tenant = published_tenant(world)
    assert killed_at(f"database.delete.{place}", lambda: delete(world, tenant))
    (made_beside if place == "after.trash" else made_anew)(world, tenant)

    assert resumed(world, tenant).code == "generation_changed"

    assert is_newer(world, tenant)
    assert nothing_open(world)


@pytest.mark.parametrize("place", ["after.quiesce", "before.trash"])
def test_fault_54_what_was_written_before_a_late_resume_is_backed_up_too(world: World, place: str) -> None:
    tenant = published_tenant(world)
    assert killed_at(f"database.delete.{place}", lambda: delete(world, tenant))
    note(world, tenant, "late")

    (operation,) = world.console.operations.list(tenant=tenant, open_only=True)
    done = world.console.operations.resume(operation.id, JobContext())

    assert truth(world, tenant) == DELETED
    backup = world.console.backups.get(str(done.backup_path))
    world.console.restores.run(world.console.restores.plan(backup, tenant), None, JobContext())
    assert truth(world, tenant).rows == {"kept", "late"}


def test_fault_54_what_was_written_before_a_late_resume_of_a_restore_is_in_its_safety_backup(world: World) -> None:
    tenant = published_tenant(world)
    console = world.console
    plan = console.restores.plan(console.backups.create(tenant, JobContext()), tenant)
    work = partial(console.restores.run, plan, world.name(tenant), JobContext())
    assert killed_at("backup.restore.before.swap", work)
    note(world, tenant, "late")

    (operation,) = console.operations.list(tenant=tenant, open_only=True)
    done = console.operations.resume(operation.id, JobContext())

    assert truth(world, tenant) == LIVE
    assert console.backups.get(done["safety"]).tables["feature_settings"] == 2


@pytest.mark.parametrize("place", ["before.trash", "after.compare"])
def test_fault_54_a_deletion_killed_before_its_end_is_taken_back(world: World, place: str) -> None:
    tenant = published_tenant(world)
    assert killed_at(f"database.delete.{place}", lambda: delete(world, tenant))
    (operation,) = world.console.operations.list(tenant=tenant, open_only=True)

    ended = world.console.operations.abandon(operation.id, JobContext())

    assert ended.state is OperationState.ABANDONED
    assert truth(world, tenant) == LIVE
    note(world, tenant, "let in again")


def test_seed_s7_backups_of_two_generations_stand_side_by_side_and_are_told_apart(world: World) -> None:
    tenant = published_tenant(world)
    ((website,),) = world.write("SELECT id FROM user_websites WHERE user_id = {0}", int(tenant))
    first = delete(world, tenant)
    console = world.console
    console.databases.create(console.databases.plan_creation(tenant, str(website)), JobContext())
    note(world, tenant, "newer")
    second = console.backups.create(tenant, JobContext())

    found = {backup.id: backup for backup in console.backups.list(tenant)}
    assert found.keys() == {first.backup, second.id}
    assert len({backup.path for backup in found.values()}) == 2
    with pytest.raises(Refused) as caught:
        console.restores.plan(found[first.backup], tenant)
    assert caught.value.code == "older_generation"


def test_fault_56_an_orphan_is_listed_and_nobody_deletes_it_as_theirs(world: World) -> None:
    tenant, _ = world.add_tenant()
    Contradictions(world).make_database(world.name(tenant))
    reconciliation = world.console.reconciliation

    (finding,) = [one for one in reconciliation.find().findings if one.database == world.name(tenant)]
    assert finding.kind.value == "orphan"
    with pytest.raises(Refused) as caught:
        delete(world, tenant)
    assert caught.value.code == "database_required"
    reconciliation.repair_all(reconciliation.find(), JobContext())

    assert world.name(tenant) in world.master.databases()


@pytest.fixture
def contradictions(engine_server: EngineServer, pagevoo_home: Path) -> Contradictions:
    """A platform whose own tables keep no nonsense out, on each engine in turn."""
    return Contradictions(adopted_world(engine_server.make_master(), folders_in(pagevoo_home)))


def attempts(world: World, tenant: str) -> tuple[Callable[[], object], ...]:
    """Everything that changes a tenant's database."""
    console = world.console
    return (
        lambda: delete(world, tenant),
        lambda: console.features.install(console.features.plan_install(tenant, ["blog"]), JobContext()),
        lambda: console.freezes.freeze(console.freezes.plan(tenant), JobContext()),
    )


def test_fault_58_while_two_rows_name_one_database_nobody_changes_it(contradictions: Contradictions) -> None:
    world, impostor = contradictions.world, contradictions.shared()
    ((owner,),) = world.write("SELECT user_id FROM user_databases WHERE user_id <> {0}", int(impostor))
    wanted = {impostor: "wrong_database_name", str(owner): "shared_database"}

    for tenant, code in wanted.items():
        for attempt in attempts(world, tenant):
            with pytest.raises(Refused) as caught:
                attempt()
            assert caught.value.code == code

    assert world.name(str(owner)) in world.master.databases()
    assert nothing_open(world)


def test_fault_58_two_active_rows_of_one_tenant_stop_every_change(contradictions: Contradictions) -> None:
    world, tenant = contradictions.world, contradictions.two_active()

    for attempt in attempts(world, tenant):
        with pytest.raises(Refused) as caught:
            attempt()
        assert caught.value.code == "two_databases"

    assert world.name(tenant) in world.master.databases()


@pytest.mark.parametrize("bound_to", ["another's", "none", "one that is gone"])
def test_fault_61_a_deletion_unpublishes_no_website_of_somebody_else(
    contradictions: Contradictions, bound_to: str
) -> None:
    world, tenant = contradictions.world, contradictions.healthy()
    _, (strangers,) = world.add_tenant()
    world.write("UPDATE user_websites SET is_published = {0}", True)
    bound = {"another's": int(strangers), "none": None, "one that is gone": 123456789}[bound_to]
    world.write("UPDATE user_databases SET website_id = {0} WHERE user_id = {1}", bound, int(tenant))
    websites = world.write("SELECT * FROM user_websites ORDER BY id")

    plan = world.console.deletions.plan(DeletionRequest(tenant))
    world.console.deletions.run(plan, world.name(tenant), JobContext())

    assert "unpublish" not in [step.name for step in plan.steps]
    assert [warning for warning in plan.warnings if "is not unpublished" in warning] == (
        [] if bound is None else list(plan.warnings)
    )
    assert world.write("SELECT * FROM user_websites ORDER BY id") == websites
    assert world.name(tenant) not in world.master.databases()


def test_fault_85_a_name_that_differs_in_case_alone_is_another_name(contradictions: Contradictions) -> None:
    world, tenant = contradictions.world, contradictions.healthy()
    world.write("UPDATE user_databases SET database_name = upper(database_name) WHERE user_id = {0}", int(tenant))

    for attempt in attempts(world, tenant):
        with pytest.raises(Refused) as caught:
            attempt()
        assert caught.value.code == "wrong_database_name"

    assert world.name(tenant) in world.master.databases()


@pytest.mark.parametrize("at_work", ["install", "restore", "freeze"])
def test_fault_51_while_one_change_is_at_work_no_other_begins(world: World, at_work: str) -> None:
    tenant = published_tenant(world)
    console, desk = world.console, other_console(world)
    backup = console.backups.create(tenant, JobContext())
    refused: list[ConsoleError] = []

    def try_everything(_: str) -> None:
        if refused:
            return
        others = (
            *attempts(desk, tenant),
            lambda: desk.console.backups.create(tenant, JobContext()),
            lambda: desk.console.restores.run(
                desk.console.restores.plan(backup, tenant), desk.name(tenant), JobContext()
            ),
        )
        for attempt in others:
            with pytest.raises(Busy) as caught:
                attempt()
            refused.append(caught.value)

    job = JobContext(on_line=try_everything)
    match at_work:
        case "install":
            console.features.install(console.features.plan_install(tenant, ["blog"]), job)
        case "restore":
            console.restores.run(console.restores.plan(backup, tenant), world.name(tenant), job)
        case _:
            console.freezes.freeze(console.freezes.plan(tenant), job)

    assert len(refused) == 5
    assert nothing_open(world)
