"""`database switch` as the contract fixes it."""

from __future__ import annotations

from tests.cli.calling import Desk, database_of
from tests.servers import fresh_id


def test_switch_moves_to_another_website_and_names_what_is_lost(sqlite_desk: Desk) -> None:
    tenant, first = sqlite_desk.add_tenant()
    second = str(fresh_id())
    sqlite_desk.write(
        "INSERT INTO user_websites (id, user_id, name) VALUES ({0}, {1}, {2})", int(second), int(tenant), "Blog"
    )
    sqlite_desk.json("website", "publish", first)
    sqlite_desk.json("feature", "install", tenant, "blog")
    wanted = ("database", "switch", tenant, "--website", second)

    planned = sqlite_desk.json(*wanted, "--dry-run")
    assert (planned["dry_run"], planned["from_website"], planned["to_website"]) == (True, first, second)
    assert planned["features"] == ["Blog"]
    assert planned["steps"][0]["name"] == "old:backup"
    assert "into the trash" in sqlite_desk.call(*wanted, "--dry-run").out
    assert (planned["publish"], planned["steps"][-1]["name"]) == (False, "new:compare")
    published = sqlite_desk.json(*wanted, "--publish", "--dry-run")
    assert (published["publish"], published["steps"][-1]["name"]) == (True, "new:publish")
    assert sqlite_desk.refused(*wanted, code=3) == "confirmation_mismatch"
    same = ("database", "switch", tenant, "--website", first, "--confirm", database_of(tenant))
    assert sqlite_desk.refused(*same, code=3) == "same_website"

    answer = sqlite_desk.json(*wanted, "--publish", "--confirm", database_of(tenant))

    assert (answer["ok"], answer["tenant"], answer["website"]) == (True, tenant, second)
    assert isinstance(answer["operation"], str)
    assert answer["published"]
    assert sqlite_desk.write("SELECT is_published FROM user_websites WHERE id = {0}", int(second)) == [(1,)]
    assert (answer["database"]["state"], answer["database"]["website"]) == ("active", second)
    assert answer["backup"]
    assert sqlite_desk.json("feature", "list", tenant)["features"][0]["state"] == "available"
