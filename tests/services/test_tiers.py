"""Tiers: what the platform's own rows change of them, and edge case 2: a downgrade disables and preserves."""

from __future__ import annotations

import json

import pytest

from pagevoo_console.domain.errors import Busy, Failed, NotFound, Refused
from pagevoo_console.domain.operation import OperationState
from pagevoo_console.domain.quota import QuotaLevel
from pagevoo_console.domain.tenant import TenantQuery
from pagevoo_console.domain.tier import TierResult
from pagevoo_console.services.jobs import JobContext
from tests.faults.killing import killed_at
from tests.services.platform_world import World

PERMISSION = "INSERT INTO tier_permissions (tier, permission, is_allowed, limit_value) VALUES ({0}, {1}, {2}, {3})"


def permit(world: World, tier: str, permission: str, allowed: bool | None = True, limit: int | None = None) -> None:
    world.write(PERMISSION, tier, permission, allowed, limit)


def change(world: World, tenant: str, tier: str) -> TierResult:
    return world.console.tier_changes.run(world.console.tier_changes.plan(tenant, tier), JobContext())


def with_features(world: World, *names: str) -> str:
    """A tenant of the tier pro with these features; `trial` has no blog by the platform's own rows."""
    permit(world, "trial", "feature:blog", False)
    tenant, _ = world.provisioned()
    features = world.console.features
    features.install(features.plan_install(tenant, list(names)), JobContext())
    return tenant


def active(world: World, tenant: str) -> dict[str, bool]:
    query = "SELECT feature_type, is_active FROM installed_features ORDER BY feature_type"
    return {str(name): bool(on) for name, on in world.write(query, database=world.name(tenant))}


def tier_of(world: World, tenant: str) -> str:
    ((tier,),) = world.write("SELECT tier FROM users WHERE id = {0}", int(tenant))
    return str(tier)


def test_the_platforms_rows_stand_over_the_features_own_tiers(world: World) -> None:
    permit(world, "trial", "feature:shop", True)
    permit(world, "pro", "shop", False)
    permit(world, "niche", "shop", False)
    permit(world, "niche", "feature:shop", True)
    permit(world, "brochure", "shop", None)

    offers = world.console.tiers.offers()

    tiers = ("niche", "pro")
    found = {tier: offers.includes(tier, "shop", tiers) for tier in ("trial", "brochure", "niche", "pro")}
    assert found == {"trial": True, "brochure": False, "niche": True, "pro": False}
    assert offers.tiers_of("shop", tiers) == ("trial", "niche")
    assert offers.includes("trial", "blog", ())
    assert offers.tiers_of("blog", ()) == ()


def test_the_platforms_limits_stand_over_its_environment_and_its_file(world: World) -> None:
    permit(world, "trial", "limit:database_size", limit=70_000_000)
    permit(world, "brochure", "limit:database_size_mb", limit=600)
    permit(world, "niche", "limit:database_size", limit=-1)
    permit(world, "pro", "limit:database_size")
    permit(world, "pro", "limit:pages", limit=7)

    limits = {tier.name: tier.limits["database_size"] for tier in world.console.tiers.platform().tiers}

    assert limits == {"trial": 70_000_000, "brochure": 600_000_000, "niche": None, "pro": 10_000_000_000}


@pytest.mark.parametrize(
    "statements",
    [
        ("DROP TABLE tier_permissions",),
        ("ALTER TABLE tier_permissions RENAME COLUMN permission TO ability",),
        ("ALTER TABLE tier_permissions RENAME COLUMN limit_value TO most",),
    ],
)
def test_a_master_without_the_table_or_its_columns_changes_nothing(world: World, statements: tuple[str, ...]) -> None:
    for statement in statements:
        world.write(statement)
    offers = world.console.tiers.offers()
    assert offers.platform.tiers == world.console.platform.tiers
    assert offers.allowed == {}


def test_a_downgrade_disables_and_preserves_and_an_upgrade_brings_back(world: World) -> None:
    tenant = with_features(world, "blog", "contact_form")
    post = "INSERT INTO blog_categories (name, slug) VALUES ({0}, {1})"
    world.write(post, "Kept", "kept", database=world.name(tenant))
    plan = world.console.tier_changes.plan(tenant, "trial")
    assert (plan.from_tier, plan.to_tier, plan.disables, plan.enables) == ("pro", "trial", ("blog",), ())
    assert [step.name for step in plan.steps] == ["disable:blog", "tier"]
    assert "Trial does not include Blog" in plan.message
    assert "nothing in it is deleted" in plan.message
    assert active(world, tenant) == {"blog": True, "contact_form": True}

    down = world.console.tier_changes.run(plan, JobContext())

    assert (tier_of(world, tenant), down.disabled) == ("trial", ("blog",))
    assert active(world, tenant) == {"blog": False, "contact_form": True}
    assert world.write("SELECT name FROM blog_categories", database=world.name(tenant)) == [("Kept",)]
    up = change(world, tenant, "niche")
    assert (tier_of(world, tenant), up.enabled) == ("niche", ("blog",))
    assert active(world, tenant) == {"blog": True, "contact_form": True}
    query = "SELECT count(setting_value) FROM feature_settings"
    assert world.write(query, database=world.name(tenant)) == [(0,)]
    assert world.console.audit.verify().ok


def test_a_downgrade_disables_in_a_frozen_database_too(world: World) -> None:
    tenant = with_features(world, "blog")
    world.console.freezes.freeze(world.console.freezes.plan(tenant), JobContext())
    assert change(world, tenant, "trial").disabled == ("blog",)
    assert active(world, tenant) == {"blog": False}
    assert change(world, tenant, "pro").enabled == ("blog",)


def test_what_a_person_switched_off_is_not_brought_back_by_a_tier(world: World) -> None:
    tenant = with_features(world, "blog", "contact_form")
    world.write("UPDATE installed_features SET is_active = {0}", False, database=world.name(tenant))
    world.write(
        "UPDATE feature_settings SET setting_value = {0} WHERE feature_type = {1}", json.dumps("user"), "contact_form",
        database=world.name(tenant),
    )  # fmt: skip

    assert world.console.tier_changes.plan(tenant, "trial").disables == ()
    assert world.console.tier_changes.plan(tenant, "niche").enables == ()


def test_a_limit_of_the_platforms_own_holds_wherever_usage_is_compared(world: World) -> None:
    tenant, _ = world.provisioned()
    permit(world, "pro", "limit:database_size", limit=1000)

    (usage,) = world.console.quotas.show(tenant)
    assert (usage.limit, usage.level) == (1000, QuotaLevel.OVER)
    world.console.sightings.look(tenant)
    (entry,) = world.console.directory.page(TenantQuery(search=tenant)).entries
    assert entry.limit == 1000


def test_the_quotas_that_break_are_measured_on_the_server(world: World) -> None:
    tenant, _ = world.provisioned()
    permit(world, "trial", "limit:database_size", limit=1000)

    plan = world.console.tier_changes.plan(tenant, "trial")

    (broken,) = plan.breaks
    assert (broken.quota, broken.limit) == ("database_size", 1000)
    assert broken.used is not None
    assert broken.used > 1000
    assert "Nothing is deleted, but new entries may be refused" in plan.message
    assert world.console.tier_changes.plan(tenant, "brochure").breaks == ()


def test_without_a_database_only_the_tier_changes(world: World) -> None:
    tenant, _ = world.add_tenant()
    plan = world.console.tier_changes.plan(tenant, "trial")
    assert (plan.disables, plan.enables, plan.breaks, plan.database) == ((), (), (), None)

    done = world.console.tier_changes.run(plan, JobContext())

    assert done.operation is None
    assert tier_of(world, tenant) == "trial"
    assert world.console.audit.events(tenant=tenant, action="tenant.tier")[0] == 1


def test_the_same_tier_is_nothing_to_do(world: World) -> None:
    tenant, _ = world.provisioned()
    plan = world.console.tier_changes.plan(tenant, "pro")
    assert plan.steps == ()
    assert change(world, tenant, "pro").operation is None


def test_an_unknown_tier_is_not_found_and_the_nearest_is_named(world: World) -> None:
    tenant, _ = world.add_tenant()
    with pytest.raises(NotFound, match="did you mean 'trial'"):
        world.console.tier_changes.plan(tenant, "trail")


def test_a_tier_that_the_platform_changed_meanwhile_is_not_overwritten(world: World) -> None:
    tenant = with_features(world, "blog")
    plan = world.console.tier_changes.plan(tenant, "trial")
    world.write("UPDATE users SET tier = {0} WHERE id = {1}", "brochure", int(tenant))

    with pytest.raises(Failed) as caught:
        world.console.tier_changes.run(plan, JobContext())

    assert caught.value.code == "tier_changed"
    assert tier_of(world, tenant) == "brochure"
    assert active(world, tenant) == {"blog": True}
    (operation, *_) = world.console.operations.list(tenant=tenant)
    assert operation.state is OperationState.ABANDONED


def test_a_change_that_was_cut_off_is_taken_up_or_taken_back(world: World) -> None:
    tenant = with_features(world, "blog")
    assert killed_at("tenant.tier.after.disable:blog", lambda: change(world, tenant, "trial"))
    assert (tier_of(world, tenant), active(world, tenant)) == ("pro", {"blog": False})
    with pytest.raises(Busy):
        change(world, tenant, "brochure")
    (operation,) = world.console.operations.list(tenant=tenant, open_only=True)

    world.console.operations.abandon(operation.id, JobContext())
    assert (tier_of(world, tenant), active(world, tenant)) == ("pro", {"blog": True})

    assert killed_at("tenant.tier.before.finish", lambda: change(world, tenant, "trial"))
    change(world, tenant, "trial")
    assert (tier_of(world, tenant), active(world, tenant)) == ("trial", {"blog": False})


def test_the_platforms_rows_decide_what_can_be_installed(world: World) -> None:
    permit(world, "brochure", "feature:blog", False)
    permit(world, "brochure", "shop", True)
    tenant, _ = world.provisioned("brochure")

    found = {feature.name: feature for feature in world.console.features.list(tenant)}

    assert (found["blog"].allowed, found["shop"].allowed) == (False, True)
    assert found["blog"].tiers == ("trial", "niche", "pro")
    with pytest.raises(Refused) as caught:
        world.console.features.plan_install(tenant, ["blog"])
    assert caught.value.code == "not_in_tier"
    assert "trial, niche, pro" in caught.value.hint
    assert world.console.features.plan_install(tenant, ["shop"]).features == ("shop",)
