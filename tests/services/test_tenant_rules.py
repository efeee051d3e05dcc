"""What a user may do and why not: Pagevoo rules 1 to 3 and 5, workflow C, said with the way out."""

from __future__ import annotations

from dataclasses import replace

import pytest

from pagevoo_console.domain.deletion import DeletionRequest
from pagevoo_console.domain.errors import NotFound, Refused, WrongUsage
from pagevoo_console.domain.tenant import Website
from pagevoo_console.services.engines.catalogue import Engines
from pagevoo_console.services.jobs import JobContext
from pagevoo_console.services.platforms.reader import Platforms
from pagevoo_console.services.registry import RegistryRow
from pagevoo_console.services.tenant_rules import locks
from tests.services.platform_world import World


def website(number: str) -> Website:
    return Website(number, "42", f"Website {number}", None, False)


def row(bound: str | None) -> RegistryRow:
    return RegistryRow("1", "42", bound, "pagevoo_website_42", "active", None, None, None)


def closed(rows: tuple[RegistryRow, ...], *websites: Website) -> dict[str, str]:
    platform = Platforms(Engines()).get("pagevoo")
    return {lock.action: lock.code for lock in locks(platform, "42", rows, websites) if not lock.allowed}


def test_without_a_database_everything_is_allowed_but_features() -> None:
    assert closed((), website("7"), website("8")) == {"install_feature": "database_required"}


def test_rule_3_an_active_database_locks_the_user_to_its_website() -> None:
    assert closed((row("7"),), website("7"), website("8")) == {
        "new_template": "database_active",
        "create_database": "database_exists",
        "delete_website:7": "website_has_database",
        "edit_website:8": "locked_to_website",
        "publish_website:8": "locked_to_website",
    }


def test_a_database_whose_website_is_gone_locks_every_other_one() -> None:
    found = closed((row(None),), website("8"))
    assert (found["edit_website:8"], found["publish_website:8"]) == ("locked_to_website", "locked_to_website")
    assert "delete_website:8" not in found


def test_a_platform_that_does_not_lock_allows_other_websites() -> None:
    platform = Platforms(Engines()).get("pagevoo")
    free = replace(platform, lifecycle=replace(platform.lifecycle, locks_website=False))
    found = {lock.action: lock.allowed for lock in locks(free, "42", (row("7"),), (website("8"),))}
    assert found["edit_website:8"]
    assert found["new_template"]
    assert not found["create_database"]


def test_every_refusal_says_why_and_the_way_out() -> None:
    platform = Platforms(Engines()).get("pagevoo")
    for lock in locks(platform, "42", (row("7"),), (website("7"), website("8"))):
        assert lock.allowed == (not lock.why)
        assert lock.allowed == (not lock.way_out)


def test_workflow_c_the_system_says_you_have_an_active_database_until_it_is_deleted(world: World) -> None:
    tenant, _ = world.provisioned()
    lock = world.console.rules.may(tenant, "new_template")
    assert lock.code == "database_active"
    assert "You have an active database" in lock.why

    plan = world.console.deletions.plan(DeletionRequest(tenant))
    world.console.deletions.run(plan, world.name(tenant), JobContext())

    assert world.console.rules.may(tenant, "new_template").allowed
    assert all(lock.allowed for lock in world.console.rules.of(tenant) if lock.action != "install_feature")


def test_an_action_names_its_website_in_either_way(world: World) -> None:
    tenant, (first, second) = world.add_tenant(websites=2)
    world.console.databases.create(world.console.databases.plan_creation(tenant, first), JobContext())
    rules = world.console.rules

    assert rules.may(tenant, f"edit_website:{second}") == rules.may(tenant, "edit_website", second)
    assert rules.may(tenant, "edit_website", second) in rules.of(tenant)
    assert rules.may(tenant, "edit_website", first).allowed


def test_what_nobody_can_ask_for_is_told(world: World) -> None:
    tenant, (own,) = world.add_tenant()
    _, (other,) = world.add_tenant()
    rules = world.console.rules

    with pytest.raises(WrongUsage, match="did you mean 'new_template'"):
        rules.may(tenant, "new_templat")
    with pytest.raises(WrongUsage, match="one website"):
        rules.may(tenant, "edit_website")
    with pytest.raises(Refused) as caught:
        rules.may(tenant, "edit_website", other)
    assert caught.value.code == "not_the_owner"
    with pytest.raises(NotFound):
        rules.may(tenant, "edit_website", "987654321")
    with pytest.raises(NotFound):
        rules.of("987654321")
    assert rules.may(tenant, "publish_website", own).allowed
