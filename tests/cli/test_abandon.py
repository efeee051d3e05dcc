"""A deletion that was killed half-way and is taken back leaves the customer as they were."""

from __future__ import annotations

import pytest

from tests.cli.calling import Desk


@pytest.mark.parametrize("place", ["before.unpublish", "after.unpublish", "after.quiesce"])
def test_an_abandoned_deletion_publishes_the_website_again(desk: Desk, place: str) -> None:
    tenant, website = desk.add_tenant()
    name = desk.json("database", "create", tenant, "--website", website)["database"]["name"]
    arguments = ("database", "delete", tenant, "--confirm", name, "--no-backup", "--reason", "a test")
    assert desk.spawn(*arguments, PAGEVOO_FAIL=f"database.delete.{place}=kill").code == -9
    (operation,) = desk.json("operation", "list")["operations"]

    desk.json("operation", "abandon", operation["id"])

    assert desk.json("operation", "list")["total"] == 0
    assert desk.write("SELECT is_published FROM user_websites WHERE id = {0}", int(website))[0][0]
    assert desk.json("database", "status", tenant)["state"] == "active"


def test_a_deletion_can_be_abandoned_when_its_website_has_gone(sqlite_desk: Desk) -> None:
    tenant, website = sqlite_desk.add_tenant()
    name = sqlite_desk.json("database", "create", tenant, "--website", website)["database"]["name"]
    arguments = ("database", "delete", tenant, "--confirm", name, "--no-backup", "--reason", "a test")
    assert sqlite_desk.spawn(*arguments, PAGEVOO_FAIL="database.delete.after.quiesce=kill").code == -9
    sqlite_desk.write("DELETE FROM user_websites WHERE id = {0}", int(website))
    (operation,) = sqlite_desk.json("operation", "list")["operations"]

    sqlite_desk.json("operation", "abandon", operation["id"])

    assert sqlite_desk.json("operation", "list")["total"] == 0
