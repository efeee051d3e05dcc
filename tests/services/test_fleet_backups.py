"""Everybody's backup: one result a tenant, several at a time, taken up where it stopped, nobody left behind."""

from __future__ import annotations

import threading
import time
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from pagevoo_console.domain.errors import Busy, Cancelled, Unreachable
from pagevoo_console.domain.fleet_backup import FleetResult
from pagevoo_console.services import fleet_backups, fleet_workers
from pagevoo_console.services.encryption import new_identity
from pagevoo_console.services.jobs import JobContext
from pagevoo_console.services.values import now
from tests.faults.killing import killed_at
from tests.masters import SqliteFolder
from tests.services.platform_world import World, folders_in, make_world


@pytest.fixture
def file_world(tmp_path: Path, pagevoo_home: Path) -> World:
    folder = tmp_path / "masters"
    folder.mkdir()
    return make_world(SqliteFolder(lambda: folder).make_master(), folders_in(pagevoo_home))


def backed_up(world: World, *tenants: str, **options: Any) -> FleetResult:
    fleet = world.console.fleet_backups
    return fleet.backup(fleet.plan(tenants or None), JobContext(), **options)


def test_everybody_is_backed_up_and_proved_once(world: World) -> None:
    tenants = sorted(world.provisioned()[0] for _ in range(3))
    bare, _ = world.add_tenant()

    made = backed_up(world, *tenants, bare, "987654321", workers=2)

    assert sorted(made.done) == tenants
    assert made.skipped == {bare: "There is no database"}
    assert list(made.failed) == ["987654321"]
    fleet = world.console.fleet_backups
    proved = fleet.verify(fleet.plan_verification(tenants), JobContext(), workers=2)
    assert (sorted(proved.done), proved.failed) == (tenants, {})
    again = fleet.plan_verification([*tenants, bare])
    assert (again.tenants, sorted(again.skipped)) == ((), sorted([*tenants, bare]))
    assert fleet.plan_verification(tenants, again=True).tenants == tuple(tenants)
    assert world.console.audit.verify().ok
    actions = {event.action for event in world.console.audit.events(limit=50)[1]}
    assert {"fleet.backup", "fleet.verify"} <= actions


def test_fault_65_three_broken_ones_are_told_and_the_next_run_takes_up_what_is_left(file_world: World) -> None:
    tenants = [file_world.provisioned()[0] for _ in range(6)]
    broken = tenants[1:3]
    for tenant in broken:
        place(file_world, tenant).rename(place(file_world, tenant).with_suffix(".away"))

    first = backed_up(file_world)

    assert sorted(first.failed) == broken
    assert len(first.done) == 4
    for tenant in broken:
        place(file_world, tenant).with_suffix(".away").rename(place(file_world, tenant))
    plan = file_world.console.fleet_backups.plan()
    assert (sorted(plan.tenants), len(plan.skipped)) == (broken, 4)
    assert plan.taken_up is not None
    assert sorted(backed_up(file_world).done) == broken
    whole = file_world.console.fleet_backups.plan()
    assert (len(whole.tenants), whole.taken_up) == (6, None), "a run that got everybody done is not gone on with"


def test_killed_in_the_middle_a_fleet_backup_goes_on_with_who_is_left(file_world: World) -> None:
    tenants = [file_world.provisioned()[0] for _ in range(3)]
    backed_up(file_world, tenants[0])
    fleet = file_world.console.fleet_backups
    fleet._begin("all")
    fleet._keep("all", tenants[0])

    assert killed_at("backup.between_names", lambda: backed_up(file_world, workers=1))

    assert set(fleet.plan().skipped) == {tenants[0]}
    assert set(backed_up(file_world).done) == set(tenants[1:])
    for tenant in tenants:
        (backup,) = file_world.console.backups.list(tenant)
        assert file_world.console.backups.verify(backup, JobContext()).ok


def test_who_failed_yesterday_keeps_nobody_from_being_backed_up_today(
    file_world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    tenants = [file_world.provisioned()[0] for _ in range(2)]
    place(file_world, tenants[0]).unlink()
    assert list(backed_up(file_world).failed) == tenants[:1]
    tomorrow = now() + timedelta(hours=20)
    monkeypatch.setattr(fleet_backups, "now", lambda: tomorrow)

    assert sorted(file_world.console.fleet_backups.plan().tenants) == tenants
    assert sorted(file_world.console.fleet_backups.plan(anew=True).tenants) == tenants


def test_a_torn_journal_is_read_as_far_as_it_goes(file_world: World) -> None:
    tenants = [file_world.provisioned()[0] for _ in range(2)]
    fleet = file_world.console.fleet_backups
    fleet._begin("all")
    fleet._keep("all", tenants[0])
    with fleet._journal("all").open("a") as file:
        file.write('{"done": "')

    assert fleet.plan().tenants == (tenants[1],)
    fleet._journal("all").write_bytes(b"\xff\0nonsense}\n")
    assert sorted(fleet.plan().tenants) == sorted(tenants)


def test_one_fleet_backup_at_a_time(world: World) -> None:
    world.provisioned()
    other = make_world(world.master, world.folders, initialise=False)
    with world.console.fleet_backups._workers.alone("fleet backup"), pytest.raises(Busy):
        backed_up(other)


def test_who_is_being_worked_on_is_skipped_and_left_for_the_next_run(file_world: World) -> None:
    tenants = [file_world.provisioned()[0] for _ in range(2)]
    other = make_world(file_world.master, file_world.folders, initialise=False).console
    with other.operations.holding(tenants[0], other.tenants.locate(tenants[0]).server):
        result = backed_up(file_world)

    assert (list(result.skipped), result.done) == (tenants[:1], tenants[1:])
    assert file_world.console.fleet_backups.plan().tenants == (tenants[0],)


def test_cancelled_it_stops_and_keeps_what_is_done(file_world: World) -> None:
    for _ in range(4):
        file_world.provisioned()
    job = JobContext(on_progress=lambda progress: job.cancel() if progress.done == 1 else None)
    fleet = file_world.console.fleet_backups

    with pytest.raises(Cancelled):
        fleet.backup(fleet.plan(), job, workers=1)

    assert 1 <= len(fleet.plan().skipped) < 4


def test_no_more_tenants_of_a_server_are_worked_on_than_it_bears(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    workers = fleet_workers.FleetWorkers(world.console.master, world.console.connections)
    server = world.console.connection.master
    monkeypatch.setattr(fleet_workers, "SESSIONS_EACH", 10_000)

    assert workers.budget(server, 8) == (8 if world.master.engine == "sqlite" else 1)
    at_once: list[int] = []
    running, guard = [0], threading.Lock()

    def work(tenant: str, job: JobContext) -> None:
        with guard:
            running[0] += 1
            at_once.append(running[0])
        time.sleep(0.02)
        with guard:
            running[0] -= 1

    result = FleetResult()
    names = [(str(number), server) for number in range(6)]
    workers.each("Trying", names, work, JobContext(), result, workers=4, keep=lambda tenant: None)
    assert len(result.done) == 6
    assert max(at_once) <= (4 if world.master.engine == "sqlite" else 1)


def test_fault_33_a_server_without_room_is_asked_again_and_then_told_of(
    file_world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(fleet_workers, "PATIENCE_SECONDS", (0.0, 0.0))
    workers = fleet_workers.FleetWorkers(file_world.console.master, file_world.console.connections)
    left = {"1": 2, "2": 99, "3": 0}

    def work(tenant: str, job: JobContext) -> None:
        if left[tenant]:
            left[tenant] -= 1
            raise Unreachable("Too many connections", code="too_many_connections")

    result = FleetResult()
    names = [(tenant, file_world.console.connection.master) for tenant in left]
    workers.each("Trying", names, work, JobContext(), result, workers=2, keep=lambda tenant: None)
    assert (sorted(result.done), list(result.failed)) == (["1", "3"], ["2"])


def test_everybody_is_encrypted_and_proved_in_one_go_without_an_identity(file_world: World, tmp_path: Path) -> None:
    tenants = sorted(file_world.provisioned()[0] for _ in range(2))
    sealing = file_world.console.backups.keys.sealing([new_identity()[0]])

    assert sorted(backed_up(file_world, to=tmp_path / "out", sealing=sealing, prove=True).done) == tenants

    assert len(list((tmp_path / "out").glob("*.sql.zst.age"))) == 2
    assert all(backup.verified_at for backup in file_world.console.backups.list())


def test_a_damaged_backup_fails_the_fleets_verification(file_world: World) -> None:
    tenants = sorted(file_world.provisioned()[0] for _ in range(2))
    never, _ = file_world.provisioned()
    backed_up(file_world, *tenants)
    (damaged,) = file_world.console.backups.list(tenants[0])
    damaged.path.write_bytes(damaged.path.read_bytes()[:-1])
    fleet = file_world.console.fleet_backups

    result = fleet.verify(fleet.plan_verification(), JobContext())

    assert result.done == tenants[1:]
    assert sorted(result.failed) == sorted([tenants[0], never])
    assert result.failed[never] == "There is no backup"


def place(world: World, tenant: str) -> Path:
    """Where the tenant's file lies."""
    directory = world.master.directory
    assert directory is not None
    return directory / f"{world.name(tenant)}.db"
