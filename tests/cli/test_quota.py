"""`quota` and `fleet tick`: what they answer, and with which exit code."""

from __future__ import annotations

import re

from tests.cli.calling import Desk

MOMENT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z")


def test_show_tells_what_takes_the_room(desk: Desk) -> None:
    tenant, _ = desk.provisioned()
    found = desk.json("quota", "show", tenant)
    (quota,) = found["quotas"]
    assert (quota["quota"], quota["level"], quota["runs_out_at"], quota["runs_out_in_days"]) == (
        "database_size", "ok", None, None,
    )  # fmt: skip
    assert {table["table"] for table in found["tables"]} >= {"installed_features", "feature_settings"}
    for one in (*found["tables"], *found["features"]):
        assert MOMENT.fullmatch(one["measured_at"])
        assert isinstance(one["exact"], bool)
        assert one["used"] >= 0
    assert [feature["feature"] for feature in found["features"]] == ["core", "other"]
    assert desk.call("quota", "show", tenant).out.count("installed_features") == 1


def test_enforce_and_release_and_what_is_seen_of_it(desk: Desk) -> None:
    tenant, name = desk.provisioned()
    planned = desk.json("quota", "enforce", tenant, "--dry-run")
    assert (planned["dry_run"], [step["name"] for step in planned["steps"]]) == (True, ["record", "freeze"])
    done = desk.json("quota", "enforce", tenant)
    assert (done["ok"], done["database"], done["frozen"]["reason"]) == (True, name, "manual")
    assert done["operation"] is not None
    again = desk.json("quota", "enforce", tenant)
    assert (again["ok"], again["operation"], again["frozen"]) == (True, None, done["frozen"])
    status = desk.json("database", "status", tenant)
    assert (status["state"], status["frozen"]) == ("suspended", done["frozen"])
    shown = desk.json("tenant", "show", tenant)
    assert shown["database"]["frozen"] == done["frozen"]
    assert shown["quotas"][0]["used"] > 0
    (listed,) = desk.json("tenant", "list", "--state", "suspended")["tenants"]
    assert (listed["id"], listed["database"]["frozen"]) == (tenant, done["frozen"])
    assert "Frozen by hand" in desk.call("database", "status", tenant).out
    assert desk.refused("feature", "install", tenant, "blog", code=3) == "frozen"
    released = desk.json("quota", "release", tenant, "--compact")
    assert (released["ok"], released["frozen"], released["compacts"]) == (True, None, True)
    assert released["warnings"]
    assert desk.json("database", "status", tenant)["state"] == "active"
    assert "frozen" not in desk.json("database", "status", tenant)
    desk.json("feature", "install", tenant, "blog")


def test_enforce_if_over_does_nothing_below_the_limit(desk: Desk) -> None:
    tenant, _ = desk.provisioned()
    done = desk.json("quota", "enforce", tenant, "--if-over")
    assert (done["ok"], done["operation"], done["frozen"]) == (True, None, None)
    assert desk.json("database", "status", tenant)["state"] == "active"


def test_who_has_no_database_can_neither_be_frozen_nor_released(desk: Desk) -> None:
    tenant, _ = desk.add_tenant()
    assert desk.refused("quota", "enforce", tenant, code=3) == "database_required"
    assert desk.refused("quota", "release", tenant, code=3) == "database_required"
    assert desk.refused("quota", "enforce", "99999999", code=1) == "not_found"


def test_fault_65_a_tick_answers_for_everybody_and_fails_in_part(desk: Desk) -> None:
    tenant, _ = desk.provisioned()
    done = desk.json("fleet", "tick")
    assert done == {
        "ok": True, "operation": None, "done": [tenant], "failed": [], "skipped": [], "alerts": [], "frozen": [],
        "thawed": [], "purged": [], "unpurged": [],
    }  # fmt: skip
    part = desk.json("fleet", "tick", "--tenants", f"{tenant},99999999", "--workers", "2", "--no-freeze", code=4)
    assert (part["ok"], part["done"], part["failed"][0]["tenant"]) == (False, [tenant], "99999999")
    assert desk.json("quota", "alerts") == {"total": 0, "alerts": []}


def test_a_tick_freezes_and_tells_of_who_is_over(sqlite_desk: Desk) -> None:
    desk = sqlite_desk
    tenant, name = desk.provisioned(tier="trial")
    desk.write("CREATE TABLE ballast (body BLOB)", database=name)
    desk.write("INSERT INTO ballast VALUES (zeroblob(51000000))", database=name)
    done = desk.json("fleet", "tick")
    assert done["frozen"] == [tenant]
    (alert,) = done["alerts"]
    assert (alert["tenant"], alert["quota"], alert["threshold"], alert["limit"]) == (
        tenant, "database_size", 100, 50_000_000,
    )  # fmt: skip
    assert desk.json("quota", "alerts")["alerts"] == [alert]
    assert desk.json("database", "status", tenant)["frozen"]["reason"] == "quota"
    assert desk.json("fleet", "tick")["alerts"] == []
    desk.write("DELETE FROM ballast", database=name)
    assert desk.json("fleet", "tick")["thawed"] == [tenant]
    assert desk.json("audit", "list", "--action", "quota.alert")["total"] == 1
