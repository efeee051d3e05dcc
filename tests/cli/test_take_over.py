"""`operation take-over`: what a console left that gives no sign of life goes on here."""

from __future__ import annotations

from tests.cli.calling import Desk
from tests.faults.killing import asleep_at


def test_fault_8_a_silent_operation_is_listed_and_taken_over(sqlite_desk: Desk) -> None:
    tenant, website = sqlite_desk.add_tenant()
    arguments = ("database", "create", tenant, "--website", website)
    with asleep_at("database.create.before.core", lambda: sqlite_desk.json(*arguments)):
        (begun,) = sqlite_desk.json("operation", "list")["operations"]
        assert (begun["state"], begun["silent"]) == ("running", False)
        assert sqlite_desk.refused("operation", "take-over", begun["id"], code=3) == "busy"

        sqlite_desk.write("UPDATE console_operations SET heartbeat_at = '2026-01-01 00:00:00'")

        (silent,) = sqlite_desk.json("operation", "list")["operations"]
        assert silent["silent"]
        done = sqlite_desk.json("operation", "take-over", begun["id"])
        assert (done["ok"], done["state"]) == (True, "done")
    assert sqlite_desk.json("database", "status", tenant)["state"] == "active"
    (entry,) = sqlite_desk.json("audit", "list", "--action", "operation.take_over", "--limit", "1")["events"]
    assert entry["outcome"] == "done"
    assert begun["owner"] in str(entry["after"])
