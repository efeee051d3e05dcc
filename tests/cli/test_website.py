"""`website`, `tenant may` and the locks of `tenant show`, as the contract fixes them."""

from __future__ import annotations

from tests.cli.calling import Desk, database_of


def test_publish_creates_the_database_and_answers_website_and_database(desk: Desk) -> None:
    tenant, website = desk.add_tenant()
    desk.write("UPDATE user_websites SET is_published = {0} WHERE id = {1}", False, int(website))
    planned = desk.json("website", "publish", website, "--dry-run")
    assert (planned["dry_run"], planned["creates_database"]) == (True, database_of(tenant))

    answer = desk.json("website", "publish", website)

    assert answer["ok"] is True
    assert isinstance(answer["operation"], str)
    assert (answer["website"]["id"], answer["website"]["published"]) == (website, True)
    assert (answer["database"]["name"], answer["database"]["state"]) == (database_of(tenant), "active")
    again = desk.json("website", "publish", website)
    assert (again["ok"], again["operation"]) == (True, None)
    gone = desk.json("website", "unpublish", website)
    assert (gone["website"]["published"], gone["database"]["state"]) == (False, "active")


def test_deleting_a_website_with_its_database_is_one_plan(desk: Desk) -> None:
    tenant, website = desk.add_tenant()
    desk.json("website", "publish", website)
    assert desk.refused("website", "delete", website, "--confirm", "Shop", code=3) == "website_has_database"
    both = ("website", "delete", website, "--with-database", database_of(tenant))
    assert desk.refused(*both, code=3) == "confirmation_mismatch"
    assert desk.refused(*both, "--confirm", "shop", code=3) == "confirmation_mismatch"

    answer = desk.json(*both, "--confirm", "Shop")

    assert (answer["ok"], answer["database"], answer["website"]["id"]) == (True, None, website)
    assert answer["backup"]
    assert desk.refused("website", "publish", website, code=1) == "not_found"


def test_an_empty_name_is_only_confirmed_by_an_empty_option(sqlite_desk: Desk) -> None:
    _, website = sqlite_desk.add_tenant()
    sqlite_desk.write("UPDATE user_websites SET name = '' WHERE id = {0}", int(website))

    assert sqlite_desk.refused("website", "delete", website, code=3) == "confirmation_mismatch"
    assert sqlite_desk.refused("--yes", "website", "delete", website, code=3) == "confirmation_mismatch"

    assert sqlite_desk.json("website", "delete", website, "--confirm", "")["deleted"] is True


def test_what_is_about_a_database_needs_one(sqlite_desk: Desk) -> None:
    _, website = sqlite_desk.add_tenant()
    assert sqlite_desk.refused("website", "delete", website, "--no-backup", "--reason", "test", code=2) == "usage"
    wanted = ("website", "delete", website, "--confirm", "Shop", "--with-database", "pagevoo_website_1")
    assert sqlite_desk.refused(*wanted, code=3) == "website_has_no_database"


def test_tenant_may_says_yes_with_0_and_no_with_3_and_the_reason(sqlite_desk: Desk) -> None:
    tenant, website = sqlite_desk.add_tenant()
    assert sqlite_desk.json("tenant", "may", tenant, "new_template")["allowed"] is True
    sqlite_desk.json("website", "publish", website)

    answer = sqlite_desk.call("--json", "tenant", "may", tenant, "new_template", code=3)

    assert answer.error_code == "database_active"
    assert "You have an active database" in answer.document["error"]["message"]
    assert answer.document["error"]["hint"]
    assert sqlite_desk.json("tenant", "may", tenant, "edit_website", "--website", website)["allowed"] is True
    assert sqlite_desk.refused("tenant", "may", tenant, "dance", code=2) == "usage"


def test_tenant_show_lists_the_locks(sqlite_desk: Desk) -> None:
    tenant, website = sqlite_desk.add_tenant()
    sqlite_desk.json("website", "publish", website)

    locks = {lock["action"]: lock for lock in sqlite_desk.json("tenant", "show", tenant)["locks"]}

    assert locks["new_template"]["allowed"] is False
    assert locks["new_template"]["way_out"]
    assert locks[f"edit_website:{website}"] == {
        "action": f"edit_website:{website}", "allowed": True, "why": "", "way_out": "", "code": "",
    }  # fmt: skip
    assert "Not now" in sqlite_desk.call("tenant", "show", tenant).out
