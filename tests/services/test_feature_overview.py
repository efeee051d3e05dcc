"""All features at one look: with what their tables take, without a database, frozen, and where Laravel was first."""

from __future__ import annotations

from pagevoo_console.domain.feature import FeatureState
from pagevoo_console.services.jobs import JobContext
from tests.services.platform_world import World
from tests.services.test_features import install, set_back


def test_without_a_database_all_that_is_offered_is_available(world: World) -> None:
    tenant, _ = world.add_tenant(tier="brochure")

    found = world.console.features.overview(tenant)

    assert (found.database, found.core, found.tables, found.laravel, found.is_frozen) == (None, None, (), (), False)
    assert {feature.state for feature in found.features} == {FeatureState.AVAILABLE}
    assert len(found.features) == 9
    assert {feature.name for feature in found.features if not feature.allowed} >= {"shop"}


def test_each_table_that_stands_is_told_with_its_rows_and_its_bytes(world: World) -> None:
    tenant, _ = world.provisioned()
    install(world, tenant, "blog")
    world.write("INSERT INTO blog_tags (name, slug) VALUES ({0}, {1})", "A", "a", database=world.name(tenant))

    found = world.console.features.overview(tenant)

    assert found.database == world.name(tenant)
    assert {table.name for table in found.tables_of("blog")} == set(
        next(feature.tables for feature in found.features if feature.name == "blog")
    )
    assert all(table.used > 0 for table in found.tables_of("blog"))
    assert found.tables_of("shop") == ()
    assert found.core is not None
    assert (found.core.name, found.core.state, found.core.revision) == ("core", FeatureState.INSTALLED, found.core.head)
    assert {table.name for table in found.tables_of("core")} == {"installed_features", "feature_settings"}
    assert found.features == world.console.features.list(tenant)


def test_an_older_blog_has_only_the_tables_of_its_revision(world: World) -> None:
    tenant, _ = world.provisioned()
    install(world, tenant, "blog")
    set_back(world, tenant)

    found = world.console.features.overview(tenant)

    blog = next(feature for feature in found.features if feature.name == "blog")
    assert (blog.state, blog.revision) == (FeatureState.OUTDATED, "blog_0003")
    assert {table.name for table in found.tables_of("blog")} == {"blog_categories", "blog_tags", "blog_posts"}


def test_a_frozen_database_says_so(world: World) -> None:
    tenant, _ = world.provisioned()
    install(world, tenant, "blog")
    freezes = world.console.freezes
    freezes.freeze(freezes.plan(tenant), JobContext())

    assert world.console.features.overview(tenant).is_frozen


def test_core_with_a_table_short_has_drifted(world: World) -> None:
    tenant, _ = world.provisioned()
    world.write("DROP TABLE feature_settings", database=world.name(tenant))

    found = world.console.features.overview(tenant)

    assert found.core is not None
    assert found.core.state is FeatureState.DRIFTED


def test_what_laravel_wrote_down_stands_beside_ours(world: World) -> None:
    tenant, _ = world.provisioned()
    database = world.name(tenant)
    world.write("CREATE TABLE migrations (id INT PRIMARY KEY, migration VARCHAR(255), batch INT)", database=database)
    world.write(
        "INSERT INTO migrations VALUES (1, {0}, 1)", "2025_11_22_400001_create_blog_posts_table", database=database
    )

    assert world.console.features.overview(tenant).laravel == ("2025_11_22_400001_create_blog_posts_table",)
