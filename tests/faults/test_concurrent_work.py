"""Two gestures on one tenant, and a platform that goes on writing while we work: nobody's data is lost or mixed."""

from __future__ import annotations

import platform
from collections.abc import Callable

import pytest

from pagevoo_console.domain.backup import Backup
from pagevoo_console.domain.deletion import DeletionRequest
from pagevoo_console.domain.errors import Busy, ConsoleError, Failed, Refused
from pagevoo_console.domain.job import Progress
from pagevoo_console.services.failpoints import VARIABLE
from pagevoo_console.services.jobs import JobContext
from tests.faults.killing import killed_at
from tests.faults.scenes import (
    DELETED,
    LIVE,
    delete,
    files_in,
    note,
    nothing_open,
    other_console,
    published_tenant,
    title_of,
    truth,
    when,
)
from tests.services.platform_world import World


def newest(world: World, tenant: str) -> Backup:
    return world.console.backups.list(tenant)[0]


def test_fault_50_51_whoever_comes_while_a_deletion_is_at_work_is_told_who_is_busy(world: World) -> None:
    tenant = published_tenant(world)
    backup = world.console.backups.create(tenant, JobContext())
    desk = other_console(world)
    refused: list[str] = []

    def try_everything() -> None:
        console = desk.console
        before = truth(world, tenant)
        attempts: tuple[Callable[[], object], ...] = (
            lambda: console.backups.create(tenant, JobContext()),
            lambda: delete(desk, tenant),
            lambda: console.features.install(console.features.plan_install(tenant, ["blog"]), JobContext()),
            lambda: console.restores.run(console.restores.plan(backup, tenant), desk.name(tenant), JobContext()),
            lambda: console.operations.resume(console.operations.list(open_only=True)[0].id, JobContext()),
            lambda: console.operations.abandon(console.operations.list(open_only=True)[0].id, JobContext()),
        )
        for attempt in attempts:
            with pytest.raises(Busy) as caught:
                attempt()
            assert caught.value.exit_code == 3
            refused.append(caught.value.message)
        assert truth(world, tenant) == before
        assert console.operations.list(open_only=True)[0].state == "running"

    delete(world, tenant, when(title_of(world, tenant, "quiesce"), try_everything))
    assert len(refused) == 6
    assert all("Operation" in message and "database.delete" in message for message in refused)
    assert truth(world, tenant) == DELETED
    assert nothing_open(world)


def test_fault_51_whoever_comes_while_a_backup_is_made_is_told_to_wait(world: World) -> None:
    tenant = published_tenant(world)
    desk = other_console(world)
    tried: list[str] = []

    def try_once(_: object) -> None:
        if not tried:
            for attempt in (lambda: delete(desk, tenant), lambda: desk.console.backups.create(tenant, JobContext())):
                with pytest.raises(Busy) as caught:
                    attempt()
                tried.append(caught.value.message)

    world.console.backups.create(tenant, JobContext(on_progress=try_once))
    assert len(tried) == 2
    assert all(f"@{platform.node()} (backup.create, since 20" in message for message in tried)
    assert truth(world, tenant) == LIVE
    assert nothing_open(world)


@pytest.mark.parametrize("step", ["unpublish", "trash"])
def test_fault_68_what_is_written_between_backup_and_drop_is_backed_up_too(world: World, step: str) -> None:
    tenant = published_tenant(world)
    late = iter(["late"])

    def write() -> None:
        for key in late:
            note(world, tenant, key)

    result = delete(world, tenant, when(title_of(world, tenant, step), write))
    assert truth(world, tenant) == DELETED
    backup = world.console.backups.get(str(result.backup_path))
    world.console.restores.run(world.console.restores.plan(backup, tenant), None, JobContext())
    assert truth(world, tenant).rows == {"kept", "late"}


def test_a_database_that_is_never_quiet_is_not_dropped(world: World) -> None:
    tenant = published_tenant(world)
    numbers = iter(range(1000))
    title = title_of(world, tenant, "trash")
    comparing: list[str] = []

    def write() -> None:
        """As long as it is found under its name."""
        if world.name(tenant) in world.master.databases():
            note(world, tenant, f"late {next(numbers)}")

    def on_line(line: str) -> None:
        """Before each comparison there is one more row than in the backup."""
        if line == title or comparing:
            comparing.append(line)
            write()

    def on_progress(progress: Progress) -> None:
        if comparing and progress.title.startswith("Comparing") and progress.done == 0:
            write()

    with pytest.raises(Failed) as caught:
        delete(world, tenant, JobContext(on_progress, on_line))
    assert caught.value.code == "still_written"
    left = truth(world, tenant)
    assert (left.has_database, left.registry, left.published) == (True, ("active",), True)
    assert nothing_open(world)


def test_fault_68_a_table_that_appears_between_backup_and_drop_is_backed_up_too(world: World) -> None:
    tenant = published_tenant(world)
    created = iter(["CREATE TABLE late (id INT PRIMARY KEY)"])

    def create() -> None:
        for statement in created:
            world.write(statement, database=world.name(tenant))

    delete(world, tenant, when(title_of(world, tenant, "trash"), create))
    assert truth(world, tenant) == DELETED
    assert "late" in newest(world, tenant).tables


def test_a_backup_that_vanishes_before_the_drop_stops_the_deletion(world: World) -> None:
    tenant = published_tenant(world)

    def remove() -> None:
        newest(world, tenant).path.unlink()

    with pytest.raises(ConsoleError):
        delete(world, tenant, when(title_of(world, tenant, "compare"), remove))
    assert truth(world, tenant) == LIVE
    assert nothing_open(world)


def test_a_backup_that_is_damaged_before_the_drop_stops_the_deletion(world: World) -> None:
    tenant = published_tenant(world)

    def damage() -> None:
        path = newest(world, tenant).path
        content = bytearray(path.read_bytes())
        content[len(content) // 2] ^= 0x01
        path.write_bytes(content)

    with pytest.raises(ConsoleError) as caught:
        delete(world, tenant, when(title_of(world, tenant, "compare"), damage))
    assert caught.value.code == "checksum_mismatch"
    assert truth(world, tenant) == LIVE
    assert nothing_open(world)


def test_fault_52_54_a_resume_after_the_platform_registered_it_anew_refuses_and_is_closed(
    world: World,
) -> None:
    """The platform has deleted and provisioned behind our back: what is there now is somebody's new work."""
    tenant = published_tenant(world)
    assert killed_at("database.delete.before.trash", lambda: delete(world, tenant))
    world.write("UPDATE user_databases SET status = {0} WHERE user_id = {1}", "deleted", int(tenant))
    ((website,),) = world.write("SELECT id FROM user_websites WHERE user_id = {0}", int(tenant))
    world.write(
        "INSERT INTO user_databases (user_id, website_id, database_name, status) VALUES ({0}, {1}, {2}, {3})",
        int(tenant), website, world.name(tenant), "active",
    )  # fmt: skip
    note(world, tenant, "new")
    (operation,) = world.console.operations.list(open_only=True)
    with pytest.raises(Refused) as caught:
        world.console.operations.resume(operation.id, JobContext())
    assert caught.value.code == "generation_changed"
    left = truth(world, tenant)
    assert left.has_database
    assert left.registry == ("deleted", "active")
    assert left.rows == {"kept", "new"}
    assert nothing_open(world)


@pytest.mark.parametrize(
    ("step", "change", "code"),
    [
        ("trash", "UPDATE user_databases SET database_name = 'mysql' WHERE user_id = {0}", "wrong_database_name"),
        ("unpublish", "UPDATE user_databases SET status = 'deleted' WHERE user_id = {0}", "database_required"),
    ],
    ids=["renamed", "deleted"],
)
def test_fault_52_a_registry_changed_under_us_stops_the_deletion(
    world: World, step: str, change: str, code: str
) -> None:
    tenant = published_tenant(world)

    def meddle() -> None:
        world.write(change, int(tenant))

    with pytest.raises(Refused) as caught:
        delete(world, tenant, when(title_of(world, tenant, step), meddle))
    assert caught.value.code == code
    left = truth(world, tenant)
    assert left.has_database
    assert left.rows == {"kept"}


def test_fault_54_a_plan_for_a_database_that_was_made_anew_since_is_not_carried_out(world: World) -> None:
    tenant = published_tenant(world)
    stale = world.console.deletions.plan(DeletionRequest(tenant))
    delete(world, tenant)
    ((website,),) = world.write("SELECT id FROM user_websites WHERE user_id = {0}", int(tenant))
    console = world.console
    console.databases.create(console.databases.plan_creation(tenant, str(website)), JobContext())
    with pytest.raises(Refused) as caught:
        console.deletions.run(stale, world.name(tenant), JobContext())
    assert caught.value.code == "generation_changed"
    assert truth(world, tenant).has_database


def test_a_deletion_that_fails_in_its_middle_gives_the_tenant_back(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    tenant = published_tenant(world)
    for failpoint in (
        "database.delete.before.verify",
        "database.delete.after.quiesce",
        "database.delete.after.compare",
    ):
        monkeypatch.setenv(VARIABLE, f"{failpoint}=raise")
        with pytest.raises(Failed):
            delete(world, tenant)
        assert truth(world, tenant) == LIVE
        assert nothing_open(world)
    assert [name for name in files_in(world.console.backups.folder(tenant)) if name.startswith(".")] == []
