"""`tenant tier` as the contract fixes it."""

from __future__ import annotations

from tests.cli.calling import Desk


def test_tier_says_what_it_would_change_and_then_changes_it(sqlite_desk: Desk) -> None:
    tenant, _ = sqlite_desk.provisioned()
    sqlite_desk.json("feature", "install", tenant, "blog")
    sqlite_desk.write("INSERT INTO tier_permissions (tier, permission, is_allowed) VALUES ('trial', 'blog', 0)")

    planned = sqlite_desk.json("tenant", "tier", tenant, "trial", "--dry-run")

    assert (planned["dry_run"], planned["from"], planned["to"]) == (True, "pro", "trial")
    assert (planned["disables"], planned["enables"], planned["breaks"]) == (["blog"], [], [])
    assert planned["message"]
    assert sqlite_desk.json("tenant", "show", tenant)["tier"] == "pro"
    done = sqlite_desk.json("tenant", "tier", tenant, "trial")
    assert (done["ok"], done["disables"]) == (True, ["blog"])
    assert isinstance(done["operation"], str)
    assert sqlite_desk.json("tenant", "show", tenant)["tier"] == "trial"
    again = sqlite_desk.json("tenant", "tier", tenant, "trial")
    assert (again["ok"], again["operation"], again["steps"]) == (True, None, [])
    assert "To tell the customer" in sqlite_desk.call("tenant", "tier", tenant, "niche", "--dry-run").out


def test_an_unknown_tier_is_told_with_the_nearest(sqlite_desk: Desk) -> None:
    tenant, _ = sqlite_desk.add_tenant()
    assert sqlite_desk.refused("tenant", "tier", tenant, "trail", code=1) == "not_found"
