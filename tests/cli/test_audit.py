"""`audit verify` names what was done to the trail, and ends with an exit code that a timer notices."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.cli.calling import Desk

TAMPERED = {
    "edited": ("UPDATE console_audit_events SET detail = 'harmless' WHERE seq = 1", 1, "entry 1 was changed"),
    "deleted": ("DELETE FROM console_audit_events WHERE seq = 1", 1, "entry 1 is missing"),
    "slipped in": (
        "INSERT INTO console_audit_events (seq, at, actor, host, action, outcome, version, previous_hash, hash)"
        " SELECT 99, at, actor, host, action, outcome, version, previous_hash, hash"
        " FROM console_audit_events WHERE seq = 1",
        3,
        "entry 3 is missing",
    ),
}


@pytest.mark.parametrize("kind", TAMPERED)
def test_fault_67_verify_names_the_entry_that_does_not_fit(sqlite_desk: Desk, kind: str) -> None:
    sqlite_desk.provisioned()
    statement, first_bad, problem = TAMPERED[kind]
    sqlite_desk.write(statement)

    answer = sqlite_desk.call("--json", "audit", "verify", code=1)

    assert answer.document["ok"] is False
    assert answer.document["first_bad"] == first_bad
    assert problem in answer.document["problem"]
    assert problem in sqlite_desk.call("audit", "verify", code=1).out


def test_fault_67_verify_finds_a_cut_tail_by_a_backup_though_this_machine_has_no_journal(
    sqlite_desk: Desk, pagevoo_home: Path
) -> None:
    tenant, _ = sqlite_desk.provisioned()
    backup = sqlite_desk.json("backup", "create", tenant)["backup"]
    whole = sqlite_desk.json("audit", "verify")
    assert (whole["ok"], whole["witnesses"]) == (True, 1)
    assert "compared with 1 backup)" in sqlite_desk.call("audit", "verify").out
    (journal,) = pagevoo_home.rglob("audit.jsonl")
    journal.unlink()
    ((seq, newest),) = sqlite_desk.write("SELECT seq, hash FROM console_audit_events WHERE seq = 2")
    sqlite_desk.write("DELETE FROM console_audit_events WHERE seq > 2")
    sqlite_desk.write("UPDATE console_audit_head SET seq = {0}, hash = {1}", seq, newest)

    found = sqlite_desk.call("--json", "audit", "verify", code=1).document

    assert (found["ok"], found["checked"], found["first_bad"]) == (False, 2, 3)
    assert backup["id"] in found["problem"]
