"""A trail that somebody tampers with says where."""

from __future__ import annotations

from dataclasses import replace

import pytest

from pagevoo_console.domain.audit import GENESIS, Outcome
from pagevoo_console.services.jobs import JobContext
from tests.services.platform_world import World, folders_in, make_world

ENTRIES = 6
COLUMNS = (
    "at, actor, host, action, tenant, database_name, outcome, operation, before_state, after_state, detail, version,"
    " previous_hash, hash"
)
TAMPERED = {
    "edited": (("UPDATE console_audit_events SET detail = 'harmless' WHERE seq = 3",), 3),
    "deleted": (("DELETE FROM console_audit_events WHERE seq = 3",), 3),
    "inserted": (
        (
            "UPDATE console_audit_events SET seq = 7 WHERE seq = 6",
            f"INSERT INTO console_audit_events (seq, {COLUMNS})"
            f" SELECT 6, {COLUMNS} FROM console_audit_events WHERE seq = 5",
        ),
        6,
    ),
    "reordered": (
        tuple(
            f"UPDATE console_audit_events SET seq = {to} WHERE seq = {seq}" for seq, to in ((3, 99), (4, 3), (99, 4))
        ),
        3,
    ),
    "tail cut": (("DELETE FROM console_audit_events WHERE seq >= 5",), 5),
}


def noted(world: World) -> None:
    for number in range(ENTRIES):
        with world.console.master.writing() as session:
            world.console.audit.append(session, "test", Outcome.DONE, detail=str(number))
    assert world.console.audit.verify().ok


@pytest.mark.parametrize("kind", TAMPERED)
def test_fault_67_the_first_entry_that_does_not_fit_is_named(world: World, kind: str) -> None:
    noted(world)
    statements, first_bad = TAMPERED[kind]

    for statement in statements:
        world.write(statement)

    verdict = world.console.audit.verify()
    assert (verdict.ok, verdict.checked, verdict.first_bad) == (False, first_bad - 1, first_bad)
    assert verdict.problem


def test_fault_67_a_tail_that_was_cut_with_its_head_is_found_by_the_journal_of_this_machine(world: World) -> None:
    noted(world)
    ((newest,),) = world.write("SELECT hash FROM console_audit_events WHERE seq = 4")
    world.write("DELETE FROM console_audit_events WHERE seq >= 5")
    world.write("UPDATE console_audit_head SET seq = 4, hash = {0}", newest)

    verdict = world.console.audit.verify()
    assert (verdict.ok, verdict.first_bad) == (False, 5)
    stranger = make_world(world.master, folders_in(world.folders.state / "elsewhere"), initialise=False)
    assert stranger.console.audit.verify().ok


def backed_up(world: World) -> int:
    """A tenant whose backup is stamped with the newest entry; its number."""
    tenant, _ = world.provisioned()
    backup = world.console.backups.create(tenant, JobContext())
    manifest = world.console.backups.manifest(backup)
    entries = dict(world.write("SELECT seq, hash FROM console_audit_events"))
    assert entries[manifest.audit_seq] == manifest.audit_head
    assert entries[1] == manifest.audit_trail
    return manifest.audit_seq


def on_another_desk(world: World) -> World:
    """Without this machine's journal, but with the folder that the backups are in."""
    folders = replace(world.folders, state=world.folders.state / "elsewhere")
    return make_world(world.master, folders, initialise=False)


@pytest.mark.parametrize("is_listed", [True, False])
def test_fault_67_a_tail_that_was_cut_with_its_head_is_found_by_the_manifests_on_any_machine(
    world: World, is_listed: bool
) -> None:
    noted(world)
    stamped = backed_up(world)
    desk = on_another_desk(world)
    assert desk.console.audit.verify().ok
    if not is_listed:
        world.write("DELETE FROM console_backups")

    ((newest,),) = world.write("SELECT hash FROM console_audit_events WHERE seq = {0}", stamped - 1)
    world.write("DELETE FROM console_audit_events WHERE seq >= {0}", stamped)
    world.write("UPDATE console_audit_head SET seq = {0}, hash = {1}", stamped - 1, newest)

    verdict = desk.console.audit.verify()
    assert (verdict.ok, verdict.checked, verdict.first_bad) == (False, stamped - 1, stamped)
    assert f"was made after entry {stamped}, the trail ends at {stamped - 1}" in str(verdict.problem)


def test_fault_67_a_tail_that_was_written_anew_is_found_by_the_manifests(world: World) -> None:
    noted(world)
    stamped = backed_up(world)
    desk = on_another_desk(world)
    ((newest,),) = world.write("SELECT hash FROM console_audit_events WHERE seq = {0}", stamped - 1)
    world.write("DELETE FROM console_audit_events WHERE seq >= {0}", stamped)
    world.write("UPDATE console_audit_head SET seq = {0}, hash = {1}", stamped - 1, newest)
    for _ in range(3):
        with desk.console.master.writing() as session:
            desk.console.audit.append(session, "nothing.happened", Outcome.DONE)

    stranger = make_world(world.master, replace(world.folders, state=world.folders.state / "third"), initialise=False)
    verdict = stranger.console.audit.verify()
    assert (verdict.ok, verdict.checked, verdict.first_bad) == (False, stamped - 1, stamped)
    assert f"entry {stamped} is not the one that backup" in str(verdict.problem)


def test_fault_67_a_trail_that_was_begun_anew_is_found_by_the_backups_of_its_master(world: World) -> None:
    noted(world)
    stamped = backed_up(world)
    desk = on_another_desk(world)
    world.write("DELETE FROM console_audit_events")
    world.write("UPDATE console_audit_head SET seq = 0, hash = {0}", GENESIS)

    empty = desk.console.audit.verify()
    with desk.console.master.writing() as session:
        desk.console.audit.append(session, "nothing.happened", Outcome.DONE)
    begun = desk.console.audit.verify()

    assert [verdict.ok for verdict in (empty, begun)] == [False, False]
    assert f"was made after entry {stamped} of a trail that is not this one" in str(begun.problem)


def test_the_manifests_of_another_master_say_nothing_of_this_trail(world: World) -> None:
    noted(world)
    backed_up(world)
    world.write("DELETE FROM console_backups")
    world.write("DELETE FROM console_audit_events")
    world.write("UPDATE console_audit_head SET seq = 0, hash = {0}", GENESIS)

    assert on_another_desk(world).console.audit.verify().ok
