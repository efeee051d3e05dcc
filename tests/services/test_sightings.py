"""What a look at the whole fleet brings into the directory, on every engine."""

from __future__ import annotations

from pagevoo_console.domain.deletion import DeletionRequest
from pagevoo_console.domain.feature import FeatureState
from pagevoo_console.domain.sighting import FleetSummary
from pagevoo_console.services.jobs import JobContext
from tests.services.platform_world import World


def test_a_feature_below_the_newest_revision_of_its_lineage_makes_its_tenant_outdated(world: World) -> None:
    current, _ = world.provisioned()
    behind, _ = world.provisioned()
    for tenant in (current, behind):
        _install(world, tenant, "blog")
    _stamp(world, behind, "blog_0002")

    assert _scanned(world).outdated == (behind,)
    states = {feature.name: feature.state for feature in world.console.features.list(behind)}
    assert states["blog"] is FeatureState.OUTDATED

    _install(world, behind, "blog")
    assert _scanned(world).outdated == ()


def test_core_tables_below_their_newest_revision_make_a_tenant_outdated(world: World) -> None:
    tenant, _ = world.provisioned()
    assert _scanned(world).outdated == ()
    _stamp(world, tenant, "core_0001")
    assert _scanned(world).outdated == (tenant,)


def test_revisions_that_this_console_does_not_know_are_not_called_outdated(world: World) -> None:
    tenant, _ = world.provisioned()
    _install(world, tenant, "blog")
    for revision in ("blog_9999", "heads", "blog@head", "base", "blog", ""):
        _stamp(world, tenant, revision)
        assert _scanned(world).outdated == (), revision


def test_a_look_without_features_keeps_those_that_were_seen_before(world: World) -> None:
    tenant, _ = world.provisioned()
    _install(world, tenant, "blog")
    _stamp(world, tenant, "blog_0002")
    _scanned(world)

    world.console.sightings.scan(JobContext(), features=False)

    entry = world.console.directory.entry(tenant)
    assert entry is not None
    assert (entry.features, entry.is_outdated) == (("blog",), True)


def test_a_deleted_database_is_neither_active_nor_outdated_any_more(world: World) -> None:
    tenant, _ = world.provisioned()
    _stamp(world, tenant, "core_0001")
    assert _scanned(world).by_state == {"active": 1}
    deletions = world.console.deletions
    plan = deletions.plan(DeletionRequest(tenant, no_backup=True, reason="a test"))

    deletions.run(plan, world.name(tenant), JobContext())

    seen = _scanned(world)
    assert (seen.by_state, seen.outdated, seen.size_bytes) == ({"deleted": 1}, (), 0)


def _install(world: World, tenant: str, feature: str) -> None:
    features = world.console.features
    features.install(features.plan_install(tenant, [feature]), JobContext())


def _stamp(world: World, tenant: str, revision: str) -> None:
    world.write("UPDATE console_features SET version_num = {0}", revision, database=world.name(tenant))


def _scanned(world: World) -> FleetSummary:
    world.console.sightings.scan(JobContext())
    return world.console.directory.summary()
