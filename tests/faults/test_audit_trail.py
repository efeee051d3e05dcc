"""A trail that somebody tampers with says where."""

from __future__ import annotations

import pytest

from pagevoo_console.domain.audit import Outcome
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
